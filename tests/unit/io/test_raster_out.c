/* test_raster_out.c - what is written is what was given, the same for any thread count. */
#include "raster_out_made.h"
#include "base/hash.h"

static void check_pixels(const char *path, int band0, msc_type type)
{
    GDALDatasetH ds = GDALOpen(path, GA_ReadOnly);
    assert_non_null(ds);
    const int n = GDALGetRasterCount(ds);
    double *row = malloc(sizeof(double) * W);
    for (int b = 0; b < n; b++)
        for (int y = 0; y < H; y++) {
            assert_int_equal(
                GDALRasterIO(GDALGetRasterBand(ds, b + 1), GF_Read, 0, y, W, 1, row, W, 1, GDT_Float64, 0, 0),
                CE_None);
            for (int x = 0; x < W; x++) {
                const double v = made_value(x, y, b + band0);
                const double drawn = type == MSC_U8 ? v : type == MSC_U16 ? v * 100 : v / 8;
                const double wanted = (x / 100 + y / 100) % 5 != 0 ? drawn : type == MSC_U16 ? 65535 : 0;
                if (row[x] != wanted) fail_msg("%s band %d %d,%d: %g, not %g", path, b, x, y, row[x], wanted);
            }
        }
    free(row);
    GDALClose(ds);
}

static void write_ok(const char *map, const char *bands, msc_type type, int tile, int threads,
                     msc_settings *settings)
{
    msc_error err = { 0 };
    if (write_two(map, bands, type, tile, threads, settings, &err) != MSC_OK)
        fail_msg("%s: %s: %s", msc_status_name(err.status), err.subject, err.detail);
}

static void test_round_trip_of_types_and_tiles(void **state)
{
    (void)state;
    static const int tiles[] = { 64, 256, 511, 1024 };
    for (int type = MSC_U8; type <= MSC_F32; type++)
        for (size_t t = 0; t < 4; t++) {
            const char *map = made_path("map.tif"), *bands = made_path("bands.tif");
            msc_settings settings;
            msc_settings_defaults(&settings);
            settings.overwrite = 1;
            write_ok(map, bands, (msc_type)type, tiles[t], 2, &settings);
            check_pixels(map, 0, MSC_U8);
            check_pixels(bands, 1, (msc_type)type);
        }
    assert_int_equal(count_files(), 3); /* map.tif, its .aux.xml, bands.tif */
}

static void test_same_bytes_for_any_thread_count(void **state)
{
    (void)state;
    char hash[4][MSC_SHA256_TEXT];
    for (int i = 0; i < 2; i++) {
        const char *map = made_path("map.tif"), *bands = made_path("bands.tif");
        msc_settings settings;
        msc_settings_defaults(&settings);
        settings.overwrite = 1;
        write_ok(map, bands, MSC_U16, 256, i ? 4 : 1, &settings);
        assert_int_equal(msc_sha256_file(map, hash[2 * i], NULL), MSC_OK);
        assert_int_equal(msc_sha256_file(bands, hash[2 * i + 1], NULL), MSC_OK);
    }
    assert_string_equal(hash[0], hash[2]);
    assert_string_equal(hash[1], hash[3]);
}

