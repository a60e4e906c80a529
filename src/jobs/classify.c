/* classify.c - an image and a model to a class map, its confidence and its posterior, in one pass. */
#include "jobs/imagery.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/raster_out.h"
#include "jobs/mask_map.h"
#include "jobs/origin.h"
#include "jobs/palette.h"
#include "ops/objects.h"
#include "ops/predict.h"
#include "ops/rim.h"
#include "ops/smooth.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CONFIDENCE_NODATA = 255, DEFAULT_SMOOTH = 2, DEFAULT_OBJECTS = 2, SWEEPS = 3, SWEEPS_BEFORE_OBJECTS = 1, WIDEST_PX = 9 };
enum { POSTERIOR_BLOCK_PX = 256 };   /* six bytes a pixel, read with padding by each comparison */

/* A model's windows see other ground when pixels differ; beyond this the caller is told. */
#define PIXEL_TOLERANCE 0.1

/* Beyond this a window holds other ground than the pixel, as for the default features. */
#define WINDOW_M 25.0
enum { OBJECT_PX = 5 };          /* of these WINDOW_M is to hold so many, or an object is next to no pixels */

/* The margin of a cloud: Fmask's 3 px (Zhu & Woodcock 2012), and what beyond them still raised the precision of change on made
 * scenes (docs/METHODS.md, "Margins of clouds"). */
#define MARGIN_M 24.0
#define MARGIN_PX 3.0
#define MARGIN_WIDEST_PX 64.0   /* by default: every tile is mapped with as much round it */

typedef struct counts { int64_t n_observed, n_no_elevation; } counts;

typedef struct classification {
    const msc_settings *settings;
    const msc_classify_options *options;
    msc_model model;
    msc_imagery imagery;
    msc_features *features;
    msc_predict predict;
    msc_smooth smooth;           /* of no use when the options ask for none */
    msc_rim rim;
    msc_objects objects;         /* likewise */
    msc_class classes[MSC_MAX_CLASSES];
    int n_classes;
    msc_raster_outs outs;
    msc_sink inner;              /* the outputs' */
    size_t count_at;             /* place of the tile's counts in a slot, behind the inner sink's space */
    msc_lack lack;               /* of elevations; of no use when the model needs none */
    counts all;
} classification;

void msc_classify_defaults(msc_classify_options *options) { *options = (msc_classify_options){ .smooth = DEFAULT_SMOOTH, .objects = -1, .margin_m = -1.0 }; }

static msc_status check_options(const msc_classify_options *o, msc_error *err)
{
    if (o->image.n_paths < 1) return msc_fail(err, MSC_EUSAGE, "image", "none given");
    if (!o->model) return msc_fail(err, MSC_EUSAGE, "model", "none given");
    if (!o->classes) return msc_fail(err, MSC_EUSAGE, "classes", "no output given");
    if (o->smooth < 0 || o->smooth > MSC_SMOOTH_MAX_STRENGTH)
        return msc_fail(err, MSC_EVALUE, "smooth", "%d; 0..%d", o->smooth, MSC_SMOOTH_MAX_STRENGTH);
    if (o->objects < -1 || o->objects > MSC_OBJECTS_MAX_STRENGTH)
        return msc_fail(err, MSC_EVALUE, "objects", "%d; 0..%d", o->objects, MSC_OBJECTS_MAX_STRENGTH);
    if (o->smooth_px != 0 && (o->smooth_px < MSC_SMOOTH_MIN_SIDE || o->smooth_px > MSC_SMOOTH_MAX_SIDE || o->smooth_px % 2 == 0))
        return msc_fail(err, MSC_EVALUE, "smooth_px", "%d; odd, %d..%d", o->smooth_px, MSC_SMOOTH_MIN_SIDE, MSC_SMOOTH_MAX_SIDE);
    const char *const outputs[] = { o->classes, o->confidence, o->posterior, o->reason };
    return msc_file_check_apart(outputs, 4, err);
}

static const char *image_name(const classification *c) { return c->options->image.paths[0]; }

/* Comma-separated names, cut at the end of the text. */
static void join(char *text, size_t size, const char *(*name)(const void *of, int i), const void *of, int n)
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; i < n && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "," : "", name(of, i));
}

static const char *model_band(const void *of, int i) { return ((const msc_model *)of)->band[i]; }
static const char *model_feature(const void *of, int i) { return ((const msc_model *)of)->feature[i]; }
static const char *image_band(const void *of, int i) { return ((const msc_imagery *)of)->band[i]; }

