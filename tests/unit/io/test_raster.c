/* test_raster.c - what is read is what the file holds, whatever the way, the tile or the thread. */
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

/* Every pixel is made_value() and valid. */
static void check_made(const made_all *all, int dx, int dy)
{
    for (int b = 0; b < all->bands; b++)
        for (int y = 0; y < all->h; y++)
            for (int x = 0; x < all->w; x++) {
                if (made_at(all, b, x, y) != made_value(x + dx, y + dy, b))
                    fail_msg("band %d at %d,%d: %g, not %g", b, x, y, made_at(all, b, x, y),
                             made_value(x + dx, y + dy, b));
                assert_int_equal(all->valid[(size_t)y * (size_t)all->w + (size_t)x], 1);
            }
}

static void test_kinds_of_file(void **state)
{
    (void)state;
    static const struct {
        const char *name, *driver, *creation;
        GDALDataType type;
        int is_direct;
        msc_type as;
    } kinds[] = {
        { "none.tif", NULL, "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=48", GDT_Byte, 1, MSC_U8 },
        { "deflate.tif", NULL, "TILED=YES COMPRESS=DEFLATE PREDICTOR=2", GDT_UInt16, 1, MSC_U16 },
        { "zstd.tif", NULL, "TILED=YES COMPRESS=ZSTD INTERLEAVE=BAND BLOCKXSIZE=64 BLOCKYSIZE=64", GDT_Int16,
          1, MSC_F32 },
        { "lzw.tif", NULL, "TILED=YES COMPRESS=LZW PREDICTOR=2 BLOCKXSIZE=128 BLOCKYSIZE=64", GDT_Byte, 1,
          MSC_U8 },
        { "float.tif", NULL, "TILED=YES COMPRESS=DEFLATE PREDICTOR=3", GDT_Float32, 1, MSC_F32 },
        { "floats.tif", NULL, "TILED=YES COMPRESS=ZSTD PREDICTOR=3 INTERLEAVE=BAND BLOCKXSIZE=80 BLOCKYSIZE=64", GDT_Float32, 1, MSC_F32 },
        { "big.tif", NULL, "TILED=YES BIGTIFF=YES ENDIANNESS=BIG", GDT_UInt16, 1, MSC_U16 },
        { "swapped.tif", NULL, "TILED=YES COMPRESS=LZW PREDICTOR=2 ENDIANNESS=BIG", GDT_UInt16, 1, MSC_U16 },
        { "planar.tif", NULL, "TILED=YES COMPRESS=ZSTD PREDICTOR=2 INTERLEAVE=BAND BLOCKXSIZE=80 BLOCKYSIZE=64", GDT_Int16, 1, MSC_F32 },
        { "strips.tif", NULL, "", GDT_Byte, 0, MSC_U8 },
        { "double.tif", NULL, "TILED=YES", GDT_Float64, 0, MSC_F32 },
        { "int32.tif", NULL, "TILED=YES", GDT_Int32, 0, MSC_F32 },
        { "raw.dat", "ENVI", "INTERLEAVE=BIL", GDT_UInt16, 0, MSC_U16 },
        { "i.img", "HFA", "", GDT_Byte, 0, MSC_U8 },
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        for (int tile = 64; tile <= 256; tile += 96) {
            const made_spec made = { kinds[k].name,
                                     kinds[k].driver,
                                     kinds[k].creation,
                                     301,
                                     203,
                                     3,
                                     kinds[k].type,
                                     500000,
                                     4000000,
                                     2,
                                     32650,
                                     0,
                                     0,
                                     NULL };
            const char *path = made_file(&made);
            const msc_raster_spec spec = spec_of(&path, 1);
            made_all all;
            read_ok(&spec, tile, 2, 5, &all);
            assert_int_equal(msc_raster_is_direct(all.raster), kinds[k].is_direct);
            assert_int_equal(msc_raster_type(all.raster), kinds[k].as);
            check_made(&all, 0, 0);
            made_clear(&all);
        }
}

static void test_vrt_reads_its_parts(void **state)
{
    (void)state;
    const made_spec made = {
        "part.tif", NULL, "TILED=YES", 120, 90, 2, GDT_UInt16, 0, 0, 1, 32650, 0, 0, NULL
    };
    const char *part = made_file(&made), *path = made_path("all.vrt");
    GDALDatasetH ds = GDALOpen(part, GA_ReadOnly);
    GDALClose(GDALCreateCopy(GDALGetDriverByName("VRT"), path, ds, 0, NULL, NULL, NULL));
    GDALClose(ds);
    const msc_raster_spec spec = spec_of(&path, 1);
    made_all all;
    read_ok(&spec, 64, 2, 3, &all);
    check_made(&all, 0, 0);
    made_clear(&all);
    msc_error err = { 0 };
    unlink(part);
    assert_int_equal(read_status(&spec, &err), MSC_EREAD);
}

static double marked(int x, int y, int b)
{
    if (x < 10 && y < 20) return 0;                       /* connected to the corner */
    if (x >= 50 && x < 60 && y >= 40 && y < 50) return 0; /* an island of 0 */
    if (x == 30 && y == 30) return b == 0 ? 0 : 5;        /* one band 0 */
    return made_value(x, y, b);
}

static int64_t count_valid(const made_all *all)
{
    int64_t n = 0;
    for (int64_t i = 0; i < (int64_t)all->w * all->h; i++) n += all->valid[i];
    return n;
}

static void test_nodata_rules(void **state)
{
    (void)state;
    static const struct {
        const char *rule;
        int64_t n_not;
    } rules[] = { { NULL, 300 }, { "auto", 300 },   { "none", 0 },  { "0", 300 },
                  { "7", 0 },    { "edge:0", 200 }, { "edge:3", 0 } };
    made_spec made = { "marked.tif",
                       NULL,
                       "TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=32",
                       100,
                       80,
                       3,
                       GDT_Byte,
                       0,
                       0,
                       1,
                       32650,
                       1,
                       0,
                       marked };
    const char *path = made_file(&made);
    for (size_t k = 0; k < sizeof rules / sizeof rules[0]; k++)
        for (int tile = 16; tile <= 112; tile += 96) {
            msc_raster_spec spec = spec_of(&path, 1);
            spec.image.nodata = rules[k].rule;
            made_all all;
            read_ok(&spec, tile, 2, 2, &all);
            assert_int_equal(100 * 80 - count_valid(&all), rules[k].n_not);
            made_clear(&all);
        }
    msc_error err = { 0 };
    msc_raster_spec spec = spec_of(&path, 1);
    spec.image.nodata = "edge:";
    assert_int_equal(read_status(&spec, &err), MSC_EVALUE);
    spec.image.nodata = "12 m";
    assert_int_equal(read_status(&spec, &err), MSC_EVALUE);
}

/* A ring of fill that turns back on itself, so that runs are joined late. */
static double spiral(int x, int y, int b)
{
    (void)b;
    static const char *const picture[] = { "..........", ".########.", ".#......#.", ".#.####.#.",
                                           ".#.#..#.#.", ".#.##.#.#.", ".#....#.#.", ".######.#.",
                                           "........#.", "##########" };
    return picture[y][x] == '#' ? 0 : 9;
}

static void test_edge_fill_follows_turns(void **state)
{
    (void)state;
    const made_spec made = { "spiral.tif", NULL, "", 10, 10, 1, GDT_Byte, 0, 0, 1, 0, 0, 0, spiral };
    const char *path = made_file(&made);
    msc_raster_spec spec = spec_of(&path, 1);
    made_all all;
    spec.image.nodata = "edge:0";
    read_ok(&spec, 16, 1, 1, &all);
    int64_t n_zero = 0;
    for (int y = 0; y < 10; y++)
        for (int x = 0; x < 10; x++) n_zero += spiral(x, y, 0) == 0;
    assert_int_equal(100 - count_valid(&all), n_zero);
    made_clear(&all);
    spec.image.nodata = "edge:9";
    read_ok(&spec, 16, 1, 1, &all);
    assert_int_equal(count_valid(&all), n_zero); /* the way in is found too, through all its turns */
    made_clear(&all);
}

static double with_nan(int x, int y, int b)
{
    return x == 3 && b == 1 ? NAN : x == 4 && y == 4 ? -9999 : made_value(x, y, b);
}

static void test_nan_and_alpha_and_mask(void **state)
{
    (void)state;
    const made_spec made = { "nan.tif", NULL, "TILED=YES", 40,    30, 2,     GDT_Float32,
                             0,         0,    1,           32650, 1,  -9999, with_nan };
    const char *path = made_file(&made);
    msc_raster_spec spec = spec_of(&path, 1);
    made_all all;
    read_ok(&spec, 16, 1, 1, &all);
    assert_int_equal(40 * 30 - count_valid(&all), 31);
    made_clear(&all);

    made_spec four = {
        "alpha.tif", NULL,  "TILED=YES PHOTOMETRIC=RGB ALPHA=YES", 40, 30, 4, GDT_Byte, 0, 0, 1, 32650, 0,
        0,           marked
    };
    path = made_file(&four);
    read_ok(&spec, 16, 1, 1, &all);
    assert_int_equal(all.bands, 3);
    assert_int_equal(40 * 30 - count_valid(&all), 200);
    assert_string_equal(msc_raster_band_name(all.raster, 0), "red");
    made_clear(&all);
    spec.image.bands = "red:1,nir:4";
    read_ok(&spec, 16, 1, 1, &all);
    assert_int_equal(all.bands, 2);
    assert_int_equal(40 * 30 - count_valid(&all), 0);
    made_clear(&all);

    const made_spec mask = { "mask.tif", NULL, "", 20, 80, 1, GDT_Byte, 0, 0, 1, 32650, 0, 0, marked };
    spec.image.mask = made_file(&mask);
    read_ok(&spec, 16, 2, 3, &all);
    assert_int_equal(count_valid(&all), 20 * 30 - 200); /* right of the mask nothing is observed */
    made_clear(&all);
}

static void test_bands_by_name(void **state)
{
    (void)state;
    const made_spec made = {
        "bands.tif", NULL, "TILED=YES", 50, 40, 4, GDT_UInt16, 0, 0, 1, 32650, 0, 0, NULL
    };
    const char *path = made_file(&made);
    GDALDatasetH ds = GDALOpen(path, GA_Update);
    static const char *const names[] = { "Blue", "Green", "Red", "NIR" }, *const want[] = { "nir", "red" },
                             *const wrong[] = { "swir1" };
    for (int b = 0; b < 4; b++) GDALSetDescription(GDALGetRasterBand(ds, b + 1), names[b]);
    GDALClose(ds);
    msc_raster_spec spec = spec_of(&path, 1);
    made_all all;
    spec.want = want;
    spec.n_want = 2;
    read_ok(&spec, 32, 1, 0, &all);
    assert_true(made_at(&all, 0, 7, 9) == made_value(7, 9, 3) &&
                made_at(&all, 1, 7, 9) == made_value(7, 9, 2));
    made_clear(&all);
    msc_error err = { 0 };
    static const char *const bad[] = { "red:5", "red:0", "red", "red:1,red:2", "red:1,green:x", "," };
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        msc_raster_spec other = spec_of(&path, 1);
        other.image.bands = bad[k];
        assert_int_equal(read_status(&other, &err), MSC_EBAND);
    }
    spec.want = wrong;
    spec.n_want = 1;
    assert_int_equal(read_status(&spec, &err), MSC_EBAND);
}

