/* change.c - two class maps on one grid, and what else is known of them, to a change map and its grades. */
#include "jobs/change.h"
#include "base/file.h"
#include "base/mem.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include "jobs/change_weights.h"
#include "jobs/elevation.h"
#include "jobs/legend.h"
#include "jobs/origin.h"
#include "jobs/palette.h"
#include "model/model.h"
#include "ops/adjoin.h"
#include "patch/sites.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is taken where nobody says and no posteriors tell. */
static const double USUAL_RATE = 0.02, USUAL_WEAK = 0.05;

typedef struct comparison {
    const msc_settings *settings;
    const msc_change_way *way;
    const msc_change_options *options;
    msc_rasters rasters;         /* before, after and perhaps their confidences, posteriors and evidence */
    msc_elevation elevation;     /* where each year has one of its own */
    msc_source source;
    msc_decide_limits limits;
    msc_decide decide;
    msc_adjoin adjoin;
    msc_sites_pass *sites;
    msc_area area;
    msc_tally *tally;
    msc_class classes[255];
    char name[255][MSC_NAME_MAX];
    int n_classes;
    msc_raster_outs outs;
} comparison;

void msc_change_defaults(msc_change_options *options)
{
    *options = (msc_change_options){ .edge_tolerance_px = 1, .shift_quantile = 0.95, .evidence_sure = 0.01, .is_by_region = 1 };
}

/* The quantile q of displacements whose two components are normal: they are Rayleigh's, of mean square rmse^2. */
double msc_change_shift_px(const msc_change_options *o) { return o->shift_rmse_px * sqrt(-log1p(-o->shift_quantile)); }

static msc_status check_share(const char *name, double value, double below, msc_error *err)
{
    return value > 0 && value < below ? MSC_OK : msc_fail(err, MSC_EVALUE, name, "%g; above 0, below %.4g", value, below);
}

static msc_status check_thresholds(const msc_change_options *o, msc_error *err)
{
    if (o->change_rate != 0) MSC_TRY(check_share("change-rate", o->change_rate, 1, err));
    if (o->evidence_weak != 0) MSC_TRY(check_share("evidence-weak", o->evidence_weak, exp(-1), err));
    MSC_TRY(check_share("evidence-sure", o->evidence_sure, 1, err));
    MSC_TRY(check_share("shift-quantile", o->shift_quantile, 1, err));
    if (!(o->shift_rmse_px >= 0) || !(msc_change_shift_px(o) <= MSC_CHANGE_MAX_SHIFT_PX))
        return msc_fail(err, MSC_EVALUE, "shift-rmse-px", "%g px, to reckon with %g; 0..%d px", o->shift_rmse_px, msc_change_shift_px(o), MSC_CHANGE_MAX_SHIFT_PX);
    for (int i = 0; i < o->n_impossible; i++)
        if (o->impossible[i] < 0 || o->impossible[i] > 65535) return msc_fail(err, MSC_EVALUE, "impossible", "%d; before * 256 + after", o->impossible[i]);
    return MSC_OK;
}

static msc_status check_options(const msc_change_options *o, msc_error *err)
{
    if (!o->before) return msc_fail(err, MSC_EUSAGE, "before", "none given");
    if (!o->after) return msc_fail(err, MSC_EUSAGE, "after", "none given");
    if (!o->change) return msc_fail(err, MSC_EUSAGE, "change", "no output given");
    const char *const outputs[] = { o->change, o->grade, o->report };
    MSC_TRY(msc_file_check_apart(outputs, 3, err));
    if (o->min_confidence < 0 || o->min_confidence > 100)
        return msc_fail(err, MSC_EVALUE, "min-confidence", "%d; 0..100", o->min_confidence);
    if (o->edge_tolerance_px < 0 || o->edge_tolerance_px > MSC_CHANGE_MAX_TOLERANCE_PX)
        return msc_fail(err, MSC_EVALUE, "edge-tolerance", "%d; 0..%d px", o->edge_tolerance_px, MSC_CHANGE_MAX_TOLERANCE_PX);
    if (o->min_confidence > 0 && !(o->confidence_before && o->confidence_after))
        return msc_fail(err, MSC_EUSAGE, "min-confidence", "needs the confidence of both years");
    if (!o->posterior_before != !o->posterior_after)
        return msc_fail(err, MSC_EUSAGE, "posterior", "of one year only; both are needed");
    return check_thresholds(o, err);
}