static void test_creation_options(void **state)
{
    (void)state;
    static const char *const ways[][2] = { { "COMPRESS=NONE", "BIGTIFF=YES" },
                                           { "COMPRESS=LZW", "PREDICTOR=2" },
                                           { "COMPRESS=DEFLATE", "ZLEVEL=9" },
                                           { "COMPRESS=ZSTD", "ZSTD_LEVEL=1" } };
    for (size_t k = 0; k < 4; k++) {
        const char *map = made_path("map.tif"), *bands = made_path("bands.tif");
        msc_settings settings;
        msc_settings_defaults(&settings);
        settings.overwrite = 1;
        settings.creation = ways[k];
        settings.n_creation = 2;
        write_ok(map, bands, MSC_U16, k % 2 ? 256 : 100, 2, &settings);
        check_pixels(map, 0, MSC_U8);
        check_pixels(bands, 1, MSC_U16);
        GDALDatasetH ds = GDALOpen(bands, GA_ReadOnly);
        const char *is = GDALGetMetadataItem(ds, "COMPRESSION", "IMAGE_STRUCTURE");
        assert_string_equal(is ? is : "NONE", ways[k][0] + 9);
        GDALClose(ds);
    }
    static const char *const wrong[] = { "COMPRESS=JPEG", "COMPRESS=DEFLATE", "PREDICTOR=7" };
    for (int k = 0; k < 3; k += 2) {
        msc_settings settings;
        msc_error err = { 0 };
        msc_settings_defaults(&settings);
        settings.overwrite = 1;
        settings.creation = wrong + k;
        settings.n_creation = 1;
        assert_int_equal(write_two(made_path("x.tif"), made_path("y.tif"), MSC_U8, 256, 1, &settings, &err),
                         MSC_EVALUE);
    }
    assert_false(msc_file_exists(made_path("x.tif")));
}

static void test_georeference_colours_and_names(void **state)
{
    (void)state;
    const char *map = made_path("map.tif"), *bands = made_path("bands.tif");
    msc_settings settings;
    msc_settings_defaults(&settings);
    settings.overwrite = 1;
    write_ok(map, bands, MSC_U8, 256, 2, &settings);
    GDALDatasetH ds = GDALOpen(map, GA_ReadOnly);
    GDALRasterBandH band = GDALGetRasterBand(ds, 1);
    double gt[6];
    int has = 0;
    GDALGetGeoTransform(ds, gt);
    assert_true(gt[0] == 500000 && gt[1] == 2 && gt[3] == 4400000 && gt[5] == -2);
    assert_true(GDALGetRasterNoDataValue(band, &has) == 0 && has);
    assert_int_equal(GDALGetColorEntry(GDALGetRasterColorTable(band), 1)->c1, 200);
    assert_string_equal(GDALGetRasterCategoryNames(band)[5], "植被");
    assert_int_equal(GDALGetOverviewCount(band), 3);
    assert_string_equal(GDALGetMetadataItem(ds, "RUN_ID", NULL), "r1");
    GDALClose(ds);
    msc_raster_spec spec = { .image = { .paths = &map, .n_paths = 1 }, .is_class_map = 1 };
    msc_raster *raster = NULL;
    assert_int_equal(unlink(made_path("map.tif.aux.xml")), 0);
    assert_int_equal(msc_raster_open(&spec, &settings, &raster, NULL), MSC_OK);
    assert_string_equal(msc_raster_category(raster, 1), "采场");
    assert_null(msc_raster_category(raster, 2));
    assert_string_equal(msc_raster_meta(raster, "CLASS_1_NAME"), "quarry");
    assert_true(msc_raster_is_direct(raster));
    msc_raster_close(&raster);
}

