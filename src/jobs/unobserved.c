/* unobserved.c - how much of a year was not observed, why, and in which zones. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/unobserved.h"
#include "base/file.h"
#include "base/mem.h"
#include "grid/area.h"
#include "io/raster_in.h"
#include "jobs/assess.h"
#include "jobs/csv_cell.h"
#include "ops/rim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)MSC_RIM_CLASS == MSC_MASK_CLASS && (int)MSC_RIM_MARGIN == MSC_MASK_MARGIN, "one list of reasons");

/* The zones of one layer: spans of pixels, sorted by row. */
typedef struct layer {
    msc_features_in features;
    msc_spans spans;
    size_t *row_start;           /* [height + 1] */
    msc_unobserved_sum *sum;     /* [features] */
} layer;

typedef struct counting {
    const msc_settings *settings;
    const msc_unobserved_options *options;
    msc_rasters rasters;
    int mask_plane, own_mask_plane, reason_plane;    /* 0: none */
    msc_source source;
    msc_area area;
    layer *layers;
    msc_unobserved_sum *whole;
} counting;

static msc_status open_maps(counting *c, msc_error *err)
{
    static const char *const want[] = { "reason" };
    const msc_unobserved_options *o = c->options;
    const int n_workers = msc_settings_threads(c->settings, NULL);
    const msc_raster_spec classes = { .image = { .paths = &o->classes, .n_paths = 1 }, .is_class_map = 1, .n_workers = n_workers };
    MSC_TRY(msc_raster_open(&classes, c->settings, &c->rasters.raster[0], err));
    c->rasters.n = 1;
    const msc_grid *grid = msc_raster_grid(c->rasters.raster[0]);
    const msc_image none = { 0 }, *image = o->image ? o->image : &none;
    if (o->mask) {
        const msc_raster_spec mask = { .image = { .paths = &o->mask, .n_paths = 1, .bands = "observed:1,reason:2", .nodata = "none",
                                                  .shifts = image->shifts, .n_shifts = image->n_shifts },
                                       .want = want, .n_want = 1, .grid = grid, .is_coded = 1, .n_workers = n_workers };
        MSC_TRY(msc_raster_open(&mask, c->settings, &c->rasters.raster[1], err));
        c->mask_plane = c->rasters.n++;
    } else if (image->mask) {
        MSC_TRY(msc_raster_open_mask(image->mask, image, grid, n_workers, c->settings, &c->rasters.raster[1], err));
        c->own_mask_plane = c->rasters.n++;
    }
    if (o->reason) {
        const msc_raster_spec reason = { .image = { .paths = &o->reason, .n_paths = 1, .nodata = "none" }, .is_coded = 1, .n_workers = n_workers };
        MSC_TRY(msc_raster_open(&reason, c->settings, &c->rasters.raster[c->rasters.n], err));
        c->reason_plane = c->rasters.n++;
    }
    MSC_TRY(msc_area_init(msc_raster_grid(c->rasters.raster[0]), n_workers, &c->area, err));
    return msc_rasters_source(&c->rasters, &c->source, err);
}

static msc_status read_zones(counting *c, int z, msc_error *err)
{
    const msc_zone *zone = &c->options->zones[z];
    const msc_grid *grid = msc_raster_grid(c->rasters.raster[0]);
    layer *l = &c->layers[z];
    int64_t n_outside;
    MSC_TRY(msc_layer_read(zone->path, NULL, NULL, grid->crs, &zone->field, 1, &l->features, err));
    l->sum = msc_alloc_zero(l->features.n + 1, sizeof *l->sum);
    l->row_start = msc_alloc_zero((size_t)grid->height_px + 1, sizeof *l->row_start);
    uint8_t *use = msc_alloc(l->features.n + 1, 1);
    msc_status status = l->sum && l->row_start && use ? MSC_OK : msc_fail(err, MSC_ENOMEM, zone->path, "%zu zones", l->features.n);
    for (size_t i = 0; i < l->features.n && status == MSC_OK; i++) use[i] = !l->features.shape[i].is_point;
    if (status == MSC_OK) status = msc_spans_find(&l->features, use, grid, &l->spans, &n_outside, err);
    if (status == MSC_OK) status = msc_spans_share_out(&l->spans, grid->width_px, err);
    msc_release(use);
    if (status != MSC_OK) return status;
    for (size_t i = 0; i < l->spans.n; i++) l->row_start[l->spans.span[i].y + 1]++;
    for (int32_t y = 0; y < grid->height_px; y++) l->row_start[y + 1] += l->row_start[y];
    return MSC_OK;
}

/* Adds pixels x0..x1-1 of row y of the tile; x counts from the core. */
static void add(const counting *c, const msc_tile *tile, int32_t y, int32_t x0, int32_t x1, msc_unobserved_sum *sum)
{
    const uint8_t *class = msc_row_u8(tile, 0, y), *mask = c->mask_plane ? msc_row_u8(tile, c->mask_plane, y) : NULL;
    const uint8_t *own = c->own_mask_plane ? msc_row_u8(tile, c->own_mask_plane, y) : NULL;
    const uint8_t *why = c->reason_plane ? msc_row_u8(tile, c->reason_plane, y) : NULL;
    const int64_t *px_area = c->area.px_area + (size_t)((tile->core.y + y) / MSC_AREA_BLOCK) * (size_t)c->area.n_across;
    for (int32_t x = x0; x < x1; x++) {
        const int64_t units = px_area[(tile->core.x + x) / MSC_AREA_BLOCK];
        sum->px++;
        sum->units += units;
        if (class[x]) continue;
        int reason = mask ? mask[x] : own && own[x] == 0 ? MSC_MASK_USER : MSC_MASK_NONE;
        if (reason == MSC_MASK_NONE && why) reason = why[x];
        if (reason >= MSC_MASK_REASONS) reason = MSC_MASK_NONE;
        sum->open_px[reason]++;
        sum->open_units[reason] += units;
    }
}

