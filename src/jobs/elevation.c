/* elevation.c - two years' elevation models as evidence beside the maps of a comparison. */
#include "jobs/elevation.h"
#include "base/mem.h"
#include "jobs/blocks.h"
#include <string.h>

/* One pixel in four by four is asked of blocks of 64 px: 65,536 pixels of a large scene. */
enum { BLOCK_PX = 64, MOST_ACROSS = 16, STEP = 4 };

msc_status msc_elevation_open(const msc_settings *settings, const char *before, const char *after, const msc_grid *grid,
                              msc_elevation *elevation, msc_error *err)
{
    static const char *const want[] = { "dem" };
    for (int i = 0; i < 2; i++) {
        const char *path = i ? after : before;
        const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1, .bands = "dem:1" }, .want = want, .n_want = 1,
                                       .grid = grid, .resample = MSC_BILINEAR, .n_workers = msc_settings_threads(settings, NULL) };
        MSC_TRY(msc_raster_open(&spec, settings, &elevation->dem[i], err));
        elevation->rasters[i] = (msc_rasters){ .raster = { elevation->dem[i] }, .n = 1, .required = 1 };
        MSC_TRY(msc_rasters_source(&elevation->rasters[i], &elevation->source[i], err));
    }
    return MSC_OK;
}

void msc_elevation_close(msc_elevation *elevation)
{
    for (int i = 1; i >= 0; i--)
        if (elevation->dem[i]) msc_raster_close(&elevation->dem[i]);
}

enum { PLANES_A_DEM = 3 };       /* validity, heights as the file has them, heights as floats (the second, where those are) */

static void widen(const msc_tile *dem, const msc_plane *to)
{
    msc_tile wide = *dem;
    wide.plane[0] = *to;
    const int32_t pad = dem->pad_px, n = dem->core.w + pad;
    for (int32_t y = -pad; y < dem->core.h + pad; y++) {
        float *z = msc_row_f32(&wide, 0, y);
        for (int32_t x = -pad; x < n; x++) z[x] = dem->plane[0].type == MSC_U8 ? msc_row_u8(dem, 0, y)[x] : msc_row_u16(dem, 0, y)[x];
    }
}

/* Plane of heights as floats of year i among those that add_planes adds, the first of which is `at`. */
static const msc_plane *floats_of(const msc_tile *tile, int at, int i)
{
    const msc_plane *own = &tile->plane[at + PLANES_A_DEM * i + 1];
    return own->type == MSC_F32 ? own : own + 1;
}

/* Both DEMs as tiles of their own, in the planes from `at` on. */
static void pair_of(const msc_tile *tile, int at, msc_tile dem[2])
{
    for (int i = 0; i < 2; i++) {
        dem[i] = *tile;
        dem[i].valid = tile->plane[at + PLANES_A_DEM * i].data;
        dem[i].n_planes = 1;
        dem[i].plane[0] = *floats_of(tile, at, i);
    }
}

static msc_status read_pair(const msc_elevation *e, int worker, const msc_tile *tile, int at, msc_error *err)
{
    msc_tile dem[2];
    pair_of(tile, at, dem);
    for (int i = 0; i < 2; i++) {
        msc_tile own = dem[i];
        own.plane[0] = tile->plane[at + PLANES_A_DEM * i + 1];
        MSC_TRY(e->source[i].read(e->source[i].self, worker, &own, err));
        if (own.plane[0].type != MSC_F32) widen(&own, &dem[i].plane[0]);
    }
    return MSC_OK;
}

static void add_planes(const msc_elevation *e, msc_source *source)
{
    for (int i = 0; i < 2; i++) {
        const msc_type type = msc_raster_type(e->dem[i]);
        source->types[source->n_planes++] = MSC_U8;
        source->types[source->n_planes++] = type;
        source->types[source->n_planes++] = type == MSC_F32 ? MSC_U8 : MSC_F32;
    }
}

static msc_status read_levels(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_elevation *e = self;
    msc_tile maps = *tile, dem[2];
    const int at = e->maps.n_planes;
    const int32_t pad = tile->pad_px, w = tile->core.w + 2 * pad;
    maps.n_planes = at;
    MSC_TRY(e->maps.read(e->maps.self, worker, &maps, err));
    MSC_TRY(read_pair(e, worker, tile, at + 1, err));
    pair_of(tile, at + 1, dem);
    const msc_height_pair pair = { &dem[0], &dem[1] };
    for (int32_t y = -pad; y < tile->core.h + pad; y++) {
        uint8_t *level = msc_row_u8(tile, at, y) - pad;
        memset(level, MSC_NO_HEIGHT, (size_t)w);
        if (y > -pad && y < tile->core.h + pad - 1) msc_heights_row(&e->heights, &pair, y, 1 - pad, w - 2, level + 1);
    }
    return MSC_OK;
}

void msc_elevation_source(msc_elevation *elevation, msc_source *source)
{
    elevation->maps = *source;
    source->self = elevation;
    source->read = read_levels;
    source->types[source->n_planes++] = MSC_U8;
    add_planes(elevation, source);
}

/* ---- measuring ---- */

typedef struct measuring {
    msc_height_sample *sample;
    size_t n, room;
} measuring;

static msc_status read_dems(void *self, int worker, msc_tile *tile, msc_error *err) { return read_pair(self, worker, tile, 0, err); }

static msc_status take(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    measuring *m = self;
    msc_tile dem[2];
    (void)slot, (void)index, (void)err;
    pair_of(tile, 0, dem);
    const msc_height_pair pair = { &dem[0], &dem[1] };
    for (int32_t y = STEP / 2; y < tile->core.h; y += STEP)
        for (int32_t x = STEP / 2; x < tile->core.w && m->n < m->room; x += STEP)
            m->n += (size_t)msc_height_sample_of(&pair, x, y, &m->sample[m->n]);
    return MSC_OK;
}

msc_status msc_elevation_measure(const msc_settings *settings, msc_elevation *elevation, msc_error *err)
{
    const msc_grid *grid = msc_raster_grid(elevation->dem[0]);
    msc_source inner = { .self = elevation, .width_px = grid->width_px, .height_px = grid->height_px, .read = read_dems }, source;
    msc_settings in_blocks = *settings;
    msc_blocks blocks;
    msc_layout layout;
    add_planes(elevation, &inner);
    msc_blocks_source(&blocks, &inner, BLOCK_PX, MOST_ACROSS, &source);
    measuring m = { .room = (size_t)blocks.n_across * (size_t)blocks.n_down * (BLOCK_PX / STEP) * (BLOCK_PX / STEP) };
    m.sample = msc_alloc(m.room, sizeof *m.sample);
    if (!m.sample) return msc_fail(err, MSC_ENOMEM, "elevation", "%zu samples", m.room);
    in_blocks.tile_px = BLOCK_PX;
    const msc_sink sink = { .self = &m, .put = take };
    msc_status status = msc_stream_plan(&in_blocks, &source, NULL, 0, &sink, (int64_t)(m.room * sizeof *m.sample), &layout, err);
    if (status == MSC_OK) status = msc_stream_run(&in_blocks, &layout, &source, NULL, 0, &sink, "elevation", err);
    if (status == MSC_OK) msc_heights_fit(m.sample, m.n, &elevation->heights);
    msc_release(m.sample);
    return status;
}
