/* The coordinate system of a GeoTIFF, as GDAL itself reads it, whatever its keys, its side file and the settings say; and
 * keys that are put into a file past GDAL, which must be the bytes that GDAL writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/file.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "io/raster_out_file.h"
#include <cpl_conv.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const PATH = "crs_made.tif", *const AUX = "crs_made.tif.aux.xml";

/* A GeoTIFF of one pixel in that system; 0 when GDAL does not know it. */
static int make(const char *crs)
{
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    char *wkt = NULL;
    double at[6] = { 500000, 2, 0, 4400000, 0, -2 };
    unlink(AUX);
    GDALAllRegister();
    const int is_known = OSRSetFromUserInput(srs, crs) == OGRERR_NONE && OSRExportToWkt(srs, &wkt) == OGRERR_NONE;
    if (is_known) {
        GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), PATH, 1, 1, 1, GDT_Byte, NULL);
        assert_non_null(dataset);
        GDALSetGeoTransform(dataset, at);
        GDALSetProjection(dataset, wkt);
        GDALClose(dataset);
    }
    CPLFree(wkt);
    OSRDestroySpatialReference(srs);
    return is_known;
}

/* Puts `to` in the place of the only `from` in the file. */
static void patch(const void *from, const void *to, size_t n)
{
    char bytes[16384];
    FILE *file = fopen(PATH, "r+b");
    assert_non_null(file);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    size_t found = 0, n_found = 0;
    for (size_t i = 0; i + n <= size; i++)
        if (memcmp(bytes + i, from, n) == 0) {
            found = i;
            n_found++;
        }
    assert_int_equal(n_found, 1);
    assert_int_equal(fseek(file, (long)found, SEEK_SET), 0);
    assert_int_equal(fwrite(to, 1, n, file), n);
    fclose(file);
}

static void patch_key(uint16_t key, uint16_t from, uint16_t to)
{
    const uint16_t old[4] = { key, 0, 1, from }, new[4] = { key, 0, 1, to };
    patch(old, new, sizeof old);
}

/* Ours must be GDAL's, to the letter. */
static void expect_as_gdal(const char *what)
{
    msc_raster_facts facts;
    msc_error err = { 0 };
    char *wkt = NULL;
    const char *options[] = { "FORMAT=WKT2_2019", NULL };
    CPLPushErrorHandler(CPLQuietErrorHandler);
    GDALDatasetH dataset = GDALOpen(PATH, GA_ReadOnly);
    assert_non_null(dataset);
    OGRSpatialReferenceH srs = GDALGetSpatialRef(dataset);
    if (srs) OSRExportToWktEx(srs, &wkt, options);
    const msc_status status = msc_raster_facts_read(PATH, &facts, &err);
    CPLPopErrorHandler();
    if (status != MSC_OK) fail_msg("%s: %s", what, err.detail);
    if (strcmp(facts.grid.crs, wkt ? wkt : "") != 0) fail_msg("%s:\n%s\nis to GDAL\n%s", what, facts.grid.crs, wkt ? wkt : "");
    CPLFree(wkt);
    GDALClose(dataset);
}

static void reads_registered_systems(void **state)
{
    (void)state;
    static const int ranges[][2] = { { 4491, 4554 }, { 2327, 2333 }, { 32649, 32651 }, { 3857, 3857 }, { 4326, 4326 }, { 2272, 2272 },
                                     { 2063, 2064 }, { 27700, 27700 }, { 27561, 27563 }, { 2193, 2193 }, { 26729, 26729 }, { 7415, 7415 } };
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (int c = ranges[r][0]; c <= ranges[r][1]; c++) {
            char code[32];
            snprintf(code, sizeof code, "EPSG:%d", c);
            if (make(code)) expect_as_gdal(code);
        }
}

static void reads_other_systems(void **state)
{
    (void)state;
    static const char *const other[] = { "+proj=utm +zone=50 +ellps=GRS80", "+proj=tmerc +lon_0=117.3 +x_0=500000 +ellps=GRS80 +towgs84=1,2,3",
                                         "EPSG:4548+5737", "ESRI:102012", "LOCAL_CS[\"pit grid\",UNIT[\"metre\",1]]" };
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (make(other[i])) expect_as_gdal(other[i]);
}

