/* majority_map.c - a class map whose pixels take the commonest class round them. */
#include "ops/majority.h"
#include "base/mem.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include "jobs/legend.h"
#include "jobs/origin.h"
#include <stdio.h>

typedef struct filtering {
    const msc_settings *settings;
    const msc_majority_options *options;
    msc_rasters rasters;
    msc_source source;
    msc_majority_window majority;
    msc_legend legend;
    msc_raster_outs outs;
} filtering;

void msc_majority_defaults(msc_majority_options *options) { *options = (msc_majority_options){ .window_px = 5 }; }

static msc_status check_options(const msc_majority_options *o, msc_error *err)
{
    if (!o->in) return msc_fail(err, MSC_EUSAGE, "in", "none given");
    if (!o->out) return msc_fail(err, MSC_EUSAGE, "out", "none given");
    if (o->window_px < MSC_MAJORITY_MIN_PX || o->window_px > MSC_MAJORITY_MAX_PX || o->window_px % 2 == 0)
        return msc_fail(err, MSC_EVALUE, "window", "%d; odd, %d..%d px", (int)o->window_px, MSC_MAJORITY_MIN_PX, MSC_MAJORITY_MAX_PX);
    return MSC_OK;
}

static msc_status open_map(filtering *f, msc_error *err)
{
    const char *path = f->options->in;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_class_map = 1,
                                   .n_workers = msc_settings_threads(f->settings, NULL) };
    MSC_TRY(msc_raster_open(&spec, f->settings, &f->rasters.raster[0], err));
    const msc_raster *map = f->rasters.raster[0];
    if (msc_raster_n_bands(map) != 1) return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", msc_raster_n_bands(map));
    if (msc_raster_type(map) != MSC_U8) return msc_fail(err, MSC_EFORMAT, path, "not one byte a pixel");
    f->rasters.n = 1;
    f->rasters.required = 1;
    msc_legend_read(map, &f->legend);
    return msc_rasters_source(&f->rasters, &f->source, err);
}

static msc_status open_output(filtering *f, const msc_layout *layout, msc_error *err)
{
    msc_origin origin;
    char window[64];
    snprintf(window, sizeof window, "MAJORITY_WINDOW_PX=%d", (int)f->options->window_px);
    msc_origin_init(&origin, window, f->options->run_id);
    const msc_raster_out_spec spec = { .path = f->options->out, .grid = *msc_raster_grid(f->rasters.raster[0]), .n_bands = 1,
        .type = MSC_U8, .has_nodata = 1, .nodata = 0, .classes = f->legend.n ? f->legend.classes : NULL,
        .n_classes = f->legend.n, .meta = origin.meta, .n_meta = origin.n, .has_overviews = 1 };
    return msc_raster_out_open(f->settings, &spec, layout, &f->outs.out[0], err);
}

static msc_status filter(filtering *f, msc_error *err)
{
    MSC_TRY(open_map(f, err));
    f->majority.window_px = f->options->window_px;
    msc_op op;
    msc_majority_op(&f->majority, &op);
    f->outs.n = 1;
    msc_sink sink;
    msc_raster_outs_sink(&f->outs, &sink);
    msc_layout layout;
    MSC_TRY(msc_stream_plan(f->settings, &f->source, &op, 1, &sink, 0, &layout, err));
    MSC_TRY(open_output(f, &layout, err));
    MSC_TRY(msc_stream_run(f->settings, &layout, &f->source, &op, 1, &sink, "majority", err));
    return msc_raster_out_commit(&f->outs.out[0], err);
}

msc_status msc_majority(const msc_settings *settings, const msc_majority_options *options, msc_error *err)
{
    MSC_TRY(check_options(options, err));
    filtering *f = msc_alloc_zero(1, sizeof *f);
    if (!f) return msc_fail(err, MSC_ENOMEM, options->in, "%zu bytes", sizeof *f);
    f->settings = settings;
    f->options = options;
    const msc_status status = filter(f, err);
    msc_raster_out_abandon(&f->outs.out[0]);
    if (f->rasters.raster[0]) msc_raster_close(&f->rasters.raster[0]);
    msc_release(f);
    return status;
}
