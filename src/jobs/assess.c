/* assess.c - a map against reference labels: gathers the map's values there, estimates, reports, gates. */
#include "jobs/assess.h"
#include "base/file.h"
#include "base/mem.h"
#include "grid/area.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

void msc_assess_defaults(msc_assess_options *options)
{
    *options = (msc_assess_options){ .class_field = "class", .miss_max = 1, .false_max = 1, .zone_min = 30 };
}

static int is_share(double x) { return x >= 0 && x <= 1; }

/* A drawn sample that is judged as if it were a simple random one gives wrong figures without a sign of it. */
static void tell_of_receipt(const msc_settings *settings, const msc_assess_options *o)
{
    char receipt[MSC_PATH_MAX];
    if (o->sample || o->stratum_field || o->weight_field || snprintf(receipt, sizeof receipt, "%s.sample.json", o->reference) >= (int)sizeof receipt) return;
    if (msc_file_exists(receipt)) msc_warn(settings, MSC_WOTHER, receipt, "%s", msc_settings_words(settings,
        "not used: the points count as a simple random sample; --sample takes their strata and weights", "未使用：样点按简单随机样本计；用 --sample 可取其层和权重"));
}

static msc_status check_options(const msc_settings *settings, const msc_assess_options *o, msc_error *err)
{
    if (!o->map) return msc_fail(err, MSC_EUSAGE, "map", "none given");
    if (!o->reference) return msc_fail(err, MSC_EUSAGE, "reference", "none given");
    if (!o->class_field || !o->class_field[0]) return msc_fail(err, MSC_EUSAGE, "class-field", "none given");
    if (!is_share(o->oa_min)) return msc_fail(err, MSC_EVALUE, "oa-min", "%g; 0..1", o->oa_min);
    if (!is_share(o->miss_max)) return msc_fail(err, MSC_EVALUE, "miss-max", "%g; 0..1", o->miss_max);
    if (!is_share(o->false_max)) return msc_fail(err, MSC_EVALUE, "false-max", "%g; 0..1", o->false_max);
    if (!(o->ci_max_ha >= 0) || !isfinite(o->ci_max_ha)) return msc_fail(err, MSC_EVALUE, "ci-max-ha", "%g", o->ci_max_ha);
    if (o->n_zones > MSC_ASSESS_LAYERS) return msc_fail(err, MSC_EVALUE, "zones", "%d layers; at most %d", o->n_zones, MSC_ASSESS_LAYERS);
    if (o->sample && o->where) return msc_fail(err, MSC_EUSAGE, "where", "a part of a frozen sample is not that sample");
    if (o->sample && o->weight_field) return msc_fail(err, MSC_EUSAGE, "weight-field", "the weights are those of the frozen sample");
    if (o->is_poststratified && (o->stratum_field || o->weight_field))
        return msc_fail(err, MSC_EUSAGE, "poststratify", "only for simple random and systematic samples, without stratum and weight");
    for (int i = 0; i < o->n_target; i++)
        if (o->target[i] < 0 || o->target[i] >= MSC_ASSESS_VALUES) return msc_fail(err, MSC_EVALUE, "target", "%d; 0..65535", o->target[i]);
    for (int i = 0; i < o->n_tables; i++) {
        const char *dot = strrchr(o->tables[i], '.');
        if (!dot || (strcmp(dot, ".csv") != 0 && strcmp(dot, ".xlsx") != 0)) return msc_fail(err, MSC_EVALUE, "table", "%s; .csv or .xlsx", o->tables[i]);
        MSC_TRY(msc_file_check_output(o->tables[i], settings->overwrite, err));
    }
    tell_of_receipt(settings, o);
    return o->report ? msc_file_check_output(o->report, settings->overwrite, err) : MSC_OK;
}

