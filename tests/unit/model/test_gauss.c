/* test_gauss.c - signatures: means and covariances by hand, folds against fitting the rest, singular covariances. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "model/gauss_parts.h"
#include "overlap.h"
#include <string.h>

static const msc_settings settings = { .n_threads = 1 };

static msc_samples made(size_t n, int n_features, int n_classes)
{
    msc_samples s = { .n = n, .n_features = n_features, .n_classes = n_classes };
    s.x = msc_alloc_zero(n * (size_t)n_features, sizeof *s.x);
    s.label = msc_alloc_zero(n, 1);
    s.group = msc_alloc_zero(n, sizeof *s.group);
    return s;
}

/* Four corners of a rectangle: mean in the middle, no covariance; and a sheared cloud worked out on paper. */
static void test_moments(void **state)
{
    (void)state;
    static const float x[] = { 1, 3, 1, 3, 0, 2, 4, 6 }, y[] = { 10, 10, 14, 14, 0, 2, 2, 4 };
    msc_samples s = made(8, 2, 2);
    msc_gauss g = { 0 };
    memcpy(s.x, x, sizeof x);
    memcpy(s.x + 8, y, sizeof y);
    for (int i = 4; i < 8; i++) s.label[i] = 1;
    assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, &g, NULL, NULL), MSC_OK);
    static const double mean[] = { 2, 12, 3, 2 }, covariance[] = { 4.0 / 3, 0, 16.0 / 3, 20.0 / 3, 4, 8.0 / 3 };
    for (int i = 0; i < 4; i++) assert_true(fabs(g.mean[i] - mean[i]) < 1e-12);
    for (int i = 0; i < 6; i++) assert_true(fabs(g.covariance[i] - covariance[i]) < 1e-12);
    assert_int_equal(g.n_px[0], 4);
    assert_int_equal(g.n_signatures, 2);
    assert_int_equal(g.widened[0] + g.widened[1], 0);
    msc_gauss_clear(&g);
    overlap_clear(&s);
}

/* W of what kernels read, against the covariance: W S W' = 1. */
static void test_weights_whiten(void **state)
{
    (void)state;
    enum { N = 7, TRIANGLE = N * (N + 1) / 2 };
    msc_samples s = overlap_samples(900, N, 3, 10, 1);
    msc_gauss g = { 0 };
    assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, &g, NULL, NULL), MSC_OK);
    for (int c = 0; c < 3; c++) {
        double cov[N][N], w[N][N] = { { 0 } };
        const double *at = g.covariance + c * TRIANGLE;
        const float *read = g.numbers + (size_t)c * msc_gauss_numbers(N);
        for (int f = 0; f < N; f++) assert_true(read[f] == (float)g.mean[c * N + f]);
        read += N;
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++, at++, read++) cov[i][j] = cov[j][i] = *at, w[i][j] = (double)*read;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double sum = 0;
                for (int k = 0; k < N; k++)
                    for (int l = 0; l < N; l++) sum += w[i][k] * cov[k][l] * w[j][l];
                assert_true(fabs(sum - (i == j)) < 1e-4);
            }
    }
    msc_gauss_clear(&g);
    overlap_clear(&s);
}

static void test_cholesky_names_the_row(void **state)
{
    (void)state;
    static const double least[3] = { 1e-9, 1e-9, 1e-9 };
    double good[] = { 4, 2, 5, -2, 1, 6 }, bad[] = { 1, 2, 4, 0, 0, 1 }, negative[] = { 1, 0, 1, 0, 0, -1 };
    assert_int_equal(msc_cholesky(good, 3, least), 0);
    static const double factor[] = { 2, 1, 2, -1, 1, 2 };
    assert_memory_equal(good, factor, sizeof factor);
    assert_int_equal(msc_cholesky(bad, 3, least), 2);
    assert_int_equal(msc_cholesky(negative, 3, least), 3);
}

