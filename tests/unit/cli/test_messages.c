/* test_messages.c - every status has words in both languages, and a line stays one line. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "cli/messages.h"

static void every_status_has_words(void **state)
{
    (void)state;
    char bug[2048], line[2048];
    for (int lang = CLI_EN; lang <= CLI_ZH; lang++) {
        msc_error err = { .status = MSC_EBUG, .subject = "x", .detail = "y" };
        cli_warning_line(&err, lang, bug, sizeof bug);
        for (int status = MSC_OK + 1; status < MSC_N_STATUS; status++) {
            err.status = status;
            cli_warning_line(&err, lang, line, sizeof line);
            if (status != MSC_EBUG && !strcmp(line, bug)) fail_msg("%s has no words", msc_status_name(status));
        }
    }
}

static void lines_are_whole(void **state)
{
    (void)state;
    char line[2048];
    msc_error err = { .status = MSC_ENOFILE, .subject = "a\nb.tif", .detail = "No such file." };
    cli_error_line(&err, CLI_EN, -1, line, sizeof line);
    assert_string_equal(line, "ERROR 3: a b.tif: cannot be opened (No such file). Check the path and the permissions.");
    cli_error_line(&err, CLI_ZH, -1, line, sizeof line);
    assert_string_equal(line, "错误 3: a b.tif: 无法打开（No such file）。请检查路径和读取权限。");
    err = (msc_error){ .status = MSC_ECANCELLED };
    cli_error_line(&err, CLI_EN, 143, line, sizeof line);
    assert_string_equal(line, "ERROR 143: stopped before the end. Nothing incomplete was left; run the same command again.");
    err = (msc_error){ .status = MSC_WNODEM, .subject = "features", .detail = "slope" };
    cli_warning_line(&err, CLI_EN, line, sizeof line);
    assert_string_equal(line, "Warning: features: features that need a DEM are left out (slope).");
    cli_warning_line(&err, CLI_ZH, line, sizeof line);
    assert_string_equal(line, "警告: features: 没有高程数据，地形特征已略去（slope）。");
}

static void json_is_escaped(void **state)
{
    (void)state;
    char out[64];
    cli_json_escape("a\"b\\c\n采\xff\xe9\x87", out, sizeof out);
    assert_string_equal(out, "a\\\"b\\\\c\\u000a采???");
    cli_json_escape("0123456789012345", out, 12);
    assert_true(strlen(out) < 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_has_words), cmocka_unit_test(lines_are_whole), cmocka_unit_test(json_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
