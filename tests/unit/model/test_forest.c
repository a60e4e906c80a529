/* test_forest.c - cut points, growing, asking, judging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "kernels/kernels.h"
#include "model/forest_parts.h"
#include "overlap.h"
#include <stdlib.h>
#include <string.h>

static msc_forest grow(const msc_samples *s, int n_threads, int n_folds, msc_forest_spec spec, msc_forest_report *report)
{
    msc_settings settings = { .n_threads = n_threads };
    msc_forest forest = { 0 };
    msc_error err = { 0 };
    assert_int_equal(msc_forest_grow(&settings, s, &spec, n_folds, &forest, report, &err), MSC_OK);
    return forest;
}

/* Asks about every sample, block by block; returns the share of right answers. */
static double ask_all(const msc_forest *forest, const msc_samples *s, uint8_t *winner, uint16_t *votes)
{
    uint8_t *bins = msc_alloc((size_t)s->n_features * MSC_FOREST_BLOCK, 1);
    void *scratch = msc_alloc(msc_forest_scratch(forest), 1);
    size_t right = 0;
    for (size_t i = 0; i < s->n; i += 1000) {
        const size_t n = s->n - i < 1000 ? s->n - i : 1000;
        for (int f = 0; f < s->n_features; f++)
            msc_forest_bin(forest, f, s->x + (size_t)f * s->n + i, bins + f * MSC_FOREST_BLOCK, n);
        msc_forest_ask(forest, bins, MSC_FOREST_BLOCK, n, winner + i, votes + i, scratch);
    }
    for (size_t i = 0; i < s->n; i++) right += winner[i] == s->label[i];
    msc_release(bins);
    msc_release(scratch);
    return (double)right / (double)s->n;
}

static void test_cuts_lie_between_distinct_values(void **state)
{
    (void)state;
    const float few[] = { 3, 1, 1, 2, NAN, 3 };
    const float close[] = { 1.0f, nextafterf(1.0f, 2.0f) };
    float cuts[MSC_MAX_BINS], many[2000];
    assert_int_equal(msc_forest_cuts(few, 6, cuts), 2);
    assert_true(cuts[0] == 1.5f && cuts[1] == 2.5f);
    assert_int_equal(msc_forest_cuts(close, 2, cuts), 1);
    assert_true(cuts[0] > close[0] && cuts[0] <= close[1]);
    assert_int_equal(msc_forest_cuts(few, 1, cuts), 0);
    for (int i = 0; i < 2000; i++) many[i] = (float)(i * 7 % 2000);
    assert_int_equal(msc_forest_cuts(many, 2000, cuts), 255);
    for (int i = 1; i < 255; i++) assert_true(cuts[i] > cuts[i - 1]);
    for (int i = 0; i < 2000; i++) many[i] = i < 1990 ? 5.0f : (float)i;   /* one value fills nearly all quantiles */
    const int n = msc_forest_cuts(many, 2000, cuts);
    assert_true(n >= 1 && n <= 255 && cuts[0] > 5.0f);
}

static void test_separable_classes_are_learnt(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(3000, 3, 4, 30, 0.01);
    uint8_t *winner = msc_alloc(s.n, 1);
    uint16_t *votes = msc_alloc(s.n, 2);
    msc_forest_report report;
    msc_forest forest = grow(&s, 2, 5, (msc_forest_spec){ 20, 15, 1, 0, 1 }, &report);
    assert_true(ask_all(&forest, &s, winner, votes) > 0.999);
    assert_true(report.oob_accuracy > 0.99 && report.cv.accuracy > 0.99);
    double sum = 0;
    for (int p = 0; p < 4; p++)
        for (int l = 0; l < 4; l++) sum += report.cv.matrix[p][l];
    assert_true(sum == 3000);
    sum = 0;
    for (int c = 0; c < 4; c++) {
        double n = 0;
        for (int p = 0; p < 4; p++) n += report.half.matrix[p][c];
        assert_true(fabs(msc_validation_right(&report.half, c) - report.half.matrix[c][c] / n) < 1e-12);
        sum += n;
    }
    assert_true(sum == 3000 && isnan(msc_validation_right(&report.half, 4)));
    for (size_t i = 0; i < s.n; i++) assert_in_range(votes[i], 1, 20);
    msc_forest_clear(&forest);
    overlap_clear(&s);
    msc_release(winner);
    msc_release(votes);
}