/* A band of the model that the image lacks: both lists go into the detail. */
static msc_status check_bands(const classification *c, const msc_imagery *all, msc_error *err)
{
    for (int b = 0; b < c->model.n_bands; b++) {
        int is_there = 0;
        for (int i = 0; i < all->n_bands; i++) is_there |= strcmp(all->band[i], c->model.band[b]) == 0;
        if (is_there) continue;
        char has[300], wants[300];
        join(has, sizeof has, image_band, all, all->n_bands);
        join(wants, sizeof wants, model_band, &c->model, c->model.n_bands);
        return msc_fail(err, MSC_EMODELBANDS, image_name(c), "model: %s; image: %s", wants, has);
    }
    return MSC_OK;
}

static msc_status open_image(classification *c, msc_error *err)
{
    const msc_classify_options *o = c->options;
    const char *want[MSC_MAX_BANDS];
    msc_grid storage;
    const msc_grid *grid = NULL;
    for (int b = 0; b < c->model.n_bands; b++) want[b] = c->model.band[b];
    if (c->model.needs_dem && !o->image.dem)
        return msc_fail(err, MSC_EUSAGE, "dem", "none given; the model %.300s was trained with one", o->model);
    MSC_TRY(msc_imagery_grid_like(o->grid_like, &storage, &grid, err));
    msc_imagery_spec spec = { .image = &o->image, .grid = grid };
    MSC_TRY(msc_imagery_open(c->settings, &spec, &c->imagery, err));
    MSC_TRY(check_bands(c, &c->imagery, err));
    msc_imagery_close(&c->imagery);
    spec.want = want;
    spec.n_want = c->model.n_bands;
    spec.has_dem = c->model.needs_dem;
    MSC_TRY(msc_imagery_open(c->settings, &spec, &c->imagery, err));
    const double ratio = c->model.pixel_m > 0.0 ? c->imagery.pixel_m / c->model.pixel_m : 1.0;
    if (fabs(ratio - 1.0) > PIXEL_TOLERANCE)
        msc_warn(c->settings, MSC_WOTHER, image_name(c), msc_settings_words(c->settings, "pixel %.3g m; the model was trained at %.3g m", "像元 %.3g m；模型按 %.3g m 训练"), c->imagery.pixel_m,
                 c->model.pixel_m);
    return MSC_OK;
}

/* Resolves the model's features over the bands as opened. */
static msc_status bind_features(classification *c, msc_error *err)
{
    const msc_model *m = &c->model;
    const size_t size = (size_t)MSC_MAX_FEATURES * (MSC_NAME_MAX + 1);
    char *list = msc_alloc(size, 1);
    if (!list) return msc_fail(err, MSC_ENOMEM, c->options->model, "%zu bytes", size);
    join(list, size, model_feature, m, m->n_features);
    msc_error why;
    const msc_imagery *image = &c->imagery;
    const msc_feature_input input = { image->band, m->n_bands, m->needs_dem, 1, image->pixel_m };
    const msc_status status = msc_features_open(c->settings, list, &input, &c->features, &why);
    msc_release(list);
    if (status == MSC_EVALUE) return msc_fail(err, MSC_EMODEL, c->options->model, "feature %s", why.detail);
    if (status != MSC_OK) return msc_fail(err, status, why.subject, "%s", why.detail);
    if (msc_features_n(c->features) != m->n_features)
        return msc_fail(err, MSC_EMODEL, c->options->model, "%d features, of which %d differ", m->n_features, msc_features_n(c->features));
    msc_sun_place sun = { 0 };
    if (msc_features_need_sun(c->features) || c->options->image.sun) MSC_TRY(msc_imagery_sun(&c->options->image, &sun, err));
    if (msc_features_need_sun(c->features) && !(sun.elevation_deg > 0.0))
        return msc_fail(err, MSC_EUSAGE, "sun", "none given, none in the image's metadata; the model %.300s was trained with it", c->options->model);
    msc_features_set_sun(c->features, sun.azimuth_deg, sun.elevation_deg);
    c->predict.features = c->features;
    if (m->method == MSC_GAUSS) c->predict.gauss = &m->gauss;
    else c->predict.forest = &m->forest;
    c->predict.n_agree = c->options->all_trees ? 0 : MSC_FOREST_AGREE;
    return MSC_OK;
}

