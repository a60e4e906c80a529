/* Shadows: of walls, of slopes, and of any surface ray by ray. */
#include "made_tile.h"
#include "ops/shadow.h"
#include <stdlib.h>

#define PI 3.14159265358979323846

/* The op's plane over a tile's core; the caller releases it. */
static uint8_t *shadow_of(const msc_shadow *s, const msc_tile *in)
{
    msc_op op;
    msc_shadow_op(s, &op);
    assert_true(op.halo_px <= in->pad_px);
    const msc_type type = MSC_U8;
    msc_tile out = made_tile(in->core, 0, 1, &type), seen = *in;
    void *scratch = aligned_alloc(64, (op.scratch_bytes(s, in->core.w + 2 * in->pad_px, in->core.h + 2 * in->pad_px) + 63) / 64 * 64);
    uint8_t *dark = msc_alloc((size_t)in->core.w * (size_t)in->core.h, 1);
    op.tile(s, &seen, &out, scratch);
    for (int32_t y = 0; y < in->core.h; y++) memcpy(dark + y * in->core.w, msc_row_u8(&out, 0, y), (size_t)in->core.w);
    free(scratch);
    made_tile_clear(&out);
    return dark;
}

enum { W = 61, H = 61, PAD = 70 };
static msc_tile ground(double (*z)(int32_t x, int32_t y))
{
    const msc_type type = MSC_F32;
    msc_tile t = made_tile((msc_rect){ 0, 0, W, H }, PAD, 1, &type);
    for (int32_t y = -PAD; y < H + PAD; y++)
        for (int32_t x = -PAD; x < W + PAD; x++) {
            msc_row_valid(&t, y)[x] = 1;
            msc_row_f32(&t, 0, y)[x] = (float)z(x, y);
        }
    return t;
}

static double wall(int32_t x, int32_t y) { (void)y; return x == 30 ? 120.0 : 100.0; }

/* A wall of 20 m throws 20 m / tan(elevation) away from the sun, 2 m pixels. */
static void a_wall_throws_its_height_over_the_tangent(void **state)
{
    (void)state;
    msc_tile t = ground(wall);
    for (int degrees = 30; degrees <= 60; degrees += 15) {
        msc_shadow s;
        const double length_px = 20.0 / tan(degrees * PI / 180.0) / 2.0;
        msc_shadow_init(&s, 90.0, degrees, 100.0, 2.0);          /* the sun in the east: shadow to the west */
        uint8_t *dark = shadow_of(&s, &t);
        for (int32_t x = 0; x < W; x++) {
            const double away = 30 - x;
            if (fabs(away - length_px) < 1e-6) continue;         /* grazed */
            assert_int_equal(dark[20 * W + x], away > 0 && away < length_px);
        }
        msc_release(dark);
        msc_shadow_init(&s, 225.0, degrees, 100.0, 2.0);         /* from the south-west the way to the wall is longer */
        dark = shadow_of(&s, &t);
        for (int32_t x = 0; x < W; x++) {
            const double away = (x - 30) * sqrt(2.0);
            if (fabs(away - length_px) < 1e-6) continue;
            assert_int_equal(dark[20 * W + x], away > 0 && away < length_px);
        }
        msc_release(dark);
    }
    made_tile_clear(&t);
}

static double lean_east, lean_south;
static double lean(int32_t x, int32_t y) { return 500.0 + 2.0 * (lean_east * x + lean_south * y); }

/* A plane is dark where its normal looks away from the sun, whatever the azimuth. */
static void slopes_are_dark_when_they_lean_away(void **state)
{
    (void)state;
    for (int azimuth = 0; azimuth < 360; azimuth += 23)
        for (int aspect = 5; aspect < 360; aspect += 40) {
            const double a = azimuth * PI / 180.0, b = aspect * PI / 180.0, elevation = 35.0 * PI / 180.0;
            lean_east = sin(b);                                  /* a rise of 45 degrees */
            lean_south = -cos(b);
            const double towards = lean_east * sin(a) - lean_south * cos(a), tangent = tan(elevation);
            if (fabs(towards - tangent) < 1e-3) continue;
            msc_tile t = ground(lean);
            msc_shadow s;
            msc_shadow_init(&s, azimuth, 35.0, 60.0, 2.0);
            uint8_t *dark = shadow_of(&s, &t);
            for (int i = 0; i < W * H; i += 7) assert_int_equal(dark[i], towards > tangent);
            msc_release(dark);
            made_tile_clear(&t);
        }
}

/* Elevation at a place between two pixels; not a number beside one that is not seen. */
static double between(int32_t x0, int32_t y0, int32_t x1, int32_t y1, double part)
{
    const float a = made_seen(x0, y0) ? (float)made_value(MSC_F32, x0, y0, 0) : NAN;
    const float b = made_seen(x1, y1) ? (float)made_value(MSC_F32, x1, y1, 0) : NAN;
    return part > 0 ? a + (float)part * (b - a) : a;
}

static int is_dark(int32_t x, int32_t y, double azimuth, double elevation, double reach_px)
{
    const double east = sin(azimuth * PI / 180), north = cos(azimuth * PI / 180);
    const int is_steep = fabs(north) >= fabs(east);
    const double step = 1.0 / fmax(fabs(east), fabs(north));
    for (int k = 1; k <= ceil(reach_px / step); k++) {
        const double u = round((is_steep ? k * step * east : -k * step * north) * 1024) / 1024, low = floor(u), part = u - low;
        const int32_t ahead = is_steep ? (north > 0 ? -k : k) : (east > 0 ? k : -k);
        const double z = is_steep ? between(x + (int32_t)low, y + ahead, x + (int32_t)low + 1, y + ahead, part)
                                  : between(x + ahead, y + (int32_t)low, x + ahead, y + (int32_t)low + 1, part);
        if (z > made_value(MSC_F32, x, y, 0) + k * step * 30.0 * tan(elevation * PI / 180)) return 1;
    }
    return 0;
}

static void any_surface_ray_by_ray_and_tile_by_tile(void **state)
{
    (void)state;
    static const double azimuth[] = { 0, 90, 137, 180, 251, 315 };
    const msc_type type = MSC_F32;
    for (int i = 0; i < 6; i++) {
        msc_shadow s;
        msc_shadow_init(&s, azimuth[i], 50.0, 600.0, 30.0);
        msc_tile t = made_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, 24, 1, &type);
        uint8_t *whole = shadow_of(&s, &t);
        int n_dark = 0, n_apart = 0;
        for (int32_t y = 0; y < MADE_H; y++)
            for (int32_t x = 0; x < MADE_W; x++) {
                if (!made_seen(x, y)) continue;
                n_dark += whole[y * MADE_W + x];
                n_apart += whole[y * MADE_W + x] != is_dark(x, y, azimuth[i], 50.0, 20.0);
            }
        assert_in_range(n_dark, 1000, MADE_W * MADE_H - 1000);
        assert_true(n_apart <= 2);                               /* single precision against double */
        msc_tile part = made_tile((msc_rect){ 37, 22, 50, 41 }, 24, 1, &type);
        uint8_t *inner = shadow_of(&s, &part);
        for (int32_t y = 0; y < 41; y++) assert_memory_equal(inner + y * 50, whole + (22 + y) * MADE_W + 37, 50);
        msc_release(inner);
        msc_release(whole);
        made_tile_clear(&part);
        made_tile_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_wall_throws_its_height_over_the_tangent),
                                        cmocka_unit_test(slopes_are_dark_when_they_lean_away),
                                        cmocka_unit_test(any_surface_ray_by_ray_and_tile_by_tile) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
