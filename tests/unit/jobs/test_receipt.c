/* A receipt is taken up by the same run only, and a stage counts as done only while its outputs are what was written. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "jobs/receipt.h"
#include "base/file.h"
#include "base/mem.h"
#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "test_receipt.json", output[] = "test_receipt.out";

static void leave_one_stage(const char *run_id)
{
    msc_receipt *r = NULL;
    msc_receipt_file outputs[] = { { .path = output } };
    const msc_receipt_cost cost = { 1.5, 2.5, { 100, 2000, 3000, 400 } };
    msc_settings set;
    msc_error err;
    msc_settings_defaults(&set);
    assert_int_equal(msc_file_write(output, "abc", 3, &err), MSC_OK);
    assert_int_equal(msc_receipt_open(path, run_id, "job", &r, &err), MSC_OK);
    assert_int_equal(msc_receipt_input(r, "image", "a.tif", "00", &err), MSC_OK);
    assert_int_equal(msc_receipt_number(r, "counts", "patches", 17, &err), MSC_OK);
    assert_int_equal(msc_receipt_hash(&set, outputs, 1, &err), MSC_OK);
    assert_int_equal(msc_receipt_stage(r, "classify_2016", &cost, outputs, 1, &err), MSC_OK);
    msc_receipt_close(&r);
    assert_null(r);
}

static void same_run_takes_up(void **state)
{
    (void)state;
    msc_receipt *r = NULL;
    msc_error err;
    leave_one_stage("one");
    assert_int_equal(msc_receipt_open(path, "one", "job", &r, &err), MSC_OK);
    assert_true(msc_receipt_has_stage(r, "classify_2016"));
    assert_false(msc_receipt_has_stage(r, "classify_2018"));
    assert_false(msc_receipt_is_complete(r));
    assert_int_equal(msc_receipt_finish(r, &err), MSC_OK);
    assert_true(msc_receipt_is_complete(r));
    msc_receipt_close(&r);
}

static int64_t number_of(json_object *stage, const char *name)
{
    json_object *number = NULL;
    assert_true(json_object_object_get_ex(stage, name, &number));
    return json_object_get_int64(number);
}

/* The output, of three bytes, is no raster, so that the traffic of rasters does not hold it. */
static void stage_tells_its_traffic(void **state)
{
    (void)state;
    leave_one_stage("one");
    json_object *root = json_object_from_file(path), *stages = NULL, *stage = NULL;
    assert_true(json_object_object_get_ex(root, "stages", &stages) && json_object_object_get_ex(stages, "classify_2016", &stage));
    assert_int_equal(number_of(stage, "bytes_read"), 100);
    assert_int_equal(number_of(stage, "bytes_decoded"), 2000);
    assert_int_equal(number_of(stage, "bytes_encoded"), 3000);
    assert_int_equal(number_of(stage, "bytes_written"), 400 + 3);
    json_object_put(root);
}

static void other_run_starts_anew(void **state)
{
    (void)state;
    msc_receipt *r = NULL;
    msc_error err;
    leave_one_stage("one");
    assert_int_equal(msc_receipt_open(path, "two", "job", &r, &err), MSC_OK);
    assert_false(msc_receipt_has_stage(r, "classify_2016"));
    msc_receipt_close(&r);
}

static void touched_output_is_not_done(void **state)
{
    (void)state;
    msc_receipt *r = NULL;
    msc_error err;
    leave_one_stage("one");
    assert_int_equal(msc_file_write(output, "abd", 3, &err), MSC_OK);
    assert_int_equal(msc_receipt_open(path, "one", "job", &r, &err), MSC_OK);
    assert_false(msc_receipt_has_stage(r, "classify_2016"));
    assert_int_equal(unlink(output), 0);
    assert_false(msc_receipt_has_stage(r, "classify_2016"));
    msc_receipt_close(&r);
}

static void holds_what_was_said(void **state)
{
    (void)state;
    json_object *root, *counts, *patches, *stage, *value;
    leave_one_stage("one");
    root = json_object_from_file(path);
    assert_non_null(root);
    assert_true(json_object_object_get_ex(root, "counts", &counts));
    assert_true(json_object_object_get_ex(counts, "patches", &patches));
    assert_int_equal(json_object_get_int(patches), 17);
    assert_true(json_object_object_get_ex(root, "stages", &stage) && json_object_object_get_ex(stage, "classify_2016", &stage));
    assert_true(json_object_object_get_ex(stage, "cpu_seconds", &value) && json_object_get_double(value) == 2.5);
    json_object_put(root);
}

