/* test_raster_warp.c - resampling agrees with gdalwarp's exact transformer and does not depend on tiles. */
#include "raster_made.h"
#include <gdal_utils.h>

static double smooth(int x, int y, int b)
{
    return 100 + 60 * sin(x / 9.0 + b) + 50 * cos(y / 7.0) + (x * 31 + y * 17) % 11;
}
static double with_hole(int x, int y, int b)
{
    return (x - 150) * (x - 150) + (y - 120) * (y - 120) < 900 ? -1 : smooth(x, y, b);
}

/* Warps with gdalwarp onto `grid`; doubles band after band. */
static double *by_gdal(const char *path, const msc_grid *grid, const char *method, int bands)
{
    char te[4][40], ts[2][16];
    snprintf(te[0], 40, "%.17g", grid->e0);
    snprintf(te[1], 40, "%.17g", grid->n0 - grid->pixel_n * grid->height_px);
    snprintf(te[2], 40, "%.17g", grid->e0 + grid->pixel_e * grid->width_px);
    snprintf(te[3], 40, "%.17g", grid->n0);
    snprintf(ts[0], 16, "%d", grid->width_px);
    snprintf(ts[1], 16, "%d", grid->height_px);
    char *args[] = { "-of", "MEM", "-et",        "0",     "-r",  (char *)method, "-te",    te[0],
                     te[1], te[2], te[3],        "-ts",   ts[0], ts[1],          "-t_srs", (char *)grid->crs,
                     "-wm", "500", "-dstnodata", "-7777", "-ot", "Float64",      NULL };
    GDALDatasetH in = GDALOpen(path, GA_ReadOnly);
    GDALWarpAppOptions *options = GDALWarpAppOptionsNew(args, NULL);
    int bad = 0;
    GDALDatasetH out = GDALWarp("", NULL, 1, &in, options, &bad);
    assert_non_null(out);
    const size_t n = (size_t)grid->width_px * (size_t)grid->height_px;
    double *value = malloc(n * (size_t)bands * sizeof *value);
    for (int b = 0; b < bands; b++)
        assert_int_equal(GDALRasterIO(GDALGetRasterBand(out, b + 1), GF_Read, 0, 0, grid->width_px,
                                      grid->height_px, value + n * (size_t)b, grid->width_px, grid->height_px,
                                      GDT_Float64, 0, 0),
                         CE_None);
    GDALWarpAppOptionsFree(options);
    GDALClose(out);
    GDALClose(in);
    return value;
}

static msc_grid grid_of(int epsg, double e0, double n0, double pixel, int w, int h)
{
    msc_grid grid = { .width_px = w, .height_px = h, .e0 = e0, .n0 = n0, .pixel_e = pixel, .pixel_n = pixel };
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    OSRImportFromEPSG(srs, epsg);
    char *wkt = NULL;
    OSRExportToWkt(srs, &wkt);
    snprintf(grid.crs, sizeof grid.crs, "%s", wkt);
    VSIFree(wkt);
    OSRRelease(srs);
    return grid;
}

typedef struct agreement {
    double most;
    int64_t n, n_differ, n_coverage;
} agreement;

static agreement compare(const char *path, const msc_grid *grid, msc_resample resample, double tolerance)
{
    static const char *const methods[] = { "near", "bilinear", "cubic" };
    msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .grid = grid, .resample = resample };
    made_all all;
    msc_error err = { 0 };
    agreement a = { 0, 0, 0, 0 };
    if (made_read_all(&spec, 96, 2, 3, &all, &err) != MSC_OK) fail_msg("%s: %s", err.subject, err.detail);
    double *theirs = by_gdal(path, grid, methods[resample], all.bands);
    const size_t n = (size_t)all.w * (size_t)all.h;
    for (size_t i = 0; i < n; i++) {
        if ((theirs[i] != -7777) != all.valid[i]) a.n_coverage++;
        if (theirs[i] == -7777 || !all.valid[i]) continue;
        for (int b = 0; b < all.bands; b++) {
            double wanted = theirs[(size_t)b * n + i];
            if (msc_raster_type(all.raster) != MSC_F32) wanted = wanted < 0 ? 0 : wanted > 255 ? 255 : wanted;
            const double d = fabs(wanted - all.value[(size_t)b * n + i]);
            a.most = d > a.most ? d : a.most;
            a.n_differ += d > tolerance;
            a.n++;
        }
    }
    free(theirs);
    made_clear(&all);
    return a;
}

