/* test_shift_map.c - two files to a report: the planted field is found, for any threads, tiles and bands; what is refused. */
#include "../io/raster_made.h"
#include "base/hash.h"
#include "jobs/shift_map.h"

enum { W = 700, H = 560, N_WAVES = 24 };

static double unit(int k, int what) { return (double)(msc_random(3, (uint64_t)k, (uint64_t)what) >> 11) / 9007199254740992.0; }
static double ground(double x, double y)
{
    static double wave[N_WAVES][4];
    for (int k = 0; k < N_WAVES && wave[0][3] == 0; k++) {
        const int i = N_WAVES - 1 - k;
        const double turn = 6.283185307 * unit(i, 1), length = 6 * pow(12, unit(i, 2));
        wave[i][0] = 6.283185307 / length * cos(turn);
        wave[i][1] = 6.283185307 / length * sin(turn);
        wave[i][2] = 6.283185307 * unit(i, 3);
        wave[i][3] = 50 * pow(length / 20, 0.7);
    }
    double sum = 1000;
    for (int k = 0; k < N_WAVES; k++) sum += wave[k][3] * sin(wave[k][0] * x + wave[k][1] * y + wave[k][2]);
    return sum;
}
/* The later image: moved by (0.6 + 0.4 (x - 350) / 350, -0.3); a lake to the east, where both are plain; a rim without data. */
static double earlier(int x, int y, int b) { return x > 480 ? 300 : b == 0 ? ground(x, y) : 77; }
static double later(int x, int y, int b)
{
    return y > 540 ? 0 : x > 480 ? 320 : b == 1 ? 0.7 * ground(x - 0.6 - 0.4 * (x - 350) / 350.0, y + 0.3) + 200 : 77 + x % 3;
}

static const char *image(const char *name, double (*value)(int, int, int), double e0)
{
    return made_file(&(made_spec){ .name = name, .w = W, .h = H, .bands = 2, .type = GDT_UInt16, .e0 = e0, .n0 = 2500000, .pixel = 2, .epsg = 4548,
                                   .has_nodata = 1, .value = value });
}

static int n_warned;
static void count_unmeasured(void *self, const msc_error *what)
{
    (void)self;
    n_warned += what->status == MSC_WNOSHIFT;
}

static msc_status shift(const char *before, const char *after, const char *report, int tile_px, int n_threads, msc_shift_result *r, msc_error *err)
{
    msc_settings settings;
    msc_shift_options o;
    msc_settings_defaults(&settings);
    msc_shift_defaults(&o);
    settings.overwrite = 1;
    settings.tile_px = tile_px;
    settings.n_threads = n_threads;
    settings.warn = count_unmeasured;
    o.before = (msc_image){ .paths = &before, .n_paths = 1, .bands = "red:1,nir:2" };
    o.after = (msc_image){ .paths = &after, .n_paths = 1, .bands = "nir:1,red:2" };
    o.report = report;
    return msc_shift(&settings, &o, r, err);
}

static void the_planted_field_is_found(void **state)
{
    (void)state;
    char first[300] = "", *bytes = NULL, *again = NULL;
    size_t n, n_again;
    msc_error err = { 0 };
    msc_shift_result r;
    snprintf(first, sizeof first, "%s", made_path("first.json"));
    const char *before = image("before.tif", earlier, 500000), *after = image("after.tif", later, 500000);
    assert_int_equal(shift(before, after, first, 0, 1, &r, &err), MSC_OK);
    assert_int_equal(r.n_windows, 5 * 4);
    assert_int_equal(r.n_abstained, 4);   /* the lake */
    assert_true(fabs(r.median_dy_px + 0.3) < 0.05);
    assert_int_equal(r.degree, 1);
    assert_true(r.rmse_px < 0.06 && r.rmse_before_px > 0.4 && r.rmse_before_px < 0.8);
    assert_int_equal(msc_file_read(first, &bytes, &n, &err), MSC_OK);
    for (int i = 0; i < 3; i++) {
        const int tiles[] = { 64, 333, 1024 };
        const char *path = made_path("again.json");
        assert_int_equal(shift(before, after, path, tiles[i], 1 + i, &r, &err), MSC_OK);
        assert_int_equal(msc_file_read(path, &again, &n_again, &err), MSC_OK);
        assert_int_equal(n, n_again);
        assert_memory_equal(bytes, again, n);
        msc_release(again);
    }
    msc_release(bytes);
}