static msc_status open_map(msc_assessment *a, msc_error *err)
{
    const char *path = a->options->map;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .is_class_map = -1,
                                   .n_workers = msc_settings_threads(a->settings, NULL) };
    MSC_TRY(msc_raster_open(&spec, a->settings, &a->rasters.raster[0], err));
    a->rasters.n = 1;
    a->rasters.required = 1;
    const msc_raster *map = a->rasters.raster[0];
    const int n_bands = msc_raster_n_bands(map);
    if (n_bands != 1) return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", n_bands);
    a->is_change = msc_raster_type(map) == MSC_U16;
    a->n_values = a->is_change ? MSC_ASSESS_VALUES : 256;
    a->pixel_m2 = msc_area_pixel_m2(msc_raster_grid(map));
    if (a->options->before_field && !a->is_change) return msc_fail(err, MSC_EUSAGE, "before-field", "%s is no change map", path);
    MSC_TRY(msc_area_init(msc_raster_grid(map), msc_settings_threads(a->settings, NULL), &a->area, err));
    MSC_TRY(msc_rasters_source(&a->rasters, &a->source, err));
    if (!a->options->dem) return MSC_OK;
    MSC_TRY(msc_surface_open(a->settings, a->options->dem, msc_raster_grid(map), NULL, &a->surface, err));
    a->ground_plane = msc_surface_source(&a->surface, &a->source);
    return MSC_OK;
}

/* The codes given, else every change, else damage classes. */
static msc_status mark_targets(msc_assessment *a, msc_error *err)
{
    const msc_assess_options *o = a->options;
    for (int i = 0; i < o->n_target; i++) a->is_target[o->target[i]] = 1;
    a->has_target = o->n_target > 0 || a->is_change;
    if (o->n_target == 0 && a->is_change) memset(a->is_target + 1, 1, MSC_ASSESS_VALUES - 1);
    for (int i = 0; i < o->n_classes && !o->n_target && !a->is_change; i++)
        if (o->classes[i].is_damage) a->has_target = a->is_target[o->classes[i].code] = 1;
    if (!a->has_target && (o->miss_max < 1 || o->false_max < 1 || o->ci_max_ha > 0))
        return msc_fail(err, MSC_EUSAGE, "target", "the gate wants one: --target, or damage classes");
    return MSC_OK;
}

/* A change from nothing, before * 256 + after with before 0, is no change: such a label is a class, and agrees with no pixel. A 16-bit
 * map of classes has such values. */
static msc_status check_changes(const msc_assessment *a, msc_error *err)
{
    if (!a->is_change || a->options->before_field) return MSC_OK;
    for (int v = 1; v < 256; v++)
        if (a->px[v] > 0) return MSC_OK;
    for (size_t i = 0; i < a->features.n; i++)
        if (a->use[i] && a->label[i] > 0 && a->label[i] < 256)
            return msc_fail(err, MSC_EUSAGE, "before-field", msc_settings_words(a->settings, "%s: %d is a class, and the map shows changes: name the field of the class before",
                                                                                "%s：%d 是类别代码，而该图为变化图：请指定前期类别字段"), a->options->class_field, (int)a->label[i]);
    return MSC_OK;
}

static msc_status assess(msc_assessment *a, msc_error *err)
{
    const msc_assess_options *o = a->options;
    a->px = msc_alloc_zero(MSC_ASSESS_VALUES, sizeof *a->px);
    a->units = msc_alloc_zero(MSC_ASSESS_VALUES, sizeof *a->units);
    a->is_target = msc_alloc_zero(MSC_ASSESS_VALUES, 1);
    a->strata = msc_alloc_zero(MSC_ASSESS_STRATA, sizeof *a->strata);
    a->accuracy = msc_alloc_zero(1, sizeof *a->accuracy);
    a->ground = msc_alloc_zero(MSC_ASSESS_VALUES, sizeof *a->ground);
    a->ground_px = msc_alloc_zero(MSC_ASSESS_VALUES, sizeof *a->ground_px);
    if (!a->ground || !a->ground_px) return msc_fail(err, MSC_ENOMEM, o->map, "assessment");
    if (!a->px || !a->units || !a->is_target || !a->strata || !a->accuracy) return msc_fail(err, MSC_ENOMEM, o->map, "assessment");
    MSC_TRY(open_map(a, err));
    MSC_TRY(mark_targets(a, err));
    MSC_TRY(msc_assess_read_reference(a, err));
    if (a->spans.n == 0)
        return msc_fail(err, MSC_EOVERLAP, o->reference, "%zu features, %lld unlabelled, none on the map", a->features.n,
                        (long long)a->n_unlabelled);
    MSC_TRY(msc_assess_read_layers(a, err));
    MSC_TRY(msc_assess_count(a, err));
    MSC_TRY(check_changes(a, err));
    if (a->n_trained > 0)
        msc_warn(a->settings, MSC_WDROPPED, o->reference, msc_settings_words(a->settings, "%lld of its pixels lie in training polygons and do not judge",
                 "其中 %lld 个像元位于训练样本内，不参与评价"), (long long)a->n_trained);
    MSC_TRY(msc_assess_estimate(a, err));
    const int is_chinese = a->settings->lang && strcmp(a->settings->lang, "zh") == 0;
    if (a->refusal[0][0]) msc_warn(a->settings, MSC_WOTHER, o->reference, is_chinese ? "不作校正估计：%s" : "no adjusted estimates: %s", a->refusal[is_chinese]);
    return MSC_OK;
}

