/* accuracy.c - ratio estimators over a stratified sample, and kappa of the counts. */
#include "model/accuracy.h"
#include "base/mem.h"
#include "model/accuracy_bounds.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Which units count in the two totals of a ratio: class indices, ANY, or SAME (map and reference agree). */
enum { ANY = -2, SAME = -3 };
typedef struct ratio { int map_y, reference_y, map_x, reference_x; } ratio;

typedef struct stratum { int64_t n; double sum, sum_squares; } stratum;

typedef struct sample {
    const msc_sample_cell *cells;
    size_t n_cells;
    int n_strata;
    stratum *strata;
} sample;

static int counts(const msc_sample_cell *c, int map, int reference)
{
    if (c->map == MSC_NOT_OBSERVED) return 0;
    if (reference == SAME) return c->map == c->reference && (map == ANY || c->map == map);
    return (map == ANY || c->map == map) && (reference == ANY || c->reference == reference);
}

/* R = Y / X with Y = sum of w y, X = sum of w x (Stehman 2014, eqs. 20-27). Its variance by linearisation, with
 * e = w (y - R x): V = sum over strata of n_h / (n_h - 1) sum of (e - mean e)^2, over X^2 (Stehman 2014, eq. 28,
 * where w = N_h / n_h). The finite population correction is left out: samples are a tiny part of the pixels, and
 * without it intervals are on the safe side. Held to published numbers by tests/oracles/accuracy.txt. */
static msc_estimate estimate(const sample *s, ratio r)
{
    double y = 0, x = 0, variance = 0;
    for (size_t i = 0; i < s->n_cells; i++) {
        const msc_sample_cell *c = &s->cells[i];
        y += counts(c, r.map_y, r.reference_y) * c->weight * (double)c->n;
        x += counts(c, r.map_x, r.reference_x) * c->weight * (double)c->n;
    }
    if (x <= 0) return (msc_estimate){ NAN, NAN };
    const double value = y / x;
    memset(s->strata, 0, (size_t)s->n_strata * sizeof *s->strata);
    for (size_t i = 0; i < s->n_cells; i++) {
        const msc_sample_cell *c = &s->cells[i];
        stratum *h = &s->strata[c->stratum];
        const double e = c->weight * (counts(c, r.map_y, r.reference_y) - value * counts(c, r.map_x, r.reference_x));
        h->n += c->n;
        h->sum += e * (double)c->n;
    }
    for (size_t i = 0; i < s->n_cells; i++) {
        const msc_sample_cell *c = &s->cells[i];
        stratum *h = &s->strata[c->stratum];
        const double e = c->weight * (counts(c, r.map_y, r.reference_y) - value * counts(c, r.map_x, r.reference_x));
        const double off = e - h->sum / (double)h->n;
        h->sum_squares += off * off * (double)c->n;
    }
    for (int h = 0; h < s->n_strata; h++) {
        const double n = (double)s->strata[h].n;
        if (s->strata[h].n == 1) return (msc_estimate){ value, NAN };
        if (s->strata[h].n > 1) variance += n / (n - 1) * s->strata[h].sum_squares;
    }
    return (msc_estimate){ value, sqrt(variance) / x };
}

/* Kappa and its large-sample standard error (Bishop, Fienberg & Holland 1975, eq. 11.4-7; Congalton & Green 2009,
 * ch. 5, with the thetas named as there). */
static void find_kappa(msc_accuracy *a)
{
    const double n = (double)a->n;
    double row[MSC_ACCURACY_CLASSES] = { 0 }, column[MSC_ACCURACY_CLASSES] = { 0 };
    double theta1 = 0, theta2 = 0, theta3 = 0, theta4 = 0;
    for (int i = 0; i < a->n_classes; i++)
        for (int j = 0; j < a->n_classes; j++) {
            row[i] += (double)a->matrix[i][j] / n;
            column[j] += (double)a->matrix[i][j] / n;
        }
    for (int i = 0; i < a->n_classes; i++) {
        theta1 += (double)a->matrix[i][i] / n;
        theta2 += row[i] * column[i];
        theta3 += (double)a->matrix[i][i] / n * (row[i] + column[i]);
        for (int j = 0; j < a->n_classes; j++)
            theta4 += (double)a->matrix[i][j] / n * (row[j] + column[i]) * (row[j] + column[i]);
    }
    const double wrong = 1 - theta1, chance = 1 - theta2;
    a->kappa = a->kappa_se = NAN;
    if (chance <= 0) return;
    a->kappa = (theta1 - theta2) / chance;
    const double variance = theta1 * wrong / (chance * chance) +
                            2 * wrong * (2 * theta1 * theta2 - theta3) / pow(chance, 3) +
                            wrong * wrong * (theta4 - 4 * theta2 * theta2) / pow(chance, 4);
    a->kappa_se = sqrt(variance > 0 ? variance / n : 0);
}

msc_status msc_accuracy_estimate(const msc_sample_cell *cells, size_t n_cells, int n_classes, int n_strata,
                                 msc_accuracy *a, msc_error *err)
{
    assert(n_classes <= MSC_ACCURACY_CLASSES && n_strata >= 1);
    memset(a, 0, sizeof *a);
    a->n_classes = n_classes;
    for (size_t i = 0; i < n_cells; i++) {
        assert(cells[i].stratum >= 0 && cells[i].stratum < n_strata && cells[i].weight > 0);
        if (cells[i].map == MSC_NOT_OBSERVED) {
            a->n_not_observed += cells[i].n;
            continue;
        }
        a->matrix[cells[i].map][cells[i].reference] += cells[i].n;
        a->n += cells[i].n;
    }
    if (a->n == 0) return msc_fail(err, MSC_ENODATA, "reference", "%lld not observed", (long long)a->n_not_observed);
    const sample s = { cells, n_cells, n_strata, msc_alloc_zero((size_t)n_strata, sizeof(stratum)) };
    if (!s.strata) return msc_fail(err, MSC_ENOMEM, "reference", "%d strata", n_strata);
    a->overall = estimate(&s, (ratio){ ANY, SAME, ANY, ANY });
    for (int i = 0; i < n_classes; i++) {
        a->users[i] = estimate(&s, (ratio){ i, SAME, i, ANY });
        a->producers[i] = estimate(&s, (ratio){ i, SAME, ANY, i });
        a->map_share[i] = estimate(&s, (ratio){ i, ANY, ANY, ANY });
        a->reference_share[i] = estimate(&s, (ratio){ ANY, i, ANY, ANY });
        for (int j = 0; j < n_classes; j++)
            if (a->matrix[i][j] > 0) a->share[i][j] = estimate(&s, (ratio){ i, j, ANY, ANY });
        const double u = a->users[i].value, p = a->producers[i].value;
        a->f1[i] = u + p > 0 ? 2 * u * p / (u + p) : isnan(u + p) ? NAN : 0;
        a->quantity += 0.5 * fabs(a->map_share[i].value - a->reference_share[i].value);
    }
    a->allocation = 1 - a->overall.value - a->quantity;
    if (a->allocation < 0) a->allocation = 0;   /* rounding */
    find_kappa(a);
    msc_release(s.strata);
    return msc_accuracy_bounds(cells, n_cells, n_strata, a, err);
}

double msc_estimate_half_width(msc_estimate e) { return 1.96 * e.se; }

double msc_accuracy_sample_size(const double *share, const double *users, int n_strata, double se_wanted)
{
    double sum = 0;
    for (int i = 0; i < n_strata; i++) sum += share[i] * sqrt(users[i] * (1 - users[i]));
    return (sum / se_wanted) * (sum / se_wanted);
}