/* Serial and in tile order, but sums of integers: the order does not matter. */
static msc_status count_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    counting *c = self;
    const int32_t first = tile->core.x, end = first + tile->core.w;
    (void)slot; (void)index; (void)err;
    for (int32_t y = 0; y < tile->core.h; y++) {
        add(c, tile, y, 0, tile->core.w, c->whole);
        for (int z = 0; z < c->options->n_zones; z++) {
            layer *l = &c->layers[z];
            const size_t *row = l->row_start + tile->core.y + y;
            for (size_t i = row[0]; i < row[1]; i++) {
                const msc_span *s = &l->spans.span[i];
                const int32_t x0 = s->x0 > first ? s->x0 : first, x1 = s->x1 < end ? s->x1 : end;
                if (x0 < x1) add(c, tile, y, x0 - first, x1 - first, &l->sum[s->feature]);
            }
        }
    }
    return MSC_OK;
}

static void write_row(FILE *file, const char *zone, const char *name, const msc_unobserved_sum *s)
{
    int64_t open = 0;
    for (int r = 0; r < MSC_MASK_REASONS; r++) open += s->open_units[r];
    msc_csv_cell(file, "", zone);
    fputc(',', file);
    msc_csv_cell(file, "", name);
    fprintf(file, ",%.4f,%.4f", msc_area_ha(s->units), msc_area_ha(open));
    for (int r = MSC_MASK_NONE + 1; r < MSC_MASK_REASONS; r++) fprintf(file, ",%.4f", msc_area_ha(s->open_units[r]));
    fprintf(file, ",%.4f\n", msc_area_ha(s->open_units[MSC_MASK_NONE]));
}

/* What no zone of a layer holds. */
static msc_unobserved_sum outside_of(const counting *c, const layer *l)
{
    msc_unobserved_sum rest = *c->whole;
    for (size_t i = 0; i < l->features.n; i++) {
        rest.px -= l->sum[i].px;
        rest.units -= l->sum[i].units;
        for (int r = 0; r < MSC_MASK_REASONS; r++) {
            rest.open_px[r] -= l->sum[i].open_px[r];
            rest.open_units[r] -= l->sum[i].open_units[r];
        }
    }
    return rest;
}

static msc_status write_table(const counting *c, msc_error *err)
{
    const msc_unobserved_options *o = c->options;
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (!memory) return msc_fail(err, MSC_ENOMEM, o->out, "table");
    fprintf(memory, "\xEF\xBB\xBF" "zone,name,area_ha,not_observed_ha,mask_ha,terrain_shadow_ha,masked_class_ha,cloud_margin_ha,no_elevation_ha,no_data_ha\n");
    write_row(memory, "", "", c->whole);
    for (int z = 0; z < o->n_zones; z++) {
        for (size_t i = 0; i < c->layers[z].features.n; i++) {
            const msc_value *v = &c->layers[z].features.value[i];
            write_row(memory, o->zones[z].name, v->is_set && v->text ? v->text : "", &c->layers[z].sum[i]);
        }
        const msc_unobserved_sum outside = outside_of(c, &c->layers[z]);
        if (outside.px > 0) write_row(memory, o->zones[z].name, MSC_OUTSIDE_ZONES, &outside);
    }
    msc_status status = msc_file_close_text(memory, o->out, err);
    if (status == MSC_OK) status = msc_file_write(o->out, text, size, err);
    free(text);
    return status;
}

static msc_status count(counting *c, msc_error *err)
{
    MSC_TRY(open_maps(c, err));
    for (int z = 0; z < c->options->n_zones; z++) MSC_TRY(read_zones(c, z, err));
    const msc_sink sink = { .self = c, .put = count_tile };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(c->settings, &c->source, NULL, 0, &sink, 0, &layout, err));
    MSC_TRY(msc_stream_run(c->settings, &layout, &c->source, NULL, 0, &sink, "unobserved", err));
    return write_table(c, err);
}

msc_status msc_unobserved(const msc_settings *settings, const msc_unobserved_options *options, msc_unobserved_sum *whole, msc_error *err)
{
    counting *c = msc_alloc_zero(1, sizeof *c);
    layer *layers = msc_alloc_zero((size_t)options->n_zones + 1, sizeof *layers);
    msc_status status = c && layers ? MSC_OK : msc_fail(err, MSC_ENOMEM, options->out, "%d zone layers", options->n_zones);
    *whole = (msc_unobserved_sum){ 0 };
    if (status == MSC_OK) {
        *c = (counting){ .settings = settings, .options = options, .layers = layers, .whole = whole };
        status = count(c, err);
        msc_area_clear(&c->area);
        for (int i = 0; i < c->rasters.n; i++)
            if (c->rasters.raster[i]) msc_raster_close(&c->rasters.raster[i]);
    }
    for (int z = 0; layers && z < options->n_zones; z++) {
        msc_features_in_clear(&layers[z].features);
        msc_spans_clear(&layers[z].spans);
        msc_release(layers[z].row_start);
        msc_release(layers[z].sum);
    }
    msc_release(layers);
    msc_release(c);
    return status;
}
