/* Elevation as evidence, end to end: it decides where posteriors are unsure, and models that differ by their errors alone add nothing. */
#include "made_job.h"

/* Two thirds of the map are land; a sure change, an unsure one on ground that sank, an unsure one on ground that did not. */
enum { LAND = 5, DUG = 1, SURE = 1, SANK, STAYED };

static int block_of(int x, int y)
{
    if (y < 60 || y >= 120) return 0;
    return x >= 40 && x < 100 ? SURE : x >= 140 && x < 200 ? SANK : x >= 240 && x < 300 ? STAYED : 0;
}

static double land(int x, int y, int b) { (void)x, (void)y, (void)b; return LAND; }
static double dug(int x, int y, int b) { (void)b; return block_of(x, y) ? DUG : LAND; }

/* code, share: the label; the other of the two classes; nothing */
static double says(int first, int share, int b)
{
    const int list[6] = { first, share, first == LAND ? DUG : LAND, 255 - share, 0, 0 };
    return list[b];
}
static double posterior_land(int x, int y, int b) { (void)x, (void)y; return says(LAND, 254, b); }
static double posterior_dug(int x, int y, int b)
{
    const int block = block_of(x, y);
    return block == 0 ? says(LAND, 254, b) : says(DUG, block == SURE ? 254 : 140, b);
}

/* Steep hills, to 1.5 m a pixel; noise of 0.3 m. */
static double hills(double x, double y) { return 300 + 30 * sin(x / 20) * cos(y / 17); }
static double noise(int x, int y, int year)
{
    double sum = -6;
    for (int k = 0; k < 12; k++) sum += msc_random_unit(msc_random((uint64_t)year, (uint64_t)(y * 1000 + x), (uint64_t)k));
    return 0.3 * sum;
}
static double ground_before(int x, int y, int b) { (void)b; return hills(x, y); }
static double ground_after(int x, int y, int b) { (void)b; return hills(x, y) + 2 - (block_of(x, y) == SURE || block_of(x, y) == SANK ? 8 : 0) + noise(x, y, 1); }
static double ground_moved(int x, int y, int b) { (void)b; return hills(x + 0.5, y + 0.5) + noise(x, y, 2); }
static double ground_noisy(int x, int y, int b) { (void)b; return hills(x, y) + 3 * noise(x, y, 3); }
static double ground_torn(int x, int y, int b) { return x % 9 == 0 && y % 6 == 0 ? NAN : ground_after(x, y, b); }
static double ground_whole(int x, int y, int b) { (void)b; return floor(ground_after(x, y, 0)); }

static const char *bytes(const char *name, int bands, double (*value)(int, int, int))
{
    made_file(&(made_spec){ .name = name, .w = JOB_W, .h = JOB_H, .bands = bands, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000,
                            .pixel = 2, .epsg = 4548, .has_nodata = bands == 1, .value = value });
    return job_path(name);
}

static const char *dem(const char *name, GDALDataType type, double (*value)(int, int, int))
{
    made_file(&(made_spec){ .name = name, .w = JOB_W, .h = JOB_H, .bands = 1, .type = type, .e0 = 500000, .n0 = 2500000, .pixel = 2,
                            .epsg = 4548, .value = value });
    return job_path(name);
}

static msc_change_options usual(void)
{
    msc_change_options o;
    msc_change_defaults(&o);
    o.before = bytes("before.tif", 1, land);
    o.after = bytes("after.tif", 1, dug);
    o.posterior_before = bytes("pb.tif", 6, posterior_land);
    o.posterior_after = bytes("pa.tif", 6, posterior_dug);
    o.change = job_path("change.tif");
    o.change_rate = 0.02;
    o.support_m = 0;
    return o;
}