static void missing_output_fails(void **state)
{
    (void)state;
    msc_receipt_file files[] = { { .path = "test_receipt.out" }, { .path = "not-there" }, { .path = "nor-this" } };
    msc_settings set;
    msc_error err;
    msc_settings_defaults(&set);
    for (set.n_threads = 1; set.n_threads < 4; set.n_threads++) {
        assert_int_equal(msc_receipt_hash(&set, files, 3, &err), MSC_ENOFILE);
        assert_string_equal(err.subject, "not-there");
    }
}

static void damaged_receipt_starts_anew(void **state)
{
    (void)state;
    msc_receipt *r = NULL;
    msc_error err;
    assert_int_equal(msc_file_write(path, "{\"run_id\": ", 11, &err), MSC_OK);
    assert_int_equal(msc_receipt_open(path, "one", "job", &r, &err), MSC_OK);
    assert_false(msc_receipt_is_complete(r));
    msc_receipt_close(&r);
}

/* Stages of a shard of the same run count as done, warnings are not said twice, and figures of its own stay. */
static void shards_are_joined(void **state)
{
    (void)state;
    static const char own[] = "test_receipt_own.json";
    const msc_receipt_cost cost = { .seconds = 1 };
    msc_receipt *r = NULL;
    msc_error err, twice = { .status = MSC_WOTHER, .subject = "a.tif", .detail = "said by both" };
    json_object *root, *list, *counts, *patches;
    leave_one_stage("one");
    for (int shard = 0; shard < 2; shard++) {
        assert_int_equal(msc_receipt_open(shard ? own : path, "one", "job", &r, &err), MSC_OK);
        assert_int_equal(msc_receipt_warning(r, &twice, &err), MSC_OK);
        assert_int_equal(msc_receipt_stage(r, shard ? "classify_2018" : "train", &cost, NULL, 0, &err), MSC_OK);
        if (shard) {
            assert_int_equal(msc_receipt_number(r, "counts", "patches", 3, &err), MSC_OK);
            msc_receipt_join(r, path);
            msc_receipt_join(r, "not-there.json");
            assert_true(msc_receipt_has_stage(r, "train") && msc_receipt_has_stage(r, "classify_2016"));
            assert_int_equal(msc_receipt_finish(r, &err), MSC_OK);
        }
        msc_receipt_close(&r);
    }
    root = json_object_from_file(own);
    assert_true(json_object_object_get_ex(root, "warnings", &list));
    assert_int_equal(json_object_array_length(list), 1);
    assert_true(json_object_object_get_ex(root, "counts", &counts) && json_object_object_get_ex(counts, "patches", &patches));
    assert_int_equal(json_object_get_int(patches), 3);
    json_object_put(root);
    assert_int_equal(msc_receipt_open(own, "two", "job", &r, &err), MSC_OK);
    msc_receipt_join(r, path);
    assert_false(msc_receipt_has_stage(r, "train"));
    msc_receipt_close(&r);
    unlink(own);
}

/* Outputs of another run's receipt are known until the run is finished. */
static void other_runs_outputs_are_superseded(void **state)
{
    (void)state;
    const char *sha256;
    msc_receipt *r = NULL;
    msc_error err;
    leave_one_stage("one");
    for (int again = 0; again < 2; again++) {
        assert_int_equal(msc_receipt_open(path, again ? "three" : "two", "job", &r, &err), MSC_OK);
        assert_true(msc_receipt_is_new(r));
        assert_string_equal(msc_receipt_superseded(r, 0, &sha256), output);
        assert_int_equal(strlen(sha256), MSC_SHA256_TEXT - 1);
        assert_null(msc_receipt_superseded(r, 1, &sha256));
        assert_false(msc_receipt_has_output(r, output));
        msc_receipt_close(&r);
    }
    leave_one_stage("four");
    assert_int_equal(msc_receipt_open(path, "four", "job", &r, &err), MSC_OK);
    assert_false(msc_receipt_is_new(r));
    assert_true(msc_receipt_has_output(r, output));
    assert_string_equal(msc_receipt_superseded(r, 0, &sha256), output);
    assert_int_equal(msc_receipt_finish(r, &err), MSC_OK);
    assert_null(msc_receipt_superseded(r, 0, &sha256));
    msc_receipt_close(&r);
}

