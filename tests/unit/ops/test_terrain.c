/* Slope of planes is their slope, at borders and beside holes too; slope of any surface against the definition. */
#include "made_tile.h"
#include "kernels/kernels.h"
#include "ops/terrain.h"

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
    void *scratch = msc_alloc(msc_terrain_scratch(30), 1);
    for (int32_t y = 0; y < 20; y++) {
        msc_terrain_row(msc_kernels_select()->window, MSC_TERRAIN_SLOPE, &t, 0, y, 2.5, slope, scratch);
        for (int32_t x = 0; x < 30; x++) {
            /* A corner of the raster lacks a diagonal neighbour and its opposite. */
            const int is_corner = (x == 0 || x == 29) && (y == 0 || y == 19);
            if (x == 12 && y == 9) assert_true(slope[x] == 0.0f);
            else if (!is_corner) assert_true(fabs(slope[x] - 45.0) < 1e-3);
        }
    }
    msc_release(scratch);
    made_tile_clear(&t);
}

static double elevation(msc_type type, int32_t x, int32_t y, int32_t dx, int32_t dy)
{
    const double here = made_value(type, x, y, 0);
    if (made_seen(x + dx, y + dy)) return made_value(type, x + dx, y + dy, 0);
    return made_seen(x - dx, y - dy) ? 2 * here - made_value(type, x - dx, y - dy, 0) : here;
}

static void slope_equals_its_definition(void **state)
{
    (void)state;
    const msc_rect core = { 0, 0, MADE_W, MADE_H };
    for (int type = MSC_U8; type <= MSC_F32; type++) {
        const msc_type one = (msc_type)type;
        msc_tile t = made_tile(core, 1, 1, &one);
        float slope[MADE_W], north[MADE_W], east_of[MADE_W];
        void *scratch = msc_alloc(msc_terrain_scratch(MADE_W), 1);
        for (int32_t y = 0; y < MADE_H; y++) {
            msc_terrain_row(msc_kernels_select()->window, MSC_TERRAIN_SLOPE, &t, 0, y, 150.0, slope, scratch);
            msc_terrain_row(msc_kernels_select()->window, MSC_TERRAIN_NORTHNESS, &t, 0, y, 150.0, north, scratch);
            msc_terrain_row(msc_kernels_select()->window, MSC_TERRAIN_EASTNESS, &t, 0, y, 150.0, east_of, scratch);
            for (int32_t x = 0; x < MADE_W; x++) {
                double z[9], want = 0;
                for (int i = 0; i < 9; i++) z[i] = elevation(one, x, y, i % 3 - 1, i / 3 - 1);
                const double east = (z[2] + 2 * z[5] + z[8] - z[0] - 2 * z[3] - z[6]) / 1200.0;
                const double south = (z[6] + 2 * z[7] + z[8] - z[0] - 2 * z[1] - z[2]) / 1200.0;
                if (made_seen(x, y)) want = atan(sqrt(east * east + south * south)) * 180.0 / acos(-1.0);
                assert_true(fabs(slope[x] - want) <= 1e-6 * want + 1e-5);   /* degrees */
                const double angle = want * acos(-1.0) / 180.0, aspect = atan2(-east, south);   /* downhill, clockwise from north */
                assert_true(fabs(north[x] - (made_seen(x, y) ? sin(angle) * cos(aspect) : 0)) < 2e-6);
                assert_true(fabs(east_of[x] - (made_seen(x, y) ? sin(angle) * sin(aspect) : 0)) < 2e-6);
            }
        }
        msc_release(scratch);
        made_tile_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(slope_of_a_plane), cmocka_unit_test(slope_equals_its_definition) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
