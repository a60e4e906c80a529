/* Weights against what is shown of them, in double precision: winner, percent, shares; masked classes; what is not seen. */
#include "made_tile.h"
#include "ops/show.h"

enum { N = 4, W = 100 };
static const msc_type u8[MSC_MAX_PLANES];   /* all MSC_U8 */

static msc_show usual(void)
{
    return (msc_show){ .classes = { .n_classes = N, .code = { 11, 12, 13, 14 }, .is_masked = { 0, 0, 1, 0 } }, .has_confidence = 1, .has_ranks = 1 };
}

/* Made weights of three classes; the second has none anywhere. */
static double made_weight(int c, int x) { return c == 1 ? 0 : (double)(made_raw(x, 3, c) % 997 + 1) / 8; }

static void fill(msc_shown *p)
{
    for (int c = 0; c < N; c++) {
        p->is_there[c] = c != 1;
        for (int x = 0; x < W; x++) p->weight[c * MSC_SHOW_PX + x] = (float)made_weight(c, x);
    }
}

static void what_is_shown_follows_from_the_weights(void **state)
{
    (void)state;
    const msc_show show = usual();
    msc_shown p = { 0 };
    msc_space space = { 0 };
    msc_shown_lay(&p, N, &space);
    char *room = msc_alloc_zero(space.used, 1);
    msc_shown_lay(&p, N, &(msc_space){ .base = room });
    msc_tile map = made_tile((msc_rect){ 0, 0, W, 1 }, 0, msc_show_n_planes(&show), u8), shares = made_tile((msc_rect){ 0, 0, W, 1 }, 0, N + 1, u8);
    uint8_t ok[W];
    for (int x = 0; x < W; x++) ok[x] = x % 7 != 0;
    fill(&p);
    msc_shown_soften(&p, W);
    msc_show_piece(&show, &p, ok, &map, 0, 0, W);
    msc_show_shares(&show, &p, ok, &shares, 0, 0, W);
    for (int x = 0; x < W; x++) {
        double total = 0, best = 0;
        int winner = 0;
        for (int c = 0; c < N; c++) {
            const double w = sqrt(made_weight(c, x));
            total += w;
            if (w > best) best = w, winner = c;
        }
        const int seen = ok[x] && winner != 2;
        assert_int_equal(msc_row_u8(&map, 0, 0)[x], ok[x] ? 11 + winner : 0);
        assert_int_equal(msc_row_u8(&shares, 0, 0)[x], ok[x] ? 11 + winner : 0);
        assert_int_equal(msc_row_valid(&map, 0)[x], seen);
        assert_int_equal(msc_row_valid(&shares, 0)[x], seen);
        assert_true(fabs(msc_row_u8(&map, 1, 0)[x] - (seen ? 100 * best / total : 0)) < 0.8);
        assert_int_equal(msc_row_u8(&map, 2, 0)[x], seen ? 11 + winner : 0);
        for (int c = 0; c < N; c++)
            assert_true(fabs(msc_row_u8(&shares, 1 + c, 0)[x] - (ok[x] ? 255 * sqrt(made_weight(c, x)) / total : 0)) < 0.51);
    }
    made_tile_clear(&map);
    made_tile_clear(&shares);
    msc_release(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_shown_follows_from_the_weights) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
