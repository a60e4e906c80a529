/* layer_value.c - checks values against their fields: what does not fit is an error, never cut. */
#include "io/layer_out.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A number shows in at most `width` characters, its sign included. */
msc_status msc_layer_check_integer(const msc_layer_out *out, const msc_layer_column *column, int64_t value, msc_error *err)
{
    char text[32];
    if (fabs((double)value) < column->limit && value < INT32_MAX && value > INT32_MIN) return MSC_OK;
    const int length = snprintf(text, sizeof text, "%lld", (long long)value);
    const int is_over = column->type == MSC_FIELD_INT && (value > INT32_MAX || value < INT32_MIN);
    if (!is_over && (!out->is_shp || length <= column->width)) return MSC_OK;
    return msc_fail(err, MSC_EWRITE, out->files.path, "field %s: %s does not fit", column->name, text);
}

msc_status msc_layer_check_real(const msc_layer_out *out, const msc_layer_column *column, double value, msc_error *err)
{
    char text[512];
    if (!out->is_shp || fabs(value) < column->limit) return MSC_OK;
    const int length = snprintf(text, sizeof text, "%.*f", column->precision, value);
    if (isfinite(value) && length <= column->width) return MSC_OK;
    return msc_fail(err, MSC_EWRITE, out->files.path, "field %s: %.60s does not fit", column->name, text);
}

msc_status msc_layer_check_date(const msc_layer_out *out, const msc_layer_column *column, const char *text, int date[3],
                                msc_error *err)
{
    static const char shape[] = "dddd-dd-dd";
    int part = 0, is_date = strlen(text) == sizeof shape - 1;
    date[0] = date[1] = date[2] = 0;
    for (int i = 0; is_date && shape[i]; i++) {
        is_date = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == '-';
        if (shape[i] == 'd') date[part] = 10 * date[part] + (text[i] - '0');
        else part++;
    }
    if (is_date && date[1] >= 1 && date[1] <= 12 && date[2] >= 1 && date[2] <= 31) return MSC_OK;
    return msc_fail(err, MSC_EWRITE, out->files.path, "field %s: not a date: %.60s", column->name, text);
}

size_t msc_shape_part_end(const msc_shape *shape, size_t first)
{
    size_t last = first + 1;
    while (last < shape->n_rings && !shape->is_outer[last]) last++;
    return last;
}

void msc_box_join(double box[4], const double other[4])
{
    for (int i = 0; i < 2; i++) box[i] = other[i] < box[i] ? other[i] : box[i];
    for (int i = 2; i < 4; i++) box[i] = other[i] > box[i] ? other[i] : box[i];
}

void msc_shape_box(const msc_shape *shape, double box[4])
{
    const size_t n = shape->is_point ? 1 : shape->ring_start[shape->n_rings];
    box[0] = box[1] = HUGE_VAL;
    box[2] = box[3] = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        const double e = shape->xy[2 * i], north = shape->xy[2 * i + 1];
        box[0] = e < box[0] ? e : box[0];
        box[1] = north < box[1] ? north : box[1];
        box[2] = e > box[2] ? e : box[2];
        box[3] = north > box[3] ? north : box[3];
    }
}
