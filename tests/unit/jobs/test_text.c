/* test_text.c - a sheet of facts as text and as JSON. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>
#include "jobs/sheet.h"

static char *made_sheet(const char *lang, int as_json)
{
    msc_sheet *sheet = NULL;
    msc_error err = { 0 };
    char *text = NULL;
    msc_settings settings;
    msc_settings_defaults(&settings);
    settings.lang = lang;
    assert_int_equal(msc_sheet_new(&settings, as_json, &sheet, &err), MSC_OK);
    msc_sheet_section(sheet, "image", "a.tif");
    msc_sheet_number(sheet, "width_px", 64, "%d", 64);
    msc_sheet_text(sheet, "crs", "%s", msc_sheet_words(sheet, "none", "无"));
    msc_sheet_section(sheet, "image", "b.tif");
    msc_sheet_number(sheet, "share", 0.5, "%d %%", 50);
    assert_int_equal(msc_sheet_finish(sheet, &text, &err), MSC_OK);
    msc_sheet_free(&sheet);
    assert_null(sheet);
    msc_sheet_free(&sheet);
    return text;
}

static void a_sheet_is_text(void **state)
{
    (void)state;
    char *text = made_sheet(NULL, 0);
    assert_string_equal(text, "a.tif\n  width px         64\n  crs              none\n\nb.tif\n  share            50 %\n");
    msc_text_free(&text);
    assert_null(text);
    msc_text_free(&text);
}

/* Chinese characters are two columns wide, so that values stand below each other. */
static void a_sheet_is_chinese_text(void **state)
{
    (void)state;
    char *text = made_sheet("zh", 0);
    assert_string_equal(text, "a.tif\n  宽（像元）       64\n  坐标系           无\n\nb.tif\n  share            50 %\n");
    msc_text_free(&text);
}

static void json_is_the_same_in_all_languages(void **state)
{
    (void)state;
    char *text = made_sheet("en", 1), *other = made_sheet("zh", 1);
    assert_non_null(strstr(text, "\"width_px\":64"));
    assert_non_null(strstr(text, "\"crs\":\"none\""));
    assert_non_null(strstr(text, "\"share\":0.5"));
    assert_non_null(strstr(text, "\"name\":\"b.tif\""));
    assert_int_equal(text[strlen(text) - 1], '\n');
    assert_string_equal(text, other);
    msc_text_free(&text);
    msc_text_free(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sheet_is_text),
        cmocka_unit_test(a_sheet_is_chinese_text),
        cmocka_unit_test(json_is_the_same_in_all_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
