/* sample.c - a probability sample of a map: looks at the map once, plans, draws, writes. */
#include "jobs/sample.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "grid/area.h"
#include "grid/crs.h"
#include "jobs/legend.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Candidates kept for each point wanted when points may be too near each other. */
enum { SPARE = 8 };

typedef struct sampling {
    const msc_settings *settings;
    const msc_sample_options *options;
    msc_rasters rasters;
    msc_features_in zones, excluded;
    msc_spans zone_spans, excluded_spans;
    int32_t *zone_of;
    char **zone_name;
    int n_zones;
    uint8_t *is_target;
    double *users;               /* [MSC_SAMPLE_CODES + 1] conjectured accuracy of each value; last: the buffer */
    msc_legend *legend;
    msc_frame frame;
    msc_sample sample;
} sampling;

void msc_sample_defaults(msc_sample_options *options)
{
    *options = (msc_sample_options){ .design = "stratified", .allocation = "proportional", .se = 0.01, .n_min = 50, .seed = 1, .accuracy = 0.85, .merge_px = -1,
                                       .chip_px = 65 };
}

static int is(const char *text, const char *word) { return text && strcmp(text, word) == 0; }

static msc_status check_options(const msc_settings *settings, const msc_sample_options *o, msc_error *err)
{
    if (!o->map) return msc_fail(err, MSC_EUSAGE, "map", "none given");
    if (!o->points) return msc_fail(err, MSC_EUSAGE, "points", "none given");
    if (!is(o->design, "stratified") && !is(o->design, "simple") && !is(o->design, "systematic"))
        return msc_fail(err, MSC_EVALUE, "design", "'%s'; stratified, simple or systematic", o->design ? o->design : "");
    if (!is(o->allocation, "proportional") && !is(o->allocation, "neyman") && !is(o->allocation, "equal"))
        return msc_fail(err, MSC_EVALUE, "allocation", "'%s'; proportional, neyman or equal", o->allocation ? o->allocation : "");
    if (o->n < 0 || o->n > 10000000) return msc_fail(err, MSC_EVALUE, "n", "%lld; up to 10000000", (long long)o->n);
    if (o->n_min < 0 || o->n_min > 100000) return msc_fail(err, MSC_EVALUE, "min", "%lld; 0..100000", (long long)o->n_min);
    if (o->n == 0 && !(o->se >= 1e-4 && o->se < 0.5)) return msc_fail(err, MSC_EVALUE, "se", "%g; 0.0001..0.5", o->se);
    if (!(o->accuracy > 0 && o->accuracy < 1)) return msc_fail(err, MSC_EVALUE, "accuracy", "%g; above 0, below 1", o->accuracy);
    if (!(o->buffer_m >= 0) || !isfinite(o->buffer_m)) return msc_fail(err, MSC_EVALUE, "buffer-m", "%g", o->buffer_m);
    if (!(o->distance_m >= 0) || !isfinite(o->distance_m)) return msc_fail(err, MSC_EVALUE, "distance-m", "%g", o->distance_m);
    if (!is(o->design, "stratified") && (o->buffer_m > 0 || o->zone_path || o->is_by_zone_only))
        return msc_fail(err, MSC_EUSAGE, "design", "a %s sample has no strata, zones or buffer", o->design);
    if (o->zone_path && !o->zone_field) return msc_fail(err, MSC_EUSAGE, "zones", "no field given");
    if (o->is_by_zone_only && !o->zone_path) return msc_fail(err, MSC_EUSAGE, "by-zone", "no zones given");
    if (o->is_by_zone_only && o->buffer_m > 0) return msc_fail(err, MSC_EUSAGE, "by-zone", "a buffer wants strata by class");
    if ((o->chips == NULL) != (o->n_chip_images == 0)) return msc_fail(err, MSC_EUSAGE, o->chips ? "image" : "chips", "missing; chips want a directory and an image");
    if (o->chips && (o->chip_px < 15 || o->chip_px > 511)) return msc_fail(err, MSC_EVALUE, "chip-px", "%d; 15..511", o->chip_px);
    return o->is_simulation ? MSC_OK : msc_file_check_output(o->points, settings->overwrite, err);
}

static msc_status no_memory(const sampling *s, msc_error *err) { return msc_fail(err, MSC_ENOMEM, s->options->map, "sample"); }

