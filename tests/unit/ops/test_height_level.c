/* Levels of height against their definition in double precision, with holes. */
#include "made_tile.h"
#include "ops/height_level.h"

enum { W = 60, H = 40 };
static const msc_type types[1] = { MSC_F32 };

static int is_whole(const msc_tile *t, int32_t x, int32_t y)
{
    return msc_row_valid(t, y)[x] && msc_row_valid(t, y)[x - 1] && msc_row_valid(t, y)[x + 1] && msc_row_valid(t, y - 1)[x] && msc_row_valid(t, y + 1)[x];
}

static double gradient(const msc_tile *t, int32_t x, int32_t y)
{
    return hypot((double)msc_row_f32(t, 0, y)[x + 1] - (double)msc_row_f32(t, 0, y)[x - 1], (double)msc_row_f32(t, 0, y + 1)[x] - (double)msc_row_f32(t, 0, y - 1)[x]) / 2;
}

static void levels_follow_the_definition(void **state)
{
    (void)state;
    const msc_heights self = { .offset_m = 4, .noise_m = 1.5F, .shift_px = 0.05F };
    msc_tile a = made_tile((msc_rect){ 20, 10, W, H }, 1, 1, types), b = made_tile((msc_rect){ 20, 10, W, H }, 1, 1, types);
    for (int32_t y = -1; y <= H; y++)
        for (int32_t x = -1; x <= W; x++) msc_row_f32(&b, 0, y)[x] += 4 + (x > 30 ? (float)(y * y) / 8 : 0);
    const msc_height_pair pair = { &a, &b };
    int n = 0, n_none = 0, seen[MSC_HEIGHT_LEVELS] = { 0 };
    for (int32_t y = 0; y < H; y++) {
        uint8_t level[W];
        msc_heights_row(&self, &pair, y, 0, W, level);
        for (int32_t x = 0; x < W; x++) {
            msc_height_sample s;
            assert_int_equal(msc_height_sample_of(&pair, x, y, &s), is_whole(&a, x, y));
            if (!is_whole(&a, x, y)) {
                assert_int_equal(level[x], MSC_NO_HEIGHT);
                n_none++;
                continue;
            }
            const double d = (double)msc_row_f32(&b, 0, y)[x] - (double)msc_row_f32(&a, 0, y)[x] - 4, g = fmax(gradient(&a, x, y), gradient(&b, x, y));
            const double sds = fabs(d) / hypot(1.5, 0.05 * g);
            assert_true(fabs((double)s.gradient_m - g) < 1e-3 * g + 1e-3 && fabs((double)s.difference_m - d - 4) < 1e-3);
            assert_true(sds >= msc_height_level_begin(level[x]) * 0.999 - 1e-3);
            assert_true(level[x] == 0 || sds <= msc_height_level_begin(level[x] - 1) * 1.001 + 1e-3);
            seen[level[x]]++;
            n++;
        }
    }
    assert_true(n > 800 && n_none > 300 && seen[MSC_HEIGHT_LEVELS - 1] > 200);
    made_tile_clear(&a);
    made_tile_clear(&b);
}

static void unknown_noise_gives_no_level(void **state)
{
    (void)state;
    const msc_heights self = { 0 };
    msc_tile a = made_tile((msc_rect){ 0, 0, W, H }, 1, 1, types);
    const msc_height_pair pair = { &a, &a };
    uint8_t level[W];
    msc_heights_row(&self, &pair, 3, 0, W, level);
    for (int x = 0; x < W; x++) assert_int_equal(level[x], MSC_NO_HEIGHT);
    made_tile_clear(&a);
}

static void levels_begin_where_they_say(void **state)
{
    (void)state;
    assert_true(msc_height_level_begin(15) == 0 && fabs(msc_height_level_begin(13) - 1) < 1e-12 && fabs(msc_height_level_begin(11) - 3) < 1e-12);
    for (int k = 1; k < MSC_HEIGHT_LEVELS; k++) assert_true(msc_height_level_begin(k) < msc_height_level_begin(k - 1));
}

/* On level ground, a thousandth to either side of where a level begins. */
static void pixels_turn_where_levels_begin(void **state)
{
    (void)state;
    const msc_heights self = { .noise_m = 2 };
    msc_tile a = made_tile((msc_rect){ 100, 50, 3, 3 }, 1, 1, types), b = made_tile((msc_rect){ 100, 50, 3, 3 }, 1, 1, types);
    const msc_height_pair pair = { &a, &b };
    for (int k = 0; k < MSC_HEIGHT_LEVELS - 1; k++)
        for (int side = -1; side <= 1; side += 2) {
            uint8_t level;
            for (int32_t y = -1; y <= 3; y++)
                for (int32_t x = -1; x <= 3; x++) {
                    msc_row_valid(&a, y)[x] = msc_row_valid(&b, y)[x] = 1;
                    msc_row_f32(&a, 0, y)[x] = 0;
                    msc_row_f32(&b, 0, y)[x] = (float)(2 * msc_height_level_begin(k) * (1 + 0.001 * side));
                }
            msc_heights_row(&self, &pair, 1, 1, 1, &level);
            assert_int_equal(level, side > 0 ? k : k + 1);
        }
    made_tile_clear(&a);
    made_tile_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(levels_follow_the_definition), cmocka_unit_test(unknown_noise_gives_no_level),
                                        cmocka_unit_test(levels_begin_where_they_say), cmocka_unit_test(pixels_turn_where_levels_begin) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
