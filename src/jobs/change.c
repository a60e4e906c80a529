/* change.c - two class maps on one grid to a change map. */
#include "base/mem.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include "jobs/palette.h"
#include "model/model.h"
#include "ops/compare.h"
#include <stdio.h>
#include <string.h>

typedef struct comparison {
    const msc_settings *settings;
    const msc_change_options *options;
    msc_rasters rasters;         /* before, after and perhaps their confidences */
    msc_source source;
    msc_compare compare;
    msc_class classes[255];
    char name[255][MSC_NAME_MAX];
    int n_classes;
    msc_raster_outs outs;
} comparison;

void msc_change_defaults(msc_change_options *options) { *options = (msc_change_options){ .edge_tolerance_px = 1 }; }

static msc_status check_options(const msc_change_options *o, msc_error *err)
{
    if (!o->before) return msc_fail(err, MSC_EUSAGE, "before", "none given");
    if (!o->after) return msc_fail(err, MSC_EUSAGE, "after", "none given");
    if (!o->change) return msc_fail(err, MSC_EUSAGE, "change", "no output given");
    if (o->min_confidence < 0 || o->min_confidence > 100)
        return msc_fail(err, MSC_EVALUE, "min-confidence", "%d; 0..100", o->min_confidence);
    if (o->edge_tolerance_px < 0 || o->edge_tolerance_px > MSC_COMPARE_MAX_TOLERANCE_PX)
        return msc_fail(err, MSC_EVALUE, "edge-tolerance", "%d; 0..%d px", o->edge_tolerance_px, MSC_COMPARE_MAX_TOLERANCE_PX);
    if (o->min_confidence > 0 && !(o->confidence_before && o->confidence_after))
        return msc_fail(err, MSC_EUSAGE, "min-confidence", "needs the confidence of both years");
    return MSC_OK;
}

/* Opens one single-band byte raster; class maps count as observed where they are not 0. */
static msc_status open_map(comparison *c, const char *path, int is_class_map, msc_error *err)
{
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .is_class_map = is_class_map,
                                   .n_workers = msc_settings_threads(c->settings, NULL) };
    msc_raster *raster = NULL;
    MSC_TRY(msc_raster_open(&spec, c->settings, &raster, err));
    const int at = c->rasters.n++;
    c->rasters.raster[at] = raster;
    if (is_class_map) c->rasters.required |= 1u << at;
    if (msc_raster_n_bands(raster) != 1) return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", msc_raster_n_bands(raster));
    if (msc_raster_type(raster) != MSC_U8) return msc_fail(err, MSC_EFORMAT, path, "not one byte a pixel");
    if (at > 0 && !msc_grid_same(msc_raster_grid(raster), msc_raster_grid(c->rasters.raster[0])))
        return msc_fail(err, MSC_EGRID, path, "not on the grid of %.300s", c->options->before);
    return MSC_OK;
}

static msc_status open_maps(comparison *c, msc_error *err)
{
    const msc_change_options *o = c->options;
    MSC_TRY(open_map(c, o->before, 1, err));
    MSC_TRY(open_map(c, o->after, 1, err));
    if (o->min_confidence > 0) {
        MSC_TRY(open_map(c, o->confidence_before, 0, err));
        MSC_TRY(open_map(c, o->confidence_after, 0, err));
    }
    return msc_rasters_source(&c->rasters, &c->source, err);
}

/* The classes that either map names, with the colours that it carries. */
static void describe_classes(comparison *c)
{
    for (int code = 1; code < 256; code++) {
        for (int year = 0; year < 2; year++) {
            const msc_raster *map = c->rasters.raster[year];
            const char *label = msc_raster_category(map, code);
            if (!label || !label[0]) continue;
            char key[32];
            snprintf(key, sizeof key, "CLASS_%d_NAME", code);
            const char *name = msc_raster_meta(map, key);
            snprintf(key, sizeof key, "CLASS_%d_RGB", code);
            const char *rgb = msc_raster_meta(map, key);
            msc_class *class = &c->classes[c->n_classes];
            snprintf(c->name[c->n_classes], MSC_NAME_MAX, "%s", name ? name : label);
            *class = (msc_class){ .code = code, .name = c->name[c->n_classes], .label = label };
            unsigned red, green, blue;
            if (rgb && sscanf(rgb, "%3u,%3u,%3u", &red, &green, &blue) == 3) {
                class->rgb[0] = (uint8_t)red;
                class->rgb[1] = (uint8_t)green;
                class->rgb[2] = (uint8_t)blue;
            }
            msc_palette_fill(class->name, code, class->rgb);
            c->n_classes++;
            break;
        }
    }
}

static msc_status open_output(comparison *c, const msc_layout *layout, msc_error *err)
{
    char run_id[160], software[MSC_NAME_MAX];
    snprintf(run_id, sizeof run_id, "RUN_ID=%.140s", c->options->run_id ? c->options->run_id : "");
    snprintf(software, sizeof software, "SOFTWARE=minescar %s", MSC_VERSION);
    const char *meta[2] = { software, run_id };
    const msc_raster_out_spec spec = { .path = c->options->change, .grid = *msc_raster_grid(c->rasters.raster[0]), .n_bands = 1,
                                       .type = MSC_U16, .has_nodata = 1, .nodata = MSC_CHANGE_NODATA, .classes = c->classes,
                                       .n_classes = c->n_classes, .is_change = 1, .meta = meta,
                                       .n_meta = c->options->run_id ? 2 : 1, .has_overviews = 1 };
    return msc_raster_out_open(c->settings, &spec, layout, &c->outs.out[0], err);
}

static msc_status change(comparison *c, msc_error *err)
{
    MSC_TRY(open_maps(c, err));
    describe_classes(c);
    c->compare = (msc_compare){ c->options->edge_tolerance_px, c->options->min_confidence };
    msc_op op;
    msc_compare_op(&c->compare, &op);
    c->outs.n = 1;
    msc_sink sink;
    msc_raster_outs_sink(&c->outs, &sink);
    msc_layout layout;
    MSC_TRY(msc_stream_plan(c->settings, &c->source, &op, 1, &sink, 0, &layout, err));
    MSC_TRY(open_output(c, &layout, err));
    MSC_TRY(msc_stream_run(c->settings, &layout, &c->source, &op, 1, &sink, "change", err));
    return msc_raster_out_commit(&c->outs.out[0], err);
}

msc_status msc_change(const msc_settings *settings, const msc_change_options *options, msc_error *err)
{
    MSC_TRY(check_options(options, err));
    comparison *c = msc_alloc_zero(1, sizeof *c);
    if (!c) return msc_fail(err, MSC_ENOMEM, options->change, "%zu bytes", sizeof *c);
    c->settings = settings;
    c->options = options;
    const msc_status status = change(c, err);
    msc_raster_out_abandon(&c->outs.out[0]);
    for (int i = c->rasters.n - 1; i >= 0; i--) msc_raster_close(&c->rasters.raster[i]);
    msc_release(c);
    return status;
}
