/* test_raster_read.c - pixels of every type, as numbers and as codes. */
#include "raster_made.h"

static msc_raster_spec spec_of(const char *const *path, int n)
{
    msc_raster_spec spec = { .image = { .paths = path, .n_paths = n }, .resample = MSC_BILINEAR };
    return spec;
}

static void read_ok(const msc_raster_spec *spec, int tile, int threads, int halo, made_all *all)
{
    msc_error err = { 0 };
    if (made_read_all(spec, tile, threads, halo, all, &err) != MSC_OK)
        fail_msg("%s: %s: %s", msc_status_name(err.status), err.subject, err.detail);
}

static msc_status read_status(const msc_raster_spec *spec, msc_error *err)
{
    made_all all;
    const msc_status status = made_read_all(spec, 128, 1, 0, &all, err);
    made_clear(&all);
    return status;
}

#if GDAL_VERSION_NUM >= GDAL_COMPUTE_VERSION(3, 7, 0)
#define SIGNED_BYTE GDT_Int8
#define SIGNED_CREATION ""
#else
#define SIGNED_BYTE GDT_Byte
#define SIGNED_CREATION " PIXELTYPE=SIGNEDBYTE"
#endif
static const struct {
    const char *name, *creation;
    GDALDataType type;
    double least, most;
} signed_kinds[] = {
    { "i8.tif", "TILED=YES" SIGNED_CREATION, SIGNED_BYTE, -128, 127 },
    { "i8s.tif", "COMPRESS=DEFLATE" SIGNED_CREATION, SIGNED_BYTE, -128, 127 },
    { "i16.tif", "TILED=YES", GDT_Int16, -32768, 32767 },
    { "i32.tif", "TILED=YES COMPRESS=LZW", GDT_Int32, -2147483648.0, 2147483647.0 },
    { "i64.tif", "TILED=YES", GDT_Int64, -4294967296.0, 4294967296.0 },
    { "f32.tif", "TILED=YES", GDT_Float32, -1e30, 1e30 },
    { "f64.tif", "TILED=YES", GDT_Float64, -1.79e308, 1.79e308 },
};

/* The least the type holds, its greatest, and small numbers of either sign. */
static double least, most;
static double signed_value(int x, int y, int b)
{
    (void)b;
    return x == 3 ? least : x == 5 ? most : (x + 2 * y) % 100 - 20;
}

/* What GDAL is given to write: it takes a marked signed byte as 0..255. */
static double (*wanted)(int x, int y, int b);
static double written(int x, int y, int b)
{
    const double value = wanted(x, y, b);
    return SIGNED_BYTE == GDT_Byte && least == -128 && value < 0 ? value + 256 : value;
}

static void signed_images_keep_their_values(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof signed_kinds / sizeof signed_kinds[0]; k++) {
        least = signed_kinds[k].least;
        most = signed_kinds[k].most;
        wanted = signed_value;
        const made_spec made = { .name = signed_kinds[k].name, .creation = signed_kinds[k].creation, .w = 90, .h = 70, .bands = 2,
                                 .type = signed_kinds[k].type, .pixel = 1, .epsg = 32650, .has_nodata = 1, .nodata = least,
                                 .value = written };
        const char *path = made_file(&made);
        const msc_raster_spec spec = spec_of(&path, 1);
        made_all all;
        read_ok(&spec, 64, 2, 3, &all);
        assert_int_equal(msc_raster_type(all.raster), MSC_F32);
        for (int y = 0; y < 70; y++)
            for (int x = 0; x < 90; x++) {
                const int is_beyond = x == 5 && most > 1e300;   /* of a float */
                assert_int_equal(all.valid[y * 90 + x], x != 3 && !is_beyond);
                if (all.valid[y * 90 + x]) assert_true(made_at(&all, 1, x, y) == (float)signed_value(x, y, 1));
            }
        made_clear(&all);
    }
}

/* Codes of every type, negative ones and the nodata value not observed, are bytes; 0 is one unless it means nothing. */
static double code_value(int x, int y, int b)
{
    (void)b;
    return x == 3 ? -7 : x == 5 ? 99 : (x + 2 * y) % 9;
}

static void codes_of_any_type(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * sizeof signed_kinds / sizeof signed_kinds[0]; k++) {
        const int is_class_map = (int)(k % 2);
        least = signed_kinds[k / 2].least;
        wanted = code_value;
        const made_spec made = { .name = signed_kinds[k / 2].name, .creation = signed_kinds[k / 2].creation, .w = 90, .h = 70,
                                 .bands = 1, .type = signed_kinds[k / 2].type, .pixel = 1, .epsg = 32650, .has_nodata = 1,
                                 .nodata = 99, .value = written };
        const char *path = made_file(&made);
        msc_raster_spec spec = spec_of(&path, 1);
        spec.is_coded = 1;
        spec.is_class_map = is_class_map;
        made_all all;
        read_ok(&spec, 64, 2, 3, &all);
        assert_int_equal(msc_raster_type(all.raster), MSC_U8);
        for (int y = 0; y < 70; y++)
            for (int x = 0; x < 90; x++) {
                const double value = code_value(x, y, 0);
                assert_int_equal(all.valid[y * 90 + x], value >= 0 && value < 99 && (value > 0 || !is_class_map));
                if (all.valid[y * 90 + x]) assert_true(made_at(&all, 0, x, y) == value);
            }
        made_clear(&all);
    }
}

static double large_code(int x, int y, int b)
{
    (void)b;
    return x == 20 && y == 30 ? 256 : 65535;
}

static double broken_code(int x, int y, int b)
{
    (void)b;
    return x == 20 && y == 30 ? 2.5 : 7;
}

static void codes_that_are_none(void **state)
{
    (void)state;
    made_spec made = { .name = "codes.tif", .w = 90, .h = 70, .bands = 1, .type = GDT_UInt16, .pixel = 1, .epsg = 32650,
                       .has_nodata = 1, .nodata = 65535, .value = large_code };
    const char *path = made_file(&made);
    msc_raster_spec spec = spec_of(&path, 1);
    msc_error err = { 0 };
    made_all all;
    for (spec.is_class_map = -1; spec.is_class_map <= 0; spec.is_class_map++) {   /* a change map */
        spec.is_coded = 1;
        read_ok(&spec, 64, 1, 0, &all);
        assert_int_equal(msc_raster_type(all.raster), MSC_U16);
        made_clear(&all);
    }
    assert_int_equal(read_status(&spec, &err), MSC_EFORMAT);
    assert_non_null(strstr(err.detail, "256 at pixel 20,30"));
    made.type = GDT_Float64;
    made.value = broken_code;
    path = made_file(&made);
    assert_int_equal(read_status(&spec, &err), MSC_EFORMAT);
    assert_non_null(strstr(err.detail, "2.5 at pixel 20,30"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signed_images_keep_their_values),
        cmocka_unit_test(codes_of_any_type),
        cmocka_unit_test(codes_that_are_none),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