/* Opens one byte raster of n_bands; class maps count as observed where they are not 0. */
static msc_status open_map(comparison *c, const char *path, int is_class_map, int n_bands, msc_error *err)
{
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .is_class_map = is_class_map,
                                   .n_workers = msc_settings_threads(c->settings, NULL) };
    msc_raster *raster = NULL;
    MSC_TRY(msc_raster_open(&spec, c->settings, &raster, err));
    const int at = c->rasters.n++;
    c->rasters.raster[at] = raster;
    if (is_class_map) c->rasters.required |= 1u << at;
    if (msc_raster_n_bands(raster) != n_bands)
        return msc_fail(err, MSC_EBAND, path, "%d bands; %d is wanted", msc_raster_n_bands(raster), n_bands);
    if (msc_raster_type(raster) != MSC_U8) return msc_fail(err, MSC_EFORMAT, path, "not one byte a pixel");
    if (at > 0 && !msc_grid_same(msc_raster_grid(raster), msc_raster_grid(c->rasters.raster[0])))
        return msc_fail(err, MSC_EGRID, path, "not on the grid of %.300s", c->options->before);
    return MSC_OK;
}

/* One model for both years says nothing of what happened between them. */
static int has_elevation(const msc_change_options *o)
{
    return o->posterior_before && o->dem_before && o->dem_after && strcmp(o->dem_before, o->dem_after) != 0;
}

static msc_status open_elevation(comparison *c, msc_error *err)
{
    const msc_change_options *o = c->options;
    if (!has_elevation(o)) return MSC_OK;
    MSC_TRY(msc_elevation_open(c->settings, o->dem_before, o->dem_after, msc_raster_grid(c->rasters.raster[0]), &c->elevation, err));
    c->decide.height = c->source.n_planes;
    msc_elevation_source(&c->elevation, &c->source);
    return MSC_OK;
}