static msc_status open_map(sampling *s, msc_error *err)
{
    const char *path = s->options->map;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .is_class_map = -1,
                                   .n_workers = msc_settings_threads(s->settings, NULL) };
    MSC_TRY(msc_raster_open(&spec, s->settings, &s->rasters.raster[0], err));
    s->rasters.n = 1;
    s->rasters.required = 1;
    msc_raster *map = s->rasters.raster[0];
    if (msc_raster_n_bands(map) != 1) return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", msc_raster_n_bands(map));
    s->sample.grid = msc_raster_grid(map);
    s->sample.is_change = msc_raster_type(map) == MSC_U16;
    s->sample.pixel_m2 = msc_area_pixel_m2(s->sample.grid);
    if ((s->options->buffer_m > 0 || s->options->distance_m > 0) && msc_crs_is_geographic(s->sample.grid->crs))
        return msc_fail(err, MSC_ECRS, path, "geographic; distances in metres want a projected one");
    msc_legend_read(map, s->legend);
    s->sample.classes = s->options->classes ? s->options->classes : s->legend->classes;
    s->sample.n_classes = s->options->classes ? s->options->n_classes : s->legend->n;
    return MSC_OK;
}

/* What the area is wanted of: the codes given, else every change, else damage classes. */
static void mark_targets(sampling *s)
{
    const msc_sample_options *o = s->options;
    for (int i = 0; i < o->n_target; i++) s->is_target[o->target[i]] = 1;
    if (o->n_target > 0) return;
    if (s->sample.is_change) memset(s->is_target + 1, 1, MSC_SAMPLE_CODES - 1);
    else for (int i = 0; i < o->n_classes; i++) s->is_target[o->classes[i].code] = o->classes[i].is_damage != 0;
}

/* "CODE:U" or "buffer:U". */
static msc_status read_conjectures(sampling *s, msc_error *err)
{
    const msc_sample_options *o = s->options;
    for (int i = 0; i <= MSC_SAMPLE_CODES; i++) s->users[i] = o->accuracy;
    for (int i = 0; i < o->n_users; i++) {
        const char *colon = strchr(o->users[i], ':');
        char *end = NULL, *end_code = NULL;
        const double u = colon ? strtod(colon + 1, &end) : NAN;
        const long code = strncmp(o->users[i], "buffer:", 7) == 0 ? MSC_SAMPLE_BUFFER : strtol(o->users[i], &end_code, 10);
        if (!colon || end == colon + 1 || *end || !(u > 0 && u < 1) || (end_code && end_code != colon) || code < 0 || code > MSC_SAMPLE_BUFFER)
            return msc_fail(err, MSC_EVALUE, "users", "'%.60s'; CODE:ACCURACY, such as 3:0.7 or buffer:0.9", o->users[i]);
        s->users[code] = u;
    }
    return MSC_OK;
}

static int32_t zone_number(sampling *s, const char *name)
{
    for (int z = 0; z < s->n_zones; z++)
        if (strcmp(s->zone_name[z], name) == 0) return z;
    if (!(s->zone_name[s->n_zones] = msc_copy_text(name))) return -1;
    return s->n_zones++;
}

static msc_status read_layers(sampling *s, msc_error *err)
{
    const msc_sample_options *o = s->options;
    int64_t n_outside;
    if (o->exclude) {
        MSC_TRY(msc_layer_read(o->exclude, NULL, NULL, s->sample.grid->crs, NULL, 0, &s->excluded, err));
        MSC_TRY(msc_spans_find(&s->excluded, NULL, s->sample.grid, &s->excluded_spans, &n_outside, err));
        if (s->excluded_spans.n == 0) msc_warn(s->settings, MSC_WOTHER, o->exclude, "%s", msc_settings_words(s->settings, "no pixel of the map lies in it", "图上没有像元位于其中"));
        s->frame.excluded = &s->excluded_spans;
    }
    if (!o->zone_path) return MSC_OK;
    MSC_TRY(msc_layer_read(o->zone_path, NULL, NULL, s->sample.grid->crs, &o->zone_field, 1, &s->zones, err));
    MSC_TRY(msc_spans_find(&s->zones, NULL, s->sample.grid, &s->zone_spans, &n_outside, err));
    s->zone_of = msc_alloc_zero(s->zones.n + 1, sizeof *s->zone_of);
    s->zone_name = msc_alloc_zero(s->zones.n + 1, sizeof *s->zone_name);
    if (!s->zone_of || !s->zone_name) return no_memory(s, err);
    for (size_t i = 0; i < s->zones.n; i++) {
        const msc_value *value = &s->zones.value[i];
        s->zone_of[i] = zone_number(s, value->is_set && value->text ? value->text : "");
        if (s->zone_of[i] < 0) return no_memory(s, err);
    }
    s->sample.zone_name = s->zone_name;
    s->frame.zones = &s->zone_spans;
    s->frame.zone_of = s->zone_of;
    return MSC_OK;
}