static void describe_classes(classification *c)
{
    msc_model *m = &c->model;
    msc_legend_codes *codes = &c->predict.classes;
    codes->n_classes = m->n_classes;
    for (int i = 0; i < m->n_classes; i++) {
        codes->code[i] = (uint8_t)m->code[i];
        codes->is_masked[i] = (uint8_t)(m->is_masked[i] && !c->options->keep_masked);
        if (codes->is_masked[i]) continue;
        msc_class *class = &c->classes[c->n_classes++];
        *class = (msc_class){ .code = m->code[i], .name = m->name[i], .label = m->label[i], .is_damage = m->is_damage[i],
                              .is_masked = m->is_masked[i] };
        memcpy(class->rgb, m->rgb[i], 3);
        msc_palette_fill(class->name, class->code, class->rgb);
    }
}

/* The side of the window: the largest odd number of pixels, 3..9, that spans at most WINDOW_M metres. */
static int32_t window_px(double pixel_m)
{
    int32_t side = WIDEST_PX;
    while (side > MSC_SMOOTH_MIN_SIDE && side * pixel_m > WINDOW_M) side -= 2;
    return side;
}

static int is_cloud(const char *text)
{
    return text && (strstr(text, "cloud") || strstr(text, "Cloud") || strstr(text, "云")) && !strstr(text, "shadow") && !strstr(text, "Shadow") && !strstr(text, "影");
}

/* The classes with a margin, and its width. */
static msc_status set_rim(classification *c, msc_error *err)
{
    const double pixel_m = c->imagery.pixel_m, asked_m = c->options->margin_m;
    int has_cloud = 0;
    c->rim.has_reason = c->options->reason != NULL;
    for (int i = 0; i < c->model.n_classes; i++) {
        if (!c->predict.classes.is_masked[i] || !(is_cloud(c->model.name[i]) || is_cloud(c->model.label[i]))) continue;
        c->rim.has_rim[c->model.code[i]] = 1;
        has_cloud = 1;
    }
    if (!has_cloud) {
        if (asked_m > 0.0) msc_warn(c->settings, MSC_WOTHER, "margin_m", msc_settings_words(c->settings, "no masked class is called cloud; nothing has a margin", "没有名为云（cloud）的掩膜类别，不设周边范围"));
        return MSC_OK;
    }
    c->rim.margin_px = asked_m >= 0.0 ? asked_m / pixel_m : fmin(fmax(MARGIN_M / pixel_m, MARGIN_PX), MARGIN_WIDEST_PX);
    if (!(c->rim.margin_px <= MSC_RIM_MAX_PX))
        return msc_fail(err, MSC_EVALUE, "margin_m", "%g m are %.0f px; at most %d", asked_m, c->rim.margin_px, MSC_RIM_MAX_PX);
    return MSC_OK;
}

/* Shares and bands travel as planes of one tile, with the code and the reason. */
static int fit_objects(const msc_model *m) { return m->n_classes + m->n_bands + 2 <= MSC_MAX_PLANES; }

/* Objects vote on smoothed shares. On made scenes they pay where there are no elevations (docs/METHODS.md, "Objects"). */
static int object_weight(const classification *c)
{
    const int asked = c->options->objects;
    if (!c->options->smooth || OBJECT_PX * c->imagery.pixel_m > WINDOW_M) return 0;
    return asked >= 0 ? asked : c->model.needs_dem || !fit_objects(&c->model) ? 0 : DEFAULT_OBJECTS;
}

static int has_objects(const classification *c) { return object_weight(c) > 0; }

static void add_smoothing(classification *c, const msc_show *show, const msc_carried *carried, msc_op *op)
{
    const msc_classify_options *o = c->options;
    c->smooth = (msc_smooth){ .show = *show, .strength = o->smooth, .side_px = o->smooth_px ? o->smooth_px : window_px(c->imagery.pixel_m),
                              .n_sweeps = has_objects(c) ? SWEEPS_BEFORE_OBJECTS : SWEEPS, .has_shares = has_objects(c), .carried = *carried };
    msc_smooth_op(&c->smooth, op);
}

