/* tally_report.c - what a comparison counted, as JSON. */
#include "base/mem.h"
#include "jobs/legend.h"
#include "jobs/report.h"
#include "jobs/tally.h"
#include <stdio.h>
#include <string.h>

typedef struct json_object json;

static const char *const rule_names[MSC_N_REMOVED_BY] = { NULL, "boundary", "impossible", "confidence", "posterior", "evidence", "region" };
static const char *const grade_names[MSC_N_GRADES] = { NULL, "A", "B", "C", "boundary", "impossible" };

static json *real(double value)
{
    char text[48];
    snprintf(text, sizeof text, "%.10g", value);
    return json_object_new_double_s(value, text);
}

static void join(msc_amount *to, msc_amount more)
{
    to->px += more.px;
    to->units += more.units;
}

/* What the odds start from, and what evidence is worth: both given by the job, or as the years show them. The rate was measured where
 * it comes from: ground that does not tell has the other's. */
static void add_weights(json *all, const msc_tally *t, msc_ground ground, const msc_change_options *o)
{
    static const int shown[] = { 0, 3, 13, 25, 64, 127, 191, 254 };   /* about 0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1 */
    const msc_weights *w = &t->weights[ground];
    const int64_t n_px = t->weights[w->is_ratio_measured ? ground : MSC_GROUND_OTHER].n_px;
    json_object_object_add(all, "change_rate", real(w->rate));
    json_object_object_add(all, "is_change_rate_measured", json_object_new_boolean(o->change_rate == 0 && n_px > 0));
    if (!o->evidence) return;
    json *ratio = json_object_new_array();
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        json *pair = json_object_new_array();
        json_object_array_add(pair, real(shown[i] / (double)MSC_EVIDENCE_TOP));
        json_object_array_add(pair, real(w->ratio[shown[i]]));
        json_object_array_add(ratio, pair);
    }
    json_object_object_add(all, "is_evidence_measured", json_object_new_boolean(w->is_ratio_measured));
    json_object_object_add(all, "evidence_measured_on_px", json_object_new_int64(w->n_change));
    json_object_object_add(all, "evidence_log_ratio", ratio);
}

/* What the difference of elevations is worth: pairs of standard deviations of it where nothing happened, from which on the logarithm
 * of the likelihood ratio holds. */
static void add_height_worth(json *all, const msc_weights *w)
{
    json *ratio = json_object_new_array();
    for (int level = MSC_HEIGHT_LEVELS - 1; level >= 0; level--) {
        json *pair = json_object_new_array();
        json_object_array_add(pair, real(msc_height_level_begin(level)));
        json_object_array_add(pair, real(w->height_ratio[level]));
        json_object_array_add(ratio, pair);
    }
    json_object_object_add(all, "is_elevation_measured", json_object_new_boolean(w->is_height_measured));
    json_object_object_add(all, "elevation_log_ratio", ratio);
}

static void add_heights(json *all, const msc_heights *h)
{
    json_object_object_add(all, "has_elevation", json_object_new_boolean(h->noise_m > 0));
    if (!(h->noise_m > 0)) return;
    json_object_object_add(all, "elevation_offset_m", real((double)h->offset_m));
    json_object_object_add(all, "elevation_noise_m", real((double)h->noise_m));
    json_object_object_add(all, "elevation_shift_px", real((double)h->shift_px));
}

static void add_ground(json *all, const msc_tally *t, msc_ground ground, const msc_change_options *o)
{
    add_weights(all, t, ground, o);
    if (t->heights.noise_m > 0) add_height_worth(all, &t->weights[ground]);
    json_object_object_add(all, "region_rate", real(t->region_rate[ground]));
}

static json *thresholds(const msc_tally *t, const msc_tally_context *c)
{
    const msc_change_options *o = c->options;
    json *all = json_object_new_object(), *pairs = json_object_new_array();
    json_object_object_add(all, "min_confidence", json_object_new_int(o->min_confidence));
    json_object_object_add(all, "edge_tolerance_px", json_object_new_int(o->edge_tolerance_px));
    json_object_object_add(all, "shift_rmse_px", real(o->shift_rmse_px));
    json_object_object_add(all, "shift_quantile", real(o->shift_quantile));
    json_object_object_add(all, "shift_px", real(c->shift_px));
    json_object_object_add(all, "boundary_reach_px", json_object_new_int(c->boundary.reach_px));
    json_object_object_add(all, "boundary_side_px", json_object_new_int(c->boundary.side_px));
    json_object_object_add(all, "has_posterior", json_object_new_boolean(o->posterior_before != NULL));
    json_object_object_add(all, "has_evidence", json_object_new_boolean(o->evidence != NULL));
    add_heights(all, &t->heights);
    add_ground(all, t, MSC_GROUND_OTHER, o);
    json *mined = json_object_new_object();
    add_ground(mined, t, MSC_GROUND_MINED, o);
    json_object_object_add(all, "damage_in_both_years", mined);
    json_object_object_add(all, "evidence_sure", real(o->evidence_sure));
    for (int i = 0; i < o->n_impossible; i++) {
        json *pair = json_object_new_array();
        json_object_array_add(pair, json_object_new_int(o->impossible[i] >> 8));
        json_object_array_add(pair, json_object_new_int(o->impossible[i] & 255));
        json_object_array_add(pairs, pair);
    }
    json_object_object_add(all, "impossible", pairs);
    return all;
}

static msc_amount sieved_of(const msc_transitions *t, int code) { return (msc_amount){ t->px[code >> 8][code & 255], t->units[code >> 8][code & 255] }; }

