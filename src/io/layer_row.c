/* layer_row.c - adds rows to a layer: geometry as WKB in one piece, values checked against their fields. */
#include "base/mem.h"
#include "io/layer_out.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Rows a transaction: inserts run at full speed and a batch's journal stays small. */
enum { BATCH_ROWS = 100000 };

static uint8_t *put_u32(uint8_t *to, uint32_t value) { memcpy(to, &value, 4); return to + 4; }

/* Byte order mark of this machine's numbers: WKB's 1 is little-endian, 0 big-endian. */
static uint8_t *put_head(uint8_t *to, uint32_t type)
{
    const uint16_t probe = 1;
    uint8_t low;
    memcpy(&low, &probe, 1);
    *to = low;
    return put_u32(to + 1, type);
}

static size_t wkb_size(const msc_shape *shape)
{
    const size_t n_points = shape->is_point ? 1 : shape->ring_start[shape->n_rings];
    return 9 + shape->n_rings * (9 + 4) + n_points * 16;
}

static int is_clockwise(const double *xy, size_t n)
{
    double twice = 0;
    for (size_t i = 0; i + 1 < n; i++)
        twice += (xy[2 * i] - xy[0]) * (xy[2 * i + 3] - xy[1]) - (xy[2 * i + 2] - xy[0]) * (xy[2 * i + 1] - xy[1]);
    return twice < 0;
}

static void put_backwards(uint8_t *to, const double *xy, size_t n)
{
    for (size_t i = 0; i < n; i++) memcpy(to + 16 * i, xy + 2 * (n - 1 - i), 16);
}

/* One polygon: rings first..last-1. A shapefile's outer rings are clockwise and its holes are not (ESRI 1998, p. 8);
 * GDAL is told to leave them as they come, so they come that way. */
static uint8_t *put_polygon(uint8_t *to, const msc_shape *shape, size_t first, size_t last, int is_shp)
{
    to = put_u32(put_head(to, 3), (uint32_t)(last - first));
    for (size_t r = first; r < last; r++) {
        const size_t start = shape->ring_start[r], n = shape->ring_start[r + 1] - start;
        to = put_u32(to, (uint32_t)n);
        if (is_shp && is_clockwise(shape->xy + 2 * start, n) != (r == first)) put_backwards(to, shape->xy + 2 * start, n);
        else memcpy(to, shape->xy + 2 * start, n * 16);
        to += n * 16;
    }
    return to;
}

static size_t part_end(const msc_shape *shape, size_t first)
{
    size_t last = first + 1;
    while (last < shape->n_rings && !shape->is_outer[last]) last++;
    return last;
}

static msc_status make_geometry(msc_layer_out *out, const msc_shape *shape, OGRGeometryH *geometry, msc_error *err)
{
    size_t n_parts = 0;
    if (!msc_reserve((void **)&out->wkb, &out->wkb_capacity, wkb_size(shape), 1))
        return msc_fail(err, MSC_ENOMEM, out->files.path, "%zu bytes", wkb_size(shape));
    uint8_t *to = out->wkb;
    if (shape->is_point) {
        to = put_head(to, 1);
        memcpy(to, shape->xy, 16);
        to += 16;
    } else {
        assert(shape->n_rings > 0 && shape->is_outer[0]);
        for (size_t r = 0; r < shape->n_rings; r++) n_parts += shape->is_outer[r] != 0;
        if (n_parts > 1 || (out->is_multi && !out->is_shp)) to = put_u32(put_head(to, 6), (uint32_t)n_parts);
        for (size_t r = 0, end; r < shape->n_rings; r = end) {
            end = part_end(shape, r);
            to = put_polygon(to, shape, r, end, out->is_shp);
        }
    }
    if (OGR_G_CreateFromWkb(out->wkb, NULL, geometry, (int)(to - out->wkb)) != OGRERR_NONE)
        return msc_layer_out_failed(out, "geometry", err);
    return MSC_OK;
}

/* A number shows in at most `width` characters, its sign included. */
static msc_status check_integer(const msc_layer_out *out, const msc_layer_column *column, int64_t value, msc_error *err)
{
    char text[32];
    if (fabs((double)value) < column->limit && value < INT32_MAX && value > INT32_MIN) return MSC_OK;
    const int length = snprintf(text, sizeof text, "%lld", (long long)value);
    const int is_over = column->type == MSC_FIELD_INT && (value > INT32_MAX || value < INT32_MIN);
    if (!is_over && (!out->is_shp || length <= column->width)) return MSC_OK;
    return msc_fail(err, MSC_EWRITE, out->files.path, "field %s: %s does not fit", column->name, text);
}

