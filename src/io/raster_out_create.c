/* raster_out_create.c - makes the empty GeoTIFF with GDAL: georeference, colours, class names, metadata;
 * overviews without blocks. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_out_file.h"
#include <cpl_conv.h>
#include <cpl_string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Twelve colours that stay apart in print (ColorBrewer "Paired", Harrower & Brewer 2003), for classes without
 * one. */
static const uint8_t palette[12][3] = { { 227, 26, 28 },   { 255, 127, 0 },   { 106, 61, 154 },
                                        { 177, 89, 40 },   { 51, 160, 44 },   { 31, 120, 180 },
                                        { 253, 191, 111 }, { 178, 223, 138 }, { 166, 206, 227 },
                                        { 202, 178, 214 }, { 251, 154, 153 }, { 255, 255, 153 } };

static void colour_of(const msc_class *class, uint8_t rgb[3])
{
    const int is_given = class->rgb[0] || class->rgb[1] || class->rgb[2];
    memcpy(rgb, is_given ? class->rgb : palette[(unsigned)(class->code + 11) % 12], 3);
}

static int has_codec(const char *name, uint16_t compression)
{
    const char *list = GDALGetMetadataItem(GDALGetDriverByName("GTiff"), GDAL_DMD_CREATIONOPTIONLIST, NULL);
    char value[32];
    snprintf(value, sizeof value, ">%s<", name);
    return compression == COMPRESSION_NONE ||
           (TIFFIsCODECConfigured(compression) && list && strstr(list, value));
}

static int parse_level(const char *text, int least, int most, int *level)
{
    char *end = NULL;
    const long v = strtol(text, &end, 10);
    *level = (int)v;
    return end != text && !*end && v >= least && v <= most;
}

/* Deflate at its fastest is what every reader of GeoTIFF has, those without ZSTD (ArcGIS, browsers, some builds of QGIS)
 * included; it writes class maps at half the speed of ZSTD 1, more than twice that of LZW, in files a tenth larger. */
msc_status msc_codec_from(const msc_settings *settings, const msc_raster_out_spec *spec, msc_codec *codec, msc_error *err)
{
    const char *path = spec->path;
    static const struct {
        const char *name;
        uint16_t compression;
        int level;
    } known[] = { { "DEFLATE", COMPRESSION_ADOBE_DEFLATE, 1 },
                  { "ZSTD", COMPRESSION_ZSTD, 1 },
                  { "LZW", COMPRESSION_LZW, 0 },
                  { "NONE", COMPRESSION_NONE, 0 } };
    const char *wanted = NULL, *zlevel = NULL, *zstd_level = NULL, *predictor = "1", *bigtiff = "IF_SAFER", *overviews = "AUTO";
    msc_gdal_start();
    for (int i = 0; i < settings->n_creation; i++) {
        const char *item = settings->creation[i];
        if (strncasecmp(item, "COMPRESS=", 9) == 0) wanted = item + 9;
        else if (strncasecmp(item, "ZLEVEL=", 7) == 0) zlevel = item + 7;
        else if (strncasecmp(item, "ZSTD_LEVEL=", 11) == 0) zstd_level = item + 11;
        else if (strncasecmp(item, "PREDICTOR=", 10) == 0) predictor = item + 10;
        else if (strncasecmp(item, "BIGTIFF=", 8) == 0) bigtiff = item + 8;
        else if (strncasecmp(item, "OVERVIEWS=", 10) == 0) overviews = item + 10;
        else msc_warn(settings, MSC_WOTHER, path, msc_settings_words(settings, "creation option %s is not used", "创建选项 %s 未使用"), item);
    }
    /* Images of several bands are for programs, and take several times longer to inflate. */
    if (!wanted && spec->n_bands > 1 && has_codec("ZSTD", COMPRESSION_ZSTD)) wanted = "ZSTD";
    size_t k = 0;
    while (wanted && k < 4 && strcasecmp(wanted, known[k].name) != 0) k++;
    if (k == 4)
        return msc_fail(err, MSC_EVALUE, path, "COMPRESS=%s is not ZSTD, DEFLATE, LZW or NONE", wanted);
    if (!has_codec(known[k].name, known[k].compression))
        return msc_fail(err, MSC_EVALUE, path, "COMPRESS=%s is not in this libtiff or GDAL", known[k].name);
    codec->compression = known[k].compression;
    codec->level = known[k].level;
    snprintf(codec->name, sizeof codec->name, "%s", known[k].name);
    snprintf(codec->bigtiff, sizeof codec->bigtiff, "%s", bigtiff);
    const char *level = k == 1 ? zstd_level : k == 0 ? zlevel : NULL;
    if (level && !parse_level(level, 1, k == 1 ? 22 : 9, &codec->level))
        return msc_fail(err, MSC_EVALUE, path, "%s=%s", k == 1 ? "ZSTD_LEVEL" : "ZLEVEL", level);
    if (!parse_level(predictor, 1, 3, &codec->predictor))
        return msc_fail(err, MSC_EVALUE, path, "PREDICTOR=%s", predictor);
    if (k == 3) codec->predictor = 1;
    if (strcasecmp(bigtiff, "YES") != 0 && strcasecmp(bigtiff, "NO") != 0 &&
        strncasecmp(bigtiff, "IF_", 3) != 0)
        return msc_fail(err, MSC_EVALUE, path, "BIGTIFF=%s", bigtiff);
    codec->has_overviews = strcasecmp(overviews, "NONE") != 0;
    if (codec->has_overviews && strcasecmp(overviews, "AUTO") != 0)
        return msc_fail(err, MSC_EVALUE, path, "OVERVIEWS=%s is not AUTO or NONE", overviews);
    return MSC_OK;
}

