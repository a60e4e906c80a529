/* test_info.c - sizes in words; a missing file ends the sheet. The rest is in tests/cli/jobs.txt, on real rasters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>
#include "jobs/describe.h"

static void sizes_have_units(void **state)
{
    (void)state;
    char text[32];
    msc_describe_bytes(1023, text, sizeof text);
    assert_string_equal(text, "1023 B");
    msc_describe_bytes(1536, text, sizeof text);
    assert_string_equal(text, "1.5 kB");
    msc_describe_bytes(3e15, text, sizeof text);
    assert_string_equal(text, "2728.5 TB");
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    const char *paths[] = { "no-such.tif" };
    char *text = NULL;
    msc_error err = { 0 };
    msc_settings settings;
    msc_settings_defaults(&settings);
    assert_int_equal(msc_info(&settings, paths, 1, 0, &text, &err), MSC_ENOFILE);
    assert_string_equal(err.subject, "no-such.tif");
    assert_null(text);
    assert_int_equal(msc_info(&settings, paths, 0, 0, &text, &err), MSC_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sizes_have_units), cmocka_unit_test(a_missing_file_is_named) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
