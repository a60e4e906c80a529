/* What no light reached is masked and counted, together with the user's mask. */
#include "made_job.h"
#include "jobs/mask_map.h"

/* Flat ground with a wall of 40 m along column 200; pixels are 2 m. */
static double wall_height(int x, int y, int b) { (void)b, (void)y; return x == 200 ? 140 : 100; }
/* The user's mask takes the ten southern rows. */
static double user_mask(int x, int y, int b) { (void)b, (void)x; return y < JOB_H - 10; }

static msc_mask_options made_options(const char *out)
{
    return (msc_mask_options){ .dem = made_image("wall.tif", 1, wall_height), .out = job_path(out), .grid_like = job_path("wall.tif"),
                               .azimuth_deg = 90, .elevation_deg = 45, .shadow_reach_m = 200 };
}

static void shadow_and_mask_are_told_apart(void **state)
{
    (void)state;
    const msc_settings s = made_settings(64, 2);
    msc_mask_options o = made_options("mask.tif");
    int64_t px[MSC_MASK_REASONS];
    msc_error err = { 0 };
    assert_int_equal(msc_mask_map(&s, &o, px, &err), MSC_OK);
    /* Columns 181..199: 19 px of 2 m each side of 40 m / tan 45 = 20 px, the twentieth being grazed. */
    assert_int_equal(px[MSC_MASK_TERRAIN_SHADOW], 19 * JOB_H);
    assert_int_equal(px[MSC_MASK_NONE], (JOB_W - 19) * JOB_H);
    made_file(&(made_spec){ .name = "user.tif", .w = JOB_W, .h = JOB_H, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000,
                            .pixel = 2, .epsg = 4548, .value = user_mask });
    o.mask = job_path("user.tif");
    o.out = job_path("both.tif");
    assert_int_equal(msc_mask_map(&s, &o, px, &err), MSC_OK);
    assert_int_equal(px[MSC_MASK_USER], 10 * JOB_W);
    assert_int_equal(px[MSC_MASK_TERRAIN_SHADOW], 19 * (JOB_H - 10));
    GDALDatasetH made = GDALOpen(o.out, GA_ReadOnly);
    uint8_t seen[JOB_W], why[JOB_W];
    for (int y = 0; y < JOB_H; y++) {
        assert_int_equal(GDALRasterIO(GDALGetRasterBand(made, 1), GF_Read, 0, y, JOB_W, 1, seen, JOB_W, 1, GDT_Byte, 0, 0), CE_None);
        assert_int_equal(GDALRasterIO(GDALGetRasterBand(made, 2), GF_Read, 0, y, JOB_W, 1, why, JOB_W, 1, GDT_Byte, 0, 0), CE_None);
        for (int x = 0; x < JOB_W; x++) {
            const int is_dark = x > 180 && x < 200, want = y >= JOB_H - 10 ? MSC_MASK_USER : is_dark ? MSC_MASK_TERRAIN_SHADOW : MSC_MASK_NONE;
            assert_int_equal(why[x], want);
            assert_int_equal(seen[x], want == MSC_MASK_NONE);
        }
    }
    GDALClose(made);
}

static void tiles_and_threads_do_not_matter(void **state)
{
    (void)state;
    msc_mask_options o = made_options("one.tif");
    int64_t px[MSC_MASK_REASONS], other[MSC_MASK_REASONS];
    msc_error err = { 0 };
    o.azimuth_deg = 117;
    msc_settings s = made_settings(128, 1);
    assert_int_equal(msc_mask_map(&s, &o, px, &err), MSC_OK);
    o.out = job_path("other.tif");
    for (int n = 1; n < 4; n++) {
        s = made_settings(n == 2 ? 512 : 128, n);
        assert_int_equal(msc_mask_map(&s, &o, other, &err), MSC_OK);
        assert_memory_equal(px, other, sizeof px);
        if (n != 2) assert_true(made_same_bytes(job_path("one.tif"), job_path("other.tif")));
    }
}

static void a_missing_dem_is_named(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 1);
    msc_mask_options o = made_options("none.tif");
    int64_t px[MSC_MASK_REASONS];
    msc_error err = { 0 };
    o.dem = job_path("absent.tif");
    assert_int_equal(msc_mask_map(&s, &o, px, &err), MSC_ENOFILE);
    assert_non_null(strstr(err.subject, "absent.tif"));
    assert_int_equal(made_count_files("none.tif"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(shadow_and_mask_are_told_apart), cmocka_unit_test(tiles_and_threads_do_not_matter),
                                        cmocka_unit_test(a_missing_dem_is_named) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
