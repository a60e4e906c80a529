/* irmad.c - canonical correlations of two images, and the probability that a pixel did not change. */
#include "model/irmad.h"
#include <lapacke.h>
#include <math.h>
#include <string.h>

/* A band is determined by others of its image when less than this share of its variance is its own. */
#define OWN_SHARE 1e-8
/* Where the table ends; and the least variance of a variate: those of images that are equal to the last bit are nothing but
 * rounding. */
#define LEAST_P 1e-10
#define LEAST_VARIANCE 1e-9

enum { N = MSC_IRMAD_BANDS };

double msc_chi2_above(double z, int dof)
{
    if (!(z > 0)) return 1;
    const double half = z / 2;
    double term = dof % 2 ? exp(-half) * sqrt(half) / tgamma(1.5) : exp(-half);
    double sum = dof % 2 ? erfc(sqrt(half)) : 0;
    for (int k = 0; k < dof / 2; k++) {
        sum += term;
        term *= half / (dof % 2 ? k + 1.5 : k + 1.0);
    }
    return sum < 1 ? sum : 1;
}

double msc_chi2_at(double above, int dof)
{
    double low = 0, high = 64;
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;
        if (msc_chi2_above(middle * middle, dof) > above) low = middle;
        else high = middle;
    }
    return high * high;
}

static void make_table(msc_variates *irmad)
{
    const int last = (int)(sizeof irmad->no_change / sizeof *irmad->no_change) - 2;
    const double high = sqrt(msc_chi2_at(LEAST_P, irmad->n));
    irmad->scale = 1;
    irmad->step_inverse = last / high;
    for (int i = 0; i <= last + 1; i++) {
        const double root = i * high / last;
        irmad->no_change[i] = msc_chi2_above(root * root, irmad->n);
    }
}

/* Marks the bands first..first+n-1 that are neither constant nor a sum of others; returns their number. Pivots of the
 * Cholesky factor of the correlations are what a band has of its own beside those before it. */
static int choose_bands(const msc_irmad_sums *sums, int first, int n, uint8_t *is_used)
{
    double matrix[N * N];
    lapack_int pivot[N], rank = 0;
    int varying[N], m = 0;
    for (int p = first; p < first + n; p++) {
        const double least = 1e-12 * msc_irmad_mean(sums, p);   /* what rounding makes of a constant */
        is_used[p] = 0;
        if (msc_irmad_covariance(sums, p, p) > least * least) varying[m++] = p;
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            matrix[i * m + j] = msc_irmad_covariance(sums, varying[i], varying[j])
                                / sqrt(msc_irmad_covariance(sums, varying[i], varying[i]) * msc_irmad_covariance(sums, varying[j], varying[j]));
    if (m > 0) LAPACKE_dpstrf(LAPACK_ROW_MAJOR, 'L', m, matrix, m, pivot, &rank, OWN_SHARE);
    for (int i = 0; i < rank; i++) is_used[varying[pivot[i] - 1]] = 1;
    return (int)rank;
}

msc_status msc_irmad_choose(const msc_irmad_sums *sums, int n_before, int n_after, msc_variates *irmad, msc_error *err)
{
    memset(irmad, 0, sizeof *irmad);
    irmad->n_before = n_before;
    irmad->n_after = n_after;
    if (sums->n_px <= n_before + n_after)
        return msc_fail(err, MSC_ENODATA, "irmad", "%lld pixels observed in both images, %d bands", (long long)sums->n_px, n_before + n_after);
    const int before = choose_bands(sums, 0, n_before, irmad->is_used), after = choose_bands(sums, n_before, n_after, irmad->is_used);
    irmad->n = before < after ? before : after;
    if (irmad->n == 0) return msc_fail(err, MSC_ENODATA, "irmad", "every band of the image %s is constant", before ? "after" : "before");
    make_table(irmad);
    return MSC_OK;
}

/* The covariance of the used bands at[0..n) as its Cholesky factor, row by row; 0 when it is singular. */
static int factor(const msc_irmad_sums *sums, const int *at, int n, double *matrix)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) matrix[i * n + j] = msc_irmad_covariance(sums, at[i], at[j]);
    return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', n, matrix, n) == 0;
}

