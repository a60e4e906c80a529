/* A picture beside itself shifted: every difference is boundary, in whatever direction, and nothing is beyond the shift. */
#include "made_tile.h"
#include "ops/boundary.h"

enum { W = 90, H = 70 };

/* Blobs of four classes, some of them a pixel wide. */
static uint8_t class_at(uint64_t seed, int32_t x, int32_t y)
{
    const uint64_t cell = msc_random(seed, (uint64_t)((x + 500) / 9), (uint64_t)((y + 500) / 6)), dot = msc_random(seed + 1, (uint64_t)(x + 500), (uint64_t)(y + 500));
    return (uint8_t)(dot % 40 == 0 ? 5 : cell % 4 + 1);
}

static int64_t count(uint64_t seed, int32_t dx, int32_t dy, msc_boundary self, int64_t *n_differences)
{
    static const msc_type types[2] = { MSC_U8, MSC_U8 };
    const int32_t pad = msc_boundary_halo_px(&self);
    msc_tile in = made_tile((msc_rect){ 0, 0, W, H }, pad, 2, types);
    for (int32_t y = -pad; y < H + pad; y++)
        for (int32_t x = -pad; x < W + pad; x++) {
            msc_row_u8(&in, 0, y)[x] = class_at(seed, x, y);
            msc_row_u8(&in, 1, y)[x] = class_at(seed, x - dx, y - dy);
            msc_row_valid(&in, y)[x] = 1;
        }
    void *scratch = msc_alloc(msc_boundary_bytes(&self, W + 2 * pad), 1);
    int64_t n = 0;
    for (int32_t y0 = 0; y0 < H; y0 += MSC_BOUNDARY_ROWS) {
        const int32_t h = H - y0 < MSC_BOUNDARY_ROWS ? H - y0 : MSC_BOUNDARY_ROWS;
        const uint8_t *rows;
        size_t stride;
        msc_boundary_strip(&self, &in, 0, W, y0, h, scratch, &rows, &stride);
        for (int32_t y = 0; y < h; y++)
            for (int32_t x = 0; x < W; x++) {
                if (msc_row_u8(&in, 0, y0 + y)[x] == msc_row_u8(&in, 1, y0 + y)[x]) continue;
                ++*n_differences;
                n += rows[(size_t)y * stride + (size_t)x] != 0;
            }
    }
    msc_release(scratch);
    made_tile_clear(&in);
    return n;
}

static void a_shift_within_reach_explains_all(void **state)
{
    (void)state;
    for (int32_t s = 1; s <= 9; s++)
        for (int i = 0; i < 6; i++) {
            const int32_t dx = (int32_t)(msc_random(3, (uint64_t)s, (uint64_t)i) % (uint64_t)(2 * s + 1)) - s, dy = i % 2 ? s : -s;
            int64_t n = 0;
            const int64_t n_boundary = count((uint64_t)(10 * s + i), dx, dy, (msc_boundary){ s, s + 1 }, &n);
            assert_int_equal(n_boundary, n);
            assert_true(n > 500);
        }
}

static void a_shift_beyond_reach_does_not(void **state)
{
    (void)state;
    int64_t n = 0, n_off = 0;
    const int64_t n_boundary = count(1, 8, 0, (msc_boundary){ 2, 3 }, &n);
    assert_true(n_boundary < n);
    assert_int_equal(count(1, 8, 0, (msc_boundary){ 0, 1 }, &n_off), 0);   /* off */
    assert_int_equal(n, n_off);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_shift_within_reach_explains_all), cmocka_unit_test(a_shift_beyond_reach_does_not) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
