/* Steps of the odds and what is left out of the count. */
#include "made_tile.h"
#include "ops/weigh.h"
#include <stdlib.h>

enum { W = 40, H = 30, N_PLANES = 16 };
static const msc_type types[N_PLANES] = { MSC_U8 }, types_out[4] = { MSC_U8, MSC_U8, MSC_U8, MSC_U8 };

static void run(const msc_weigh *self, msc_tile *in, msc_tile *out)
{
    msc_op op;
    msc_weigh_op(self, &op);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, W + 2 * in->pad_px, H + 2 * in->pad_px) + 1, 1);
    op.tile(op.self, in, out, scratch);
    msc_release(scratch);
}

static void steps_are_the_odds(void **state)
{
    (void)state;
    static const uint8_t is_damage[256] = { [2] = 1, [3] = 1 };
    msc_weigh self = { .is_damage = is_damage, .boundary = { .reach_px = 1, .side_px = 3 }, .posterior = 2, .evidence = 14, .height = 15 };
    msc_log_shares_init(&self.shares);
    msc_tile in = made_tile((msc_rect){ 0, 0, W, H }, msc_boundary_halo_px(&self.boundary), N_PLANES, types), out = made_tile((msc_rect){ 0, 0, W, H }, 0, 4, types_out);
    for (int32_t y = -in.pad_px; y < H + in.pad_px; y++)
        for (int32_t x = -in.pad_px; x < W + in.pad_px; x++)   /* a vertical edge that moved by one pixel, and a block that is new */
            for (int year = 0; year < 2; year++)
                msc_row_u8(&in, year, y)[x] = (uint8_t)(x < 20 + year ? 1 : year && x > 28 && x < 36 && y > 4 && y < 20 ? 3 : 2);
    run(&self, &in, &out);
    int n = 0, n_edge = 0;
    for (int32_t y = 2; y < H - 2; y++)
        for (int32_t x = 2; x < W - 2; x++) {
            const int is_edge = x == 20;
            if (is_edge) n_edge += !msc_row_valid(&out, y)[x];
            else assert_int_equal(msc_row_valid(&out, y)[x], msc_row_valid(&in, y)[x]);
            if (!msc_row_valid(&out, y)[x]) continue;
            msc_posterior_rows rows;
            for (int p = 0; p < 12; p++) rows.plane[p / 6][p % 6] = msc_row_u8(&in, 2 + p, y);
            const int32_t odds = msc_log_odds(&self.shares, &rows, x, NULL), step = msc_odds_of_step(msc_row_u8(&out, 0, y)[x]);
            assert_true(abs(odds - step) <= MSC_ODDS_STEP / 2);
            assert_int_equal(msc_row_u8(&out, 1, y)[x], msc_row_u8(&in, 14, y)[x]);
            assert_int_equal(msc_row_u8(&out, 2, y)[x], msc_row_u8(&in, 15, y)[x]);
            assert_int_equal(msc_row_u8(&out, 3, y)[x], x > 20 ? MSC_GROUND_MINED : MSC_GROUND_OTHER);
            n++;
        }
    assert_true(n > 700 && n_edge == H - 4);
    self.evidence = self.height = 0;
    run(&self, &in, &out);
    assert_int_equal(msc_row_u8(&out, 1, 7)[9], MSC_NO_EVIDENCE);
    assert_int_equal(msc_row_u8(&out, 2, 7)[9], MSC_NO_HEIGHT);
    made_tile_clear(&in);
    made_tile_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(steps_are_the_odds) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
