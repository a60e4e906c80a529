/* train.c - polygons and images to a model: rasterise, collect features image by image, fit, write. */
#include "jobs/train.h"
#include "base/file.h"
#include "base/mem.h"
#include "jobs/imagery.h"
#include "jobs/job_grid.h"
#include <stdio.h>
#include <string.h>

void msc_train_defaults(msc_train_options *options)
{
    *options = (msc_train_options){ .class_field = "class", .method = "forest", .n_trees = 60, .depth = 20, .min_leaf = 1,
                                    .max_per_class = 20000, .max_per_polygon = 2000, .n_folds = 5, .seed = 1 };
}

static msc_status check_options(const msc_settings *settings, const msc_train_options *o, msc_error *err)
{
    if (o->n_images < 1 || !o->images) return msc_fail(err, MSC_EUSAGE, "image", "none given");
    if (!o->samples) return msc_fail(err, MSC_EUSAGE, "samples", "none given");
    if (!o->model) return msc_fail(err, MSC_EUSAGE, "model", "none given");
    if (!o->class_field) return msc_fail(err, MSC_EUSAGE, "class-field", "none given");
    if (o->year_field && !o->years) return msc_fail(err, MSC_EUSAGE, "year-field", "%s: the images have no years", o->year_field);
    msc_method method;
    if (!o->method || !msc_method_of(o->method, &method))
        return msc_fail(err, MSC_EVALUE, "method", "%s; forest, gauss", o->method ? o->method : "none");
    if (o->n_trees < 1 || o->n_trees > 1000) return msc_fail(err, MSC_EVALUE, "trees", "%d; 1..1000", o->n_trees);
    if (o->depth < 1 || o->depth > 64) return msc_fail(err, MSC_EVALUE, "depth", "%d; 1..64", o->depth);
    if (o->min_leaf < 1) return msc_fail(err, MSC_EVALUE, "min-leaf", "%d", o->min_leaf);
    if (o->n_folds < 0 || o->n_folds == 1 || o->n_folds > 100) return msc_fail(err, MSC_EVALUE, "folds", "%d; 0 or 2..100", o->n_folds);
    if (o->is_selecting && method != MSC_FOREST) return msc_fail(err, MSC_EUSAGE, "select", "%s has no selection; forest has", o->method);
    if (o->is_selecting && o->n_folds == 0) return msc_fail(err, MSC_EUSAGE, "select", "needs folds; 2..100");
    if (o->max_per_class < 0) return msc_fail(err, MSC_EVALUE, "max-per-class", "%d", o->max_per_class);
    if (o->max_per_polygon < 0) return msc_fail(err, MSC_EVALUE, "max-per-polygon", "%d", o->max_per_polygon);
    MSC_TRY(msc_file_check_output(o->model, settings->overwrite, err));
    return o->report ? msc_file_check_output(o->report, settings->overwrite, err) : MSC_OK;
}

/* The first image decides bands, grid and features. Signatures are of the bands alone by default: indices and window
 * means are nearly or wholly functions of them, which a covariance cannot hold. */
static msc_status settle_bands(msc_training *t, const msc_imagery *first, msc_error *err)
{
    msc_model *m = &t->model;
    const char *features = t->options->features ? t->options->features : m->method == MSC_GAUSS ? "bands" : NULL;
    int n_with_dem = 0, n_with_sun = 0;
    for (int i = 0; i < t->options->n_images; i++) {
        n_with_dem += t->options->images[i].dem != NULL;
        msc_sun_place sun;
        MSC_TRY(msc_imagery_sun(&t->options->images[i], &sun, err));
        n_with_sun += sun.elevation_deg > 0.0;
    }
    t->grid = *msc_raster_grid(first->image);
    m->pixel_m = first->pixel_m;
    m->n_bands = first->n_bands;
    for (int b = 0; b < m->n_bands; b++) snprintf(m->band[b], MSC_NAME_MAX, "%s", first->band[b]);
    const msc_feature_input input = { first->band, m->n_bands, n_with_dem == t->options->n_images, n_with_sun == t->options->n_images,
                                      m->pixel_m };
    MSC_TRY(msc_features_open(t->settings, features, &input, &t->features, err));
    m->needs_dem = msc_features_need_dem(t->features);
    m->n_features = msc_features_n(t->features);
    for (int f = 0; f < m->n_features; f++) snprintf(m->feature[f], MSC_NAME_MAX, "%s", msc_features_name(t->features, f));
    return MSC_OK;
}

