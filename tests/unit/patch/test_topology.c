/* test_topology.c - valid and apart: touching is neither invalid nor an overlap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "patch/topology.h"

enum { MAX = 8 };
static double xy[MAX][10];
static const size_t start[] = {0, 5};
static const uint8_t outer[] = {1};

static void square(double to[10], double west, double south, double side)
{
    const double ring[] = {west, south, west, south + side, west + side, south + side, west + side, south, west, south};
    memcpy(to, ring, sizeof ring);
}

static msc_topology verdict(size_t n)
{
    msc_shape shape[MAX];
    msc_topology t;
    msc_error err = {0};
    for (size_t i = 0; i < n; i++) {
        shape[i] = (msc_shape){.n_rings = 1, .ring_start = start, .is_outer = outer, .xy = xy[i]};
    }
    const msc_features_in features = {.n = n, .shape = shape};
    assert_int_equal(msc_topology_check(&features, "a.shp", &t, &err), MSC_OK);
    return t;
}

static void neighbours_touch_and_do_not_overlap(void **state)
{
    (void)state;
    square(xy[0], 0, 0, 10);
    square(xy[1], 10, 0, 10);     /* along an edge */
    square(xy[2], 20, 10, 10);    /* at a corner */
    const msc_topology t = verdict(3);
    assert_int_equal(t.n_invalid, 0);
    assert_int_equal(t.n_overlaps, 0);
    assert_int_equal(verdict(0).n_overlaps, 0);
}

static void overlaps_are_counted_once_and_the_first_is_named(void **state)
{
    (void)state;
    square(xy[0], 50, 50, 1);
    square(xy[1], 0, 0, 10);
    square(xy[2], 9, 9, 10);      /* a corner of 1 */
    square(xy[3], 2, 2, 3);       /* inside 1 */
    square(xy[4], 0, 0, 10);      /* 1 again, and so over 2 and 3 too */
    const msc_topology t = verdict(5);
    assert_int_equal(t.n_overlaps, 5);
    assert_int_equal(t.overlap[0], 1);
    assert_int_equal(t.overlap[1], 2);
}

static void a_bow_tie_is_invalid_and_overlaps_nothing(void **state)
{
    (void)state;
    const double bow[] = {0, 0, 10, 10, 10, 0, 0, 10, 0, 0};
    square(xy[0], 0, 0, 10);
    memcpy(xy[1], bow, sizeof bow);
    const msc_topology t = verdict(2);
    assert_int_equal(t.n_invalid, 1);
    assert_int_equal(t.first_invalid, 1);
    assert_non_null(strstr(t.why, "intersection"));
    assert_int_equal(t.n_overlaps, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbours_touch_and_do_not_overlap),
        cmocka_unit_test(overlaps_are_counted_once_and_the_first_is_named),
        cmocka_unit_test(a_bow_tie_is_invalid_and_overlaps_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
