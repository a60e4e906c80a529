/* test_pair.c - two images as one source: shared bands, one grid, valid where both and the class maps are. */
#include "made_job.h"
#include "jobs/pair.h"

static double all_of_it(int x, int y, int b) { return 100 + b * 10 + (x + y) % 5; }

static void bands_before_then_after(void **state)
{
    (void)state;
    const msc_settings s = made_settings(64, 1);
    const char *before = made_image("p1.tif", 4, made_year_1), *after = job_path("p2.tif");
    /* Half a pixel off, and narrower. */
    made_file(&(made_spec){ .name = "p2.tif", .w = 200, .h = JOB_H, .bands = 3, .type = GDT_Byte, .e0 = 500021, .n0 = 2500000,
                            .pixel = 2, .epsg = 4548, .value = all_of_it });
    const msc_image a = { .paths = &before, .n_paths = 1, .bands = "blue:1,green:2,red:3,nir:4" };
    msc_image b = { .paths = &after, .n_paths = 1, .bands = "nir:1,odd:2,green:3" };
    msc_pair_spec spec = { .before = &a, .after = &b };
    msc_pair pair;
    msc_error err;
    assert_int_equal(msc_pair_open(&s, &spec, &pair, &err), MSC_OK);
    assert_int_equal(pair.n_bands, 2);
    assert_string_equal(pair.band[0], "green");
    assert_string_equal(pair.band[1], "nir");
    assert_int_equal(pair.source.n_planes, 5);
    assert_true(pair.limit[1] == 65535 && pair.limit[2] == 255);
    assert_int_equal(pair.source.width_px, JOB_W);
    assert_true(pair.source.types[0] == MSC_U16 && pair.source.types[3] == MSC_U8);
    msc_pair_close(&pair);
    msc_pair_close(&pair);
    spec.grid_like = after;
    assert_int_equal(msc_pair_open(&s, &spec, &pair, &err), MSC_OK);
    assert_int_equal(pair.source.width_px, 200);
    msc_pair_close(&pair);
    b.bands = "odd:1";
    assert_int_equal(msc_pair_open(&s, &spec, &pair, &err), MSC_EBAND);
    assert_non_null(strstr(err.subject, "p2.tif"));
    b.bands = "nir:1";
    spec.class_map[1] = before;      /* four bands are no class map */
    assert_int_equal(msc_pair_open(&s, &spec, &pair, &err), MSC_EBAND);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bands_before_then_after) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
