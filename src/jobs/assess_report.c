/* assess_report.c - the accuracy report as JSON: every figure with its interval, and the matrix by code. */
#include "base/file.h"
#include "base/mem.h"
#include "jobs/assess.h"
#include "jobs/report.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* {"value": ..., "se": ..., "low_95": ..., "high_95": ..., "half_width_95": ...}, times `scale`. */
static void put_estimate(json_object *to, const char *key, msc_estimate e, double scale)
{
    json_object *o = json_object_new_object();
    msc_report_number(o, "value", e.value * scale);
    msc_report_number(o, "se", e.se * scale);
    msc_report_number(o, "low_95", e.low * scale);
    msc_report_number(o, "high_95", e.high * scale);
    msc_report_number(o, "half_width_95", msc_estimate_half_width(e) * scale);
    json_object_object_add(to, key, o);
}

static json_object *strata_of(const msc_assessment *a)
{
    json_object *list = json_object_new_array();
    for (int h = 0; h < a->n_strata; h++) {
        const msc_assess_stratum *s = &a->strata[h];
        json_object *o = json_object_new_object();
        json_object_object_add(o, "stratum", json_object_new_string(s->name));
        msc_report_integer(o, "n", s->n);
        msc_report_number(o, "sum_of_weights", s->weight_sum);
        if (a->design[0]) {
            msc_report_integer(o, "pixels", s->n_pixels);
            msc_report_integer(o, "n_drawn", s->n_drawn);
            msc_report_integer(o, "n_labelled", s->n_labelled);
        }
        json_object_array_add(list, o);
    }
    return list;
}

void msc_assess_class_name(const msc_assessment *a, int code, char *name, char *label, size_t size)
{
    const msc_assess_options *options = a->options;
    name[0] = label[0] = 0;
    for (int part = a->is_change ? 0 : 1; part < 2; part++) {
        const int one = part == 0 ? code >> 8 : code & 255;
        for (int k = 0; k < options->n_classes && code > 0; k++) {
            const msc_class *c = &options->classes[k];
            if (c->code != one) continue;
            const char *join = name[0] ? " > " : "";
            snprintf(name + strlen(name), size - strlen(name), "%s%.80s", join, c->name);
            snprintf(label + strlen(label), size - strlen(label), "%s%.80s", join, c->label ? c->label : c->name);
            msc_trim_text(name);
            msc_trim_text(label);
        }
    }
    if (!a->is_change || code != 0) return;
    snprintf(name, size, "no change");
    snprintf(label, size, "无变化");
}

static void put_name(json_object *o, const msc_assessment *a, int code)
{
    char name[200], label[200];
    msc_assess_class_name(a, code, name, label, sizeof name);
    if (name[0]) msc_report_text(o, "name", name);
    if (name[0]) msc_report_text(o, "label", label);
}

/* All areas by the names that tables have: map_projected_m2, ... adjusted_surface_mu. */
static void put_areas(json_object *to, const msc_assessment *a, const msc_assess_domain *d, const msc_accuracy *e, int i)
{
    double m2[MSC_ASSESS_AREAS];
    char key[64];
    msc_assess_areas(a, d, e, i, m2);
    for (int k = 0; k < MSC_ASSESS_AREAS; k++)
        for (int u = 0; u < MSC_ASSESS_UNITS && (d->ground || k % 3 != 2); u++) {
            snprintf(key, sizeof key, "%s_%s", msc_assess_area_name(k), msc_assess_unit_name(u));
            msc_report_number(to, key, msc_assess_area_in(m2[k], u));
        }
}

/* What was not adjusted is null; areas in ha of the frame. */
static json_object *classes_of(const msc_assessment *a, const msc_accuracy *e, const msc_assess_domain *d, double frame_ha)
{
    const int64_t *px = d->px;
    json_object *list = json_object_new_array();
    const double adjusted = a->refusal[0][0] ? NAN : 1;
    for (int i = 0; i < e->n_classes; i++) {
        json_object *o = json_object_new_object();
        int64_t n_map = 0, n_reference = 0;
        for (int j = 0; j < e->n_classes; j++) {
            n_map += e->matrix[i][j];
            n_reference += e->matrix[j][i];
        }
        if (n_map + n_reference + px[a->code[i]] == 0) {
            json_object_put(o);
            continue;
        }
        msc_report_integer(o, "code", a->code[i]);
        put_name(o, a, a->code[i]);
        msc_report_integer(o, "n_map", n_map);
        msc_report_integer(o, "n_reference", n_reference);
        put_estimate(o, "users_accuracy", e->users[i], 1);
        put_estimate(o, "producers_accuracy", e->producers[i], 1);
        if (n_map > 0 && e->matrix[i][i] == n_map) msc_report_number(o, "users_accuracy_low_95", 1 - e->none_upper[i] / e->map_share[i].value);
        if (n_reference > 0 && e->matrix[i][i] == n_reference)
            msc_report_number(o, "producers_accuracy_low_95", e->reference_share[i].value / (e->reference_share[i].value + e->miss_upper[i]));
        put_estimate(o, "f1", e->f1[i], 1);
        msc_report_number(o, "map_area_ha", (double)px[a->code[i]] * a->pixel_m2 / 1e4);
        put_estimate(o, "adjusted_share", e->reference_share[i], adjusted);
        put_estimate(o, "adjusted_area_ha", e->reference_share[i], adjusted * frame_ha);
        msc_report_number(o, "unseen_area_ha_upper_95", n_reference == 0 ? e->absent_upper * frame_ha : n_reference == e->matrix[i][i] ? e->miss_upper[i] * frame_ha : NAN);
        put_areas(o, a, d, e, i);
        json_object_array_add(list, o);
    }
    return list;
}

