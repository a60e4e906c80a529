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

/* 48 planes: the bands of both years, class maps, and one of bits. */
static void more_bands_than_a_pass_holds_are_refused(void **state)
{
    (void)state;
    const msc_settings s = made_settings(64, 1);
    const char *map = job_path("many_map.tif");
    made_file(&(made_spec){ .name = "many_map.tif", .w = 20, .h = 10, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000, .pixel = 2,
                            .epsg = 4548, .value = all_of_it });
    for (int n_maps = 0; n_maps <= 2; n_maps++)
        for (int n = 22; n <= 24; n++) {
            const char *path[2] = { job_path("many_1.tif"), job_path("many_2.tif") };
            for (int i = 0; i < 2; i++)
                made_file(&(made_spec){ .name = i ? "many_2.tif" : "many_1.tif", .w = 20, .h = 10, .bands = n, .type = GDT_UInt16, .e0 = 500000,
                                        .n0 = 2500000, .pixel = 2, .epsg = 4548, .value = all_of_it });
            const msc_image a = { .paths = &path[0], .n_paths = 1 }, b = { .paths = &path[1], .n_paths = 1 };
            const msc_pair_spec spec = { .before = &a, .after = &b, .class_map = { n_maps > 0 ? map : NULL, n_maps > 1 ? map : NULL } };
            msc_pair pair;
            msc_error err = { 0 };
            const int most = n_maps > 1 ? 22 : 23;
            assert_int_equal(msc_pair_open(&s, &spec, &pair, &err), n <= most ? MSC_OK : MSC_EBAND);
            if (n <= most) assert_int_equal(pair.source.n_planes, 2 * n + n_maps + 1);
            else assert_non_null(strstr(err.detail, most == 22 ? "at most 22" : "at most 23"));
            msc_pair_close(&pair);
        }
}

/* Bands of 16 bits with noise, some of them saturated, in the second year on ground that rises otherwise. */
static double bright(int x, int y, int b) { return made_year_1(x, y, b) > 360 && (x * 7 + y * 3) % 11 == 0 ? 65535 : made_year_1(x, y, b); }
static double steeper(int x, int y, int b) { return y > 200 && x < 40 ? -9999 : made_height(x, y, b) + 3 * ((x * y) % 7); }

/* A sample's pixels are those of the whole, whatever lies between them. */
static void a_sample_is_of_the_whole(void **state)
{
    (void)state;
    const char *before = made_image("s1.tif", 4, bright), *after = made_image("s2.tif", 4, made_year_2);
    const char *dem[2] = { made_image("s1_dem.tif", 1, made_height), made_image("s2_dem.tif", 1, steeper) };
    const msc_image a = { .paths = &before, .n_paths = 1, .dem = dem[0], .sun = "150,40" };
    const msc_image b = { .paths = &after, .n_paths = 1, .dem = dem[1], .sun = "160,60" };
    for (int is_flat = 0; is_flat < 2; is_flat++)
        for (int64_t most = 0; most <= 5000; most += 5000) {
            const msc_settings s = made_settings(64, 2);
            const msc_pair_spec spec = { .before = &a, .after = &b, .is_flat = is_flat };
            const msc_lattice lattice = msc_lattice_for(JOB_W, JOB_H, most);
            msc_lattice_pixels whole, some;
            msc_source sampled;
            msc_pair pair;
            msc_error err;
            assert_int_equal(msc_pair_open(&s, &spec, &pair, &err), MSC_OK);
            assert_int_equal(pair.is_flat, is_flat);
            assert_int_equal(msc_lattice_collect(&s, &lattice, &pair.source, 8, &whole, &err), MSC_OK);
            msc_pair_sample(&pair, &lattice, &sampled);
            assert_int_equal(msc_lattice_collect(&s, &lattice, &sampled, 8, &some, &err), MSC_OK);
            assert_true(whole.n > 1000 && whole.n < (size_t)msc_lattice_cells(&lattice) * 99 / 100);
            assert_int_equal(some.n, whole.n);
            assert_memory_equal(some.pixel, whole.pixel, whole.n * sizeof *whole.pixel);
            assert_memory_equal(some.value, whole.value, 8 * whole.n * sizeof *whole.value);
            msc_lattice_clear(&some);
            msc_lattice_clear(&whole);
            msc_pair_close(&pair);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(more_bands_than_a_pass_holds_are_refused), cmocka_unit_test(bands_before_then_after), cmocka_unit_test(a_sample_is_of_the_whole) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