static void the_report_brings_one_onto_the_other(void **state)
{
    (void)state;
    msc_error err = { 0 };
    msc_shift_result r;
    made_all all;
    const char *before = image("before.tif", earlier, 500000), *after = image("after.tif", later, 500000);
    const char *path = made_path("field.json");
    assert_int_equal(shift(before, after, path, 0, 2, &r, &err), MSC_OK);
    const msc_raster_spec spec = { .image = { .paths = &before, .n_paths = 1, .shifts = &path, .n_shifts = 1 }, .resample = MSC_CUBIC };
    assert_int_equal(made_read_all(&spec, 0, 1, 0, &all, &err), MSC_OK);
    double moved = 0, still = 0;
    for (int y = 20; y < 500; y++)
        for (int x = 20; x < 440; x++) {
            const double want = (later(x, y, 1) - 200) / 0.7;
            moved += (made_at(&all, 0, x, y) - want) * (made_at(&all, 0, x, y) - want);
            still += (earlier(x, y, 0) - want) * (earlier(x, y, 0) - want);
        }
    assert_true(moved < 0.02 * still);
    made_clear(&all);
}

static void a_swap_of_files_negates(void **state)
{
    (void)state;
    msc_error err = { 0 };
    msc_settings settings;
    msc_shift_options o;
    msc_shift_result there, back;
    msc_settings_defaults(&settings);
    msc_shift_defaults(&o);
    const char *before = image("before.tif", earlier, 500000), *after = image("after.tif", later, 500000);
    const msc_image a = { .paths = &before, .n_paths = 1, .bands = "red:1" }, b = { .paths = &after, .n_paths = 1, .bands = "red:2" };
    o.before = a; o.after = b;
    assert_int_equal(msc_shift(&settings, &o, &there, &err), MSC_OK);
    o.before = b; o.after = a;
    assert_int_equal(msc_shift(&settings, &o, &back, &err), MSC_OK);
    assert_true(fabs(there.median_dx_px + back.median_dx_px) < 1e-9 && fabs(there.median_dy_px + back.median_dy_px) < 1e-9);
    assert_true(fabs(there.rmse_px - back.rmse_px) < 1e-6);
    o.max_windows = 4;
    assert_int_equal(msc_shift(&settings, &o, &there, &err), MSC_OK);
    assert_in_range(there.n_windows, 1, 4);
}

static double plain(int x, int y, int b) { (void)x, (void)y, (void)b; return 42; }

static void nothing_to_measure_is_said(void **state)
{
    (void)state;
    msc_error err = { 0 };
    msc_shift_result r;
    char *bytes = NULL;
    size_t n;
    const char *lake = image("lake.tif", plain, 500000), *path = made_path("lake.json");
    n_warned = 0;
    assert_int_equal(shift(lake, lake, path, 0, 1, &r, &err), MSC_OK);
    assert_int_equal(n_warned, 1);
    assert_int_equal(r.n_abstained, r.n_windows);
    assert_true(r.rmse_px == 0 && r.median_dx_px == 0);
    assert_int_equal(msc_file_read(path, &bytes, &n, &err), MSC_OK);
    assert_non_null(strstr(bytes, "\"field\":null"));
    assert_non_null(strstr(bytes, "\"rmse_px\":null"));
    msc_release(bytes);
}

static void what_is_refused(void **state)
{
    (void)state;
    msc_error err = { 0 };
    msc_settings settings;
    msc_shift_options o;
    msc_settings_defaults(&settings);
    msc_shift_defaults(&o);
    const char *before = image("before.tif", earlier, 500000), *away = image("away.tif", earlier, 900000), *none = made_path("none.tif");
    assert_int_equal(msc_shift(&settings, &o, NULL, &err), MSC_EUSAGE);
    assert_int_equal(shift(before, away, NULL, 0, 1, NULL, &err), MSC_EOVERLAP);
    assert_int_equal(shift(before, none, NULL, 0, 1, NULL, &err), MSC_ENOFILE);
    o.before = o.after = (msc_image){ .paths = &before, .n_paths = 1 };
    o.band = "swir9";
    assert_int_equal(msc_shift(&settings, &o, NULL, &err), MSC_EBAND);
    o.band = NULL;
    o.max_windows = 0;
    assert_int_equal(msc_shift(&settings, &o, NULL, &err), MSC_EVALUE);
    o.max_windows = 9;
    o.report = before;
    assert_int_equal(msc_shift(&settings, &o, NULL, &err), MSC_EEXISTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_planted_field_is_found), cmocka_unit_test(the_report_brings_one_onto_the_other),
        cmocka_unit_test(a_swap_of_files_negates), cmocka_unit_test(nothing_to_measure_is_said), cmocka_unit_test(what_is_refused),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
