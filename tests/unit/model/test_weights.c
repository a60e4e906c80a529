/* Rate and worth of evidence found again in mixtures that are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "base/hash.h"
#include "model/weights.h"

enum { N_STEPS = 161, N_PX = 400000 };
static msc_weights_count count[N_STEPS];
static double odds[N_STEPS], usual_ratio[256];

static double unit(uint64_t item, uint64_t stream) { return msc_random_unit(msc_random(3, item, stream)); }

static double normal(int i, int stream)
{
    double sum = -6;
    for (int k = 0; k < 12; k++) sum += unit((uint64_t)i, (uint64_t)(stream * 16 + k));
    return sum;
}

/* Log odds of two normal populations of variance v and means +-v / 2 are their own logarithms of likelihood ratios. Evidence: a
 * byte that is uniform without change, and below `top` in 90 % of the changes. */
static void mix(double rate, int n_px, int top)
{
    const double v = 9;
    memset(count, 0, sizeof count);
    for (int s = 0; s < N_STEPS; s++) odds[s] = (s - N_STEPS / 2) * 0.25;
    for (int i = 0; i < n_px; i++) {
        const int is_change = unit((uint64_t)i, 1) < rate;
        const double o = (is_change ? v / 2 : -v / 2) + sqrt(v) * normal(i, 1), u = unit((uint64_t)i, 2);
        const int is_low = is_change && unit((uint64_t)i, 3) < 0.9;
        const int s = (int)lround(o / 0.25) + N_STEPS / 2;
        count[s < 0 ? 0 : s < N_STEPS ? s : N_STEPS - 1][MSC_WEIGHTS_HEIGHTS][(int)(u * (is_low ? top : MSC_WEIGHTS_LEVELS))]++;
    }
}

static msc_weights fit(void)
{
    msc_weights w;
    const msc_weights_known known = { .odds = odds, .n_steps = N_STEPS, .usual_rate = 0.02, .usual_ratio = usual_ratio };
    msc_weights_fit((const msc_weights_count *)count, &known, &w);
    return w;
}

static void the_rate_is_found(void **state)
{
    (void)state;
    static const double rates[] = { 0.005, 0.02, 0.1 };
    for (int i = 0; i < 3; i++) {
        mix(rates[i], N_PX, 30);
        const msc_weights w = fit();
        assert_int_equal(w.n_px, N_PX);
        assert_true(w.is_ratio_measured && fabs(w.rate / rates[i] - 1) < 0.15);
    }
}

static void the_ratio_is_found_and_monotone(void **state)
{
    (void)state;
    mix(0.05, N_PX, 30);
    const msc_weights w = fit();
    const double low = log(0.9 * MSC_WEIGHTS_LEVELS / 30 + 0.1), high = log(0.1);
    for (int e = 0; e < 30; e++) assert_true(fabs(w.ratio[e] - low) < 0.25);
    for (int e = 40; e < 240; e++) assert_true(fabs(w.ratio[e] - high) < 0.6);
    for (int e = 1; e < MSC_WEIGHTS_LEVELS; e++) assert_true(w.ratio[e] <= w.ratio[e - 1]);
    assert_true(w.ratio[255] == 0);
}

static void too_few_pixels_leave_the_usual(void **state)
{
    (void)state;
    for (int e = 0; e < 255; e++) usual_ratio[e] = 1 - e / 100.0;
    mix(0.02, 2000, 30);
    msc_weights w = fit();
    assert_true(!w.is_ratio_measured && memcmp(w.ratio, usual_ratio, sizeof usual_ratio) == 0);
    memset(count, 0, sizeof count);
    w = fit();
    assert_true(w.n_px == 0 && w.rate == 0.02);
    memset(usual_ratio, 0, sizeof usual_ratio);
}

/* The rate is a fixed point of the ratio that is used, be it the scene's or a given one. */
static void the_rate_takes_the_given_ratio(void **state)
{
    (void)state;
    mix(0.02, N_PX, 30);
    for (int e = 0; e < 255; e++) usual_ratio[e] = 1.5 - e / 50.0;
    const msc_weights_known known = { .odds = odds, .n_steps = N_STEPS, .usual_rate = 0.02, .usual_ratio = usual_ratio, .is_ratio_given = 1 };
    const msc_weights measured = fit();
    msc_weights w;
    msc_weights_fit((const msc_weights_count *)count, &known, &w);
    assert_true(!w.is_ratio_measured && memcmp(w.ratio, usual_ratio, sizeof usual_ratio) == 0);
    double sum = 0;
    for (int s = 0; s < N_STEPS; s++)
        for (int e = 0; e < 256; e++) sum += (double)count[s][MSC_WEIGHTS_HEIGHTS][e] / (1 + exp(-(odds[s] + log(w.rate / (1 - w.rate)) + usual_ratio[e])));
    assert_true(fabs(sum / N_PX / w.rate - 1) < 1e-3);
    assert_true(fabs(measured.rate / w.rate - 1) > 0.01);
    memset(usual_ratio, 0, sizeof usual_ratio);
}

