/* From-to codes on small pictures: what is a change, what is a shifted border, what is not observed. */
#include "made_tile.h"
#include "ops/compare.h"

enum { W = 16, H = 9, R = 3 };
static uint16_t code[H][W];
static uint8_t seen[H][W];

/* Runs the op over pictures of digits; '.' is 0. */
static void run(const char *const *before, const char *const *after, msc_compare self, const uint8_t *confidence)
{
    const msc_type types[4] = { MSC_U8, MSC_U8, MSC_U8, MSC_U8 }, type_out = MSC_U16;
    msc_tile in = made_tile((msc_rect){ 0, 0, W, H }, R, 4, types), out = made_tile((msc_rect){ 0, 0, W, H }, 0, 1, &type_out);
    for (int32_t y = -R; y < H + R; y++)
        for (int32_t x = -R; x < W + R; x++) {
            const int inside = x >= 0 && y >= 0 && x < W && y < H;
            const char a = inside ? before[y][x] : '.', b = inside ? after[y][x] : '.';
            msc_row_u8(&in, 0, y)[x] = (uint8_t)(a == '.' ? 0 : a - '0');
            msc_row_u8(&in, 1, y)[x] = (uint8_t)(b == '.' ? 0 : b - '0');
            msc_row_u8(&in, 2, y)[x] = confidence ? confidence[0] : 0;
            msc_row_u8(&in, 3, y)[x] = confidence ? confidence[1] : 0;
            msc_row_valid(&in, y)[x] = a != '.' && b != '.';
        }
    msc_op op;
    msc_compare_op(&self, &op);
    assert_int_equal(op.halo_px, self.edge_tolerance_px);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, W + 2 * R, H + 2 * R) + 1, 1);
    in.pad_px = self.edge_tolerance_px;   /* more is there than the op may look at */
    op.tile(op.self, &in, &out, scratch);
    in.pad_px = R;
    msc_release(scratch);
    for (int32_t y = 0; y < H; y++)
        for (int32_t x = 0; x < W; x++) code[y][x] = msc_row_u16(&out, 0, y)[x], seen[y][x] = msc_row_valid(&out, y)[x];
    made_tile_clear(&in);
    made_tile_clear(&out);
}

static const char *const old[H] = {
    "5555555555555555", "5511111555555555", "5511111555555555", "5511111555555555", "5555555555555555",
    "5555555555555555", "55555555555....5", "5555555555555555", "5555555555555555" };
static const char *const shifted[H] = {
    "5555555555555555", "5551111155555555", "5551111155555555", "5551111155555555", "5555555555555555",
    "5555555555555555", "55555555555....5", "5555555555555555", "5555555555555555" };
static const char *const grown[H] = {
    "5555555555555555", "5511111555555555", "5511111555555555", "5511111555555555", "5511111555555555",
    "5555555555553335", "55555555555333.5", "5555555555533355", "5555555555555555" };

static int count(uint16_t value)
{
    int n = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) n += code[y][x] == value;
    return n;
}

static void a_year_against_itself_has_no_change(void **state)
{
    (void)state;
    for (int r = 0; r <= R; r++) {
        run(old, old, (msc_compare){ r, 0 }, NULL);
        assert_int_equal(count(0), W * H - 4);
        assert_int_equal(count(MSC_CHANGE_NODATA), 4);
        assert_int_equal(seen[6][12], 0);
    }
}

static void a_shift_is_no_change(void **state)
{
    (void)state;
    run(old, shifted, (msc_compare){ 0, 0 }, NULL);
    assert_int_equal(count(1 * 256 + 5), 3);
    assert_int_equal(count(5 * 256 + 1), 3);
    run(old, shifted, (msc_compare){ 1, 0 }, NULL);
    assert_int_equal(count(0), W * H - 4);
}

static void a_new_patch_stays_and_a_thin_rim_goes(void **state)
{
    (void)state;
    run(old, grown, (msc_compare){ 1, 0 }, NULL);
    assert_int_equal(count(5 * 256 + 3), 6);      /* three pixels of it were not observed before */
    assert_int_equal(count(5 * 256 + 1), 0);
    assert_int_equal(code[6][12], MSC_CHANGE_NODATA);
    run(old, grown, (msc_compare){ 0, 0 }, NULL);
    assert_int_equal(count(5 * 256 + 1), 5);
}

static void confidence_counts_in_both_years(void **state)
{
    (void)state;
    run(old, grown, (msc_compare){ 0, 60 }, (const uint8_t[]){ 60, 60 });
    assert_int_equal(count(5 * 256 + 1), 5);
    run(old, grown, (msc_compare){ 0, 60 }, (const uint8_t[]){ 100, 59 });
    assert_int_equal(count(5 * 256 + 1), 0);
    run(old, grown, (msc_compare){ 0, 60 }, (const uint8_t[]){ 59, 100 });
    assert_int_equal(count(0), W * H - 4);
}

