/* test_raster_mosaic.c - VRTs that lay files side by side, read past GDAL, against GDAL's own reading of the same VRT. */
#include "raster_made.h"
#include <gdal_utils.h>

enum { W = 150, H = 130, TEXT_MAX = 1 << 14 };

typedef struct laid {
    const char *name;
    int src_x, src_y, dst_x, dst_y, w, h;
    const char *gap; /* a ComplexSource with this NODATA; NULL: a SimpleSource */
} laid;

/* Zeros, which are gaps, in places; the rest as made_value. */
static double holed(int x, int y, int b) { return (x / 9 + y / 5) % 4 == 0 ? 0 : made_value(x, y, b); }

static void make_part(const char *name, const char *creation, int w, int h, GDALDataType type)
{
    const made_spec made = { .name = name, .creation = creation, .w = w, .h = h, .bands = 3, .type = type, .pixel = 1, .epsg = 32650,
                             .value = holed };
    made_file(&made);
}

/* A VRT of bands 3, 1, 2 of the files; `more` stands in each band, `change` replaces what it names in the whole text ("A->B"). */
static const char *make_vrt(const char *name, const char *type, const laid *part, int n, const char *nodata, const char *change)
{
    static char text[2 * TEXT_MAX], one[TEXT_MAX];
    static const int order[] = { 3, 1, 2 };
    int at = snprintf(text, sizeof text, "<VRTDataset rasterXSize=\"%d\" rasterYSize=\"%d\"><GeoTransform>5,1,0,9,0,-1</GeoTransform>", W, H);
    for (int b = 0; b < 3; b++) {
        at += snprintf(text + at, sizeof text - (size_t)at, "<VRTRasterBand dataType=\"%s\" band=\"%d\">%s", type, b + 1, nodata ? nodata : "");
        for (int i = 0; i < n; i++) {
            const char *kind = part[i].gap ? "ComplexSource" : "SimpleSource";
            at += snprintf(text + at, sizeof text - (size_t)at,
                           "<%s><SourceFilename relativeToVRT=\"1\">%s</SourceFilename><SourceBand>%d</SourceBand>"
                           "<SrcRect xOff=\"%d\" yOff=\"%d\" xSize=\"%d\" ySize=\"%d\"/>"
                           "<DstRect xOff=\"%d\" yOff=\"%d\" xSize=\"%d\" ySize=\"%d\"/>%s%s%s</%s>",
                           kind, part[i].name, order[b], part[i].src_x, part[i].src_y, part[i].w, part[i].h, part[i].dst_x, part[i].dst_y,
                           part[i].w, part[i].h, part[i].gap ? "<NODATA>" : "", part[i].gap ? part[i].gap : "",
                           part[i].gap ? "</NODATA>" : "", kind);
        }
        at += snprintf(text + at, sizeof text - (size_t)at, "</VRTRasterBand>");
    }
    snprintf(text + at, sizeof text - (size_t)at, "</VRTDataset>");
    if (change) {
        const char *arrow = strstr(change, "->");
        char old[200];
        snprintf(old, sizeof old, "%.*s", (int)(arrow - change), change);
        char *found = strstr(text, old);
        assert_non_null(found);
        snprintf(one, sizeof one, "%s", found + strlen(old));
        snprintf(found, sizeof text - (size_t)(found - text), "%s%s", arrow + 2, one);
    }
    const char *path = made_path(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

/* Every pixel as GDAL reads it; not observed where all bands hold their nodata value. */
static void same_as_gdal(const char *path, int is_direct, int tile, int threads, int halo)
{
    static double wanted[3][H][W];
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 } };
    made_all all;
    msc_error err = { 0 };
    if (made_read_all(&spec, tile, threads, halo, &all, &err) != MSC_OK)
        fail_msg("%s: %s: %s", path, err.subject, err.detail);
    assert_int_equal(msc_raster_is_direct(all.raster), is_direct);
    GDALDatasetH ds = GDALOpen(path, GA_ReadOnly);
    int has = 0;
    double nodata = 0;
    for (int b = 0; b < 3; b++) {
        GDALRasterBandH band = GDALGetRasterBand(ds, b + 1);
        nodata = GDALGetRasterNoDataValue(band, &has);
        assert_int_equal(GDALRasterIO(band, GF_Read, 0, 0, W, H, wanted[b], W, H, GDT_Float64, 0, 0), CE_None);
    }
    GDALClose(ds);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const int is_seen = !has || wanted[0][y][x] != nodata || wanted[1][y][x] != nodata || wanted[2][y][x] != nodata;
            assert_int_equal(all.valid[y * W + x], is_seen);
            for (int b = 0; b < 3; b++) assert_float_equal(made_at(&all, b, x, y), is_seen ? wanted[b][y][x] : 0, 0);
        }
    made_clear(&all);
}

static int is_direct(const char *path)
{
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 } };
    made_all all;
    msc_error err = { 0 };
    if (made_read_all(&spec, 64, 1, 0, &all, &err) != MSC_OK) fail_msg("%s: %s: %s", path, err.subject, err.detail);
    const int is = msc_raster_is_direct(all.raster);
    made_clear(&all);
    return is;
}

