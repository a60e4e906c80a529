/* test_spans.c - painted rows against a test of every pixel centre. */
#include "base/hash.h"
#include "model/spans.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Three rectangles in pixels, x0 y0 x1 y1; the third lies over the others. */
static const double box[3][4] = { { 2.2, 1.1, 9.7, 6.6 }, { 8.5, 3.0, 20.0, 9.5 }, { 0.0, 4.0, 12.0, 5.0 } };

static int32_t holder(int x, int y)
{
    for (int f = 0; f < 3; f++)
        if (x + 0.5 >= box[f][0] && x + 0.5 < box[f][2] && y + 0.5 >= box[f][1] && y + 0.5 < box[f][3]) return f;
    return -1;
}

static void rows_hold_the_first_feature(void **state)
{
    (void)state;
    static const size_t start[] = { 0, 5 };
    static const uint8_t outer[] = { 1 };
    double xy[3][10];
    msc_shape shape[3];
    for (int f = 0; f < 3; f++) {
        const double *b = box[f], ring[] = { b[0], b[1], b[2], b[1], b[2], b[3], b[0], b[3], b[0], b[1] };
        for (int i = 0; i < 5; i++) {
            xy[f][2 * i] = 100 + 2 * ring[2 * i];
            xy[f][2 * i + 1] = 500 - 2 * ring[2 * i + 1];
        }
        shape[f] = (msc_shape){ 0, 1, start, outer, xy[f] };
    }
    const msc_features_in features = { .n = 3, .shape = shape };
    const msc_grid grid = { 16, 12, 100, 500, 2, 2, "" };
    msc_spans spans = { 0 };
    msc_error err;
    int64_t n_outside;
    int32_t row[16];
    assert_int_equal(msc_spans_find(&features, NULL, &grid, &spans, &n_outside, &err), MSC_OK);
    assert_int_equal(n_outside, 0);
    for (int y = 0; y < 12; y++)
        for (int x0 = 0; x0 < 16; x0 += 5) {
            const int w = x0 + 7 > 16 ? 16 - x0 : 7;
            msc_spans_paint(&spans, x0, y, w, row);
            for (int x = 0; x < w; x++) assert_int_equal(row[x], x0 + x < 16 ? holder(x0 + x, y) : -1);
        }
    assert_int_equal(msc_spans_row(&spans, 0), 0);
    assert_int_equal(msc_spans_row(&spans, 99), spans.n);
    int64_t n_px = 0, n_held = 0;
    assert_int_equal(msc_spans_share_out(&spans, 16, &err), MSC_OK);
    for (size_t i = 0; i < spans.n; i++) {
        const msc_span *s = &spans.span[i];
        for (int x = s->x0; x < s->x1; x++) assert_int_equal(holder(x, s->y), s->feature);
        n_px += s->x1 - s->x0;
    }
    for (int y = 0; y < 12; y++)
        for (int x = 0; x < 16; x++) n_held += holder(x, y) >= 0;
    assert_int_equal(n_px, n_held);
    msc_spans_clear(&spans);
    const uint8_t use[] = { 0, 0, 1 };
    assert_int_equal(msc_spans_find(&features, use, &grid, &spans, &n_outside, &err), MSC_OK);
    assert_int_equal(spans.n, 1);
    msc_spans_clear(&spans);
}

/* Vertices on corners of pixels, edges through their centres: against whole numbers, a centre on an edge is inside when the inside
 * lies to the right of it. */
static void centres_on_edges_fall_to_one_side(void **state)
{
    enum { SIDE = 100 };
    static const size_t start[] = { 0, 4 };
    static const uint8_t outer[] = { 1 };
    const msc_grid grid = { SIDE, SIDE, 0, SIDE, 1, 1, "" };
    int32_t row[SIDE];
    int n_on_edge = 0;
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        int64_t v[4][2];
        double xy[8];
        for (uint64_t i = 0; i < 6; i++) v[i / 2][i % 2] = (int64_t)(msc_random(5, seed, i) % (SIDE + 1));
        for (int i = 0; i < 4; i++) {
            v[3][i & 1] = v[0][i & 1];
            xy[2 * i] = (double)v[i][0];
            xy[2 * i + 1] = (double)(SIDE - v[i][1]);
        }
        msc_shape shape = { 0, 1, start, outer, xy };
        const msc_features_in features = { .n = 1, .shape = &shape };
        msc_spans spans = { 0 };
        int64_t n_outside;
        assert_int_equal(msc_spans_find(&features, NULL, &grid, &spans, &n_outside, NULL), MSC_OK);
        for (int32_t y = 0; y < SIDE; y++) {
            msc_spans_paint(&spans, 0, y, SIDE, row);
            for (int32_t x = 0; x < SIDE; x++) {
                int is_inside = 0;
                for (int i = 0; i < 3; i++) {
                    const int up = v[i][1] > v[i + 1][1];
                    const int64_t *a = v[i + up], *b = v[i + !up];
                    if (y < a[1] || y >= b[1]) continue;
                    const int64_t side = (2 * x + 1 - 2 * a[0]) * (b[1] - a[1]) - (b[0] - a[0]) * (2 * y + 1 - 2 * a[1]);
                    is_inside ^= side >= 0;
                    n_on_edge += side == 0;
                }
                assert_int_equal(row[x], is_inside - 1);
            }
        }
        msc_spans_clear(&spans);
    }
    assert_true(n_on_edge > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(rows_hold_the_first_feature), cmocka_unit_test(centres_on_edges_fall_to_one_side) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
