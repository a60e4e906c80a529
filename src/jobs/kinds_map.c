/* kinds_map.c - maps of classes, and of accepted changes, whose damage classes are those of their sites. */
#include "jobs/kinds_map.h"
#include "base/mem.h"
#include "grid/area.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include "jobs/legend.h"
#include "jobs/origin.h"
#include "ops/decide.h"
#include "ops/kinds.h"
#include <math.h>

typedef struct naming {
    const msc_settings *settings;
    const msc_kinds_options *options;
    msc_rasters rasters;         /* changes, posteriors before and after; or classes and posterior */
    msc_raster_outs outs;
    msc_kinds kinds;
    msc_legend legend;
} naming;

int msc_kinds_can_differ(const msc_kinds_options *o) { return o->site_m > 0 && o->n_damage > 1 && o->n_damage <= MSC_KINDS_MAX; }

static msc_status open_raster(naming *k, const char *path, int n_bands, msc_type type, msc_error *err)
{
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1,
                                   .n_workers = msc_settings_threads(k->settings, NULL) };
    msc_raster **raster = &k->rasters.raster[k->rasters.n];
    MSC_TRY(msc_raster_open(&spec, k->settings, raster, err));
    k->rasters.n++;
    if (msc_raster_n_bands(*raster) != n_bands)
        return msc_fail(err, MSC_EBAND, path, "%d bands; %d wanted", msc_raster_n_bands(*raster), n_bands);
    return msc_raster_type(*raster) == type ? MSC_OK : msc_fail(err, MSC_EFORMAT, path, "not %s", type == MSC_U8 ? "Byte" : "UInt16");
}

/* The odd number of pixels that spans the site best. */
static int32_t side_px(const naming *k)
{
    const double px = k->options->site_m / sqrt(msc_area_pixel_m2(msc_raster_grid(k->rasters.raster[0])));
    const int32_t half = (int32_t)lround(fmin(fmax(px - 1, 2), MSC_KINDS_MAX_PX - 1) / 2);
    return 2 * half + 1;
}

static msc_status open_output(naming *k, const msc_layout *layout, msc_error *err)
{
    msc_origin origin;
    msc_origin_init(&origin, NULL, k->options->run_id);
    const int is_map = k->kinds.is_map;
    const msc_raster_out_spec spec = { .path = k->options->out, .grid = *msc_raster_grid(k->rasters.raster[0]), .n_bands = 1,
        .type = is_map ? MSC_U8 : MSC_U16, .has_nodata = 1, .nodata = is_map ? 0 : MSC_CHANGE_NODATA, .classes = k->legend.n ? k->legend.classes : NULL,
        .n_classes = k->legend.n, .is_change = !is_map, .has_overviews = 1, .meta = origin.meta, .n_meta = is_map ? origin.n : 0 };
    return msc_raster_out_open(k->settings, &spec, layout, &k->outs.out[0], err);
}

static msc_status name_kinds(naming *k, msc_error *err)
{
    const msc_kinds_options *o = k->options;
    msc_source source;
    msc_sink sink;
    msc_op op;
    msc_layout layout;
    MSC_TRY(open_raster(k, o->change, 1, o->posterior_after ? MSC_U16 : MSC_U8, err));
    MSC_TRY(open_raster(k, o->posterior_before, MSC_POSTERIOR_BANDS, MSC_U8, err));
    if (o->posterior_after) MSC_TRY(open_raster(k, o->posterior_after, MSC_POSTERIOR_BANDS, MSC_U8, err));
    k->rasters.required = 1;
    MSC_TRY(msc_rasters_source(&k->rasters, &source, err));
    msc_legend_read(k->rasters.raster[0], &k->legend);
    msc_kinds_init(&k->kinds, side_px(k), o->damage, o->n_damage);
    for (int i = 0; i < o->n_impossible; i++) msc_forbid(&k->kinds.impossible, o->impossible[i] >> 8, o->impossible[i] & 255);
    k->kinds.is_map = o->posterior_after == NULL;
    msc_kinds_op(&k->kinds, &op);
    k->outs.n = 1;
    msc_raster_outs_sink(&k->outs, &sink);
    MSC_TRY(msc_stream_plan(k->settings, &source, &op, 1, &sink, 0, &layout, err));
    MSC_TRY(open_output(k, &layout, err));
    MSC_TRY(msc_stream_run(k->settings, &layout, &source, &op, 1, &sink, "kinds", err));
    return msc_raster_out_commit(&k->outs.out[0], err);
}

msc_status msc_kinds_map(const msc_settings *settings, const msc_kinds_options *options, msc_error *err)
{
    naming *k = msc_alloc_zero(1, sizeof *k);
    if (!k) return msc_fail(err, MSC_ENOMEM, options->out, "%zu bytes", sizeof *k);
    k->settings = settings;
    k->options = options;
    const msc_status status = name_kinds(k, err);
    msc_raster_out_abandon(&k->outs.out[0]);
    for (int i = k->rasters.n; i-- > 0;) msc_raster_close(&k->rasters.raster[i]);
    msc_release(k);
    return status;
}
