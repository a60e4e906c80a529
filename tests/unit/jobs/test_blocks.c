/* Blocks lie evenly, inside the raster, and hold its pixels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include "jobs/blocks.h"

typedef struct asked { int n; msc_rect core[400]; } asked;

static msc_status note(void *self, int worker, msc_tile *tile, msc_error *err)
{
    asked *a = self;
    (void)worker, (void)err;
    a->core[a->n++] = tile->core;
    return MSC_OK;
}

static void look(int32_t width, int32_t height, int32_t most, asked *a, msc_blocks *blocks)
{
    const msc_source inner = { .self = a, .width_px = width, .height_px = height, .read = note };
    msc_source source;
    msc_error err;
    memset(a, 0, sizeof *a);
    msc_blocks_source(blocks, &inner, 64, most, &source);
    assert_int_equal(source.width_px, 64 * blocks->n_across);
    assert_int_equal(source.height_px, 64 * blocks->n_down);
    for (int32_t y = 0; y < source.height_px; y += 64)
        for (int32_t x = 0; x < source.width_px; x += 64) {
            msc_tile tile = { .core = { x, y, 64, 64 } };
            assert_int_equal(source.read(source.self, 0, &tile, &err), MSC_OK);
        }
}

static void blocks_lie_evenly(void **state)
{
    (void)state;
    asked a;
    msc_blocks b;
    look(1024, 700, 16, &a, &b);
    assert_true(b.n_across == 16 && b.n_down == 10 && a.n == 160);
    for (int i = 0; i < 16; i++) assert_int_equal(a.core[i].x, 64 * i);          /* no room: all of it */
    for (int j = 1; j < 10; j++) {
        const int32_t gap = a.core[16 * j].y - a.core[16 * (j - 1)].y;
        assert_true(gap >= 64 && gap <= 71);
    }
    look(100000, 50, 16, &a, &b);
    assert_true(b.n_across == 16 && b.n_down == 1 && a.core[0].y <= 0);
    assert_int_equal(a.core[0].x + a.core[15].x + 64, 100000);                     /* as far from either end */
}

static void no_two_blocks_share_a_pixel(void **state)
{
    (void)state;
    asked a;
    msc_blocks b;
    look(777, 1300, 7, &a, &b);
    assert_true(b.n_across == 7 && b.n_down == 7);
    for (int i = 0; i < a.n; i++)
        for (int k = i + 1; k < a.n; k++) {
            const int apart_x = a.core[i].x + 64 <= a.core[k].x || a.core[k].x + 64 <= a.core[i].x;
            const int apart_y = a.core[i].y + 64 <= a.core[k].y || a.core[k].y + 64 <= a.core[i].y;
            assert_true(apart_x || apart_y);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(blocks_lie_evenly), cmocka_unit_test(no_two_blocks_share_a_pixel) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
