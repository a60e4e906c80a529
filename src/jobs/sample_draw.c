/* sample_draw.c - the candidates that become points: by stratum, by least draw, not too near each other. */
#include "base/hash.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "jobs/sample.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Points accepted so far, in square cells of one distance a side: a chain a cell. */
typedef struct near_index {
    double distance_m, pixel_e_m, pixel_n_m;
    int32_t width_px;
    uint32_t *head, *next;       /* point + 1 */
    size_t n_heads;
    const msc_sample_point *points;
} near_index;

static size_t head_of(const near_index *x, int64_t col, int64_t row)
{
    return (size_t)(msc_mix((uint64_t)col * 0x9e3779b97f4a7c15ULL ^ (uint64_t)row) % x->n_heads);
}

static void place_of(const near_index *x, int64_t pixel, double *e, double *n)
{
    *e = (double)(pixel % x->width_px) * x->pixel_e_m;
    *n = (double)(pixel / x->width_px) * x->pixel_n_m;
}

static int is_too_near(const near_index *x, int64_t pixel)
{
    double e, n, other_e, other_n;
    place_of(x, pixel, &e, &n);
    const int64_t col = (int64_t)(e / x->distance_m), row = (int64_t)(n / x->distance_m);
    for (int64_t r = row - 1; r <= row + 1; r++)
        for (int64_t c = col - 1; c <= col + 1; c++)
            for (uint32_t k = x->head[head_of(x, c, r)]; k; k = x->next[k - 1]) {
                place_of(x, x->points[k - 1].pixel, &other_e, &other_n);
                if ((e - other_e) * (e - other_e) + (n - other_n) * (n - other_n) < x->distance_m * x->distance_m) return 1;
            }
    return 0;
}

static void note_point(near_index *x, size_t i)
{
    double e, n;
    place_of(x, x->points[i].pixel, &e, &n);
    const size_t head = head_of(x, (int64_t)(e / x->distance_m), (int64_t)(n / x->distance_m));
    x->next[i] = x->head[head];
    x->head[head] = (uint32_t)i + 1;
}

static int by_draw(const void *a, const void *b)
{
    const msc_sample_point *p = a, *q = b;
    if (p->draw != q->draw) return p->draw < q->draw ? -1 : 1;
    return p->pixel < q->pixel ? -1 : p->pixel > q->pixel;
}

static size_t list_candidates(const msc_sample *s, msc_sample_point *all)
{
    size_t n = 0;
    for (int h = 0; h < s->frame->n_strata; h++) {
        const msc_candidates *c = &s->frame->strata[h].candidates;
        for (size_t i = 0; i < c->n; i++) all[n++] = (msc_sample_point){ c->at[i].pixel, c->at[i].draw, h };
    }
    if (n > 1) qsort(all, n, sizeof *all, by_draw);
    return n;
}

/* Candidates in order of their draws, while their stratum (or, without strata, the sample) wants more. */
static size_t accept(msc_sample *s, const msc_sample_point *all, size_t n_all, int64_t *wanted, near_index *index)
{
    size_t n = 0;
    for (size_t i = 0; i < n_all; i++) {
        int64_t *left = s->is_stratified ? &wanted[all[i].stratum] : &wanted[0];
        if (*left == 0 || (index && is_too_near(index, all[i].pixel))) continue;
        s->points[n] = all[i];
        if (index) note_point(index, n);
        n++;
        --*left;
    }
    return n;
}

static void tell_of_missing(const msc_settings *settings, msc_sample *s, const int64_t *wanted)
{
    for (int h = 0; h < s->frame->n_strata && s->is_stratified; h++) {
        char name[256];
        if (wanted[h] == 0) continue;
        msc_sample_stratum_name(s, h, msc_settings_words(settings, "", "zh")[0], name, sizeof name);
        msc_warn(settings, MSC_WDROPPED, s->options->points, msc_settings_words(settings, "%s: %lld of %lld points, the others are too near each other",
                 "%s：%lld / %lld 个样点，其余相距过近"), name,
                 (long long)(s->design[h].n - wanted[h]), (long long)s->design[h].n);
        s->design[h].n -= wanted[h];
    }
    if (s->is_stratified || wanted[0] == 0 || s->step_px > 0) return;
    msc_warn(settings, MSC_WDROPPED, s->options->points, msc_settings_words(settings, "%lld of %lld points, the others are too near each other",
             "%lld / %lld 个样点，其余相距过近"),
             (long long)(s->n_wanted - wanted[0]), (long long)s->n_wanted);
}

msc_status msc_sample_draw(const msc_settings *settings, msc_sample *s, msc_error *err)
{
    const int n_strata = s->frame->n_strata;
    const double metres = msc_crs_metres_per_unit(s->grid->crs), distance_m = s->step_px > 0 ? 0 : s->options->distance_m;
    size_t n_all = 0;
    int64_t total = 0;
    msc_status status = MSC_OK;
    for (int h = 0; h < n_strata; h++) {
        n_all += s->frame->strata[h].candidates.n;
        total += s->design[h].n;
    }
    if (!s->is_stratified) total = s->step_px > 0 ? (int64_t)n_all : s->n_wanted;
    near_index index = { .distance_m = distance_m, .pixel_e_m = s->grid->pixel_e * metres, .pixel_n_m = s->grid->pixel_n * metres,
                         .width_px = s->grid->width_px, .n_heads = 2 * (size_t)total + 1 };
    msc_sample_point *all = msc_alloc_zero(n_all + 1, sizeof *all);
    int64_t *wanted = msc_alloc_zero((size_t)n_strata + 1, sizeof *wanted);
    s->points = msc_alloc_zero((size_t)total + 1, sizeof *s->points);
    index.head = msc_alloc_zero(index.n_heads, sizeof *index.head);
    index.next = msc_alloc_zero((size_t)total + 1, sizeof *index.next);
    if (!all || !wanted || !s->points || !index.head || !index.next) {
        status = msc_fail(err, MSC_ENOMEM, s->options->points, "%lld points", (long long)total);
        goto done;
    }
    index.points = s->points;
    for (int h = 0; h < n_strata && s->is_stratified; h++) wanted[h] = s->design[h].n;
    if (!s->is_stratified) wanted[0] = total;
    list_candidates(s, all);
    s->n_points = accept(s, all, n_all, wanted, distance_m > 0 ? &index : NULL);
    tell_of_missing(settings, s, wanted);
    /* Without strata those of the frame only tell where the points fell. */
    for (int h = 0; h < n_strata && !s->is_stratified; h++) s->design[h].n = 0;
    for (size_t i = 0; i < s->n_points && !s->is_stratified; i++) s->design[s->points[i].stratum].n++;
done:
    msc_release(index.next);
    msc_release(index.head);
    msc_release(wanted);
    msc_release(all);
    return status;
}
