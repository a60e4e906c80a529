/* raster_nodata.c - which pixels of a window are observed. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_file.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

msc_status msc_nodata_parse(const char *text, msc_nodata_rule *rule, double *value, const char *subject,
                            msc_error *err)
{
    char *end = NULL;
    *value = 0;
    *rule = MSC_NODATA_AUTO;
    if (!text || !text[0] || strcasecmp(text, "auto") == 0) return MSC_OK;
    if (strcasecmp(text, "none") == 0) {
        *rule = MSC_NODATA_NONE;
        return MSC_OK;
    }
    const int is_edge = strncasecmp(text, "edge:", 5) == 0;
    const char *number = is_edge ? text + 5 : text;
    *rule = is_edge ? MSC_NODATA_EDGE : MSC_NODATA_VALUE;
    *value = strtod(number, &end);
    if (end == number || *end || (is_edge && !isfinite(*value)))
        return msc_fail(err, MSC_EVALUE, subject, "nodata \"%s\" is not auto, none, a number or edge:NUMBER",
                        text);
    return MSC_OK;
}

msc_status msc_nodata_bind(const char *text, GDALDatasetH dataset, msc_file *file, msc_error *err)
{
    double value = 0;
    MSC_TRY(msc_nodata_parse(text, &file->rule, &value, file->path, err));
    const int alpha = msc_bands_alpha(dataset);
    int is_alpha_bound = 0;
    for (int b = 0; b < file->n_bands; b++) {
        GDALRasterBandH band = GDALGetRasterBand(dataset, file->band[b]);
        file->has_value[b] = file->rule == MSC_NODATA_VALUE || file->rule == MSC_NODATA_EDGE;
        file->value[b] = value;
        if (file->rule == MSC_NODATA_AUTO)
            file->value[b] = GDALGetRasterNoDataValue(band, &file->has_value[b]);
        /* An alpha band that is bound to a name is data: four-band files are often tagged so by their writer.
         */
        is_alpha_bound |= file->band[b] == alpha;
    }
    if (file->rule != MSC_NODATA_AUTO) return MSC_OK;
    const int flags = GDALGetMaskFlags(GDALGetRasterBand(dataset, file->band[0]));
    if (is_alpha_bound) return MSC_OK;
    if (alpha) {
        file->has_alpha = 1;
        file->band[file->n_bands] = alpha;
    } else if (!(flags & (GMF_ALL_VALID | GMF_NODATA))) {
        file->has_mask_band = 1;
    }
    return MSC_OK;
}

/* A tag that the type cannot hold (-9999 on bytes) matches nothing. */
static int is_held(double value, msc_type type)
{
    if (type == MSC_F32) return !isnan(value);
    return value == floor(value) && value >= 0 && value <= (type == MSC_U8 ? 255 : 65535);
}

/* Tags beyond a float's range (-1.79e308) arrive as infinity, which is not observed anyway. */
static double as_held(double value, msc_type type)
{
    if (type != MSC_F32) return value;
    return value > FLT_MAX ? (double)FLT_MAX : value < -FLT_MAX ? -(double)FLT_MAX : value;
}

/* One row of one band: differs[i] |= value is not the tag's. Plain loops over plain arrays, for the compiler's vectors. */
static void note_differing(uint8_t *restrict differs, const void *restrict row, msc_type type, double value, size_t n)
{
    const uint8_t *u8 = row, v8 = type == MSC_U8 ? (uint8_t)value : 0;
    const uint16_t *u16 = row, v16 = type == MSC_U16 ? (uint16_t)value : 0;
    const float *f32 = row, v32 = (float)value;
    if (type == MSC_U8)
        for (size_t i = 0; i < n; i++) differs[i] |= u8[i] != v8;
    else if (type == MSC_U16)
        for (size_t i = 0; i < n; i++) differs[i] |= u16[i] != v16;
    else
        for (size_t i = 0; i < n; i++) differs[i] |= f32[i] != v32;
}

static void and_row(uint8_t *restrict valid, const uint8_t *restrict row, size_t n)
{
    for (size_t i = 0; i < n; i++) valid[i] &= row[i];
}

static void drop_not_finite(uint8_t *restrict valid, const float *restrict row, size_t n)
{
    for (size_t i = 0; i < n; i++) valid[i] &= isfinite(row[i]) != 0;
}

enum { PART_PX = 1024 };

static const void *row_of(const msc_window *w, int band, size_t y, size_t x)
{
    return (const char *)w->data + ((size_t)band * w->plane_px + y * w->stride_px + x) * msc_type_bytes(w->type);
}

/* A pixel is not observed where all bands hold their tags' values. */
static void apply_value(const msc_file *file, const msc_window *w)
{
    double value[MSC_MAX_PLANES];
    uint8_t differs[PART_PX];
    for (int b = 0; b < file->n_bands; b++) {
        if (!file->has_value[b] || !is_held(file->value[b], w->type)) return;
        value[b] = as_held(file->value[b], w->type);
    }
    for (size_t y = 0; y < (size_t)w->rect.h; y++)
        for (size_t x = 0; x < (size_t)w->rect.w; x += PART_PX) {
            const size_t n = (size_t)w->rect.w - x < PART_PX ? (size_t)w->rect.w - x : PART_PX;
            memset(differs, 0, n);
            for (int b = 0; b < file->n_bands; b++) note_differing(differs, row_of(w, b, y, x), w->type, value[b], n);
            and_row(w->valid + y * w->stride_px + x, differs, n);
        }
}

static void drop_zeros(const msc_window *w, int band)
{
    uint8_t differs[PART_PX];
    for (size_t y = 0; y < (size_t)w->rect.h; y++)
        for (size_t x = 0; x < (size_t)w->rect.w; x += PART_PX) {
            const size_t n = (size_t)w->rect.w - x < PART_PX ? (size_t)w->rect.w - x : PART_PX;
            memset(differs, 0, n);
            note_differing(differs, row_of(w, band, y, x), w->type, 0, n);
            and_row(w->valid + y * w->stride_px + x, differs, n);
        }
}

void msc_nodata_apply(const msc_file *file, msc_window *window)
{
    if (file->rule == MSC_NODATA_AUTO || file->rule == MSC_NODATA_VALUE) apply_value(file, window);
    for (int b = 0; window->type == MSC_F32 && b < file->n_bands; b++)
        for (size_t y = 0; y < (size_t)window->rect.h; y++)
            drop_not_finite(window->valid + y * window->stride_px, row_of(window, b, y, 0), (size_t)window->rect.w);
    if (file->has_alpha) drop_zeros(window, file->n_bands);
    if (file->is_class_map) drop_zeros(window, 0);
    if (file->rule == MSC_NODATA_EDGE && file->edge.row_start) msc_edge_apply(&file->edge, window);
}