static char **creation_of(const msc_raster_out_spec *spec, const msc_raster_out *out)
{
    char number[16], **o = NULL;
    snprintf(number, sizeof number, "%d", (int)out->level[0].block_px);
    o = CSLSetNameValue(o, "TILED", "YES");
    o = CSLSetNameValue(o, "BLOCKXSIZE", number);
    o = CSLSetNameValue(o, "BLOCKYSIZE", number);
    o = CSLSetNameValue(o, "COMPRESS", out->codec.name);
    o = CSLSetNameValue(o, "BIGTIFF", out->codec.bigtiff);
    o = CSLSetNameValue(o, "SPARSE_OK", "TRUE");
    o = CSLSetNameValue(o, "INTERLEAVE", "PIXEL");
    if (!(spec->classes && out->type == MSC_U8 && out->n_bands == 1))
        o = CSLSetNameValue(o, "PHOTOMETRIC", "MINISBLACK");
    snprintf(number, sizeof number, "%d", out->codec.predictor);
    if (out->codec.predictor > 1) o = CSLSetNameValue(o, "PREDICTOR", number);
    return o;
}

/* CLASS_<code>, its machine name and colour as items of the file itself, for readers without the side file.
 */
static void describe_classes(const msc_raster_out_spec *spec, GDALDatasetH dataset)
{
    char key[32], text[32];
    for (int i = 0; i < spec->n_classes; i++) {
        const msc_class *class = &spec->classes[i];
        const char *name = class->name ? class->name : "",
                   *label = class->label && class->label[0] ? class->label : name;
        uint8_t rgb[3];
        colour_of(class, rgb);
        snprintf(key, sizeof key, "CLASS_%d", class->code);
        GDALSetMetadataItem(dataset, key, label, NULL);
        snprintf(key, sizeof key, "CLASS_%d_NAME", class->code);
        if (name[0]) GDALSetMetadataItem(dataset, key, name, NULL);
        snprintf(key, sizeof key, "CLASS_%d_RGB", class->code);
        snprintf(text, sizeof text, "%d,%d,%d", rgb[0], rgb[1], rgb[2]);
        GDALSetMetadataItem(dataset, key, text, NULL);
    }
}

/* Colour table in the TIFF; category names, which GDAL keeps in the side file .aux.xml. */
static void colour_classes(const msc_raster_out_spec *spec, GDALRasterBandH band)
{
    char **names = NULL;
    GDALColorTableH table = GDALCreateColorTable(GPI_RGB);
    const GDALColorEntry none = { 0, 0, 0, 0 };
    int top = 0;
    for (int i = 0; i < spec->n_classes; i++)
        if (spec->classes[i].code > top && spec->classes[i].code < 256) top = spec->classes[i].code;
    GDALSetColorEntry(table, 0, &none);
    for (int code = 0; code <= top; code++) {
        const msc_class *class = NULL;
        for (int i = 0; i < spec->n_classes; i++)
            if (spec->classes[i].code == code) class = &spec->classes[i];
        const char *name = !class                            ? ""
                           : class->label && class->label[0] ? class->label
                           : class->name                     ? class->name
                                                             : "";
        names = CSLAddString(names, name);
        if (!class) continue;
        uint8_t rgb[3];
        colour_of(class, rgb);
        const GDALColorEntry entry = { rgb[0], rgb[1], rgb[2], 255 };
        GDALSetColorEntry(table, code, &entry);
    }
    GDALSetRasterColorTable(band, table);
    GDALSetRasterCategoryNames(band, names);
    GDALDestroyColorTable(table);
    CSLDestroy(names);
}