static json_object *matrix_of(const msc_assessment *a, const msc_accuracy *e)
{
    json_object *o = json_object_new_object(), *codes = json_object_new_array(), *counts = json_object_new_array();
    json_object *shares = json_object_new_array(), *errors = json_object_new_array(), *upper = json_object_new_array();
    for (int i = 0; i < e->n_classes; i++) {
        json_object *row = json_object_new_array(), *share = json_object_new_array(), *error = json_object_new_array();
        json_object_array_add(codes, json_object_new_int(a->code[i]));
        for (int j = 0; j < e->n_classes; j++) {
            json_object_array_add(row, json_object_new_int64(e->matrix[i][j]));
            json_object_array_add(share, json_object_new_double(e->share[i][j].value));
            json_object_array_add(error, isfinite(e->share[i][j].se) ? json_object_new_double(e->share[i][j].se) : NULL);
        }
        json_object_array_add(counts, row);
        json_object_array_add(shares, share);
        json_object_array_add(errors, error);
        json_object_array_add(upper, json_object_new_double(e->none_upper[i]));
    }
    msc_report_text(o, "rows", "map");
    msc_report_text(o, "columns", "reference");
    json_object_object_add(o, "codes", codes);
    json_object_object_add(o, "counts", counts);
    json_object_object_add(o, "shares", shares);
    json_object_object_add(o, "shares_se", errors);
    json_object_object_add(o, "zero_share_upper_95", upper);   /* one a row: of every zero of it */
    return o;
}

static void put_target(json_object *to, const msc_assessment *a, const msc_assess_target *t, double frame_ha)
{
    if (!t->is_known) return;
    const double adjusted = a->refusal[0][0] ? NAN : 1;
    json_object *o = json_object_new_object();
    put_estimate(o, "miss_rate", t->miss, 1);
    put_estimate(o, "false_alarm_rate", t->false_alarm, 1);
    msc_report_number(o, "miss_rate_high_95", t->unseen_upper / (t->share.value + t->unseen_upper));
    msc_report_number(o, "false_alarm_rate_high_95", t->false_upper);
    put_estimate(o, "adjusted_area_ha", t->share, adjusted * frame_ha);
    msc_report_number(o, "missed_area_ha_upper_95", t->unseen_upper * frame_ha);
    json_object_object_add(to, "target", o);
}

static msc_status put_zone(json_object *list, msc_assessment *a, int k, int z, msc_accuracy *e, msc_error *err)
{
    const msc_assess_layer *layer = &a->layer[k];
    const msc_assess_domain domain = msc_assess_domain_of(a, k, z);
    msc_assess_target target = { 0 };
    int is_refused;
    int64_t frame_px = 0;
    MSC_TRY(msc_assess_zone(a, k, z, e, &target, &is_refused, err));
    for (int v = 0; v < a->n_values; v++) frame_px += domain.px[v];
    json_object *o = json_object_new_object();
    json_object_array_add(list, o);
    msc_report_text(o, "layer", layer->zones.zone->name);
    msc_report_text(o, "zone", layer->zones.name[z]);
    msc_report_integer(o, "n", e->n);
    msc_report_number(o, "map_observed_ha", (double)frame_px * a->pixel_m2 / 1e4);
    if (is_refused) {
        msc_report_text(o, "refused", a->refusal[0][0] ? a->refusal[0] : "too few points in this zone");
        return MSC_OK;
    }
    put_estimate(o, "overall_accuracy", e->overall, 1);
    put_target(o, a, &target, (double)frame_px * a->pixel_m2 / 1e4);
    json_object_object_add(o, "classes", classes_of(a, e, &domain, (double)frame_px * a->pixel_m2 / 1e4));
    return MSC_OK;
}

static msc_status put_zones(json_object *top, msc_assessment *a, msc_error *err)
{
    if (a->options->n_zones == 0) return MSC_OK;
    msc_accuracy *e = msc_alloc_zero(1, sizeof *e);
    if (!e) return msc_fail(err, MSC_ENOMEM, a->options->report, "zones");
    json_object *list = json_object_new_array();
    msc_status status = MSC_OK;
    json_object_object_add(top, "zones", list);
    msc_report_integer(top, "zone_least_points", a->options->zone_min);
    for (int k = 0; k < a->options->n_zones && status == MSC_OK; k++)
        for (int z = 0; z < a->layer[k].zones.n_zones && status == MSC_OK; z++)
            if (msc_assess_has_zone(a, k, z)) status = put_zone(list, a, k, z, e, err);
    msc_release(e);
    return status;
}