/* Answers of the blocks equal the votes of each tree walked alone, for many and for few features. */
static void test_asking_counts_the_trees(void **state)
{
    (void)state;
    const int widths[] = { 1, 4, 7, 10, 16, 37 };
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        msc_samples s = overlap_samples(2111, widths[w], 5, 20, 1.5);
        uint8_t *winner = msc_alloc(s.n, 1), *bins = msc_alloc(s.n * (size_t)s.n_features, 1);
        uint16_t *votes = msc_alloc(s.n, 2);
        msc_forest forest = grow(&s, 2, 0, (msc_forest_spec){ 300, 9, 1, 0, 3 }, NULL);
        ask_all(&forest, &s, winner, votes);
        for (int f = 0; f < s.n_features; f++)
            msc_forest_bin(&forest, f, s.x + (size_t)f * s.n, bins + (size_t)f * s.n, s.n);
        for (size_t i = 0; i < s.n; i++) {
            int counts[5] = { 0 }, best = 0;
            for (int t = 0; t < forest.n_trees; t++) counts[msc_tree_class(forest.nodes + forest.roots[t], bins + i, s.n)]++;
            for (int c = 1; c < 5; c++) best = counts[c] > counts[best] ? c : best;
            assert_int_equal(winner[i], best);
            assert_int_equal(votes[i], counts[best]);
        }
        msc_forest_clear(&forest);
        overlap_clear(&s);
        msc_release(winner);
        msc_release(bins);
        msc_release(votes);
    }
}

/* By definition: what each tree says of sample i, and where the first n_agree say the same, that and nothing else. */
static void count_votes(const msc_forest *forest, const uint8_t *bins, size_t n, size_t i, int n_agree, int votes[])
{
    memset(votes, 0, (size_t)forest->n_classes * sizeof *votes);
    for (int t = 0; t < forest->n_trees; t++) {
        const int c = msc_tree_class(forest->nodes + forest->roots[t], bins + i, n);
        votes[c]++;
        if (t != n_agree - 1 || votes[c] < n_agree) continue;
        votes[c] = forest->n_trees;
        return;
    }
}

static void test_agreement_of_the_first_trees_settles(void **state)
{
    (void)state;
    static uint8_t bins[5 * MSC_FOREST_BLOCK], winner[MSC_FOREST_BLOCK], shares[7 * MSC_FOREST_BLOCK];
    static uint16_t all[MSC_FOREST_BLOCK];
    static const int agree[] = { 0, 1, 8, 13, MSC_FOREST_AGREE, 300 };
    static const size_t lengths[] = { 1, 63, 1000, 5000, MSC_FOREST_BLOCK };
    msc_samples s = overlap_samples(MSC_FOREST_BLOCK, 5, 7, 30, 0.3);
    for (int n_trees = MSC_FOREST_AGREE; n_trees <= 290; n_trees += 90) {   /* more than a byte counts */
        msc_forest forest = grow(&s, 2, 0, (msc_forest_spec){ n_trees, 12, 5, 0, 1 }, NULL);
        void *scratch = msc_alloc(msc_forest_scratch(&forest), 1);
        for (int f = 0; f < 5; f++) msc_forest_bin(&forest, f, s.x + (size_t)f * s.n, bins + f * MSC_FOREST_BLOCK, s.n);
        for (int k = 0; k < 30; k++) {
            const size_t n = lengths[k % 5];
            msc_forest_answer answer = { .winner = winner, .votes = all, .shares = shares, .n_agree = agree[k / 5] };
            if (answer.n_agree > MSC_FOREST_AGREE) answer.n_agree = n_trees;
            msc_forest_ask_shares(&forest, bins, MSC_FOREST_BLOCK, n, &answer, scratch);
            for (size_t i = 0; i < n; i += n > 1000 ? 7 : 1) {
                int votes[7], best = 0;
                count_votes(&forest, bins, MSC_FOREST_BLOCK, i, answer.n_agree, votes);
                for (int c = 1; c < 7; c++) best = votes[c] > votes[best] ? c : best;
                assert_true(winner[i] == best && all[i] == votes[best]);
                for (int c = 0; c < 7; c++) assert_int_equal(shares[c * MSC_FOREST_BLOCK + i], floor(255.0 * votes[c] / n_trees + 0.5));
            }
        }
        msc_release(scratch);
        msc_forest_clear(&forest);
    }
    overlap_clear(&s);
}

