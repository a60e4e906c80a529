/* A DEM that does not cover the image, or has holes: what is lost is said by pixel and in a warning. */
#include "made_job.h"

static double with_hole(int x, int y, int b) { return x >= 100 && x < 120 && y >= 50 && y < 90 ? -9999 : made_height(x, y, b); }

/* Elevations of the western 200 px alone, with a hole. */
static const char *made_partial_dem(void)
{
    made_file(&(made_spec){ .name = "partial.tif", .w = 200, .h = JOB_H, .bands = 1, .type = GDT_Float32, .e0 = 500000, .n0 = 2500000, .pixel = 2,
                            .epsg = 4548, .has_nodata = 1, .nodata = -9999, .value = with_hole });
    return job_path("partial.tif");
}

static msc_error warned;
static void remember(void *self, const msc_error *what)
{
    (void)self;
    if (what->status == MSC_WDEMGAP) warned = *what;
}

/* Bilinear heights end half a pixel within their own pixels. */
static int is_near_edge(int x, int y) { return abs(x - 200) <= 1 || (abs(x - 110) <= 11 && abs(y - 70) <= 21); }

static void pixels_without_an_elevation_have_a_reason(void **state)
{
    (void)state;
    msc_settings s = made_settings(0, 2);
    msc_error err;
    msc_train_options t = made_training(job_path("model.msm"));
    assert_int_equal(msc_train(&s, &t, &err), MSC_OK);
    const msc_image image = { .paths = t.images[0].paths, .n_paths = 1, .bands = t.images[0].bands, .dem = made_partial_dem() };
    msc_classify_options o;
    msc_classify_defaults(&o);
    o.image = image; o.model = t.model;
    s.warn = remember;
    for (int i = 0; i < 4; i++) {
        const int has_reason = i < 3;
        o.classes = job_path("classes.tif");
        o.reason = has_reason ? job_path("why.tif") : NULL;
        o.smooth = i != 1;
        o.objects = i == 2 ? 2 : -1;
        s.tile_px = i == 2 ? 256 : 96;
        warned = (msc_error){ 0 };
        assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
        assert_string_equal(warned.subject, image.dem);
        const double percent = strtod(warned.detail, NULL);      /* of 320 x 240: 120 columns, and 20 x 40 px of hole */
        assert_true(percent > 38.0 && percent < 39.2);
        made_all map, why;
        const msc_raster_spec classes = { .image = { .paths = &o.classes, .n_paths = 1 }, .is_class_map = 1 },
                              reason = { .image = { .paths = &o.reason, .n_paths = 1 } };
        assert_int_equal(made_read_all(&classes, 64, 1, 0, &map, &err), MSC_OK);
        if (has_reason) assert_int_equal(made_read_all(&reason, 64, 1, 0, &why, &err), MSC_OK);
        for (int y = 0; y < JOB_H; y++)
            for (int x = 0; x < JOB_W; x++) {
                if (is_near_edge(x, y)) continue;
                assert_int_equal(made_at(&map, 0, x, y) == 0, x < 10 || x >= 200);
                if (has_reason) assert_int_equal(made_at(&why, 0, x, y), x >= 200 ? 5 : 0);
            }
        for (int y = 55; y < 85; y++)
            for (int x = 105; x < 115; x++) {
                assert_int_equal(made_at(&map, 0, x, y), 0);
                if (has_reason) assert_int_equal(made_at(&why, 0, x, y), 5);
            }
        made_clear(&map);
        if (has_reason) made_clear(&why);
    }
}

static void a_dem_that_covers_is_not_warned_of(void **state)
{
    (void)state;
    msc_settings s = made_settings(0, 2);
    msc_error err;
    const msc_train_options t = made_training(job_path("model.msm"));
    msc_classify_options o;
    msc_classify_defaults(&o);
    o.image = t.images[0]; o.model = t.model; o.classes = job_path("whole.tif");
    s.warn = remember;
    warned = (msc_error){ 0 };
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    assert_int_equal(warned.status, MSC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(pixels_without_an_elevation_have_a_reason), cmocka_unit_test(a_dem_that_covers_is_not_warned_of) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
