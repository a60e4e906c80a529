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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bands_then_elevation), cmocka_unit_test(what_is_missing_is_named) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
