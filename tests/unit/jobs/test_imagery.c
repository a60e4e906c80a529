/* An image with its DEM as one source: bands by name, planes in order, valid where both are, a foreign grid. */
#include "made_job.h"
#include "jobs/imagery.h"

static double hole(int x, int y, int b)
{
    (void)b;
    return x > 100 && x < 110 && y == 7 ? -9999 : 5;
}

static msc_imagery_spec made_spec_of(msc_image *image)
{
    static const char *path;
    path = made_image("image.tif", 4, made_year_1);
    *image = (msc_image){ .paths = &path, .n_paths = 1, .bands = "blue:1,green:2,red:3,nir:4" };
    return (msc_imagery_spec){ .image = image };
}

static void bands_then_elevation(void **state)
{
    (void)state;
    static const char *const want[] = { "nir", "blue" };
    const msc_settings s = made_settings(0, 1);
    msc_image image;
    msc_imagery_spec spec = made_spec_of(&image);
    msc_imagery got;
    msc_error err;
    image.dem = made_file(&(made_spec){ .name = "hole.tif", .w = JOB_W, .h = JOB_H, .bands = 1, .type = GDT_Float32, .e0 = 500000,
                                        .n0 = 2500000, .pixel = 2, .epsg = 4548, .has_nodata = 1, .nodata = -9999, .value = hole });
    spec.want = want;
    spec.n_want = 2;
    spec.has_dem = 1;
    assert_int_equal(msc_imagery_open(&s, &spec, &got, &err), MSC_OK);
    assert_int_equal(got.n_bands, 2);
    assert_string_equal(got.band[0], "nir");
    assert_int_equal(got.source.n_planes, 3);
    assert_true(fabs(got.pixel_m - 2) < 1e-6);
    msc_imagery_close(&got);
    spec.has_dem = 0;
    assert_int_equal(msc_imagery_open(&s, &spec, &got, &err), MSC_OK);
    assert_int_equal(got.source.n_planes, 2);
    msc_imagery_close(&got);
    msc_imagery_close(&got);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    static const char *const want[] = { "swir1" };
    const msc_settings s = made_settings(0, 1);
    msc_image image;
    msc_imagery_spec spec = made_spec_of(&image);
    msc_imagery got;
    msc_error err;
    msc_grid storage;
    const msc_grid *grid;
    spec.want = want;
    spec.n_want = 1;
    assert_int_equal(msc_imagery_open(&s, &spec, &got, &err), MSC_EBAND);
    assert_int_equal(msc_imagery_grid_like(NULL, &storage, &grid, &err), MSC_OK);
    assert_null(grid);
    assert_int_equal(msc_imagery_grid_like(image.paths[0], &storage, &grid, &err), MSC_OK);
    assert_int_equal(grid->width_px, JOB_W);
    assert_int_equal(msc_imagery_grid_like(job_path("absent.tif"), &storage, &grid, &err), MSC_ENOFILE);
    assert_non_null(strstr(err.subject, "absent.tif"));
}

static void tell(const char *path, const char *key, const char *value, const char *domain)
{
    GDALDatasetH ds = GDALOpen(path, GA_Update);
    assert_non_null(ds);
    assert_int_equal(GDALSetMetadataItem(ds, key, value, domain), CE_None);
    GDALClose(ds);
}

static void expect_sun(const msc_image *image, double azimuth_deg, double elevation_deg)
{
    msc_sun_place sun;
    msc_error err;
    assert_int_equal(msc_imagery_sun(image, &sun, &err), MSC_OK);
    assert_true(fabs(sun.azimuth_deg - azimuth_deg) < 1e-9 && fabs(sun.elevation_deg - elevation_deg) < 1e-9);
}

/* As the user says, else as the provider does, in whatever group; a sun that cannot be is not known. */
static void the_sun_is_said_by_user_or_file(void **state)
{
    (void)state;
    msc_image image;
    made_spec_of(&image);
    const char *path = image.paths[0];
    expect_sun(&image, 0, 0);
    tell(path, "IMAGE_1.meanSunAz", "161.8", "IMD");
    tell(path, "IMAGE_1.meanSunEl", "38.5", "IMD");
    expect_sun(&image, 161.8, 38.5);
    tell(path, "SUN_AZIMUTH", "128", NULL);
    tell(path, "SUN_ELEVATION", "95", NULL);          /* not of this sky; the other one stands */
    expect_sun(&image, 128, 38.5);
    image.sun = "200.5,41";
    expect_sun(&image, 200.5, 41);
    image.sun = NULL;
    const char *two[] = { path, path };
    image.paths = two;
    image.n_paths = 2;
    expect_sun(&image, 0, 0);
    static const char *const bad[] = { "", "200", "200;41", "200,41x", "361,41", "-1,41", "200,0", "200,91", "a,b" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        msc_sun_place sun;
        msc_error err;
        image.sun = bad[i];
        assert_int_equal(msc_imagery_sun(&image, &sun, &err), MSC_EVALUE);
        assert_string_equal(err.subject, "sun");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bands_then_elevation), cmocka_unit_test(the_sun_is_said_by_user_or_file), cmocka_unit_test(what_is_missing_is_named) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
