/* test_beside.c - patches beside a patch against the distances of all pixels. */
#include "jobs/beside.h"
#include "base/hash.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

enum { SIDE = 40, BOXES = 12, TRIALS = 300 };
typedef struct box { int x0, y0, x1, y1; } box;   /* pixels, half-open */
static const msc_grid grid = { SIDE, SIDE, 1000, 9000, 2, 2, "" };
static const size_t start[] = { 0, 5 };
static const uint8_t outer[] = { 1 };

static msc_shape shape_of(box b, double xy[10])
{
    const int corner[5][2] = { { b.x0, b.y0 }, { b.x1, b.y0 }, { b.x1, b.y1 }, { b.x0, b.y1 }, { b.x0, b.y0 } };
    for (int i = 0; i < 5; i++) {
        xy[2 * i] = 1000 + 2.0 * corner[i][0];
        xy[2 * i + 1] = 9000 - 2.0 * corner[i][1];
    }
    return (msc_shape){ 0, 1, start, outer, xy };
}

static box draw(uint64_t trial, uint64_t k)
{
    const int x = (int)msc_random_below(msc_random(1, trial, k), SIDE - 8), y = (int)msc_random_below(msc_random(2, trial, k), SIDE - 8);
    return (box){ x, y, x + 1 + (int)msc_random_below(msc_random(3, trial, k), 8), y + 1 + (int)msc_random_below(msc_random(4, trial, k), 8) };
}

static double away(double x, int low, int high) { return fmax(fmax(low - x, x - high), 0); }

/* Middles of the cracks round `q` from which a pixel of `b` is in reach. */
static int64_t count(box q, box b, double reach)
{
    int64_t n = 0;
    for (int side = 0; side < 4; side++) {
        const int across = side < 2, first = across ? q.x0 : q.y0, end = across ? q.x1 : q.y1, other = side == 0 ? q.y0 : side == 1 ? q.y1 : side == 2 ? q.x0 : q.x1;
        for (int i = first; i < end; i++) {
            const double x = across ? i + 0.5 : other, y = across ? other : i + 0.5;
            n += hypot(away(x, b.x0, b.x1), away(y, b.y0, b.y1)) <= reach;
        }
    }
    return n;
}

static void all_that_is_in_reach(void **state)
{
    (void)state;
    static const double reach[] = { 0, 0.3, 1, 1.5, 3.7 };
    msc_touches t = { 0 };
    int64_t n_met = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        double xy[BOXES][10], own[10];
        msc_shape shape[BOXES];
        box b[BOXES];
        msc_error err;
        msc_beside beside;
        for (uint64_t k = 0; k < BOXES; k++) shape[k] = shape_of(b[k] = draw(trial, k), xy[k]);
        for (int k = 0; k < BOXES; k++)          /* patches of a layer lie apart */
            for (int m = 0; m < k; m++)
                if (b[k].x0 < b[m].x1 && b[m].x0 < b[k].x1 && b[k].y0 < b[m].y1 && b[m].y0 < b[k].y1) shape[k] = shape_of(b[k] = (box){ 0, 0, 0, 0 }, xy[k]);
        const msc_features_in features = { .n = BOXES, .shape = shape };
        const double r = reach[trial % 5];
        const box q = draw(trial, 99);
        const msc_shape asked = shape_of(q, own);
        assert_int_equal(msc_beside_open(&features, &grid, r, &beside, &err), MSC_OK);
        assert_int_equal(msc_beside_find(&beside, &asked, &t, &err), MSC_OK);
        size_t n = 0;
        for (int k = 0; k < BOXES; k++) n += b[k].x1 > 0 && count(q, b[k], r + 0.01) > 0;
        assert_int_equal(t.n, n);
        for (size_t i = 0; i < t.n; i++) {
            assert_int_equal(t.touch[i].n, count(q, b[t.touch[i].at], r + 0.01));
            assert_true(i == 0 || t.touch[i - 1].n > t.touch[i].n || (t.touch[i - 1].n == t.touch[i].n && t.touch[i - 1].at < t.touch[i].at));
        }
        n_met += (int64_t)t.n;
        msc_beside_clear(&beside);
    }
    assert_true(n_met > TRIALS / 4);
    msc_touches_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_that_is_in_reach) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
