/* gauss.h - Gaussian maximum likelihood: a mean and a covariance a class, and the pixel goes to the likeliest. */
#ifndef MSC_MODEL_GAUSS_H
#define MSC_MODEL_GAUSS_H
#include "kernels/gauss.h"
#include "model/forest.h"

/* Signatures. A class with fewer pixels than features + 1 has none (n_px 0) and is never the answer. */
typedef struct msc_gauss {
    int n_features, n_classes;
    int64_t n_px[MSC_MAX_CLASSES];
    double *mean;                /* [class * n_features + feature] */
    double *covariance;          /* [class * msc_gauss_triangle() + ...] lower triangle, row by row */
    int widened[MSC_MAX_CLASSES];/* 1 + the feature at which a covariance was singular before it was widened; 0: it was not */
    int n_signatures;            /* from here on: what kernels read, see kernels/gauss.h */
    float *numbers;
    uint8_t class_index[MSC_MAX_CLASSES];
} msc_gauss;

/* Numbers of a lower triangle. */
size_t msc_gauss_triangle(int n_features);

/* Makes room for signatures that are all absent. ENOMEM. The caller clears it, also after a failure. */
msc_status msc_gauss_init(int n_features, int n_classes, msc_gauss *gauss, msc_error *err);
void msc_gauss_clear(msc_gauss *gauss);

/* Derives what kernels read from means and covariances. Returns NULL, "memory", or "signatures" when there is none, or
 * one whose covariance is not positive definite or whose numbers do not fit 32-bit floats. */
const char *msc_gauss_tabulate(msc_gauss *gauss);

/* Estimates the signatures: means and covariances (divisor n - 1) of the samples of each class. A covariance that is
 * singular (a pivot of its Cholesky factor is not above 1e-9 of the feature's variance over all samples) gets 1e-6 of
 * those variances on its diagonal. report may be NULL; it gets the accuracy by n_folds folds of whole groups (0: none)
 * drawn from the seed; out-of-bag accuracy and importance are NAN. The model is the caller's to clear, and untouched on
 * failure. ETRAIN when no class has enough samples, EVALUE, ENOMEM, ECANCELLED. */
msc_status msc_gauss_fit(const msc_settings *settings, const msc_samples *samples, int n_folds, uint64_t seed,
                         msc_gauss *gauss, msc_forest_report *report, msc_error *err);

/* Asks about n pixels, rows[f][i]: winner: class index; percent: its posterior under equal priors, 0..100, or NULL. */
void msc_gauss_ask(const msc_gauss *gauss, const float *const *rows, size_t n, uint8_t *winner, uint8_t *percent);
/* The same with every class' posterior: shares[class index][i], 0..255 for 0..1, rounded half up; 0 of a class that has no
 * signature. percent must be given. */
void msc_gauss_ask_shares(const msc_gauss *gauss, const float *const *rows, size_t n, uint8_t *winner, uint8_t *percent,
                          uint8_t *const *shares);
#endif
