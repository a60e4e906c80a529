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

/* valid &= 0 where a[i] equals value in all bands; `T` decides how the tag's value is compared. */
#define APPLY_EQUAL(T)                                                                                       \
    for (size_t i = 0; i < n && n_bands == 1; i++) valid[i] &= (uint8_t)(((const T *)data)[i] != (T)value[0]);  \
    for (size_t i = 0; i < n && n_bands > 1; i++) {                                                          \
        int is_equal = 1;                                                                                    \
        for (int b = 0; b < n_bands; b++) is_equal &= ((const T *)data)[(size_t)b * n + i] == (T)value[b];   \
        valid[i] = (uint8_t)(valid[i] & !is_equal);                                                          \
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

static void apply_value(const msc_file *file, size_t n, const void *data, msc_type type, uint8_t *valid)
{
    double value[MSC_MAX_PLANES];
    const int n_bands = file->n_bands;
    for (int b = 0; b < n_bands; b++) {
        if (!file->has_value[b] || !is_held(file->value[b], type)) return;
        value[b] = as_held(file->value[b], type);
    }
    if (type == MSC_U8) {
        APPLY_EQUAL(uint8_t)
    } else if (type == MSC_U16) {
        APPLY_EQUAL(uint16_t)
    } else {
        APPLY_EQUAL(float)
    }
}

static void drop_zeros(msc_window *window, int band)
{
    const size_t n = (size_t)window->rect.w * (size_t)window->rect.h, from = (size_t)band * n;
    uint8_t *valid = window->valid;
    const uint8_t *u8 = (const uint8_t *)window->data + from;
    const uint16_t *u16 = (const uint16_t *)window->data + from;
    const float *f32 = (const float *)window->data + from;
    if (window->type == MSC_U8)
        for (size_t i = 0; i < n; i++) valid[i] = (uint8_t)(valid[i] & (u8[i] != 0));
    else if (window->type == MSC_U16)
        for (size_t i = 0; i < n; i++) valid[i] = (uint8_t)(valid[i] & (u16[i] != 0));
    else
        for (size_t i = 0; i < n; i++) valid[i] = (uint8_t)(valid[i] & (f32[i] != 0));
}

void msc_nodata_apply(const msc_file *file, msc_window *window)
{
    const size_t n = (size_t)window->rect.w * (size_t)window->rect.h;
    uint8_t *valid = window->valid;
    if (file->rule == MSC_NODATA_AUTO || file->rule == MSC_NODATA_VALUE)
        apply_value(file, n, window->data, window->type, valid);
    if (window->type == MSC_F32)
        for (int b = 0; b < file->n_bands; b++) {
            const float *band = (const float *)window->data + (size_t)b * n;
            for (size_t i = 0; i < n; i++) valid[i] = (uint8_t)(valid[i] & (isfinite(band[i]) != 0));
        }
    if (file->has_alpha) drop_zeros(window, file->n_bands);
    if (file->is_class_map) drop_zeros(window, 0);
    if (file->rule == MSC_NODATA_EDGE && file->edge.row_start) msc_edge_apply(&file->edge, window);
}