/* Many trees are dealt out whole; levels of the last ones, and of few, are dealt out too. */
static void test_same_bytes_for_any_thread_count(void **state)
{
    (void)state;
    static const struct { size_t n; int n_trees, n_folds; } cases[] = { { 4000, 24, 3 }, { 30000, 1, 0 }, { 20000, 3, 2 } };
    const int threads[] = { 2, 4, 7 };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const msc_forest_spec spec = { cases[c].n_trees, 12, 1, 0, 9 };
        msc_samples s = overlap_samples(cases[c].n, 6, 5, 25, 1.2);
        msc_forest_report first, other;
        msc_forest one = grow(&s, 1, cases[c].n_folds, spec, &first);
        for (size_t k = 0; k < 3; k++) {
            msc_forest many = grow(&s, threads[k], cases[c].n_folds, spec, &other);
            assert_int_equal(one.n_nodes, many.n_nodes);
            assert_memory_equal(one.nodes, many.nodes, one.n_nodes * sizeof *one.nodes);
            assert_memory_equal(one.roots, many.roots, (size_t)spec.n_trees * sizeof *one.roots);
            assert_memory_equal(&first, &other, sizeof first);
            msc_forest_clear(&many);
        }
        msc_forest_clear(&one);
        overlap_clear(&s);
    }
}

static void test_another_seed_is_another_forest(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(4000, 6, 5, 25, 1.2);
    msc_forest one = grow(&s, 2, 0, (msc_forest_spec){ 24, 12, 1, 0, 9 }, NULL);
    msc_forest other = grow(&s, 2, 0, (msc_forest_spec){ 24, 12, 1, 0, 10 }, NULL);
    assert_true(one.n_nodes != other.n_nodes || memcmp(one.nodes, other.nodes, one.n_nodes * 4) != 0);
    msc_forest_clear(&other);
    msc_forest_clear(&one);
    overlap_clear(&s);
}

static int depth_below(const uint32_t *node)
{
    if (*node & MSC_NODE_LEAF) return 0;
    const int left = depth_below(node + (*node >> 16)), right = depth_below(node + (*node >> 16) + 1);
    return 1 + (left > right ? left : right);
}

static void test_depth_and_leaf_limits_hold(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(3000, 4, 5, 25, 2);
    for (int depth = 1; depth <= 15; depth += 7) {
        msc_forest forest = grow(&s, 2, 0, (msc_forest_spec){ 10, depth, 1, 0, 1 }, NULL);
        for (int t = 0; t < 10; t++) assert_true(depth_below(forest.nodes + forest.roots[t]) <= depth);
        msc_forest_clear(&forest);
    }
    msc_forest all = grow(&s, 2, 0, (msc_forest_spec){ 10, 15, 1, 0, 1 }, NULL);
    msc_forest few = grow(&s, 2, 0, (msc_forest_spec){ 10, 15, 1501, 0, 1 }, NULL);
    assert_true(all.n_nodes > 5000);
    assert_int_equal(few.n_nodes, 10 * MSC_TREE_TOP_NODES);
    msc_forest_clear(&all);
    msc_forest_clear(&few);
    overlap_clear(&s);
}

/* A feature that tells the class matters, one that is noise does not. */
static void test_importance_finds_the_feature_that_tells(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(3000, 4, 2, 20, 3);
    for (size_t i = 0; i < s.n; i++) s.x[2 * s.n + i] = s.label[i] * 100.0f + (float)(msc_random(8, 8, i) % 110);
    msc_forest_report report;
    msc_forest forest = grow(&s, 2, 0, (msc_forest_spec){ 50, 15, 1, 0, 1 }, &report);
    for (int f = 0; f < 4; f++)
        if (f != 2) assert_true(report.importance[2] > 4 * fabs(report.importance[f]));
    assert_true(isnan(report.cv.accuracy));
    msc_forest_clear(&forest);
    overlap_clear(&s);
}

/* From half of the polygons means by two folds, and fewer polygons tell less of classes whose polygons differ. */
static void test_half_of_the_polygons_is_two_folds(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(4000, 3, 3, 20, 1);
    const msc_forest_spec spec = { 10, 10, 1, 0, 7 };
    msc_forest_report five, two;
    for (size_t i = 0; i < s.n; i++) s.x[i] += 5.0f * (float)(msc_mix(s.group[i]) % 8);
    msc_forest a = grow(&s, 2, 5, spec, &five), b = grow(&s, 1, 2, spec, &two);
    assert_true(five.half.accuracy == two.cv.accuracy);
    assert_memory_equal(five.half.matrix, two.cv.matrix, sizeof two.cv.matrix);
    assert_true(isnan(two.half.accuracy));
    assert_true(five.cv.accuracy > five.half.accuracy && five.half.accuracy > 1.0 / 3);
    msc_forest_clear(&a);
    msc_forest_clear(&b);
    overlap_clear(&s);
}

