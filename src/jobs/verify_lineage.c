/* verify_lineage.c - where patches come from: earlier numbers, and the kind of change. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/verify.h"
#include "base/mem.h"
#include "jobs/beside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char separators[] = ",; ";

typedef struct earlier_patch { const char *number; double box[4]; } earlier_patch;

static void box_of(const msc_shape *s, double box[4])
{
    for (int k = 0; k < 2; k++) box[k] = box[k + 2] = s->n_rings ? s->xy[k] : NAN;
    for (size_t i = 0; s->n_rings && i < s->ring_start[s->n_rings]; i++)
        for (int k = 0; k < 2; k++) {
            box[k] = fmin(box[k], s->xy[2 * i + (size_t)k]);
            box[k + 2] = fmax(box[k + 2], s->xy[2 * i + (size_t)k]);
        }
}

static int by_number(const void *a, const void *b) { return strcmp(((const earlier_patch *)a)->number, ((const earlier_patch *)b)->number); }

/* Every number of a list is that of an earlier patch whose box comes within reach of the patch's (units of the CRS). "+N" at the end counts those without room. */
static int is_right_list(const char *list, const msc_shape *shape, double reach, const earlier_patch *earlier, size_t n)
{
    double box[4];
    char number[64];
    box_of(shape, box);
    for (int k = 0; k < 4; k++) box[k] += k < 2 ? -reach : reach;
    for (const char *at = list; *(at += strspn(at, separators)); at += strcspn(at, separators)) {
        const size_t length = strcspn(at, separators);
        if (at[0] == '+' && length > 1 && strspn(at + 1, "0123456789") == length - 1 && !at[length]) continue;
        if (length >= sizeof number) return 0;
        snprintf(number, sizeof number, "%.*s", (int)length, at);
        const earlier_patch key = { .number = number };
        const earlier_patch *found = n ? bsearch(&key, earlier, n, sizeof *earlier, by_number) : NULL;
        if (!found || found->box[0] > box[2] || found->box[2] < box[0] || found->box[1] > box[3] || found->box[3] < box[1]) return 0;
    }
    return 1;
}

static msc_status check_numbers(const msc_patch_layer *l, const msc_features_in *before, msc_error *err)
{
    size_t n_bad = 0, first = 0;
    earlier_patch *earlier = msc_alloc_zero(before->n + 1, sizeof *earlier);
    if (!earlier) return msc_fail(err, MSC_ENOMEM, l->earlier, "%zu patches", before->n);
    for (size_t k = 0; k < before->n; k++) {
        earlier[k].number = msc_patch_text(&before->value[k]);
        box_of(&before->shape[k], earlier[k].box);
    }
    qsort(earlier, before->n, sizeof *earlier, by_number);
    const double reach_px = msc_beside_reach(&l->v->grid, msc_verify_number(l->v, l->group, "reach_px", 0) + 0.5, l->v->job->vectorize.simplify_m);
    const double reach = reach_px * fmax(l->v->grid.pixel_e, l->v->grid.pixel_n);
    for (size_t i = 0; i < l->features.n; i++)
        if (!is_right_list(msc_patch_text(msc_patch_checked(l, i, MSC_QTBBH)), msc_patch_shape(l, i), reach, earlier, before->n) && n_bad++ == 0) first = i;
    msc_release(earlier);
    msc_verify_note_patches(l, "lineage", n_bad, first, "");
    return MSC_OK;
}

/* 新增 and 扩大, which has a predecessor, begin damage, 恢复 and 缩小 end it, 转变 is from damage to damage; 存疑 may be any. */
static int is_right_kind(const msc_patch_layer *l, size_t i)
{
    const char *kind = msc_patch_text(msc_patch_checked(l, i, MSC_BHLX));
    const int was = msc_job_is_damage(l->v->job, msc_patch_checked(l, i, MSC_QDM)->integer), is = msc_job_is_damage(l->v->job, msc_patch_checked(l, i, MSC_TBDM)->integer);
    if (strcmp(kind, "存疑") == 0) return 1;
    if (!was && is) return strcmp(kind, msc_patch_text(msc_patch_checked(l, i, MSC_QTBBH))[0] ? "扩大" : "新增") == 0;
    if (was && !is) return strcmp(kind, "恢复") == 0 || strcmp(kind, "缩小") == 0;
    return strcmp(kind, was ? "转变" : "") == 0;
}

msc_status msc_verify_lineage(const msc_patch_layer *l, msc_error *err)
{
    static const char *const number[] = { "TBBH" };
    char path[MSC_PATH_MAX], name[96];
    msc_features_in before = { 0 };
    size_t n_named = 0, n_bad = 0, first = 0;
    for (size_t i = 0; i < l->features.n && l->is_change; i++)
        if (!is_right_kind(l, i) && n_bad++ == 0) first = i;
    if (l->is_change) msc_verify_note_patches(l, "kinds", n_bad, first, "");
    for (size_t i = 0; i < l->features.n; i++) n_named += msc_patch_text(msc_patch_checked(l, i, MSC_QTBBH))[0] != 0;
    if (n_named == 0) return MSC_OK;
    snprintf(name, sizeof name, "%s.%s", l->earlier, l->extension);
    if (!l->earlier[0] || !msc_verify_file(l->v, name, path)) {
        msc_verify_note(l->v, 0, "lineage", "%s", msc_sheet_words(l->v->sheet, "there is no layer of earlier patches", "没有前期图斑图层"));
        return MSC_OK;
    }
    msc_status status = msc_layer_read(path, NULL, NULL, l->v->grid.crs, number, 1, &before, err);
    if (status == MSC_OK) status = check_numbers(l, &before, err);
    else status = msc_verify_note_error(l->v, "lineage", err);
    if (before.owned) msc_features_in_clear(&before);
    return status;
}
