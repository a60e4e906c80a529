/* Smoothing against its formula pixel by pixel; tiles, padding and kernels; limits. */
#define _POSIX_C_SOURCE 200809L
#include "made_tile.h"
#include "kernels/kernels.h"
#include "ops/smooth.h"
#include <stdlib.h>

enum { MANY = 5 };
static const msc_type many_u8[MSC_MAX_PLANES];   /* all MSC_U8 */

/* Shares of a class in patches with speckle: whole numbers that sum to 255, mostly; 0 for some classes in some places. */
static uint8_t made_share(int32_t x, int32_t y, int c, int n_classes)
{
    const int patch = (x / 23 + 2 * (y / 17)) % n_classes, speck = (int)(made_raw(x, y, 40) % (uint32_t)n_classes);
    const int sure = 60 + (int)(made_raw(x, y, 41) % 130);
    const int of_patch = c == patch ? sure : 0, of_speck = c == speck ? 255 - sure - 20 : 0;
    return (uint8_t)(of_patch + of_speck + (x > 80 && c == 0 ? 20 : 0));
}

static msc_tile share_tile(msc_rect core, int32_t pad_px, int n_classes, int has_holes)
{
    msc_tile t = made_tile(core, pad_px, n_classes, many_u8);
    for (int32_t y = -pad_px; y < core.h + pad_px; y++)
        for (int32_t x = -pad_px; x < core.w + pad_px; x++) {
            const int32_t gx = core.x + x, gy = core.y + y;
            const int is_in = gx >= 0 && gy >= 0 && gx < MADE_W && gy < MADE_H, ok = has_holes ? made_seen(gx, gy) : is_in;
            msc_row_valid(&t, y)[x] = (uint8_t)ok;
            for (int c = 0; c < n_classes; c++) msc_row_u8(&t, c, y)[x] = ok ? made_share(gx, gy, c, n_classes) : 0;
        }
    return t;
}

static msc_smooth usual(int n_classes, int strength, int n_sweeps, int32_t side)
{
    msc_smooth s = { .show = { .classes = { .n_classes = n_classes }, .has_confidence = 1, .has_ranks = 1 }, .strength = strength,
                     .n_sweeps = n_sweeps, .side_px = side };
    for (int c = 0; c < n_classes; c++) s.show.classes.code[c] = (uint8_t)(11 + 2 * c);
    return s;
}

static msc_tile smoothed(const msc_smooth *s, const msc_tile *in)
{
    msc_op op;
    msc_smooth_op(s, &op);
    const int32_t pad = in->pad_px - op.halo_px;
    msc_tile out = made_tile(in->core, pad, op.n_planes_out, many_u8);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, in->core.w + 2 * in->pad_px, in->core.h + 2 * in->pad_px), 1);
    assert_int_equal(op.halo_px, s->side_px / 2 * s->n_sweeps);
    op.tile(op.self, in, &out, scratch);
    msc_release(scratch);
    return out;
}

/* ---- the formula, in double precision, over the whole raster ---- */
static double now[MANY][MADE_H][MADE_W], next[MANY][MADE_H][MADE_W];

static double window_mean(int c, int x, int y, int r)
{
    double sum = 0, all = 0;
    for (int v = y - r; v <= y + r; v++)
        for (int u = x - r; u <= x + r; u++) {
            if (u < 0 || v < 0 || u >= MADE_W || v >= MADE_H) continue;
            sum += now[c][v][u];
            for (int k = 0; k < MANY; k++) all += now[k][v][u];
        }
    return all > 0 ? sum / all : 0;
}