/* The ops of the pass; returns their number. */
static int make_ops(classification *c, msc_op ops[4])
{
    int n = 1;
    const msc_classify_options *o = c->options;
    const msc_show show = { .classes = c->predict.classes, .has_confidence = o->confidence != NULL, .has_ranks = o->posterior != NULL };
    msc_carried bands = { .n = has_objects(c) ? c->model.n_bands : 0 };
    for (int b = 0; b < bands.n; b++) bands.type[b] = c->imagery.source.types[b];
    c->predict.has_confidence = show.has_confidence;
    c->predict.has_ranks = show.has_ranks;
    c->predict.has_shares = o->smooth > 0;
    c->predict.carried = bands;
    msc_predict_op(&c->predict, &ops[0]);
    if (o->smooth) add_smoothing(c, &show, &bands, &ops[n++]);
    if (c->rim.margin_px > 0.0 || c->rim.has_reason) {
        const int n_carried = has_objects(c) ? ops[n - 1].n_planes_out : 0;
        c->rim.carried.n = n_carried;
        memcpy(c->rim.carried.type, ops[n - 1].types_out, sizeof c->rim.carried.type);
        msc_rim_op(&c->rim, ops[n - 1].n_planes_out - n_carried, &ops[n]);
        n++;
    }
    if (has_objects(c)) {
        c->objects = (msc_objects){ .show = show, .strength = object_weight(c), .n_bands = bands.n, .has_reason = c->rim.has_reason };
        msc_objects_op(&c->objects, &ops[n++]);
    }
    return n;
}

/* Counts the pixels of the image that have no elevation, and says so in the reason, the last plane. */
static int64_t find_no_elevation(const classification *c, const msc_tile *tile)
{
    int64_t n = 0;
    for (int32_t y = 0; c->lack.bits && y < tile->core.h; y++) {
        uint8_t *why = c->options->reason ? msc_row_u8(tile, tile->n_planes - 1, y) : NULL;
        for (int32_t x = 0; x < tile->core.w; x++) {
            if (!msc_lack_has(&c->lack, tile, x, y)) continue;
            n++;
            if (why) why[x] = MSC_MASK_NO_ELEVATION;
        }
    }
    return n;
}

/* The outputs' sink, with a count of observed pixels beside it. */
static msc_status prepare(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const classification *c = self;
    int64_t n = 0;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *valid = msc_row_valid(tile, y);
        int32_t in_row = 0;
        for (int32_t x = 0; x < tile->core.w; x++) in_row += valid[x] != 0;
        n += in_row;
    }
    *(counts *)((char *)slot + c->count_at) = (counts){ n, find_no_elevation(c, tile) };
    return c->inner.prepare ? c->inner.prepare(c->inner.self, tile, slot, err) : MSC_OK;
}

static msc_status put(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    classification *c = self;
    const counts *of_tile = (const counts *)((const char *)slot + c->count_at);
    c->all.n_observed += of_tile->n_observed;
    c->all.n_no_elevation += of_tile->n_no_elevation;
    return c->inner.put(c->inner.self, tile, slot, index, err);
}

static void slot_clear(void *self, void *slot)
{
    const classification *c = self;
    if (c->inner.slot_clear) c->inner.slot_clear(c->inner.self, slot);
}

static msc_sink counting_sink(classification *c)
{
    msc_raster_outs_sink(&c->outs, &c->inner);
    c->count_at = (c->inner.slot_bytes + 15) / 16 * 16;
    return (msc_sink){ .self = c, .halo_px = c->inner.halo_px, .slot_bytes = c->count_at + sizeof(counts), .prepare = prepare,
                       .put = put, .slot_clear = slot_clear, .is_put_blind = c->inner.is_put_blind };
}