/* Lists the pixels of every image and makes room for their features. */
static msc_status list_pixels(msc_training *t, msc_error *err)
{
    const msc_train_options *o = t->options;
    int16_t *label = msc_alloc(t->polygons.n, sizeof *label);
    if (!label) return msc_fail(err, MSC_ENOMEM, o->samples, "%zu polygons", t->polygons.n);
    msc_status status = MSC_OK;
    int64_t n_inside = 0, n_overlapping = 0;
    for (int i = 0; i < o->n_images && status == MSC_OK; i++) {
        for (size_t p = 0; p < t->polygons.n; p++)
            label[p] = (int16_t)(o->year_field && t->year[p] != o->years[i] ? -1 : t->label[p]);
        const msc_sample_polygons polygons = { &t->polygons, label, o->seed, (uint64_t)i, o->max_per_polygon };
        status = msc_sample_list_init(&t->grid, &polygons, &t->lists[i], err);
        n_inside += t->lists[i].n_inside;
        n_overlapping += t->lists[i].n_overlapping;
    }
    msc_release(label);
    if (status != MSC_OK) return status;
    if (n_overlapping)
        msc_warn(t->settings, MSC_WDROPPED, o->samples, msc_settings_words(t->settings, "%lld pixel centres inside a second polygon; the first keeps them", "%lld 个像元中心落在第二个面内，归先出现的面"),
                 (long long)n_overlapping);
    if (n_inside == 0) return msc_fail(err, MSC_ETRAIN, o->samples, "no pixel centre inside %zu features", t->polygons.n);
    return msc_sample_cap_classes(t->lists, (size_t)o->n_images, o->max_per_class, err);
}

static msc_status make_room(msc_training *t, msc_error *err)
{
    msc_samples *s = &t->samples;
    for (int i = 0; i < t->options->n_images; i++) s->n += t->lists[i].n;
    s->n_features = t->model.n_features;
    s->n_classes = t->model.n_classes;
    s->x = msc_alloc(msc_mul_size(s->n, (size_t)s->n_features), sizeof *s->x);
    s->label = msc_alloc(s->n, 1);
    s->group = msc_alloc(s->n, sizeof *s->group);
    t->is_observed = msc_alloc_zero(s->n, 1);
    if (s->x && s->label && s->group && t->is_observed) return MSC_OK;
    return msc_fail(err, MSC_ENOMEM, t->options->samples, "%zu pixels of %d features", s->n, s->n_features);
}

static size_t row_scratch(const void *self, int32_t width_px) { return msc_features_scratch(self, width_px); }
static void begin(const void *self, int32_t width_px, void *scratch) { msc_features_begin(self, width_px, scratch); }
static void row(const void *self, const msc_tile *tile, int32_t y, float *const *out, void *scratch)
{
    msc_features_row(self, tile, y, out, scratch);
}

static msc_status collect_image(msc_training *t, msc_imagery *imagery, int image, size_t first, msc_error *err)
{
    const msc_sample_rows rows = { t->features, t->model.n_features, msc_features_halo_px(t->features), row_scratch, begin,
                                   row };
    msc_sample_pass pass = { &t->lists[image], rows, t->grid.width_px, t->samples.x, t->is_observed, t->samples.n, first, NULL };
    msc_source source;
    msc_sink sink;
    msc_sample_sink(&pass, &sink);
    msc_sample_source(&pass, &imagery->source, &source);
    msc_layout layout;
    const int64_t held = (int64_t)t->samples.n * (4 * t->model.n_features + 32);
    MSC_TRY(msc_stream_plan(t->settings, &source, NULL, 0, &sink, held, &layout, err));
    return msc_stream_run(t->settings, &layout, &source, NULL, 0, &sink, "train", err);
}