static void clear(msc_assessment *a)
{
    for (int k = 0; k < MSC_ASSESS_LAYERS; k++) {
        msc_assess_layer *layer = &a->layer[k];
        msc_zone_layer_clear(&layer->zones);
        msc_release(layer->px);
        msc_release(layer->units);
        msc_release(layer->ground);
        msc_release(layer->ground_px);
    }
    msc_release(a->cells);
    msc_release(a->found);
    msc_spans_clear(&a->spans);
    msc_spans_clear(&a->training_spans);
    for (int h = 0; h < a->n_strata; h++) msc_release(a->strata[h].name);
    msc_release(a->strata);
    msc_release(a->weight);
    msc_release(a->stratum_of);
    msc_release(a->label);
    msc_release(a->use);
    msc_release(a->px);
    msc_release(a->units);
    msc_release(a->ground);
    msc_release(a->ground_px);
    msc_surface_close(&a->surface);
    msc_area_clear(&a->area);
    msc_release(a->is_target);
    msc_release(a->accuracy);
    if (a->features.owned) msc_features_in_clear(&a->features);
    if (a->training.owned) msc_features_in_clear(&a->training);
    msc_raster_close(&a->rasters.raster[0]);
    msc_release(a);
}

static void take_result(const msc_assessment *a, int holds, msc_assess_result *r)
{
    const msc_accuracy *e = a->accuracy;
    double frame_ha = 0;
    for (int v = 0; v < a->n_values; v++) frame_ha += (double)a->px[v] * a->pixel_m2 / 1e4;
    *r = (msc_assess_result){ .n = e->n, .n_not_observed = e->n_not_observed - a->n_trained, .n_outside = a->n_outside, .n_trained = a->n_trained,
        .overall = e->overall.value, .overall_low = e->overall.low, .overall_high = e->overall.high, .kappa = e->kappa,
        .has_target = a->target.is_known, .miss = a->target.miss.value, .false_alarm = a->target.false_alarm.value,
        .target_ha = a->target.share.value * frame_ha,
        .target_low_ha = a->target.share.low * frame_ha, .target_high_ha = a->target.share.high * frame_ha, .is_accepted = holds };
    snprintf(r->verdict_en, sizeof r->verdict_en, "%s", a->verdict[0]);
    snprintf(r->verdict_zh, sizeof r->verdict_zh, "%s", a->verdict[1]);
}

/* The report is written before the gate is looked at: it says why the gate does not hold. */
msc_status msc_assess(const msc_settings *settings, const msc_assess_options *options, msc_assess_result *result,
                      msc_error *err)
{
    MSC_TRY(check_options(settings, options, err));
    msc_assessment *a = msc_alloc_zero(1, sizeof *a);
    if (!a) return msc_fail(err, MSC_ENOMEM, options->map, "%zu bytes", sizeof *a);
    a->settings = settings;
    a->options = options;
    msc_status status = assess(a, err);
    const int holds = status != MSC_OK || msc_assess_judge(a);
    if (status == MSC_OK && options->report) status = msc_assess_report(a, err);
    for (int i = 0; i < options->n_tables && status == MSC_OK; i++) status = msc_assess_table(a, options->tables[i], err);
    if (status == MSC_OK && result) take_result(a, holds, result);
    if (status == MSC_OK && !holds && !options->is_report_only)
        status = msc_fail(err, MSC_ECHECK, options->map, "%s", a->verdict[settings->lang && strcmp(settings->lang, "zh") == 0 ? 1 : 0]);
    clear(a);
    return status;
}
