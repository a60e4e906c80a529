/* assess_report.c - the accuracy report as JSON: every figure with its interval, and the matrix by code. */
#include "base/file.h"
#include "jobs/assess.h"
#include <json.h>
#include <math.h>
#include <string.h>

static void put_number(json_object *to, const char *key, double value)
{
    json_object_object_add(to, key, isfinite(value) ? json_object_new_double(value) : NULL);
}

static void put_integer(json_object *to, const char *key, int64_t value)
{
    json_object_object_add(to, key, json_object_new_int64(value));
}

static void put_text(json_object *to, const char *key, const char *value)
{
    json_object_object_add(to, key, value ? json_object_new_string(value) : NULL);
}

/* {"value": ..., "se": ..., "half_width_95": ...}, times `scale`. */
static void put_estimate(json_object *to, const char *key, msc_estimate e, double scale)
{
    json_object *o = json_object_new_object();
    put_number(o, "value", e.value * scale);
    put_number(o, "se", e.se * scale);
    put_number(o, "half_width_95", msc_estimate_half_width(e) * scale);
    json_object_object_add(to, key, o);
}

static json_object *strata_of(const msc_assess_facts *f)
{
    json_object *list = json_object_new_array();
    for (int h = 0; h < f->n_strata; h++) {
        json_object *o = json_object_new_object();
        put_text(o, "stratum", f->stratum[h]);
        put_integer(o, "n", f->stratum_n[h]);
        put_number(o, "sum_of_weights", f->stratum_weight[h]);
        json_object_array_add(list, o);
    }
    return list;
}

static json_object *classes_of(const msc_assess_facts *f, const msc_accuracy *a)
{
    json_object *list = json_object_new_array();
    const double observed_ha = (double)f->observed_px * f->pixel_m2 / 1e4;
    for (int i = 0; i < a->n_classes; i++) {
        json_object *o = json_object_new_object();
        int64_t n_map = 0, n_reference = 0;
        for (int j = 0; j < a->n_classes; j++) {
            n_map += a->matrix[i][j];
            n_reference += a->matrix[j][i];
        }
        put_integer(o, "code", f->code[i]);
        for (int k = 0; k < f->options->n_classes; k++)
            if (f->options->classes[k].code == f->code[i]) {
                put_text(o, "name", f->options->classes[k].name);
                put_text(o, "label", f->options->classes[k].label);
            }
        put_integer(o, "n_map", n_map);
        put_integer(o, "n_reference", n_reference);
        put_estimate(o, "users_accuracy", a->users[i], 1);
        put_estimate(o, "producers_accuracy", a->producers[i], 1);
        put_number(o, "f1", a->f1[i]);
        put_number(o, "map_area_ha", (double)f->map_px[i] * f->pixel_m2 / 1e4);
        put_estimate(o, "adjusted_share", a->reference_share[i], 1);
        put_estimate(o, "adjusted_area_ha", a->reference_share[i], observed_ha);
        json_object_array_add(list, o);
    }
    return list;
}

static json_object *matrix_of(const msc_assess_facts *f, const msc_accuracy *a)
{
    json_object *o = json_object_new_object(), *codes = json_object_new_array();
    json_object *counts = json_object_new_array(), *shares = json_object_new_array();
    for (int i = 0; i < a->n_classes; i++) {
        json_object *row = json_object_new_array(), *share = json_object_new_array();
        json_object_array_add(codes, json_object_new_int(f->code[i]));
        for (int j = 0; j < a->n_classes; j++) {
            json_object_array_add(row, json_object_new_int64(a->matrix[i][j]));
            json_object_array_add(share, json_object_new_double(a->share[i][j].value));
        }
        json_object_array_add(counts, row);
        json_object_array_add(shares, share);
    }
    put_text(o, "rows", "map");
    put_text(o, "columns", "reference");
    json_object_object_add(o, "codes", codes);
    json_object_object_add(o, "counts", counts);
    json_object_object_add(o, "shares", shares);
    return o;
}

msc_status msc_assess_report(const msc_assess_facts *f, const msc_accuracy *a, msc_error *err)
{
    const msc_assess_options *options = f->options;
    json_object *top = json_object_new_object();
    put_text(top, "software", "minescar " MSC_VERSION);
    put_text(top, "map", msc_file_name(options->map));
    put_text(top, "reference", msc_file_name(options->reference));
    put_text(top, "class_field", options->class_field);
    put_text(top, "stratum_field", options->stratum_field);
    put_text(top, "weight_field", options->weight_field);
    put_text(top, "where", options->where);
    put_text(top, "unit", f->is_points ? "point" : "pixel in a polygon");
    put_text(top, "estimator", options->stratum_field || options->weight_field ? "stratified ratio" : "simple random");
    put_integer(top, "n", a->n);
    put_integer(top, "n_not_observed", a->n_not_observed);
    put_integer(top, "n_outside", f->n_outside);
    put_integer(top, "n_unlabelled", f->n_unlabelled);
    put_integer(top, "n_without_geometry", f->n_skipped);
    put_number(top, "map_observed_ha", (double)f->observed_px * f->pixel_m2 / 1e4);
    put_estimate(top, "overall_accuracy", a->overall, 1);
    put_number(top, "kappa", a->kappa);
    put_number(top, "kappa_se", a->kappa_se);
    put_number(top, "quantity_disagreement", a->quantity);
    put_number(top, "allocation_disagreement", a->allocation);
    if (options->oa_min > 0) {
        put_number(top, "oa_min", options->oa_min);
        json_object_object_add(top, "oa_min_holds", json_object_new_boolean(a->overall.value >= options->oa_min));
    }
    json_object_object_add(top, "matrix", matrix_of(f, a));
    json_object_object_add(top, "classes", classes_of(f, a));
    json_object_object_add(top, "strata", strata_of(f));
    const char *text = json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
    const msc_status status = text ? msc_file_write(options->report, text, strlen(text), err)
                                   : msc_fail(err, MSC_ENOMEM, options->report, "report");
    json_object_put(top);
    return status;
}
