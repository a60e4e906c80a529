/* test_match.c - rectangles whose overlaps are counted square by square. */
#include "patch/match.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { MANY = 24, FIELD = 120 };
typedef struct box { int x0, y0, x1, y1; } box;
typedef struct layer { msc_features_in in; msc_shape shape[MANY]; double xy[MANY][10]; } layer;

static const size_t start[] = { 0, 5 };
static const uint8_t outer[] = { 1 };

static void make_layer(layer *l, const box *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double ring[] = { b[i].x0, b[i].y0, b[i].x0, b[i].y1, b[i].x1, b[i].y1, b[i].x1, b[i].y0, b[i].x0, b[i].y0 };
        memcpy(l->xy[i], ring, sizeof ring);
        l->shape[i] = (msc_shape){ 0, 1, start, outer, l->xy[i] };
    }
    l->in = (msc_features_in){ .n = n, .shape = l->shape };
}

static int covers(const box *b, int x, int y) { return x >= b->x0 && x < b->x1 && y >= b->y0 && y < b->y1; }

static int common(const box *a, const box *b)
{
    int n = 0;
    for (int y = 0; y < FIELD; y++)
        for (int x = 0; x < FIELD; x++) n += covers(a, x, y) && covers(b, x, y);
    return n;
}
static int area(const box *a) { return (a->x1 - a->x0) * (a->y1 - a->y0); }

/* Boxes on a lattice, so that those of one layer do not overlap. */
static void make_boxes(box *b, unsigned seed)
{
    srand(seed);
    for (int i = 0; i < MANY; i++) {
        const int x = i % 6 * 20, y = i / 6 * 20;
        b[i] = (box){ x + rand() % 9, y + rand() % 9, x + 10 + rand() % 10, y + 10 + rand() % 10 };
    }
}

static void agrees_with_counted_squares(void **state)
{
    (void)state;
    static const double from_m2[] = { 0, 100, 180 };
    static layer patches, reference, blank;
    for (unsigned seed = 1; seed < 12; seed++) {
        box p[MANY], r[MANY], e[MANY];
        msc_match m;
        msc_error err;
        make_boxes(p, seed);
        make_boxes(r, seed + 100);
        make_boxes(e, seed + 200);
        make_layer(&patches, p, MANY);
        make_layer(&reference, r, MANY / 2);
        make_layer(&blank, e + MANY / 2, MANY / 2);
        const msc_match_layers layers = { &patches.in, &reference.in, seed % 2 ? &blank.in : NULL, 0.5, from_m2, 3 };
        assert_int_equal(msc_match_patches(&layers, &m, &err), MSC_OK);
        int n_found = 0, n_true = 0, n_false = 0, covered = 0, in_true = 0, in_blank = 0, bins[MSC_MATCH_BINS] = { 0 }, n_large = 0;
        double iou_sum = 0;
        for (int i = 0; i < MANY / 2; i++) {
            int sum = 0;
            double best = 0;
            for (int k = 0; k < MANY; k++) {
                const int c = common(&r[i], &p[k]);
                const double iou = (double)c / (area(&r[i]) + area(&p[k]) - c);
                sum += c;
                best = iou > best ? iou : best;
            }
            covered += sum;
            n_found += 2 * sum >= area(&r[i]);
            iou_sum += best;
            bins[best >= 1 ? 9 : (int)(best * 10)]++;
            n_large += area(&r[i]) >= 180;
        }
        for (int k = 0; k < MANY; k++) {
            int sum = 0, empty = 0;
            for (int i = 0; i < MANY / 2; i++) {
                sum += common(&r[i], &p[k]);
                empty += common(&e[MANY / 2 + i], &p[k]);
            }
            in_true += sum;
            in_blank += empty;
            n_true += 2 * sum >= area(&p[k]);
            n_false += 2 * sum < area(&p[k]) && (!layers.blank || 2 * empty >= area(&p[k]));
        }
        assert_int_equal(m.all.n_reference, MANY / 2);
        assert_int_equal(m.all.n_found, n_found);
        assert_int_equal(m.all.n_true, n_true);
        assert_int_equal(m.all.n_false, n_false);
        assert_int_equal(m.class[2].n_reference, n_large);
        assert_true(fabs(m.all.covered_m2 - covered) < 1e-9 && fabs(m.all.true_m2 - in_true) < 1e-9);
        assert_true(fabs(m.all.false_m2 - (layers.blank ? in_blank : m.all.patch_m2 - in_true)) < 1e-9);
        assert_true(fabs(m.all.iou_sum - iou_sum) < 1e-9);
        for (int i = 0; i < MSC_MATCH_BINS; i++) assert_int_equal(m.all.iou[i], bins[i]);
    }
}

static double distance_of(box a, box b)
{
    static layer patches, reference;
    static const double from_m2[] = { 0 };
    msc_match m;
    msc_error err;
    make_layer(&patches, &a, 1);
    make_layer(&reference, &b, 1);
    const msc_match_layers layers = { &patches.in, &reference.in, NULL, 0.5, from_m2, 1 };
    assert_int_equal(msc_match_patches(&layers, &m, &err), MSC_OK);
    assert_int_equal(m.all.n_distances, 1);
    return m.all.distance_sum_m;
}

static void boundaries_apart(void **state)
{
    (void)state;
    assert_true(distance_of((box){ 0, 0, 10, 10 }, (box){ 0, 0, 10, 10 }) < 1e-12);
    /* Two metres outside all round: exactly 2 from within; from without 2, and up to 2 sqrt 2 at the corners. */
    const double d = distance_of((box){ 0, 0, 104, 104 }, (box){ 2, 2, 102, 102 });
    assert_true(d >= 2 && d < 2.02);
    /* Half of the boundary moves by 3, the other half hardly. */
    const double moved = distance_of((box){ 0, 0, 90, 90 }, (box){ 3, 0, 93, 90 });
    assert_true(moved > 1.4 && moved < 1.7);
}

static void a_point_is_no_patch(void **state)
{
    (void)state;
    static layer patches;
    const double xy[] = { 1, 1 };
    const msc_shape point = { .is_point = 1, .xy = xy };
    const msc_features_in in = { .n = 1, .shape = (msc_shape *)(uintptr_t)&point };
    static const double from_m2[] = { 0 };
    msc_match m;
    msc_error err;
    const box b = { 0, 0, 5, 5 };
    make_layer(&patches, &b, 1);
    const msc_match_layers layers = { &patches.in, &in, NULL, 0.5, from_m2, 1 };
    assert_int_equal(msc_match_patches(&layers, &m, &err), MSC_EFORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(agrees_with_counted_squares), cmocka_unit_test(boundaries_apart), cmocka_unit_test(a_point_is_no_patch) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