/* One from-to pair, when any difference or accepted change has it: what there was, what each rule took, what is left. */
static json *pair_of(const msc_tally *t, const msc_tally_context *c, int code)
{
    msc_amount raw = { 0 };
    for (int r = 0; r <= MSC_BORNE_OUT; r++) join(&raw, t->pair[r][code]);
    msc_amount before_sieve = t->pair[MSC_BY_NOTHING][code];
    join(&before_sieve, t->pair[MSC_BORNE_OUT][code]);
    join(&before_sieve, t->pair[MSC_UNCOVERED][code]);
    const msc_amount left = c->sieved ? sieved_of(c->sieved, code) : before_sieve;
    if (raw.px == 0 && left.px == 0) return NULL;
    json *one = json_object_new_object();
    json_object_object_add(one, "from", json_object_new_int(code >> 8));
    json_object_object_add(one, "to", json_object_new_int(code & 255));
    json_object_object_add(one, "from_label", json_object_new_string(msc_class_label(c->classes, c->n_classes, code >> 8)));
    json_object_object_add(one, "to_label", json_object_new_string(msc_class_label(c->classes, c->n_classes, code & 255)));
    json_object_object_add(one, "raw", msc_report_amount(raw));
    for (int r = 1; r < MSC_BORNE_OUT; r++)
        if (t->pair[r][code].px) json_object_object_add(one, rule_names[r], msc_report_amount(t->pair[r][code]));
    if (t->pair[MSC_UNCOVERED][code].px) json_object_object_add(one, "uncovered", msc_report_amount(t->pair[MSC_UNCOVERED][code]));
    if (c->sieved && before_sieve.px != left.px)
        json_object_object_add(one, "sieve", msc_report_amount((msc_amount){ before_sieve.px - left.px, before_sieve.units - left.units }));
    json_object_object_add(one, "accepted", msc_report_amount(left));
    return one;
}

static void add_sums(json *root, const msc_tally *t, const msc_tally_context *c)
{
    msc_amount raw = { 0 }, by[MSC_N_REMOVED_BY] = { { 0 } }, left = { 0 };
    json *removed = json_object_new_object(), *grades = json_object_new_object(), *pairs = json_object_new_array();
    for (int code = 256; code < 65536; code++) {
        if (code >> 8 == (code & 255)) continue;
        for (int r = 0; r < MSC_N_REMOVED_BY; r++) {
            join(&by[r], t->pair[r][code]);
            if (r <= MSC_BORNE_OUT) join(&raw, t->pair[r][code]);
        }
        if (c->sieved) join(&left, sieved_of(c->sieved, code));
        json *one = pair_of(t, c, code);
        if (one) json_object_array_add(pairs, one);
    }
    msc_amount before_sieve = by[MSC_BY_NOTHING];
    join(&before_sieve, by[MSC_BORNE_OUT]);
    join(&before_sieve, by[MSC_UNCOVERED]);
    if (!c->sieved) left = before_sieve;
    json_object_object_add(root, "raw", msc_report_amount(raw));
    for (int r = 1; r < MSC_BORNE_OUT; r++) json_object_object_add(removed, rule_names[r], msc_report_amount(by[r]));
    if (c->sieved) json_object_object_add(removed, "sieve", msc_report_amount((msc_amount){ before_sieve.px - left.px, before_sieve.units - left.units }));
    json_object_object_add(root, "removed", removed);
    json_object_object_add(root, "borne_out_by_region", msc_report_amount(by[MSC_BORNE_OUT]));
    json_object_object_add(root, "uncovered_by_region", msc_report_amount(by[MSC_UNCOVERED]));
    json_object_object_add(root, "accepted", msc_report_amount(left));
    for (int g = 1; g < MSC_N_GRADES; g++) json_object_object_add(grades, grade_names[g], msc_report_amount(t->grade[g]));
    json_object_object_add(root, "grades_before_sieve", grades);
    json_object_object_add(root, "transitions", pairs);
}

static json *not_observed(const msc_tally *t)
{
    json *all = json_object_new_object();
    msc_amount year[2] = { t->unseen[2], t->unseen[2] }, any = t->unseen[2];
    for (int y = 0; y < 2; y++) {
        join(&year[y], t->unseen[y]);
        join(&any, t->unseen[y]);
    }
    json_object_object_add(all, "before", msc_report_amount(year[0]));
    json_object_object_add(all, "after", msc_report_amount(year[1]));
    json_object_object_add(all, "either", msc_report_amount(any));
    return all;
}

msc_status msc_tally_report(const msc_tally *tally, const msc_tally_context *context, char **text, msc_error *err)
{
    json *root = json_object_new_object();
    if (context->year_before) json_object_object_add(root, "before", json_object_new_int(context->year_before));
    if (context->year_after) json_object_object_add(root, "after", json_object_new_int(context->year_after));
    json_object_object_add(root, "thresholds", thresholds(tally, context));
    json_object_object_add(root, "not_observed", not_observed(tally));
    json_object_object_add(root, "same_class", msc_report_amount(tally->grade[MSC_GRADE_NONE]));
    add_sums(root, tally, context);
    const char *json_text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    const size_t n = strlen(json_text);
    char *copy = msc_alloc(n + 2, 1);
    if (copy) {
        memcpy(copy, json_text, n);
        memcpy(copy + n, "\n", 2);
        *text = copy;
    }
    json_object_put(root);
    return copy ? MSC_OK : msc_fail(err, MSC_ENOMEM, context->options->change, "report");
}
