/* verify_beside.c - changes against the damage of both years that they lie beside: what extends, what is new, what shrank. */
#include "jobs/verify.h"
#include "jobs/beside.h"
#include "jobs/lineage.h"
#include "base/mem.h"
#include <stdio.h>
#include <string.h>

typedef struct beside {
    const msc_patch_layer *layer;
    msc_features_in earlier;     /* numbers of the year before */
    msc_beside before, after;
    msc_touches touches;
    msc_overlap *named; size_t cap;
} beside;

static msc_status open_patches(const msc_patch_layer *l, const char *group, double reach_px, msc_features_in *features, msc_beside *b, msc_error *err)
{
    static const char *const number = "TBBH";
    char path[MSC_PATH_MAX], name[96];
    snprintf(name, sizeof name, "%s.%s", group, l->extension);
    if (!msc_verify_file(l->v, name, path)) return msc_fail(err, MSC_ENOFILE, name, "%s", name);
    MSC_TRY(msc_layer_read(path, NULL, NULL, l->v->grid.crs, &number, 1, features, err));
    return msc_beside_open(features, &l->v->grid, reach_px, b, err);
}

/* What QTBBH of new damage must be: the earlier patches beside it. */
static msc_status list_earlier(beside *k, const msc_shape *shape, char list[MSC_LINEAGE_BYTES + 1], msc_error *err)
{
    MSC_TRY(msc_beside_find(&k->before, shape, &k->touches, err));
    if (!msc_reserve((void **)&k->named, &k->cap, k->touches.n + 1, sizeof *k->named)) return msc_fail(err, MSC_ENOMEM, k->layer->group, "touches");
    for (size_t i = 0; i < k->touches.n; i++) {
        const msc_touch *t = &k->touches.touch[i];
        k->named[i] = (msc_overlap){ .name = msc_patch_text(&k->earlier.value[(size_t)t->at * (size_t)k->earlier.n_fields]), .common = (double)t->n, .at = t->at };
    }
    msc_lineage_write(k->named, k->touches.n, list);
    return MSC_OK;
}

static msc_status judge(beside *k, size_t i, int *is_right, msc_error *err)
{
    const msc_patch_layer *l = k->layer;
    const char *kind = msc_patch_text(msc_patch_checked(l, i, MSC_BHLX));
    const int was = msc_job_is_damage(l->v->job, msc_patch_checked(l, i, MSC_QDM)->integer), is = msc_job_is_damage(l->v->job, msc_patch_checked(l, i, MSC_TBDM)->integer);
    *is_right = 1;
    if (was == is) return MSC_OK;
    if (is) {
        char list[MSC_LINEAGE_BYTES + 1];
        MSC_TRY(list_earlier(k, msc_patch_shape(l, i), list, err));
        *is_right = strcmp(kind, list[0] ? "扩大" : "新增") == 0 && strcmp(msc_patch_text(msc_patch_checked(l, i, MSC_QTBBH)), list) == 0;
        return MSC_OK;
    }
    MSC_TRY(msc_beside_find(&k->after, msc_patch_shape(l, i), &k->touches, err));
    *is_right = strcmp(kind, k->touches.n > 0 ? "缩小" : "恢复") == 0;
    return MSC_OK;
}

msc_status msc_verify_beside(const msc_patch_layer *l, msc_error *err)
{
    beside k = { .layer = l };
    msc_features_in later = { 0 };
    char after[64];
    size_t n_bad = 0, first = 0;
    snprintf(after, sizeof after, "patches%s", strrchr(l->group, '_'));
    const double reach_px = msc_beside_reach(&l->v->grid, msc_verify_number(l->v, l->group, "reach_px", 1), l->v->job->vectorize.simplify_m);
    msc_status status = open_patches(l, l->earlier, reach_px, &k.earlier, &k.before, err);
    if (status == MSC_OK) status = open_patches(l, after, reach_px, &later, &k.after, err);
    for (size_t i = 0; i < l->features.n && status == MSC_OK; i++) {
        int is_right;
        status = judge(&k, i, &is_right, err);
        if (status == MSC_OK && !is_right && n_bad++ == 0) first = i;
    }
    if (status == MSC_OK) msc_verify_note_patches(l, "beside", n_bad, first, "");
    else status = msc_verify_note_error(l->v, "beside", err);
    if (k.earlier.owned) msc_features_in_clear(&k.earlier);
    if (later.owned) msc_features_in_clear(&later);
    msc_beside_clear(&k.before);
    msc_beside_clear(&k.after);
    msc_touches_clear(&k.touches);
    msc_release(k.named);
    return status;
}