static void put_gate(json_object *top, const msc_assessment *a)
{
    if (a->n_checks == 0) return;
    json_object *gate = json_object_new_object(), *list = json_object_new_array();
    int holds = 1;
    for (int i = 0; i < a->n_checks; i++) {
        const msc_assess_check *c = &a->check[i];
        json_object *o = json_object_new_object();
        msc_report_text(o, "figure", c->name);
        msc_report_number(o, "value", c->value);
        msc_report_number(o, c->is_least ? "least" : "most", c->limit);
        json_object_object_add(o, "holds", json_object_new_boolean(c->holds));
        json_object_array_add(list, o);
        holds &= c->holds;
    }
    json_object_object_add(gate, "holds", json_object_new_boolean(holds));
    json_object_object_add(gate, "checks", list);
    msc_report_text(gate, "verdict", a->verdict[0]);
    msc_report_text(gate, "verdict_zh", a->verdict[1]);
    json_object_object_add(top, "acceptance", gate);
}

static void put_facts(json_object *top, const msc_assessment *a)
{
    const msc_assess_options *o = a->options;
    msc_report_text(top, "software", "minescar " MSC_VERSION);
    msc_report_text(top, "map", msc_file_name(o->map));
    msc_report_text(top, "reference", msc_file_name(o->reference));
    msc_report_text(top, "class_field", o->class_field);
    msc_report_text(top, "before_field", o->before_field);
    msc_report_text(top, "stratum_field", o->stratum_field);
    msc_report_text(top, "weight_field", o->weight_field);
    msc_report_text(top, "where", o->where);
    msc_report_text(top, "sample", o->sample ? msc_file_name(o->sample) : NULL);
    msc_report_text(top, "design", a->design);
    if (o->sample) json_object_object_add(top, "is_map_that_was_sampled", a->is_same_map < 0 ? NULL : json_object_new_boolean(a->is_same_map));
    msc_report_text(top, "training", o->training ? msc_file_name(o->training) : NULL);
    msc_report_text(top, "unit", a->features.n > 0 && a->features.shape[0].is_point ? "point" : "pixel in a polygon");
    msc_report_text(top, "estimator", o->is_poststratified ? "post-stratified by map class" : o->stratum_field || o->weight_field || strcmp(a->design, "stratified") == 0
             ? "stratified ratio" : "simple random");
    if (o->is_poststratified) msc_report_integer(top, "n_collapsed_classes", a->n_collapsed);
    msc_report_text(top, "interval", o->is_wald ? "wald" : "mover");
    msc_report_text(top, "area", "projected");
}

msc_status msc_assess_report(msc_assessment *a, msc_error *err)
{
    const msc_accuracy *e = a->accuracy;
    const msc_assess_domain whole = msc_assess_whole(a);
    json_object *top = json_object_new_object();
    int64_t frame_px = 0;
    for (int v = 0; v < a->n_values; v++) frame_px += a->px[v];
    const double frame_ha = (double)frame_px * a->pixel_m2 / 1e4;
    put_facts(top, a);
    msc_report_integer(top, "n", e->n);
    msc_report_integer(top, "n_not_observed", e->n_not_observed - a->n_trained);
    msc_report_integer(top, "n_in_training", a->n_trained);
    msc_report_integer(top, "n_outside", a->n_outside);
    msc_report_integer(top, "n_unlabelled", a->n_unlabelled);
    msc_report_integer(top, "n_without_geometry", (int64_t)a->features.n_skipped);
    msc_report_number(top, "map_observed_ha", frame_ha);
    double frame_m2 = 0;
    for (int v = 0; v < a->n_values; v++) frame_m2 += (double)a->units[v] * MSC_AREA_UNIT_M2;
    msc_report_number(top, "map_observed_ellipsoidal_m2", frame_m2);
    msc_report_number(top, "training_ha", (double)a->trained_px * a->pixel_m2 / 1e4);
    if (a->refusal[0][0]) msc_report_text(top, "refused", a->refusal[0]);
    put_estimate(top, "overall_accuracy", e->overall, 1);
    if (e->overall.value >= 1) msc_report_number(top, "overall_accuracy_low_95", 1 - e->absent_upper);
    msc_report_number(top, "kappa", e->kappa);
    msc_report_number(top, "kappa_se", e->kappa_se);
    msc_report_number(top, "quantity_disagreement", e->quantity);
    msc_report_number(top, "allocation_disagreement", e->allocation);
    put_target(top, a, &a->target, frame_ha);
    put_gate(top, a);
    json_object_object_add(top, "matrix", matrix_of(a, e));
    json_object_object_add(top, "classes", classes_of(a, e, &whole, frame_ha));
    json_object_object_add(top, "strata", strata_of(a));
    msc_status status = put_zones(top, a, err);
    if (status == MSC_OK) status = msc_report_write(top, a->options->report, err);
    json_object_put(top);
    return status;
}
