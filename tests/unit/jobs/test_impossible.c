/* Transitions that a job calls impossible: by code, name or label, the defaults, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "jobs/impossible.h"

#define JOB "minescar: 1\nname: n\noutput: out\nclasses:\n  - {code: 4, name: tailings, label: 尾矿库}\n  - {code: 5, name: rock, label: 裸岩}\n" \
            "  - {code: 7, name: shrub}\nepochs:\n  - {year: 2016, image: a.tif}\n  - {year: 2018, image: b.tif}\ntraining: {samples: t.gpkg}\n"

static int list_of(const char *more, int list[MSC_IMPOSSIBLE_MAX], msc_error *err)
{
    char text[1024];
    msc_job *job = NULL;
    int n = -1;
    snprintf(text, sizeof text, "%s%s", JOB, more);
    if (msc_job_parse(text, strlen(text), "job.yaml", &job, err) != MSC_OK) return -1;
    assert_int_equal(msc_impossible_list(job, "job.yaml", list, &n, err), MSC_OK);
    msc_job_free(&job);
    return n;
}

static void pairs_are_codes_names_or_labels(void **state)
{
    (void)state;
    int list[MSC_IMPOSSIBLE_MAX];
    msc_error err;
    assert_int_equal(list_of("change: {impossible: [[5, 7], [shrub, rock], [裸岩, 尾矿库]]}\n", list, &err), 3);
    assert_int_equal(list[0], 5 * 256 + 7);
    assert_int_equal(list[1], 7 * 256 + 5);
    assert_int_equal(list[2], 5 * 256 + 4);
}

static void defaults_are_what_was_made_becoming_rock(void **state)
{
    (void)state;
    int list[MSC_IMPOSSIBLE_MAX];
    msc_error err;
    assert_int_equal(list_of("", list, &err), 1);
    assert_int_equal(list[0], 4 * 256 + 5);
    assert_int_equal(list_of("change: {impossible: []}\n", list, &err), 0);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const struct { const char *text, *words; } cases[] = {
        { "change: {impossible: [[5, 6]]}\n", "'6' is no class of the job" },
        { "change: {impossible: [[lake, 5]]}\n", "'lake' is no class of the job" },
        { "change: {impossible: [[5, rock]]}\n", "is no change" },
        { "change: {impossible: [[5, 7, 4]]}\n", "a pair such as" },
        { "change: {impossible: [5]}\n", "a pair such as" },
        { "change: {impossible: rock}\n", "a list of pairs" },
        { "change: {evidence_weak: 0.5}\n", "evidence_weak" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int list[MSC_IMPOSSIBLE_MAX];
        msc_error err = { 0 };
        assert_int_equal(list_of(cases[i].text, list, &err), -1);
        assert_int_equal(err.status, MSC_EJOB);
        assert_non_null(strstr(err.detail, cases[i].words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pairs_are_codes_names_or_labels), cmocka_unit_test(defaults_are_what_was_made_becoming_rock),
                                        cmocka_unit_test(what_cannot_be_is_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
