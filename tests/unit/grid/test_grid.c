/* When two grids are one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "grid/grid.h"
#include <math.h>
#include <string.h>

static msc_grid made(void)
{
    msc_grid g = { 20000, 10000, 414000.0, 4430000.0, 2.0, 2.0, "" };
    strcpy(g.crs, "EPSG:4548");
    return g;
}

static void corners_are_east_and_north(void **state)
{
    (void)state;
    const msc_grid g = made();
    assert_true(msc_grid_e(&g, 0.5) == 414001.0);
    assert_true(msc_grid_n(&g, 0.5) == 4429999.0);
}

static void same_to_a_millionth_of_a_pixel(void **state)
{
    (void)state;
    const msc_grid a = made();
    msc_grid b = made();
    assert_true(msc_grid_same(&a, &b));
    b.e0 += 1e-6;
    assert_true(msc_grid_same(&a, &b));
    b.e0 += 1e-5;
    assert_false(msc_grid_same(&a, &b));
    b = made();
    b.pixel_e += 1e-9;               /* 20000 px on that is 1e-5 px */
    assert_false(msc_grid_same(&a, &b));
    b = made();
    b.height_px--;
    assert_false(msc_grid_same(&a, &b));
    b = made();
    b.n0 = NAN;
    assert_false(msc_grid_same(&a, &b));
    b = made();
    strcpy(b.crs, "EPSG:4547");
    assert_false(msc_grid_same(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corners_are_east_and_north),
        cmocka_unit_test(same_to_a_millionth_of_a_pixel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