static void sweep(const msc_smooth *s, const msc_tile *in, int is_last)
{
    for (int y = 0; y < MADE_H; y++)
        for (int x = 0; x < MADE_W; x++) {
            double weight[MANY], total = 0;
            for (int c = 0; c < MANY; c++) {
                const double mean = window_mean(c, x, y, s->side_px / 2);
                weight[c] = mean > 0 ? (msc_row_u8(in, c, y)[x] + 2.55) * pow(mean + 0.05, s->strength) : 0;
                if (is_last) weight[c] = sqrt(weight[c]);
                total += weight[c];
            }
            for (int c = 0; c < MANY; c++) next[c][y][x] = msc_row_valid(in, y)[x] ? floor(255 * weight[c] / total + 0.5) : 0;
        }
    memcpy(now, next, sizeof now);
}

/* Rounding to bytes between the sweeps lets a share be off by one where 32 and 64 bits disagree; that is rare. */
static void the_map_is_what_the_formula_says(void **state)
{
    (void)state;
    static const int sides[] = { 3, 9, 5, 15 };
    for (int k = 0; k < 4; k++) {
        const msc_smooth s = usual(MANY, 1 + k, 1 + k % 3, sides[k]);
        msc_tile in = share_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, s.side_px / 2 * s.n_sweeps, MANY, 1), out = smoothed(&s, &in);
        int n_off = 0;
        for (int c = 0; c < MANY; c++)
            for (int y = 0; y < MADE_H; y++)
                for (int x = 0; x < MADE_W; x++) now[c][y][x] = msc_row_u8(&in, c, y)[x];
        for (int i = 0; i < s.n_sweeps; i++) sweep(&s, &in, i == s.n_sweeps - 1);
        for (int y = 0; y < MADE_H; y++)
            for (int x = 0; x < MADE_W; x++) {
                const int ok = msc_row_valid(&in, y)[x], code = msc_row_u8(&out, 0, y)[x], share = msc_row_u8(&out, 3, y)[x];
                double most = 0;
                for (int c = 0; c < MANY; c++) most = fmax(most, now[c][y][x]);
                assert_int_equal(msc_row_valid(&out, y)[x], ok);
                assert_int_equal(code != 0, ok);
                assert_int_equal(msc_row_u8(&out, 2, y)[x], code);
                if (!ok) continue;
                assert_int_equal(msc_row_u8(&out, 1, y)[x], floor(share / 2.55 + 0.5));
                assert_true(fabs(share - most) <= 2 && now[(code - 11) / 2][y][x] >= most - 2);
                n_off += share != most;
            }
        assert_true(n_off < MADE_W * MADE_H / 500);
        made_tile_clear(&in);
        made_tile_clear(&out);
    }
}

static void assert_same_part(const msc_tile *whole, const msc_tile *part)
{
    const int32_t dx = part->core.x - whole->core.x, dy = part->core.y - whole->core.y, pad = part->pad_px;
    for (int32_t y = -pad; y < part->core.h + pad; y++) {
        const size_t n = (size_t)(part->core.w + 2 * pad);
        for (int b = 0; b < part->n_planes; b++)
            assert_memory_equal(msc_row_u8(part, b, y) - pad, msc_row_u8(whole, b, y + dy) + dx - pad, n);
        assert_memory_equal(msc_row_valid(part, y) - pad, msc_row_valid(whole, y + dy) + dx - pad, n);
    }
}

static void tiles_and_kernels_make_no_difference(void **state)
{
    (void)state;
    static const char *const cpus[] = { "scalar", "avx2", "avx512" };
    static const msc_rect parts[] = { { 0, 0, 64, 64 }, { 64, 0, 64, 64 }, { 128, 64, 22, 26 }, { 37, 21, 1, 1 }, { 60, 20, 17, 33 } };
    for (int strength = 1; strength <= MSC_SMOOTH_MAX_STRENGTH; strength++)
        for (int32_t side = 3; side <= MSC_SMOOTH_MAX_SIDE; side += 2) {
            const int n_classes = side == 9 ? 13 : 3;
            msc_smooth s = usual(n_classes, strength, 1 + side % 4, side);
            s.show.classes.is_masked[1] = side % 4 == 1;
            const int32_t halo = side / 2 * s.n_sweeps;
            setenv("MINESCAR_CPU", "scalar", 1);
            msc_tile in = share_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, halo + 2, n_classes, 1), whole = smoothed(&s, &in);
            made_tile_clear(&in);
            for (int i = 0; i < 15; i++) {
                setenv("MINESCAR_CPU", cpus[i / 5], 1);
                in = share_tile(parts[i % 5], halo + i % 3, n_classes, 1);
                msc_tile out = smoothed(&s, &in);
                assert_same_part(&whole, &out);
                made_tile_clear(&in);
                made_tile_clear(&out);
            }
            made_tile_clear(&whole);
        }
    unsetenv("MINESCAR_CPU");
}

