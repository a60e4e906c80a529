/* irmad_iterate.c - the iteration over a sample of pixels in memory, in parts that several threads share. */
#include "base/mem.h"
#include "model/irmad.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Parts that the sample is dealt out in, pixels that are weighed at a time, pixels that tell a centre, values that are ranked. */
enum { N_PARTS = 64, SOME = 1024, FEW = 1000, MOST_RANKED = 1 << 16 };

typedef enum weighting { EVEN, BY_PROBABILITY, UNCHANGED } weighting;

typedef struct pass {
    const msc_irmad_sample *sample;
    const msc_variates *irmad;
    weighting how;
    double least;                /* of UNCHANGED */
    int group;
    double centre[MSC_IRMAD_PLANES];
    msc_irmad_sums *part;        /* [N_PARTS] */
} pass;

static void weigh(const pass *p, const float *const *plane, size_t first, size_t n, double *weight)
{
    double z[SOME];
    if (p->how == EVEN) {
        for (size_t i = 0; i < n; i++) weight[i] = 1;
        return;
    }
    msc_irmad_score(p->irmad, plane, n, z);
    for (size_t i = 0; i < n; i++) {
        const double probability = msc_irmad_no_change(p->irmad, z[i]);
        if (p->how == BY_PROBABILITY) weight[i] = probability;
        else weight[i] = probability > p->least && (p->group < 0 || p->sample->group[first + i] == p->group);
    }
}

static msc_status sum_part(void *self, int part, msc_error *err)
{
    const pass *p = self;
    const msc_irmad_sample *s = p->sample;
    const int n_planes = s->n_before + s->n_after;
    const size_t begin = s->n * (size_t)part / N_PARTS, end = s->n * ((size_t)part + 1) / N_PARTS;
    (void)err;
    msc_irmad_sums_begin(&p->part[part], n_planes, p->centre);
    for (size_t first = begin; first < end; first += SOME) {
        const size_t n = end - first < SOME ? end - first : SOME;
        const float *plane[MSC_IRMAD_PLANES];
        double weight[SOME];
        for (int b = 0; b < n_planes; b++) plane[b] = s->value + (size_t)b * s->n + first;
        weigh(p, plane, first, n, weight);
        msc_irmad_sums_add(&p->part[part], plane, weight, n);
    }
    return MSC_OK;
}

static void find_centre(pass *p)
{
    const msc_irmad_sample *s = p->sample;
    const size_t step = s->n / FEW + 1, n = (s->n + step - 1) / step;
    for (int b = 0; b < s->n_before + s->n_after; b++) {
        double sum = 0;
        for (size_t i = 0; i < s->n; i += step) sum += (double)s->value[(size_t)b * s->n + i];
        p->centre[b] = n > 0 ? sum / (double)n : 0;
    }
}

static msc_status sum_all(const msc_settings *settings, pass *p, msc_irmad_sums *sums, msc_error *err)
{
    if (settings->cancel && *settings->cancel) return msc_fail(err, MSC_ECANCELLED, "irmad", "sums");
    p->part = msc_alloc(N_PARTS, sizeof *p->part);
    if (!p->part) return msc_fail(err, MSC_ENOMEM, "irmad", "sums");
    find_centre(p);
    const msc_status status = msc_stream_each(settings, N_PARTS, sum_part, p, err);
    if (status == MSC_OK) {
        *sums = p->part[0];
        for (int i = 1; i < N_PARTS; i++) msc_irmad_sums_merge(sums, &p->part[i]);
    }
    msc_release(p->part);
    return status;
}

msc_status msc_irmad_unchanged(const msc_settings *settings, const msc_irmad_sample *sample, const msc_variates *irmad,
                               double least, int group, msc_irmad_sums *sums, msc_error *err)
{
    pass p = { .sample = sample, .irmad = irmad, .how = UNCHANGED, .least = least, .group = group };
    return sum_all(settings, &p, sums, err);
}

static double largest_step(const msc_variates *a, const msc_variates *b)
{
    double largest = 0;
    for (int i = 0; i < a->n; i++) largest = fmax(largest, fabs(a->rho[i] - b->rho[i]));
    return largest;
}

msc_status msc_irmad_iterate(const msc_settings *settings, const msc_irmad_sample *sample, msc_irmad_fit *fit,
                             msc_variates *irmad, msc_error *err)
{
    msc_irmad_sums sums;
    pass p = { .sample = sample, .irmad = irmad, .how = EVEN };
    fit->is_converged = 0;
    fit->delta = 1;
    MSC_TRY(sum_all(settings, &p, &sums, err));
    MSC_TRY(msc_irmad_choose(&sums, sample->n_before, sample->n_after, irmad, err));
    MSC_TRY(msc_irmad_solve(&sums, irmad, err));
    fit->first = *irmad;
    p.how = BY_PROBABILITY;
    for (fit->n_iterations = 1; fit->n_iterations < fit->max_iterations && !fit->is_converged; fit->n_iterations++) {
        msc_variates next = *irmad;
        MSC_TRY(sum_all(settings, &p, &sums, err));
        if (sums.n_px <= sample->n_before + sample->n_after || msc_irmad_solve(&sums, &next, NULL) != MSC_OK) return MSC_OK;
        fit->delta = largest_step(irmad, &next);
        fit->is_converged = fit->delta < fit->tolerance;
        *irmad = next;
    }
    return MSC_OK;
}

static int by_value(const void *a, const void *b)
{
    const double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

msc_status msc_irmad_calibrate(const msc_irmad_sample *sample, msc_variates *irmad, msc_error *err)
{
    const size_t step = sample->n / MOST_RANKED + 1, n = (sample->n + step - 1) / step;
    double *z = msc_alloc(n + 1, sizeof *z);
    if (!z) return msc_fail(err, MSC_ENOMEM, "irmad", "%zu values", n);
    for (size_t i = 0; i < n; i++) {
        const float *plane[MSC_IRMAD_PLANES];
        for (int b = 0; b < sample->n_before + sample->n_after; b++) plane[b] = sample->value + (size_t)b * sample->n + i * step;
        msc_irmad_score(irmad, plane, 1, &z[i]);
    }
    qsort(z, n, sizeof *z, by_value);
    const double scale = z[n / 2] / msc_chi2_at(0.5, irmad->n);
    if (scale > irmad->scale) {
        irmad->step_inverse *= sqrt(irmad->scale / scale);
        irmad->scale = scale;
    }
    msc_release(z);
    return MSC_OK;
}
