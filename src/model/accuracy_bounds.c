/* accuracy_bounds.c - upper bounds of what a sample did not show. */
#include "model/accuracy_bounds.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

/* With Q_h = 1 - q_h the sum of W_h q_h is largest, under sum n_h log Q_h = log alpha, where Q_h is proportional to
 * n_h / W_h (Lagrange), but at most 1: strata that would exceed 1 are taken out and the rest is solved again, which only
 * raises the factor, so that none of them comes back. */
double msc_bound_of_none(const double *share, const double *n, int n_strata, double alpha)
{
    double log_factor = -HUGE_VAL, bound = 0;
    for (int round = 0; round <= n_strata; round++) {
        double sum_n = 0, sum = 0;
        for (int h = 0; h < n_strata; h++) {
            if (!(share[h] > 0 && n[h] > 0)) continue;
            const double c = log(n[h] / share[h]);
            if (round > 0 && log_factor + c >= 0) continue;
            sum_n += n[h];
            sum += n[h] * c;
        }
        const double next = sum_n > 0 ? (log(alpha) - sum) / sum_n : log_factor;
        if (next == log_factor) break;
        log_factor = next;
    }
    for (int h = 0; h < n_strata; h++) {
        if (!(share[h] > 0)) continue;
        if (!(n[h] > 0)) bound += share[h];
        else if (log_factor + log(n[h] / share[h]) < 0) bound += share[h] * -expm1(log_factor + log(n[h] / share[h]));
    }
    return bound;
}

enum { ALL = -1 };

/* The bound over the observed units of map class `inside` (ALL: any) and outside map class `outside` (ALL: none). */
static double bound_over(const msc_sample_cell *cells, size_t n_cells, int n_strata, double *space, int inside, int outside)
{
    double *share = space, *n = space + n_strata, all = 0;
    memset(space, 0, 2 * (size_t)n_strata * sizeof *space);
    for (size_t i = 0; i < n_cells; i++) {
        const msc_sample_cell *c = &cells[i];
        if (c->map == MSC_NOT_OBSERVED) continue;
        all += c->weight * (double)c->n;
        if ((inside != ALL && c->map != inside) || c->map == outside) continue;
        share[c->stratum] += c->weight * (double)c->n;
        n[c->stratum] += (double)c->n;
    }
    for (int h = 0; h < n_strata; h++) share[h] /= all;
    return msc_bound_of_none(share, n, n_strata, 0.05);
}

msc_status msc_accuracy_bounds(const msc_sample_cell *cells, size_t n_cells, int n_strata, msc_accuracy *a, msc_error *err)
{
    double *space = msc_alloc_zero(2 * (size_t)n_strata, sizeof *space);
    if (!space) return msc_fail(err, MSC_ENOMEM, "reference", "%d strata", n_strata);
    for (size_t i = 0; i < n_cells; i++) space[cells[i].stratum] += (double)cells[i].n;
    for (int h = 0; h < n_strata; h++) a->n_thin += space[h] == 1;
    a->absent_upper = bound_over(cells, n_cells, n_strata, space, ALL, ALL);
    for (int i = 0; i < a->n_classes; i++) {
        a->none_upper[i] = bound_over(cells, n_cells, n_strata, space, i, ALL);
        a->miss_upper[i] = bound_over(cells, n_cells, n_strata, space, ALL, i);
    }
    msc_release(space);
    return MSC_OK;
}
