/* test_noise.c - noise is bounded, centred, smooth, and differs between seeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "scene/noise.h"

static void test_noise_is_bounded_centred_and_smooth(void **state)
{
    (void)state;
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < 40000; i++) {
        const double x = (i % 200) * 0.37 - 31.0, y = (i / 200) * 0.41 - 17.0;
        const float n = msc_noise(7, x, y);
        assert_true(fabsf(n) <= 1.5f);
        assert_true(fabsf(n - msc_noise(7, x + 1e-4, y)) < 1e-3f);
        sum += n;
        squares += n * n;
    }
    assert_true(fabs(sum / 40000.0) < 0.05);
    assert_true(squares / 40000.0 > 0.05);
    assert_true(msc_noise(7, 0.3, 0.4) != msc_noise(8, 0.3, 0.4));
}

static void test_sums_keep_their_ranges(void **state)
{
    (void)state;
    for (int i = 0; i < 10000; i++) {
        const double x = (i % 100) * 0.173, y = (i / 100) * 0.219;
        assert_true(fabsf(msc_noise_fractal(3, x, y, 5, 0.5f)) <= 1.5f);
        const float r = msc_noise_ridged(3, x, y, 5);
        assert_true(r >= 0.0f && r <= 1.0f);
    }
    assert_true(msc_smooth(0, 1, -1) == 0.0f && msc_smooth(0, 1, 2) == 1.0f && msc_smooth(0, 1, 0.5f) == 0.5f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_noise_is_bounded_centred_and_smooth),
                                       cmocka_unit_test(test_sums_keep_their_ranges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