static int list_used(const msc_variates *irmad, int first, int n, int *at)
{
    int m = 0;
    for (int p = first; p < first + n; p++)
        if (irmad->is_used[p]) at[m++] = p;
    return m;
}

static void set_rows(msc_variates *irmad, const msc_irmad_sums *sums, const int *at, int n, const double *coefficient, double sign)
{
    for (int i = 0; i < irmad->n; i++)
        for (int k = 0; k < n; k++) {
            irmad->row[i][at[k]] = sign * coefficient[i * n + k] / irmad->sigma[i];
            irmad->offset[i] += irmad->row[i][at[k]] * msc_irmad_mean(sums, at[k]);
        }
}

/* With S_xx = L L', S_yy = M M', the singular values of L^-1 S_xy M^-T are the correlations, and a = L^-T u, b = M^-T v
 * (Golub & Van Loan 2013, 6.4.3): no product of covariances is made, which would square their condition. */
msc_status msc_irmad_solve(const msc_irmad_sums *sums, msc_variates *irmad, msc_error *err)
{
    double l[N * N], m[N * N], k[N * N], u[N * N], vt[N * N], left[N * N], right[N * N], unused[N];
    int x[N], y[N];
    const int p = list_used(irmad, 0, irmad->n_before, x), q = list_used(irmad, irmad->n_before, irmad->n_after, y), n = irmad->n;
    const int is_regular = factor(sums, x, p, l) && factor(sums, y, q, m);
    if (!is_regular) return msc_fail(err, MSC_ENODATA, "irmad", "singular covariance of %lld pixels", (long long)sums->n_px);
    for (int i = 0; i < p; i++)
        for (int j = 0; j < q; j++) k[i * q + j] = msc_irmad_covariance(sums, x[i], y[j]);
    LAPACKE_dtrtrs(LAPACK_ROW_MAJOR, 'L', 'N', 'N', p, q, l, p, k, q);
    for (int i = 0; i < p; i++)
        for (int j = 0; j < q; j++) right[j * p + i] = k[i * q + j];
    LAPACKE_dtrtrs(LAPACK_ROW_MAJOR, 'L', 'N', 'N', q, p, m, q, right, p);
    for (int i = 0; i < p; i++)
        for (int j = 0; j < q; j++) k[i * q + j] = right[j * p + i];
    double rho[N];
    if (LAPACKE_dgesvd(LAPACK_ROW_MAJOR, 'S', 'S', p, q, k, q, rho, u, n, vt, q, unused) != 0)
        return msc_fail(err, MSC_ENODATA, "irmad", "no singular values of %lld pixels", (long long)sums->n_px);
    LAPACKE_dtrtrs(LAPACK_ROW_MAJOR, 'L', 'T', 'N', p, n, l, p, u, n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < q; j++) right[j * n + i] = vt[i * q + j];
    LAPACKE_dtrtrs(LAPACK_ROW_MAJOR, 'L', 'T', 'N', q, n, m, q, right, n);
    memset(irmad->row, 0, sizeof irmad->row);
    memset(irmad->offset, 0, sizeof irmad->offset);
    for (int i = 0; i < n; i++) {
        irmad->rho[i] = rho[i] < 1 ? rho[i] : 1;
        irmad->sigma[i] = sqrt(fmax(2 * (1 - irmad->rho[i]), LEAST_VARIANCE));
        for (int j = 0; j < p; j++) left[i * p + j] = u[j * n + i];
        for (int j = 0; j < q; j++) vt[i * q + j] = right[j * n + i];
    }
    set_rows(irmad, sums, x, p, left, 1);
    set_rows(irmad, sums, y, q, vt, -1);
    return MSC_OK;
}

int msc_orthogonal_line(double var_x, double var_y, double cov, double mean_x, double mean_y, double *gain, double *offset)
{
    if (!(cov > 0)) return 0;
    const double difference = var_y - var_x;
    *gain = (difference + sqrt(difference * difference + 4 * cov * cov)) / (2 * cov);
    *offset = mean_y - *gain * mean_x;
    return 1;
}
