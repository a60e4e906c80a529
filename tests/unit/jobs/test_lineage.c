/* test_lineage.c - which shares of ground make a predecessor, in which order, and what does not fit. */
#include "jobs/lineage.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void a_quarter_of_the_smaller_continues(void **state)
{
    (void)state;
    char list[MSC_LINEAGE_BYTES + 1];
    msc_overlap all[] = { { "a", 25, 100, 0 }, { "b", 24.9, 100, 1 }, { "c", 3, 12, 2 }, { "d", 2.9, 12, 3 }, { "e", 60, 5000, 4 }, { "", 90, 90, 5 } };
    msc_lineage_list(all, 6, 200, list);
    assert_string_equal(list, "e,a,c");
    msc_overlap equal[] = { { "late", 7, 7, 9 }, { "early", 7, 9, 2 }, { "more", 8, 9, 11 } };
    msc_lineage_list(equal, 3, 1000, list);
    assert_string_equal(list, "more,early,late");
    msc_lineage_list(equal, 0, 1000, list);
    assert_string_equal(list, "");
}

static void what_does_not_fit_is_counted(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        char name[40][24], list[200];
        msc_overlap all[40];
        for (size_t i = 0; i < n; i++) {
            snprintf(name[i], sizeof name[i], "2024-%06zu", i);
            all[i] = (msc_overlap){ name[i], 50 - (double)i / 2, 50, i };
        }
        memset(list, 'x', sizeof list);
        msc_lineage_list(all, n, 1000, list);
        assert_true(strlen(list) <= MSC_LINEAGE_BYTES);
        size_t n_named = 0, n_rest = 0;
        for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',') {
            if (*at == '+') assert_int_equal(sscanf(at, "+%zu", &n_rest), 1);
            else assert_memory_equal(at, name[n_named++], 11);
        }
        assert_int_equal(n_named + n_rest, n);
        assert_true(n <= 6 ? n_rest == 0 : n_named >= 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_quarter_of_the_smaller_continues), cmocka_unit_test(what_does_not_fit_is_counted) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
