/* test_earthwork.c - pits go down, heaps go up, slimes lie level, and the second year holds what its fate says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "scene/earthwork.h"

static const msc_ragged calm = {0, 0};

static msc_part part_of(msc_part_kind kind, float level)
{
    return (msc_part){.kind = kind, .turn_c = 1, .a = {100, 120}, .b = {80, 96}, .level = {level, level}, .bench_m = 10,
                      .steep = 0.8f, .up_e = 1, .water = {-1e9f, -1e9f}, .reach_m = 300};
}

static msc_ground ground_at(const msc_part *p, int year, double x, double y, float natural)
{
    msc_ground g = {.z = natural};
    msc_earthwork(p, year, x, y, &calm, &g);
    return g;
}

static void test_pit_is_a_closed_depression_that_grows(void **state)
{
    (void)state;
    const msc_part p = part_of(MSC_P_PIT, 70);
    for (int i = 0; i < 64; i++) {
        const double c = cos(i * 0.0981747704), s = sin(i * 0.0981747704);
        assert_true(fabsf(ground_at(&p, 0, 130 * c, 130 * s, 100).z - 100) < 1e-3f);
        assert_int_equal(ground_at(&p, 0, 130 * c, 130 * s, 100).cover, MSC_C_NONE);
        assert_true(ground_at(&p, 0, 60 * c, 60 * s, 100).z < 100);
    }
    const msc_ground middle = ground_at(&p, 0, 0, 0, 100);
    assert_int_equal(middle.cover, MSC_C_PIT);
    assert_true(fabsf(middle.z - 70) < 1e-3f);
    assert_int_equal(ground_at(&p, 0, 110, 0, 100).cover, MSC_C_NONE);
    assert_int_equal(ground_at(&p, 1, 110, 0, 100).cover, MSC_C_PIT);
}

static void test_flooded_pit_is_level_water(void **state)
{
    (void)state;
    msc_part p = part_of(MSC_P_PIT, 70);
    p.water[1] = 80;
    const msc_ground g = ground_at(&p, 1, 3, 4, 100);
    assert_int_equal(g.cover, MSC_C_WATER);
    assert_true(g.z == 80.0f);
    assert_int_equal(ground_at(&p, 0, 3, 4, 100).cover, MSC_C_PIT);
}

static void test_quarry_opens_downhill(void **state)
{
    (void)state;
    const msc_part p = part_of(MSC_P_QUARRY, 80);
    const msc_ground uphill = ground_at(&p, 0, 60, 0, 80 + 0.4f * 110), downhill = ground_at(&p, 0, -60, 0, 80 - 4);
    assert_true(uphill.z < 80 + 0.4f * 110 - 5);
    assert_true(fabsf(downhill.z - 76) < 1e-3f);
    assert_int_equal(uphill.cover, MSC_C_QUARRY);
}

static void test_heaps_rise_and_slimes_are_flat(void **state)
{
    (void)state;
    const msc_part cone = part_of(MSC_P_CONE, 130), terrace = part_of(MSC_P_TERRACE, 125), pond = part_of(MSC_P_POND, 112);
    assert_true(ground_at(&cone, 0, 0, 0, 100).z > 125);
    assert_int_equal(ground_at(&cone, 0, 0, 0, 100).cover, MSC_C_HEAP);
    assert_int_equal(ground_at(&terrace, 0, 0, 0, 100).cover, MSC_C_HEAP);
    assert_true(ground_at(&terrace, 0, 85, 0, 100).z < ground_at(&terrace, 0, 0, 0, 100).z);
    for (int x = -70; x <= 70; x += 5) {
        const msc_ground g = ground_at(&pond, 0, x, 0, 100);
        assert_int_equal(g.cover, MSC_C_TAILINGS);
        assert_true(fabsf(g.z - 111) < 1.1f);
    }
    assert_int_equal(ground_at(&pond, 0, -60, 0, 100).material, MSC_M_DRY_BEACH);
    assert_int_equal(ground_at(&pond, 0, 5, 0, 100).material, MSC_M_WET_BEACH);
    assert_int_equal(ground_at(&pond, 0, 55, 0, 100).material, MSC_M_SLIME_POOL);
}

static void test_absent_and_reclaimed(void **state)
{
    (void)state;
    msc_part p = part_of(MSC_P_PIT, 70);
    p.a[0] = 0;
    assert_int_equal(ground_at(&p, 0, 0, 0, 100).cover, MSC_C_NONE);
    p.is_reclaimed[1] = 1;
    p.seed = 1;
    assert_int_equal(ground_at(&p, 1, 0, 0, 100).cover, MSC_C_SHRUB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pit_is_a_closed_depression_that_grows), cmocka_unit_test(test_flooded_pit_is_level_water),
        cmocka_unit_test(test_quarry_opens_downhill), cmocka_unit_test(test_heaps_rise_and_slimes_are_flat),
        cmocka_unit_test(test_absent_and_reclaimed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