static void test_agrees_with_gdalwarp(void **state)
{
    (void)state;
    static const struct {
        GDALDataType type;
        double tolerance;
    } kinds[] = { { GDT_Byte, 1 }, { GDT_UInt16, 1 }, { GDT_Float32, 1e-3 } };
    const msc_grid grids[] = { grid_of(32650, 500003.3, 3999995.1, 2, 290, 230),
                               grid_of(4326, 117.0, 36.1441, 0.00002, 300, 250),
                               grid_of(32649, 1039900, 4016800, 1.7, 400, 400),
                               grid_of(3857, 13024300, 4320600, 2.2, 500, 500) };
    for (int k = 0; k < 3; k++) {
        const made_spec made = { "smooth.tif",
                                 NULL,
                                 "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64",
                                 300,
                                 250,
                                 2,
                                 kinds[k].type,
                                 500000,
                                 4000000,
                                 2,
                                 32650,
                                 0,
                                 0,
                                 smooth };
        const char *path = made_file(&made);
        for (int g = 0; g < 4; g++)
            for (int r = MSC_NEAREST; r <= MSC_CUBIC; r++) {
                const agreement a = compare(path, &grids[g], (msc_resample)r, kinds[k].tolerance);
                if (a.n_differ || a.n_coverage || a.n < 10000)
                    fail_msg("type %d grid %d method %d: %lld values, most %.5g, %lld beyond, coverage %lld",
                             k, g, r, (long long)a.n, a.most, (long long)a.n_differ, (long long)a.n_coverage);
            }
    }
}

static void test_result_does_not_depend_on_tiles(void **state)
{
    (void)state;
    const made_spec made = { "hole.tif", NULL,    "TILED=YES", 300,   250, 2,  GDT_Float32,
                             500000,     4000000, 2,           32650, 1,   -1, with_hole };
    const char *path = made_file(&made);
    const msc_grid grid = grid_of(32649, 1039900, 4016800, 3, 400, 400);
    static const int tiles[] = { 64, 511, 1024 };
    for (int r = MSC_NEAREST; r <= MSC_CUBIC; r++) {
        made_all first, other;
        msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 },
                                 .grid = &grid,
                                 .resample = (msc_resample)r };
        assert_int_equal(made_read_all(&spec, 256, 1, 0, &first, NULL), MSC_OK);
        for (int t = 0; t < 3; t++) {
            assert_int_equal(made_read_all(&spec, tiles[t], 2, 9, &other, NULL), MSC_OK);
            assert_memory_equal(first.value, other.value, sizeof(double) * 400 * 400 * 2);
            assert_memory_equal(first.valid, other.valid, 400 * 400);
            made_clear(&other);
        }
        for (int i = 0; i < 400 * 400; i++)
            if (first.valid[i] && (first.value[i] < -30 || first.value[i] > 260))
                fail_msg("nodata bled: %g", first.value[i]);
        made_clear(&first);
    }
}

static void test_coarser_grid_averages(void **state)
{
    (void)state;
    const made_spec made = { "fine.tif", NULL,    "", 320,   320, 1, GDT_Float32,
                             500000,     4000000, 1,  32650, 0,   0, smooth };
    const char *path = made_file(&made);
    const msc_grid grid = grid_of(32650, 500000, 4000000, 8, 40, 40);
    for (int r = MSC_BILINEAR; r <= MSC_CUBIC; r++) {
        const agreement a = compare(path, &grid, (msc_resample)r, 1e-3);
        assert_int_equal(a.n, 1600);
        assert_int_equal(a.n_differ + a.n_coverage, 0);
    }
}

static void test_needs_a_coordinate_system_only_for_a_change(void **state)
{
    (void)state;
    const made_spec made = {
        "nowhere.tif", NULL, "", 100, 100, 1, GDT_Byte, 500000, 4000000, 2, 0, 0, 0, NULL
    };
    const char *path = made_file(&made);
    msc_grid grid = grid_of(32650, 500020, 3999980, 2, 50, 50);
    msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .grid = &grid };
    made_all all;
    msc_error err = { 0 };
    assert_int_equal(made_read_all(&spec, 64, 1, 0, &all, &err), MSC_OK);
    assert_true(made_at(&all, 0, 0, 0) == made_value(10, 10, 0));
    made_clear(&all);
    grid.e0 += 1;
    assert_int_equal(made_read_all(&spec, 64, 1, 0, &all, &err), MSC_ECRS);
    made_clear(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_gdalwarp),
        cmocka_unit_test(test_result_does_not_depend_on_tiles),
        cmocka_unit_test(test_coarser_grid_averages),
        cmocka_unit_test(test_needs_a_coordinate_system_only_for_a_change),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
