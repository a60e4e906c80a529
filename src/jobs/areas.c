/* areas.c - one pass over a class map and a change map: pixels, their area and their ground by from-to and zone. */
#include "jobs/areas.h"
#include "jobs/areas_parts.h"
#include "base/mem.h"
#include "io/raster_in.h"
#include "jobs/surface.h"
#include <string.h>

typedef struct counting {
    msc_areas *areas;
    msc_rasters rasters;
    msc_source source;
    msc_surface surface;
    int ground_plane;            /* 0: no DEM */
    uint8_t *is_left_out;        /* [65536] all 0 */
    msc_area area;
    int32_t *row;                /* one row of a tile, painted with zones */
} counting;

/* The cell of a value, made when it is not there; runs of one value ask for the last again. */
static msc_area_cell *cell_of(msc_area_place *p, int32_t value)
{
    if (p->n > 0 && p->cell[p->last].value == value) return &p->cell[p->last];
    for (p->last = 0; p->last < p->n; p->last++)
        if (p->cell[p->last].value == value) return &p->cell[p->last];
    if (!msc_reserve((void **)&p->cell, &p->cap, p->n + 1, sizeof *p->cell)) return NULL;
    p->cell[p->n++] = (msc_area_cell){ .value = value };
    return &p->cell[p->last];
}

/* Class before and after in one number; -1: not observed. */
static int32_t value_at(int before, int change)
{
    if (change == 65535 || before == 0) return -1;
    return change ? change : before * 256 + before;
}

/* Adds pixels first..end-1 of a row, which have one value and one area. */
static int add_run(const counting *c, const msc_tile *tile, int32_t y, int32_t first, int32_t end, int64_t units, msc_area_cell *cell)
{
    if (!cell) return 0;
    cell->px += end - first;
    cell->units += units * (end - first);
    for (int32_t x = first; x < end && c->ground_plane; x++) {
        const int32_t ground = msc_row_u16(tile, c->ground_plane, y)[x];
        cell->ground += ground;
        cell->ground_px += ground > 0;
    }
    return 1;
}

/* One row under the zones of a layer; row NULL: the whole. */
static int add_row(const counting *c, const msc_tile *tile, int32_t y, const int32_t *row, msc_area_place *place)
{
    const uint8_t *before = msc_row_u8(tile, 0, y), *valid = msc_row_valid(tile, y);
    const uint16_t *change = msc_row_u16(tile, 1, y);
    const int64_t *px_area = c->area.px_area + (size_t)((tile->core.y + y) / MSC_AREA_BLOCK) * (size_t)c->area.n_across;
    for (int32_t first = 0, x = 0; first < tile->core.w; first = x) {
        const int32_t block = (tile->core.x + first) / MSC_AREA_BLOCK, value = valid[first] ? value_at(before[first], change[first]) : -1;
        for (x = first + 1; x < tile->core.w && (tile->core.x + x) / MSC_AREA_BLOCK == block && (!row || row[x] == row[first]); x++)
            if ((valid[x] ? value_at(before[x], change[x]) : -1) != value) break;
        if (value >= 0 && !add_run(c, tile, y, first, x, px_area[block], cell_of(&place[row ? row[first] : 0], value))) return 0;
    }
    return 1;
}

/* Serial and in tile order, but sums of integers: the order does not matter. */
static msc_status count_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    counting *c = self;
    msc_areas *a = c->areas;
    int has_room = 1;
    (void)slot; (void)index;
    for (int32_t y = 0; y < tile->core.h && has_room; y++) {
        has_room = add_row(c, tile, y, NULL, &a->whole);
        for (int k = 0; k < a->options.n_zones && has_room; k++) {
            msc_zone_layer_paint(&a->layer[k], tile->core.x, tile->core.y + y, tile->core.w, c->row);
            has_room = add_row(c, tile, y, c->row, a->place[k]);
        }
    }
    return has_room ? MSC_OK : msc_fail(err, MSC_ENOMEM, a->options.change, "areas");
}