/* Beside each other, over each other, over the VRT's edges, past the files' edges, of other block sizes and layouts. */
static const laid spread[] = {
    { "a.tif", 0, 0, 0, 0, 70, 60, NULL },     { "b.tif", 3, 5, 60, 10, 60, 50, NULL },  { "a.tif", 10, 0, -20, 50, 70, 60, NULL },
    { "c.tif", 0, 0, 40, 45, 80, 90, NULL },   { "b.tif", 30, 20, 90, 100, 90, 90, NULL }, { "c.tif", -5, -7, 100, 3, 60, 40, NULL },
    { "a.tif", 60, 50, 300, 300, 9, 9, NULL },
};
enum { N_SPREAD = sizeof spread / sizeof spread[0] };

static void make_parts(GDALDataType type)
{
    make_part("a.tif", "TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=16 COMPRESS=DEFLATE", 80, 60, type);
    make_part("b.tif", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=48 INTERLEAVE=BAND", 70, 60, type);
    make_part("c.tif", "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=LZW PREDICTOR=2", 90, 100, type);
}

static void pixels_are_those_of_gdal(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        GDALDataType type;
    } kinds[] = { { "Byte", GDT_Byte }, { "UInt16", GDT_UInt16 }, { "Int16", GDT_Int16 }, { "Float32", GDT_Float32 } };
    for (int k = 0; k < 4; k++) {
        if (kinds[k].type == GDT_Float32) {
            make_part("a.tif", "TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=16", 80, 60, kinds[k].type);
            make_part("b.tif", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=48 INTERLEAVE=BAND", 70, 60, kinds[k].type);
            make_part("c.tif", "TILED=YES BLOCKXSIZE=64 BLOCKYSIZE=64 COMPRESS=ZSTD PREDICTOR=3", 90, 100, kinds[k].type);
        } else {
            make_parts(kinds[k].type);
        }
        static const char *const nodata[] = { NULL, "<NoDataValue>0</NoDataValue>", "<NoDataValue>7</NoDataValue>" };
        for (int i = 0; i < 3; i++)
            for (int n = 1; n <= N_SPREAD; n += 2) {
                const char *path = make_vrt("spread.vrt", kinds[k].name, spread, n, nodata[i], NULL);
                same_as_gdal(path, 1, 64, 1, 0);
                same_as_gdal(path, 1, 48, 3, 5);
            }
    }
}

static void gaps_show_what_lies_below(void **state)
{
    (void)state;
    laid gaps[N_SPREAD];
    for (int t = 0; t < 3; t++) {
        static const char *const name[] = { "Byte", "UInt16", "Int16" };
        make_parts(t == 0 ? GDT_Byte : t == 1 ? GDT_UInt16 : GDT_Int16);
        for (int every = 1; every <= 2; every++) {
            for (int i = 0; i < N_SPREAD; i++) {
                gaps[i] = spread[i];
                if (i % every == 0) gaps[i].gap = "0";
            }
            same_as_gdal(make_vrt("gaps.vrt", name[t], gaps, N_SPREAD, NULL, NULL), 1, 64, 2, 3);
            same_as_gdal(make_vrt("gaps.vrt", name[t], gaps, N_SPREAD, "<NoDataValue>0</NoDataValue>", NULL), 1, 64, 2, 3);
        }
    }
}

/* What is more than files side by side is left to GDAL, and read as GDAL reads it. */
static void other_vrts_are_left_to_gdal(void **state)
{
    (void)state;
    static const char *const change[] = {
        "xSize=\"70\" ySize=\"60\"/></SimpleSource>->xSize=\"35\" ySize=\"60\"/></SimpleSource>", /* drawn smaller */
        "SrcRect xOff=\"3\"->SrcRect xOff=\"3.5\"",
        "DstRect xOff=\"60\"->DstRect xOff=\"60.25\"",
        "<SourceBand>3</SourceBand>-><SourceBand>2</SourceBand>",                       /* that is all right: checked below */
        "DstRect xOff=\"60\" yOff=\"10\"->DstRect xOff=\"61\" yOff=\"10\"",             /* of one band only */
        "</SimpleSource></VRTRasterBand>-></SimpleSource><HideNoDataValue>1</HideNoDataValue></VRTRasterBand>",
        ">b.tif</SourceFilename>->>strip.tif</SourceFilename>",
        ">b.tif</SourceFilename>->>f32.tif</SourceFilename>",
        ">b.tif</SourceFilename>->>b.img</SourceFilename>",
    };
    make_parts(GDT_UInt16);
    make_part("strip.tif", "COMPRESS=LZW", 70, 60, GDT_UInt16);
    make_part("f32.tif", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16", 70, 60, GDT_Float32);
    const made_spec image = { .name = "b.img", .driver = "HFA", .w = 70, .h = 60, .bands = 3, .type = GDT_UInt16, .pixel = 1 };
    made_file(&image);
    for (size_t i = 0; i < sizeof change / sizeof change[0]; i++)
        same_as_gdal(make_vrt("other.vrt", "UInt16", spread, 3, NULL, change[i]), i == 3, 64, 2, 3);
    laid scaled[2] = { spread[0], spread[1] };
    scaled[1].gap = "0</NODATA><ScaleOffset>1</ScaleOffset><ScaleRatio>2</ScaleRatio><NODATA>0";
    same_as_gdal(make_vrt("other.vrt", "UInt16", scaled, 2, NULL, NULL), 0, 64, 1, 0);
    same_as_gdal(make_vrt("other.vrt", "Float32", spread, 3, NULL, NULL), 0, 64, 1, 0);
    assert_false(is_direct(make_vrt("other.vrt", "UInt16", spread, 3, "<NoDataValue>-9999</NoDataValue>", NULL)));
    assert_false(is_direct(make_vrt("other.vrt", "UInt16", spread, 3, NULL, "<SimpleSource>-><NoDataValue>9</NoDataValue><SimpleSource>")));
    assert_false(is_direct(make_vrt("other.vrt", "UInt16", spread, 3, NULL, "</VRTDataset>-><MaskBand><VRTRasterBand dataType=\"Byte\">"
        "<SimpleSource><SourceFilename relativeToVRT=\"1\">a.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>"
        "</VRTRasterBand></MaskBand></VRTDataset>")));
}

/* What gdalbuildvrt writes of neighbouring files with and without a nodata value. */
static void mosaics_of_gdalbuildvrt_are_read_directly(void **state)
{
    (void)state;
    for (int has_nodata = 0; has_nodata <= 1; has_nodata++) {
        const char *names[4];
        for (int i = 0; i < 4; i++) {
            char name[20];
            snprintf(name, sizeof name, "tile%d.tif", i);
            const made_spec made = { .name = name, .creation = "TILED=YES BLOCKXSIZE=32 BLOCKYSIZE=32 COMPRESS=ZSTD", .w = i % 2 ? 86 : 70,
                                     .h = i / 2 ? 75 : 60, .bands = 3, .type = GDT_UInt16, .e0 = 100 + i % 2 * 64, .n0 = 900 - i / 2 * 55,
                                     .pixel = 1, .epsg = 32650, .has_nodata = has_nodata, .nodata = 0, .value = holed };
            names[i] = made_file(&made);
        }
        const char *path = made_path("built.vrt");
        int failed = 0;
        GDALDatasetH ds = GDALBuildVRT(path, 4, NULL, names, NULL, &failed);
        assert_non_null(ds);
        assert_int_equal(GDALGetRasterXSize(ds), W);
        assert_int_equal(GDALGetRasterYSize(ds), H);
        GDALClose(ds);
        same_as_gdal(path, 1, 64, 2, 3);
    }
}

/* A link lies elsewhere; the names in the VRT begin where the VRT itself is. */
static void names_begin_where_the_vrt_lies(void **state)
{
    (void)state;
    make_parts(GDT_Byte);
    const char *path = make_vrt("spread.vrt", "Byte", spread, N_SPREAD, NULL, NULL), *folder = made_path("links"),
               *link = made_path("links/there.vrt");
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(symlink(path, link), 0);
    same_as_gdal(link, 1, 64, 1, 0);
}

/* Files side by side as a survey has them: each block is decoded once, whatever the padding. */
static void blocks_are_decoded_once(void **state)
{
    (void)state;
    laid grid[12];
    make_part("d.tif", "TILED=YES BLOCKXSIZE=16 BLOCKYSIZE=16", 48, 48, GDT_UInt16);
    for (int i = 0; i < 12; i++) grid[i] = (laid){ "d.tif", 0, 0, i % 4 * 48, i / 4 * 48, 48, 48, NULL };
    const char *path = make_vrt("grid.vrt", "UInt16", grid, 12, NULL, NULL);
    made_traffic = (msc_traffic){ 0 };
    same_as_gdal(path, 1, 32, 1, 0);
    assert_int_equal(made_traffic.decoded_bytes, (int64_t)10 * 9 * 16 * 16 * 3 * 2);
    made_traffic = (msc_traffic){ 0 };
    for (int i = 0; i < 12; i++) grid[i].gap = "0";
    path = make_vrt("grid.vrt", "UInt16", grid, 12, NULL, NULL);
    made_traffic = (msc_traffic){ 0 };
    same_as_gdal(path, 1, 32, 1, 0);
    assert_int_equal(made_traffic.decoded_bytes, (int64_t)10 * 9 * 16 * 16 * 3 * 2);
    made_traffic = (msc_traffic){ 0 };
    same_as_gdal(path, 1, 32, 1, 4);     /* two passes; a block that more than one tile wants is kept for them */
    assert_int_equal(made_traffic.decoded_bytes, (int64_t)2 * 10 * 9 * 16 * 16 * 3 * 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pixels_are_those_of_gdal),     cmocka_unit_test(gaps_show_what_lies_below),
        cmocka_unit_test(other_vrts_are_left_to_gdal),  cmocka_unit_test(names_begin_where_the_vrt_lies),
        cmocka_unit_test(blocks_are_decoded_once),      cmocka_unit_test(mosaics_of_gdalbuildvrt_are_read_directly),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
