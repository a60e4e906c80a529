/* The report is JSON that says what went in and how well it did; the matrix holds every sample once. */
#include "made_job.h"
#include <json-c/json.h>

static json_object *get(json_object *from, const char *name)
{
    json_object *value = NULL;
    assert_true(json_object_object_get_ex(from, name, &value));
    return value;
}

static void adds_up(const char *method)
{
    const msc_settings s = made_settings(0, 2);
    msc_train_options o = made_training(job_path("model.msm"));
    msc_error err;
    char sha256[MSC_SHA256_TEXT];
    o.method = method;
    o.report = job_path("report.json");
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_int_equal(msc_sha256_file(o.samples, sha256, &err), MSC_OK);
    json_object *all = json_object_from_file(o.report), *samples = get(all, "samples"), *cv = get(all, "cross_validation");
    assert_string_equal(json_object_get_string(get(samples, "sha256")), sha256);
    const int64_t n = json_object_get_int64(get(samples, "pixels"));
    int64_t in_classes = 0, in_matrix = 0, right = 0;
    json_object *classes = get(all, "classes"), *matrix = get(cv, "matrix");
    for (size_t c = 0; c < json_object_array_length(classes); c++) {
        in_classes += json_object_get_int64(get(json_object_array_get_idx(classes, c), "pixels"));
        json_object *row = json_object_array_get_idx(matrix, c);
        for (size_t k = 0; k < json_object_array_length(row); k++) in_matrix += json_object_get_int64(json_object_array_get_idx(row, k));
        right += json_object_get_int64(json_object_array_get_idx(row, c));
    }
    assert_true(n > 0 && in_classes == n && in_matrix == n);
    assert_true(fabs(json_object_get_double(get(cv, "accuracy")) - (double)right / (double)n) < 1e-12);
    const double by_half = json_object_get_double(get(cv, "accuracy_by_half"));
    double lowest = 1, highest = 0;
    for (size_t c = 0; c < json_object_array_length(classes); c++) {
        const double right_by_half = json_object_get_double(get(json_object_array_get_idx(classes, c), "cv_right_by_half"));
        json_object *row = json_object_array_get_idx(matrix, c);
        int64_t labelled = 0;
        for (size_t k = 0; k < json_object_array_length(matrix); k++)
            labelled += json_object_get_int64(json_object_array_get_idx(json_object_array_get_idx(matrix, k), c));
        assert_true(fabs(json_object_get_double(get(json_object_array_get_idx(classes, c), "cv_right"))
                         - (double)json_object_get_int64(json_object_array_get_idx(row, c)) / (double)labelled) < 1e-9);
        lowest = fmin(lowest, right_by_half);
        highest = fmax(highest, right_by_half);
    }
    assert_true(by_half >= lowest && by_half <= highest);
    assert_string_equal(json_object_get_string(get(all, "method")), method);
    assert_true(json_object_get_double(get(cv, "accuracy")) > 0.9);
    if (strcmp(method, "forest") == 0) assert_true(json_object_get_double(get(all, "oob_accuracy")) > 0.95);
    else assert_null(get(all, "oob_accuracy"));
    assert_int_equal(json_object_array_length(get(all, "features")), 15);
    assert_int_equal(json_object_get_int(get(json_object_array_get_idx(get(all, "images"), 1), "year")), 2002);
    json_object_put(all);
}

static void the_report_adds_up(void **state)
{
    (void)state;
    adds_up("forest");
    adds_up("gauss");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_report_adds_up) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