static msc_status open_maps(const msc_settings *settings, counting *c, msc_error *err)
{
    const msc_areas_options *o = &c->areas->options;
    const char *const path[2] = { o->before, o->change };
    for (int k = 0; k < 2; k++) {
        const msc_raster_spec spec = { .image = { .paths = &path[k], .n_paths = 1 }, .is_coded = 1, .is_class_map = k == 0, .n_workers = msc_settings_threads(settings, NULL) };
        MSC_TRY(msc_raster_open(&spec, settings, &c->rasters.raster[k], err));
        c->rasters.n++;
    }
    c->rasters.required = 3;
    if (msc_raster_type(c->rasters.raster[0]) != MSC_U8 || msc_raster_type(c->rasters.raster[1]) != MSC_U16)
        return msc_fail(err, MSC_EFORMAT, o->change, "needs a class map (Byte) and a change map (UInt16)");
    const msc_grid *grid = msc_raster_grid(c->rasters.raster[0]);
    c->areas->pixel_m2 = msc_area_pixel_m2(grid);
    MSC_TRY(msc_area_init(grid, msc_settings_threads(settings, NULL), &c->area, err));
    MSC_TRY(msc_rasters_source(&c->rasters, &c->source, err));
    c->row = msc_alloc((size_t)grid->width_px, sizeof *c->row);
    c->is_left_out = msc_alloc_zero(65536, 1);
    if (!c->row || !c->is_left_out) return msc_fail(err, MSC_ENOMEM, o->change, "areas");
    if (!o->dem) return MSC_OK;
    MSC_TRY(msc_surface_open(settings, o->dem, grid, c->is_left_out, &c->surface, err));
    c->ground_plane = msc_surface_source(&c->surface, &c->source);
    return MSC_OK;
}

static msc_status open_zones(counting *c, msc_error *err)
{
    msc_areas *a = c->areas;
    const int n = a->options.n_zones;
    a->layer = msc_alloc_zero((size_t)n + 1, sizeof *a->layer);
    a->place = msc_alloc_zero((size_t)n + 1, sizeof *a->place);
    if (!a->layer || !a->place) return msc_fail(err, MSC_ENOMEM, a->options.change, "zones");
    for (int k = 0; k < n; k++) {
        MSC_TRY(msc_zone_layer_open(&a->options.zones[k], msc_raster_grid(c->rasters.raster[0]), &a->layer[k], err));
        if (!(a->place[k] = msc_alloc_zero((size_t)a->layer[k].n_zones, sizeof **a->place))) return msc_fail(err, MSC_ENOMEM, a->options.change, "zones");
    }
    return MSC_OK;
}

static msc_status count(const msc_settings *settings, counting *c, msc_error *err)
{
    const msc_sink sink = { .self = c, .halo_px = c->areas->options.dem != NULL, .put = count_tile };
    msc_layout layout;
    MSC_TRY(open_maps(settings, c, err));
    MSC_TRY(open_zones(c, err));
    MSC_TRY(msc_stream_plan(settings, &c->source, NULL, 0, &sink, 0, &layout, err));
    MSC_TRY(msc_stream_run(settings, &layout, &c->source, NULL, 0, &sink, "areas", err));
    msc_areas_sort(c->areas);
    return MSC_OK;
}

msc_status msc_areas_count(const msc_settings *settings, const msc_areas_options *options, msc_areas **areas, msc_error *err)
{
    counting c = { .areas = msc_alloc_zero(1, sizeof *c.areas) };
    if (!c.areas) return msc_fail(err, MSC_ENOMEM, options->change, "areas");
    c.areas->options = *options;
    const msc_status status = count(settings, &c, err);
    msc_surface_close(&c.surface);
    msc_area_clear(&c.area);
    msc_release(c.row);
    msc_release(c.is_left_out);
    for (int k = 1; k >= 0; k--) msc_raster_close(&c.rasters.raster[k]);
    if (status == MSC_OK) *areas = c.areas;
    else msc_areas_free(&c.areas);
    return status;
}

void msc_areas_free(msc_areas **areas)
{
    msc_areas *a = *areas;
    if (!a) return;
    for (int k = 0; k < a->options.n_zones; k++) {
        for (int z = 0; a->place && a->place[k] && z < a->layer[k].n_zones; z++) msc_release(a->place[k][z].cell);
        if (a->place) msc_release(a->place[k]);
        if (a->layer) msc_zone_layer_clear(&a->layer[k]);
    }
    msc_release(a->place);
    msc_release(a->layer);
    msc_release(a->whole.cell);
    msc_release(a);
    *areas = NULL;
}
