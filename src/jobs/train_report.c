/* train_report.c - what a training used and how well it did, as JSON. */
#include "jobs/train.h"
#include "base/file.h"
#include "base/hash.h"
#include "jobs/report.h"

static json_object *describe_images(const msc_training *t)
{
    json_object *list = json_object_new_array();
    for (int i = 0; i < t->options->n_images; i++) {
        const msc_image *image = &t->options->images[i];
        json_object *one = json_object_new_object(), *paths = json_object_new_array();
        for (int p = 0; p < image->n_paths; p++) json_object_array_add(paths, json_object_new_string(msc_file_name(image->paths[p])));
        if (t->options->years) json_object_object_add(one, "year", json_object_new_int(t->options->years[i]));
        json_object_object_add(one, "paths", paths);
        msc_report_text(one, "dem", t->model.needs_dem ? msc_file_name(image->dem) : NULL);
        json_object_object_add(one, "pixels", json_object_new_int64((int64_t)t->lists[i].n));
        json_object_object_add(one, "centres_inside", json_object_new_int64(t->lists[i].n_inside));
        json_object_object_add(one, "centres_in_two_polygons", json_object_new_int64(t->lists[i].n_overlapping));
        json_object_array_add(list, one);
    }
    return list;
}

static json_object *describe_classes(const msc_training *t)
{
    json_object *list = json_object_new_array();
    for (int c = 0; c < t->model.n_classes; c++) {
        json_object *one = json_object_new_object();
        json_object_object_add(one, "code", json_object_new_int(t->model.code[c]));
        json_object_object_add(one, "name", json_object_new_string(t->model.name[c]));
        json_object_object_add(one, "polygons", json_object_new_int64(t->n_polygons[c]));
        json_object_object_add(one, "pixels", json_object_new_int64(t->n_px[c]));
        msc_report_number(one, "cv_right", msc_validation_right(&t->report.cv, c));
        msc_report_number(one, "cv_right_by_half", msc_validation_right(&t->report.half, c));
        json_object_array_add(list, one);
    }
    return list;
}

static json_object *describe_features(const msc_training *t)
{
    json_object *list = json_object_new_array();
    for (int f = 0; f < t->model.n_features; f++) {
        json_object *one = json_object_new_object();
        json_object_object_add(one, "name", json_object_new_string(t->model.feature[f]));
        msc_report_number(one, "importance", t->report.importance[f]);
        json_object_array_add(list, one);
    }
    return list;
}

static json_object *describe_validation(const msc_training *t)
{
    if (t->options->n_folds == 0) return NULL;
    json_object *cv = json_object_new_object(), *codes = json_object_new_array(), *matrix = json_object_new_array();
    const int n = t->model.n_classes;
    for (int c = 0; c < n; c++) json_object_array_add(codes, json_object_new_int(t->model.code[c]));
    for (int row = 0; row < n; row++) {
        json_object *counts = json_object_new_array();
        for (int column = 0; column < n; column++)
            json_object_array_add(counts, json_object_new_int64((int64_t)t->report.cv.matrix[row][column]));
        json_object_array_add(matrix, counts);
    }
    json_object_object_add(cv, "folds", json_object_new_int(t->options->n_folds));
    json_object_object_add(cv, "grouped_by", json_object_new_string("polygon"));
    msc_report_number(cv, "accuracy", t->report.cv.accuracy);
    msc_report_number(cv, "accuracy_by_half", t->report.half.accuracy);   /* of models of half of the polygons */
    json_object_object_add(cv, "codes", codes);
    json_object_object_add(cv, "rows", json_object_new_string("predicted"));
    json_object_object_add(cv, "columns", json_object_new_string("labelled"));
    json_object_object_add(cv, "matrix", matrix);
    return cv;
}

static json_object *describe_samples(const msc_training *t, const char *sha256)
{
    const msc_train_options *o = t->options;
    json_object *samples = json_object_new_object();
    json_object_object_add(samples, "path", json_object_new_string(msc_file_name(o->samples)));
    json_object_object_add(samples, "sha256", json_object_new_string(sha256));
    json_object_object_add(samples, "class_field", json_object_new_string(o->class_field));
    msc_report_text(samples, "year_field", o->year_field);
    json_object_object_add(samples, "pixels", json_object_new_int64((int64_t)t->samples.n));
    json_object_object_add(samples, "pixels_not_observed", json_object_new_int64(t->n_not_observed));
    json_object_object_add(samples, "max_per_class", json_object_new_int(o->max_per_class));
    json_object_object_add(samples, "max_per_polygon", json_object_new_int(o->max_per_polygon));
    return samples;
}

static json_object *describe_forest(const msc_train_options *o)
{
    json_object *forest = json_object_new_object();
    json_object_object_add(forest, "trees", json_object_new_int(o->n_trees));
    json_object_object_add(forest, "depth", json_object_new_int(o->depth));
    json_object_object_add(forest, "min_leaf", json_object_new_int(o->min_leaf));
    json_object_object_add(forest, "seed", json_object_new_int64((int64_t)o->seed));
    return forest;
}

msc_status msc_training_report(const msc_training *t, char **text, msc_error *err)
{
    char sha256[MSC_SHA256_TEXT];
    MSC_TRY(msc_sha256_file(t->options->samples, sha256, err));
    json_object *all = json_object_new_object();
    json_object_object_add(all, "version", json_object_new_string(MSC_VERSION));
    json_object_object_add(all, "samples", describe_samples(t, sha256));
    json_object_object_add(all, "images", describe_images(t));
    msc_report_number(all, "pixel_m", t->model.pixel_m);
    json_object_object_add(all, "classes", describe_classes(t));
    json_object_object_add(all, "features", describe_features(t));
    json_object_object_add(all, "method", json_object_new_string(msc_method_name(t->model.method)));
    if (t->model.method == MSC_FOREST) json_object_object_add(all, "forest", describe_forest(t->options));
    msc_report_number(all, "oob_accuracy", t->report.oob_accuracy);
    if (t->selection) json_object_object_add(all, "selection", msc_training_selection_json(t->selection));
    json_object_object_add(all, "cross_validation", describe_validation(t));
    const msc_status status = msc_report_print(all, t->options->samples, text, err);
    json_object_put(all);
    return status;
}
