/* feature_map.c - the features that a forest would see, as a raster of floats. */
#include "jobs/imagery.h"
#include "base/mem.h"
#include "io/raster_out.h"
#include "jobs/origin.h"
#include "ops/features.h"
#include <math.h>
#include <strings.h>

/* Many planes of a small tile stay in the second cache on their way to the file: 256 px took two thirds of the CPU time
 * of 1024 px with 8 planes. */
enum { MAX_CREATION = 32, TILE_PX = 256 };

typedef struct mapping {
    msc_settings settings;       /* the caller's, with our default compression */
    const char *creation[MAX_CREATION];
    const msc_feature_map_options *options;
    msc_imagery imagery;
    msc_features *features;
    msc_raster_outs outs;
} mapping;

void msc_feature_map_defaults(msc_feature_map_options *options) { *options = (msc_feature_map_options){ 0 }; }

/* Planes of floats hardly shrink, and shrinking them costs many times what making them does: unless asked for, they
 * are written as they are. */
static msc_status choose_compression(mapping *m, msc_error *err)
{
    const int n = m->settings.n_creation;
    if (n >= MAX_CREATION) return msc_fail(err, MSC_EVALUE, "co", "more than %d", MAX_CREATION - 1);
    for (int i = 0; i < n; i++) {
        m->creation[i] = m->settings.creation[i];
        if (strncasecmp(m->creation[i], "COMPRESS=", 9) == 0) return MSC_OK;
    }
    m->creation[n] = "COMPRESS=NONE";
    m->settings.creation = m->creation;
    m->settings.n_creation = n + 1;
    return MSC_OK;
}

static msc_status open_image(mapping *m, msc_error *err)
{
    const msc_feature_map_options *o = m->options;
    msc_grid storage;
    const msc_grid *grid = NULL;
    MSC_TRY(msc_imagery_grid_like(o->grid_like, &storage, &grid, err));
    const msc_imagery_spec spec = { .image = &o->image, .grid = grid, .has_dem = o->image.dem != NULL };
    MSC_TRY(msc_imagery_open(&m->settings, &spec, &m->imagery, err));
    const msc_imagery *i = &m->imagery;
    msc_sun_place sun;
    MSC_TRY(msc_imagery_sun(&o->image, &sun, err));
    const msc_feature_input input = { i->band, i->n_bands, spec.has_dem, sun.elevation_deg > 0.0, i->pixel_m };
    MSC_TRY(msc_features_open(&m->settings, o->features, &input, &m->features, err));
    msc_features_set_sun(m->features, sun.azimuth_deg, sun.elevation_deg);
    const int n = msc_features_n(m->features);
    return n <= MSC_MAX_PLANES ? MSC_OK : msc_fail(err, MSC_EVALUE, "features", "%d; a raster takes %d", n, MSC_MAX_PLANES);
}

static msc_status open_output(mapping *m, const msc_layout *layout, msc_error *err)
{
    const msc_feature_map_options *o = m->options;
    msc_origin origin;
    const char *name[MSC_MAX_PLANES];
    msc_origin_init(&origin, NULL, o->run_id);
    for (int i = 0; i < msc_features_n(m->features); i++) name[i] = msc_features_name(m->features, i);
    const msc_raster_out_spec spec = { .path = o->out, .grid = *msc_raster_grid(m->imagery.image),
        .n_bands = msc_features_n(m->features), .type = MSC_F32, .has_nodata = 1, .nodata = NAN, .band_names = name,
        .meta = origin.meta, .n_meta = origin.n };
    return msc_raster_out_open(&m->settings, &spec, layout, &m->outs.out[0], err);
}

static msc_status map(mapping *m, msc_error *err)
{
    MSC_TRY(choose_compression(m, err));
    MSC_TRY(open_image(m, err));
    msc_op op;
    msc_features_op(m->features, &op);
    m->outs.n = 1;
    msc_sink sink;
    msc_raster_outs_sink(&m->outs, &sink);
    msc_layout layout;
    MSC_TRY(msc_stream_plan(&m->settings, &m->imagery.source, &op, 1, &sink, 0, &layout, err));
    MSC_TRY(open_output(m, &layout, err));
    MSC_TRY(msc_stream_run(&m->settings, &layout, &m->imagery.source, &op, 1, &sink, "features", err));
    return msc_raster_out_commit(&m->outs.out[0], err);
}

msc_status msc_feature_map(const msc_settings *settings, const msc_feature_map_options *options, msc_error *err)
{
    if (options->image.n_paths < 1) return msc_fail(err, MSC_EUSAGE, "image", "none given");
    if (!options->out) return msc_fail(err, MSC_EUSAGE, "out", "none given");
    mapping *m = msc_alloc_zero(1, sizeof *m);
    if (!m) return msc_fail(err, MSC_ENOMEM, options->out, "%zu bytes", sizeof *m);
    m->settings = *settings;
    if (m->settings.tile_px == 0) m->settings.tile_px = TILE_PX;
    m->options = options;
    const msc_status status = map(m, err);
    msc_raster_out_abandon(&m->outs.out[0]);
    msc_features_close(&m->features);
    msc_imagery_close(&m->imagery);
    msc_release(m);
    return status;
}
