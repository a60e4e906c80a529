/* test_job_plan.c - what keeps a plan from being made. Plans of real rasters are in tests/cli/jobs.txt. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "base/error.h"

static msc_status plan(const char *path, msc_error *err)
{
    msc_settings settings;
    char *text = NULL;
    msc_settings_defaults(&settings);
    const msc_status status = msc_plan(&settings, path, 0, &text, err);
    assert_null(text);
    return status;
}

static void a_missing_job_is_named(void **state)
{
    (void)state;
    msc_error err = { 0 };
    assert_int_equal(plan("no-such.yaml", &err), MSC_ENOFILE);
    assert_string_equal(err.subject, "no-such.yaml");
}

static void a_missing_image_is_named(void **state)
{
    (void)state;
    static const char job[] = "minescar: 1\nname: n\noutput: out\nclasses: [{code: 1, name: a}, {code: 2, name: b}]\n"
                              "epochs: [{year: 2016, image: no-such-1.tif}, {year: 2018, image: no-such-2.tif}]\ntraining: {model: m.msm}\n";
    msc_error err = { 0 };
    FILE *file = fopen("test_job_plan.yaml", "w");
    assert_non_null(file);
    fputs(job, file);
    fclose(file);
    assert_int_equal(plan("test_job_plan.yaml", &err), MSC_ENOFILE);
    assert_string_equal(err.subject, "no-such-1.tif");
    remove("test_job_plan.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_missing_job_is_named), cmocka_unit_test(a_missing_image_is_named) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
