/* gauss_fit.c - from samples to signatures, and how well they do on polygons they did not see. */
#include "model/gauss_parts.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

/* Of a feature's variance over all samples: what a pivot must exceed, and what a singular covariance gets. A 32-bit
 * feature of ten times its own spread is exact to 1e-6 of the spread, so a feature that others determine leaves a pivot
 * near 1e-12, while bands that merely resemble each other leave 1e-6 or more. A class widened by a thousandth of the
 * spread stays far narrower than the distance between classes. */
#define LEAST_PIVOT 1e-9
#define WIDENING 1e-6

enum { BLOCK = 4096 };           /* samples asked at once */

/* The samples of one estimate: those outside a fold, or all with left_out -1. */
typedef struct pick { const msc_samples *samples; const uint8_t *fold; int left_out; } pick;

static int is_in(const pick *p, size_t i) { return p->left_out < 0 || p->fold[i] != p->left_out; }

/* Variance of each feature over all samples; 1 for one that never varies, which then tells no class from another. */
static void spread_of(const msc_samples *s, double *variance)
{
    for (int f = 0; f < s->n_features; f++) {
        const float *x = s->x + (size_t)f * s->n;
        double sum = 0.0, squares = 0.0;
        for (size_t i = 0; i < s->n; i++) sum += (double)x[i];
        for (size_t i = 0; i < s->n; i++) squares += ((double)x[i] - sum / (double)s->n) * ((double)x[i] - sum / (double)s->n);
        variance[f] = squares > 0.0 ? squares / (double)s->n : 1.0;
    }
}

static void count_and_average(const pick *p, msc_gauss *g)
{
    const msc_samples *s = p->samples;
    const size_t n = (size_t)s->n_features;
    for (size_t i = 0; i < s->n; i++) g->n_px[s->label[i]] += is_in(p, i);
    for (size_t f = 0; f < n; f++) {
        for (size_t i = 0; i < s->n; i++)
            if (is_in(p, i)) g->mean[s->label[i] * n + f] += (double)s->x[f * s->n + i];
        for (int c = 0; c < s->n_classes; c++)
            if (g->n_px[c] > 0) g->mean[(size_t)c * n + f] /= (double)g->n_px[c];
    }
}

/* Sums of products of what stands off the mean. */
static void add_products(const pick *p, msc_gauss *g)
{
    const msc_samples *s = p->samples;
    const size_t n = (size_t)s->n_features, n_triangle = msc_gauss_triangle(s->n_features);
    for (size_t i = 0; i < s->n; i++) {
        double away[MSC_MAX_FEATURES], *sum = g->covariance + s->label[i] * n_triangle;
        const double *mean = g->mean + s->label[i] * n;
        if (!is_in(p, i)) continue;
        for (size_t f = 0; f < n; f++) {
            away[f] = (double)s->x[f * s->n + i] - mean[f];
            for (size_t k = 0; k <= f; k++) *sum++ += away[f] * away[k];
        }
    }
}

/* From sums to a covariance that can be inverted. */
static void settle(msc_gauss *g, int c, const double *variance, double *work)
{
    const size_t n_triangle = msc_gauss_triangle(g->n_features);
    double *covariance = g->covariance + (size_t)c * n_triangle, least[MSC_MAX_FEATURES];
    for (size_t i = 0; i < n_triangle; i++) work[i] = covariance[i] /= (double)(g->n_px[c] - 1);
    for (int f = 0; f < g->n_features; f++) least[f] = LEAST_PIVOT * variance[f];
    g->widened[c] = msc_cholesky(work, g->n_features, least);
    for (int f = 0; f < g->n_features && g->widened[c]; f++) covariance[msc_gauss_triangle(f + 1) - 1] += WIDENING * variance[f];
}

static msc_status estimate(const pick *p, const double *variance, msc_gauss *g, msc_error *err)
{
    const msc_samples *s = p->samples;
    MSC_TRY(msc_gauss_init(s->n_features, s->n_classes, g, err));
    double *work = msc_alloc(msc_gauss_triangle(s->n_features), sizeof *work);
    if (!work) return msc_fail(err, MSC_ENOMEM, "train", "%d features", s->n_features);
    count_and_average(p, g);
    add_products(p, g);
    for (int c = 0; c < g->n_classes; c++) {
        if (g->n_px[c] <= g->n_features) g->n_px[c] = 0;
        else settle(g, c, variance, work);
    }
    msc_release(work);
    const char *wrong = msc_gauss_tabulate(g);
    if (wrong && strcmp(wrong, "memory") == 0) return msc_fail(err, MSC_ENOMEM, "train", "%d features", s->n_features);
    return wrong ? msc_fail(err, MSC_ETRAIN, "train", "no class has more than %d pixels", s->n_features) : MSC_OK;
}

