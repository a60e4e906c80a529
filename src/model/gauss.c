/* gauss.c - the signatures of a Gaussian model: their storage, and the table that kernels read. */
#include "model/gauss.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include "model/gauss_parts.h"
#include <math.h>
#include <string.h>

_Static_assert((int)MSC_GAUSS_FEATURES >= (int)MSC_MAX_FEATURES && (int)MSC_GAUSS_CLASSES >= (int)MSC_MAX_CLASSES,
               "kernels take every model");

size_t msc_gauss_triangle(int n_features) { return (size_t)n_features * ((size_t)n_features + 1) / 2; }

msc_status msc_gauss_init(int n_features, int n_classes, msc_gauss *gauss, msc_error *err)
{
    const size_t n = (size_t)n_classes;
    *gauss = (msc_gauss){ .n_features = n_features, .n_classes = n_classes };
    gauss->mean = msc_alloc_zero(n * (size_t)n_features, sizeof *gauss->mean);
    gauss->covariance = msc_alloc_zero(n * msc_gauss_triangle(n_features), sizeof *gauss->covariance);
    gauss->numbers = msc_alloc_zero(n * msc_gauss_numbers(n_features), sizeof *gauss->numbers);
    if (gauss->mean && gauss->covariance && gauss->numbers) return MSC_OK;
    return msc_fail(err, MSC_ENOMEM, "model", "%d signatures of %d features", n_classes, n_features);
}

void msc_gauss_clear(msc_gauss *gauss)
{
    msc_release(gauss->mean);
    msc_release(gauss->covariance);
    msc_release(gauss->numbers);
    *gauss = (msc_gauss){ 0 };
}

int msc_cholesky(double *a, int n, const double *least)
{
    double *row = a;
    for (int i = 0; i < n; row += ++i) {
        const double *other = a;
        for (int j = 0; j <= i; other += ++j) {
            double rest = row[j];
            for (int k = 0; k < j; k++) rest -= row[k] * other[k];
            if (j < i) row[j] = rest / other[j];
            else if (rest > least[i]) row[j] = sqrt(rest);
            else return i + 1;
        }
    }
    return 0;
}

/* The inverse of a lower triangle, in its place: row by row, each from those above. */
static void invert(double *l, int n)
{
    double *row = l;
    for (int i = 0; i < n; row += ++i) {
        const double pivot = 1.0 / row[i];
        for (int j = 0; j < i; j++) {
            double sum = 0.0;
            for (int k = j; k < i; k++) sum += row[k] * l[msc_gauss_triangle(k) + (size_t)j];
            row[j] = -pivot * sum;
        }
        row[i] = pivot;
    }
}

/* m, W and log det S of one class; 0 when S is not positive definite or a number is no float. */
static int tabulate_class(const msc_gauss *g, int c, double *work, float *out, double *log_det)
{
    static const double none[MSC_MAX_FEATURES] = { 0 };
    const size_t n = (size_t)g->n_features, n_triangle = msc_gauss_triangle(g->n_features);
    const double *mean = g->mean + (size_t)c * n, *covariance = g->covariance + (size_t)c * n_triangle;
    for (size_t i = 0; i < n_triangle; i++) work[i] = covariance[i];
    if (msc_cholesky(work, g->n_features, none) != 0) return 0;
    *log_det = 0.0;
    for (int i = 0; i < g->n_features; i++) *log_det += 2.0 * log(work[msc_gauss_triangle(i + 1) - 1]);
    invert(work, g->n_features);
    int is_sound = isfinite(*log_det);
    for (size_t i = 0; i < n; i++) is_sound &= isfinite(out[i] = (float)mean[i]);
    for (size_t i = 0; i < n_triangle; i++) is_sound &= isfinite(out[n + i] = (float)work[i]);
    return is_sound;
}

const char *msc_gauss_tabulate(msc_gauss *g)
{
    const size_t step = msc_gauss_numbers(g->n_features);
    double *work = msc_alloc(msc_gauss_triangle(g->n_features), sizeof *work), log_det[MSC_MAX_CLASSES], least = INFINITY;
    int n = 0, is_sound = 1;
    if (!work) return "memory";
    for (int c = 0; c < g->n_classes && is_sound; c++) {
        if (g->n_px[c] == 0) continue;
        is_sound = tabulate_class(g, c, work, g->numbers + (size_t)n * step, &log_det[n]);
        if (is_sound && log_det[n] < least) least = log_det[n];
        g->class_index[n++] = (uint8_t)c;
    }
    msc_release(work);
    if (!is_sound || n == 0) return "signatures";
    for (int s = 0; s < n; s++) g->numbers[(size_t)(s + 1) * step - 1] = (float)(log_det[s] - least);
    g->n_signatures = n;
    return NULL;
}

void msc_gauss_ask_shares(const msc_gauss *gauss, const float *const *rows, size_t n, uint8_t *winner, uint8_t *percent,
                          uint8_t *const *shares)
{
    const msc_gauss_table table = { gauss->n_features, gauss->n_signatures, gauss->numbers, gauss->class_index };
    uint8_t *of_signature[MSC_MAX_CLASSES];
    int s = 0;
    for (int c = 0; shares && c < gauss->n_classes; c++) {
        if (gauss->n_px[c]) of_signature[s++] = shares[c];
        else memset(shares[c], 0, n);
    }
    msc_kernels_select()->gauss_row(winner, percent, shares ? of_signature : NULL, rows, n, &table);
}

void msc_gauss_ask(const msc_gauss *gauss, const float *const *rows, size_t n, uint8_t *winner, uint8_t *percent)
{
    msc_gauss_ask_shares(gauss, rows, n, winner, percent, NULL);
}