static double left_half(int x, int y, int b) { return x < 60 ? made_value(x, y, b) : 0; }
static double right_part(int x, int y, int b) { return made_value(x + 50, y + 10, b); }

static void test_mosaic(void **state)
{
    (void)state;
    const made_spec a = { "a.tif", NULL, "TILED=YES", 100,   80, 2, GDT_Byte,
                          1000,    2000, 2,           32650, 1,  0, left_half };
    const made_spec b = { "b.tif", NULL, "", 90, 60, 2, GDT_UInt16, 1100, 1980, 2, 32650, 1, 0, right_part };
    const char *paths[] = { made_file(&a), made_file(&b) };
    const msc_raster_spec spec = spec_of(paths, 2);
    made_all all;
    read_ok(&spec, 48, 2, 4, &all);
    assert_int_equal(all.w, 140);
    assert_int_equal(all.h, 80);
    assert_int_equal(msc_raster_type(all.raster), MSC_U16);
    for (int y = 0; y < 80; y++)
        for (int x = 0; x < 140; x++) {
            const int has = x < 60 || (x >= 50 && y >= 10 && y < 70);
            assert_int_equal(all.valid[y * 140 + x], has);
            if (has && made_at(&all, 1, x, y) != made_value(x, y, 1)) fail_msg("%d,%d", x, y);
        }
    made_clear(&all);
}

