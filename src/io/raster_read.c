/* raster_read.c - one window of one file, by the shortest way. */
#include "io/raster_file.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

static GDALDataType gdal_type(msc_type type)
{
    return type == MSC_U8 ? GDT_Byte : type == MSC_U16 ? GDT_UInt16 : GDT_Float32;
}

static msc_status open_dataset(const msc_file *file, msc_handle *handle, msc_error *err)
{
    return handle->dataset ? MSC_OK : msc_gdal_open(file->path, &handle->dataset, err);
}

static msc_status fail_read(const msc_file *file, const msc_rect *r, const msc_say *say, msc_error *err)
{
    return msc_fail(err, MSC_EREAD, file->path, "at pixel %d,%d (%d x %d): %s", (int)r->x, (int)r->y,
                    (int)r->w, (int)r->h, say->text);
}

static msc_status read_by_gdal(const msc_file *file, msc_handle *handle, msc_window *window, msc_error *err)
{
    const msc_rect r = window->rect;
    msc_say say;
    MSC_TRY(open_dataset(file, handle, err));
    msc_say_begin(&say);
    int band[MSC_RASTER_BANDS_MAX];
    memcpy(band, file->band, sizeof band);
    const CPLErr failed =
        GDALDatasetRasterIOEx(handle->dataset, GF_Read, r.x, r.y, r.w, r.h, window->data, r.w, r.h,
                              gdal_type(window->type), window->n_bands, band, 0, 0, 0, NULL);
    msc_say_end();
    handle->traffic.decoded_bytes += (int64_t)r.w * r.h * window->n_bands * (int64_t)msc_type_bytes(window->type);
    return failed != CE_None || say.has_failed ? fail_read(file, &r, &say, err) : MSC_OK;
}

static msc_status read_mask(const msc_file *file, msc_handle *handle, msc_window *window, msc_error *err)
{
    const msc_rect r = window->rect;
    const size_t n = (size_t)r.w * (size_t)r.h;
    msc_say say;
    MSC_TRY(open_dataset(file, handle, err));
    msc_say_begin(&say);
    GDALRasterBandH mask = GDALGetMaskBand(GDALGetRasterBand(handle->dataset, file->band[0]));
    const CPLErr failed =
        GDALRasterIO(mask, GF_Read, r.x, r.y, r.w, r.h, window->valid, r.w, r.h, GDT_Byte, 0, 0);
    msc_say_end();
    handle->traffic.decoded_bytes += (int64_t)n;
    if (failed != CE_None || say.has_failed) return fail_read(file, &r, &say, err);
    for (size_t i = 0; i < n; i++) window->valid[i] = window->valid[i] != 0;
    return MSC_OK;
}

/* The type in which pixels leave the file: a coded file may be delivered in a narrower one. */
static msc_type read_type(const msc_file *file) { return file->type > file->as ? file->type : file->as; }

size_t msc_file_pixel_bytes(const msc_file *file)
{
    return (size_t)(file->n_bands + file->has_alpha) * msc_type_bytes(read_type(file));
}

/* GDAL reads a marked signed byte as 0..255. */
static void sign_bytes(msc_window *window)
{
    float *value = window->data;
    const size_t n = (size_t)window->rect.w * (size_t)window->rect.h * (size_t)window->n_bands;
    for (size_t i = 0; i < n; i++) value[i] -= value[i] > 127 ? 256.0f : 0.0f;
}

static float value_at(const msc_window *window, size_t i)
{
    return window->type == MSC_F32 ? ((const float *)window->data)[i] : ((const uint16_t *)window->data)[i];
}

/* Brings codes to the narrower type that is delivered, in place: no value is written past where it was read. */
static msc_status narrow_codes(const msc_file *file, msc_window *window, msc_error *err)
{
    const size_t w = (size_t)window->rect.w, n = w * (size_t)window->rect.h;
    const float most = file->as == MSC_U8 ? 255 : 65535;
    for (int b = 0; b < file->n_bands; b++)
        for (size_t i = 0, at = (size_t)b * n; i < n; i++, at++) {
            const float value = value_at(window, at);
            window->valid[i] = (uint8_t)(window->valid[i] & (value >= 0));
            if (window->valid[i] && !(value <= most && value == floorf(value)))
                return msc_fail(err, MSC_EFORMAT, file->path, "%g at pixel %d,%d; codes are whole numbers, 0..%g",
                                (double)value, (int)(window->rect.x + (int32_t)(i % w)),
                                (int)(window->rect.y + (int32_t)(i / w)), (double)most);
            const uint16_t code = window->valid[i] ? (uint16_t)value : 0;
            if (file->as == MSC_U8) ((uint8_t *)window->data)[at] = (uint8_t)code;
            else ((uint16_t *)window->data)[at] = code;
        }
    window->type = file->as;
    return MSC_OK;
}

/* A mask says no more than where it is observed. */
static void narrow_mask(msc_window *window)
{
    memcpy(window->data, window->valid, (size_t)window->rect.w * (size_t)window->rect.h);
    window->type = MSC_U8;
}

msc_status msc_file_read_window(const msc_file *file, msc_handle *handle, msc_window *window, msc_error *err)
{
    window->type = read_type(file);
    if (file->mosaic) {
        MSC_TRY(msc_mosaic_read(file, handle, window, err));
    } else if (file->is_direct) {
        if (!handle->tiff) MSC_TRY(msc_tiff_open(file->path, &file->tiff, file->cache, &handle->traffic, &handle->tiff, err));
        MSC_TRY(msc_tiff_read(handle->tiff, file->band, window, err));
    } else {
        MSC_TRY(read_by_gdal(file, handle, window, err));
    }
    if (file->has_mask_band) MSC_TRY(read_mask(file, handle, window, err));
    else
        for (size_t y = 0; y < (size_t)window->rect.h; y++)
            memset(window->valid + y * window->stride_px, 1, (size_t)window->rect.w);
    if (file->is_signed_byte) sign_bytes(window);
    msc_nodata_apply(file, window);
    if (window->type <= file->as) return MSC_OK;
    if (!file->is_mask) return narrow_codes(file, window, err);
    narrow_mask(window);
    return MSC_OK;
}

void msc_handle_close(msc_handle *handle)
{
    if (handle->dataset) GDALClose(handle->dataset);
    msc_tiff_close(&handle->tiff);
    msc_mosaic_close(&handle->pieces);
    msc_crs_close(&handle->crs);
    memset(handle, 0, sizeof *handle);
}