static void describe(const msc_raster_out_spec *spec, const msc_raster_out *out, int has_keys, GDALDatasetH dataset)
{
    const double gt[6] = { spec->grid.e0, spec->grid.pixel_e, 0, spec->grid.n0, 0, -spec->grid.pixel_n };
    double copy[6];
    memcpy(copy, gt, sizeof copy);
    GDALSetGeoTransform(dataset, copy);
    if (spec->grid.crs[0] && !has_keys) GDALSetProjection(dataset, spec->grid.crs);
    for (int i = 0; i < spec->n_meta; i++) {
        char *key = NULL;
        const char *value = CPLParseNameValue(spec->meta[i], &key);
        if (key && value) GDALSetMetadataItem(dataset, key, value, NULL);
        VSIFree(key);
    }
    for (int b = 0; b < out->n_bands; b++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, b + 1);
        if (spec->band_names) GDALSetDescription(band, spec->band_names[b]);
        if (spec->has_nodata) GDALSetRasterNoDataValue(band, spec->nodata);
        if (spec->scale != 0) GDALSetRasterScale(band, spec->scale);
    }
    if (!spec->classes) return;
    describe_classes(spec, dataset);
    if (out->type == MSC_U8 && out->n_bands == 1) colour_classes(spec, GDALGetRasterBand(dataset, 1));
}

/* Keys that are known go past GDAL; GDAL sets the system where the file is not laid out as expected. */
static int add_keys(const msc_raster_out_spec *spec, const msc_raster_out *out, const msc_geo_keys *keys)
{
    if (msc_geo_keys_add(out->temp, keys)) return 1;
    GDALDatasetH dataset = GDALOpenEx(out->temp, GDAL_OF_RASTER | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    if (!dataset) return 0;
    const int is_set = GDALSetProjection(dataset, spec->grid.crs) == CE_None;
    GDALClose(dataset);
    return is_set;
}

/* Directories of the overviews, without a block yet. */
static int add_overviews(const msc_raster_out *out)
{
    int steps[MSC_OUT_LEVELS];
    char block[16];
    for (int k = 1; k < out->n_levels; k++) steps[k - 1] = out->level[k].step;
    if (out->n_levels == 1) return 1;
    GDALDatasetH dataset =
        GDALOpenEx(out->temp, GDAL_OF_RASTER | GDAL_OF_UPDATE | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    if (!dataset) return 0;
    snprintf(block, sizeof block, "%d", (int)out->level[1].block_px);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_OVR_BLOCKSIZE", block);
    const CPLErr failed = GDALBuildOverviews(dataset, "NONE", out->n_levels - 1, steps, 0, NULL, NULL, NULL);
    CPLSetThreadLocalConfigOption("GDAL_TIFF_OVR_BLOCKSIZE", NULL);
    GDALClose(dataset);
    return failed == CE_None;
}

msc_status msc_out_create(const msc_raster_out_spec *spec, msc_raster_out *out, msc_error *err)
{
    static const GDALDataType types[] = { GDT_Byte, GDT_UInt16, GDT_Float32 };
    char aux[MSC_PATH_MAX + 16];
    char **creation = creation_of(spec, out);
    msc_geo_keys keys;
    msc_say say;
    const int has_keys = msc_geo_keys_of(spec->grid.crs, &keys);
    msc_say_begin(&say);
    GDALDatasetH dataset = GDALCreate(GDALGetDriverByName("GTiff"), out->temp, spec->grid.width_px, spec->grid.height_px,
                                      out->n_bands, types[out->type], creation);
    if (dataset) {
        describe(spec, out, has_keys, dataset);
        GDALClose(dataset);
    }
    const int is_made = dataset && (!has_keys || add_keys(spec, out, &keys)) && add_overviews(out);
    msc_say_end();
    CSLDestroy(creation);
    snprintf(aux, sizeof aux, "%s.aux.xml", out->temp);
    out->has_aux = msc_file_exists(aux);
    return !is_made || say.has_failed ? msc_out_fail(out, 0, say.text, err) : MSC_OK;
}
