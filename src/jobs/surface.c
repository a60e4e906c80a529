/* surface.c - the ground's area of each pixel from a DEM. */
#include "jobs/surface.h"
#include "grid/area.h"
#include "grid/crs.h"
#include "ops/terrain.h"
#include "patch/patches.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* A pixel of a geographic grid is narrower on the ground than in degrees; its area tells by how much. */
static void measure_pixel(msc_surface *s, const msc_grid *grid)
{
    const double middle_deg = msc_grid_n(grid, grid->height_px / 2.0);
    const double aspect = grid->pixel_n / grid->pixel_e / (msc_crs_is_geographic(grid->crs) ? cos(middle_deg * acos(-1) / 180) : 1);
    s->dx_m = sqrt(msc_area_pixel_m2(grid) / aspect);
    s->dy_m = s->dx_m * aspect;
}

msc_status msc_surface_open(const msc_settings *settings, const char *dem, const msc_grid *grid, const uint8_t *is_left_out,
                            msc_surface *s, msc_error *err)
{
    static const char *const want[] = { "dem" };
    const msc_raster_spec spec = { .image = { .paths = &dem, .n_paths = 1, .bands = "dem:1" }, .want = want, .n_want = 1, .grid = grid,
                                   .resample = MSC_BILINEAR, .n_workers = msc_settings_threads(settings, NULL) };
    memset(s, 0, sizeof *s);
    MSC_TRY(msc_raster_open(&spec, settings, &s->dem, err));
    s->rasters = (msc_rasters){ .raster = { s->dem }, .n = 1, .required = 1 };
    s->is_left_out = is_left_out;
    measure_pixel(s, grid);
    return msc_rasters_source(&s->rasters, &s->elevations, err);
}

void msc_surface_close(msc_surface *s)
{
    if (s->dem) msc_raster_close(&s->dem);
}

enum { RUN_PX = MSC_TERRAIN_RUN_PX };

/* Marks those of n pixels that are asked for; returns whether there is one. */
static int find_asked(const msc_surface *s, const msc_tile *tile, int32_t x, int32_t y, int32_t n, uint8_t *restrict is_asked)
{
    memcpy(is_asked, msc_row_valid(tile, y) + x, (size_t)n);
    if (s->is_left_out && tile->plane[0].type == MSC_U8)
        for (int32_t i = 0; i < n; i++) is_asked[i] = is_asked[i] & !s->is_left_out[msc_row_u8(tile, 0, y)[x + i]];
    else if (s->is_left_out)
        for (int32_t i = 0; i < n; i++) is_asked[i] = is_asked[i] & !s->is_left_out[msc_row_u16(tile, 0, y)[x + i]];
    return memchr(is_asked, 1, (size_t)n) != NULL;
}

/* Fills the plane of the pixels x .. x + n - 1 of row y: 0 where nobody asks or the DEM has nothing; 63 times as much ground as map is
 * the most that fits. */
static void fill_run(const msc_surface *s, const msc_tile *dem, msc_tile *tile, int32_t x, int32_t y, int32_t n)
{
    float ratio[RUN_PX];
    uint8_t is_asked[RUN_PX];
    uint16_t *restrict to = msc_row_u16(tile, s->plane, y) + x;
    if (!find_asked(s, tile, x, y, n, is_asked)) return;
    msc_terrain_surface_of_tile(dem, x, y, n, s->dx_m, s->dy_m, ratio);
    for (int32_t i = 0; i < n; i++) {
        const float units = ratio[i] * MSC_SURFACE_ONE + 0.5f;
        const int32_t rounded = (int32_t)(units < 65535 ? units : 65535);
        to[i] = (uint16_t)(is_asked[i] ? rounded : 0);
    }
}

static msc_status read_all(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_surface *s = self;
    msc_tile maps = *tile, dem = *tile;
    int has_asked = 0;
    assert(tile->pad_px >= 1);
    maps.n_planes = s->plane;
    MSC_TRY(s->maps.read(s->maps.self, worker, &maps, err));
    for (int32_t y = 0; y < tile->core.h; y++) {
        memset(msc_row_u16(tile, s->plane, y), 0, (size_t)tile->core.w * sizeof(uint16_t));
        for (int32_t x = 0; x < tile->core.w && !has_asked; x += RUN_PX)
            has_asked = find_asked(s, tile, x, y, tile->core.w - x < RUN_PX ? tile->core.w - x : RUN_PX, (uint8_t[RUN_PX]){ 0 });
    }
    if (!has_asked) return MSC_OK;
    dem.valid = tile->plane[s->plane + 1].data;
    dem.plane[0] = tile->plane[s->plane + 2];
    dem.n_planes = 1;
    MSC_TRY(s->elevations.read(s->elevations.self, worker, &dem, err));
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w; x += RUN_PX) fill_run(s, &dem, tile, x, y, tile->core.w - x < RUN_PX ? tile->core.w - x : RUN_PX);
    return MSC_OK;
}

int msc_surface_source(msc_surface *s, msc_source *source)
{
    s->maps = *source;
    s->plane = source->n_planes;
    source->self = s;
    source->read = read_all;
    source->types[source->n_planes++] = MSC_U16;
    source->types[source->n_planes++] = MSC_U8;
    source->types[source->n_planes++] = s->elevations.types[0];
    return s->plane;
}
