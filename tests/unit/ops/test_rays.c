/* Hollows and heaps: their depth and height on made ground, and any surface against the definition. */
#include "made_tile.h"
#include "kernels/kernels.h"
#include "ops/rays.h"
#include <stdlib.h>

typedef float (*ground)(int32_t x, int32_t y);

/* Depth or rise of every pixel of a tile, rows in order; the caller releases it. */
static float *rays_of(const msc_tile *t, int plane, int32_t side, msc_rays_kind kind)
{
    msc_space space = { 0 };
    msc_rays rays;
    msc_rays_lay(&rays, msc_kernels_select()->window, plane, side, t->core.w, &space);
    space.base = aligned_alloc(64, space.used);
    space.used = 0;
    msc_rays_lay(&rays, msc_kernels_select()->window, plane, side, t->core.w, &space);
    float *all = msc_alloc((size_t)t->core.w * (size_t)t->core.h, sizeof *all);
    for (int32_t y = 0; y < t->core.h; y++) {
        msc_rays_step(&rays, t, y);
        msc_rays_row(&rays, kind, all + (size_t)y * (size_t)t->core.w);
    }
    free(space.base);
    return all;
}

enum { SIDE = 81, MIDDLE = 40, WINDOW = 41 };

static float depth_at_middle(ground g, msc_rays_kind kind)
{
    const msc_type type = MSC_F32;
    msc_tile t = made_tile((msc_rect){ 0, 0, SIDE, SIDE }, WINDOW / 2, 1, &type);
    for (int32_t y = -WINDOW / 2; y < SIDE + WINDOW / 2; y++)
        for (int32_t x = -WINDOW / 2; x < SIDE + WINDOW / 2; x++) {
            msc_row_valid(&t, y)[x] = 1;
            msc_row_f32(&t, 0, y)[x] = g(x - MIDDLE, y - MIDDLE);
        }
    float *all = rays_of(&t, 0, WINDOW, kind);
    const float depth = all[MIDDLE * SIDE + MIDDLE];
    msc_release(all);
    made_tile_clear(&t);
    return depth;
}

static float slope(int32_t x, int32_t y) { return 500.0f + 0.75f * (float)x - 0.5f * (float)y; }
static float valley(int32_t x, int32_t y) { (void)y; return 300.0f + (float)abs(x); }
static float spur(int32_t x, int32_t y) { (void)y; return 300.0f - (float)abs(x); }
static float largest(int32_t x, int32_t y) { return (float)(abs(x) > abs(y) ? abs(x) : abs(y)); }
static float pit(int32_t x, int32_t y) { return largest(x, y) < 10 ? 200.0f + largest(x, y) : 210.0f; }
static float heap(int32_t x, int32_t y) { return 410.0f - pit(x, y); }
/* On a slope that falls by 0.25 a pixel, the rim lies lowest downhill, 10 px away. */
static float pit_on_slope(int32_t x, int32_t y) { return (largest(x, y) < 10 ? 200.0f : 210.0f) - 0.25f * (float)x; }

static void hollows_are_deep_and_heaps_high(void **state)
{
    (void)state;
    assert_true(depth_at_middle(pit, MSC_RAYS_DEPTH) == 10.0f);
    assert_true(depth_at_middle(heap, MSC_RAYS_RISE) == 10.0f);
    assert_true(depth_at_middle(pit, MSC_RAYS_RISE) == 0.0f);
    assert_true(depth_at_middle(heap, MSC_RAYS_DEPTH) == 0.0f);
    assert_true(depth_at_middle(pit_on_slope, MSC_RAYS_DEPTH) == 7.5f);
}

static void slopes_valleys_and_spurs_are_neither(void **state)
{
    (void)state;
    static const ground open[] = { slope, valley, spur };
    for (int i = 0; i < 3; i++)
        for (int kind = 0; kind < MSC_RAYS_KINDS; kind++) assert_true(depth_at_middle(open[i], (msc_rays_kind)kind) == 0.0f);
}

static double by_definition(msc_type type, int32_t side, int32_t x, int32_t y, double sign)
{
    const int32_t reach = side / 2, n = reach < MSC_RAYS_SAMPLES ? reach : MSC_RAYS_SAMPLES;
    const double here = sign * made_value(type, x, y, 0);
    double lowest_rim = INFINITY;
    if (!made_seen(x, y)) return 0.0;
    for (int d = 0; d < 9; d++) {
        double rim = here;
        for (int32_t k = 1; k <= n && d != 4; k++) {
            const int32_t u = x + (d % 3 - 1) * (k * reach / n), v = y + (d / 3 - 1) * (k * reach / n);
            if (made_seen(u, v) && sign * made_value(type, u, v, 0) > rim) rim = sign * made_value(type, u, v, 0);
        }
        if (d != 4 && rim < lowest_rim) lowest_rim = rim;
    }
    return lowest_rim - here;
}

static void any_surface_follows_the_definition(void **state)
{
    (void)state;
    static const int32_t sides[] = { 3, 17, 63 };
    for (int type = MSC_U8; type <= MSC_F32; type++)
        for (int s = 0; s < 3; s++) {
            const msc_type one = (msc_type)type;
            msc_tile t = made_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, sides[s] / 2, 1, &one);
            for (int kind = 0; kind < MSC_RAYS_KINDS; kind++) {
                float *got = rays_of(&t, 0, sides[s], (msc_rays_kind)kind);
                for (int32_t y = 0; y < MADE_H; y++)
                    for (int32_t x = 0; x < MADE_W; x++)
                        assert_true(got[y * MADE_W + x] == (float)by_definition(one, sides[s], x, y, kind == MSC_RAYS_DEPTH ? 1 : -1));
                msc_release(got);
            }
            made_tile_clear(&t);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(hollows_are_deep_and_heaps_high),
                                        cmocka_unit_test(slopes_valleys_and_spurs_are_neither),
                                        cmocka_unit_test(any_surface_follows_the_definition) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