/* ---- plan ---- */

/* A bound of the points of any stratum, before the strata are known: its S_h is at most 1/2. */
static int64_t most_points(const msc_sample_options *o)
{
    const double n = o->n > 0 ? (double)o->n : 0.25 / (o->se * o->se);
    return (int64_t)ceil(n) + o->n_min + 1;
}

static int64_t frame_units(const msc_frame *f)
{
    int64_t sum = 0;
    for (int h = 0; h < f->n_strata; h++) sum += f->strata[h].units;
    return sum;
}

static msc_status make_plan(sampling *s, msc_error *err)
{
    const msc_sample_options *o = s->options;
    msc_sample *m = &s->sample;
    const int n = s->frame.n_strata;
    const int64_t units = frame_units(&s->frame);
    if (units == 0) return msc_fail(err, MSC_ENODATA, o->map, "%lld pixels not observed", (long long)s->frame.n_not_observed);
    m->design = msc_alloc_zero((size_t)n + 1, sizeof *m->design);
    if (!m->design) return no_memory(s, err);
    int has_target = o->n_target == 0 && o->buffer_m == 0;
    for (int h = 0; h < n; h++) {
        const int32_t value = s->frame.strata[h].value;
        m->design[h] = (msc_design_stratum){ .units = s->frame.strata[h].units, .users = value < 0 || value > MSC_SAMPLE_BUFFER ? o->accuracy : s->users[value],
            .is_target = value == MSC_SAMPLE_OTHER_TARGET || (value >= 0 && value < MSC_SAMPLE_CODES && s->is_target[value]) };
        has_target |= m->design[h].is_target || value == MSC_SAMPLE_BUFFER || o->is_by_zone_only;
    }
    if (!has_target) msc_warn(s->settings, MSC_WOTHER, o->map, "%s", msc_settings_words(s->settings, "no pixel of the target", "没有目标像元"));
    const msc_allocation a = !m->is_stratified ? MSC_PROPORTIONAL : is(o->allocation, "neyman") ? MSC_NEYMAN
                                                                 : is(o->allocation, "equal") ? MSC_EQUAL : MSC_PROPORTIONAL;
    m->n_wanted = o->n > 0 ? o->n : msc_design_reach(m->design, n, m->is_stratified, o->se, a, m->is_stratified ? o->n_min : 0, most_points(o));
    if (m->n_wanted > units) m->n_wanted = units;
    if (m->n_wanted < 0 || (o->n > 0 && msc_design_allocate(m->design, n, m->n_wanted, a, m->is_stratified ? o->n_min : 0) < 0))
        return no_memory(s, err);
    return MSC_OK;
}

/* A square grid of about n_wanted points, its start from the seed; a second pass finds what lies on it. */
static msc_status lay_grid(sampling *s, msc_error *err)
{
    msc_frame *f = &s->frame;
    const double step = sqrt((double)frame_units(f) / (double)s->sample.n_wanted);
    f->step_px = step < 1 ? 1 : step > 1e6 ? 1000000 : (int32_t)step;
    f->start_x = (int32_t)msc_random_below(msc_random(f->seed, 0, 1), (uint32_t)f->step_px);
    f->start_y = (int32_t)msc_random_below(msc_random(f->seed, 0, 2), (uint32_t)f->step_px);
    s->sample.step_px = f->step_px;
    f->keep = SIZE_MAX / 64;
    msc_frame_clear(f);
    return msc_frame_fill(s->settings, &s->rasters, f, err);
}

static msc_status hash_map(sampling *s, msc_error *err)
{
    const char *path = s->options->map;
    return strncmp(path, "/vsi", 4) == 0 || !msc_file_exists(path) ? MSC_OK : msc_sha256_file(path, s->sample.map_sha256, err);
}

