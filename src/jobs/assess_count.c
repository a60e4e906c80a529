/* assess_count.c - one pass over the map: pixels of every value, in every zone, and the values under the reference. */
#include "base/mem.h"
#include "jobs/assess.h"
#include <string.h>

static msc_status no_memory(const msc_assessment *a, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, a->options->reference, "%zu features", a->features.n);
}

static msc_status read_layer(msc_assessment *a, int k, msc_error *err)
{
    msc_assess_layer *layer = &a->layer[k];
    MSC_TRY(msc_zone_layer_open(&a->options->zones[k], msc_raster_grid(a->rasters.raster[0]), &layer->zones, err));
    const size_t n = (size_t)layer->zones.n_zones * (size_t)a->n_values + 1;
    layer->px = msc_alloc_zero(n, sizeof *layer->px);
    layer->units = msc_alloc_zero(n, sizeof *layer->units);
    if (a->ground_plane) {
        layer->ground = msc_alloc_zero(n, sizeof *layer->ground);
        layer->ground_px = msc_alloc_zero(n, sizeof *layer->ground_px);
        if (!layer->ground || !layer->ground_px) return no_memory(a, err);
    }
    return layer->px && layer->units ? MSC_OK : no_memory(a, err);
}

msc_status msc_assess_read_layers(msc_assessment *a, msc_error *err)
{
    const msc_assess_options *o = a->options;
    const msc_grid *grid = msc_raster_grid(a->rasters.raster[0]);
    int64_t n_outside;
    for (int k = 0; k < o->n_zones; k++) MSC_TRY(read_layer(a, k, err));
    if (!o->training) return MSC_OK;
    MSC_TRY(msc_layer_read(o->training, NULL, o->training_where, grid->crs, NULL, 0, &a->training, err));
    return msc_spans_find(&a->training, NULL, grid, &a->training_spans, &n_outside, err);
}

/* ---- the pass ---- */

typedef struct slot { uint32_t n[MSC_ASSESS_VALUES], ground_px[MSC_ASSESS_VALUES]; int64_t units[MSC_ASSESS_VALUES], ground[MSC_ASSESS_VALUES]; } slot;

typedef struct pass {
    msc_assessment *a;
    int32_t *trained, *row[MSC_ASSESS_LAYERS];   /* one row of a tile, painted */
} pass;

static int32_t value_at(const msc_tile *t, int32_t x, int32_t y)
{
    if (!msc_row_valid(t, y)[x]) return MSC_ASSESS_NOT_SEEN;
    return t->plane[0].type == MSC_U8 ? msc_row_u8(t, 0, y)[x] : msc_row_u16(t, 0, y)[x];
}

static int64_t area_at(const msc_assessment *a, int32_t x, int32_t y)
{
    return a->area.px_area[(size_t)(y / MSC_AREA_BLOCK) * (size_t)a->area.n_across + (size_t)(x / MSC_AREA_BLOCK)];
}

/* Ground over map of a pixel; 0: not known. */
static int32_t ground_at(const msc_assessment *a, const msc_tile *t, int32_t x, int32_t y) { return msc_row_u16(t, a->ground_plane, y)[x]; }

static msc_status count_tile(void *self, const msc_tile *t, void *space, msc_error *err)
{
    slot *s = space;
    const msc_assessment *a = ((const pass *)self)->a;
    (void)err;
    memset(s->n, 0, (size_t)a->n_values * sizeof s->n[0]);
    memset(s->units, 0, (size_t)a->n_values * sizeof s->units[0]);
    const size_t n_ground = a->ground_plane ? (size_t)a->n_values : 0;
    memset(s->ground, 0, n_ground * sizeof s->ground[0]);
    memset(s->ground_px, 0, n_ground * sizeof s->ground_px[0]);
    for (int32_t y = 0; y < t->core.h; y++)
        for (int32_t x = 0; x < t->core.w; x++) {
            const int32_t value = value_at(t, x, y);
            if (value == MSC_ASSESS_NOT_SEEN) continue;
            s->n[value]++;
            s->units[value] += area_at(a, t->core.x + x, t->core.y + y);
            if (!a->ground_plane) continue;
            s->ground[value] += ground_at(a, t, x, y);
            s->ground_px[value] += ground_at(a, t, x, y) > 0;
        }
    return MSC_OK;
}

static msc_status add_found(msc_assessment *a, const msc_found *one, msc_error *err)
{
    msc_found *last = a->n_found ? &a->found[a->n_found - 1] : NULL;
    if (last && last->feature == one->feature && last->value == one->value && memcmp(last->zone, one->zone, sizeof one->zone) == 0) {
        last->n++;
        return MSC_OK;
    }
    if (!msc_reserve((void **)&a->found, &a->found_capacity, a->n_found + 1, sizeof *a->found)) return no_memory(a, err);
    a->found[a->n_found++] = *one;
    return MSC_OK;
}