static void a_stage_is_forgotten_and_a_warning_said_once(void **state)
{
    (void)state;
    msc_receipt *r = NULL;
    msc_error err, twice = { .status = MSC_WOTHER, .subject = "a.tif", .detail = "said twice" };
    leave_one_stage("one");
    assert_int_equal(msc_receipt_open(path, "one", "job", &r, &err), MSC_OK);
    assert_int_equal(msc_receipt_warning(r, &twice, &err), MSC_OK);
    assert_int_equal(msc_receipt_warning(r, &twice, &err), MSC_OK);
    msc_receipt_forget(r, "classify_2016");
    msc_receipt_forget(r, "classify_2018");
    assert_false(msc_receipt_has_stage(r, "classify_2016"));
    assert_int_equal(msc_receipt_finish(r, &err), MSC_OK);
    msc_receipt_close(&r);
    json_object *root = json_object_from_file(path), *list = NULL;
    assert_true(json_object_object_get_ex(root, "warnings", &list));
    assert_int_equal(json_object_array_length(list), 1);
    json_object_put(root);
}

static void agrees_with_the_same_outputs_alone(void **state)
{
    (void)state;
    msc_receipt *r = NULL;
    msc_receipt_file outputs[] = { { .path = output } };
    msc_settings set;
    msc_error err;
    msc_settings_defaults(&set);
    leave_one_stage("one");
    assert_int_equal(msc_receipt_open(path, "one", "job", &r, &err), MSC_OK);
    assert_int_equal(msc_receipt_hash(&set, outputs, 1, &err), MSC_OK);
    assert_true(msc_receipt_agrees(r, "classify_2016", outputs, 1));
    assert_false(msc_receipt_agrees(r, "classify_2018", outputs, 1));
    assert_false(msc_receipt_agrees(r, "classify_2016", outputs, 0));
    assert_int_equal(msc_file_write(output, "abd", 3, &err), MSC_OK);
    assert_int_equal(msc_receipt_hash(&set, outputs, 1, &err), MSC_OK);
    assert_false(msc_receipt_agrees(r, "classify_2016", outputs, 1));
    msc_receipt_close(&r);
}

/* Neither NaN nor Infinity is JSON. */
static void what_is_not_finite_is_null(void **state)
{
    (void)state;
    msc_receipt *r = NULL;
    char *text = NULL;
    size_t n = 0;
    msc_error err;
    unlink(path);
    assert_int_equal(msc_receipt_open(path, "one", "job", &r, &err), MSC_OK);
    assert_int_equal(msc_receipt_number(r, "figures", "nan", (double)NAN, &err), MSC_OK);
    assert_int_equal(msc_receipt_number(r, "figures", "infinite", -(double)INFINITY, &err), MSC_OK);
    assert_int_equal(msc_receipt_number(r, "figures", "large", 1e300, &err), MSC_OK);
    assert_int_equal(msc_receipt_finish(r, &err), MSC_OK);
    msc_receipt_close(&r);
    assert_int_equal(msc_file_read(path, &text, &n, &err), MSC_OK);
    assert_non_null(strstr(text, "\"nan\":null"));
    assert_non_null(strstr(text, "\"infinite\":null"));
    msc_release(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_run_takes_up), cmocka_unit_test(stage_tells_its_traffic), cmocka_unit_test(other_run_starts_anew),
        cmocka_unit_test(touched_output_is_not_done), cmocka_unit_test(holds_what_was_said),
        cmocka_unit_test(missing_output_fails), cmocka_unit_test(damaged_receipt_starts_anew),
        cmocka_unit_test(shards_are_joined), cmocka_unit_test(other_runs_outputs_are_superseded),
        cmocka_unit_test(a_stage_is_forgotten_and_a_warning_said_once), cmocka_unit_test(agrees_with_the_same_outputs_alone), cmocka_unit_test(what_is_not_finite_is_null),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    unlink(output);
    return failed;
}
