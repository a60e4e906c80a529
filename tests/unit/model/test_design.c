/* test_design.c - sizes, allocations and forecasts against published plans and brute force. */
#include "model/design.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* Olofsson et al. 2014, sec. 5.1: four strata, conjectured user's accuracies, standard error 0.01. */
static void the_published_plan(void **state)
{
    (void)state;
    msc_design_stratum s[] = { { 200000, 0.7, 1, 0 }, { 150000, 0.6, 1, 0 }, { 3200000, 0.9, 0, 0 }, { 6450000, 0.95, 0, 0 } };
    assert_int_equal(msc_design_size(s, 4, 1, 0.01), 641);
    /* Table 5: 75 for each rare class, the rest by size: 165 and 325 there, rounded to fives. */
    assert_int_equal(msc_design_allocate(s, 4, 641, MSC_PROPORTIONAL, 75), 641);
    assert_int_equal(s[0].n, 75);
    assert_int_equal(s[1].n, 75);
    assert_true(llabs(s[2].n - 165) <= 5 && llabs(s[3].n - 325) <= 5);
    assert_int_equal(msc_design_allocate(s, 4, 641, MSC_EQUAL, 0), 641);
    assert_true(s[0].n == 161 && s[1].n == 160 && s[2].n == 160 && s[3].n == 160);
    assert_int_equal(msc_design_allocate(s, 4, 641, MSC_PROPORTIONAL, 0), 641);
    assert_true(s[0].n == 13 && s[1].n == 10 && s[2].n == 205 && s[3].n == 413);
    const double o = 0.02 * 0.7 + 0.015 * 0.6 + 0.32 * 0.9 + 0.645 * 0.95;
    assert_int_equal(msc_design_size(s, 4, 0, 0.01), (int64_t)ceil(o * (1 - o) / 1e-4));
}

static double variance_of(const msc_design_stratum *s, const int64_t *n, int n_strata)
{
    double v = 0;
    for (int h = 0; h < n_strata; h++) v += pow((double)s[h].units, 2) * s[h].users * (1 - s[h].users) / (double)n[h];
    return v;
}

/* Neyman's allocation beats every other one, moving any unit from any stratum to any other. */
static void neyman_is_the_best(void **state)
{
    (void)state;
    msc_design_stratum s[] = { { 1000, 0.6, 0, 0 }, { 50000, 0.99, 0, 0 }, { 8000, 0.8, 0, 0 }, { 900000, 0.95, 0, 0 } };
    assert_int_equal(msc_design_allocate(s, 4, 400, MSC_NEYMAN, 2), 400);
    int64_t n[4];
    for (int a = 0; a < 4; a++) n[a] = s[a].n;
    const double least = variance_of(s, n, 4);
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) {
            if (a == b || n[a] <= 2) continue;
            n[a] -= 1;
            n[b] += 1;
            assert_true(variance_of(s, n, 4) >= least * (1 - 2e-3));   /* rounding to whole units */
            n[a] += 1;
            n[b] -= 1;
        }
}

static void limits_win_over_the_wanted_size(void **state)
{
    (void)state;
    msc_design_stratum s[] = { { 7, 0.5, 0, 0 }, { 40, 0.5, 0, 0 }, { 100000, 1.0, 0, 0 } };
    assert_int_equal(msc_design_allocate(s, 3, 10, MSC_PROPORTIONAL, 50), 7 + 40 + 50);
    assert_int_equal(msc_design_allocate(s, 3, 500, MSC_EQUAL, 5), 500);
    assert_true(s[0].n == 7 && s[1].n == 40 && s[2].n == 453);
    assert_int_equal(msc_design_allocate(s, 3, 1000000, MSC_PROPORTIONAL, 0), 100047);
    assert_true(s[0].n == 7 && s[1].n == 40 && s[2].n == 100000);
}

/* 2500 km2 of 10 m pixels: 433 ha of damage; a big stable stratum, with and without a buffer stratum cut out of it. */
static void one_miss_spoils_the_stable_stratum(void **state)
{
    (void)state;
    msc_design_stratum s[] = { { 50000, 0.85, 1, 75 }, { 24950000, 0.99, 0, 275 } };
    msc_forecast f;
    msc_error err;
    assert_int_equal(msc_design_forecast(s, 2, 1, &f, &err), MSC_OK);
    assert_true(fabs(f.target.value - 0.002 * 0.85) < 1e-12);
    assert_true(fabs(f.target.se - 0.002 * sqrt(0.85 * 0.15 / 74)) < 1e-12);
    assert_int_equal(f.missed_in, 1);
    assert_true(fabs(f.one_miss.value - f.target.value - 0.998 / 275) < 1e-12);
    assert_true(f.one_miss.se > 10 * f.target.se);
    assert_true(fabs(f.none_upper - 0.998 * (1 - pow(0.05, 1 / 275.0))) < 1e-12);
    const double o = 0.002 * 0.85 + 0.998 * 0.99;
    assert_true(fabs(f.overall.value - o) < 1e-12);
    assert_int_equal(msc_design_forecast(s, 2, 0, &f, &err), MSC_OK);
    assert_true(fabs(f.overall.se - sqrt(o * (1 - o) / 349)) < 1e-12);
}

/* Least numbers come on top of what the standard error wants; they do not eat it up. */
static void the_error_wanted_is_reached(void **state)
{
    (void)state;
    msc_design_stratum s[22] = { { 9000000, 0.85, 0, 0 } };
    msc_forecast f;
    msc_error err;
    for (int h = 1; h < 22; h++) s[h] = (msc_design_stratum){ 3000, 0.85, 1, 0 };
    for (int a = MSC_PROPORTIONAL; a <= MSC_EQUAL; a++) {
        const int64_t n = msc_design_reach(s, 22, 1, 0.02, (msc_allocation)a, 50, 100000);
        assert_int_equal(msc_design_forecast(s, 22, 1, &f, &err), MSC_OK);
        assert_true(f.overall.se <= 0.02 && f.overall.se > 0.0195);
        int64_t sum = 0;
        for (int h = 0; h < 22; h++) {
            assert_true(s[h].n >= 50);
            sum += s[h].n;
        }
        assert_int_equal(sum, n);
    }
    assert_true(msc_design_reach(s, 22, 0, 0.02, MSC_PROPORTIONAL, 0, 100000) <= 321);
    assert_int_equal(msc_design_reach(s, 22, 1, 0.002, MSC_PROPORTIONAL, 50, 1000), 21 * 50 + 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_published_plan), cmocka_unit_test(neyman_is_the_best),
                                        cmocka_unit_test(limits_win_over_the_wanted_size), cmocka_unit_test(the_error_wanted_is_reached), cmocka_unit_test(one_miss_spoils_the_stable_stratum) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
