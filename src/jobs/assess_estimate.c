/* assess_estimate.c - from values found under the reference to cells, and from cells to figures: of the whole, of the target
 * as one class, of zones. */
#include "base/mem.h"
#include "jobs/assess.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static msc_status no_memory(const msc_assessment *a, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, a->options->reference, "%zu features", a->features.n);
}

static int class_of(const msc_assessment *a, int code)
{
    for (int i = 0; i < a->n_classes; i++)
        if (a->code[i] == code) return i;
    return -1;
}

static msc_status note_class(msc_assessment *a, int code, msc_error *err)
{
    if (class_of(a, code) >= 0) return MSC_OK;
    if (a->n_classes == MSC_ACCURACY_CLASSES) return msc_fail(err, MSC_EVALUE, a->options->reference, "over %d classes", MSC_ACCURACY_CLASSES);
    int i = a->n_classes++;
    for (; i > 0 && a->code[i - 1] > code; i--) a->code[i] = a->code[i - 1];
    a->code[i] = code;
    return MSC_OK;
}

/* The classes of the sample; with post-strata those of the map too. */
static msc_status note_classes(msc_assessment *a, msc_error *err)
{
    for (size_t i = 0; i < a->n_found; i++) {
        if (a->found[i].value < MSC_ASSESS_NOT_SEEN) MSC_TRY(note_class(a, a->found[i].value, err));
        MSC_TRY(note_class(a, a->label[a->found[i].feature], err));
    }
    for (int v = 0; v < a->n_values && a->options->is_poststratified; v++)
        if (a->px[v] > 0) MSC_TRY(note_class(a, v, err));
    return MSC_OK;
}

static int by_all(const void *x, const void *y)
{
    const msc_sample_cell *p = x, *q = y;
    if (p->stratum != q->stratum) return p->stratum < q->stratum ? -1 : 1;
    if (p->map != q->map) return p->map < q->map ? -1 : 1;
    if (p->reference != q->reference) return p->reference < q->reference ? -1 : 1;
    return p->weight < q->weight ? -1 : p->weight > q->weight;
}

/* Units that agree in everything become one cell; the order is that of the values, whatever the tiles were. With a layer,
 * units outside the zone are outside the domain. */
static size_t make_cells(msc_assessment *a, int layer, int zone)
{
    size_t n = 0;
    for (size_t i = 0; i < a->n_found; i++) {
        const msc_found *f = &a->found[i];
        const int is_seen = f->value < MSC_ASSESS_NOT_SEEN && (layer < 0 || f->zone[layer] == zone);
        a->cells[i] = (msc_sample_cell){ is_seen ? class_of(a, f->value) : MSC_NOT_OBSERVED, class_of(a, a->label[f->feature]),
                                         a->stratum_of[f->feature], a->weight[f->feature], f->n };
    }
    if (a->n_found > 0) qsort(a->cells, a->n_found, sizeof *a->cells, by_all);
    for (size_t i = 0; i < a->n_found; i++) {
        if (n > 0 && by_all(&a->cells[n - 1], &a->cells[i]) == 0) a->cells[n - 1].n += a->cells[i].n;
        else a->cells[n++] = a->cells[i];
    }
    return n;
}

static int poststratify(msc_assessment *a, size_t n_cells, const int64_t *px, int *n_collapsed)
{
    int64_t units[MSC_ACCURACY_CLASSES];
    for (int i = 0; i < a->n_classes; i++) units[i] = px[a->code[i]];
    return msc_accuracy_poststratify(a->cells, n_cells, units, a->n_classes, n_collapsed);
}

static msc_estimate rest_of(msc_estimate e) { return (msc_estimate){ 1 - e.value, e.se, 1 - e.high, 1 - e.low }; }

/* The target against all else: two classes, the first of them the target. */
static msc_status estimate_target(const msc_assessment *a, size_t n_cells, int n_strata, msc_assess_target *target, msc_error *err)
{
    *target = (msc_assess_target){ .is_known = a->has_target };
    if (!a->has_target) return MSC_OK;
    msc_accuracy *two = msc_alloc_zero(1, sizeof *two);
    if (!two) return no_memory(a, err);
    for (size_t i = 0; i < n_cells; i++) {
        msc_sample_cell *c = &a->cells[i];
        if (c->map != MSC_NOT_OBSERVED) c->map = !a->is_target[a->code[c->map]];
        c->reference = !a->is_target[a->code[c->reference]];
    }
    const msc_status status = msc_accuracy_estimate(a->cells, n_cells, 2, n_strata, two, err);
    if (status == MSC_OK) {
        if (a->options->is_wald) msc_accuracy_wald(two);
        target->miss = rest_of(two->producers[0]);
        target->false_alarm = rest_of(two->users[0]);
        target->share = two->reference_share[0];
        target->map_share = two->map_share[0].value;
        target->unseen_upper = two->matrix[1][0] == 0 ? two->miss_upper[0] : NAN;
        target->false_upper = two->matrix[0][1] == 0 && two->matrix[0][0] > 0 ? two->none_upper[0] / target->map_share : NAN;
    }
    msc_release(two);
    return status;
}

