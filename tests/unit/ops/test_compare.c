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
    op.tile(op.self, &in, &out, NULL);
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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_year_against_itself_has_no_change), cmocka_unit_test(a_shift_is_no_change),
                                        cmocka_unit_test(a_new_patch_stays_and_a_thin_rim_goes),
                                        cmocka_unit_test(confidence_counts_in_both_years) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
