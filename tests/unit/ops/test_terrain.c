/* Slope of planes is their slope, at borders and beside holes too; TPI of a plane is 0 and of a peak its height. */
#include "made_tile.h"
#include "ops/terrain.h"
#include "ops/window.h"

static msc_tile surface(double east, double south, double peak)
{
    const msc_type type = MSC_F32;
    msc_tile t = made_tile((msc_rect){ 0, 0, 30, 20 }, 3, 1, &type);
    for (int32_t y = -3; y < 23; y++)
        for (int32_t x = -3; x < 33; x++) {
            const int seen = x >= 0 && y >= 0 && x < 30 && y < 20 && !(x == 12 && y == 9);
            msc_row_valid(&t, y)[x] = (uint8_t)seen;
            msc_row_f32(&t, 0, y)[x] = seen ? (float)(100 + east * x + south * y + (x == 20 && y == 10 ? peak : 0)) : -999.0f;
        }
    return t;
}

static void slope_of_a_plane(void **state)
{
    (void)state;
    msc_tile t = surface(1.5, -2.0, 0.0);     /* per pixel of 2.5 m: a gradient of 1 */
    float slope[30];
    for (int32_t y = 0; y < 20; y++) {
        msc_terrain_slope(&t, 0, y, 2.5, slope);
        for (int32_t x = 0; x < 30; x++) {
            /* A corner of the raster lacks a diagonal neighbour and its opposite. */
            const int is_corner = (x == 0 || x == 29) && (y == 0 || y == 19);
            if (x == 12 && y == 9) assert_true(slope[x] == 0.0f);
            else if (!is_corner) assert_true(fabs(slope[x] - 45.0) < 1e-3);
        }
    }
    made_tile_clear(&t);
}

static void position_on_a_plane_and_a_peak(void **state)
{
    (void)state;
    msc_tile t = surface(1.0, 0.5, 90.0);
    uint32_t count[30];
    float tpi[30];
    void *scratch = msc_alloc(msc_window_scratch(30, 3), 1);
    msc_window_count(&t, 10, 3, count, scratch);
    msc_terrain_tpi(&t, 0, 10, 3, count, tpi, scratch);
    assert_true(fabs(tpi[5]) < 1e-4);
    assert_true(fabs(tpi[20] - 80.0) < 1e-3);  /* 90 less a ninth of it */
    assert_true(fabs(tpi[19] + 10.0) < 1e-3);
    msc_release(scratch);
    made_tile_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(slope_of_a_plane), cmocka_unit_test(position_on_a_plane_and_a_peak) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
