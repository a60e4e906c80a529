/* Gradient density: against its formula, rows in any order, and ground whose gradient is known. */
#include "made_tile.h"
#include "kernels/kernels.h"
#include "ops/gradient.h"
#include <stdlib.h>

/* The result of every pixel, rows in an order that steps back once; the caller releases it. */
static float *made_of(const msc_tile *t, int plane, int32_t side, int n_bands)
{
    const msc_gradient_spec spec = { plane, side };
    const size_t n = (size_t)t->core.w * (size_t)t->core.h;
    msc_space space = { 0 };
    msc_gradient g;
    msc_gradient_lay(&g, msc_kernels_select()->window, &spec, n_bands, t->core.w, &space);
    space.base = aligned_alloc(64, space.used);
    space.used = 0;
    msc_gradient_lay(&g, msc_kernels_select()->window, &spec, n_bands, t->core.w, &space);
    float *all = msc_alloc(n, sizeof *all);
    for (int32_t i = 0; i <= t->core.h; i++) {
        const int32_t y = i <= 40 || t->core.h <= 40 ? (i < t->core.h ? i : 0) : i - 1;       /* row 40 twice, or row 0 at the end */
        msc_gradient_step(&g, t, y);
        memcpy(all + (size_t)(y * t->core.w), g.made, (size_t)t->core.w * sizeof *all);
    }
    free(space.base);
    return all;
}

static double grey(const msc_tile *t, int plane, int n_bands, int32_t x, int32_t y)
{
    double sum = 0;
    if (plane >= 0) return (double)(float)made_value(t->plane[plane].type, x, y, plane);
    for (int b = 0; b < n_bands; b++) sum += (double)(float)made_value(t->plane[b].type, x, y, b);
    return sum / n_bands;
}

static double density(const msc_tile *t, int plane, int n_bands, int32_t side, int32_t x, int32_t y)
{
    double sum = 0;
    int n = 0;
    for (int32_t v = y - side / 2; v <= y + side / 2; v++)
        for (int32_t u = x - side / 2; u <= x + side / 2; u++) {
            if (!made_seen(u, v) || !made_seen(u - 1, v) || !made_seen(u + 1, v) || !made_seen(u, v - 1) || !made_seen(u, v + 1)) continue;
            sum += fabs(grey(t, plane, n_bands, u + 1, v) - grey(t, plane, n_bands, u - 1, v)) / 2;
            sum += fabs(grey(t, plane, n_bands, u, v + 1) - grey(t, plane, n_bands, u, v - 1)) / 2;
            n++;
        }
    return n ? sum / n : 0;
}

static void the_mean_of_gradients_in_the_window(void **state)
{
    (void)state;
    static const msc_type types[3] = { MSC_U8, MSC_U16, MSC_F32 };
    static const int32_t sides[] = { 3, 7, 15 };
    msc_tile t = made_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, 8, 3, types);
    for (int plane = MSC_OPENING_BRIGHTNESS; plane < 3; plane++)
        for (int k = 0; k < 3; k++) {
            float *got = made_of(&t, plane, sides[k], 3);
            int n_none = 0;
            for (int32_t y = 0; y < MADE_H; y++)
                for (int32_t x = 0; x < MADE_W; x++) {
                    const double want = density(&t, plane, 3, sides[k], x, y);
                    assert_true(fabs((double)got[y * MADE_W + x] - want) <= 1e-6 * want + 1e-4);    /* floats in steps of 2^-14 */
                    n_none += want == 0;
                }
            assert_true(k > 0 || n_none > 0);
            msc_release(got);
        }
    made_tile_clear(&t);
}

/* Sums are exact, so that parts of a map are the same bits as the whole. */
static void parts_are_the_same_as_the_whole(void **state)
{
    (void)state;
    const msc_type type = MSC_F32;
    static const msc_rect cores[] = { { 0, 0, 64, 50 }, { 31, 17, 90, 60 }, { 140, 80, 10, 10 } };
    msc_tile t = made_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, 5, 1, &type);
    float *whole = made_of(&t, 0, 9, 1);
    for (int i = 0; i < 3; i++) {
        msc_tile part = made_tile(cores[i], 5, 1, &type);
        float *got = made_of(&part, 0, 9, 1);
        for (int32_t y = 0; y < cores[i].h; y++)
            assert_memory_equal(got + (size_t)(y * cores[i].w), whole + (size_t)((cores[i].y + y) * MADE_W + cores[i].x), (size_t)cores[i].w * sizeof *got);
        msc_release(got);
        made_tile_clear(&part);
    }
    msc_release(whole);
    made_tile_clear(&t);
}

/* On a plane that rises by 3 to the east and falls by 5 to the south it is 8 everywhere, on a shifted or mirrored one too. */
static void a_plane_has_its_slope(void **state)
{
    (void)state;
    const msc_type type = MSC_U16;
    msc_tile t = made_tile((msc_rect){ 0, 0, 40, 45 }, 6, 1, &type);
    for (int sign = -1; sign <= 1; sign += 2) {
        for (int32_t y = -6; y < 51; y++)
            for (int32_t x = -6; x < 46; x++) {
                msc_row_valid(&t, y)[x] = 1;
                msc_row_u16(&t, 0, y)[x] = (uint16_t)(1000 + sign * (3 * x - 5 * y));
            }
        float *got = made_of(&t, 0, 11, 1);
        for (int i = 0; i < 40 * 45; i++) assert_true(got[i] == 8.0f);
        msc_release(got);
    }
    made_tile_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_mean_of_gradients_in_the_window), cmocka_unit_test(parts_are_the_same_as_the_whole),
                                        cmocka_unit_test(a_plane_has_its_slope) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
