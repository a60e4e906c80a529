/* A field of displacements: its terms, its sum, and no extrapolation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include "grid/displacement.h"

static void a_cubic_by_hand(void **state)
{
    (void)state;
    msc_displacement f = { .degree = 3, .centre_x = 100, .centre_y = 50, .radius_px = 10, .x0 = -1e9, .y0 = -1e9, .x1 = 1e9, .y1 = 1e9 };
    for (int k = 0; k < MSC_DISPLACEMENT_TERMS; k++) {
        f.dx[k] = k + 1;
        f.dy[k] = k == 4 ? 2 : 0;
    }
    double d[2] = { 0.5, 0 };
    msc_displacement_add(&f, 120, 80, d);   /* u = 2, v = 3 */
    assert_true(fabs(d[0] - (0.5 + 1 + 2 * 2 + 3 * 3 + 4 * 4 + 5 * 6 + 6 * 9 + 7 * 8 + 8 * 12 + 9 * 18 + 10 * 27)) < 1e-9);
    assert_true(fabs(d[1] - 12) < 1e-12);
}

static void nothing_is_extrapolated(void **state)
{
    (void)state;
    const msc_displacement f = { .degree = 1, .centre_x = 0, .centre_y = 0, .radius_px = 1, .x0 = -5, .y0 = -5, .x1 = 5, .y1 = 5, .dx = { 0, 1, 0 }, .dy = { 0, 0, 1 } };
    double inside[2] = { 0, 0 }, beyond[2] = { 0, 0 };
    msc_displacement_add(&f, 5, -5, inside);
    msc_displacement_add(&f, 500, -77, beyond);
    assert_true(inside[0] == beyond[0] && inside[1] == beyond[1] && inside[0] == 5);
}

static void zero_is_no_displacement(void **state)
{
    (void)state;
    const msc_displacement f = { 0 };
    double d[2] = { 1, 2 };
    msc_displacement_add(&f, 1234, 99, d);
    assert_true(d[0] == 1 && d[1] == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_cubic_by_hand), cmocka_unit_test(nothing_is_extrapolated),
                                        cmocka_unit_test(zero_is_no_displacement) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