/* Pixels of zones, and of training polygons, which leave the frame. */
static void count_row(pass *p, const msc_tile *t, int32_t y)
{
    msc_assessment *a = p->a;
    const int32_t w = t->core.w, map_y = t->core.y + y;
    const size_t first = msc_spans_row(&a->training_spans, map_y);
    const int has_training = first < a->training_spans.n && a->training_spans.span[first].y == map_y;
    if (a->options->training) msc_spans_paint(&a->training_spans, t->core.x, map_y, w, p->trained);
    for (int32_t x = 0; x < w && has_training; x++) {
        const int32_t value = value_at(t, x, y);
        if (p->trained[x] < 0 || value == MSC_ASSESS_NOT_SEEN) continue;
        a->px[value]--;
        a->units[value] -= area_at(a, t->core.x + x, map_y);
        a->trained_px++;
        if (!a->ground_plane) continue;
        a->ground[value] -= ground_at(a, t, x, y);
        a->ground_px[value] -= ground_at(a, t, x, y) > 0;
    }
    for (int k = 0; k < a->options->n_zones; k++) {
        msc_assess_layer *layer = &a->layer[k];
        msc_zone_layer_paint(&layer->zones, t->core.x, map_y, w, p->row[k]);
        for (int32_t x = 0; x < w; x++) {
            const int32_t value = value_at(t, x, y);
            if (value == MSC_ASSESS_NOT_SEEN || (has_training && p->trained[x] >= 0)) continue;
            const size_t at = (size_t)p->row[k][x] * (size_t)a->n_values + (size_t)value;
            layer->px[at]++;
            layer->units[at] += area_at(a, t->core.x + x, map_y);
            if (!a->ground_plane) continue;
            layer->ground[at] += ground_at(a, t, x, y);
            layer->ground_px[at] += ground_at(a, t, x, y) > 0;
        }
    }
}

static msc_status look_up_row(pass *p, const msc_tile *t, int32_t y, msc_error *err)
{
    msc_assessment *a = p->a;
    const msc_rect core = t->core;
    for (size_t i = msc_spans_row(&a->spans, core.y + y); i < a->spans.n && a->spans.span[i].y == core.y + y; i++) {
        const msc_span *span = &a->spans.span[i];
        const int32_t x0 = span->x0 > core.x ? span->x0 : core.x;
        const int32_t x1 = span->x1 < core.x + core.w ? span->x1 : core.x + core.w;
        for (int32_t x = x0; x < x1; x++) {
            msc_found one = { span->feature, value_at(t, x - core.x, y), { -1, -1, -1, -1 }, 1 };
            if (a->options->training && p->trained[x - core.x] >= 0) {
                one.value = MSC_ASSESS_TRAINED;
                a->n_trained++;
            }
            for (int k = 0; k < a->options->n_zones; k++) one.zone[k] = p->row[k][x - core.x];
            MSC_TRY(add_found(a, &one, err));
        }
    }
    return MSC_OK;
}

static msc_status look_up(void *self, const msc_tile *t, void *space, int64_t index, msc_error *err)
{
    pass *p = self;
    const slot *s = space;
    (void)index;
    for (int v = 0; v < p->a->n_values; v++) {
        p->a->px[v] += s->n[v];
        p->a->units[v] += s->units[v];
        if (!p->a->ground_plane) continue;
        p->a->ground[v] += s->ground[v];
        p->a->ground_px[v] += s->ground_px[v];
    }
    for (int32_t y = 0; y < t->core.h; y++) {
        if (p->trained || p->a->options->n_zones > 0) count_row(p, t, y);
        MSC_TRY(look_up_row(p, t, y, err));
    }
    return MSC_OK;
}

/* A point of a frozen sample that the map does not reach is part of the sample all the same. */
static msc_status add_outside(msc_assessment *a, msc_error *err)
{
    uint8_t *is_found = msc_alloc_zero(a->features.n + 1, 1);
    if (!is_found) return no_memory(a, err);
    for (size_t i = 0; i < a->n_found; i++) is_found[a->found[i].feature] = 1;
    msc_status status = MSC_OK;
    for (size_t i = 0; i < a->features.n && status == MSC_OK; i++) {
        const msc_found one = { (uint32_t)i, MSC_ASSESS_NOT_SEEN, { -1, -1, -1, -1 }, 1 };
        if (a->use[i] && !is_found[i]) status = add_found(a, &one, err);
    }
    msc_release(is_found);
    return status;
}

msc_status msc_assess_count(msc_assessment *a, msc_error *err)
{
    pass p = { .a = a };
    msc_layout layout;
    const size_t w = (size_t)a->source.width_px;
    msc_status status = MSC_OK;
    if (a->options->training && !(p.trained = msc_alloc(w, sizeof *p.trained))) status = no_memory(a, err);
    for (int k = 0; k < a->options->n_zones && status == MSC_OK; k++)
        if (!(p.row[k] = msc_alloc(w, sizeof *p.row[k]))) status = no_memory(a, err);
    const msc_sink sink = { .self = &p, .slot_bytes = sizeof(slot), .halo_px = a->ground_plane > 0, .prepare = count_tile, .put = look_up };
    if (status == MSC_OK) status = msc_stream_plan(a->settings, &a->source, NULL, 0, &sink, 0, &layout, err);
    if (status == MSC_OK) status = msc_stream_run(a->settings, &layout, &a->source, NULL, 0, &sink, "assess", err);
    if (status == MSC_OK && a->options->sample) status = add_outside(a, err);
    for (int k = 0; k < MSC_ASSESS_LAYERS; k++) msc_release(p.row[k]);
    msc_release(p.trained);
    return status;
}
