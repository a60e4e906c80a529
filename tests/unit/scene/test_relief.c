/* test_relief.c - interpolated fields do not depend on the window, and height is continuous. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "base/mem.h"
#include "scene/relief.h"

static const msc_scene scene = {.seed = 9, .pixel_m = 2, .haze = 1, .clouds = 1};

static void test_fields_do_not_depend_on_the_window(void **state)
{
    (void)state;
    msc_lattice *a = msc_alloc_zero(1, sizeof *a), *b = msc_alloc_zero(1, sizeof *b);
    const double big[4] = {100, 200, 600, 700}, small[4] = {390, 333, 420, 420};
    msc_lattice_fill(&scene, big, 1, a);
    msc_lattice_fill(&scene, small, 1, b);
    for (double y = 340; y < 420; y += 7.3)
        for (double x = 392; x < 420; x += 1.7) {
            float fa[MSC_N_FIELDS], fb[MSC_N_FIELDS];
            msc_lattice_row(a, 0, y);
            msc_lattice_row(b, 2, y);
            msc_lattice_at(a, 0, x, fa);
            msc_lattice_at(b, 2, x, fb);
            assert_memory_equal(fa, fb, sizeof fa);
            const float z = msc_relief_height(&scene, x, y, fa);
            assert_true(z > -200.0f && z < 1500.0f);
        }
    msc_release(a);
    msc_release(b);
}

static void test_gradient_is_the_slope_of_the_height(void **state)
{
    (void)state;
    msc_macro here, east;
    float gradient[2];
    msc_macro_gradient(&scene, 1234, 777, &here, gradient);
    msc_macro_at(&scene, 1234 + 16, 777, &east);
    assert_true(fabsf((east.height_m - here.height_m) / 16 - gradient[0]) < 1e-4f);
    assert_true(here.massif >= 0.0f && here.massif <= 1.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_fields_do_not_depend_on_the_window),
                                       cmocka_unit_test(test_gradient_is_the_slope_of_the_height)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
