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

static int is_asked(const msc_surface *s, const msc_tile *tile, int32_t x, int32_t y)
{
    const int value = tile->plane[0].type == MSC_U8 ? msc_row_u8(tile, 0, y)[x] : msc_row_u16(tile, 0, y)[x];
    return msc_row_valid(tile, y)[x] && !s->is_left_out[value];
}

static double height_at(const msc_tile *dem, int32_t x, int32_t y)
{
    if (!msc_row_valid(dem, y)[x]) return NAN;
    return dem->plane[0].type == MSC_U8 ? msc_row_u8(dem, 0, y)[x] : dem->plane[0].type == MSC_U16 ? msc_row_u16(dem, 0, y)[x] : (double)msc_row_f32(dem, 0, y)[x];
}

/* 0 where the DEM has nothing; 63 times as much ground as map is the most that fits. */
static uint16_t surface_at(const msc_surface *s, const msc_tile *dem, int32_t x, int32_t y)
{
    double z[9];
    for (int i = 0; i < 9; i++) z[i] = height_at(dem, x + i % 3 - 1, y + i / 3 - 1);
    return isfinite(z[4]) ? (uint16_t)lrint(fmin(65535, MSC_SURFACE_ONE * msc_terrain_surface(z, s->dx_m, s->dy_m))) : 0;
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
        for (int32_t x = 0; x < tile->core.w && !has_asked; x++) has_asked = is_asked(s, tile, x, y);
    }
    if (!has_asked) return MSC_OK;
    dem.valid = tile->plane[s->plane + 1].data;
    dem.plane[0] = tile->plane[s->plane + 2];
    dem.n_planes = 1;
    MSC_TRY(s->elevations.read(s->elevations.self, worker, &dem, err));
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w; x++)
            if (is_asked(s, tile, x, y)) msc_row_u16(tile, s->plane, y)[x] = surface_at(s, &dem, x, y);
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