/* A map of one class stays; a lone dissenter in it is taken in, and a block larger than the window holds its ground. */
static void specks_go_and_blocks_stay(void **state)
{
    (void)state;
    const msc_smooth s = usual(3, 2, 3, 9);
    msc_tile in = share_tile((msc_rect){ 0, 0, 100, 60 }, 12, 3, 0);
    for (int32_t y = -12; y < 72; y++)
        for (int32_t x = -12; x < 112; x++) {
            const int is_block = x >= 40 && x < 60 && y >= 20 && y < 40, is_speck = x == 20 && y == 20;
            const int first = is_block ? 30 : is_speck ? 100 : 200;
            if (!msc_row_valid(&in, y)[x]) continue;
            msc_row_u8(&in, 0, y)[x] = (uint8_t)first;
            msc_row_u8(&in, 1, y)[x] = (uint8_t)(255 - first);
            msc_row_u8(&in, 2, y)[x] = 0;
        }
    msc_tile out = smoothed(&s, &in);
    int n_block = 0;
    for (int32_t y = 0; y < 60; y++)
        for (int32_t x = 0; x < 100; x++) {
            const int is_near = x >= 40 && x < 60 && y >= 20 && y < 40, is_core = x >= 43 && x < 57 && y >= 23 && y < 37;
            const int is_second = msc_row_u8(&out, 0, y)[x] == 13;
            assert_true(is_second || msc_row_u8(&out, 0, y)[x] == 11);
            if (!is_near) assert_false(is_second);
            if (is_core) assert_true(is_second);
            n_block += is_second;
        }
    assert_true(n_block > 330);   /* of 400: corners are rounded, edges stand */
    made_tile_clear(&in);
    made_tile_clear(&out);
}

/* That they have no say is in the formula above. */
static void the_unobserved_stay_unobserved(void **state)
{
    (void)state;
    const msc_smooth s = usual(3, 2, 2, 5);
    msc_tile in = share_tile((msc_rect){ 0, 0, MADE_W, MADE_H }, 4, 3, 1), out = smoothed(&s, &in);
    int n = 0;
    for (int32_t y = 0; y < MADE_H; y++)
        for (int32_t x = 0; x < MADE_W; x++) {
            if (msc_row_valid(&in, y)[x]) continue;
            n++;
            for (int b = 0; b < out.n_planes; b++) assert_int_equal(msc_row_u8(&out, b, y)[x], 0);
            assert_int_equal(msc_row_valid(&out, y)[x], 0);
        }
    assert_true(n > 1000);
    made_tile_clear(&in);
    made_tile_clear(&out);
}

