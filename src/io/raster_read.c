/* raster_read.c - one window of one file, by the shortest way. */
#include "io/raster_file.h"
#include "base/mem.h"
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

msc_status msc_file_read_window(const msc_file *file, msc_handle *handle, msc_window *window, msc_error *err)
{
    if (file->is_direct) {
        if (!handle->tiff) MSC_TRY(msc_tiff_open(file->path, &file->tiff, file->cache, &handle->traffic, &handle->tiff, err));
        MSC_TRY(msc_tiff_read(handle->tiff, file->band, window, err));
    } else {
        MSC_TRY(read_by_gdal(file, handle, window, err));
    }
    if (file->has_mask_band) MSC_TRY(read_mask(file, handle, window, err));
    else
        for (size_t y = 0; y < (size_t)window->rect.h; y++)
            memset(window->valid + y * window->stride_px, 1, (size_t)window->rect.w);
    msc_nodata_apply(file, window);
    return MSC_OK;
}

void msc_handle_close(msc_handle *handle)
{
    if (handle->dataset) GDALClose(handle->dataset);
    msc_tiff_close(&handle->tiff);
    msc_crs_close(&handle->crs);
    memset(handle, 0, sizeof *handle);
}