/* Ground that differs by level 3 and less in 80 % of the changes and in one pixel of 50 without: worth ln 40, the rest ln 0.2; less
 * by what those who are for change are wrong. */
static void the_ground_is_weighed_like_the_images(void **state)
{
    (void)state;
    mix(0.02, N_PX, 30);
    const msc_weights images = fit();
    assert_true(!images.is_height_measured && images.height_ratio[0] == 0);
    static msc_weights_count with[N_STEPS];
    memset(with, 0, sizeof with);
    uint64_t item = 0;
    for (int s = 0; s < N_STEPS; s++)
        for (int e = 0; e < 256; e++)
            for (int64_t i = 0; i < count[s][MSC_WEIGHTS_HEIGHTS][e]; i++, item++) {
                const double p = 1 / (1 + exp(-(odds[s] + log(0.02 / 0.98) + images.ratio[e])));
                const int is_change = unit(item, 200) < p, differs = unit(item, 201) < (is_change ? 0.8 : 0.02);
                with[s][differs ? (int)(4 * unit(item, 202)) : 12 + (int)(4 * unit(item, 202))][e]++;
            }
    const msc_weights_known known = { .odds = odds, .n_steps = N_STEPS, .usual_rate = 0.02, .usual_ratio = usual_ratio };
    msc_weights w;
    msc_weights_fit((const msc_weights_count *)with, &known, &w);
    assert_true(w.is_height_measured && fabs(w.rate / 0.02 - 1) < 0.15 && memcmp(w.ratio, images.ratio, sizeof w.ratio) == 0);
    for (int h = 0; h < 4; h++) assert_true(fabs(w.height_ratio[h] - log(40)) < 0.4);
    for (int h = 12; h < 16; h++) assert_true(fabs(w.height_ratio[h] - log(0.2 / 0.98)) < 0.5);
    assert_true(w.height_ratio[MSC_WEIGHTS_HEIGHTS] == 0);
}

/* Where nothing changed the rate goes to the least there is, whatever it started from. */
static void no_change_is_no_change(void **state)
{
    (void)state;
    mix(0, N_PX, 30);
    assert_true(fit().rate < 0.0006);
}

/* Two kinds of pixels keep apart what is theirs; of a second kind that is hardly there the first is believed. */
static void each_kind_is_weighed_by_itself(void **state)
{
    (void)state;
    static msc_weights_count both[2 * N_STEPS];
    const msc_weights_known known = { .odds = odds, .n_steps = N_STEPS, .usual_rate = 0.02, .usual_ratio = usual_ratio };
    msc_weights alone[2], w[2];
    for (int i = 0; i < 2; i++) {
        mix(i ? 0.1 : 0.01, N_PX, i ? 200 : 20);
        alone[i] = fit();
        memcpy(both + i * N_STEPS, count, sizeof count);
    }
    msc_weights_fit_both((const msc_weights_count *)both, &known, w);
    assert_memory_equal(w, alone, sizeof w);
    assert_true(w[0].ratio[10] > w[1].ratio[10] + 1 && w[1].rate > 5 * w[0].rate);
    mix(0.1, 2000, 200);
    memcpy(both + N_STEPS, count, sizeof count);
    msc_weights_fit_both((const msc_weights_count *)both, &known, w);
    assert_true(!w[1].is_ratio_measured && w[1].rate == w[0].rate && w[1].n_px == 2000);
    assert_memory_equal(w[1].ratio, w[0].ratio, sizeof w[0].ratio);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_kind_is_weighed_by_itself), cmocka_unit_test(the_rate_is_found), cmocka_unit_test(the_ratio_is_found_and_monotone),
                                        cmocka_unit_test(too_few_pixels_leave_the_usual),
                                        cmocka_unit_test(the_rate_takes_the_given_ratio),
                                        cmocka_unit_test(the_ground_is_weighed_like_the_images), cmocka_unit_test(no_change_is_no_change) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
