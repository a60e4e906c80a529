/* test_report.c - what reports say of what is there and what is not. */
#include "base/mem.h"
#include "jobs/report.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void what_is_not_there_is_null(void **state)
{
    (void)state;
    json_object *top = json_object_new_object();
    char *text = NULL;
    msc_report_text(top, "a", "x/y");
    msc_report_text(top, "b", "");
    msc_report_text(top, "c", NULL);
    msc_report_number(top, "d", 0.5);
    msc_report_number(top, "e", NAN);
    msc_report_number(top, "f", INFINITY);
    msc_report_integer(top, "g", (int64_t)1 << 40);
    assert_int_equal(msc_report_print(top, "test", &text, NULL), MSC_OK);
    assert_string_equal(text, "{\n  \"a\":\"x/y\",\n  \"b\":null,\n  \"c\":null,\n  \"d\":0.5,\n  \"e\":null,\n  \"f\":null,\n  \"g\":1099511627776\n}");
    msc_release(text);
    json_object_put(top);
}

/* A hectare is 10 000 m2 of 2^24 units each. */
static void amounts_are_in_hectares(void **state)
{
    (void)state;
    char *text = NULL;
    json_object *amount = msc_report_amount((msc_amount){ 7, (int64_t)12345 << 24 });
    assert_int_equal(msc_report_print(amount, "test", &text, NULL), MSC_OK);
    assert_string_equal(text, "{\n  \"px\":7,\n  \"ha\":1.234500\n}");
    msc_release(text);
    json_object_put(amount);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_not_there_is_null), cmocka_unit_test(amounts_are_in_hectares) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
