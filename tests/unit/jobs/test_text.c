/* test_text.c - a sheet of facts as text and as JSON. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>
#include "jobs/sheet.h"

static void a_sheet_is_text_and_json(void **state)
{
    (void)state;
    msc_sheet *sheet = NULL;
    msc_error err = { 0 };
    char *text = NULL;
    assert_int_equal(msc_sheet_new(&sheet, &err), MSC_OK);
    msc_sheet_section(sheet, "image", "a.tif");
    msc_sheet_number(sheet, "width_px", 64, "%d", 64);
    msc_sheet_text(sheet, "crs", "%s", "EPSG:4326");
    msc_sheet_section(sheet, "image", "b.tif");
    msc_sheet_number(sheet, "share", 0.5, "%d %%", 50);
    assert_int_equal(msc_sheet_finish(sheet, 0, &text, &err), MSC_OK);
    assert_string_equal(text, "a.tif\n  width px         64\n  crs              EPSG:4326\n\nb.tif\n  share            50 %\n");
    msc_text_free(&text);
    assert_null(text);
    assert_int_equal(msc_sheet_finish(sheet, 1, &text, &err), MSC_OK);
    assert_non_null(strstr(text, "\"width_px\":64"));
    assert_non_null(strstr(text, "\"share\":0.5"));
    assert_non_null(strstr(text, "\"name\":\"b.tif\""));
    assert_int_equal(text[strlen(text) - 1], '\n');
    msc_text_free(&text);
    msc_sheet_free(&sheet);
    assert_null(sheet);
    msc_sheet_free(&sheet);
    msc_text_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_sheet_is_text_and_json) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
