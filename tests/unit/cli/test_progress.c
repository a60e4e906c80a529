/* test_progress.c - what is shown while work goes on, against a clock of our own. */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/progress.h"

static double clock_s;
static double our_clock(void) { return clock_s; }

/* Runs a stage of `total_s` seconds in 100 steps and returns what was shown, to be freed. */
static char *shown(cli_show show, cli_lang lang, double total_s)
{
    char *text = NULL;
    size_t n = 0;
    cli_progress p = { .show = show, .lang = lang, .shown_percent = -1, .now_s = our_clock, .err = open_memstream(&text, &n) };
    for (int i = 0; i <= 100; i++) {
        clock_s = 1000 + total_s * i / 100;
        cli_progress_step(&p, "classify", i / 100.0);
    }
    cli_progress_close(&p);
    fclose(p.err);
    return text;
}

static int count(const char *text, const char *what)
{
    int n = 0;
    while ((text = strstr(text, what))) {
        n++;
        text += strlen(what);
    }
    return n;
}

static void plain_tells_every_tenth_and_the_time_left(void **state)
{
    (void)state;
    char *text = shown(CLI_SHOW_PLAIN, CLI_EN, 100);
    assert_int_equal(count(text, "\n"), 10);
    assert_non_null(strstr(text, "classify: 20 %, left 1 min 20 s\n"));
    assert_non_null(strstr(text, "classify: 100 %\n"));
    free(text);
    text = shown(CLI_SHOW_PLAIN, CLI_ZH, 100);
    assert_non_null(strstr(text, "classify: 20 %，剩余 1 分 20 秒\n"));
    free(text);
}

static void short_work_is_silent(void **state)
{
    (void)state;
    char *text = shown(CLI_SHOW_PLAIN, CLI_EN, 1);
    assert_string_equal(text, "");
    free(text);
    text = shown(CLI_SHOW_NONE, CLI_EN, 100);
    assert_string_equal(text, "");
    free(text);
}

static void a_bar_stays_on_its_line(void **state)
{
    (void)state;
    char *text = shown(CLI_SHOW_BAR, CLI_EN, 100);
    assert_int_equal(count(text, "\n"), 1);
    assert_non_null(strstr(text, "left 50 s"));
    assert_non_null(strstr(text, "100 %"));
    free(text);
}

static void json_is_one_object_a_line(void **state)
{
    (void)state;
    char *text = shown(CLI_SHOW_JSON, CLI_EN, 100);
    assert_int_equal(count(text, "\"event\": \"progress\""), 10);
    assert_int_equal(count(text, "\"event\": \"stage\""), 1);
    assert_non_null(strstr(text, "\"stage\": \"classify\", \"done\": 0.5000, \"left_s\": 50.0}"));
    free(text);
}

static void a_warning_breaks_the_bar(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n = 0;
    cli_progress p = { .show = CLI_SHOW_BAR, .shown_percent = -1, .now_s = our_clock, .err = open_memstream(&text, &n) };
    clock_s = 0;
    cli_progress_step(&p, "train", 0);
    clock_s = 10;
    cli_progress_step(&p, "train", 0.5);
    const msc_error what = { .status = MSC_WDROPPED, .subject = "a.gpkg", .detail = "2 polygons" };
    cli_progress_warn(&p, &what);
    fflush(p.err);
    assert_non_null(strstr(text, "\nWarning: a.gpkg: something was left out (2 polygons).\n"));
    cli_progress_close(&p);
    fclose(p.err);
    free(text);
    assert_int_equal(p.n_warnings, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_tells_every_tenth_and_the_time_left), cmocka_unit_test(short_work_is_silent),
        cmocka_unit_test(a_bar_stays_on_its_line), cmocka_unit_test(json_is_one_object_a_line),
        cmocka_unit_test(a_warning_breaks_the_bar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
