/* The registry: which features a list becomes, what is refused, what is left out; and rows against definitions. */
#include "made_tile.h"
#include "ops/features.h"

static const char *const bands[] = { "blue", "green", "red", "nir" };
static int n_warned;
static msc_status warned;
static void warn(void *self, const msc_error *what)
{
    (void)self;
    n_warned++;
    warned = what->status;
}

static msc_settings made_settings(void)
{
    msc_settings s;
    msc_settings_defaults(&s);
    s.warn = warn;
    n_warned = 0;
    return s;
}

static void expect_names_in(const char *list, int n_bands, int has_dem, int has_sun, double pixel_m, const char *want)
{
    const msc_settings s = made_settings();
    msc_features *f = NULL;
    msc_error err;
    assert_int_equal(msc_features_open(&s, list, &(msc_feature_input){ bands, n_bands, has_dem, has_sun, pixel_m }, &f, &err), MSC_OK);
    char got[2000] = "";
    for (int i = 0; i < msc_features_n(f); i++) {
        if (i) strcat(got, ",");
        strcat(got, msc_features_name(f, i));
    }
    assert_string_equal(got, want);
    msc_features_close(&f);
    assert_null(f);
}

static void expect_names(const char *list, int n_bands, int has_dem, double pixel_m, const char *want)
{
    expect_names_in(list, n_bands, has_dem, has_dem, pixel_m, want);
}

static int32_t halo_of(const char *list, double pixel_m)
{
    const msc_settings s = made_settings();
    msc_features *f = NULL;
    msc_error err;
    assert_int_equal(msc_features_open(&s, list, &(msc_feature_input){ bands, 4, 1, 1, pixel_m }, &f, &err), MSC_OK);
    const int32_t halo_px = msc_features_halo_px(f);
    msc_features_close(&f);
    return halo_px;
}

static void lists_become_names(void **state)
{
    (void)state;
    expect_names("bands", 4, 0, 10, "blue,green,red,nir");
    expect_names("red, ndvi,mean:5:red,std:3", 4, 0, 10, "red,ndvi,mean:5:red,std:3:blue,std:3:green,std:3:red,std:3:nir");
    expect_names("bands,red,bands", 4, 0, 10, "blue,green,red,nir");
    expect_names("slope,tpi:9", 4, 1, 10, "slope,tpi:9");
    expect_names("depth:9,rise:9,floor:63,relief:3", 4, 1, 10, "depth:9,rise:9,floor:63,relief:3");
    expect_names("open:9,close:60m,open:9:brightness,close:5:red", 4, 0, 10, "open:9,close:60m,close:5:red");
    expect_names("chroma:red,flat:nir,chroma", 4, 1, 10, "chroma:red,flat:nir,chroma:blue,chroma:green,chroma:nir");
    assert_int_equal(halo_of("flat", 2), 1);
    expect_names("gradient:7,gradient:30m,gradient:7:red", 4, 0, 10, "gradient:7,gradient:30m,gradient:7:red");
    assert_int_equal(halo_of("gradient:7", 2), 4);   /* and the neighbours of its edge */
    assert_int_equal(halo_of("open:9", 2), 8);       /* a window of windows */
}

/* A model keeps the metres, so that its windows span the same ground at another pixel size. */
static void windows_may_be_given_in_metres(void **state)
{
    (void)state;
    expect_names("tpi:60m,mean:25.5m:red", 4, 1, 10, "tpi:60m,mean:25.5m:red");
    assert_int_equal(halo_of("tpi:60m", 10), 3);     /* 7 px: an even number has its odd one above */
    assert_int_equal(halo_of("tpi:60m", 2), 15);
    assert_int_equal(halo_of("tpi:60m", 1.4), 21);   /* 42.9 px: 43 */
    assert_int_equal(halo_of("tpi:60m", 30), 1);
    const msc_settings s = made_settings();
    msc_features *f = NULL;
    msc_error err;
    assert_int_equal(msc_features_open(&s, "tpi:60m", &(msc_feature_input){ bands, 4, 1, 1, 0.5 }, &f, &err), MSC_EVALUE);
    assert_non_null(strstr(err.detail, "0.5"));
}

