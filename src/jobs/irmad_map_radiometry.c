/* irmad_map_radiometry.c - gains that bring the image after to the image before, from the pixels that did not change. */
#include "base/mem.h"
#include "io/raster_out.h"
#include "jobs/irmad_map.h"
#include "jobs/origin.h"
#include <json.h>
#include <math.h>

/* Fewer unchanged pixels than this in a scene say less about it than the whole image does. */
enum { LEAST_PX = 200 };

typedef struct line { double gain, offset, correlation; } line;

static line line_of(const msc_irmad_sums *sums, int n_bands, int b)
{
    const double xx = msc_irmad_covariance(sums, n_bands + b, n_bands + b), yy = msc_irmad_covariance(sums, b, b);
    const double xy = msc_irmad_covariance(sums, b, n_bands + b);
    line l = { 1, 0, 0 };
    if (sums->n_px < LEAST_PX) return l;
    if (!msc_orthogonal_line(xx, yy, xy, msc_irmad_mean(sums, n_bands + b), msc_irmad_mean(sums, b), &l.gain, &l.offset)) return (line){ 1, 0, 0 };
    l.correlation = xy / sqrt(xx * yy);
    return l;
}

static json_object *scene_of(const msc_irmad_facts *f, const msc_irmad_sums *sums, int scene, int64_t n_px)
{
    json_object *o = json_object_new_object(), *list = json_object_new_array();
    for (int b = 0; b < f->pair->n_bands; b++) {
        const line l = line_of(sums, f->pair->n_bands, b);
        json_object *band = json_object_new_object();
        json_object_object_add(band, "name", json_object_new_string(f->pair->band[b]));
        json_object_object_add(band, "gain", json_object_new_double(l.gain));
        json_object_object_add(band, "offset", json_object_new_double(l.offset));
        json_object_object_add(band, "correlation", json_object_new_double(l.correlation));
        json_object_array_add(list, band);
    }
    json_object_object_add(o, "scene", json_object_new_int(scene));
    json_object_object_add(o, "unchanged_px", json_object_new_int64(n_px));
    json_object_object_add(o, "bands", list);
    return o;
}

msc_status msc_irmad_radiometry(const msc_settings *settings, const msc_irmad_facts *f, json_object **radiometry, msc_error *err)
{
    const msc_irmad_options *o = f->options;
    const int32_t width_px = f->lattice->width_px;
    msc_scenes scenes;
    MSC_TRY(msc_scenes_open(o->after.seamlines, msc_raster_grid(f->pair->image[0].image), &scenes, err));
    uint16_t *group = msc_alloc(f->pixels->n + 1, sizeof *group);
    msc_status status = group ? MSC_OK : msc_fail(err, MSC_ENOMEM, "irmad", "%zu pixels", f->pixels->n);
    for (size_t i = 0; group && i < f->pixels->n; i++)
        msc_scenes_row(&scenes, (int32_t)(f->pixels->pixel[i] / width_px), (int32_t)(f->pixels->pixel[i] % width_px), 1, &group[i]);
    const msc_irmad_sample sample = { .value = f->pixels->value, .group = group, .n = f->pixels->n, .n_before = f->pair->n_bands,
                                      .n_after = f->pair->n_bands };
    *radiometry = json_object_new_array();
    for (int i = 0; i < scenes.n && status == MSC_OK; i++) {
        msc_irmad_sums sums = *f->unchanged;
        int64_t n_px = sums.n_px;
        if (scenes.n > 1 && f->variates->n > 0) {
            status = msc_irmad_unchanged(settings, &sample, &f->fit->first, MSC_IRMAD_UNCHANGED, i, &sums, err);
            n_px = sums.n_px;
            if (n_px < LEAST_PX) sums = *f->unchanged;
        }
        json_object_array_add(*radiometry, scene_of(f, &sums, i, n_px));
    }
    msc_release(group);
    msc_scenes_clear(&scenes);
    return status;
}

msc_status msc_irmad_write_normalized(const msc_settings *settings, const msc_irmad_options *o, const msc_grid *grid, msc_error *err)
{
    msc_image image = o->after;
    image.radiometry = o->report;
    const msc_imagery_spec in = { .image = &image, .grid = grid };
    msc_imagery opened;
    msc_layout layout;
    msc_sink sink;
    msc_raster_outs outs = { .n = 1 };
    MSC_TRY(msc_imagery_open(settings, &in, &opened, err));
    msc_origin origin;
    msc_origin_init(&origin, NULL, NULL);
    const msc_raster_out_spec spec = { .path = o->normalized, .grid = *grid, .n_bands = opened.n_bands, .type = msc_raster_type(opened.image),
        .has_nodata = 1, .nodata = msc_raster_type(opened.image) == MSC_F32 ? (double)NAN : 0, .band_names = opened.band, .meta = origin.meta,
        .n_meta = origin.n, .has_overviews = 1 };
    msc_raster_outs_sink(&outs, &sink);
    msc_status status = msc_stream_plan(settings, &opened.source, NULL, 0, &sink, 0, &layout, err);
    if (status == MSC_OK) status = msc_raster_out_open(settings, &spec, &layout, &outs.out[0], err);
    if (status == MSC_OK) status = msc_stream_run(settings, &layout, &opened.source, NULL, 0, &sink, "normalize", err);
    if (status == MSC_OK) status = msc_raster_out_commit(&outs.out[0], err);
    msc_raster_out_abandon(&outs.out[0]);
    msc_imagery_close(&opened);
    return status;
}
