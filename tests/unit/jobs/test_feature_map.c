/* test_feature_map.c - features as a raster: values by their definitions, holes, names, what is refused. */
#include "../io/raster_made.h"

enum { W = 120, H = 90, N_FEATURES = 4 };

static double with_a_hole(int x, int y, int b) { return x > 50 && x < 58 && y > 30 && y < 41 ? 0 : 300 * made_value(x, y, b); }

static msc_status features(const char *image, const char *out, const char *list, int tile_px, const char *creation, msc_error *err)
{
    msc_settings settings;
    msc_feature_map_options o;
    msc_settings_defaults(&settings);
    msc_feature_map_defaults(&o);
    settings.overwrite = 1;
    settings.tile_px = tile_px;
    settings.n_threads = 2;
    settings.memory_bytes = (int64_t)1 << 30;
    settings.creation = &creation;
    settings.n_creation = creation != NULL;
    o.image = (msc_image){ .paths = &image, .n_paths = 1, .bands = "red:1,nir:2" };
    o.out = out;
    o.features = list;
    return msc_feature_map(&settings, &o, err);
}

/* Mean, deviation and range of band b within r px. */
static void window_of(int x, int y, int b, int r, double of[3])
{
    double sum = 0, squares = 0, low = 1e9, high = -1e9, n = 0;
    for (int v = y - r; v <= y + r; v++)
        for (int u = x - r; u <= x + r; u++) {
            const double z = u >= 0 && v >= 0 && u < W && v < H ? with_a_hole(u, v, b) : 0;
            if (z == 0) continue;
            n++, sum += z, squares += z * z;
            if (z < low) low = z;
            if (z > high) high = z;
        }
    of[0] = sum / n;
    of[1] = sqrt(fabs(squares / n - of[0] * of[0]));
    of[2] = high - low;
}

static void values_are_those_of_the_definitions(void **state)
{
    (void)state;
    const made_spec spec = { .name = "i.tif", .w = W, .h = H, .bands = 2, .type = GDT_UInt16, .e0 = 500000, .n0 = 4000000,
                             .pixel = 2, .epsg = 32650, .has_nodata = 1, .nodata = 0, .value = with_a_hole };
    const char *image = made_file(&spec), *out = made_path("o.tif");
    static const char *const compressions[] = { NULL, "COMPRESS=ZSTD", "COMPRESS=DEFLATE" };
    for (int i = 0; i < 3; i++) {
        msc_error err = { 0 };
        made_all got;
        assert_int_equal(features(image, out, "mean:7:nir,std:7:nir,range:7:nir,ndvi", i == 0 ? 0 : 16 << i, compressions[i], &err), MSC_OK);
        const msc_raster_spec in = { .image = { .paths = &out, .n_paths = 1 } };
        assert_int_equal(made_read_all(&in, 0, 1, 0, &got, &err), MSC_OK);
        assert_int_equal(got.bands, N_FEATURES);
        GDALDatasetH file = GDALOpen(out, GA_ReadOnly);
        assert_string_equal(GDALGetDescription(GDALGetRasterBand(file, 2)), "std:7:nir");
        GDALClose(file);
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                const double red = with_a_hole(x, y, 0), nir = with_a_hole(x, y, 1);
                double want[3];
                assert_int_equal(got.valid[y * W + x], red != 0);
                if (red == 0) continue;
                window_of(x, y, 1, 3, want);
                for (int f = 0; f < 3; f++) assert_true(fabs(made_at(&got, f, x, y) - want[f]) <= 1e-6 * want[f] + 1e-3);
                assert_true(fabs(made_at(&got, 3, x, y) - (nir - red) / (nir + red)) < 1e-6);
            }
        made_clear(&got);
    }
}

static void what_is_refused(void **state)
{
    (void)state;
    const made_spec spec = { .name = "r.tif", .w = 40, .h = 40, .bands = 2, .type = GDT_Byte, .pixel = 2, .n0 = 80 };
    const char *image = made_file(&spec), *out = made_path("n.tif");
    msc_error err = { 0 };
    assert_int_equal(features(image, out, "mean:6", 0, NULL, &err), MSC_EVALUE);
    assert_int_equal(features(image, out, "slope", 0, NULL, &err), MSC_EVALUE);
    assert_int_equal(features(image, NULL, "mean:5", 0, NULL, &err), MSC_EUSAGE);
    char many[2000] = "red";
    for (int side = 3; side < 53; side += 2) snprintf(many + strlen(many), 40, ",mean:%d", side);
    assert_int_equal(features(image, out, many, 0, NULL, &err), MSC_EVALUE);   /* 51 planes */
    assert_int_equal(features(made_path("absent.tif"), out, "red", 0, NULL, &err), MSC_ENOFILE);
    assert_int_not_equal(access(out, F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values_are_those_of_the_definitions), cmocka_unit_test(what_is_refused) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