static void defaults_follow_bands_pixel_and_dem(void **state)
{
    (void)state;
    expect_names(NULL, 4, 1, 10, "blue,green,red,nir,ndvi,ndwi,brightness,chroma:blue,chroma:green,chroma:red,chroma:nir,slope,northness,eastness,tpi:31,relief:13,"
                 "flat:blue,flat:green,flat:red,flat:nir");
    assert_int_equal(n_warned, 0);
    expect_names(NULL, 3, 1, 2, "blue,green,red,brightness,chroma:blue,chroma:green,chroma:red,std:3:blue,std:3:green,std:3:red,slope,northness,eastness,"
                 "tpi:31,relief:63,flat:blue,flat:green,flat:red");
    assert_int_equal(n_warned, 2);
    assert_int_equal(warned, MSC_WNONIR);
    expect_names(NULL, 1, 1, 0.5, "blue,brightness,chroma:blue,std:13:blue,slope,northness,eastness,tpi:31,relief:63,flat:blue");
    assert_int_equal(n_warned, 2);
    expect_names(NULL, 4, 0, 10, "blue,green,red,nir,ndvi,ndwi,brightness,chroma:blue,chroma:green,chroma:red,chroma:nir");
    assert_int_equal(warned, MSC_WNODEM);
    expect_names_in(NULL, 1, 1, 0, 10, "blue,brightness,chroma:blue,slope,northness,eastness,tpi:31,relief:13");
    assert_int_equal(n_warned, 3);                   /* no ndvi, no ndwi, no flat */
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "ndiv", "mean", "mean:4", "mean:1", "mean:65", "mean:5:violet", "slope:3",
                                       "tpi:5:red", "slope", "mean:5x", "ndvi:3", "mean:5.5", "mean:0m", "mean:-5m", "mean:5mm", "depth:5:red", "rise", "chroma:violet", "chroma:3", "flat", "flat:red" };
    const msc_settings s = made_settings();
    msc_features *f = NULL;
    msc_error err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(msc_features_open(&s, bad[i], &(msc_feature_input){ bands, 4, 0, 0, 10 }, &f, &err), MSC_EVALUE);
        assert_null(f);
    }
    assert_int_equal(msc_features_open(&s, "ndvi", &(msc_feature_input){ bands, 3, 0, 0, 10 }, &f, &err), MSC_EVALUE);
    assert_non_null(strstr(err.detail, "nir"));
}

static const msc_type types[5] = { MSC_U8, MSC_U16, MSC_U16, MSC_F32, MSC_F32 };

static float *rows_of(const msc_features *f, msc_rect core)
{
    msc_tile t = made_tile(core, msc_features_halo_px(f), 5, types);
    const size_t n = (size_t)core.w * core.h;
    float *all = msc_alloc(n * msc_features_n(f), sizeof *all), *out[MSC_MAX_FEATURES];
    void *scratch = msc_alloc(msc_features_scratch(f, core.w), 1);
    msc_features_begin(f, core.w, scratch);
    for (int32_t y = 0; y < core.h; y++) {
        for (int i = 0; i < msc_features_n(f); i++) out[i] = all + i * n + (size_t)y * core.w;
        msc_features_row(f, &t, y, out, scratch);
    }
    msc_release(scratch);
    made_tile_clear(&t);
    return all;
}

static void check_tiles(const msc_features *f, const float *whole, int32_t side)
{
    const size_t n_px = (size_t)MADE_W * MADE_H;
    for (int32_t y = 0; y < MADE_H; y += side)
        for (int32_t x = 0; x < MADE_W; x += side) {
            const msc_rect core = { x, y, x + side > MADE_W ? MADE_W - x : side, y + side > MADE_H ? MADE_H - y : side };
            float *part = rows_of(f, core);
            for (int i = 0; i < msc_features_n(f); i++)
                for (int32_t v = 0; v < core.h; v++)
                    assert_memory_equal(part + ((size_t)i * core.h + v) * core.w,
                                        whole + i * n_px + (size_t)(y + v) * MADE_W + x, core.w * sizeof(float));
            msc_release(part);
        }
}