/* One pass over each image; the first is open already. */
static msc_status collect(msc_training *t, msc_imagery *imagery, msc_error *err)
{
    const char *band[MSC_MAX_BANDS];
    for (int b = 0; b < t->model.n_bands; b++) band[b] = t->model.band[b];
    size_t first = 0;
    for (int i = 0; i < t->options->n_images; i++) {
        msc_imagery_close(imagery);
        const msc_imagery_spec spec = { &t->options->images[i], &t->grid, band, t->model.n_bands, t->model.needs_dem };
        MSC_TRY(msc_imagery_open(t->settings, &spec, imagery, err));
        double share = 0;
        if (spec.has_dem && spec.image->dem) MSC_TRY(msc_grid_check_dem(t->settings, &t->grid, spec.image->dem, &share, err));
        if (msc_features_need_sun(t->features)) {
            msc_sun_place sun;
            MSC_TRY(msc_imagery_sun(spec.image, &sun, err));
            msc_features_set_sun(t->features, sun.azimuth_deg, sun.elevation_deg);
        }
        if (t->lists[i].n > 0) MSC_TRY(collect_image(t, imagery, i, first, err));
        first += t->lists[i].n;
    }
    return MSC_OK;
}

/* Copies labels and groups, leaves out what was not observed, and counts the classes. */
static msc_status settle_samples(msc_training *t, msc_error *err)
{
    msc_samples *s = &t->samples;
    size_t at = 0, kept = 0;
    for (int i = 0; i < t->options->n_images; i++)
        for (size_t k = 0; k < t->lists[i].n; k++, at++) {
            if (!t->is_observed[at]) continue;
            s->label[kept] = t->lists[i].px[k].label;
            s->group[kept++] = t->lists[i].px[k].group;
            t->n_px[t->lists[i].px[k].label]++;
        }
    for (int f = 0; f < s->n_features; f++) {
        float *to = s->x + (size_t)f * kept;      /* at or before the place it comes from */
        const float *from = s->x + (size_t)f * s->n;
        for (size_t i = 0, k = 0; i < s->n; i++)
            if (t->is_observed[i]) to[k++] = from[i];
    }
    t->n_not_observed = (int64_t)(s->n - kept);
    s->n = kept;
    if (t->n_not_observed)
        msc_warn(t->settings, MSC_WDROPPED, t->options->samples, msc_settings_words(t->settings, "%lld training pixels not observed", "%lld 个训练像元未观测"), (long long)t->n_not_observed);
    int n_present = 0, last = 0;
    for (int c = 0; c < t->model.n_classes; c++) {
        if (t->n_px[c]) n_present++, last = t->model.code[c];
        else msc_warn(t->settings, MSC_WOTHER, t->options->samples, msc_settings_words(t->settings, "class %d (%s): no training pixel", "类别 %d（%s）：没有训练像元"), t->model.code[c],
                      msc_settings_words(t->settings, t->model.name[c], t->model.label[c]));
    }
    if (n_present == 0) return msc_fail(err, MSC_ETRAIN, t->options->samples, "none of %lld pixels observed", (long long)t->n_not_observed);
    return n_present > 1 ? MSC_OK : msc_fail(err, MSC_EONECLASS, t->options->samples, "%zu pixels, all of class %d", kept, last);
}

static msc_status grow_forest(msc_training *t, msc_error *err)
{
    const msc_train_options *o = t->options;
    const msc_forest_spec spec = { .n_trees = o->n_trees, .depth = o->depth, .min_leaf = o->min_leaf, .seed = o->seed };
    return msc_forest_grow(t->settings, &t->samples, &spec, o->n_folds, &t->model.forest, &t->report, err);
}

