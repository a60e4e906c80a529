/* test_layer_fgb_tree.c - the order of features along the curve, by what makes it a Hilbert curve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "io/layer_fgb.h"

enum { SIDE = 256, N = SIDE * SIDE };

/* One feature in each cell of a square, in random order, some cells twice; offset: its number. */
static msc_fgb_item *cells(size_t n)
{
    msc_fgb_item *item = msc_alloc(n, sizeof *item);
    assert_non_null(item);
    for (size_t i = 0; i < n; i++) {
        const double x = (double)(i % N % SIDE), y = (double)(i % N / SIDE);
        item[i] = (msc_fgb_item){ { x + 0.25, y + 0.25, x + 0.75, y + 0.75 }, 0, 1 };
    }
    for (size_t i = n; i > 1; i--) {
        const size_t k = msc_random_below(msc_random(3, n, i), (uint32_t)i);
        const msc_fgb_item held = item[i - 1];
        item[i - 1] = item[k];
        item[k] = held;
    }
    for (size_t i = 0; i < n; i++) item[i].offset = i;
    return item;
}

static msc_fgb_item *sorted(size_t n, int n_threads)
{
    static const double box[4] = { 0, 0, SIDE, SIDE };
    const msc_settings settings = { .n_threads = n_threads };
    msc_error err = { 0 };
    msc_fgb_item *item = cells(n);
    assert_int_equal(msc_fgb_sort(&settings, &item, n, box, "a.fgb", &err), MSC_OK);
    return item;
}

/* A Hilbert curve enters every cell of a square of 2^k cells once and steps to a neighbour each time. */
static void the_curve_steps_to_neighbours(void **state)
{
    (void)state;
    msc_fgb_item *item = sorted(N, 2);
    for (size_t i = 1; i < N; i++) {
        const double dx = item[i].box[0] - item[i - 1].box[0], dy = item[i].box[1] - item[i - 1].box[1];
        assert_true((dx == 0 && (dy == 1 || dy == -1)) || (dy == 0 && (dx == 1 || dx == -1)));
    }
    assert_true(item[0].box[1] == 0.25 && item[N - 1].box[1] == 0.25);      /* both ends are on the southern side */
    assert_true(item[0].box[0] == SIDE - 0.75 && item[N - 1].box[0] == 0.25);
    msc_release(item);
}

static void equals_keep_their_order_and_threads_do_not_matter(void **state)
{
    (void)state;
    const size_t n = N + N / 2 + 7;
    msc_fgb_item *one = sorted(n, 1), *many = sorted(n, 3);
    assert_memory_equal(one, many, n * sizeof *one);
    size_t n_equal = 0;
    for (size_t i = 1; i < n; i++) {
        if (memcmp(one[i].box, one[i - 1].box, sizeof one[i].box) != 0) continue;
        assert_true(one[i].offset > one[i - 1].offset);
        n_equal++;
    }
    assert_int_equal(n_equal, n - N);
    msc_release(one);
    msc_release(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_curve_steps_to_neighbours),
                                        cmocka_unit_test(equals_keep_their_order_and_threads_do_not_matter) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