static void rows_do_not_depend_on_the_tile(void **state)
{
    (void)state;
    const msc_settings s = made_settings();
    msc_features *f = NULL;
    msc_error err;
    const char *list = "bands,ndvi,ndwi,brightness,chroma:red,mean:5,std:5,std:9:nir,mean:7:red,slope,northness,eastness,tpi:31,relief:9,floor:23,depth:27,rise:7,rise:27,open:9,close:9,close:17,open:5:red,gradient:5,gradient:9:red,flat:nir,flat:blue,range:5,range:11:red,glcm_contrast:7,glcm_asm:5:red,glcm_correlation:5:nir:0:900";
    assert_int_equal(msc_features_open(&s, list, &(msc_feature_input){ bands, 4, 1, 1, 2 }, &f, &err), MSC_OK);
    assert_true(msc_features_need_dem(f) && msc_features_need_sun(f));
    msc_features_set_sun(f, 128.0, 41.0);
    assert_int_equal(msc_features_halo_px(f), 16);
    const int n = msc_features_n(f);
    const size_t n_px = (size_t)MADE_W * MADE_H;
    float *whole = rows_of(f, (msc_rect){ 0, 0, MADE_W, MADE_H });
    for (int32_t side = 17; side < 100; side += 40) check_tiles(f, whole, side);
    for (int32_t y = 0; y < MADE_H; y++)
        for (int32_t x = 0; x < MADE_W; x++) {
            const size_t at = (size_t)y * MADE_W + x;
            const int seen = made_seen(x, y);
            double band[4], sum = 0;
            for (int b = 0; b < 4; b++) sum += band[b] = made_value(types[b], x, y, b);
            for (int b = 0; b < 4; b++) assert_true(whole[b * n_px + at] == (seen ? (float)band[b] : 0.0f));
            for (int i = 0; i < n && !seen; i++) assert_true(whole[i * n_px + at] == 0.0f);
            if (!seen) continue;
            const float a = (float)band[3], b = (float)band[2];
            assert_true(whole[4 * n_px + at] == (a + b == 0 ? 0 : (a - b) / (a + b)));
            assert_true(whole[6 * n_px + at] == (float)(sum / 4));
            assert_true(fabs(whole[7 * n_px + at] - band[2] / sum) < 1e-6);
        }
    msc_release(whole);
    msc_features_close(&f);
}

static void peaks_stand_out(void **state)
{
    (void)state;
    const msc_settings settings = made_settings();
    msc_features *f = NULL;
    msc_error err;
    assert_int_equal(msc_features_open(&settings, "tpi:3,range:3:red", &(msc_feature_input){ bands, 4, 1, 1, 2 }, &f, &err), MSC_OK);
    msc_tile t = made_tile((msc_rect){ 0, 0, 30, 20 }, 1, 5, types);
    float tpi[30], range[30], *out[2] = { tpi, range };
    void *scratch = msc_alloc(msc_features_scratch(f, 30), 1);
    for (int32_t y = -1; y < 21; y++)
        for (int32_t x = -1; x < 31; x++) {
            msc_row_valid(&t, y)[x] = 1;
            msc_row_f32(&t, 4, y)[x] = 100 + x + 0.5f * y + (x == 20 && y == 10 ? 90 : 0);
            msc_row_u16(&t, 2, y)[x] = (uint16_t)(1000 + 3 * x + 5 * y);
        }
    msc_features_begin(f, 30, scratch);
    msc_features_row(f, &t, 10, out, scratch);
    assert_true(fabs(tpi[5]) < 1e-4);
    assert_true(fabs(tpi[20] - 80.0) < 1e-3);  /* 90 less a ninth of it */
    assert_true(fabs(tpi[19] + 10.0) < 1e-3);
    for (int x = 0; x < 30; x++) assert_true(range[x] == 16.0f);
    msc_release(scratch);
    made_tile_clear(&t);
    msc_features_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(lists_become_names), cmocka_unit_test(windows_may_be_given_in_metres), cmocka_unit_test(defaults_follow_bands_pixel_and_dem),
                                        cmocka_unit_test(what_cannot_be_is_refused), cmocka_unit_test(rows_do_not_depend_on_the_tile),
                                        cmocka_unit_test(peaks_stand_out) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
