/* Opening and closing: against windows of windows, the laws of morphology, and shapes that stay or go. */
#include "made_tile.h"
#include "kernels/kernels.h"
#include "ops/opening.h"
#include <stdlib.h>

enum { BOTH = 1u << MSC_OPENING | 1u << MSC_CLOSING };

/* Both results of every pixel, opening first, rows in an order that steps back once; the caller releases them. */
static float *made_of(const msc_tile *t, int plane, int32_t side, int n_bands)
{
    const msc_opening_spec spec = { plane, side, BOTH };
    const size_t n = (size_t)t->core.w * (size_t)t->core.h;
    msc_space space = { 0 };
    msc_opening o;
    msc_opening_lay(&o, msc_kernels_select()->window, &spec, n_bands, t->core.w, &space);
    space.base = aligned_alloc(64, space.used);
    space.used = 0;
    msc_opening_lay(&o, msc_kernels_select()->window, &spec, n_bands, t->core.w, &space);
    float *all = msc_alloc(2 * n, sizeof *all);
    for (int32_t i = 0; i <= t->core.h; i++) {
        const int32_t y = i <= 40 ? i : i - 1;       /* row 40 twice */
        msc_opening_step(&o, t, y);
        for (int k = 0; k < 2; k++) memcpy(all + (size_t)k * n + (size_t)(y * t->core.w), o.made[k], (size_t)t->core.w * sizeof *all);
    }
    free(space.base);
    return all;
}

static float grey(const msc_tile *t, int plane, int n_bands, int32_t x, int32_t y)
{
    double sum = 0;
    if (plane >= 0) return (float)made_value(t->plane[plane].type, x, y, plane);
    for (int b = 0; b < n_bands; b++) sum += (double)(float)made_value(t->plane[b].type, x, y, b);
    return (float)(sum * (1.0 / n_bands));
}

/* Least (sign 1) or largest (-1) observed value of the window round x, y. */
static float extreme(const msc_tile *t, int plane, int n_bands, int32_t side, int32_t x, int32_t y, float sign)
{
    float best = INFINITY;
    for (int32_t v = y - side / 2; v <= y + side / 2; v++)
        for (int32_t u = x - side / 2; u <= x + side / 2; u++)
            if (made_seen(u, v) && sign * grey(t, plane, n_bands, u, v) < best) best = sign * grey(t, plane, n_bands, u, v);
    return sign * best;
}

static void check(const msc_tile *t, int plane, int n_bands, int32_t side)
{
    float *got = made_of(t, plane, side, n_bands);
    const size_t n = (size_t)MADE_W * MADE_H;
    for (int32_t y = 0; y < MADE_H; y += 3)
        for (int32_t x = y % 2; x < MADE_W; x += 4) {
            if (!made_seen(x, y)) continue;
            float opened = -INFINITY, closed = INFINITY;
            for (int32_t v = y - side / 2; v <= y + side / 2; v++)
                for (int32_t u = x - side / 2; u <= x + side / 2; u++) {
                    opened = fmaxf(opened, extreme(t, plane, n_bands, side, u, v, 1));
                    closed = fminf(closed, extreme(t, plane, n_bands, side, u, v, -1));
                }
            assert_true(got[y * MADE_W + x] == opened);
            assert_true(got[n + (size_t)(y * MADE_W + x)] == closed);
            assert_true(opened <= grey(t, plane, n_bands, x, y) && grey(t, plane, n_bands, x, y) <= closed);
        }
    msc_release(got);
}

static void windows_of_windows(void **state)
{
    (void)state;
    static const msc_type types[3] = { MSC_U8, MSC_U16, MSC_F32 };
    msc_tile t = made_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, 8, 3, types);
    for (int plane = 0; plane < 3; plane++) check(&t, plane, 3, 3);
    check(&t, MSC_OPENING_BRIGHTNESS, 3, 3);
    check(&t, MSC_OPENING_BRIGHTNESS, 2, 7);
    made_tile_clear(&t);
}

/* A bright square of `size` px at (20, 20) on dark ground of 100. */
static void draw(msc_tile *t, int32_t size)
{
    for (int32_t y = -t->pad_px; y < t->core.h + t->pad_px; y++)
        for (int32_t x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
            msc_row_valid(t, y)[x] = 1;
            msc_row_u16(t, 0, y)[x] = x >= 20 && x < 20 + size && y >= 20 && y < 20 + size ? 900 : 100;
        }
}

static void narrow_things_go_wide_ones_stay(void **state)
{
    (void)state;
    const msc_type type = MSC_U16;
    msc_tile t = made_tile((msc_rect){ 0, 0, 60, 60 }, 14, 1, &type);
    for (int32_t size = 12; size <= 17; size++) {
        draw(&t, size);
        float *got = made_of(&t, 0, 15, 1);
        for (int32_t y = 0; y < 60; y++)
            for (int32_t x = 0; x < 60; x++) {
                const float here = (float)msc_row_u16(&t, 0, y)[x];
                assert_true(got[y * 60 + x] == (size < 15 ? 100.0f : here));    /* opening: the square itself or nothing of it */
                assert_true(got[3600 + y * 60 + x] == here);                    /* closing leaves bright things as they are */
            }
        msc_release(got);
    }
    made_tile_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(windows_of_windows), cmocka_unit_test(narrow_things_go_wide_ones_stay) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