static msc_status open_maps(comparison *c, msc_error *err)
{
    const msc_change_options *o = c->options;
    int plane = 2;
    MSC_TRY(open_map(c, o->before, 1, 1, err));
    MSC_TRY(open_map(c, o->after, 1, 1, err));
    if (o->min_confidence > 0) {
        MSC_TRY(open_map(c, o->confidence_before, 0, 1, err));
        MSC_TRY(open_map(c, o->confidence_after, 0, 1, err));
        c->decide.confidence = plane;
        plane += 2;
    }
    if (o->posterior_before) {
        MSC_TRY(open_map(c, o->posterior_before, 0, MSC_POSTERIOR_BANDS, err));
        MSC_TRY(open_map(c, o->posterior_after, 0, MSC_POSTERIOR_BANDS, err));
        c->decide.posterior = plane;
        plane += 2 * MSC_POSTERIOR_BANDS;
    }
    if (o->evidence) {
        MSC_TRY(open_map(c, o->evidence, 0, 1, err));
        c->decide.evidence = plane;
    }
    MSC_TRY(msc_rasters_source(&c->rasters, &c->source, err));
    return open_elevation(c, err);
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
            msc_trim_text(c->name[c->n_classes]);
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

/* A code that is wanted and that neither map names, where they name any, is likely a slip. */
static void check_codes(const comparison *c)
{
    const msc_change_options *o = c->options;
    for (int i = 0; i < o->n_damage && c->n_classes > 0; i++) {
        if (!msc_class_of(c->classes, c->n_classes, o->damage[i])) msc_warn(c->settings, MSC_WOTHER, "damage", msc_settings_words(c->settings, "%d: neither map names such a class", "%d：两期类别图均无此类别"), o->damage[i]);
    }
}

static msc_status open_outputs(comparison *c, const msc_layout *layout, msc_error *err)
{
    const msc_change_options *o = c->options;
    msc_origin origin;
    msc_origin_init(&origin, NULL, o->run_id);
    msc_raster_out_spec spec = { .path = o->change, .grid = *msc_raster_grid(c->rasters.raster[0]), .n_bands = 1,
                                 .type = MSC_U16, .has_nodata = 1, .nodata = MSC_CHANGE_NODATA, .classes = c->classes,
                                 .n_classes = c->n_classes, .is_change = 1, .meta = origin.meta,
                                 .n_meta = origin.n, .has_overviews = 1 };
    MSC_TRY(msc_raster_out_open(c->settings, &spec, layout, &c->outs.out[0], err));
    c->outs.n = 1;
    if (!o->grade) return MSC_OK;
    static const msc_class grades[] = {
        { .code = MSC_GRADE_A, .name = "A", .label = "A", .rgb = { 215, 25, 28 } },
        { .code = MSC_GRADE_B, .name = "B", .label = "B", .rgb = { 253, 174, 97 } },
        { .code = MSC_GRADE_C, .name = "C", .label = "C", .rgb = { 255, 255, 150 } },
        { .code = MSC_GRADE_BOUNDARY, .name = "boundary", .label = "boundary", .rgb = { 171, 217, 233 } },
        { .code = MSC_GRADE_IMPOSSIBLE, .name = "impossible", .label = "impossible", .rgb = { 118, 42, 131 } },
    };
    spec.path = o->grade; spec.type = MSC_U8; spec.nodata = MSC_GRADE_NODATA; spec.is_change = 0;
    spec.classes = grades; spec.n_classes = sizeof grades / sizeof *grades;
    MSC_TRY(msc_raster_out_open(c->way->of_grade, &spec, layout, &c->outs.out[1], err));
    c->outs.n = 2;
    return MSC_OK;
}

static void close_maps(comparison *c)
{
    msc_elevation_close(&c->elevation);
    for (int i = c->rasters.n - 1; i >= 0; i--) msc_raster_close(&c->rasters.raster[i]);
    c->rasters = (msc_rasters){ 0 };
}

/* A look at blocks here and there fills the maps' caches: what they hold is given back. What opening has to say was said. */
static msc_status open_again(comparison *c, msc_error *err)
{
    const msc_settings *settings = c->settings;
    msc_settings silent = *settings;
    silent.warn = NULL;
    close_maps(c);
    c->settings = &silent;
    const msc_status status = open_maps(c, err);
    c->settings = settings;
    return status;
}

/* Rate and ratio that nobody gave are those of the scene, as far as its posteriors tell. */
static msc_status weigh(comparison *c, msc_error *err)
{
    const msc_change_options *o = c->options;
    for (int g = 0; g < MSC_N_GROUNDS; g++) {
        msc_weights *w = &c->tally->weights[g];
        *w = (msc_weights){ .rate = c->limits.change_rate };
        for (int e = 0; e < 256; e++) w->ratio[e] = (double)c->decide.worth[g].ratio[e] / MSC_LOG_UNIT;
    }
    if (!o->posterior_before || (o->change_rate > 0 && (o->evidence_weak > 0 || !o->evidence) && !c->decide.height)) return MSC_OK;
    if (c->decide.height) MSC_TRY(msc_elevation_measure(c->settings, &c->elevation, err));
    c->tally->heights = c->elevation.heights;
    const msc_weights_known known = { .usual_rate = USUAL_RATE, .is_ratio_given = o->evidence_weak > 0 };
    MSC_TRY(msc_change_weights(c->settings, &c->source, &c->decide, &known, c->tally->weights, err));
    for (int g = 0; g < MSC_N_GROUNDS; g++) {
        msc_weights *w = &c->tally->weights[g];
        msc_decide_worth *worth = &c->decide.worth[g];
        if (o->change_rate > 0) w->rate = o->change_rate;
        worth->prior = msc_log_units(w->rate / (1 - w->rate));
        for (int e = 0; e < 256; e++) worth->ratio[e] = (int32_t)lround(w->ratio[e] * MSC_LOG_UNIT);
        for (int h = 0; h < MSC_HEIGHT_LEVELS; h++) worth->height_ratio[h] = (int32_t)lround(w->height_ratio[h] * MSC_LOG_UNIT);
    }
    return open_again(c, err);
}

static void set_rule(comparison *c)
{
    const msc_change_options *o = c->options;
    c->limits = (msc_decide_limits){ .edge_tolerance_px = o->edge_tolerance_px, .shift_px = msc_change_shift_px(o),
                                     .min_confidence = o->min_confidence,
                                     .change_rate = o->change_rate > 0 ? o->change_rate : USUAL_RATE,
                                     .evidence_weak = o->evidence_weak > 0 ? o->evidence_weak : USUAL_WEAK, .evidence_sure = o->evidence_sure };
    msc_decide_init(&c->decide, &c->limits);
    c->decide.rest = c->way->rest;
    for (int i = 0; i < o->n_damage; i++) c->decide.is_damage[o->damage[i] & 255] = 1;
    for (int i = 0; i < o->n_impossible; i++) msc_forbid(&c->decide.impossible, o->impossible[i] >> 8, o->impossible[i] & 255);
}

/* Regions matter where something is there that holds a difference back. */
static int is_by_region(const msc_change_options *o) { return o->is_by_region && (o->posterior_before || o->evidence); }

/* decide, adjoin, and what the second pass needs; without regions the first alone. */
static int make_ops(comparison *c, msc_op ops[3])
{
    const msc_change_options *o = c->options;
    c->adjoin.reach_px = c->decide.boundary.side_px > 1 ? c->decide.boundary.reach_px : 0;
    memset(c->adjoin.is_counted, o->n_damage == 0, sizeof c->adjoin.is_counted);
    for (int i = 0; i < o->n_damage; i++) c->adjoin.is_counted[o->damage[i] & 255] = 1;
    c->decide.has_regions = is_by_region(o);
    msc_decide_op(&c->decide, &ops[0]);
    msc_adjoin_op(&c->adjoin, &ops[1]);
    msc_sites_room(&ops[2]);
    return is_by_region(o) ? 3 : 1;
}

/* The share of pixels that differ is the most that can have changed, the rate of single pixels the least. */
static void set_region_odds(comparison *c, int32_t least[MSC_N_GROUNDS])
{
    int64_t n_seen[MSC_N_GROUNDS], n_differing[MSC_N_GROUNDS];
    msc_sites_count(c->sites, n_seen, n_differing);
    for (int g = 0; g < MSC_N_GROUNDS; g++) {
        const int from = c->tally->weights[g].is_ratio_measured ? g : MSC_GROUND_OTHER;
        const double share = n_seen[from] ? (double)n_differing[from] / (double)n_seen[from] : 0;
        const double rate = fmin(fmax(share, c->tally->weights[g].rate), 0.5);
        c->tally->region_rate[g] = rate;
        least[g] = msc_log_units((1 - rate) / rate);
    }
}

/* Looks at all regions, then hands their decisions on to `sink`. */
static msc_status judge_regions(comparison *c, const msc_layout *layout, const msc_op *ops, const msc_sink *sink, msc_error *err)
{
    msc_sites_spec spec = { .width_px = c->source.width_px, .height_px = c->source.height_px, .rest = c->decide.rest,
                            .is_damage = c->decide.is_damage };
    MSC_TRY(msc_records_share(c->settings, layout, c->options->change, &spec.records, err));
    msc_sink gather;
    msc_source judged;
    msc_layout again = *layout;
    int32_t least[MSC_N_GROUNDS];
    again.halo_px = 0;
    MSC_TRY(msc_sites_new(&spec, layout, &c->sites, err));
    msc_sites_sink(c->sites, &gather);
    MSC_TRY(msc_stream_run(c->settings, layout, &c->source, ops, 2, &gather, "regions", err));
    msc_rasters_rest(&c->rasters);          /* the second pass reads what the first has kept */
    set_region_odds(c, least);
    msc_sites_source(c->sites, least, &judged);
    return msc_stream_run(c->settings, &again, &judged, NULL, 0, sink, "change", err);
}

static msc_status change(comparison *c, msc_error *err)
{
    set_rule(c);
    MSC_TRY(open_maps(c, err));
    MSC_TRY(weigh(c, err));
    describe_classes(c);
    check_codes(c);
    MSC_TRY(msc_area_init(msc_raster_grid(c->rasters.raster[0]), msc_settings_threads(c->settings, NULL), &c->area, err));
    msc_op ops[3];
    const int n_ops = make_ops(c, ops);
    msc_tally_sink counting = { .tally = c->tally, .area = &c->area };
    msc_sink sink;
    c->outs.n = c->options->grade ? 2 : 1;
    msc_raster_outs_sink(&c->outs, &counting.next);
    msc_tally_as_sink(&counting, &sink);
    msc_layout layout;
    MSC_TRY(msc_stream_plan(c->settings, &c->source, ops, n_ops, &sink, 0, &layout, err));
    MSC_TRY(open_outputs(c, &layout, err));
    if (n_ops > 1) MSC_TRY(judge_regions(c, &layout, ops, &sink, err));
    else MSC_TRY(msc_stream_run(c->settings, &layout, &c->source, ops, 1, &sink, "change", err));
    for (int i = 0; i < c->outs.n; i++) MSC_TRY(msc_raster_out_commit(&c->outs.out[i], err));
    if (!c->options->report) return MSC_OK;
    msc_tally_context context = { .options = c->options, .classes = c->classes, .n_classes = c->n_classes };
    return msc_change_write_report(c->tally, &context, c->options->report, err);
}

msc_status msc_change_write_report(const msc_tally *tally, msc_tally_context *context, const char *path, msc_error *err)
{
    char *text = NULL;
    context->shift_px = msc_change_shift_px(context->options);
    context->boundary = msc_decide_boundary(context->options->edge_tolerance_px, context->shift_px);
    msc_status status = msc_tally_report(tally, context, &text, err);
    if (status == MSC_OK) status = msc_file_write(path, text, strlen(text), err);
    msc_release(text);
    return status;
}

msc_status msc_change_counted(const msc_settings *settings, const msc_change_way *way, const msc_change_options *options,
                              msc_tally *tally, msc_error *err)
{
    MSC_TRY(check_options(options, err));
    comparison *c = msc_alloc_zero(1, sizeof *c);
    if (!c) return msc_fail(err, MSC_ENOMEM, options->change, "%zu bytes", sizeof *c);
    memset(tally, 0, sizeof *tally);
    c->settings = settings;
    c->way = way;
    c->options = options;
    c->tally = tally;
    const msc_status status = change(c, err);
    for (int i = 0; i < 2; i++) msc_raster_out_abandon(&c->outs.out[i]);
    msc_sites_free(&c->sites);
    close_maps(c);
    msc_area_clear(&c->area);
    msc_release(c);
    return status;
}

msc_status msc_change(const msc_settings *settings, const msc_change_options *options, msc_error *err)
{
    msc_tally *tally = msc_alloc_zero(1, sizeof *tally);
    if (!tally) return msc_fail(err, MSC_ENOMEM, options->change ? options->change : "change", "%zu bytes", sizeof *tally);
    const msc_change_way plain = { .of_grade = settings };
    const msc_status status = msc_change_counted(settings, &plain, options, tally, err);
    msc_release(tally);
    return status;
}
