/* The majority filter against counting pixel by pixel: any window, padding, ties, holes, many and few classes. */
#include "made_tile.h"
#include "ops/majority.h"

enum { FEW, MANY, CALM, N_MAPS };

static uint8_t made_class(int map, int32_t x, int32_t y)
{
    const uint32_t raw = made_raw(x, y, 5);
    if (map == FEW) return (uint8_t)(raw % 3 ? 1 + raw % 4 : 0);
    if (map == MANY) return (uint8_t)(raw % 256);
    return (uint8_t)(1 + (x / 40 + y / 70) % 3);
}
static int is_seen(int map, int32_t x, int32_t y)
{
    return map == CALM ? x >= 0 && y >= 0 && x < MADE_W && y < MADE_H && !(x > 20 && x < 30 && y > 20 && y < 30) : made_seen(x, y);
}

static uint8_t want_of(int map, int32_t x, int32_t y, int32_t r)
{
    int votes[256] = { 0 }, most = 0;
    const uint8_t own = made_class(map, x, y);
    if (!is_seen(map, x, y) || own == 0) return 0;
    for (int32_t v = y - r; v <= y + r; v++)
        for (int32_t u = x - r; u <= x + r; u++)
            if (is_seen(map, u, v)) votes[made_class(map, u, v)]++;
    votes[0] = 0;
    for (int c = 1; c < 256; c++)
        if (votes[c] > votes[most]) most = c;
    return votes[own] == votes[most] ? own : (uint8_t)most;
}

static msc_tile tile_of(int map, msc_rect core, int32_t pad_px)
{
    const msc_type type = MSC_U8;
    msc_tile t = made_tile(core, pad_px, 1, &type);
    for (int32_t y = -pad_px; y < core.h + pad_px; y++)
        for (int32_t x = -pad_px; x < core.w + pad_px; x++) {
            msc_row_valid(&t, y)[x] = (uint8_t)is_seen(map, core.x + x, core.y + y);
            msc_row_u8(&t, 0, y)[x] = made_class(map, core.x + x, core.y + y);
        }
    return t;
}

static void check(int map, msc_rect core, int32_t window, int32_t pad_px)
{
    const msc_majority_window self = { window };
    const msc_type type = MSC_U8;
    const int32_t r = window / 2;
    msc_op op;
    msc_majority_op(&self, &op);
    assert_int_equal(op.halo_px, r);
    msc_tile in = tile_of(map, core, r + pad_px), out = made_tile(core, pad_px, 1, &type);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, core.w + 2 * (r + pad_px), core.h + 2 * (r + pad_px)), 1);
    op.tile(op.self, &in, &out, scratch);
    for (int32_t y = -pad_px; y < core.h + pad_px; y++)
        for (int32_t x = -pad_px; x < core.w + pad_px; x++) {
            const uint8_t want = want_of(map, core.x + x, core.y + y, r);
            assert_int_equal(msc_row_u8(&out, 0, y)[x], want);
            assert_int_equal(msc_row_valid(&out, y)[x], want != 0);
        }
    msc_release(scratch);
    made_tile_clear(&in);
    made_tile_clear(&out);
}

static void votes_are_counted(void **state)
{
    (void)state;
    static const int32_t windows[] = { 3, 5, 7, 9, 11, 15, 17, 31 };
    for (int map = 0; map < N_MAPS; map++)
        for (int i = 0; i < 8; i++) check(map, (msc_rect){ 0, 0, MADE_W, MADE_H }, windows[i], 0);
    check(FEW, (msc_rect){ 30, 40, 40, 30 }, 63, 0);
    check(MANY, (msc_rect){ 100, 60, 70, 50 }, 5, 3);       /* past the raster's edge */
    check(CALM, (msc_rect){ 0, 0, 300, 20 }, 5, 2);         /* wider than a block */
}

/* Four 1 and four 2 round a 5: the lower one. Two and two: what is there stays. */
static void ties_keep_the_pixel(void **state)
{
    (void)state;
    enum { H = 6 };
    const msc_majority_window self = { 3 };
    const msc_type type = MSC_U8;
    static const char *const before[H] = { "1220", "1520", "1120", "0000", "2100", "1200" };
    static const char *const after[H] = { "1220", "1120", "1120", "0000", "2100", "1200" };
    msc_tile in = made_tile((msc_rect){ 0, 0, 4, H }, 1, 1, &type), out = made_tile((msc_rect){ 0, 0, 4, H }, 0, 1, &type);
    for (int32_t y = -1; y < H + 1; y++)
        for (int32_t x = -1; x < 5; x++) {
            const int inside = x >= 0 && y >= 0 && x < 4 && y < H;
            msc_row_valid(&in, y)[x] = (uint8_t)inside;
            msc_row_u8(&in, 0, y)[x] = (uint8_t)(inside ? before[y][x] - '0' : 0);
        }
    msc_op op;
    msc_majority_op(&self, &op);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, 6, H + 2), 1);
    op.tile(op.self, &in, &out, scratch);
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < 4; x++) assert_int_equal(msc_row_u8(&out, 0, y)[x], after[y][x] - '0');
    msc_release(scratch);
    made_tile_clear(&in);
    made_tile_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(votes_are_counted), cmocka_unit_test(ties_keep_the_pixel) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