/* A class that has pixels must be able to win. */
static msc_status fit_gauss(msc_training *t, msc_error *err)
{
    const msc_train_options *o = t->options;
    const msc_model *m = &t->model;
    for (int c = 0; c < m->n_classes; c++)
        if (t->n_px[c] > 0 && t->n_px[c] <= m->n_features)
            return msc_fail(err, MSC_ETRAIN, o->samples, "class %d (%s): %lld pixels; %d features need at least %d", m->code[c],
                            m->name[c], (long long)t->n_px[c], m->n_features, m->n_features + 1);
    MSC_TRY(msc_gauss_fit(t->settings, &t->samples, o->n_folds, o->seed, &t->model.gauss, &t->report, err));
    for (int c = 0; c < m->n_classes; c++)
        if (m->gauss.widened[c])
            msc_warn(t->settings, MSC_WREPAIRED, o->samples,
                     msc_settings_words(t->settings, "class %d (%s): its covariance is singular at %s and was widened by 1e-6 of each feature's variance", "类别 %d（%s）：协方差在 %s 处奇异，已按各特征方差的 1e-6 放宽"), m->code[c],
                     m->name[c], m->feature[m->gauss.widened[c] - 1]);
    return MSC_OK;
}

static msc_status fit_and_write(msc_training *t, msc_error *err)
{
    const msc_train_options *o = t->options;
    MSC_TRY(t->model.method == MSC_GAUSS ? fit_gauss(t, err) : grow_forest(t, err));
    MSC_TRY(msc_training_report(t, &t->model.provenance, err));
    if (o->summary) MSC_TRY(msc_training_summary(t, o->summary, err));
    if (o->json && !(*o->json = msc_copy_text(t->model.provenance))) return msc_fail(err, MSC_ENOMEM, o->model, "report");
    MSC_TRY(msc_model_write(&t->model, o->model, err));
    return o->report ? msc_file_write(o->report, t->model.provenance, strlen(t->model.provenance), err) : MSC_OK;
}

static msc_status train(msc_training *t, msc_imagery *imagery, msc_error *err)
{
    const msc_train_options *o = t->options;
    msc_grid storage;
    const msc_grid *grid = NULL;
    MSC_TRY(msc_imagery_grid_like(o->grid_like, &storage, &grid, err));
    const msc_imagery_spec spec = { .image = &o->images[0], .grid = grid };
    MSC_TRY(msc_imagery_open(t->settings, &spec, imagery, err));
    MSC_TRY(settle_bands(t, imagery, err));
    MSC_TRY(msc_training_read_polygons(t, err));
    MSC_TRY(list_pixels(t, err));
    MSC_TRY(make_room(t, err));
    MSC_TRY(collect(t, imagery, err));
    MSC_TRY(settle_samples(t, err));
    if (o->is_selecting) MSC_TRY(msc_training_select(t, err));
    return fit_and_write(t, err);
}

msc_status msc_train(const msc_settings *settings, const msc_train_options *options, msc_error *err)
{
    MSC_TRY(check_options(settings, options, err));
    msc_training *t = msc_alloc_zero(1, sizeof *t);
    msc_sample_list *lists = msc_alloc_zero((size_t)options->n_images, sizeof *lists);
    msc_imagery *imagery = msc_alloc_zero(1, sizeof *imagery);
    msc_status status = MSC_ENOMEM;
    if (t && lists && imagery) {
        t->settings = settings;
        t->options = options;
        t->lists = lists;
        msc_method_of(options->method, &t->model.method);
        status = train(t, imagery, err);
        msc_imagery_close(imagery);
        for (int i = 0; i < options->n_images; i++) msc_sample_list_clear(&lists[i]);
        msc_features_in_clear(&t->polygons);
        msc_features_close(&t->features);
        msc_model_clear(&t->model);
        msc_release(t->selection);
        msc_release(t->samples.x);
        msc_release(t->samples.label);
        msc_release(t->samples.group);
        msc_release(t->is_observed);
        msc_release(t->label);
        msc_release(t->year);
    } else {
        msc_fail(err, MSC_ENOMEM, options->samples, "%d images", options->n_images);
    }
    msc_release(imagery);
    msc_release(lists);
    msc_release(t);
    return status;
}
