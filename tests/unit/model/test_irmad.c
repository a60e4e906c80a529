/* test_irmad.c - sums against big integers, chi-square against tables, correlations that are known, affine maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/hash.h"
#include "base/mem.h"
#include "model/irmad.h"
#include <math.h>
#include <string.h>

static const msc_settings settings = { .n_threads = 2 };

static double unit(uint64_t seed, size_t i, int b) { return msc_random_unit(msc_random(seed, i, (uint64_t)b)); }
/* A normal draw by Box & Muller 1958. */
static double normal(uint64_t seed, size_t i, int b)
{
    return sqrt(-2 * log(1 - unit(seed, i, 2 * b))) * cos(6.283185307179586 * unit(seed, i, 2 * b + 1));
}

/* Published upper points (Abramowitz & Stegun 1964, table 26.8). */
static void chi_square_is_that_of_the_tables(void **state)
{
    (void)state;
    static const struct { int dof; double z, above; } row[] = {
        { 1, 3.84146, 0.05 },  { 1, 0.0157908, 0.9 }, { 2, 5.99146, 0.05 }, { 3, 7.81473, 0.05 },  { 3, 11.3449, 0.01 },
        { 4, 9.48773, 0.05 },  { 4, 13.2767, 0.01 },  { 4, 0.710721, 0.95 }, { 5, 20.515, 0.001 }, { 6, 12.5916, 0.05 },
        { 10, 18.3070, 0.05 }, { 10, 3.94030, 0.95 }, { 23, 35.1725, 0.05 } };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        assert_true(fabs(msc_chi2_above(row[i].z, row[i].dof) / row[i].above - 1) < 2e-5);
        assert_true(fabs(msc_chi2_at(row[i].above, row[i].dof) / row[i].z - 1) < 2e-5);
    }
    for (int dof = 1; dof <= 23; dof++) {
        assert_true(msc_chi2_above(0, dof) == 1 && msc_chi2_above(-1, dof) == 1 && msc_chi2_above(1e6, dof) == 0);
        for (double z = 0.01; z < 200; z *= 1.1) assert_true(msc_chi2_above(z, dof) >= msc_chi2_above(1.1 * z, dof) - 1e-15);
    }
}

/* Against the definition, with means a thousand times the spread; parts join to the whole. */
static void sums_are_those_of_the_definition(void **state)
{
    (void)state;
    enum { MANY = 7001 };
    float *plane[2] = { msc_alloc(MANY, sizeof **plane), msc_alloc(MANY, sizeof **plane) };
    double *weight = msc_alloc(MANY, sizeof *weight), mean[2] = { 0 }, covariance[2][2] = { { 0 } }, sum = 0;
    static const double centre[2] = { 50000, 40000 };
    for (size_t i = 0; i < MANY; i++) {
        plane[0][i] = (float)(50010 + 50 * normal(1, i, 0));
        plane[1][i] = (float)(40000 + 30 * normal(1, i, 0) + 20 * normal(1, i, 1));
        weight[i] = i % 5 ? unit(1, i, 9) : 0;
        sum += weight[i];
        for (int p = 0; p < 2; p++) mean[p] += weight[i] * plane[p][i];
    }
    for (int p = 0; p < 2; p++) mean[p] /= sum;
    for (size_t i = 0; i < MANY; i++)
        for (int p = 0; p < 2; p++)
            for (int q = 0; q < 2; q++) covariance[p][q] += weight[i] * (plane[p][i] - mean[p]) * (plane[q][i] - mean[q]) / sum;
    msc_irmad_sums whole, part;
    msc_irmad_sums_begin(&whole, 2, centre);
    for (size_t first = 0, n = 77; first < MANY; first += n) {
        n = first + n < MANY ? n : MANY - first;
        const float *from[2] = { plane[0] + first, plane[1] + first };
        msc_irmad_sums_begin(&part, 2, centre);
        msc_irmad_sums_add(&part, from, weight + first, n);
        msc_irmad_sums_merge(&whole, &part);
    }
    assert_int_equal(whole.n_px, MANY - (MANY + 4) / 5);
    for (int p = 0; p < 2; p++) {
        assert_true(fabs(msc_irmad_mean(&whole, p) / mean[p] - 1) < 1e-14);
        for (int q = 0; q < 2; q++) assert_true(fabs(msc_irmad_covariance(&whole, p, q) / covariance[p][q] - 1) < 1e-12);
    }
    msc_release(plane[0]);
    msc_release(plane[1]);
    msc_release(weight);
}