static msc_status open_outputs(classification *c, const msc_layout *layout, msc_error *err)
{
    const msc_classify_options *o = c->options;
    msc_origin origin;
    int n = 0;
    msc_origin_init(&origin, NULL, o->run_id);
    msc_raster_out_spec spec = { .path = o->classes, .grid = *msc_raster_grid(c->imagery.image), .n_bands = 1, .type = MSC_U8,
                                 .has_nodata = 1, .nodata = 0, .classes = c->classes, .n_classes = c->n_classes, .meta = origin.meta,
                                 .n_meta = origin.n, .has_overviews = 1 };
    MSC_TRY(msc_raster_out_open(c->settings, &spec, layout, &c->outs.out[n++], err));
    spec.classes = NULL;
    spec.n_classes = 0;
    if (o->confidence) {
        spec.path = o->confidence;
        spec.nodata = CONFIDENCE_NODATA;
        MSC_TRY(msc_raster_out_open(c->settings, &spec, layout, &c->outs.out[n++], err));
    }
    spec.has_nodata = spec.has_overviews = 0;
    if (o->posterior) {
        static const char *const names[MSC_RANK_PLANES] = { "code1", "share1", "code2", "share2", "code3", "share3" };
        spec.path = o->posterior;
        spec.n_bands = MSC_RANK_PLANES;
        spec.band_names = names;
        spec.block_px = POSTERIOR_BLOCK_PX;
        MSC_TRY(msc_raster_out_open(c->settings, &spec, layout, &c->outs.out[n++], err));
        spec.block_px = 0;
    }
    if (!o->reason) return MSC_OK;
    msc_origin_init(&origin, "REASONS=0 none, 3 masked class, 4 margin of a cloud, 5 no elevation", o->run_id);
    spec.path = o->reason;
    spec.n_bands = spec.is_everywhere = 1;
    spec.band_names = NULL;
    spec.n_meta = origin.n;
    return msc_raster_out_open(c->settings, &spec, layout, &c->outs.out[n++], err);
}

static msc_status judge_counts(const classification *c, msc_error *err)
{
    const msc_settings *s = c->settings;
    const msc_grid *g = msc_raster_grid(c->imagery.image);
    const double percent = 100.0 * (double)c->all.n_no_elevation / ((double)g->width_px * g->height_px);
    if (c->all.n_no_elevation)
        msc_warn(s, MSC_WDEMGAP, c->options->image.dem, msc_settings_words(s, "%.2f %% of the pixels have an image but no elevation", "%.2f %% 的像元有影像而无高程"), percent);
    return c->all.n_observed ? MSC_OK : msc_fail(err, MSC_ENODATA, image_name(c), "no observed pixel");
}

static msc_status classify(classification *c, msc_error *err)
{
    MSC_TRY(msc_model_read(c->options->model, &c->model, err));
    MSC_TRY(open_image(c, err));
    MSC_TRY(bind_features(c, err));
    describe_classes(c);
    if (c->options->smooth && c->model.n_classes > MSC_MAX_PLANES)
        return msc_fail(err, MSC_EVALUE, "smooth", "the model has %d classes; at most %d can be smoothed", c->model.n_classes, MSC_MAX_PLANES);
    if (has_objects(c) && !fit_objects(&c->model))
        return msc_fail(err, MSC_EVALUE, "objects", "%d classes and %d bands; at most %d together", c->model.n_classes, c->model.n_bands,
                        MSC_MAX_PLANES - 2);
    MSC_TRY(set_rim(c, err));
    msc_op ops[4];
    const int n_ops = make_ops(c, ops);
    c->outs.n = 1 + (c->options->confidence != NULL) + (c->options->posterior != NULL) + (c->options->reason != NULL);
    msc_sink sink = counting_sink(c);
    msc_layout layout;
    MSC_TRY(msc_stream_plan(c->settings, &c->imagery.source, ops, n_ops, &sink, (int64_t)c->model.forest.n_nodes * 4, &layout, err));
    if (c->model.needs_dem) MSC_TRY(msc_lack_init(&c->lack, &c->imagery.rasters, &layout, err));
    MSC_TRY(open_outputs(c, &layout, err));
    MSC_TRY(msc_stream_run(c->settings, &layout, &c->imagery.source, ops, n_ops, &sink, "classify", err));
    MSC_TRY(judge_counts(c, err));
    for (int i = c->outs.n - 1; i >= 0; i--) MSC_TRY(msc_raster_out_commit(&c->outs.out[i], err));
    return MSC_OK;
}

msc_status msc_classify(const msc_settings *settings, const msc_classify_options *options, msc_error *err)
{
    MSC_TRY(check_options(options, err));
    classification *c = msc_alloc_zero(1, sizeof *c);
    if (!c) return msc_fail(err, MSC_ENOMEM, options->classes, "%zu bytes", sizeof *c);
    c->settings = settings;
    c->options = options;
    const msc_status status = classify(c, err);
    for (int i = 0; i < 4; i++) msc_raster_out_abandon(&c->outs.out[i]);
    msc_features_close(&c->features);
    msc_imagery_close(&c->imagery);
    msc_lack_clear(&c->lack);
    msc_model_clear(&c->model);
    msc_release(c);
    return status;
}
