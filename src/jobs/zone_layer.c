/* zone_layer.c - a layer of zones as pixels, for tables by zone. */
#include "jobs/zone_layer.h"
#include "base/mem.h"
#include <string.h>

static int32_t zone_number(msc_zone_layer *l, const char *name)
{
    for (int z = 0; z < l->n_zones; z++)
        if (strcmp(l->name[z], name) == 0) return z;
    if (!(l->name[l->n_zones] = msc_copy_text(name))) return -1;
    return l->n_zones++;
}

static msc_status name_zones(msc_zone_layer *l, const msc_features_in *features, msc_error *err)
{
    const size_t n = features->n;
    int has_room = 1;
    l->zone_of = msc_alloc_zero(n + 1, sizeof *l->zone_of);
    l->name = msc_alloc_zero(n + 2, sizeof *l->name);
    if (!l->zone_of || !l->name) return msc_fail(err, MSC_ENOMEM, l->zone->path, "%zu zones", n);
    for (size_t i = 0; i < n && has_room; i++) {
        const msc_value *value = &features->value[i];
        l->zone_of[i] = zone_number(l, value->is_set && value->text ? value->text : "");
        has_room = l->zone_of[i] >= 0;
    }
    has_room = has_room && (l->name[l->n_zones] = msc_copy_text(MSC_OUTSIDE_ZONES)) != NULL;
    if (!has_room) return msc_fail(err, MSC_ENOMEM, l->zone->path, "%zu zones", n);
    l->n_zones++;
    return l->n_zones <= MSC_ZONE_LAYER_MOST ? MSC_OK : msc_fail(err, MSC_EFIELD, l->zone->path, "%s: over %d zones", l->zone->field, MSC_ZONE_LAYER_MOST);
}

msc_status msc_zone_layer_open(const msc_zone *zone, const msc_grid *grid, msc_zone_layer *l, msc_error *err)
{
    msc_features_in features = { 0 };
    int64_t n_outside;
    *l = (msc_zone_layer){ .zone = zone };
    MSC_TRY(msc_layer_read(zone->path, NULL, NULL, grid->crs, &zone->field, 1, &features, err));
    msc_status status = msc_spans_find(&features, NULL, grid, &l->spans, &n_outside, err);
    if (status == MSC_OK) status = msc_spans_share_out(&l->spans, grid->width_px, err);
    if (status == MSC_OK) status = name_zones(l, &features, err);
    msc_features_in_clear(&features);
    return status;
}

void msc_zone_layer_clear(msc_zone_layer *l)
{
    for (int z = 0; z < l->n_zones; z++) msc_release(l->name[z]);
    msc_release(l->name);
    msc_release(l->zone_of);
    msc_spans_clear(&l->spans);
    *l = (msc_zone_layer){ 0 };
}

msc_count_layer msc_zone_layer_to_count(const msc_zone_layer *l)
{
    return (msc_count_layer){ .spans = &l->spans, .zone_of = l->zone_of, .n_zones = l->n_zones };
}

void msc_zone_layer_paint(const msc_zone_layer *l, int32_t x, int32_t y, int32_t w, int32_t *row)
{
    msc_spans_paint(&l->spans, x, y, w, row);
    for (int32_t i = 0; i < w; i++) row[i] = row[i] < 0 ? l->n_zones - 1 : l->zone_of[row[i]];
}
