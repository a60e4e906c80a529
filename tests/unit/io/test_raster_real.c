/* test_raster_real.c - real images, where they are at hand ($MINESCAR_DATA or ../shared/data beside the
 * project). */
#include "raster_made.h"

static const char *data_path(const char *name)
{
    static char paths[8][600];
    static int next;
    const char *const roots[] = { getenv("MINESCAR_DATA"), "../shared/data", "../../shared/data",
                                  "../../../shared/data" };
    for (size_t i = 0; i < 4; i++) {
        char *path = paths[next % 8];
        if (!roots[i]) continue;
        snprintf(path, 600, "%s/%s", roots[i], name);
        if (!msc_file_exists(path)) continue;
        next++;
        return path;
    }
    print_message("%s is not there: skipped\n", name);
    skip();
    return NULL;
}

static void read_ok(const msc_raster_spec *spec, int tile, int halo, made_all *all)
{
    msc_error err = { 0 };
    if (made_read_all(spec, tile, 2, halo, all, &err) != MSC_OK)
        fail_msg("%s: %s: %s", msc_status_name(err.status), err.subject, err.detail);
}

static int64_t count_valid(const made_all *all)
{
    int64_t n = 0;
    for (int64_t i = 0; i < (int64_t)all->w * all->h; i++) n += all->valid[i];
    return n;
}

static double correlation(const made_all *a, const made_all *b, int band)
{
    double n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (int64_t i = 0; i < (int64_t)a->w * a->h; i++) {
        if (!a->valid[i] || !b->valid[i]) continue;
        const double x = a->value[(int64_t)band * a->w * a->h + i],
                     y = b->value[(int64_t)band * b->w * b->h + i];
        n++;
        sa += x;
        sb += y;
        saa += x * x;
        sbb += y * y;
        sab += x * y;
    }
    return (n * sab - sa * sb) / sqrt((n * saa - sa * sa) * (n * sbb - sb * sb));
}

static void test_naip_pair_on_one_grid(void **state)
{
    (void)state;
    const char *before = data_path("naip/m_4709963_se_14_1_20120731.tif"),
               *after = data_path("naip/m_4709963_se_14_1_20180716.tif");
    msc_raster_spec spec = {
        .image = { .paths = &before, .n_paths = 1, .bands = "red:1,green:2,blue:3,nir:4" },
        .resample = MSC_BILINEAR
    };
    made_all a, b;
    read_ok(&spec, 256, 5, &a);
    assert_true(msc_raster_is_direct(a.raster));
    spec.image.paths = &after;
    spec.grid = msc_raster_grid(a.raster);
    read_ok(&spec, 200, 5, &b);
    assert_int_equal(a.w, b.w);
    assert_true(correlation(&a, &b, 0) > 0.3);
    print_message("red of the pair correlates %.3f; observed %lld and %lld of %lld\n", correlation(&a, &b, 0),
                  (long long)count_valid(&a), (long long)count_valid(&b), (long long)a.w * a.h);
    made_clear(&a);
    made_clear(&b);
}

static void test_taizhou_envi(void **state)
{
    (void)state;
    const char *before = data_path("taizhou/2000TM"), *after = data_path("taizhou/2003TM");
    msc_raster_spec spec = { .image = { .paths = &before, .n_paths = 1 } };
    made_all a, b;
    read_ok(&spec, 100, 7, &a);
    spec.image.paths = &after;
    spec.grid = msc_raster_grid(a.raster);
    read_ok(&spec, 100, 7, &b);
    assert_int_equal(a.bands, 6);
    assert_int_equal(count_valid(&a), 160000);
    assert_true(correlation(&a, &b, 4) > 0.5);
    made_clear(&a);
    made_clear(&b);
}

static void test_hongkong_raw_on_a_metric_grid(void **state)
{
    (void)state;
    const char *paths[] = {
        data_path("hongkong_raw/imgs_1/S2A_OPER_MSI_L1C_TL_SGS__20160927T081713_A006607_T49QHE_B03.tif"),
        data_path("hongkong_raw/imgs_2/T50QKK_20180323T024539_B03.tif")
    };
    msc_error err = { 0 };
    msc_raster_spec spec = { .image = { .paths = paths, .n_paths = 1 }, .resample = MSC_CUBIC };
    made_all fine, coarse;
    msc_raster_facts facts;
    assert_int_equal(msc_raster_facts_read(paths[0], &facts, &err), MSC_OK);
    assert_int_equal(facts.bits, 16);
    read_ok(&spec, 128, 3, &fine);
    spec.image.paths = paths + 1;
    spec.grid = msc_raster_grid(fine.raster);
    read_ok(&spec, 128, 3, &coarse);
    assert_true(count_valid(&coarse) > 0.95 * fine.w * fine.h);
    assert_true(correlation(&fine, &coarse, 0) > 0.2);
    made_clear(&fine);
    made_clear(&coarse);
}

static void test_hongkong_dem_of_the_wrong_place(void **state)
{
    (void)state;
    const char *dem = data_path("dem/Copernicus_DSM_10_N45_00_E005_00_DEM.tif"),
               *image = data_path("hongkong/t2016.tif");
    msc_raster_facts facts;
    msc_error err = { 0 };
    assert_int_equal(msc_raster_facts_read(image, &facts, &err), MSC_OK);
    msc_raster_spec spec = { .image = { .paths = &dem, .n_paths = 1 }, .resample = MSC_BILINEAR };
    made_all all;
    read_ok(&spec, 128, 3, &all);
    assert_int_equal(msc_raster_type(all.raster), MSC_F32);
    made_clear(&all);
    spec.grid = &facts.grid;
    assert_int_equal(made_read_all(&spec, 128, 1, 0, &all, &err), MSC_EOVERLAP);
    made_clear(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_naip_pair_on_one_grid),
        cmocka_unit_test(test_taizhou_envi),
        cmocka_unit_test(test_hongkong_raw_on_a_metric_grid),
        cmocka_unit_test(test_hongkong_dem_of_the_wrong_place),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