/* Every level holds every step-th pixel, whichever of its blocks workers or the sink made. */
static void test_overviews_are_every_nth_pixel(void **state)
{
    (void)state;
    static const int tiles[] = { 64, 100, 256, 511, 512, 1024 };
    uint8_t *all = malloc((size_t)W * H), *level = malloc((size_t)W * H);
    for (size_t t = 0; t < 6; t++) {
        const char *map = made_path("map.tif");
        msc_settings settings;
        msc_settings_defaults(&settings);
        settings.overwrite = 1;
        write_ok(map, made_path("bands.tif"), MSC_U8, tiles[t], 3, &settings);
        GDALDatasetH ds = GDALOpen(map, GA_ReadOnly);
        GDALRasterBandH band = GDALGetRasterBand(ds, 1);
        assert_int_equal(GDALRasterIO(band, GF_Read, 0, 0, W, H, all, W, H, GDT_Byte, 0, 0), CE_None);
        assert_int_equal(GDALGetOverviewCount(band), 3);
        for (int k = 0, step = 2; k < 3; k++, step *= 2) {
            GDALRasterBandH overview = GDALGetOverview(band, k);
            const int w = (W + step - 1) / step, h = (H + step - 1) / step;
            assert_int_equal(GDALGetRasterBandXSize(overview), w);
            assert_int_equal(GDALGetRasterBandYSize(overview), h);
            assert_int_equal(GDALRasterIO(overview, GF_Read, 0, 0, w, h, level, w, h, GDT_Byte, 0, 0), CE_None);
            for (int y = 0; y < h; y++)
                for (int x = 0; x < w; x++)
                    if (level[y * w + x] != all[(size_t)y * step * W + (size_t)x * step]) fail_msg("tile %d step %d: %d,%d", tiles[t], step, x, y);
        }
        GDALClose(ds);
    }
    static const char *const none[] = { "OVERVIEWS=NONE" }, *const wrong[] = { "OVERVIEWS=2" };
    msc_settings settings;
    msc_error err = { 0 };
    msc_settings_defaults(&settings);
    settings.overwrite = 1;
    settings.creation = none;
    settings.n_creation = 1;
    write_ok(made_path("map.tif"), made_path("bands.tif"), MSC_U8, 256, 1, &settings);
    GDALDatasetH ds = GDALOpen(made_path("map.tif"), GA_ReadOnly);
    assert_int_equal(GDALGetOverviewCount(GDALGetRasterBand(ds, 1)), 0);
    assert_string_equal(GDALGetMetadataItem(ds, "COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE");
    GDALClose(ds);
    settings.creation = wrong;
    assert_int_equal(write_two(made_path("x.tif"), made_path("y.tif"), MSC_U8, 256, 1, &settings, &err), MSC_EVALUE);
    free(all);
    free(level);
}

static int64_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return (int64_t)st.st_size;
}

/* What is counted is what lies in the files, for any number of threads: once, where tiles are whole blocks. */
static void test_traffic_is_what_the_files_hold(void **state)
{
    (void)state;
    msc_traffic sum[2] = { 0 };
    const char *map = made_path("map.tif"), *bands = made_path("bands.tif");
    for (int i = 0; i < 2; i++) {
        msc_settings settings;
        msc_settings_defaults(&settings);
        settings.overwrite = 1;
        settings.traffic = &sum[i];
        write_ok(map, bands, MSC_U16, 512, i ? 4 : 1, &settings);
    }
    assert_memory_equal(&sum[0], &sum[1], sizeof sum[0]);
    assert_int_equal(sum[0].written_bytes, size_of(map) + size_of(bands));
    assert_int_equal(sum[0].decoded_bytes, 0);
    /* 3 x 3 blocks of 512; overviews of the map: 750 x 550, 375 x 275, 188 x 138 in blocks of 256 */
    assert_int_equal(sum[0].encoded_bytes, 9 * 512 * 512 * (1 + 3 * 2) + (9 + 4 + 1) * 256 * 256);
    int64_t stored = 0;
    GDALDatasetH ds = GDALOpen(bands, GA_ReadOnly);
    for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) {
            char name[40];
            snprintf(name, sizeof name, "BLOCK_SIZE_%d_%d", x, y);
            stored += atoll(GDALGetMetadataItem(GDALGetRasterBand(ds, 1), name, "TIFF"));
        }
    GDALClose(ds);
    for (int i = 0; i < 4; i++) {
        const msc_raster_spec spec = { .image = { .paths = &bands, .n_paths = 1 } };
        made_all all;
        msc_error err = { 0 };
        memset(&made_traffic, 0, sizeof made_traffic);
        assert_int_equal(made_read_all(&spec, 512, i ? 3 : 1, 0, &all, &err), MSC_OK);
        made_clear(&all);
        assert_int_equal(made_traffic.read_bytes, stored);
        assert_int_equal(made_traffic.decoded_bytes, 9 * 512 * 512 * 3 * 2);
        assert_int_equal(made_traffic.written_bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip_of_types_and_tiles),
        cmocka_unit_test(test_same_bytes_for_any_thread_count),
        cmocka_unit_test(test_creation_options),
        cmocka_unit_test(test_georeference_colours_and_names),
        cmocka_unit_test(test_overviews_are_every_nth_pixel),
        cmocka_unit_test(test_traffic_is_what_the_files_hold),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