/* Every variant of every row kernel, bit for bit, at all lengths up to some vectors. */
static void kernels_are_one(void **state)
{
    (void)state;
    enum { N = 150, PLENTY = N + MSC_SMOOTH_MAX_SIDE };
    const msc_smooth_rows *const tables[] = { &msc_smooth_scalar, &msc_smooth_avx2, &msc_smooth_avx512 };
    const int runs[] = { 1, __builtin_cpu_supports("avx2"), __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") };
    for (size_t n = 0; n <= N; n++) {
        static uint8_t a[PLENTY], b[PLENTY], ok[PLENTY], share[3][PLENTY];
        static uint16_t column[3][PLENTY], sum[3][PLENTY];
        static float all[3][PLENTY], weight[3][PLENTY], total[3][PLENTY], best[3][PLENTY];
        static int32_t winner[3][PLENTY];
        static uint8_t of_votes[3][PLENTY], rank[3][6][PLENTY];
        static uint16_t votes[PLENTY];
        const size_t side = 3 + 2 * (n % 7);
        const int power = 1 + (int)(n % 4);
        for (size_t i = 0; i < PLENTY; i++) {
            a[i] = (uint8_t)(msc_random(1, i, n) % 256);
            b[i] = (uint8_t)(a[i] / 2);
            ok[i] = (uint8_t)(i % 5 != 0);
            votes[i] = (uint16_t)(msc_random(2, i, n) % 101);
        }
        for (int t = 0; t < 3; t++) {
            if (!runs[t]) continue;
            const msc_smooth_rows *k = tables[t];
            for (size_t i = 0; i < PLENTY; i++) {
                column[t][i] = (uint16_t)(n % 10 == 9 ? 0 : i % 11 ? 50 : 0);
                all[t][i] = i % 13 ? 700.0f : 0.0f;
                total[t][i] = best[t][i] = weight[t][i] = 0;
                winner[t][i] = 0;
                share[t][i] = 77;
                sum[t][i] = 0;
            }
            if (n % 10 != 9) k->slide(column[t], a, b, n + side - 1);
            assert_int_equal(k->across(sum[t], all[t], column[t], side, n), n > 0 && n % 10 != 9);
            k->weigh(weight[t], total[t], b, sum[t], all[t], 2.55f, 0.05f, power, n);
            memset(total[t], 0, sizeof total[t]);
            k->soften(weight[t], total[t], n);
            k->share(share[t], weight[t], total[t], ok, n);
            k->lead(winner[t], best[t], weight[t], 4, n);
            k->from_votes(of_votes[t], votes, 255.0f / 100, n);
            uint8_t *const ranks[6] = { rank[t][0], rank[t][1], rank[t][2], rank[t][3], rank[t][4], rank[t][5] };
            memset(rank[t], 0, sizeof rank[t]);
            for (uint8_t c = 0; c < 4; c++) k->rank(ranks, ok, c == 0 ? a : c == 1 ? b : c == 2 ? share[t] : of_votes[t], c, (uint8_t)(c + 20), n);
            for (size_t i = 0; i < n; i++) assert_int_equal(of_votes[t][i], (510u * votes[i] + 100u) / 200u);
            for (size_t i = 0; i < n; i++) {
                uint32_t want = 0;
                for (size_t x = i; x < i + side; x++) want += n % 10 == 9 ? 0 : (x % 11 ? 50u : 0u) + a[x] - b[x];
                assert_int_equal(sum[t][i], want);
            }
            assert_memory_equal(sum[t], sum[0], sizeof sum[0]);
            assert_memory_equal(all[t], all[0], sizeof all[0]);
            assert_memory_equal(weight[t], weight[0], sizeof weight[0]);
            assert_memory_equal(total[t], total[0], sizeof total[0]);
            assert_memory_equal(share[t], share[0], sizeof share[0]);
            assert_memory_equal(winner[t], winner[0], sizeof winner[0]);
            assert_memory_equal(of_votes[t], of_votes[0], sizeof of_votes[0]);
            assert_memory_equal(rank[t], rank[0], sizeof rank[0]);
        }
    }
}

int main(void)
{
    __builtin_cpu_init();
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_map_is_what_the_formula_says), cmocka_unit_test(tiles_and_kernels_make_no_difference),
                                        cmocka_unit_test(specks_go_and_blocks_stay), cmocka_unit_test(the_unobserved_stay_unobserved),
                                        cmocka_unit_test(kernels_are_one) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