/* ---- the definition, pixel by pixel ---- */

static int occurs(const msc_tile *t, int plane, uint8_t wanted, int32_t x, int32_t y, int32_t r)
{
    for (int32_t dy = -r; dy <= r; dy++)
        for (int32_t dx = -r; dx <= r; dx++)
            if (msc_row_u8(t, plane, y + dy)[x + dx] == wanted && msc_row_valid(t, y + dy)[x + dx]) return 1;
    return 0;
}

static uint16_t by_definition(const msc_tile *t, int32_t x, int32_t y, const msc_compare *c)
{
    const uint8_t a = msc_row_u8(t, 0, y)[x], b = msc_row_u8(t, 1, y)[x];
    if (!msc_row_valid(t, y)[x] || !a || !b) return MSC_CHANGE_NODATA;
    if (a == b) return 0;
    if (c->min_confidence > 0 && (msc_row_u8(t, 2, y)[x] < c->min_confidence || msc_row_u8(t, 3, y)[x] < c->min_confidence)) return 0;
    const int32_t r = c->edge_tolerance_px;
    return r > 0 && occurs(t, 0, b, x, y, r) && occurs(t, 1, a, x, y, r) ? 0 : (uint16_t)(a * 256 + b);
}

/* Coarse pictures of `n_codes` codes (spread over 0..255), the second a disturbed copy of the first; padding left to keep. */
static void same_as_the_definition(void **state)
{
    (void)state;
    static const int32_t radii[] = { 0, 1, 2, 3, 5, 8, 17, 64 };
    static const uint32_t counts[] = { 2, 5, 8, 9, 17, 40, 255 };
    const msc_type types[4] = { MSC_U8, MSC_U8, MSC_U8, MSC_U8 }, type_out = MSC_U16;
    int64_t n_changes = 0, n_rejected = 0;
    for (uint64_t i = 0; i < 56; i++) {
        const msc_compare self = { radii[i % 8], i % 3 ? 0 : 50 };
        const uint32_t n_codes = counts[i / 8];
        const int32_t w = 40 + (int32_t)(i * 13 % 101), h = 30 + (int32_t)(i * 29 % 120), keep = (int32_t)(i % 2) * 3, pad = self.edge_tolerance_px + keep;
        msc_tile in = made_tile((msc_rect){ 0, 0, w, h }, pad, 4, types), out = made_tile((msc_rect){ 0, 0, w, h }, keep, 1, &type_out);
        for (int32_t y = -pad; y < h + pad; y++)
            for (int32_t x = -pad; x < w + pad; x++) {
                const uint64_t cell = msc_random(i, (uint64_t)((x + 100) / 7), (uint64_t)((y + 100) / 5));
                const uint64_t after = msc_random(i + 1, (uint64_t)((x + 101) / 7), (uint64_t)((y + 100) / 5)), dice = msc_random(i + 2, (uint64_t)(x + 100), (uint64_t)(y + 100));
                msc_row_u8(&in, 0, y)[x] = (uint8_t)(msc_random_below(cell, n_codes) * (255 / (n_codes - 1)));
                msc_row_u8(&in, 1, y)[x] = dice % 8 ? (uint8_t)(msc_random_below(dice % 3 ? cell : after, n_codes) * (255 / (n_codes - 1))) : (uint8_t)(dice >> 20);
                msc_row_valid(&in, y)[x] = dice >> 40 & 15 ? 1 : 0;
            }
        msc_op op;
        msc_compare_op(&self, &op);
        const size_t bytes = op.scratch_bytes(op.self, w + 2 * pad, h + 2 * pad);
        void *scratch = msc_alloc(bytes + 1, 1);
        op.tile(op.self, &in, &out, scratch);
        for (int32_t y = -keep; y < h + keep; y++)
            for (int32_t x = -keep; x < w + keep; x++) {
                const uint16_t wanted = by_definition(&in, x, y, &self), got = msc_row_u16(&out, 0, y)[x];
                if (got != wanted) fail_msg("case %d r %d at %d,%d: %d, not %d", (int)i, self.edge_tolerance_px, x, y, got, wanted);
                assert_int_equal(msc_row_valid(&out, y)[x], wanted != MSC_CHANGE_NODATA);
                n_changes += wanted != 0 && wanted != MSC_CHANGE_NODATA;
                n_rejected += wanted == 0 && msc_row_u8(&in, 0, y)[x] != msc_row_u8(&in, 1, y)[x];
            }
        msc_release(scratch);
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
    assert_true(n_changes > 10000 && n_rejected > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_year_against_itself_has_no_change), cmocka_unit_test(a_shift_is_no_change),
                                        cmocka_unit_test(a_new_patch_stays_and_a_thin_rim_goes),
                                        cmocka_unit_test(confidence_counts_in_both_years),
                                        cmocka_unit_test(same_as_the_definition) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