static void test_folds_keep_groups_whole_and_classes_level(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(6000, 1, 3, 20, 1);
    uint8_t *fold = msc_alloc(s.n, 1), of_group[300];
    size_t counts[5][3] = { { 0 } }, totals[3] = { 0 };
    memset(of_group, 255, sizeof of_group);
    assert_int_equal(msc_forest_folds(&s, 5, 1, fold), 5);
    for (size_t i = 0; i < s.n; i++) {
        if (of_group[s.group[i]] == 255) of_group[s.group[i]] = fold[i];
        assert_int_equal(of_group[s.group[i]], fold[i]);
        counts[fold[i]][s.label[i]]++;
        totals[s.label[i]]++;
    }
    for (int f = 0; f < 5; f++)
        for (int c = 0; c < 3; c++) assert_true(labs((long)(counts[f][c] * 5) - (long)totals[c]) <= 100);
    for (size_t i = 0; i < s.n; i++) s.group[i] = (uint32_t)(i % 3);
    assert_int_equal(msc_forest_folds(&s, 5, 1, fold), 3);
    for (size_t i = 0; i < s.n; i++) s.group[i] = 7;
    assert_int_equal(msc_forest_folds(&s, 5, 1, fold), 1);
    msc_forest_report report;
    msc_forest forest = grow(&s, 1, 5, (msc_forest_spec){ 3, 5, 1, 0, 1 }, &report);
    assert_true(isnan(report.cv.accuracy));
    msc_forest_clear(&forest);
    overlap_clear(&s);
    msc_release(fold);
}

static void test_unusable_input_is_refused(void **state)
{
    (void)state;
    const msc_forest_spec specs[] = { { 0, 5, 1, 0, 1 }, { 5, 0, 1, 0, 1 }, { 5, 5, 0, 0, 1 }, { 5, 65, 1, 0, 1 },
                                      { 1001, 5, 1, 0, 1 }, { 5, 5, 1, -1, 1 } };
    msc_settings settings = { .n_threads = 1 };
    msc_samples s = overlap_samples(50, 2, 2, 5, 1);
    msc_forest forest = { 0 };
    msc_error err;
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++)
        assert_int_equal(msc_forest_grow(&settings, &s, &specs[k], 0, &forest, NULL, &err), MSC_EVALUE);
    const msc_forest_spec fine = { 5, 5, 1, 0, 1 };
    const size_t n = s.n;
    s.n = 0;
    assert_int_equal(msc_forest_grow(&settings, &s, &fine, 0, &forest, NULL, &err), MSC_ETRAIN);
    s.n = n;
    s.label[3] = 2;
    assert_int_equal(msc_forest_grow(&settings, &s, &fine, 0, &forest, NULL, &err), MSC_EVALUE);
    s.label[3] = 1;
    const int cancel = 1;
    settings.cancel = &cancel;
    assert_int_equal(msc_forest_grow(&settings, &s, &fine, 0, &forest, NULL, &err), MSC_ECANCELLED);
    assert_null(forest.nodes);
    overlap_clear(&s);
}

/* One class, one value, one sample: still a forest. */
static void test_the_least_input_grows(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(1, 1, 1, 1, 1);
    uint8_t winner;
    uint16_t votes;
    msc_forest_report report;
    msc_forest forest = grow(&s, 1, 5, (msc_forest_spec){ 4, 5, 1, 0, 1 }, &report);
    ask_all(&forest, &s, &winner, &votes);
    assert_int_equal(winner, 0);
    assert_int_equal(votes, 4);
    assert_true(isnan(report.oob_accuracy));
    msc_forest_clear(&forest);
    overlap_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts_lie_between_distinct_values),
        cmocka_unit_test(test_separable_classes_are_learnt),
        cmocka_unit_test(test_asking_counts_the_trees),
        cmocka_unit_test(test_agreement_of_the_first_trees_settles),
        cmocka_unit_test(test_same_bytes_for_any_thread_count),
        cmocka_unit_test(test_another_seed_is_another_forest),
        cmocka_unit_test(test_depth_and_leaf_limits_hold),
        cmocka_unit_test(test_importance_finds_the_feature_that_tells),
        cmocka_unit_test(test_half_of_the_polygons_is_two_folds),
        cmocka_unit_test(test_folds_keep_groups_whole_and_classes_level),
        cmocka_unit_test(test_unusable_input_is_refused),
        cmocka_unit_test(test_the_least_input_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
