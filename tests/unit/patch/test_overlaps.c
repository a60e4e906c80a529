/* What rectangles share with a square, a ring and a bow that is not valid. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "patch/overlaps.h"

static const double west[] = { 0, 0, 10, 0, 10, 20, 0, 20, 0, 0 };
static const double bow[] = { 30, 0, 40, 10, 40, 0, 30, 10, 30, 0 };
static const double ring[] = { 10, 0, 20, 0, 20, 20, 10, 20, 10, 0, 14, 4, 14, 8, 18, 8, 18, 4, 14, 4 };
static const size_t one_ring[] = { 0, 5 }, two_rings[] = { 0, 5, 10 };
static const uint8_t outer[] = { 1, 0 };
static msc_shape shapes[] = { { .n_rings = 1, .ring_start = one_ring, .is_outer = outer, .xy = west },
                              { .n_rings = 1, .ring_start = one_ring, .is_outer = outer, .xy = bow },
                              { .n_rings = 2, .ring_start = two_rings, .is_outer = outer, .xy = ring } };
static msc_value names[] = { { .is_set = 1, .text = "west" }, { .is_set = 1, .text = "bow" }, { .is_set = 0 } };
static const msc_features_in features = { .n = 3, .shape = shapes, .value = names, .n_fields = 1 };
static msc_overlaps *overlaps;

/* Common areas with each of the three; 0: not listed. */
static void assert_common(const double box[4], double with_west, double with_bow, double with_ring)
{
    const double xy[] = { box[0], box[1], box[0], box[3], box[2], box[3], box[2], box[1], box[0], box[1] };
    const double want[] = { with_west, with_bow, with_ring }, own[] = { 200, 0, 184 };
    const msc_shape shape = { .n_rings = 1, .ring_start = one_ring, .is_outer = outer, .xy = xy };
    const msc_overlap *found = NULL;
    size_t n = 0, k = 0;
    msc_error err = { 0 };
    assert_int_equal(msc_overlaps_find(overlaps, &shape, &found, &n, &err), MSC_OK);
    for (size_t i = 0; i < 3; i++) {
        if (want[i] == 0) continue;
        assert_true(k < n && found[k].at == i && fabs(found[k].common - want[i]) <= 0.2 * want[i] && found[k].own == own[i]);
        assert_string_equal(found[k++].name, names[i].is_set ? names[i].text : "");
    }
    assert_int_equal(n, k);
}

static void areas_in_common(void **state)
{
    (void)state;
    assert_common((double[]){ 0, 0, 20, 20 }, 200, 0, 184);
    assert_common((double[]){ 8, 1, 11, 3 }, 4, 0, 2);
    assert_common((double[]){ 15, 5, 17, 7 }, 0, 0, 0);           /* in the hole */
    assert_common((double[]){ 13, 3, 19, 9 }, 0, 0, 20);          /* round the hole */
    assert_common((double[]){ 20, 0, 22, 2 }, 0, 0, 0);           /* touches at an edge */
    assert_common((double[]){ 100, 100, 101, 101 }, 0, 0, 0);
    assert_common((double[]){ 30, 0, 40, 10 }, 0, 0, 0);          /* halves that turn against each other have no area */
}

/* More large features than an index keeps: it answers the tenth time as one that was never asked before. */
static void forgetting_changes_no_answer(void **state)
{
    (void)state;
    enum { SIDE = 24, N = SIDE * SIDE, CORNERS = 400 };
    static double xy[N][CORNERS + 1][2];
    static msc_shape round[N];
    static msc_value name[N];
    static const size_t start[] = { 0, CORNERS + 1 };
    const msc_features_in many = { .n = N, .shape = round, .value = name, .n_fields = 1 };
    for (int f = 0; f < N; f++) {
        for (int i = 0; i <= CORNERS; i++) {
            const double turn = 2 * 3.14159265358979 * (i % CORNERS) / CORNERS;
            xy[f][i][0] = f % SIDE * 100 + 55 * cos(turn);
            xy[f][i][1] = f / SIDE * 100 + 55 * sin(turn);
        }
        round[f] = (msc_shape){ .n_rings = 1, .ring_start = start, .is_outer = outer, .xy = &xy[f][0][0] };
    }
    msc_overlaps *old = NULL, *fresh = NULL;
    msc_error err = { 0 };
    assert_int_equal(msc_overlaps_open(&many, "many.gpkg", &old, &err), MSC_OK);
    for (int turn = 0; turn < 2; turn++)
        for (int k = 0; k < N; k++) {
            const int f = turn ? N - 1 - k : k * 61 % N;
            const double x = f % SIDE * 100 + 30 + turn, y = f / SIDE * 100 + 7;
            const double box[] = { x, y, x, y + 40, x + 40, y + 40, x + 40, y, x, y };
            const msc_shape shape = { .n_rings = 1, .ring_start = one_ring, .is_outer = outer, .xy = box };
            const msc_overlap *a = NULL, *b = NULL;
            size_t n_a = 0, n_b = 0;
            assert_int_equal(msc_overlaps_find(old, &shape, &a, &n_a, &err), MSC_OK);
            assert_true(n_a > 0);
            if (k % 16) continue;
            assert_int_equal(msc_overlaps_open(&many, "many.gpkg", &fresh, &err), MSC_OK);
            assert_int_equal(msc_overlaps_find(fresh, &shape, &b, &n_b, &err), MSC_OK);
            assert_int_equal(n_a, n_b);
            for (size_t i = 0; i < n_a; i++) assert_true(a[i].at == b[i].at && a[i].common == b[i].common && a[i].own == b[i].own);
            msc_overlaps_close(&fresh);
        }
    msc_overlaps_close(&old);
}

static void points_are_refused(void **state)
{
    (void)state;
    msc_overlaps *none = NULL;
    msc_error err = { 0 };
    shapes[1].is_point = 1;
    assert_int_equal(msc_overlaps_open(&features, "p.gpkg", &none, &err), MSC_EFORMAT);
    assert_null(none);
    shapes[1].is_point = 0;
}

static int begin(void **state)
{
    (void)state;
    msc_error err;
    return msc_overlaps_open(&features, "p.gpkg", &overlaps, &err) != MSC_OK;
}

static int end(void **state)
{
    (void)state;
    msc_overlaps_close(&overlaps);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(areas_in_common), cmocka_unit_test(forgetting_changes_no_answer), cmocka_unit_test(points_are_refused) };
    return cmocka_run_group_tests(tests, begin, end);
}
