/* The smooth field: planted fields come back, windows that are wrong do not matter, and the error that is told is that of
 * windows which the field did not see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdint.h>
#include "base/hash.h"
#include "model/shift_field.h"

enum { ACROSS = 12, DOWN = 9, N = ACROSS * DOWN, STEP = 256 };

static double uniform(int i, int what) { return (double)(msc_random(11, (uint64_t)i, (uint64_t)what) >> 11) / 9007199254740992.0; }
static double normal(int i, int what) { return sqrt(-2 * log(uniform(i, what) + 1e-300)) * cos(6.283185307 * uniform(i, what + 50)); }

/* Planted displacement of a degree at (x, y), px. */
static void planted(int degree, double x, double y, double d[2])
{
    const double u = x / 1536 - 1, v = y / 1152 - 1;
    d[0] = 0.4 + (degree > 0 ? 0.8 * u - 0.5 * v : 0) + (degree > 1 ? 0.6 * u * u - 0.7 * u * v : 0);
    d[1] = -0.9 + (degree > 0 ? 0.3 * v : 0) + (degree > 1 ? 0.5 * v * v : 0);
}

static void make(msc_shift_point *p, int degree, double sigma_px, int n_wrong)
{
    for (int i = 0; i < N; i++) {
        double d[2];
        p[i] = (msc_shift_point){ .x = (i % ACROSS + 0.5) * STEP, .y = (i / ACROSS + 0.5) * STEP, .sigma_px = sigma_px };
        planted(degree, p[i].x, p[i].y, d);
        p[i].dx_px = d[0] + sigma_px * normal(i, 1);
        p[i].dy_px = d[1] + sigma_px * normal(i, 2);
        if (i * 7 % N < n_wrong) {
            p[i].dx_px = 12 * uniform(i, 3) - 3;
            p[i].dy_px = 12 * uniform(i, 4) + 1;
        }
    }
}

static double worst(const msc_shift_fit *fit, int degree)
{
    double most = 0;
    for (int y = 128; y < DOWN * STEP - 128; y += 100)
        for (int x = 128; x < ACROSS * STEP - 128; x += 100) {
            double want[2], found[2] = { 0, 0 };
            planted(degree, x, y, want);
            msc_displacement_add(&fit->field, x, y, found);
            most = fmax(most, hypot(found[0] - want[0], found[1] - want[1]));
        }
    return most;
}

static void planted_fields_come_back(void **state)
{
    (void)state;
    msc_shift_point p[N];
    msc_shift_fit fit;
    msc_error err;
    for (int degree = 0; degree <= 2; degree++) {
        make(p, degree, 0.05, 0);
        assert_int_equal(msc_shift_fit_field(p, N, &fit, &err), MSC_OK);
        assert_int_equal(fit.field.degree, degree);
        assert_true(worst(&fit, degree) < 0.06);
        /* Two components of 0.05 px each. */
        assert_true(fabs(fit.rmse_px - 0.05 * sqrt(2)) < 0.012);
        assert_in_range(fit.n_outliers, 0, 4);
    }
    assert_true(fit.rmse_before_px > 0.7);
}

static void wrong_windows_do_not_matter(void **state)
{
    (void)state;
    msc_shift_point p[N];
    msc_shift_fit fit;
    msc_error err;
    make(p, 1, 0.05, N / 4);
    assert_int_equal(msc_shift_fit_field(p, N, &fit, &err), MSC_OK);
    assert_true(worst(&fit, 1) < 0.1);
    assert_in_range(fit.n_outliers, N / 4 - 3, N / 4 + 4);
    for (int i = 0; i < N; i++)
        if (i * 7 % N < N / 4 && p[i].dy_px > 3) assert_true(p[i].is_outlier);
    assert_true(fit.rmse_px < 0.11);
}

static void few_windows_are_enough_for_few_terms(void **state)
{
    (void)state;
    msc_shift_fit fit;
    msc_error err;
    msc_shift_point one = { .x = 100, .y = 100, .dx_px = 0.5, .dy_px = -0.25, .sigma_px = 0.04 };
    assert_int_equal(msc_shift_fit_field(&one, 1, &fit, &err), MSC_OK);
    assert_int_equal(fit.field.degree, 0);
    assert_true(fabs(fit.field.dx[0] - 0.5) < 1e-12 && fabs(fit.field.dy[0] + 0.25) < 1e-12);
    assert_true(fabs(fit.rmse_px - 0.04) < 1e-12 && fabs(fit.rmse_before_px - hypot(0.5, 0.25)) < 1e-12);
    msc_shift_point five[5];
    for (int i = 0; i < 5; i++) five[i] = (msc_shift_point){ .x = 100 * i, .y = 3, .dx_px = 1 + 0.01 * i, .dy_px = 2, .sigma_px = 0.03 };
    assert_int_equal(msc_shift_fit_field(five, 5, &fit, &err), MSC_OK);
    assert_int_equal(fit.field.degree, 0);
    assert_true(fabs(fit.median_dx_px - 1.02) < 1e-12 && fabs(fit.median_dy_px - 2) < 1e-12);
    /* In one row they say nothing of the other direction, however many they are. */
    msc_shift_point row[40];
    for (int i = 0; i < 40; i++) row[i] = (msc_shift_point){ .x = 100 * i, .y = 3, .dx_px = 0.1 * i, .dy_px = 0, .sigma_px = 0.03 };
    assert_int_equal(msc_shift_fit_field(row, 40, &fit, &err), MSC_OK);
    assert_int_equal(fit.field.degree, 0);
}

static void none_is_found_where_there_is_none(void **state)
{
    (void)state;
    msc_shift_point p[N];
    msc_shift_fit fit;
    msc_error err;
    for (int i = 0; i < N; i++) p[i] = (msc_shift_point){ .x = (i % ACROSS) * STEP, .y = i / ACROSS * STEP, .sigma_px = 0.001 };
    assert_int_equal(msc_shift_fit_field(p, N, &fit, &err), MSC_OK);
    assert_true(fit.rmse_px == 0 && fit.rmse_before_px == 0 && fit.n_outliers == 0 && fit.field.degree == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_fields_come_back), cmocka_unit_test(wrong_windows_do_not_matter),
        cmocka_unit_test(few_windows_are_enough_for_few_terms), cmocka_unit_test(none_is_found_where_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