static void test_wanted_grid_is_cut_out_without_resampling(void **state)
{
    (void)state;
    const made_spec made = { "cut.tif", NULL, "TILED=YES", 100,   80, 1, GDT_Float32,
                             1000,      2000, 2,           32650, 0,  0, NULL };
    const char *path = made_file(&made);
    msc_raster_spec spec = spec_of(&path, 1);
    made_all all, part;
    read_ok(&spec, 64, 1, 0, &all);
    msc_grid grid = *msc_raster_grid(all.raster);
    grid.e0 += 2 * 30;
    grid.n0 -= 2 * 20;
    grid.width_px = 40;
    grid.height_px = 33;
    spec.grid = &grid;
    read_ok(&spec, 16, 2, 3, &part);
    check_made(&part, 30, 20);
    made_clear(&part);
    msc_error err = { 0 };
    grid.e0 += 1e6;
    assert_int_equal(read_status(&spec, &err), MSC_EOVERLAP);
    made_clear(&all);
}

static void test_wrong_files(void **state)
{
    (void)state;
    msc_error err = { 0 };
    const char *path = made_path("absent.tif");
    msc_raster_spec spec = spec_of(&path, 1);
    assert_int_equal(read_status(&spec, &err), MSC_ENOFILE);
    path = made_path("text.tif");
    assert_int_equal(msc_file_write(path, "not a raster", 12, NULL), MSC_OK);
    assert_int_equal(read_status(&spec, &err), MSC_EFORMAT);
    path = made_dir;
    assert_int_equal(read_status(&spec, &err), MSC_EFORMAT);
    const made_spec made = { "turned.tif", NULL, "", 20, 20, 1, GDT_Byte, 0, 0, 1, 32650, 0, 0, NULL };
    path = made_file(&made);
    GDALDatasetH ds = GDALOpen(path, GA_Update);
    double gt[6] = { 0, 1, 0.2, 0, 0.2, -1 };
    GDALSetGeoTransform(ds, gt);
    GDALClose(ds);
    assert_int_equal(read_status(&spec, &err), MSC_EGRID);
    msc_raster_facts facts;
    assert_int_equal(msc_raster_facts_read(path, &facts, &err), MSC_OK);
    assert_int_equal(facts.is_rotated, 1);
    assert_int_equal(facts.n_bands, 1);
}

