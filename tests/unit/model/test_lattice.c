/* test_lattice.c - one pixel a cell, the same for any tiles and threads; holes, floats, every pixel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/mem.h"
#include "model/lattice.h"
#include <math.h>
#include <string.h>

enum { W = 200, H = 130 };

static int is_hole(int32_t x, int32_t y) { return x > 50 && x < 90 && y > 20; }
static int is_stray(int32_t x, int32_t y) { return (x + 3 * y) % 301 == 7; }
static uint16_t integer_at(int32_t x, int32_t y) { return (uint16_t)(y * 251 + x); }
static float real_at(int32_t x, int32_t y) { return is_stray(x, y) ? 1e30f : (float)(y * W + x) * 0.001f - 5; }

static msc_status read(void *self, int worker, msc_tile *tile, msc_error *err)
{
    (void)self, (void)worker, (void)err;
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w; x++) {
            const int32_t u = tile->core.x + x, v = tile->core.y + y;
            msc_row_valid(tile, y)[x] = !is_hole(u, v);
            msc_row_u16(tile, 0, y)[x] = integer_at(u, v);
            msc_row_f32(tile, 1, y)[x] = is_hole(u, v) ? NAN : real_at(u, v);
            msc_row_u8(tile, 2, y)[x] = (uint8_t)u;
        }
    return MSC_OK;
}

static msc_lattice_pixels collect(const msc_lattice *l, int32_t tile_px, int n_threads)
{
    const msc_settings settings = { .n_threads = n_threads, .tile_px = tile_px, .memory_bytes = 1 << 28 };
    const msc_source source = { .width_px = W, .height_px = H, .n_planes = 3, .types = { MSC_U16, MSC_F32, MSC_U8 }, .read = read };
    msc_lattice_pixels p;
    assert_int_equal(msc_lattice_collect(&settings, l, &source, 3, &p, NULL), MSC_OK);
    return p;
}

static void one_pixel_a_cell(void **state)
{
    (void)state;
    static const int32_t tiles[] = { 16, 37, 64, 1024 };
    for (int64_t most = 0; most <= 1000; most += 500) {
        const msc_lattice l = msc_lattice_for(W, H, most);
        assert_int_equal(l.step_px, most == 0 ? 1 : most == 500 ? 8 : 6);
        assert_true(most == 0 || msc_lattice_cells(&l) <= most);
        msc_lattice_pixels first = collect(&l, 64, 1);
        int64_t n_seen = 0;
        assert_true(first.limit[1].high > 20 && first.limit[1].high < 60);      /* values reach 21 */
        uint8_t taken[W * H] = { 0 };
        for (size_t i = 0; i < first.n; i++) {
            const int32_t x = (int32_t)(first.pixel[i] % W), y = (int32_t)(first.pixel[i] / W);
            const int32_t cell = y / l.step_px * W + x / l.step_px;
            assert_false(is_hole(x, y) || taken[cell]);
            taken[cell] = 1;
            assert_int_equal((int)first.value[i], integer_at(x, y));
            assert_int_equal((int)first.value[2 * first.n + i], (uint8_t)x);
            assert_true(first.value[first.n + i] == (is_stray(x, y) ? first.limit[1].high : real_at(x, y)));
        }
        for (int32_t y = 0; y < H; y++)
            for (int32_t x = 0; x < W; x++) n_seen += !is_hole(x, y);
        if (most == 0) assert_int_equal(first.n, n_seen);
        else assert_true(fabs((double)first.n * l.step_px * l.step_px / (double)n_seen - 1) < 0.1);
        for (int t = 0; t < 4; t++) {
            msc_lattice_pixels again = collect(&l, tiles[t], 1 + t % 3);
            assert_int_equal(again.n, first.n);
            assert_memory_equal(again.value, first.value, 3 * first.n * sizeof *first.value);
            assert_memory_equal(again.pixel, first.pixel, first.n * sizeof *first.pixel);
            assert_memory_equal(again.limit, first.limit, sizeof first.limit);
            msc_lattice_clear(&again);
        }
        msc_lattice_clear(&first);
    }
}

/* A sample that does not fit is refused with the cap that would do. */
static void memory_is_asked_for_first(void **state)
{
    (void)state;
    const msc_settings settings = { .n_threads = 1, .memory_bytes = 1 << 20 };
    const msc_source source = { .width_px = 4000, .height_px = 4000, .n_planes = 3, .types = { MSC_U16, MSC_F32, MSC_U8 }, .read = read };
    const msc_lattice every = msc_lattice_for(4000, 4000, 0);
    msc_lattice_pixels p;
    msc_error err;
    assert_int_equal(msc_lattice_collect(&settings, &every, &source, 3, &p, &err), MSC_EMEMCAP);
    assert_null(p.value);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_pixel_a_cell), cmocka_unit_test(memory_is_asked_for_first) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
