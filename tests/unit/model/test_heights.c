/* What two elevation models of one ground have in common, found again where it is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "base/hash.h"
#include "model/heights.h"

enum { N = 40000 };
static msc_height_sample sample[N];

static double unit(int i, int stream) { return msc_random_unit(msc_random(5, (uint64_t)i, (uint64_t)stream)); }

static double normal(int i)
{
    double sum = -6;
    for (int k = 0; k < 12; k++) sum += unit(i, 10 + k);
    return sum;
}

/* Gradients up to 1.5 m a px; one pixel in 25 changed by 12 m. */
static void make(double offset, double noise, double shift)
{
    for (int i = 0; i < N; i++) {
        const double gradient = 1.5 * unit(i, 1) * unit(i, 2), sd = hypot(noise, shift * gradient);
        const double change = i % 25 == 0 ? (i % 2 ? 12 : -12) : 0;
        sample[i] = (msc_height_sample){ (float)(offset + sd * normal(i) + change), (float)gradient };
    }
}

static void offset_noise_and_shift_are_found(void **state)
{
    (void)state;
    static const double known[][3] = { { 0, 0.3, 0 }, { -2.5, 0.3, 0.7 }, { 40, 1.5, 2 }, { 0.2, 0.15, 0.5 } };
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        msc_heights h;
        make(known[k][0], known[k][1], known[k][2]);
        msc_heights_fit(sample, N, &h);
        assert_true(fabs((double)h.offset_m - known[k][0]) < 0.1 * known[k][1]);
        assert_true(fabs((double)h.noise_m / known[k][1] - 1) < 0.12);
        assert_true(fabs((double)h.shift_px - known[k][2]) < 0.1 + 0.1 * known[k][2]);
    }
}

static void models_without_noise_have_the_least(void **state)
{
    (void)state;
    msc_heights h;
    make(3, 0, 0);
    msc_heights_fit(sample, N, &h);
    assert_true(h.offset_m == 3 && h.noise_m == (float)MSC_HEIGHTS_LEAST_NOISE_M && h.shift_px == 0);
    for (int i = 0; i < N; i++) sample[i] = (msc_height_sample){ 0, 0 };       /* level ground */
    msc_heights_fit(sample, N, &h);
    assert_true(h.offset_m == 0 && h.noise_m == (float)MSC_HEIGHTS_LEAST_NOISE_M && h.shift_px == 0);
}

static void order_does_not_matter_and_few_say_nothing(void **state)
{
    (void)state;
    msc_heights a, b;
    make(1, 0.3, 0.7);
    msc_heights_fit(sample, N, &a);
    make(1, 0.3, 0.7);
    for (int i = 0; i < N / 2; i++) {
        const msc_height_sample held = sample[i];
        sample[i] = sample[N - 1 - i];
        sample[N - 1 - i] = held;
    }
    msc_heights_fit(sample, N, &b);
    assert_memory_equal(&a, &b, sizeof a);
    msc_heights_fit(sample, MSC_HEIGHTS_ENOUGH_PX - 1, &a);
    assert_true(a.noise_m == 0 && a.shift_px == 0 && a.offset_m == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(offset_noise_and_shift_are_found),
                                        cmocka_unit_test(models_without_noise_have_the_least),
                                        cmocka_unit_test(order_does_not_matter_and_few_say_nothing) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
