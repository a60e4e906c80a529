/* raster_open.c - opens files with GDAL and reads what they say about themselves. */
#define _LARGEFILE64_SOURCE /* for GDAL's stat structure */
#include "io/raster_file.h"
#include "base/mem.h"
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ENVI and other headers beside raw data: GDAL reads missing lines as zeros, so the size is checked here. */
static int is_cut_short(GDALDatasetH dataset, const char *path, int64_t *wanted, int64_t *found)
{
    const char *driver = GDALGetDriverShortName(GDALGetDatasetDriver(dataset));
    if (strcmp(driver, "ENVI") != 0 && strcmp(driver, "EHdr") != 0 && strcmp(driver, "GenBin") != 0) return 0;
    const int bits = GDALGetDataTypeSizeBits(GDALGetRasterDataType(GDALGetRasterBand(dataset, 1)));
    const char *nbits = GDALGetMetadataItem(GDALGetRasterBand(dataset, 1), "NBITS", "IMAGE_STRUCTURE");
    const char *compressed = GDALGetMetadataItem(dataset, "file_compression", "ENVI");
    VSIStatBufL stat;
    if (nbits || (compressed && strcmp(compressed, "0") != 0) || VSIStatL(path, &stat) != 0) return 0;
    *wanted = (int64_t)GDALGetRasterXSize(dataset) * GDALGetRasterYSize(dataset) *
              GDALGetRasterCount(dataset) * (bits / 8);
    *found = (int64_t)stat.st_size;
    return *found < *wanted;
}

/* GDAL's words without the path that they begin with: the error names it already. */
static const char *without_path(const char *text, const char *path)
{
    const size_t n = strlen(path);
    return strncmp(text, path, n) == 0 && strncmp(text + n, ": ", 2) == 0 ? text + n + 2 : text;
}

static int is_vector(const char *path)
{
    GDALDatasetH opened = GDALOpenEx(path, GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    const int has_layers = opened && GDALDatasetGetLayerCount(opened) > 0;
    if (opened) GDALClose(opened);
    return has_layers;
}

msc_status msc_gdal_open(const char *path, GDALDatasetH *dataset, msc_error *err)
{
    msc_say say;
    VSIStatBufL stat;
    int64_t wanted = 0, found = 0;
    msc_gdal_start();
    msc_say_begin(&say);
    GDALDatasetH opened =
        GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR, NULL, NULL, NULL);
    const int is_there = opened || VSIStatL(path, &stat) == 0;
    const int is_dir = !opened && is_there && VSI_ISDIR(stat.st_mode);
    const int is_layer = !opened && is_there && !is_dir && is_vector(path);
    const int is_known = !opened && is_there && !is_dir && GDALIdentifyDriver(path, NULL) != NULL;
    msc_say_end();
    if (!opened) {
        if (!is_there) return msc_fail(err, MSC_ENOFILE, path, "%s", without_path(say.text, path));
        if (is_layer) return msc_fail(err, MSC_EFORMAT, path, "a vector layer, where a raster is wanted; gdal_rasterize makes one");
        return msc_fail(err, is_known ? MSC_EREAD : MSC_EFORMAT, path, "%s",
                        is_dir ? "a directory" : without_path(say.text, path));
    }
    msc_status status = MSC_OK;
    if (GDALGetRasterCount(opened) < 1) status = msc_fail(err, MSC_EFORMAT, path, "no raster bands");
    else if (is_cut_short(opened, path, &wanted, &found))
        status = msc_fail(err, MSC_EREAD, path, "%lld bytes where %lld are needed", (long long)found,
                          (long long)wanted);
    if (status != MSC_OK) GDALClose(opened);
    else *dataset = opened;
    return status;
}

msc_status msc_gdal_grid(GDALDatasetH dataset, const char *path, msc_grid *grid, int *is_rotated,
                         msc_error *err)
{
    double gt[6] = { 0, 1, 0, 0, 0, -1 };
    memset(grid, 0, sizeof *grid);
    /* Without a geotransform: pixel units, north-up, as a picture lies. */
    if (GDALGetGeoTransform(dataset, gt) != CE_None) gt[0] = gt[2] = gt[3] = gt[4] = 0, gt[1] = 1, gt[5] = -1;
    grid->width_px = GDALGetRasterXSize(dataset);
    grid->height_px = GDALGetRasterYSize(dataset);
    grid->e0 = gt[0];
    grid->n0 = gt[3];
    grid->pixel_e = gt[1];
    grid->pixel_n = -gt[5];
    *is_rotated = gt[2] != 0 || gt[4] != 0 || !(gt[1] > 0) || !(gt[5] < 0);
    if (*is_rotated) {
        grid->pixel_e = hypot(gt[1], gt[4]);
        grid->pixel_n = hypot(gt[2], gt[5]);
    }
    return msc_gdal_crs(dataset, path, grid->crs, err);
}

/* GDAL before 3.7 marks signed bytes beside the type Byte. */
static int is_signed_byte(GDALRasterBandH band)
{
    const char *sign = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE");
    return GDALGetRasterDataType(band) == GDT_Byte && sign && strcmp(sign, "SIGNEDBYTE") == 0;
}

