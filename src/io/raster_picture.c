/* raster_picture.c - PNG by GDAL's driver, from memory. */
#include "io/raster_picture.h"
#include "base/file.h"
#include "io/raster_file.h"
#include <cpl_conv.h>
#include <cpl_string.h>
#include <gdal.h>
#include <stdio.h>
#include <unistd.h>

/* The pixels as a dataset without a copy. */
static GDALDatasetH wrap(int w, int h, const uint8_t *rgb)
{
    GDALDriverH memory = GDALGetDriverByName("MEM");
    GDALDatasetH dataset = memory ? GDALCreate(memory, "", w, h, 0, GDT_Byte, NULL) : NULL;
    for (int b = 0; b < 3 && dataset; b++) {
        char at[64] = "", pointer[96];
        at[CPLPrintPointer(at, (void *)(uintptr_t)(rgb + b), sizeof at - 1)] = 0;
        snprintf(pointer, sizeof pointer, "DATAPOINTER=%s", at);
        char **options = CSLAddString(CSLAddString(CSLAddString(NULL, pointer), "PIXELOFFSET=3"), CPLSPrintf("LINEOFFSET=%d", 3 * w));
        if (GDALAddBand(dataset, GDT_Byte, options) != CE_None) {
            GDALClose(dataset);
            dataset = NULL;
        } else GDALSetRasterColorInterpretation(GDALGetRasterBand(dataset, b + 1), (GDALColorInterp)(GCI_RedBand + b));
        CSLDestroy(options);
    }
    return dataset;
}

msc_status msc_picture_write(const char *path, int w, int h, const uint8_t *rgb, msc_error *err)
{
    char temp[MSC_PATH_MAX];
    msc_say say;
    MSC_TRY(msc_file_temp_name(path, temp, err));
    msc_gdal_start();
    msc_say_begin(&say);
    GDALDriverH png = GDALGetDriverByName("PNG");
    GDALDatasetH pixels = wrap(w, h, rgb), made = png && pixels ? GDALCreateCopy(png, temp, pixels, 0, NULL, NULL, NULL) : NULL;
    const int is_made = made != NULL;
    if (made) GDALClose(made);
    if (pixels) GDALClose(pixels);
    msc_say_end();
    if (is_made && !say.has_failed) return msc_file_commit(temp, path, err);
    unlink(temp);
    return msc_fail(err, MSC_EWRITE, path, "%s", say.has_failed ? say.text : "no PNG driver");
}
