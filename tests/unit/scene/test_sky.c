/* test_sky.c - sun directions are unit vectors, switches switch off, the collar leaves most of the scene. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "scene/sky.h"

static void test_sun(void **state)
{
    (void)state;
    for (int year = 0; year < 2; year++) {
        const msc_sun s = msc_sky_sun(year);
        assert_true(fabsf(s.east * s.east + s.south * s.south - 1) < 1e-5f);
        assert_true(fabsf(s.sine / s.cosine - s.tangent) < 1e-5f);
        assert_true(s.south > 0.0f && s.east > 0.0f);     /* a morning sun of the northern half */
    }
}

static void test_switches(void **state)
{
    (void)state;
    const msc_scene off = {.seed = 1, .pixel_m = 2};
    int n_clouds = 0;
    for (int i = 0; i < 400; i++)
        n_clouds += msc_sky_cloud(&off, 0, i * 91.0, i * 57.0) > 0.0f;
    assert_int_equal(n_clouds, 0);
    assert_true(msc_sky_haze(&off, 1, 500, 600) == 0.0f);
    msc_view view;
    msc_sky_view(&off, 0, 500, 600, 0.0f, &view);
    for (int b = 0; b < 4; b++)
        assert_true(view.offset[b] == 0.0f && view.gain[b] > 0.9f && view.gain[b] < 1.1f);
}

/* As large as asked, about 0, another one each year. */
static void test_height_errors(void **state)
{
    (void)state;
    const msc_scene scene = {.seed = 4, .pixel_m = 2, .dem_noise_m = 0.5}, off = {.seed = 4, .pixel_m = 2};
    double sum[2] = {0}, squares[2] = {0}, product = 0;
    const int n = 40000;
    for (int i = 0; i < n; i++) {
        double e[2];
        for (int year = 0; year < 2; year++) {
            e[year] = (double)msc_sky_height_error(&scene, year, i % 200 * 31.0, i / 200 * 29.0);
            sum[year] += e[year];
            squares[year] += e[year] * e[year];
            assert_true(msc_sky_height_error(&off, year, i * 3.0, i) == 0.0f);
        }
        product += e[0] * e[1];
    }
    for (int year = 0; year < 2; year++)
        assert_true(fabs(sum[year] / n) < 0.02 && fabs(sqrt(squares[year] / n) / 0.5 - 1) < 0.05);
    assert_true(fabs(product) / sqrt(squares[0] * squares[1]) < 0.05);
}

static void test_collar(void **state)
{
    (void)state;
    assert_false(msc_sky_is_imaged(0, 10, 10));
    assert_false(msc_sky_is_imaged(1, 10, 10));
    assert_true(msc_sky_is_imaged(0, 1000, 1000));
    assert_true(msc_sky_is_imaged(1, 1000, 1000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sun), cmocka_unit_test(test_switches), cmocka_unit_test(test_height_errors), cmocka_unit_test(test_collar)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
