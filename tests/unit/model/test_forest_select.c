/* test_forest_select.c - what matters stays, what is noise or said twice goes, for any number of threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/hash.h"
#include "base/mem.h"
#include "model/forest_select.h"
#include <math.h>
#include <string.h>

enum { N = 3000, N_GROUPS = 60, N_FEATURES = 12, N_CLASSES = 3 };

static float noise(size_t i, int f) { return (float)(msc_random(11, i, (uint64_t)f) >> 40) / 16777216.0f; }
/* Tells polygons apart but not classes: of three polygons of three classes all have nearly the same. Only folds of whole
 * polygons do not mistake it for knowledge. */
static float of_polygon(uint32_t group, int f)
{
    return noise(group / N_CLASSES, 100 + f) + 0.001f * noise(group, 200 + f);
}

/* Feature 3 parts class 0 from the others, feature 7 parts 1 from 2; feature 9 is 3 over again; 0 and 5 are drawn a polygon,
 * the others a pixel. */
static msc_samples made_samples(void)
{
    msc_samples s = { .n = N, .n_features = N_FEATURES, .n_classes = N_CLASSES };
    s.x = msc_alloc((size_t)N * N_FEATURES, sizeof *s.x);
    s.label = msc_alloc(N, 1);
    s.group = msc_alloc(N, sizeof *s.group);
    for (size_t i = 0; i < N; i++) {
        s.group[i] = (uint32_t)(i % N_GROUPS);
        s.label[i] = (uint8_t)(s.group[i] % N_CLASSES);
        for (int f = 0; f < N_FEATURES; f++) s.x[(size_t)f * N + i] = noise(i, f);
        s.x[3 * N + i] += s.label[i] == 0 ? 0.95f : 0.0f;
        s.x[7 * N + i] += s.label[i] == 1 ? 0.95f : 0.0f;
        s.x[9 * N + i] = 2.0f * s.x[3 * N + i] + 1.0f;
        s.x[0 * N + i] = of_polygon(s.group[i], 0);
        s.x[5 * N + i] = of_polygon(s.group[i], 5);
    }
    return s;
}

static void clear(msc_samples *s)
{
    msc_release(s->x);
    msc_release(s->label);
    msc_release(s->group);
}

static double last_done;
static void watch(void *self, const char *stage, double done)
{
    (void)self;
    assert_string_equal(stage, "select");
    assert_true(done > last_done - 1e-12 && done <= 1.0);
    last_done = done;
}

static void noise_goes_and_what_decides_stays(void **state)
{
    (void)state;
    msc_samples s = made_samples();
    const msc_settings settings = { .n_threads = 2, .progress = watch };
    const msc_forest_spec spec = { .n_trees = 15, .depth = 12, .min_leaf = 1, .seed = 1 };
    msc_selection found;
    msc_error err = { 0 };
    last_done = 0.0;
    assert_int_equal(msc_forest_select(&settings, &s, &spec, 5, &found, &err), MSC_OK);
    assert_true(last_done == 1.0);
    int n_kept = 0;
    for (int f = 0; f < N_FEATURES; f++) n_kept += found.is_kept[f];
    assert_int_equal(n_kept, 2);
    assert_true(found.is_kept[7]);
    assert_int_equal(found.is_kept[3] + found.is_kept[9], 1);
    assert_true(found.gain[7] > 0.2);
    for (int f = 0; f < N_FEATURES; f++)
        if (f != 3 && f != 7 && f != 9) assert_true(found.gain[f] < 0.02);
    assert_int_equal(found.round[0].n_features, N_FEATURES);
    assert_int_equal(found.round[found.n_rounds - 1].n_features, 1);
    for (int r = 1; r < found.n_rounds; r++) assert_true(found.round[r].n_features < found.round[r - 1].n_features);
    assert_true(found.round[found.chosen].score > 0.9 && found.round[found.n_rounds - 1].score < 0.75);
    assert_true(found.round[found.best].error == 0.0);
    clear(&s);
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    msc_samples s = made_samples();
    const msc_forest_spec spec = { .n_trees = 10, .depth = 8, .min_leaf = 1, .seed = 5 };
    msc_selection one, other;
    msc_error err = { 0 };
    assert_int_equal(msc_forest_select(&(msc_settings){ .n_threads = 1 }, &s, &spec, 3, &one, &err), MSC_OK);
    assert_int_equal(msc_forest_select(&(msc_settings){ .n_threads = 4 }, &s, &spec, 3, &other, &err), MSC_OK);
    assert_memory_equal(&one, &other, sizeof one);
    clear(&s);
}

static void one_polygon_cannot_be_judged(void **state)
{
    (void)state;
    msc_samples s = made_samples();
    const msc_settings settings = { .n_threads = 1 };
    const msc_forest_spec spec = { .n_trees = 10, .depth = 8, .min_leaf = 1, .seed = 5 };
    msc_selection found;
    msc_error err = { 0 };
    memset(s.group, 0, N * sizeof *s.group);
    assert_int_equal(msc_forest_select(&settings, &s, &spec, 5, &found, &err), MSC_ETRAIN);
    clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(noise_goes_and_what_decides_stays), cmocka_unit_test(threads_do_not_matter),
                                        cmocka_unit_test(one_polygon_cannot_be_judged) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
