/* test_job_grid.c - boxes and shares of grids in one coordinate system and across two. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "grid/crs.h"
#include "jobs/job_grid.h"

static msc_grid grid(double e0, double n0, double pixel, const char *crs)
{
    msc_grid g = { .width_px = 100, .height_px = 50, .e0 = e0, .n0 = n0, .pixel_e = pixel, .pixel_n = pixel };
    msc_error err;
    assert_int_equal(msc_crs_wkt(crs, g.crs, &err), MSC_OK);
    return g;
}

static void a_box_of_the_own_crs_is_the_extent(void **state)
{
    (void)state;
    const msc_grid g = grid(500000, 4400000, 2, "EPSG:32650");
    double box[4];
    msc_error err;
    assert_int_equal(msc_grid_box(&g, g.crs, box, &err), MSC_OK);
    assert_true(fabs(box[0] - 500000) < 1e-6 && fabs(box[1] - 4399900) < 1e-6);
    assert_true(fabs(box[2] - 500200) < 1e-6 && fabs(box[3] - 4400000) < 1e-6);
}

static void a_share_is_of_the_first(void **state)
{
    (void)state;
    const msc_grid a = grid(500000, 4400000, 2, "EPSG:32650"), half = grid(500100, 4400000, 4, "EPSG:32650");
    const msc_grid far = grid(700000, 4400000, 2, "EPSG:32650"), degrees = grid(116.9, 39.8, 0.01, "EPSG:4326");
    double share;
    msc_error err;
    assert_int_equal(msc_grid_share(&a, &half, &share, &err), MSC_OK);
    assert_true(fabs(share - 0.5) < 1e-9);
    assert_int_equal(msc_grid_share(&a, &far, &share, &err), MSC_OK);
    assert_true(share == 0);
    assert_int_equal(msc_grid_share(&a, &degrees, &share, &err), MSC_OK);
    assert_true(fabs(share - 1) < 1e-9);
    assert_int_equal(msc_grid_share(&degrees, &a, &share, &err), MSC_OK);
    assert_true(share > 0 && share < 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_of_the_own_crs_is_the_extent), cmocka_unit_test(a_share_is_of_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
