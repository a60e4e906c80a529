/* test_forest_levels.c - trees as tables: wide inside wide, up to where the tables give up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/hash.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include "model/forest_parts.h"
#include <stdio.h>
#include <string.h>

enum { FEATURES = 5, CLASSES = 7, BUSH = 9 };   /* 512 leaves a bush: wider than one stage */

/* A complete tree of BUSH levels whose middle leaf is again one, `n_nested` times. */
static size_t grow_bushes(msc_bud *buds, int n_nested, uint64_t seed)
{
    size_t n = 1, at = 0, root = 0;
    for (int bush = 0; bush <= n_nested; bush++) {
        size_t from = root, to = root + 1;
        for (int level = 0; level < BUSH; level++, from = at, to = n) {
            at = n;
            for (size_t i = from; i < to; i++, n += 2) {
                const uint64_t r = msc_random(seed, (uint64_t)bush, i);
                buds[i] = (msc_bud){ (uint32_t)n, (uint8_t)(r % FEATURES), (uint8_t)(r >> 16), 0 };
                buds[n] = (msc_bud){ 0, 0, 0, (uint8_t)(r >> 32 & 3) };
                buds[n + 1] = (msc_bud){ 0, 0, 0, (uint8_t)(4 + (r >> 40) % 3) };
            }
        }
        root = from + (to - from) / 2;
    }
    return n;
}

static void ask_and_compare(int n_nested, int has_levels)
{
    static msc_bud buds[8192];
    static uint8_t bins[FEATURES * MSC_FOREST_BLOCK], winner[MSC_FOREST_BLOCK];
    static uint16_t votes[MSC_FOREST_BLOCK];
    uint32_t root = 0;
    msc_forest forest = { .n_features = FEATURES, .n_classes = CLASSES, .n_trees = 1, .roots = &root };
    const size_t n_buds = grow_bushes(buds, n_nested, 3 + (uint64_t)n_nested);
    forest.nodes = msc_tree_lay_out(buds, n_buds, &forest.n_nodes);
    assert_non_null(forest.nodes);
    assert_true(msc_forest_levels(&forest));
    if (msc_kernels_select()->walk_levels) assert_int_equal(forest.levels != NULL, has_levels);
    else print_message("%s walks over nodes\n", msc_kernels_select()->name);
    void *scratch = msc_alloc(msc_forest_scratch(&forest), 1);
    for (size_t i = 0; i < sizeof bins; i++) bins[i] = (uint8_t)msc_random(9, 9, i);
    msc_forest_ask(&forest, bins, MSC_FOREST_BLOCK, MSC_FOREST_BLOCK, winner, votes, scratch);
    for (size_t i = 0; i < MSC_FOREST_BLOCK; i++)
        assert_int_equal(winner[i], msc_tree_class(forest.nodes, bins + i, MSC_FOREST_BLOCK));
    msc_forest_levels_free(&forest.levels);
    msc_release(forest.nodes);
    msc_release(scratch);
}

static void test_one_bush(void **state) { (void)state; ask_and_compare(0, 1); }
static void test_bushes_on_bushes(void **state) { (void)state; ask_and_compare(1, 1), ask_and_compare(2, 1); }
static void test_more_stages_than_scratch_walk_over_nodes(void **state) { (void)state; ask_and_compare(5, 0); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_bush),
        cmocka_unit_test(test_bushes_on_bushes),
        cmocka_unit_test(test_more_stages_than_scratch_walk_over_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
