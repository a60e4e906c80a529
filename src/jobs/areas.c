/* areas.c - one pass over a class map and a change map: pixels, their area and their ground by from-to and zone. */
#include "jobs/areas.h"
#include "jobs/areas_parts.h"
#include "base/mem.h"
#include "io/raster_in.h"
#include "jobs/surface.h"
#include "jobs/transitions.h"

typedef struct counting {
    msc_areas *areas;
    msc_rasters rasters;
    msc_source source;
    msc_surface surface;
    msc_area area;
    msc_count_layer *layer;
    msc_zone_counter counter;
} counting;

/* The cell of a value, made when it is not there. */
static msc_area_cell *cell_of(msc_area_place *p, int32_t value)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->cell[i].value == value) return &p->cell[i];
    if (!msc_reserve((void **)&p->cell, &p->cap, p->n + 1, sizeof *p->cell)) return NULL;
    p->cell[p->n] = (msc_area_cell){ .value = value };
    return &p->cell[p->n++];
}

static msc_status count_tile(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const counting *c = self;
    return msc_zone_count_tile(&c->counter, tile, slot) ? MSC_OK : msc_fail(err, MSC_ENOMEM, c->areas->options.change, "areas");
}

static int add_to(msc_area_place *place, const msc_zone_cell *more)
{
    msc_area_cell *cell = cell_of(place, more->value);
    if (!cell) return 0;
    cell->px += more->px;
    cell->units += more->units;
    cell->ground += more->ground;
    cell->ground_px += more->ground_px;
    return 1;
}

/* The zones of a layer sum to the whole. */
static msc_status add_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    msc_areas *a = ((counting *)self)->areas;
    const msc_zone_cells *cells = slot;
    int has_room = 1;
    (void)tile, (void)index;
    for (size_t i = 0; i < cells->n && has_room; i++) {
        const msc_zone_cell *cell = &cells->cell[i];
        if (cell->value < 0) continue;
        if (cell->layer == 0) has_room = add_to(&a->whole, cell);
        if (a->options.n_zones > 0 && has_room) has_room = add_to(&a->place[cell->layer][cell->zone], cell);
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
    c->counter = (msc_zone_counter){ .area = &c->area, .row = msc_transitions_row };
    if (!o->dem) return MSC_OK;
    MSC_TRY(msc_surface_open(settings, o->dem, grid, NULL, &c->surface, err));
    c->counter.ground_plane = msc_surface_source(&c->surface, &c->source);
    return MSC_OK;
}

static msc_status open_zones(counting *c, msc_error *err)
{
    msc_areas *a = c->areas;
    const int n = a->options.n_zones;
    a->layer = msc_alloc_zero((size_t)n + 1, sizeof *a->layer);
    a->place = msc_alloc_zero((size_t)n + 1, sizeof *a->place);
    c->layer = msc_alloc_zero((size_t)n + 1, sizeof *c->layer);
    if (!a->layer || !a->place || !c->layer) return msc_fail(err, MSC_ENOMEM, a->options.change, "zones");
    for (int k = 0; k < n; k++) {
        MSC_TRY(msc_zone_layer_open(&a->options.zones[k], msc_raster_grid(c->rasters.raster[0]), &a->layer[k], err));
        if (!(a->place[k] = msc_alloc_zero((size_t)a->layer[k].n_zones, sizeof **a->place))) return msc_fail(err, MSC_ENOMEM, a->options.change, "zones");
        c->layer[k] = msc_zone_layer_to_count(&a->layer[k]);
    }
    c->counter.layer = c->layer;
    c->counter.n_layers = n;
    return MSC_OK;
}

static msc_status count(const msc_settings *settings, counting *c, msc_error *err)
{
    const msc_sink sink = { .self = c, .halo_px = c->areas->options.dem != NULL, .slot_bytes = sizeof(msc_zone_cells), .prepare = count_tile,
                            .put = add_tile, .slot_clear = msc_zone_cells_clear, .is_put_blind = 1 };
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
    msc_release(c.layer);
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