static msc_status check_real(const msc_layer_out *out, const msc_layer_column *column, double value, msc_error *err)
{
    char text[512];
    if (!out->is_shp || fabs(value) < column->limit) return MSC_OK;
    const int length = snprintf(text, sizeof text, "%.*f", column->precision, value);
    if (isfinite(value) && length <= column->width) return MSC_OK;
    return msc_fail(err, MSC_EWRITE, out->files.path, "field %s: %.60s does not fit", column->name, text);
}

static msc_status set_date(msc_layer_out *out, int index, const char *text, msc_error *err)
{
    static const char shape[] = "dddd-dd-dd";
    int number[3] = { 0 }, part = 0, is_date = strlen(text) == sizeof shape - 1;
    for (int i = 0; is_date && shape[i]; i++) {
        is_date = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == '-';
        if (shape[i] == 'd') number[part] = 10 * number[part] + (text[i] - '0');
        else part++;
    }
    const int year = number[0], month = number[1], day = number[2];
    if (!is_date || month < 1 || month > 12 || day < 1 || day > 31)
        return msc_fail(err, MSC_EWRITE, out->files.path, "field %s: not a date: %.60s", out->columns[index].name, text);
    OGR_F_SetFieldDateTime(out->feature, index, year, month, day, 0, 0, 0, 0);
    return MSC_OK;
}

static msc_status set_value(msc_layer_out *out, int index, const msc_value *value, msc_error *err)
{
    const msc_layer_column *column = &out->columns[index];
    const char *encoded = NULL;
    const int is_text = column->type == MSC_FIELD_TEXT || column->type == MSC_FIELD_DATE;
    if (!value->is_set || (is_text && !value->text)) {
        OGR_F_SetFieldNull(out->feature, index);
        return MSC_OK;
    }
    switch (column->type) {
    case MSC_FIELD_INT:
    case MSC_FIELD_INT64:
        MSC_TRY(check_integer(out, column, value->integer, err));
        OGR_F_SetFieldInteger64(out->feature, index, (GIntBig)value->integer);
        break;
    case MSC_FIELD_REAL:
        MSC_TRY(check_real(out, column, value->real, err));
        OGR_F_SetFieldDouble(out->feature, index, value->real);
        break;
    case MSC_FIELD_TEXT:
        MSC_TRY(msc_layer_text_encode(&out->text, value->text, column->width, out->files.path, column->name, &encoded, err));
        OGR_F_SetFieldString(out->feature, index, encoded);
        break;
    case MSC_FIELD_DATE:
        return set_date(out, index, value->text, err);
    }
    return MSC_OK;
}

static int next_batch(msc_layer_out *out)
{
    out->in_transaction = 0;
    if (GDALDatasetCommitTransaction(out->dataset) != OGRERR_NONE) return 0;
    out->in_transaction = GDALDatasetStartTransaction(out->dataset, 0) == OGRERR_NONE;
    return out->in_transaction;
}

msc_status msc_layer_add(msc_layer_out *out, const msc_shape *shape, const msc_value *values, msc_error *err)
{
    OGRGeometryH geometry = NULL;
    msc_status status = MSC_OK;
    msc_layer_out_listen(out);
    for (int i = 0; i < out->n_columns && status == MSC_OK; i++) status = set_value(out, i, &values[i], err);
    if (status == MSC_OK && shape) status = make_geometry(out, shape, &geometry, err);
    if (status == MSC_OK) {
        OGR_F_SetFID(out->feature, OGRNullFID);
        OGR_F_SetGeometryDirectly(out->feature, geometry);
        if (OGR_L_CreateFeature(out->layer, out->feature) != OGRERR_NONE || out->trouble[0])
            status = msc_layer_out_failed(out, "feature", err);
    }
    if (status == MSC_OK && ++out->n_rows % BATCH_ROWS == 0 && out->in_transaction && !next_batch(out))
        status = msc_layer_out_failed(out, "commit", err);
    msc_layer_out_unlisten();
    return status;
}