/* Nothing may be adjusted where a stratum has fewer than two units, or pixels and none. */
static void look_for_refusal(msc_assessment *a)
{
    for (int h = 0; h < a->n_strata; h++) {
        const msc_assess_stratum *s = &a->strata[h];
        const int is_thin = a->design[0] ? s->n_pixels > 0 && s->n_labelled < 2 : s->n == 1;
        if (!is_thin || a->options->is_poststratified) continue;
        const long long n = a->design[0] ? s->n_labelled : s->n;
        char name[81];
        snprintf(name, sizeof name, "%s", s->name);
        msc_trim_text(name);
        snprintf(a->refusal[0], sizeof a->refusal[0], "stratum '%s' has %lld labelled points; at least 2 are needed", name, n);
        snprintf(a->refusal[1], sizeof a->refusal[1], "“%s”层只有 %lld 个已标注样点，至少需要 2 个", name, n);
        return;
    }
    if (a->accuracy->n_thin == 0) return;
    snprintf(a->refusal[0], sizeof a->refusal[0], "%d strata have one unit only", a->accuracy->n_thin);
    snprintf(a->refusal[1], sizeof a->refusal[1], "%d 个层只有一个样本单元", a->accuracy->n_thin);
}

msc_status msc_assess_estimate(msc_assessment *a, msc_error *err)
{
    MSC_TRY(note_classes(a, err));
    a->cells = msc_alloc_zero(a->n_found + 1, sizeof *a->cells);
    if (!a->cells) return no_memory(a, err);
    const size_t n_cells = make_cells(a, -1, 0);
    for (size_t i = 0; i < n_cells; i++) {
        a->strata[a->cells[i].stratum].n += a->cells[i].n;
        a->strata[a->cells[i].stratum].weight_sum += a->cells[i].weight * (double)a->cells[i].n;
    }
    const int n_strata = a->options->is_poststratified ? poststratify(a, n_cells, a->px, &a->n_collapsed) : a->n_strata;
    MSC_TRY(msc_accuracy_estimate(a->cells, n_cells, a->n_classes, n_strata, a->accuracy, err));
    if (a->options->is_wald) msc_accuracy_wald(a->accuracy);
    look_for_refusal(a);
    return estimate_target(a, n_cells, n_strata, &a->target, err);
}

int msc_assess_has_zone(const msc_assessment *a, int layer, int zone)
{
    const int64_t *px = a->layer[layer].px + (size_t)zone * (size_t)a->n_values;
    int has_px = zone < a->layer[layer].zones.n_zones - 1;
    for (int v = 0; v < a->n_values && !has_px; v++) has_px = px[v] != 0;
    return has_px;
}

msc_status msc_assess_zone(msc_assessment *a, int layer, int zone, msc_accuracy *accuracy, msc_assess_target *target, int *is_refused,
                           msc_error *err)
{
    const size_t n_cells = make_cells(a, layer, zone);
    int64_t n = 0;
    int n_collapsed;
    for (size_t i = 0; i < n_cells; i++)
        if (a->cells[i].map != MSC_NOT_OBSERVED) n += a->cells[i].n;
    memset(accuracy, 0, sizeof *accuracy);
    accuracy->n = n;
    *is_refused = n < a->options->zone_min || n == 0 || a->refusal[0][0];
    if (*is_refused) return MSC_OK;
    const int64_t *px = a->layer[layer].px + (size_t)zone * (size_t)a->n_values;
    const int n_strata = a->options->is_poststratified ? poststratify(a, n_cells, px, &n_collapsed) : a->n_strata;
    MSC_TRY(msc_accuracy_estimate(a->cells, n_cells, a->n_classes, n_strata, accuracy, err));
    if (a->options->is_wald) msc_accuracy_wald(accuracy);
    return estimate_target(a, n_cells, n_strata, target, err);
}
