/* test_runs.c - a tile's runs cover it, their labels are those of a flood fill, and its sides bear them. */
#include "base/hash.h"
#include "patch/runs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { MOST_W = 150, MOST_H = 40 };

typedef struct picture { int32_t w, h; msc_type type; int32_t key[MOST_H][MOST_W]; uint32_t label[MOST_H][MOST_W]; } picture;

static uint8_t is_left_out[65536];

static void draw(picture *p, uint64_t seed, msc_tile *tile)
{
    for (int32_t y = 0; y < p->h; y++)
        for (int32_t x = 0; x < p->w; x++) {
            const uint64_t u = msc_random(seed, (uint64_t)y, (uint64_t)x);
            const uint16_t v = (uint16_t)(p->type == MSC_U8 ? u % 3 : 65533 + u % 3);
            if (p->type == MSC_U8) msc_row_u8(tile, 0, y)[x] = (uint8_t)v;
            else msc_row_u16(tile, 0, y)[x] = v;
            msc_row_valid(tile, y)[x] = u / 3 % 7 != 0;
            p->key[y][x] = u / 3 % 7 == 0 || is_left_out[v] ? -1 : v;
            p->label[y][x] = MSC_NO_LABEL;
        }
}

static void spread(picture *p, int32_t x, int32_t y, uint32_t label, int connectivity)
{
    p->label[y][x] = label;
    for (int32_t dy = -1; dy <= 1; dy++)
        for (int32_t dx = -1; dx <= 1; dx++) {
            const int32_t u = x + dx, v = y + dy;
            if ((connectivity == 4 && dx && dy) || u < 0 || v < 0 || u >= p->w || v >= p->h) continue;
            if (p->key[v][u] == p->key[y][x] && p->label[v][u] == MSC_NO_LABEL) spread(p, u, v, label, connectivity);
        }
}

static void check(const picture *p, const msc_runs *r)
{
    uint32_t side[2 * (MOST_W + MOST_H)];
    for (int32_t y = 0; y < p->h; y++) {
        uint32_t run = r->row_first[y];
        assert_int_equal(r->start[run], 0);
        for (int32_t x = 0; x < p->w; x++) {
            if (x == msc_run_end(r, run, y)) {
                run++;
                assert_int_equal(r->start[run], x);
            }
            assert_int_equal(r->key[run], p->key[y][x]);
            assert_int_equal(r->label[run], p->label[y][x]);
        }
        assert_int_equal(run + 1, r->row_first[y + 1]);
    }
    msc_runs_sides(r, side);
    for (int32_t x = 0; x < p->w; x++) {
        assert_int_equal(side[x], p->label[0][x]);
        assert_int_equal(side[p->w + x], p->label[p->h - 1][x]);
    }
    for (int32_t y = 0; y < p->h; y++) {
        assert_int_equal(side[2 * p->w + y], p->label[y][0]);
        assert_int_equal(side[2 * p->w + p->h + y], p->label[y][p->w - 1]);
    }
}

static void as_a_flood_fill(void **state)
{
    static uint16_t data[MOST_H * MOST_W];
    static uint8_t valid[MOST_H * MOST_W];
    static picture p;
    msc_runs runs = { 0 };
    (void)state;
    memset(is_left_out, 0, sizeof is_left_out);
    for (uint64_t seed = 0; seed < 80; seed++) {
        const int connectivity = seed % 2 ? 8 : 4;
        is_left_out[1] = is_left_out[65535] = seed % 3 == 0;
        p.w = 1 + (int32_t)(seed * 29 % MOST_W), p.h = 1 + (int32_t)(seed * 17 % MOST_H), p.type = seed % 4 < 2 ? MSC_U8 : MSC_U16;
        msc_tile tile = { .core = { 5, 7, p.w, p.h }, .stride_px = MOST_W, .n_planes = 1, .plane = { { p.type, data } }, .valid = valid };
        uint32_t n = 0;
        draw(&p, seed, &tile);
        for (int32_t y = 0; y < p.h; y++)
            for (int32_t x = 0; x < p.w; x++)
                if (p.key[y][x] >= 0 && p.label[y][x] == MSC_NO_LABEL) spread(&p, x, y, n++, connectivity);
        assert_true(msc_runs_find(&runs, &tile, connectivity, seed % 3 == 0 ? is_left_out : NULL));
        assert_int_equal(runs.n_labels, n);
        check(&p, &runs);
    }
    msc_runs_clear(&runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_a_flood_fill) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