msc_status msc_gdal_type(GDALDatasetH dataset, msc_file *file, msc_error *err)
{
    const int n = file->n_bands + file->has_alpha;
    msc_type widest = MSC_U8;
    int n_signed = 0;
    for (int i = 0; i < n; i++) {
        GDALRasterBandH handle = GDALGetRasterBand(dataset, file->band[i]);
        const GDALDataType is = GDALGetRasterDataType(handle);
        const int is_signed = is_signed_byte(handle);
        if (GDALDataTypeIsComplex(is))
            return msc_fail(err, MSC_EFORMAT, file->path, "band %d is %s", file->band[i], GDALGetDataTypeName(is));
        const msc_type as = is == GDT_Byte && !is_signed ? MSC_U8 : is == GDT_UInt16 ? MSC_U16 : MSC_F32;
        if (as > widest) widest = as;
        n_signed += is_signed;
    }
    if (n_signed > 0 && n_signed < n)
        return msc_fail(err, MSC_EFORMAT, file->path, "signed bytes in %d of %d bands", n_signed, n);
    file->is_signed_byte = n_signed > 0;
    file->type = widest;
    return MSC_OK;
}

static void facts_of_bands(GDALDatasetH dataset, msc_raster_facts *facts)
{
    size_t at = 0;
    for (int b = 1; b <= facts->n_bands && at < sizeof facts->band_names; b++) {
        const char *name = GDALGetDescription(GDALGetRasterBand(dataset, b));
        const size_t room = sizeof facts->band_names - at;
        const int n = name[0] ? snprintf(facts->band_names + at, room, "%s%s", b > 1 ? "," : "", name)
                              : snprintf(facts->band_names + at, room, "%sband%d", b > 1 ? "," : "", b);
        at += n < 0 ? room : (size_t)n;
    }
    int has = 0;
    GDALRasterBandH first = GDALGetRasterBand(dataset, 1);
    const double value = GDALGetRasterNoDataValue(first, &has);
    const int flags = GDALGetMaskFlags(first);
    if (has) snprintf(facts->nodata, sizeof facts->nodata, "%.17g", value);
    else if (msc_bands_alpha(dataset)) snprintf(facts->nodata, sizeof facts->nodata, "alpha");
    else if (!(flags & GMF_ALL_VALID)) snprintf(facts->nodata, sizeof facts->nodata, "mask");
}

/* The value of one of two keys, whatever group it stands in ("IMAGE_1.meanSunAz"); 0 where it is none within 0..limit. */
static double angle_of(GDALDatasetH dataset, const char *key, const char *other, double limit)
{
    static const char *const domains[] = { NULL, "IMD" };
    for (int d = 0; d < 2; d++)
        for (char **item = GDALGetMetadata(dataset, domains[d]); item && *item; item++) {
            const char *value = strchr(*item, '='), *name = *item;
            if (!value) continue;
            for (const char *c = name; c < value; c++) if (*c == '.') name = c + 1;
            const size_t n = (size_t)(value - name);
            if (!(strlen(key) == n && strncasecmp(name, key, n) == 0) && !(strlen(other) == n && strncasecmp(name, other, n) == 0)) continue;
            const double degrees = strtod(value + 1, NULL);
            if (degrees >= 0.0 && degrees <= limit) return degrees;
        }
    return 0.0;
}

msc_status msc_raster_facts_read(const char *path, msc_raster_facts *facts, msc_error *err)
{
    GDALDatasetH dataset = NULL;
    VSIStatBufL stat;
    msc_say say;
    MSC_TRY(msc_gdal_open(path, &dataset, err));
    memset(facts, 0, sizeof *facts);
    const msc_status status = msc_gdal_grid(dataset, path, &facts->grid, &facts->is_rotated, err);
    msc_say_begin(&say);
    if (status == MSC_OK) {
        GDALRasterBandH first = GDALGetRasterBand(dataset, 1);
        const GDALDataType type = GDALGetRasterDataType(first);
        const char *compression = GDALGetMetadataItem(dataset, "COMPRESSION", "IMAGE_STRUCTURE");
        facts->n_bands = GDALGetRasterCount(dataset);
        GDALGetBlockSize(first, &facts->block_w, &facts->block_h);
        facts->bits = GDALGetDataTypeSizeBits(type);
        snprintf(facts->driver, sizeof facts->driver, "%s",
                 GDALGetDriverShortName(GDALGetDatasetDriver(dataset)));
        snprintf(facts->type, sizeof facts->type, "%s", is_signed_byte(first) ? "Int8" : GDALGetDataTypeName(type));
        snprintf(facts->compression, sizeof facts->compression, "%s", compression ? compression : "");
        facts->file_bytes = VSIStatL(path, &stat) == 0 ? (int64_t)stat.st_size : 0;
        facts_of_bands(dataset, facts);
        facts->sun_azimuth_deg = angle_of(dataset, "SUN_AZIMUTH", "meanSunAz", 360.0);
        facts->sun_elevation_deg = angle_of(dataset, "SUN_ELEVATION", "meanSunEl", 90.0);
    }
    msc_say_end();
    GDALClose(dataset);
    return status;
}