enum { SIZE = 40000, BANDS = 4 };

/* Bands of one scene twice: before 1000 t + noise, after another gain and offset, `changed` in 100 pixels new. */
static float *made(double noise, int changed, uint64_t seed)
{
    float *value = msc_alloc((size_t)2 * BANDS * SIZE, sizeof *value);
    static const double mix[BANDS][3] = { { 900, 100, 50 }, { 800, 300, -100 }, { 700, 500, 200 }, { -300, 900, 300 } };
    for (size_t i = 0; i < SIZE; i++)
        for (int b = 0; b < BANDS; b++) {
            double before = 20000, after = 22000;
            for (int k = 0; k < 3; k++) {
                before += mix[b][k] * normal(seed, i, k);
                after += 0.8 * mix[b][k] * normal(i % 100 < (size_t)changed ? seed + 1 : seed, i, k);
            }
            value[(size_t)b * SIZE + i] = (float)floor(before + noise * normal(seed + 2, i, b) + 0.5);
            value[(size_t)(BANDS + b) * SIZE + i] = (float)floor(after + noise * normal(seed + 3, i, b) + 0.5);
        }
    return value;
}

static msc_variates iterate(const float *value, msc_irmad_fit *fit)
{
    const msc_irmad_sample sample = { .value = value, .n = SIZE, .n_before = BANDS, .n_after = BANDS };
    msc_variates v;
    msc_error err;
    *fit = (msc_irmad_fit){ .max_iterations = 50, .tolerance = 0.001 };
    assert_int_equal(msc_irmad_iterate(&settings, &sample, fit, &v, &err), MSC_OK);
    return v;
}

static void score_all(const msc_variates *v, const float *value, double *z)
{
    const float *plane[2 * BANDS];
    for (int b = 0; b < 2 * BANDS; b++) plane[b] = value + (size_t)b * SIZE;
    msc_irmad_score(v, plane, SIZE, z);
}

/* The same ground with independent noise: z exceeds the 0.95 and 0.99 points as often as chi-square does. */
static void noise_alone_is_chi_square(void **state)
{
    (void)state;
    float *value = made(200, 0, 5);
    double *z = msc_alloc(SIZE, sizeof *z);
    msc_irmad_fit fit = { .max_iterations = 1, .tolerance = 0.001 };
    const msc_irmad_sample sample = { .value = value, .n = SIZE, .n_before = BANDS, .n_after = BANDS };
    msc_variates v;
    assert_int_equal(msc_irmad_iterate(&settings, &sample, &fit, &v, NULL), MSC_OK);
    for (int i = 0; i < v.n; i++) assert_true(v.rho[i] >= 0 && v.rho[i] <= 1 && (i == 0 || v.rho[i] <= v.rho[i - 1]));
    score_all(&v, value, z);
    int above_95 = 0, above_99 = 0;
    for (int i = 0; i < SIZE; i++) above_95 += z[i] > 9.48773, above_99 += z[i] > 13.2767;
    /* Four standard errors of a share of 40,000. */
    assert_true(fabs(above_95 / (double)SIZE - 0.05) < 4 * sqrt(0.05 * 0.95 / SIZE));
    assert_true(fabs(above_99 / (double)SIZE - 0.01) < 4 * sqrt(0.01 * 0.99 / SIZE));
    assert_int_equal(msc_irmad_calibrate(&sample, &v, NULL), MSC_OK);
    assert_true(fabs(v.scale - 1) < 0.03);
    msc_release(value);
    msc_release(z);
}