/* Answers for the samples of one fold. */
static void answer(const msc_gauss *g, const msc_samples *s, const uint8_t *fold, int this_fold, uint8_t *answers)
{
    uint8_t winner[BLOCK];
    for (size_t i = 0; i < s->n; i += BLOCK) {
        const float *rows[MSC_MAX_FEATURES];
        const size_t n = s->n - i < BLOCK ? s->n - i : BLOCK;
        for (int f = 0; f < s->n_features; f++) rows[f] = s->x + (size_t)f * s->n + i;
        msc_gauss_ask(g, rows, n, winner, NULL);
        for (size_t k = 0; k < n; k++)
            if (fold[i + k] == this_fold) answers[i + k] = winner[k];
    }
}

static msc_status cross_validate(const msc_settings *settings, const msc_samples *s, const double *variance, int n_folds,
                                 uint64_t seed, msc_validation *validation, msc_error *err)
{
    uint8_t *fold = msc_alloc(s->n, 1), *answers = msc_alloc(s->n, 1);
    msc_status status = MSC_OK;
    n_folds = fold && answers ? msc_forest_folds(s, n_folds, seed, fold) : 0;
    if (n_folds == 0) status = msc_fail(err, MSC_ENOMEM, "train", "%zu samples", s->n);
    if (n_folds < 2) goto done;   /* one polygon: nothing to hold out */
    for (int k = 0; k < n_folds && status == MSC_OK; k++) {
        msc_gauss g = { 0 };
        if (settings->cancel && *settings->cancel) status = msc_fail(err, MSC_ECANCELLED, "train", "cancelled");
        else status = estimate(&(pick){ s, fold, k }, variance, &g, err);
        if (status == MSC_OK) answer(&g, s, fold, k, answers);
        msc_gauss_clear(&g);
    }
    if (status == MSC_ETRAIN) status = MSC_OK;   /* too few polygons to hold any out: no figure */
    else if (status == MSC_OK) msc_validation_count(validation, answers, s->label, s->n);
done:
    msc_release(fold);
    msc_release(answers);
    return status;
}

static msc_status check(const msc_samples *s, int n_folds, msc_error *err)
{
    if (s->n == 0) return msc_fail(err, MSC_ETRAIN, "train", "0 samples");
    if (s->n > INT32_MAX) return msc_fail(err, MSC_EVALUE, "train", "%zu samples", s->n);
    if (s->n_features < 1 || s->n_features > MSC_MAX_FEATURES) return msc_fail(err, MSC_EVALUE, "features", "%d", s->n_features);
    if (s->n_classes < 1 || s->n_classes > MSC_MAX_CLASSES) return msc_fail(err, MSC_EVALUE, "classes", "%d", s->n_classes);
    if (n_folds < 0 || n_folds > 100) return msc_fail(err, MSC_EVALUE, "folds", "%d", n_folds);
    for (size_t i = 0; i < s->n; i++)
        if (s->label[i] >= s->n_classes) return msc_fail(err, MSC_EVALUE, "class", "%d", s->label[i]);
    return MSC_OK;
}

msc_status msc_gauss_fit(const msc_settings *settings, const msc_samples *samples, int n_folds, uint64_t seed,
                         msc_gauss *gauss, msc_forest_report *report, msc_error *err)
{
    double variance[MSC_MAX_FEATURES];
    msc_gauss fitted = { 0 };
    MSC_TRY(check(samples, n_folds, err));
    spread_of(samples, variance);
    msc_status status = estimate(&(pick){ samples, NULL, -1 }, variance, &fitted, err);
    if (report) {
        *report = (msc_forest_report){ .oob_accuracy = NAN, .cv.accuracy = NAN, .half.accuracy = NAN };
        for (int f = 0; f < MSC_MAX_FEATURES; f++) report->importance[f] = NAN;
    }
    if (status == MSC_OK && report && n_folds >= 2) status = cross_validate(settings, samples, variance, n_folds, seed, &report->cv, err);
    if (status == MSC_OK && report && n_folds > 2) status = cross_validate(settings, samples, variance, 2, seed, &report->half, err);
    if (status == MSC_OK) *gauss = fitted;
    else msc_gauss_clear(&fitted);
    return status;
}
