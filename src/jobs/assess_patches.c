/* assess_patches.c - patches against reference polygons: what was found, what is false, how well outlines agree. */
#include "base/file.h"
#include "grid/crs.h"
#include "io/layer.h"
#include "jobs/report.h"
#include "patch/match.h"
#include <math.h>
#include <string.h>

void msc_patch_assess_defaults(msc_patch_assess_options *options) { *options = (msc_patch_assess_options){ .overlap_min = 0.5 }; }

static double share(double part, double whole) { return whole > 0 ? part / whole : NAN; }

static json_object *class_of(const msc_match_class *c)
{
    json_object *o = json_object_new_object(), *bins = json_object_new_array();
    msc_report_integer(o, "n_reference", c->n_reference);
    msc_report_integer(o, "n_found", c->n_found);
    msc_report_number(o, "recall", share((double)c->n_found, (double)c->n_reference));
    msc_report_number(o, "recall_by_area", share(c->covered_m2, c->reference_m2));
    msc_report_integer(o, "n_patches", c->n_patches);
    msc_report_integer(o, "n_true", c->n_true);
    msc_report_integer(o, "n_false", c->n_false);
    msc_report_integer(o, "n_not_judged", c->n_patches - c->n_true - c->n_false);
    msc_report_number(o, "precision", share((double)c->n_true, (double)(c->n_true + c->n_false)));
    msc_report_number(o, "precision_by_area", share(c->true_m2, c->true_m2 + c->false_m2));
    msc_report_number(o, "reference_ha", c->reference_m2 / 1e4);
    msc_report_number(o, "patches_ha", c->patch_m2 / 1e4);
    msc_report_number(o, "mean_iou", share(c->iou_sum, (double)c->n_reference));
    for (int i = 0; i < MSC_MATCH_BINS; i++) json_object_array_add(bins, json_object_new_int64(c->iou[i]));
    json_object_object_add(o, "iou_tenths", bins);
    msc_report_number(o, "boundary_distance_m", share(c->distance_sum_m, (double)c->n_distances));
    return o;
}

static msc_status report(const msc_patch_assess_options *o, const msc_match *m, msc_error *err)
{
    json_object *top = json_object_new_object(), *sizes = json_object_new_array();
    msc_report_text(top, "software", "minescar " MSC_VERSION);
    msc_report_text(top, "patches", msc_file_name(o->patches));
    msc_report_text(top, "reference", msc_file_name(o->reference));
    msc_report_text(top, "where", o->where);
    msc_report_text(top, "blank_where", o->blank_where);
    msc_report_number(top, "overlap_min", o->overlap_min);
    msc_report_integer(top, "n_repaired", m->n_repaired);
    json_object_object_add(top, "all", class_of(&m->all));
    for (int k = 0; k < m->n_classes; k++) {
        json_object *c = class_of(&m->class[k]);
        msc_report_number(c, "from_m2", m->class[k].from_m2);
        msc_report_number(c, "below_m2", k + 1 < m->n_classes ? m->class[k + 1].from_m2 : NAN);
        json_object_array_add(sizes, c);
    }
    json_object_object_add(top, "by_size", sizes);
    const msc_status status = msc_report_write(top, o->report, err);
    json_object_put(top);
    return status;
}

static msc_status compare(const msc_patch_assess_options *o, msc_features_in layer[3], msc_match *match, msc_error *err)
{
    static const double from_m2[] = { 0, 400, 2000, 10000, 50000 };   /* the unit of 1:10 000; about five times more each */
    char crs[MSC_CRS_MAX];
    MSC_TRY(msc_layer_crs(o->patches, NULL, crs, err));
    if (!crs[0] || msc_crs_is_geographic(crs)) return msc_fail(err, MSC_ECRS, o->patches, "a projected one is wanted");
    MSC_TRY(msc_layer_read(o->patches, NULL, NULL, crs, NULL, 0, &layer[0], err));
    MSC_TRY(msc_layer_read(o->reference, o->layer, o->where, crs, NULL, 0, &layer[1], err));
    if (o->blank_where) MSC_TRY(msc_layer_read(o->reference, o->layer, o->blank_where, crs, NULL, 0, &layer[2], err));
    if (layer[1].n == 0) return msc_fail(err, MSC_EOVERLAP, o->reference, "no polygon");
    const msc_match_layers layers = { .patches = &layer[0], .reference = &layer[1], .blank = o->blank_where ? &layer[2] : NULL,
        .overlap_min = o->overlap_min, .from_m2 = from_m2, .n_classes = (int)(sizeof from_m2 / sizeof *from_m2) };
    return msc_match_patches(&layers, match, err);
}

msc_status msc_assess_patches(const msc_settings *settings, const msc_patch_assess_options *o, msc_patch_assess_result *result, msc_error *err)
{
    msc_features_in layer[3] = { { 0 } };
    msc_match match;
    if (!o->patches) return msc_fail(err, MSC_EUSAGE, "patches", "none given");
    if (!o->reference) return msc_fail(err, MSC_EUSAGE, "reference", "none given");
    if (!(o->overlap_min > 0 && o->overlap_min <= 1)) return msc_fail(err, MSC_EVALUE, "overlap-min", "%g; above 0, up to 1", o->overlap_min);
    if (o->report) MSC_TRY(msc_file_check_output(o->report, settings->overwrite, err));
    msc_status status = compare(o, layer, &match, err);
    if (status == MSC_OK && match.n_repaired > 0) msc_warn(settings, MSC_WREPAIRED, o->reference, msc_settings_words(settings, "%lld polygons", "%lld 个面"), (long long)match.n_repaired);
    if (status == MSC_OK && o->report) status = report(o, &match, err);
    for (int i = 0; i < 3; i++)
        if (layer[i].owned) msc_features_in_clear(&layer[i]);
    if (status != MSC_OK) return status;
    const msc_match_class *a = &match.all;
    const double miss = 1 - share((double)a->n_found, (double)a->n_reference), wrong = 1 - share((double)a->n_true, (double)(a->n_true + a->n_false));
    if (result) *result = (msc_patch_assess_result){ a->n_reference, a->n_found, a->n_patches, a->n_true, a->n_false, miss, wrong,
        1 - share(a->covered_m2, a->reference_m2), 1 - share(a->true_m2, a->true_m2 + a->false_m2), share(a->iou_sum, (double)a->n_reference),
        share(a->distance_sum_m, (double)a->n_distances) };
    if (o->miss_max > 0 && !(miss <= o->miss_max)) return msc_fail(err, MSC_ECHECK, o->patches, "miss rate by count %.4f > %.4f", miss, o->miss_max);
    if (o->false_max > 0 && !(wrong <= o->false_max)) return msc_fail(err, MSC_ECHECK, o->patches, "false-alarm rate by count %.4f > %.4f", wrong, o->false_max);
    return MSC_OK;
}