/* Every fold left out, fitted and asked one by one, as its definition says. */
static void test_folds_see_other_polygons(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(1200, 4, 4, 12, 1.2);
    msc_gauss g = { 0 };
    msc_forest_report report;
    uint8_t fold[1200], winner;
    double matrix[4][4] = { { 0 } }, right = 0;
    assert_int_equal(msc_gauss_fit(&settings, &s, 5, 9, &g, &report, NULL), MSC_OK);
    assert_int_equal(msc_forest_folds(&s, 5, 9, fold), 5);
    for (int k = 0; k < 5; k++) {
        msc_samples rest = made(s.n, 4, 4);
        msc_gauss other = { 0 };
        rest.n = 0;
        for (size_t i = 0; i < s.n; i++) rest.n += fold[i] != k;
        for (size_t i = 0, at = 0; i < s.n; i++) {
            if (fold[i] == k) continue;
            for (size_t f = 0; f < 4; f++) rest.x[f * rest.n + at] = s.x[f * s.n + i];
            rest.label[at++] = s.label[i];
        }
        assert_int_equal(msc_gauss_fit(&settings, &rest, 0, 1, &other, NULL, NULL), MSC_OK);
        for (size_t i = 0; i < s.n; i++) {
            const float *rows[4] = { s.x + i, s.x + s.n + i, s.x + 2 * s.n + i, s.x + 3 * s.n + i };
            if (fold[i] != k) continue;
            msc_gauss_ask(&other, rows, 1, &winner, NULL);
            matrix[winner][s.label[i]]++;
            right += winner == s.label[i];
        }
        msc_gauss_clear(&other);
        overlap_clear(&rest);
    }
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) assert_true(report.cv.matrix[a][b] == matrix[a][b]);
    assert_true(report.cv.accuracy == right / 1200 && right > 400);   /* chance: 300 */
    assert_true(isnan(report.oob_accuracy) && isnan(report.importance[0]));
    msc_gauss_clear(&g);
    overlap_clear(&s);
}

/* A feature that is the sum of two others, and one that never varies: said, widened, and of no consequence. */
static void test_singular_covariances_are_widened(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(800, 5, 3, 10, 1), plain = s;
    msc_gauss g = { 0 }, without = { 0 };
    uint8_t winner[800], expected[800];
    const float *rows[5];
    for (size_t i = 0; i < s.n; i++) {
        s.x[3 * s.n + i] = s.x[i] + s.x[s.n + i];
        s.x[4 * s.n + i] = 7;
    }
    plain.n_features = 3;
    for (size_t f = 0; f < 5; f++) rows[f] = s.x + f * s.n;
    assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, &g, NULL, NULL), MSC_OK);
    assert_int_equal(msc_gauss_fit(&settings, &plain, 0, 1, &without, NULL, NULL), MSC_OK);
    msc_gauss_ask(&g, rows, s.n, winner, NULL);
    msc_gauss_ask(&without, rows, s.n, expected, NULL);
    size_t n_same = 0;
    for (int c = 0; c < 3; c++) assert_int_equal(g.widened[c], 4);
    for (size_t i = 0; i < s.n; i++) n_same += winner[i] == expected[i];
    assert_true(n_same >= s.n - s.n / 100);   /* what widening does to the narrowest direction moves few borders */
    msc_gauss_clear(&g);
    msc_gauss_clear(&without);
    overlap_clear(&s);
}

/* A class of as many pixels as features has no signature and never wins; when no class has one, that is an error. */
static void test_a_class_of_few_pixels_never_wins(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(400, 3, 2, 10, 1);
    msc_gauss g = { .n_features = 77 };
    msc_error err = { 0 };
    uint8_t winner[400];
    const float *rows[3] = { s.x, s.x + s.n, s.x + 2 * s.n };
    s.n_classes = 3;
    for (int i = 0; i < 3; i++) s.label[i] = 2;
    assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, &g, NULL, &err), MSC_OK);
    assert_int_equal(g.n_signatures, 2);
    assert_int_equal(g.n_px[2], 0);
    msc_gauss_ask(&g, rows, s.n, winner, NULL);
    for (int i = 0; i < 400; i++) assert_true(winner[i] < 2);
    msc_gauss_clear(&g);
    g.n_features = 77;
    s.n = 3;
    assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, &g, NULL, &err), MSC_ETRAIN);
    assert_int_equal(g.n_features, 77);
    s.n = 0;
    assert_int_equal(msc_gauss_fit(&settings, &s, 0, 1, &g, NULL, &err), MSC_ETRAIN);
    overlap_clear(&s);
}

static void test_one_polygon_a_class_gives_a_figure(void **state)
{
    (void)state;
    msc_samples s = overlap_samples(40, 2, 2, 20, 1);
    msc_gauss g = { 0 };
    msc_forest_report report;
    for (size_t i = 0; i < s.n; i++) s.label[i] = s.group[i] != 0;
    assert_int_equal(msc_gauss_fit(&settings, &s, 5, 1, &g, &report, NULL), MSC_OK);
    assert_true(report.cv.accuracy == 0);   /* each fold has seen the other class only */
    msc_gauss_clear(&g);
    const volatile int cancel = 1;
    const msc_settings stopped = { .n_threads = 1, .cancel = &cancel };
    assert_int_equal(msc_gauss_fit(&stopped, &s, 5, 1, &g, &report, NULL), MSC_ECANCELLED);
    overlap_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_weights_whiten),
        cmocka_unit_test(test_cholesky_names_the_row),
        cmocka_unit_test(test_folds_see_other_polygons),
        cmocka_unit_test(test_singular_covariances_are_widened),
        cmocka_unit_test(test_a_class_of_few_pixels_never_wins),
        cmocka_unit_test(test_one_polygon_a_class_gives_a_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