/* Iterated, a third of the ground being new: the changed third has the large z. */
static void change_stands_out(void **state)
{
    (void)state;
    float *value = made(60, 30, 9);
    double *z = msc_alloc(SIZE, sizeof *z);
    msc_irmad_fit fit;
    msc_variates v = iterate(value, &fit);
    const msc_irmad_sample sample = { .value = value, .n = SIZE, .n_before = BANDS, .n_after = BANDS };
    assert_true(fit.is_converged && fit.delta < 0.001 && fit.n_iterations > 2);
    assert_true(v.rho[0] > fit.first.rho[0] + 0.1 && v.rho[0] > 0.98);
    assert_int_equal(msc_irmad_calibrate(&sample, &v, NULL), MSC_OK);
    score_all(&v, value, z);
    int missed = 0, wrong = 0;
    for (int i = 0; i < SIZE; i++) {
        const int is_flagged = msc_irmad_no_change(&v, z[i]) < 0.01;
        if (i % 100 < 30) missed += !is_flagged;
        else wrong += is_flagged;
    }
    assert_true(missed < 0.02 * 0.3 * SIZE && wrong < 0.02 * 0.7 * SIZE);
    msc_irmad_sums sums;
    assert_int_equal(msc_irmad_unchanged(&settings, &sample, &v, 0.95, -1, &sums, NULL), MSC_OK);
    assert_true(sums.n_px > 0.03 * SIZE && sums.n_px < 0.1 * SIZE);
    double gain, offset;
    for (int b = 0; b < BANDS; b++) {      /* what brings the year after back to the year before */
        assert_true(msc_orthogonal_line(msc_irmad_covariance(&sums, BANDS + b, BANDS + b), msc_irmad_covariance(&sums, b, b),
                                        msc_irmad_covariance(&sums, b, BANDS + b), msc_irmad_mean(&sums, BANDS + b), msc_irmad_mean(&sums, b),
                                        &gain, &offset));
        assert_true(fabs(gain - 1.25) < 0.02 && fabs(gain * 22000 + offset - 20000) < 20);
    }
    msc_release(value);
    msc_release(z);
}

/* Bands mixed, stretched and turned round in either year: the same correlations and the same z. */
static void affine_maps_do_not_matter(void **state)
{
    (void)state;
    static const double mix[BANDS][BANDS] = { { 0.9, 0.3, 0, 0 }, { -0.2, 0.7, 0.4, 0 }, { 0, 0.5, -1.1, 0.2 }, { 0.3, 0, 0, 1.6 } };
    float *value = made(60, 20, 12), *mapped = msc_alloc((size_t)2 * BANDS * SIZE, sizeof *mapped);
    memcpy(mapped, value, (size_t)2 * BANDS * SIZE * sizeof *mapped);
    for (int year = 0; year < 2; year++)
        for (int b = 0; b < BANDS; b++)
            for (size_t i = 0; i < SIZE; i++) {
                double x = 30000 + (year ? 3000 : -2000);
                for (int k = 0; k < BANDS; k++) x += (year ? mix[k][b] : mix[b][k]) * 3 * (value[(size_t)(year * BANDS + k) * SIZE + i] - 21000.0);
                mapped[(size_t)(year * BANDS + b) * SIZE + i] = (float)x;
            }
    double *z = msc_alloc(SIZE, sizeof *z), *mapped_z = msc_alloc(SIZE, sizeof *mapped_z);
    msc_irmad_fit fit;
    const msc_variates v = iterate(value, &fit);
    score_all(&v, value, z);
    const int n_iterations = fit.n_iterations;
    const msc_variates m = iterate(mapped, &fit);
    score_all(&m, mapped, mapped_z);
    assert_int_equal(fit.n_iterations, n_iterations);
    for (int i = 0; i < BANDS; i++) assert_true(fabs(v.rho[i] - m.rho[i]) < 1e-6);
    for (int i = 0; i < SIZE; i++) assert_true(fabs(sqrt(z[i]) - sqrt(mapped_z[i])) < 1e-3 + 1e-4 * sqrt(z[i]));
    msc_release(value);
    msc_release(mapped);
    msc_release(z);
    msc_release(mapped_z);
}

static void bands_that_say_nothing_are_left_out(void **state)
{
    (void)state;
    float *value = made(60, 20, 12);
    msc_irmad_fit fit;
    for (size_t i = 0; i < SIZE; i++) {
        value[(size_t)2 * SIZE + i] = 777;                                             /* constant, before */
        value[(size_t)5 * SIZE + i] = (float)(3 * value[(size_t)4 * SIZE + i] + 11 + 1e-3 * unit(1, i, 1));   /* all but another band, after */
    }
    msc_variates v = iterate(value, &fit);
    assert_true(v.is_used[0] && v.is_used[1] && !v.is_used[2] && v.is_used[3]);
    assert_int_equal(v.is_used[4] + v.is_used[5], 1);
    assert_int_equal(v.n, 3);
    /* Nothing at all to go by. */
    const msc_irmad_sample few = { .value = value, .n = 8, .n_before = BANDS, .n_after = BANDS };
    msc_error err;
    assert_int_equal(msc_irmad_iterate(&settings, &few, &fit, &v, &err), MSC_ENODATA);
    for (size_t i = 0; i < (size_t)BANDS * SIZE; i++) value[i] = 5;
    const msc_irmad_sample flat = { .value = value, .n = SIZE, .n_before = BANDS, .n_after = BANDS };
    assert_int_equal(msc_irmad_iterate(&settings, &flat, &fit, &v, &err), MSC_ENODATA);
    assert_non_null(strstr(err.detail, "before"));
    msc_release(value);
}