static void reads_keys_that_differ_from_the_register(void **state)
{
    (void)state;
    make("EPSG:4548");
    patch("CGCS2000 / 3-degree", "CGCS2000 / 3-DEGREE", 19);
    expect_as_gdal("another name");
    make("EPSG:4548");
    patch("China Geodetic", "Mine geodetic ", 14);
    expect_as_gdal("another base");
    make("EPSG:4548");
    patch_key(3072, 4548, 4549);
    expect_as_gdal("another number");
    make("EPSG:4548");
    patch_key(3072, 4548, 32767);
    expect_as_gdal("no number");
    make("EPSG:4548");
    patch_key(3076, 9001, 9003);
    expect_as_gdal("feet");
    make("EPSG:4548");
    patch_key(2054, 9102, 9105);
    expect_as_gdal("gradians");
    make("EPSG:2272");
    patch_key(3076, 9003, 9001);
    expect_as_gdal("metres for feet");
    make("EPSG:4548");
    patch_key(1024, 1, 2);
    expect_as_gdal("geographic");
    make("EPSG:4548");
    const uint16_t name[2] = { 1026, 34737 }, nowhere[2] = { 1026, 0 };
    patch(name, nowhere, sizeof name);
    expect_as_gdal("a name without text");
}

static void write_aux(const char *text)
{
    FILE *file = fopen(AUX, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void side_file_and_settings_overrule(void **state)
{
    (void)state;
    make("EPSG:4548");
    write_aux("<PAMDataset><SRS>EPSG:4549</SRS></PAMDataset>");
    expect_as_gdal("a side file");
    write_aux("<PAMDataset><Metadata><MDI key=\"a\">b</MDI></Metadata></PAMDataset>");
    expect_as_gdal("a side file of other things");
    write_aux("<PAMDataset><SRS>EPSG:4549</SRS></PAMDataset>");
    CPLSetConfigOption("GDAL_GEOREF_SOURCES", "INTERNAL,PAM");
    expect_as_gdal("a setting");
    CPLSetConfigOption("GDAL_GEOREF_SOURCES", "NONE");
    unlink(AUX);
    expect_as_gdal("no sources");
    CPLSetConfigOption("GDAL_GEOREF_SOURCES", NULL);
    CPLSetConfigOption("GTIFF_SRS_SOURCE", "GEOKEYS");
    expect_as_gdal("keys only");
    CPLSetConfigOption("GTIFF_SRS_SOURCE", NULL);
    unlink(PATH);
}

/* An empty GeoTIFF of some kind, with the system set by GDAL or not at all. */
static void make_kind(const char *path, int kind, const char *wkt)
{
    static const char *const plain[] = { "SPARSE_OK=TRUE", NULL }, *const tiled[] = { "TILED=YES", "COMPRESS=DEFLATE", "SPARSE_OK=TRUE", "BLOCKXSIZE=128", "BLOCKYSIZE=128", NULL },
                      *const many[] = { "TILED=YES", "COMPRESS=ZSTD", "SPARSE_OK=TRUE", "INTERLEAVE=PIXEL", "PHOTOMETRIC=MINISBLACK", NULL };
    static const char *const *const options[] = { plain, tiled, many };
    double at[6] = { 500000, 2, 0, 4400000, 0, -2 };
    GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), path, kind ? 700 : 1, kind ? 500 : 1, kind == 2 ? 3 : 1,
                                      kind == 2 ? GDT_Float32 : GDT_Byte, (char **)(uintptr_t)options[kind]);
    assert_non_null(dataset);
    GDALSetGeoTransform(dataset, at);
    if (wkt) GDALSetProjection(dataset, wkt);
    if (kind == 1) GDALSetMetadataItem(dataset, "CLASS_1", "pit", NULL);
    if (kind == 2) GDALSetRasterNoDataValue(GDALGetRasterBand(dataset, 1), -9999);
    GDALClose(dataset);
}

