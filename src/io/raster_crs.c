/* raster_crs.c - the coordinate system that a file names. GDAL reads a GeoTIFF's by way of WKT 1, for which PROJ
 * searches all datum names of its database, 5 ms a file; when the keys say no more than a number of the register and
 * its names, the register alone is asked, and gives the same text. */
#include "io/raster_out_file.h"
#include "base/mem.h"
#include <cpl_conv.h>
#include <cpl_string.h>
#include <ogr_srs_api.h>
#include <stdio.h>
#include <string.h>

/* Tags and keys of GeoTIFF 1.1 (OGC 19-008r4, annex B). Numbers of the register end below 32767, "user defined". */
enum { TAG_KEYS = 34735, TAG_TEXT = 34737 };
enum { KEY_MODEL = 1024, KEY_RASTER = 1025, KEY_NAME = 1026, KEY_BASE_NAME = 2049, KEY_ANGLE = 2054, KEY_PROJECTED = 3072, KEY_UNIT = 3076 };
enum { MODEL_PROJECTED = 1, DEGREE = 9102, METRE = 9001, USER_DEFINED = 32767 };

typedef struct geo { const uint16_t *key; const char *text; size_t n_keys, n_text; } geo;
typedef struct words { const char *at; size_t n; } words; /* at NULL: the file has none */
typedef struct named { int code; words name, base; } named;

/* What a tag holds, whoever registered it: libtiff itself counts in 32 bits, GDAL in 16 or, for text, not at all. */
static const void *tag_of(TIFF *tiff, uint32_t tag, TIFFDataType type, size_t *n)
{
    const TIFFField *field = TIFFFindField(tiff, tag, TIFF_ANY);
    const void *data = NULL;
    uint32_t n32 = 0;
    uint16_t n16 = 0;
    if (!field || TIFFFieldDataType(field) != type) return NULL;
    if (!TIFFFieldPassCount(field)) {
        if (type != TIFF_ASCII || TIFFGetField(tiff, tag, &data) != 1) return NULL;
        *n = strlen(data);
    } else if (TIFFFieldReadCount(field) == TIFF_VARIABLE2) {
        if (TIFFGetField(tiff, tag, &n32, &data) != 1) return NULL;
        *n = n32;
    } else {
        if (TIFFGetField(tiff, tag, &n16, &data) != 1) return NULL;
        *n = n16;
    }
    return data;
}

/* A key's text without the bar that ends it. */
static int take_words(const geo *g, const uint16_t *key, words *to)
{
    const size_t n = key[2], from = key[3];
    if (key[1] != TAG_TEXT || n < 2 || from + n > g->n_text || g->text[from + n - 1] != '|') return 0;
    *to = (words){ g->text + from, n - 1 };
    return 1;
}

/* True when the keys are a projected system of the register in metres and degrees, its names, and nothing else. */
static int read_keys(const geo *g, named *crs)
{
    int model = 0;
    *crs = (named){ 0 };
    if (!g->key || g->n_keys < 4 || g->key[0] != 1 || g->n_keys < 4 + 4 * (size_t)g->key[3]) return 0;
    for (size_t i = 1; i <= g->key[3]; i++) {
        const uint16_t *key = g->key + 4 * i;
        const int value = key[1] == 0 && key[2] == 1 ? key[3] : -1;
        int is_plain = 0;
        switch (key[0]) {
        case KEY_RASTER: is_plain = 1; break;
        case KEY_MODEL: is_plain = (model = value) == MODEL_PROJECTED; break;
        case KEY_ANGLE: is_plain = value == DEGREE; break;
        case KEY_UNIT: is_plain = value == METRE; break;
        case KEY_PROJECTED: is_plain = (crs->code = value) > 0 && value < USER_DEFINED; break;
        case KEY_NAME: is_plain = take_words(g, key, &crs->name); break;
        case KEY_BASE_NAME: is_plain = take_words(g, key, &crs->base); break;
        default: break;
        }
        if (!is_plain) return 0;
    }
    return model == MODEL_PROJECTED && crs->code > 0;
}