static void equal_images_are_unchanged(void **state)
{
    (void)state;
    float *value = made(60, 0, 3);
    double *z = msc_alloc(SIZE, sizeof *z);
    memcpy(value + (size_t)BANDS * SIZE, value, (size_t)BANDS * SIZE * sizeof *value);
    msc_irmad_fit fit;
    const msc_variates v = iterate(value, &fit);
    score_all(&v, value, z);
    assert_true(fit.is_converged);
    for (int i = 0; i < SIZE; i++) assert_true(msc_irmad_no_change(&v, z[i]) > 0.9999);
    msc_release(value);
    msc_release(z);
}

static void the_table_is_the_function(void **state)
{
    (void)state;
    for (int n = 1; n <= MSC_IRMAD_BANDS; n += 2) {
        enum { PX = 4000 };
        float *value = msc_alloc((size_t)2 * MSC_IRMAD_BANDS * PX, sizeof *value);
        for (size_t i = 0; i < (size_t)2 * (size_t)n * PX; i++) value[i] = (float)(msc_random(3, i, 0) >> 50);
        const msc_irmad_sample sample = { .value = value, .n = PX, .n_before = n, .n_after = n };
        msc_irmad_fit fit = { .max_iterations = 1, .tolerance = 1 };
        msc_variates v;
        assert_int_equal(msc_irmad_iterate(&settings, &sample, &fit, &v, NULL), MSC_OK);
        for (double z = 0; z < 300; z += 0.037) assert_true(fabs(msc_irmad_no_change(&v, z) - msc_chi2_above(z, n)) < 3e-7);
        double row[301];             /* the last is no number, as pixels that are not observed may be */
        uint8_t byte[301];
        for (int i = 0; i < 300; i++) row[i] = i < 200 ? 0.15 * i : 30.0 * (i - 199);
        row[300] = NAN;
        msc_irmad_no_change_row(&v, row, 301, 254, byte);
        for (int i = 0; i < 301; i++) assert_int_equal(byte[i], (uint8_t)(254 * msc_irmad_no_change(&v, row[i]) + 0.5));
        msc_release(value);
    }
}

static void rows_become_floats(void **state)
{
    (void)state;
    const float in[] = { -1, 0, 0.25f, 1, 7, NAN, -INFINITY };
    static const float want[] = { -0.5f, 0, 0.25f, 1, 2, -0.5f, -0.5f };
    static const uint8_t bytes[] = { 0, 7, 255 };
    static const unsigned short words[] = { 0, 7, 65535 };
    float out[7];
    const msc_irmad_limit limit = { -0.5f, 2 }, none = { -INFINITY, INFINITY };
    msc_irmad_load(MSC_F32, in, 7, &limit, out);
    assert_memory_equal(out, want, sizeof want);
    msc_irmad_load(MSC_U8, bytes, 3, &none, out);
    assert_true(out[0] == 0 && out[1] == 7 && out[2] == 255);
    msc_irmad_load(MSC_U16, words, 3, &none, out);
    assert_true(out[0] == 0 && out[1] == 7 && out[2] == 65535);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(chi_square_is_that_of_the_tables), cmocka_unit_test(sums_are_those_of_the_definition),
        cmocka_unit_test(noise_alone_is_chi_square), cmocka_unit_test(change_stands_out), cmocka_unit_test(affine_maps_do_not_matter),
        cmocka_unit_test(bands_that_say_nothing_are_left_out), cmocka_unit_test(equal_images_are_unchanged),
        cmocka_unit_test(the_table_is_the_function), cmocka_unit_test(rows_become_floats) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
