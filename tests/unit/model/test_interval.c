/* test_interval.c - limits of shares against scipy's beta distribution, and what intervals of ratios must obey. */
#include "model/accuracy.h"
#include "model/interval.h"
#include "base/hash.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static void limits_of_shares(void **state)
{
    (void)state;
    /* scipy.stats.beta.ppf([0.025, 0.975], x + 0.5, n - x + 0.5) */
    static const struct { double x, n, low, high; } known[] = { { 1, 10, 0.01101167, 0.38131477 }, { 2, 10, 0.04405941, 0.5027745 }, { 5, 10, 0.22352867, 0.77647133 },
        { 1, 7, 0.01587652, 0.50079746 }, { 3, 1000, 0.00084563, 0.00798437 }, { 0.3, 50, 0.00018246, 0.06286034 } };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        double low, high, other_low, other_high;
        msc_interval_jeffreys(known[k].x, known[k].n, &low, &high);
        assert_true(fabs(low - known[k].low) < 1e-8 && fabs(high - known[k].high) < 1e-8);
        msc_interval_jeffreys(known[k].n - known[k].x, known[k].n, &other_low, &other_high);
        assert_true(fabs(low + other_high - 1) < 1e-12 && fabs(high + other_low - 1) < 1e-12);
    }
}

/* One stratum whose units all count is a plain share: Jeffreys' limits, or the bound of what was not seen. */
static void one_stratum_is_a_share(void **state)
{
    (void)state;
    double space[2], low, high, want_low, want_high;
    const double whole = 1, fifty = 50;
    msc_interval_stratum s = { 7, 50, 0.9, 0.1, 1, 1 };
    msc_interval_find(&s, 1, space, &low, &high);
    msc_interval_jeffreys(45, 50, &want_low, &want_high);
    assert_true(fabs(low - want_low) < 1e-12 && fabs(high - want_high) < 1e-12);
    s = (msc_interval_stratum){ 7, 50, 1, 0, 1, 1 };
    msc_interval_find(&s, 1, space, &low, &high);
    assert_true(high == 1 && fabs(low - (1 - msc_bound_of_none(&whole, &fifty, 1, 0.05))) < 1e-12);
    s = (msc_interval_stratum){ 7, 50, 0, 0, 1, 1 };
    msc_interval_find(&s, 1, space, &low, &high);
    assert_true(isnan(low) && isnan(high));
}

/* Of many made samples: limits on both sides of the ratio, within 0..1; Y and Z exchanged give the complement; strata in any order and
 * in any unit the same; four times the points a narrower interval; what cannot occur does not widen. */
static void laws(void **state)
{
    (void)state;
    enum { SAMPLES = 500, MOST = 6 };
    for (uint64_t k = 0; k < SAMPLES; k++) {
        const int n = 1 + (int)msc_random_below(msc_random(1, k, 0), MOST);
        msc_interval_stratum s[MOST], turned[MOST], more[MOST], fixed[MOST];
        double space[2 * MOST], y = 0, all = 0, low, high, a, b;
        for (int h = 0; h < n; h++) {
            const int points = 2 + (int)msc_random_below(msc_random(2, k, (uint64_t)h), 200), n_y = (int)msc_random_below(msc_random(3, k, (uint64_t)h), (uint32_t)points + 1);
            const int n_z = (int)msc_random_below(msc_random(4, k, (uint64_t)h), (uint32_t)(points - n_y) + 1) * (int)msc_random_below(msc_random(5, k, (uint64_t)h), 2);
            s[h] = (msc_interval_stratum){ 1 + 1000 * msc_random_unit(msc_random(6, k, (uint64_t)h)), points, (double)n_y / points, (double)n_z / points, 1, 1 };
            y += s[h].total * s[h].y;
            all += s[h].total * (s[h].y + s[h].z);
        }
        for (int h = 0; h < n; h++) {
            turned[h] = s[n - 1 - h];
            turned[h].y = s[n - 1 - h].z;
            turned[h].z = s[n - 1 - h].y;
            turned[h].total *= 1e6;
            more[h] = fixed[h] = s[h];
            more[h].n *= 4;
            fixed[h].can_y = s[h].y > 0;
            fixed[h].can_z = s[h].z > 0;
        }
        msc_interval_find(s, n, space, &low, &high);
        if (all <= 0) {
            assert_true(isnan(low));
            continue;
        }
        assert_true(low >= 0 && low <= y / all + 1e-12 && high >= y / all - 1e-12 && high <= 1);
        msc_interval_find(turned, n, space, &a, &b);
        assert_true(fabs(low + b - 1) < 1e-9 && fabs(high + a - 1) < 1e-9);
        msc_interval_find(more, n, space, &a, &b);
        assert_true(a >= low - 1e-12 && b <= high + 1e-12 && b - a < high - low);
        msc_interval_find(fixed, n, space, &a, &b);
        assert_true(a >= low - 1e-12 && b <= high + 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(limits_of_shares), cmocka_unit_test(one_stratum_is_a_share), cmocka_unit_test(laws) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