static msc_status draw(sampling *s, msc_error *err)
{
    const msc_sample_options *o = s->options;
    msc_frame *f = &s->frame;
    f->map = o->map;
    f->seed = o->seed;
    f->buffer_m = o->buffer_m;
    f->is_by_value = !o->is_by_zone_only;
    f->is_target = s->is_target;
    f->keep = o->is_simulation || is(o->design, "systematic") ? 0 : (size_t)most_points(o) * (o->distance_m > 0 ? SPARE : 1);
    s->sample.is_stratified = is(o->design, "stratified");
    MSC_TRY(msc_frame_fill(s->settings, &s->rasters, f, err));
    if (s->sample.is_stratified) MSC_TRY(msc_frame_merge(f, o->merge_px >= 0 ? o->merge_px : 2 * o->n_min, err));
    MSC_TRY(make_plan(s, err));
    MSC_TRY(msc_design_forecast(s->sample.design, f->n_strata, s->sample.is_stratified, &s->sample.forecast, err));
    if (o->is_simulation) return MSC_OK;
    if (is(o->design, "systematic")) MSC_TRY(lay_grid(s, err));
    MSC_TRY(msc_sample_draw(s->settings, &s->sample, err));
    if (s->sample.n_points == 0) return msc_fail(err, MSC_ENODATA, o->map, "no point");
    return msc_design_forecast(s->sample.design, f->n_strata, s->sample.is_stratified, &s->sample.forecast, err);
}

static msc_status sample(sampling *s, int as_json, char **text, msc_error *err)
{
    char receipt[MSC_PATH_MAX];
    const msc_sample_options *o = s->options;
    if (snprintf(receipt, sizeof receipt, "%s.sample.json", o->points) >= (int)sizeof receipt) return msc_fail(err, MSC_EVALUE, "points", "too long");
    if (!o->is_simulation) MSC_TRY(msc_file_check_output(receipt, s->settings->overwrite, err));
    MSC_TRY(open_map(s, err));
    mark_targets(s);
    MSC_TRY(read_conjectures(s, err));
    MSC_TRY(read_layers(s, err));
    MSC_TRY(draw(s, err));
    if (!o->is_simulation) {
        if (o->chips) MSC_TRY(msc_sample_check_chips(s->settings, &s->sample, err));
        MSC_TRY(hash_map(s, err));
        MSC_TRY(msc_sample_write_points(s->settings, &s->sample, err));
        MSC_TRY(msc_sample_write_receipt(&s->sample, receipt, err));
        if (o->chips) MSC_TRY(msc_sample_write_chips(s->settings, &s->sample, err));
    }
    return text ? msc_sample_sheet(s->settings, &s->sample, as_json, text, err) : MSC_OK;
}

static void clear(sampling *s)
{
    msc_release(s->sample.points);
    msc_release(s->sample.design);
    msc_frame_clear(&s->frame);
    for (int z = 0; z < s->n_zones; z++) msc_release(s->zone_name[z]);
    msc_release(s->zone_name);
    msc_release(s->zone_of);
    msc_spans_clear(&s->zone_spans);
    msc_spans_clear(&s->excluded_spans);
    if (s->zones.owned) msc_features_in_clear(&s->zones);
    if (s->excluded.owned) msc_features_in_clear(&s->excluded);
    msc_raster_close(&s->rasters.raster[0]);
    msc_release(s->legend);
    msc_release(s->users);
    msc_release(s->is_target);
    msc_release(s);
}

msc_status msc_sample_map(const msc_settings *settings, const msc_sample_options *options, int as_json, char **text, msc_error *err)
{
    MSC_TRY(check_options(settings, options, err));
    for (int i = 0; i < options->n_target; i++)
        if (options->target[i] < 0 || options->target[i] >= MSC_SAMPLE_CODES)
            return msc_fail(err, MSC_EVALUE, "target", "%d; 0..%d", options->target[i], MSC_SAMPLE_CODES - 1);
    sampling *s = msc_alloc_zero(1, sizeof *s);
    if (!s) return msc_fail(err, MSC_ENOMEM, options->map, "sample");
    s->settings = settings;
    s->options = options;
    s->is_target = msc_alloc_zero(MSC_SAMPLE_CODES, 1);
    s->users = msc_alloc_zero(MSC_SAMPLE_CODES + 1, sizeof *s->users);
    s->legend = msc_alloc_zero(1, sizeof *s->legend);
    msc_status status = s->is_target && s->users && s->legend ? MSC_OK : no_memory(s, err);
    s->sample.options = options;
    s->sample.frame = &s->frame;
    s->sample.is_target = s->is_target;
    if (status == MSC_OK) status = sample(s, as_json, text, err);
    clear(s);
    return status;
}
