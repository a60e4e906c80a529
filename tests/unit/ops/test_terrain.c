/* Slope of planes is their slope, at borders and beside holes too; slope of any surface against the definition. */
#include "made_tile.h"
#include <stdlib.h>
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

/* On a plane the light is that of its normal; level ground has 1, ground that faces away the sky's share alone. */
static void light_on_a_plane(void **state)
{
    (void)state;
    const double radian = 3.14159265358979323846 / 180, azimuth = 128 * radian, height = 41 * radian;
    const msc_window_sun sun = msc_terrain_sun(128, 41);
    static const double rise[][2] = { { 0, 0 }, { 1.5, -2.0 }, { -0.7, 0.2 }, { 9, -9 }, { 9, 9 } };   /* m per px of 2.5 m, east and south */
    float light[30];
    void *scratch = msc_alloc(msc_terrain_scratch(30), 1);
    for (int i = 0; i < 5; i++) {
        const double e = -rise[i][0] / 2.5, n = rise[i][1] / 2.5, length = sqrt(1 + e * e + n * n);
        const double facing = (e * cos(height) * sin(azimuth) + n * cos(height) * cos(azimuth) + sin(height)) / length;
        const double want = MSC_SKYLIGHT + (1 - MSC_SKYLIGHT) * fmax(facing, 0) / sin(height);
        msc_tile t = surface(rise[i][0], rise[i][1], 0.0);
        msc_terrain_light_row(msc_kernels_select()->window, &sun, &t, 0, 5, 2.5, light, scratch);
        for (int32_t x = 0; x < 30; x++) assert_true(fabs(light[x] - want) < 1e-5);
        if (i == 0) assert_true(fabs(want - 1) < 1e-12);
        if (i == 4) assert_true(fabs(want - MSC_SKYLIGHT) < 1e-7);
        made_tile_clear(&t);
    }
    msc_release(scratch);
}

/* Ground of one reflectance looks the same on every slope once it is flat; 8 bits stay as they are. */
static void flat_ground_has_no_slopes(void **state)
{
    (void)state;
    const msc_type types[4] = { MSC_U8, MSC_U16, MSC_F32, MSC_F32 };
    const msc_window_sun sun = msc_terrain_sun(200, 35);
    msc_tile t = made_tile((msc_rect){ 10, 5, 40, 30 }, 1, 4, types);
    float light[40];
    void *scratch = msc_alloc(msc_terrain_flatten_scratch(40), 1);
    for (int32_t y = -1; y < 31; y++)
        for (int32_t x = -1; x < 41; x++) {
            msc_row_valid(&t, y)[x] = 1;
            msc_row_f32(&t, 3, y)[x] = (float)(300 + 8 * sin(x * 0.3) + 6 * cos(y * 0.4));
            msc_row_u8(&t, 0, y)[x] = 99;
        }
    for (int32_t y = 0; y < 30; y++) {
        msc_terrain_light_row(msc_kernels_select()->window, &sun, &t, 3, y, 2.0, light, scratch);
        for (int32_t x = 0; x < 40; x++) {
            msc_row_u16(&t, 1, y)[x] = (uint16_t)(20000 * light[x] + 0.5f);
            msc_row_f32(&t, 2, y)[x] = 0.3f * light[x];
        }
    }
    msc_row_u16(&t, 1, 3)[4] = 65535;
    msc_terrain_flatten(&t, 0, 3, &t, 3, &sun, 2.0, scratch);
    for (int32_t y = 0; y < 30; y++)
        for (int32_t x = 0; x < 40; x++) {
            assert_int_equal(msc_row_u8(&t, 0, y)[x], 99);
            assert_true(fabs(msc_row_f32(&t, 2, y)[x] - 0.3f) < 1e-6);
            if (x != 4 || y != 3) assert_true(abs(msc_row_u16(&t, 1, y)[x] - 20000) <= 2);
        }
    assert_true(msc_row_u16(&t, 1, 3)[4] > 20000);
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

/* Length between the middles of two of the 3 x 3 pixels. */
static double between(const double z[9], int a, int b, double dx, double dy)
{
    return sqrt(pow((a % 3 - b % 3) * dx, 2) + pow((a / 3 - b / 3) * dy, 2) + pow(z[a] - z[b], 2));
}

/* As the paper computes it: half the lengths of the sides of eight triangles, their areas by Heron's formula. */
static double surface_of_triangles(const double z[9], double dx, double dy)
{
    static const int ring[] = { 0, 1, 2, 5, 8, 7, 6, 3, 0 };
    double area = 0;
    for (int k = 0; k < 8; k++) {
        const double a = between(z, 4, ring[k], dx, dy) / 2, b = between(z, 4, ring[k + 1], dx, dy) / 2, c = between(z, ring[k], ring[k + 1], dx, dy) / 2;
        const double s = (a + b + c) / 2;
        area += sqrt(s * (s - a) * (s - b) * (s - c));
    }
    return area / (dx * dy);
}

/* The row of one pixel. */
static double surface_of(const double z[9], double dx, double dy)
{
    float row[9], ratio;
    for (int i = 0; i < 9; i++) row[i] = (float)z[i];
    msc_terrain_surface_row(row + 1, row + 4, row + 7, 1, dx, dy, &ratio);
    return (double)ratio;
}

static void surface_is_that_of_eight_triangles(void **state)
{
    (void)state;
    double z[9];
    for (uint64_t n = 0; n < 2000; n++) {
        const double dx = 0.5 + (double)msc_random_below(msc_random(5, n, 0), 100), dy = 0.5 + (double)msc_random_below(msc_random(5, n, 1), 100);
        for (int i = 0; i < 9; i++) z[i] = 0.01 * (double)msc_random_below(msc_random(6, n, (uint64_t)i), 10000);
        const double found = surface_of(z, dx, dy), wanted = surface_of_triangles(z, dx, dy);
        assert_true(found >= 1 && fabs(found - wanted) <= 2e-6 * wanted);     /* Heron loses half of the digits of thin triangles */
        for (int i = 0; i < 9; i++) z[i] = 0.7 * dx * (i % 3) - 0.4 * dy * (i / 3);
        assert_true(fabs(surface_of(z, dx, dy) - sqrt(1 + 0.49 + 0.16)) < 2e-5);
        z[2] = z[7] = NAN;                   /* a plane goes on where a neighbour is missing */
        assert_true(fabs(surface_of(z, dx, dy) - sqrt(1 + 0.49 + 0.16)) < 2e-5);
    }
    for (int i = 0; i < 9; i++) z[i] = i == 4 ? 7 : NAN;
    assert_true(surface_of(z, 2, 3) == 1);
    z[4] = NAN;
    assert_true(surface_of(z, 2, 3) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(slope_of_a_plane), cmocka_unit_test(light_on_a_plane), cmocka_unit_test(flat_ground_has_no_slopes), cmocka_unit_test(slope_equals_its_definition),
                                        cmocka_unit_test(surface_is_that_of_eight_triangles) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