/* Accepted pixels by block; 0: elsewhere. */
static void count(const msc_change_options *o, int32_t tile_px, int threads, int n[4], made_all *kept)
{
    const msc_settings s = made_settings(tile_px, threads);
    const msc_raster_spec spec = { .image = { .paths = &o->change, .n_paths = 1 } };
    msc_error err;
    made_all got;
    assert_int_equal(msc_change(&s, o, &err), MSC_OK);
    assert_int_equal(made_read_all(&spec, 64, 1, 0, &got, &err), MSC_OK);
    memset(n, 0, 4 * sizeof *n);
    for (int y = 0; y < JOB_H; y++)
        for (int x = 0; x < JOB_W; x++) n[block_of(x, y)] += made_at(&got, 0, x, y) > 0;
    if (kept) *kept = got;
    else made_clear(&got);
}

static void ground_that_sank_decides(void **state)
{
    (void)state;
    msc_change_options o = usual();
    int n[4];
    count(&o, 0, 1, n, NULL);
    assert_true(n[SURE] == 3600 && n[SANK] == 0 && n[STAYED] == 0 && n[0] == 0);
    o.dem_before = dem("z0.tif", GDT_Float32, ground_before);
    const char *after[4] = { dem("z1.tif", GDT_Float32, ground_after), dem("z1u.tif", GDT_UInt16, ground_whole), dem("z1i.tif", GDT_Int16, ground_whole),
                             dem("z1t.tif", GDT_Float32, ground_torn) };      /* holes without a tag: no height there and beside them */
    for (int i = 0; i < 4; i++) {
        o.dem_after = after[i];
        count(&o, 0, 1, n, NULL);
        assert_true(n[SURE] > 3400 && n[SANK] > (i < 3 ? 3400 : 3100) && n[STAYED] == 0 && n[0] == 0);
    }
}

static void errors_of_models_add_nothing(void **state)
{
    (void)state;
    msc_change_options o = usual();
    int plain[4], n[4];
    count(&o, 0, 1, plain, NULL);
    const char *one = dem("z0.tif", GDT_Float32, ground_before), *other[2] = { dem("zm.tif", GDT_Float32, ground_moved), dem("zn.tif", GDT_Float32, ground_noisy) };
    for (int i = 0; i < 2; i++) {
        o.dem_before = one;
        o.dem_after = other[i];
        count(&o, 0, 2, n, NULL);
        assert_memory_equal(n, plain, sizeof n);
    }
    const char *pairs[3][2] = { { one, one }, { one, NULL }, { NULL, one } };       /* one for both years, or for one of them */
    for (int i = 0; i < 3; i++) {
        o.dem_before = pairs[i][0];
        o.dem_after = pairs[i][1];
        count(&o, 0, 2, n, NULL);
        assert_memory_equal(n, plain, sizeof n);
    }
}

static void tiles_and_threads_do_not_matter(void **state)
{
    (void)state;
    msc_change_options o = usual();
    int n[4];
    made_all want = { 0 }, got;
    o.dem_before = dem("z0.tif", GDT_Float32, ground_before);
    o.dem_after = dem("z1.tif", GDT_Float32, ground_after);
    for (int tolerance = 0; tolerance < 2; tolerance++) {
        o.edge_tolerance_px = tolerance;
        count(&o, 1024, 1, n, &want);
        for (int i = 0; i < 3; i++) {
            count(&o, i ? 64 : 128, 1 + i, n, &got);
            assert_memory_equal(got.value, want.value, (size_t)JOB_W * JOB_H * sizeof *got.value);
            made_clear(&got);
        }
        made_clear(&want);
    }
}

static void a_model_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    msc_change_options o = usual();
    const msc_settings s = made_settings(0, 1);
    msc_error err;
    o.dem_before = dem("z0.tif", GDT_Float32, ground_before);
    o.dem_after = job_path("absent.tif");
    assert_int_equal(msc_change(&s, &o, &err), MSC_ENOFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(ground_that_sank_decides), cmocka_unit_test(errors_of_models_add_nothing),
                                        cmocka_unit_test(tiles_and_threads_do_not_matter), cmocka_unit_test(a_model_that_is_not_there_is_an_error) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
