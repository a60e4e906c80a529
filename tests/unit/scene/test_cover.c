/* test_cover.c - everything is covered by something, and a list of near parts never changes a point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/mem.h"
#include "scene/cover.h"

static const msc_scene scene = {.seed = 3, .pixel_m = 2};

static void test_cover_does_not_depend_on_the_list(void **state)
{
    (void)state;
    msc_sites *small = msc_alloc_zero(1, sizeof *small), *large = msc_alloc_zero(1, sizeof *large);
    msc_lattice *lattice = msc_alloc_zero(1, sizeof *lattice);
    assert_non_null(small); assert_non_null(large); assert_non_null(lattice);
    const double box[4] = {1000, 1000, 1500, 1500};
    msc_lattice_fill(&scene, box, 0, lattice);
    msc_sites_near(&scene, large, 0, 0, 4000, 4000);
    assert_in_range(large->n_parts, 1, MSC_MAX_NEAR - 1);
    for (double y = 1001; y < 1500; y += 31) {
        msc_lattice_row(lattice, 0, y);
        for (double x = 1001; x < 1500; x += 7) {
            msc_point p;
            msc_point_at(&scene, lattice, 0, x, y, &p);
            msc_sites_near(&scene, small, x - 1, y - 1, x + 1, y + 1);
            assert_true(small->n_parts <= large->n_parts);
            for (int year = 0; year < 2; year++) {
                msc_ground a, b;
                msc_cover_ground(&scene, small, &p, year, 1, &a);
                msc_cover_ground(&scene, large, &p, year, 1, &b);
                assert_memory_equal(&a, &b, sizeof a);
                assert_in_range(a.cover, MSC_C_QUARRY, MSC_C_WATER);
                assert_true(a.material < MSC_N_MATERIALS);
            }
        }
    }
    msc_release(small);
    msc_release(large);
    msc_release(lattice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cover_does_not_depend_on_the_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
