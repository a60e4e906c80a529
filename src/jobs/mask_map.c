/* mask_map.c - what of an epoch was not observed, and why, as a raster. */
#include "jobs/mask_map.h"
#include "base/mem.h"
#include "grid/area.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include "jobs/imagery.h"
#include "jobs/origin.h"
#include <math.h>
#include <string.h>

typedef struct masking {
    const msc_settings *settings;
    const msc_mask_options *options;
    msc_rasters rasters;
    msc_source source;
    msc_shadow shadow;
    msc_raster_outs outs;
    msc_sink inner;              /* the output's */
    int64_t *px;
} masking;

static msc_status open_sources(masking *m, msc_error *err)
{
    const msc_mask_options *o = m->options;
    const int n_workers = msc_settings_threads(m->settings, NULL);
    msc_grid storage;
    const msc_grid *grid = NULL;
    MSC_TRY(msc_imagery_grid_like(o->grid_like, &storage, &grid, err));
    const msc_raster_spec dem = { .image = { .paths = &o->dem, .n_paths = 1 }, .grid = grid, .resample = MSC_BILINEAR, .n_workers = n_workers };
    MSC_TRY(msc_raster_open(&dem, m->settings, &m->rasters.raster[0], err));
    m->rasters.n = 1;
    m->rasters.required = 1;
    if (o->mask) {
        MSC_TRY(msc_raster_open_mask(o->mask, NULL, grid, n_workers, m->settings, &m->rasters.raster[1], err));
        m->rasters.n = 2;
    }
    if (msc_raster_n_bands(m->rasters.raster[0]) != 1)
        return msc_fail(err, MSC_EBAND, o->dem, "%d bands; 1 is wanted", msc_raster_n_bands(m->rasters.raster[0]));
    return msc_rasters_source(&m->rasters, &m->source, err);
}

/* From shadow (and the user's mask) to the two bands; every pixel is valid, since 0 is an answer. */
static void settle_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const masking *m = self;
    (void)scratch;
    for (int32_t y = 0; y < in->core.h; y++) {
        const uint8_t *dark = msc_row_u8(in, 0, y), *mask = m->options->mask ? msc_row_u8(in, 1, y) : NULL;
        uint8_t *seen = msc_row_u8(out, 0, y), *why = msc_row_u8(out, 1, y);
        for (int32_t x = 0; x < in->core.w; x++) {
            why[x] = mask && mask[x] == 0 ? MSC_MASK_USER : dark[x] ? MSC_MASK_TERRAIN_SHADOW : MSC_MASK_NONE;
            seen[x] = why[x] == MSC_MASK_NONE;
        }
        memset(msc_row_valid(out, y), 1, (size_t)in->core.w);
    }
}

/* The output's sink, with a count beside it. */
static msc_status put(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    masking *m = self;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *why = msc_row_u8(tile, 1, y);
        for (int32_t x = 0; x < tile->core.w; x++) m->px[why[x]]++;
    }
    return m->inner.put(m->inner.self, tile, slot, index, err);
}
static msc_status prepare(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const masking *m = self;
    return m->inner.prepare ? m->inner.prepare(m->inner.self, tile, slot, err) : MSC_OK;
}
static void slot_clear(void *self, void *slot)
{
    const masking *m = self;
    if (m->inner.slot_clear) m->inner.slot_clear(m->inner.self, slot);
}

static msc_status open_output(masking *m, const msc_layout *layout, msc_error *err)
{
    static const char *const bands[] = { "observed", "reason" };
    msc_origin origin;
    msc_origin_init(&origin, "REASONS=0 none, 1 mask of the job, 2 terrain shadow", m->options->run_id);
    const msc_raster_out_spec spec = { .path = m->options->out, .grid = *msc_raster_grid(m->rasters.raster[0]), .n_bands = 2,
        .type = MSC_U8, .band_names = bands, .meta = origin.meta, .n_meta = origin.n };
    return msc_raster_out_open(m->settings, &spec, layout, &m->outs.out[0], err);
}

static msc_status make(masking *m, msc_error *err)
{
    const msc_mask_options *o = m->options;
    MSC_TRY(open_sources(m, err));
    const double pixel_m = sqrt(msc_area_pixel_m2(msc_raster_grid(m->rasters.raster[0])));
    msc_shadow_init(&m->shadow, o->azimuth_deg, o->elevation_deg, o->shadow_reach_m, pixel_m);
    m->shadow.has_mask = o->mask != NULL;
    if (m->shadow.n_steps == MSC_SHADOW_MAX_PX)
        msc_warn(m->settings, MSC_WOTHER, o->dem, msc_settings_words(m->settings, "shadows longer than %d px are cut there", "超过 %d 像元的阴影在该处截断"), MSC_SHADOW_MAX_PX);
    msc_op ops[2];
    msc_shadow_op(&m->shadow, &ops[0]);
    ops[1] = (msc_op){ .name = "mask", .self = m, .n_planes_out = 2, .types_out = { MSC_U8, MSC_U8 }, .tile = settle_tile };
    m->outs.n = 1;
    msc_raster_outs_sink(&m->outs, &m->inner);
    const msc_sink sink = { .self = m, .halo_px = m->inner.halo_px, .slot_bytes = m->inner.slot_bytes, .prepare = prepare, .put = put,
                            .slot_clear = slot_clear };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(m->settings, &m->source, ops, 2, &sink, 0, &layout, err));
    MSC_TRY(open_output(m, &layout, err));
    MSC_TRY(msc_stream_run(m->settings, &layout, &m->source, ops, 2, &sink, "masks", err));
    return msc_raster_out_commit(&m->outs.out[0], err);
}

msc_status msc_mask_map(const msc_settings *settings, const msc_mask_options *options, int64_t px[MSC_MASK_REASONS], msc_error *err)
{
    masking *m = msc_alloc_zero(1, sizeof *m);
    if (!m) return msc_fail(err, MSC_ENOMEM, options->out, "%zu bytes", sizeof *m);
    memset(px, 0, MSC_MASK_REASONS * sizeof *px);
    m->settings = settings;
    m->options = options;
    m->px = px;
    const msc_status status = make(m, err);
    msc_raster_out_abandon(&m->outs.out[0]);
    for (int i = 0; i < 2; i++)
        if (m->rasters.raster[i]) msc_raster_close(&m->rasters.raster[i]);
    msc_release(m);
    return status;
}