static void cut_file(const char *path, double share)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, (off_t)((double)st.st_size * share)), 0);
}

static void test_damaged_files(void **state)
{
    (void)state;
    static const struct {
        const char *name, *driver, *creation;
    } kinds[] = { { "cut1.tif", NULL, "TILED=YES" }, { "cut2.tif", NULL, "TILED=YES COMPRESS=DEFLATE" },
                  { "cut3.tif", NULL, "" },          { "cut4.tif", NULL, "TILED=YES COMPRESS=ZSTD" },
                  { "cut5.dat", "ENVI", "" },        { "cut6.tif", NULL, "COMPRESS=LZW" } };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const made_spec made = {
            kinds[k].name, kinds[k].driver, kinds[k].creation, 600, 600, 2, GDT_Byte, 0, 0, 1, 32650, 0, 0,
            NULL
        };
        const char *path = made_file(&made);
        cut_file(path, 0.6);
        msc_error err = { 0 };
        const msc_raster_spec spec = spec_of(&path, 1);
        const msc_status status = read_status(&spec, &err);
        if (status != MSC_EREAD) fail_msg("%s: %s (%s)", kinds[k].name, msc_status_name(status), err.detail);
        assert_true(err.detail[0] != 0);
    }
    const made_spec made = {
        "corrupt.tif", NULL, "TILED=YES COMPRESS=DEFLATE", 600, 600, 1, GDT_Byte, 0, 0, 1, 32650, 0, 0, NULL
    };
    const char *path = made_file(&made);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    FILE *file = fopen(path, "r+b");
    fseek(file, st.st_size / 2, SEEK_SET);
    for (int i = 0; i < 3000; i++) fputc(0xff, file);
    fclose(file);
    msc_error err = { 0 };
    const msc_raster_spec spec = spec_of(&path, 1);
    assert_int_equal(read_status(&spec, &err), MSC_EREAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds_of_file),
        cmocka_unit_test(test_vrt_reads_its_parts),
        cmocka_unit_test(test_nodata_rules),
        cmocka_unit_test(test_edge_fill_follows_turns),
        cmocka_unit_test(test_nan_and_alpha_and_mask),
        cmocka_unit_test(test_bands_by_name),
        cmocka_unit_test(test_mosaic),
        cmocka_unit_test(test_wanted_grid_is_cut_out_without_resampling),
        cmocka_unit_test(test_wrong_files),
        cmocka_unit_test(test_damaged_files),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