/* Behind KEYWORD["name", at the start of `wkt`, whose name is the file's where it has one; NULL otherwise. */
static const char *skip_named(const char *wkt, const char *keyword, const words *name)
{
    const size_t n = strlen(keyword);
    const char *end = wkt && strncmp(wkt, keyword, n) == 0 ? strchr(wkt + n, '"') : NULL;
    if (!end || end[1] != ',' || (name->at && ((size_t)(end - wkt) != n + name->n || memcmp(wkt + n, name->at, name->n) != 0)))
        return NULL;
    return end + 2;
}

static char *wkt_of(OGRSpatialReferenceH srs)
{
    char *wkt = NULL;
    const char *options[] = { "FORMAT=WKT2_2019", NULL };
    if (OSRExportToWktEx(srs, &wkt, options) == OGRERR_NONE) return wkt;
    CPLFree(wkt);
    return NULL;
}

/* What the register has under that number, when it bears the file's names and units. */
static char *registered(const named *crs)
{
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    char *wkt = OSRImportFromEPSG(srs, crs->code) == OGRERR_NONE ? wkt_of(srs) : NULL;
    OSRDestroySpatialReference(srs);
    if (wkt && strlen(wkt) < MSC_CRS_MAX && skip_named(skip_named(wkt, "PROJCRS[\"", &crs->name), "BASEGEOGCRS[\"", &crs->base)
        && !strstr(wkt, "ANGLEUNIT[\"grad\"") && msc_crs_metres_per_unit(wkt) == 1.0)
        return wkt;
    CPLFree(wkt);
    return NULL;
}

/* A side file, or a setting, may overrule what the file says. */
static int is_overruled(const char *path)
{
    static const char *const settings[] = { "GDAL_GEOREF_SOURCES", "GTIFF_SRS_SOURCE", "GTIFF_IMPORT_FROM_EPSG", "GDAL_PAM_PROXY_DIR" };
    char aux[MSC_PATH_MAX + 16], *bytes = NULL;
    size_t n = 0;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        if (CPLGetConfigOption(settings[i], NULL)) return 1;
    const int length = snprintf(aux, sizeof aux, "%s.aux.xml", path);
    if (length < 0 || (size_t)length >= sizeof aux) return 1;
    if (!msc_file_exists(aux)) return 0;
    if (msc_file_read(aux, &bytes, &n, NULL) != MSC_OK) return 1;
    const int is_told = strstr(bytes, "SRS") || strstr(bytes, "ESRI");
    msc_release(bytes);
    return is_told;
}

/* The text of a GeoTIFF's number, or NULL: GDAL has to be asked. */
static char *from_keys(GDALDatasetH dataset, const char *path)
{
    msc_tiff_io io;
    geo g = { 0 };
    named crs;
    if (strcmp(GDALGetDriverShortName(GDALGetDatasetDriver(dataset)), "GTiff") != 0 || GDALGetGCPCount(dataset) > 0 || is_overruled(path))
        return NULL;
    TIFF *tiff = msc_tiff_on_file(path, "rO", &io);
    if (!tiff) return NULL;
    g.key = tag_of(tiff, TAG_KEYS, TIFF_SHORT, &g.n_keys);
    g.text = tag_of(tiff, TAG_TEXT, TIFF_ASCII, &g.n_text);
    char *wkt = read_keys(&g, &crs) ? registered(&crs) : NULL;
    TIFFClose(tiff);
    return wkt;
}

msc_status msc_gdal_crs(GDALDatasetH dataset, const char *path, char crs[MSC_CRS_MAX], msc_error *err)
{
    msc_say say;
    msc_status status = MSC_OK;
    crs[0] = '\0';
    msc_say_begin(&say);
    char *wkt = from_keys(dataset, path);
    OGRSpatialReferenceH srs = wkt ? NULL : GDALGetSpatialRef(dataset);
    if (srs) wkt = wkt_of(srs);
    msc_say_end();
    if (srs && (!wkt || strlen(wkt) >= MSC_CRS_MAX))
        status = msc_fail(err, MSC_ECRS, path, "%s", wkt ? "a coordinate system of more than 8 KiB" : say.text);
    else if (wkt) memcpy(crs, wkt, strlen(wkt) + 1);
    CPLFree(wkt);
    return status;
}
