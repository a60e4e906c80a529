/* Co-occurrence by its definition: the matrix of each window, made pixel by pixel, and Haralick's formulas on it. */
#include "made_tile.h"
#include "ops/features.h"
#include <stdio.h>

enum { LEVELS = 8, N_BANDS = 3 };
static const char *const bands[N_BANDS] = { "red", "nir", "air" };
static const msc_type types[N_BANDS] = { MSC_U8, MSC_U16, MSC_F32 };

static int level_of(int band, int32_t x, int32_t y, double low, double high)
{
    const float at = ((float)made_value(types[band], x, y, band) - (float)low) * (float)(LEVELS / (high - low));
    return at > 0 ? at < 7 ? (int)at : 7 : 0;
}

/* The symmetric matrix of a window, all four directions; returns the number of pairs. */
static double matrix_of(int band, int32_t x, int32_t y, int32_t r, double low, double high, double p[LEVELS][LEVELS])
{
    static const int step[4][2] = { { 1, 0 }, { 0, 1 }, { 1, 1 }, { -1, 1 } };
    double n = 0;
    memset(p, 0, sizeof(double) * LEVELS * LEVELS);
    for (int32_t v = y - r; v <= y + r; v++)
        for (int32_t u = x - r; u <= x + r; u++)
            for (int d = 0; d < 4; d++) {
                const int32_t u2 = u + step[d][0], v2 = v + step[d][1];
                if (u2 < x - r || u2 > x + r || v2 > y + r || !made_seen(u, v) || !made_seen(u2, v2)) continue;
                const int a = level_of(band, u, v, low, high), b = level_of(band, u2, v2, low, high);
                p[a][b]++, p[b][a]++, n++;
            }
    for (int i = 0; i < LEVELS * LEVELS && n > 0; i++) (&p[0][0])[i] /= 2 * n;
    return n;
}

/* Contrast, homogeneity, correlation, angular second moment. */
static void haralick(double p[LEVELS][LEVELS], double n, double of[4])
{
    double mean = 0, variance = 0, covariance = 0;
    of[0] = of[1] = of[2] = of[3] = 0;
    for (int i = 0; i < LEVELS; i++)
        for (int j = 0; j < LEVELS; j++) {
            of[0] += (i - j) * (i - j) * p[i][j];
            of[3] += p[i][j] * p[i][j];
            of[1] += p[i][j] / (1 + (i - j) * (i - j));
            mean += i * p[i][j];
        }
    for (int i = 0; i < LEVELS; i++)
        for (int j = 0; j < LEVELS; j++) {
            variance += (i - mean) * (i - mean) * p[i][j];
            covariance += (i - mean) * (j - mean) * p[i][j];
        }
    if (n > 0) of[2] = variance > 1e-12 ? covariance / variance : 1;
}

static void check(const char *format, int band, int32_t side, double low, double high, int32_t jump)
{
    char list[400];
    const msc_rect core = { 50, 0, 70, 60 };
    msc_settings s;
    msc_features *f = NULL;
    msc_error err;
    msc_settings_defaults(&s);
    snprintf(list, sizeof list, format, side, bands[band], side, bands[band], side, bands[band], side, bands[band]);
    assert_int_equal(msc_features_open(&s, list, &(msc_feature_input){ bands, N_BANDS, 0, 0, 2 }, &f, &err), MSC_OK);
    assert_int_equal(msc_features_n(f), 4);
    msc_tile t = made_tile(core, side / 2, N_BANDS, types);
    void *scratch = msc_alloc(msc_features_scratch(f, core.w), 1);
    float row[4][70], *out[4] = { row[0], row[1], row[2], row[3] };
    msc_features_begin(f, core.w, scratch);
    for (int32_t y = 0; y < core.h; y += jump) {
        msc_features_row(f, &t, y, out, scratch);
        for (int32_t x = 0; x < core.w; x++) {
            double p[LEVELS][LEVELS], want[4];
            const double n = matrix_of(band, core.x + x, y, side / 2, low, high, p);
            haralick(p, n, want);
            for (int k = 0; k < 4; k++)
                assert_true(fabs(row[k][x] - (made_seen(core.x + x, y) ? want[k] : 0)) <= 1e-6 * fabs(want[k]) + 1e-9);
        }
    }
    msc_release(scratch);
    made_tile_clear(&t);
    msc_features_close(&f);
}

static void textures_equal_their_definition(void **state)
{
    (void)state;
    const char *plain = "glcm_contrast:%d:%s,glcm_homogeneity:%d:%s,glcm_correlation:%d:%s,glcm_asm:%d:%s";
    const char *ranged = "glcm_contrast:%d:%s:-50:1234.5,glcm_homogeneity:%d:%s:-50:1234.5,glcm_correlation:%d:%s:-50:1234.5,"
                         "glcm_asm:%d:%s:-50:1234.5";
    check(plain, 0, 3, 0, 256, 1);
    check(plain, 0, 7, 0, 256, 1);
    check(plain, 1, 5, 0, 10000, 1);
    check(plain, 0, 15, 0, 256, 4);
    check(ranged, 2, 5, -50, 1234.5, 1);
    check(ranged, 1, 31, -50, 1234.5, 13);
}

static void names_hold_the_range(void **state)
{
    (void)state;
    msc_settings s;
    msc_features *f = NULL;
    msc_error err;
    msc_settings_defaults(&s);
    assert_int_equal(msc_features_open(&s, "glcm_contrast:5::0:4000,glcm_correlation:3:nir", &(msc_feature_input){ bands, N_BANDS, 0, 0, 2 }, &f, &err), MSC_OK);
    assert_int_equal(msc_features_n(f), N_BANDS + 1);
    assert_string_equal(msc_features_name(f, 1), "glcm_contrast:5:nir:0:4000");
    assert_string_equal(msc_features_name(f, 3), "glcm_correlation:3:nir");
    assert_int_equal(msc_features_halo_px(f), 2);
    msc_features_close(&f);
    static const char *const bad[] = { "glcm_contrast:5:red:1", "glcm_contrast:5:red:4:4", "glcm_contrast:5:red:1:2:3", "glcm_contrast:4",
                                       "glcm_contrast:5:red:0:inf", "mean:5:red:0:1", "glcm_contrast:5:violet:0:1" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(msc_features_open(&s, bad[i], &(msc_feature_input){ bands, N_BANDS, 0, 0, 2 }, &f, &err), MSC_EVALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(textures_equal_their_definition), cmocka_unit_test(names_hold_the_range) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
