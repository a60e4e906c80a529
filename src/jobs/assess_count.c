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

typedef struct pass {
    msc_assessment *a;
    msc_count_layer zones[MSC_ASSESS_LAYERS];
    msc_zone_counter counter;
    int32_t *trained, *row[MSC_ASSESS_LAYERS];   /* one row of a tile, painted */
} pass;

static int32_t value_at(const msc_tile *t, int32_t x, int32_t y)
{
    if (!msc_row_valid(t, y)[x]) return MSC_ASSESS_NOT_SEEN;
    return t->plane[0].type == MSC_U8 ? msc_row_u8(t, 0, y)[x] : msc_row_u16(t, 0, y)[x];
}

/* Training polygons leave the frame. */
static void take_row(const void *self, const msc_tile *t, int32_t y, uint16_t *value, uint8_t *is_seen)
{
    const msc_assessment *a = self;
    const msc_spans *trained = &a->training_spans;
    const msc_rect core = t->core;
    const size_t n = (size_t)core.w;
    if (t->plane[0].type == MSC_U16) memcpy(value, msc_row_u16(t, 0, y), n * sizeof *value);
    else
        for (size_t x = 0; x < n; x++) value[x] = msc_row_u8(t, 0, y)[x];
    memcpy(is_seen, msc_row_valid(t, y), n);
    for (size_t i = msc_spans_row(trained, core.y + y); i < trained->n && trained->span[i].y == core.y + y; i++) {
        const int32_t x0 = trained->span[i].x0 > core.x ? trained->span[i].x0 : core.x;
        const int32_t x1 = trained->span[i].x1 < core.x + core.w ? trained->span[i].x1 : core.x + core.w;
        if (x0 < x1) memset(is_seen + (x0 - core.x), 0, (size_t)(x1 - x0));
    }
}

static msc_status count_tile(void *self, const msc_tile *t, void *slot, msc_error *err)
{
    const pass *p = self;
    return msc_zone_count_tile(&p->counter, t, slot) ? MSC_OK : no_memory(p->a, err);
}

/* The zones of a layer sum to the whole. */
static void add_cell(msc_assessment *a, const msc_zone_cell *cell)
{
    if (cell->value < 0) return;
    if (cell->layer == 0) {
        a->px[cell->value] += cell->px;
        a->units[cell->value] += cell->units;
        a->ground[cell->value] += cell->ground;
        a->ground_px[cell->value] += cell->ground_px;
    }
    if (a->options->n_zones == 0) return;
    msc_assess_layer *layer = &a->layer[cell->layer];
    const size_t at = (size_t)cell->zone * (size_t)a->n_values + (size_t)cell->value;
    layer->px[at] += cell->px;
    layer->units[at] += cell->units;
    if (!a->ground_plane) return;
    layer->ground[at] += cell->ground;
    layer->ground_px[at] += cell->ground_px;
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

static int is_in_row(const msc_spans *spans, int32_t y)
{
    const size_t first = msc_spans_row(spans, y);
    return first < spans->n && spans->span[first].y == y;
}

/* Paints what the row of a reference pixel is asked for. */
static void paint_row(const pass *p, const msc_tile *t, int32_t y)
{
    const msc_assessment *a = p->a;
    if (p->trained) msc_spans_paint(&a->training_spans, t->core.x, t->core.y + y, t->core.w, p->trained);
    for (int k = 0; k < a->options->n_zones; k++) msc_zone_layer_paint(&a->layer[k].zones, t->core.x, t->core.y + y, t->core.w, p->row[k]);
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

static msc_status look_up(void *self, const msc_tile *t, void *slot, int64_t index, msc_error *err)
{
    pass *p = self;
    const msc_zone_cells *cells = slot;
    (void)index;
    for (size_t i = 0; i < cells->n; i++) add_cell(p->a, &cells->cell[i]);
    for (int32_t y = 0; y < t->core.h; y++) {
        const int has_training = is_in_row(&p->a->training_spans, t->core.y + y), has_reference = is_in_row(&p->a->spans, t->core.y + y);
        if (has_training || has_reference) paint_row(p, t, y);
        for (int32_t x = 0; x < t->core.w && has_training; x++)
            p->a->trained_px += p->trained[x] >= 0 && value_at(t, x, y) != MSC_ASSESS_NOT_SEEN;
        if (has_reference) MSC_TRY(look_up_row(p, t, y, err));
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
    pass p = { .a = a, .counter = { .area = &a->area, .n_layers = a->options->n_zones, .ground_plane = a->ground_plane, .row = take_row, .self = a } };
    msc_layout layout;
    const size_t w = (size_t)a->source.width_px;
    msc_status status = MSC_OK;
    if (a->options->training && !(p.trained = msc_alloc(w, sizeof *p.trained))) status = no_memory(a, err);
    for (int k = 0; k < a->options->n_zones && status == MSC_OK; k++)
        if (!(p.row[k] = msc_alloc(w, sizeof *p.row[k]))) status = no_memory(a, err);
    p.counter.layer = p.zones;
    for (int k = 0; k < a->options->n_zones; k++) p.zones[k] = msc_zone_layer_to_count(&a->layer[k].zones);
    const msc_sink sink = { .self = &p, .slot_bytes = sizeof(msc_zone_cells), .halo_px = a->ground_plane > 0, .prepare = count_tile, .put = look_up,
                            .slot_clear = msc_zone_cells_clear };
    if (status == MSC_OK) status = msc_stream_plan(a->settings, &a->source, NULL, 0, &sink, 0, &layout, err);
    if (status == MSC_OK) status = msc_stream_run(a->settings, &layout, &a->source, NULL, 0, &sink, "assess", err);
    if (status == MSC_OK && a->options->sample) status = add_outside(a, err);
    for (int k = 0; k < MSC_ASSESS_LAYERS; k++) msc_release(p.row[k]);
    msc_release(p.trained);
    return status;
}