static void writes_the_keys_that_gdal_writes(void **state)
{
    (void)state;
    static const int ranges[][2] = { { 4491, 4554 }, { 2327, 2333 }, { 2397, 2399 }, { 2063, 2063 }, { 32647, 32651 }, { 32736, 32736 }, { 3116, 3116 },
                                     { 6254, 6254 }, { 8859, 8859 }, { 27700, 27700 }, { 2272, 2272 }, { 3857, 3857 }, { 4326, 4326 }, { 26917, 26917 } };
    int n_made = 0;
    GDALAllRegister();
    for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
        for (int c = ranges[r][0]; c <= ranges[r][1]; c++) {
            char code[32], wkt[MSC_CRS_MAX], *ours = NULL, *theirs = NULL;
            size_t n[2] = { 0, 0 };
            msc_geo_keys keys;
            msc_error err;
            const int kind = c % 3;
            snprintf(code, sizeof code, "EPSG:%d", c);
            if (msc_crs_wkt(code, wkt, &err) != MSC_OK || !msc_geo_keys_of(wkt, &keys)) continue;
            make_kind(PATH, kind, wkt);
            assert_int_equal(msc_file_read(PATH, &theirs, &n[0], &err), MSC_OK);
            unlink(PATH);
            make_kind(PATH, kind, NULL);
            assert_int_equal(msc_geo_keys_add(PATH, &keys), 1);
            assert_int_equal(msc_geo_keys_add(PATH, &keys), 0);      /* has keys already */
            assert_int_equal(msc_file_read(PATH, &ours, &n[1], &err), MSC_OK);
            if (n[0] != n[1] || memcmp(ours, theirs, n[0]) != 0) fail_msg("%s, kind %d: %zu and %zu bytes", code, kind, n[1], n[0]);
            msc_release(ours);
            msc_release(theirs);
            unlink(PATH);
            n_made++;
        }
    if (n_made < 75) fail_msg("%d files", n_made);
}

static void leaves_other_systems_to_gdal(void **state)
{
    (void)state;
    /* A withdrawn base, feet, another projection, three dimensions, no zone. */
    static const char *const other[] = { "EPSG:2153", "EPSG:2272", "EPSG:3857", "EPSG:4548+5737", "EPSG:4490", "+proj=utm +zone=50 +ellps=GRS80" };
    char wkt[MSC_CRS_MAX];
    msc_error err;
    msc_geo_keys keys;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_int_equal(msc_crs_wkt(other[i], wkt, &err), MSC_OK);
        if (msc_geo_keys_of(wkt, &keys)) fail_msg("%s", other[i]);
    }
    assert_int_equal(msc_geo_keys_of("", &keys), 0);
}

static void other_files_stay_as_they_are(void **state)
{
    (void)state;
    char wkt[MSC_CRS_MAX], *before = NULL, *after = NULL;
    static const char *const creation[] = { "BIGTIFF=YES", "TILED=YES", "COMPRESS=NONE" };
    size_t n[2] = { 0, 0 };
    msc_geo_keys keys;
    msc_error err;
    assert_int_equal(msc_crs_wkt("EPSG:4548", wkt, &err), MSC_OK);
    assert_int_equal(msc_geo_keys_of(wkt, &keys), 1);
    for (int i = 0; i < 3; i++) {
        const char *options[] = { creation[i], NULL };
        GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), PATH, 300, 300, 1, GDT_Byte, (char **)(uintptr_t)options);
        if (i) GDALFillRaster(GDALGetRasterBand(dataset, 1), 3, 0);      /* blocks, which must not move */
        GDALClose(dataset);
        assert_int_equal(msc_file_read(PATH, &before, &n[0], &err), MSC_OK);
        assert_int_equal(msc_geo_keys_add(PATH, &keys), 0);
        assert_int_equal(msc_file_read(PATH, &after, &n[1], &err), MSC_OK);
        assert_int_equal(n[0], n[1]);
        assert_memory_equal(before, after, n[0]);
        msc_release(before);
        msc_release(after);
        unlink(PATH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_registered_systems),
        cmocka_unit_test(reads_other_systems),
        cmocka_unit_test(reads_keys_that_differ_from_the_register),
        cmocka_unit_test(side_file_and_settings_overrule),
        cmocka_unit_test(writes_the_keys_that_gdal_writes),
        cmocka_unit_test(leaves_other_systems_to_gdal),
        cmocka_unit_test(other_files_stay_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
