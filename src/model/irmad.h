/* irmad.h - iteratively reweighted multivariate alteration detection: what did not change between two images of one
 * place, whatever gain, offset or mixture of bands either of them has (Nielsen, Conradsen & Simpson 1998; Nielsen 2007). */
#ifndef MSC_MODEL_IRMAD_H
#define MSC_MODEL_IRMAD_H
#include "stream/stream.h"

/* Planes are the bands of the image before, then those of the image after, as floats. */
enum {
    MSC_IRMAD_BANDS = 23,                     /* most bands of one image */
    MSC_IRMAD_PLANES = 2 * MSC_IRMAD_BANDS,
    MSC_IRMAD_PAIRS = (MSC_IRMAD_PLANES + 1) * (MSC_IRMAD_PLANES + 2) / 2
};

/* P(chi-square with `dof` degrees of freedom > z): 1 at z <= 0. Finite sums of positive terms (Abramowitz & Stegun 1964,
 * 26.4.4 and 26.4.5). */
double msc_chi2_above(double z, int dof);
/* The z, up to 4096, that is exceeded with this probability. */
double msc_chi2_at(double above, int dof);

/* What values of a plane are held within: a stray value in a file of floats must not decide a covariance. Integers need
 * none: -INFINITY, INFINITY. */
typedef struct msc_irmad_limit { float low, high; } msc_irmad_limit;
/* A row of any type as floats within the limit; NaN, which is not observed, becomes the lower one. */
void msc_irmad_load(msc_type type, const void *row, size_t n, const msc_irmad_limit *limit, float *out);

/* Weighted sums of all products of two planes less their centres, a plane of ones among them. */
typedef struct msc_irmad_sums {
    int n_planes;
    int64_t n_px;                             /* of weight above 0 */
    double centre[MSC_IRMAD_PLANES];          /* near the means: keeps the digits that covariances are made of */
    double pair[MSC_IRMAD_PAIRS];
} msc_irmad_sums;
void msc_irmad_sums_begin(msc_irmad_sums *sums, int n_planes, const double *centre);
/* weight: 0 or more a pixel. plane[p] points at n values. The order of additions follows from n and the order of pixels. */
void msc_irmad_sums_add(msc_irmad_sums *sums, const float *const *plane, const double *weight, size_t n);
void msc_irmad_sums_merge(msc_irmad_sums *sums, const msc_irmad_sums *more);   /* of the same centres */
/* Weighted mean of a plane, and covariance of two by the same weights (divisor: their sum). */
double msc_irmad_mean(const msc_irmad_sums *sums, int plane);
double msc_irmad_covariance(const msc_irmad_sums *sums, int p, int q);

/* The canonical variates: variate i is (a_i' x - b_i' y), of variance 2 (1 - rho_i). */
typedef struct msc_variates {
    int n_before, n_after;                    /* bands */
    int n;                                    /* variates: the lesser number of used bands; degrees of freedom */
    uint8_t is_used[MSC_IRMAD_PLANES];        /* 0: constant, or determined by other bands of its image */
    double rho[MSC_IRMAD_BANDS];              /* 0..1, falling */
    double row[MSC_IRMAD_BANDS][MSC_IRMAD_PLANES];   /* a_i and -b_i, over sigma_i */
    double offset[MSC_IRMAD_BANDS];           /* what row i of the means is */
    double sigma[MSC_IRMAD_BANDS];
    double scale;                             /* P(no change) is that of z / scale; 1 until msc_irmad_calibrate() */
    double step_inverse;                      /* of the table of P(no change) over sqrt(z) */
    double no_change[8194];
} msc_variates;

/* Chooses the bands to use: is_used, n. Bands of an image that others determine, or that are constant, are left out, the
 * best determined first. ENODATA when an image has no usable band, or fewer pixels than bands. */
msc_status msc_irmad_choose(const msc_irmad_sums *sums, int n_before, int n_after, msc_variates *irmad, msc_error *err);
/* Canonical correlations and variates of those bands. ENODATA when a covariance is singular all the same. */
msc_status msc_irmad_solve(const msc_irmad_sums *sums, msc_variates *irmad, msc_error *err);

/* z[k]: sum of squares of the n variates over their variances, chi-square with n degrees of freedom where nothing changed. */
void msc_irmad_score(const msc_variates *irmad, const float *const *plane, size_t n, double *z);
/* P(no change) by the table, within 2e-7 of msc_chi2_above(z / scale, n). */
double msc_irmad_no_change(const msc_variates *irmad, double z);
/* out[k] = full times that for z[k], rounded half up; full 0..255. */
void msc_irmad_no_change_row(const msc_variates *irmad, const double *z, size_t n, double full, uint8_t *out);

/* A sample of pixels in memory: value i of plane p is value[p * n + i]. */
typedef struct msc_irmad_sample {
    const float *value;
    const uint16_t *group;                    /* NULL, or a number a pixel: see msc_irmad_unchanged */
    size_t n;
    int n_before, n_after;
} msc_irmad_sample;

typedef struct msc_irmad_fit {
    int max_iterations;                       /* 1..; 1 is plain MAD */
    double tolerance;                         /* of max |delta rho| */
    int n_iterations, is_converged;           /* out */
    double delta;                             /* out: the last max |delta rho| */
    msc_variates first;                       /* out: without weights */
} msc_irmad_fit;

/* Iterates: weights are P(no change) by the last variates. When the weighted covariance becomes singular, what came before
 * stays and is_converged is 0. Sums are made of parts of the sample that depend on its size alone, and joined in order: the
 * same result for any number of threads. ENODATA, ENOMEM, ECANCELLED. */
msc_status msc_irmad_iterate(const msc_settings *settings, const msc_irmad_sample *sample, msc_irmad_fit *fit,
                             msc_variates *irmad, msc_error *err);

/* Sets the scale, 1 or more, so that the sample's median z is at most the median of chi-square: half of the pixels or more
 * are taken to be unchanged, however much their variates vary. ENOMEM. */
msc_status msc_irmad_calibrate(const msc_irmad_sample *sample, msc_variates *irmad, msc_error *err);

/* Sums over the sample's pixels of P(no change) > least; of one group when group >= 0. */
msc_status msc_irmad_unchanged(const msc_settings *settings, const msc_irmad_sample *sample, const msc_variates *irmad,
                               double least, int group, msc_irmad_sums *sums, msc_error *err);

/* y = gain x + offset by orthogonal regression (both have errors of one size): the first principal axis of the pixels
 * (Canty & Nielsen 2008, section 3). 0 when the covariance is not positive. */
int msc_orthogonal_line(double var_x, double var_y, double cov, double mean_x, double mean_y, double *gain, double *offset);
#endif
