/* layer_shp.c - shapefile rows as bytes (ESRI Shapefile Technical Description, July 1998; dBASE III). OGR makes the
 * empty files with header and schema; rows are encoded beside each other and appended, and the counts in the headers
 * are brought up to date at the end. What OGR writes for the same rows has the same bytes (tests/unit/io). */
#define _GNU_SOURCE
#include "base/mem.h"
#include "io/layer_out.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SHP, SHX, DBF };
enum { SHP_HEADER = 100, SHX_ROW = 8, RECORD_HEAD = 8, TYPE_NULL = 0, TYPE_POINT = 1, TYPE_POLYGON = 5, DBF_END = 0x1A };

/* Numbers up to here have their decimals to spare in a double's product with a power of ten. */
static const double exact_limit = 1e13;

static uint8_t *put_le(uint8_t *to, uint64_t value, int n)
{
    for (int i = 0; i < n; i++) to[i] = (uint8_t)(value >> 8 * i);
    return to + n;
}

static uint8_t *put_be32(uint8_t *to, uint32_t value)
{
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(value >> (24 - 8 * i));
    return to + 4;
}

static uint8_t *put_double(uint8_t *to, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return put_le(to, bits, 8);
}

static int is_little_endian(void)
{
    const uint16_t probe = 1;
    uint8_t low;
    memcpy(&low, &probe, 1);
    return low;
}

static uint32_t get_be32(const uint8_t *at) { return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]; }

static int is_clockwise(const double *xy, size_t n)
{
    double twice = 0;
    for (size_t i = 0; i + 1 < n; i++)
        twice += (xy[2 * i] - xy[0]) * (xy[2 * i + 3] - xy[1]) - (xy[2 * i + 2] - xy[0]) * (xy[2 * i + 1] - xy[1]);
    return twice < 0;
}

/* Outer rings are clockwise and holes are not (p. 8 of the description). */
static uint8_t *put_ring(uint8_t *to, const double *xy, size_t n, int is_outer)
{
    const int is_turned = is_clockwise(xy, n) != is_outer;
    if (!is_turned && is_little_endian()) {
        memcpy(to, xy, 16 * n);
        return to + 16 * n;
    }
    for (size_t i = 0; i < n; i++) {
        const double *p = xy + 2 * (is_turned ? n - 1 - i : i);
        to = put_double(put_double(to, p[0]), p[1]);
    }
    return to;
}

static msc_status encode_shape(msc_rows *rows, const msc_shape *shape, msc_error *err)
{
    const size_t n_rings = shape && !shape->is_point ? shape->n_rings : 0, n_points = n_rings ? shape->ring_start[n_rings] : 0;
    const size_t content = !shape ? 4 : shape->is_point ? 20 : 44 + 4 * n_rings + 16 * n_points;
    double *box = rows->row[rows->n].box;
    uint8_t *to = NULL;
    if (n_points > INT32_MAX / 16) return msc_fail(err, MSC_EWRITE, rows->layer->files.path, "a polygon of %zu vertices", n_points);
    MSC_TRY(msc_rows_room(rows, 0, RECORD_HEAD + content, &to, err));
    rows->n_bytes[0] += RECORD_HEAD + content;
    to = put_be32(to + 4, (uint32_t)(content / 2));      /* the number is put when it is known */
    to = put_le(to, !shape ? TYPE_NULL : shape->is_point ? TYPE_POINT : TYPE_POLYGON, 4);
    if (!shape) return MSC_OK;
    msc_shape_box(shape, box);
    if (shape->is_point) {
        put_double(put_double(to, shape->xy[0]), shape->xy[1]);
        return MSC_OK;
    }
    for (int i = 0; i < 4; i++) to = put_double(to, box[i]);
    to = put_le(put_le(to, n_rings, 4), n_points, 4);
    for (size_t r = 0; r < n_rings; r++) to = put_le(to, shape->ring_start[r], 4);
    for (size_t r = 0; r < n_rings; r++) {
        const size_t start = shape->ring_start[r];
        to = put_ring(to, shape->xy + 2 * start, shape->ring_start[r + 1] - start, shape->is_outer[r] != 0);
    }
    return MSC_OK;
}

/* Digits of a number, right-aligned in the field; `point` of them after a decimal point. */
static void put_digits(uint8_t *field, int width, uint64_t digits, int point, int is_negative)
{
    int at = width, n = 0;
    while (at > 0 && (digits > 0 || n <= point)) {
        if (n == point && n > 0) {
            field[--at] = '.';
            if (at == 0) break;
        }
        field[--at] = (uint8_t)('0' + digits % 10);
        digits /= 10;
        n++;
    }
    if (is_negative && at > 0) field[--at] = '-';
}

/* As printf's "%*.*f". A product that is not near a half is rounded as the exact value would be; others go to printf. */
static void put_real(uint8_t *field, int width, int precision, double value)
{
    static const double power[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
    char text[512];
    if (precision < 10 && !signbit(value) && value * power[precision] < exact_limit) {
        const double scaled = value * power[precision], below = floor(scaled), rest = scaled - below;
        if (fabs(rest - 0.5) > 0.01) {
            put_digits(field, width, (uint64_t)below + (rest > 0.5), precision, 0);
            return;
        }
    }
    const int n = snprintf(text, sizeof text, "%*.*f", width, precision, value);
    memcpy(field, text, (size_t)(n < width ? n : width));
}

/* What stands for a value that is not set: as GDAL does. */
static int null_of(msc_field_type type) { return type == MSC_FIELD_TEXT ? ' ' : type == MSC_FIELD_DATE ? '0' : '*'; }

static msc_status encode_value(msc_rows *rows, const msc_layer_column *column, const msc_value *value, uint8_t *field,
                               msc_error *err)
{
    const msc_layer_out *out = rows->layer;
    const char *encoded = NULL;
    int date[3];
    char text[16];
    if (!value->is_set || ((column->type == MSC_FIELD_TEXT || column->type == MSC_FIELD_DATE) && !value->text)) {
        memset(field, null_of(column->type), (size_t)column->width);
        return MSC_OK;
    }
    switch (column->type) {
    case MSC_FIELD_INT:
    case MSC_FIELD_INT64:
        MSC_TRY(msc_layer_check_integer(out, column, value->integer, err));
        put_digits(field, column->width, value->integer < 0 ? 0 - (uint64_t)value->integer : (uint64_t)value->integer, 0,
                   value->integer < 0);
        break;
    case MSC_FIELD_REAL:
        MSC_TRY(msc_layer_check_real(out, column, value->real, err));
        put_real(field, column->width, column->precision, value->real);
        break;
    case MSC_FIELD_TEXT:
        MSC_TRY(msc_layer_text_encode(&rows->text, value->text, column->width, out->files.path, column->name, &encoded, err));
        memcpy(field, encoded, strlen(encoded));
        break;
    case MSC_FIELD_DATE:
        MSC_TRY(msc_layer_check_date(out, column, value->text, date, err));
        snprintf(text, sizeof text, "%04d%02d%02d", date[0], date[1], date[2]);
        memcpy(field, text, 8);
        break;
    }
    return MSC_OK;
}

static msc_status encode(msc_rows *rows, const msc_shape *shape, const msc_value *values, msc_error *err)
{
    const msc_layer_out *out = rows->layer;
    uint8_t *row = NULL;
    size_t n = 1;
    for (int c = 0; c < out->n_columns; c++) n += (size_t)out->columns[c].width;
    MSC_TRY(msc_rows_room(rows, 1, n, &row, err));
    memset(row, ' ', n);
    row++;
    for (int c = 0; c < out->n_columns; row += out->columns[c].width, c++)
        MSC_TRY(encode_value(rows, &out->columns[c], &values[c], row, err));
    rows->n_bytes[1] += n;
    return encode_shape(rows, shape, err);
}

static msc_status open_rows(msc_layer_out *out, msc_error *err)
{
    static const char *const extension[] = { "shp", "shx", "dbf" };
    char name[MSC_PATH_MAX];
    uint8_t head[32];
    size_t width = 1;
    if (!msc_layer_out_close(out)) return msc_layer_out_failed(out, "cannot be created", err);
    for (int f = 0; f < 3; f++) {
        msc_layer_files_sibling(out->files.temp, extension[f], name);
        MSC_TRY(msc_layer_sink_open(&out->sink[f], name, out->files.path, err));
    }
    for (int c = 0; c < out->n_columns; c++) width += (size_t)out->columns[c].width;
    /* An end mark may follow the header already. Its length and that of a row stand in it, and must be what we write. */
    if (pread(out->sink[DBF].fd, head, sizeof head, 0) != sizeof head || (head[10] | head[11] << 8) != (int)width)
        return msc_fail(err, MSC_EWRITE, out->files.path, "rows are not %zu bytes long", width);
    out->sink[DBF].n_bytes = head[8] | head[9] << 8;
    if (out->sink[SHP].n_bytes != SHP_HEADER || out->sink[SHX].n_bytes != SHP_HEADER)
        return msc_fail(err, MSC_EWRITE, out->files.path, "headers are not of %d bytes", SHP_HEADER);
    return MSC_OK;
}

static msc_status append(msc_layer_out *out, msc_rows *rows, msc_error *err)
{
    const char *path = out->files.path;
    const int64_t first_bytes = out->sink[SHP].n_bytes;
    if (!msc_reserve((void **)&rows->scratch, &rows->scratch_cap, rows->n * SHX_ROW, 1))
        return msc_fail(err, MSC_ENOMEM, path, "%zu rows", rows->n);
    /* Lengths are 16-bit words in a signed 32-bit number. */
    if ((first_bytes + (int64_t)rows->n_bytes[0]) / 2 > INT32_MAX)
        return msc_fail(err, MSC_EWRITE, path, "a shapefile holds 4 GB; split it");
    for (size_t r = 0, at = 0; r < rows->n; at = rows->row[r++].end[0]) {
        put_be32(rows->bytes[0] + at, (uint32_t)(out->n_rows + (int64_t)r + 1));
        uint8_t *index = put_be32(rows->scratch + r * SHX_ROW, (uint32_t)((first_bytes + (int64_t)at) / 2));
        put_be32(index, get_be32(rows->bytes[0] + at + 4));
        if (rows->row[r].box[0] <= rows->row[r].box[2]) msc_box_join(out->box, rows->row[r].box);
    }
    MSC_TRY(msc_layer_sink_add(&out->sink[SHP], rows->bytes[0], rows->n_bytes[0], path, err));
    MSC_TRY(msc_layer_sink_add(&out->sink[SHX], rows->scratch, rows->n * SHX_ROW, path, err));
    MSC_TRY(msc_layer_sink_add(&out->sink[DBF], rows->bytes[1], rows->n_bytes[1], path, err));
    out->n_rows += (int64_t)rows->n;
    return MSC_OK;
}

static msc_status finish(msc_layer_out *out, msc_error *err)
{
    static const uint8_t end_mark = DBF_END;
    const char *path = out->files.path;
    uint8_t bytes[32];
    const int has_box = out->box[0] <= out->box[2];
    for (int f = SHP; f <= SHX; f++) {
        put_be32(bytes, (uint32_t)(out->sink[f].n_bytes / 2));
        MSC_TRY(msc_layer_sink_put(&out->sink[f], 24, bytes, 4, path, err));
        uint8_t *to = bytes;
        for (int i = 0; i < 4; i++) to = put_double(to, has_box ? out->box[i] : 0);
        MSC_TRY(msc_layer_sink_put(&out->sink[f], 36, bytes, 32, path, err));
    }
    put_le(bytes, (uint64_t)out->n_rows, 4);
    MSC_TRY(msc_layer_sink_put(&out->sink[DBF], 4, bytes, 4, path, err));
    MSC_TRY(msc_layer_sink_add(&out->sink[DBF], &end_mark, 1, path, err));
    for (int f = 0; f < 3; f++) MSC_TRY(msc_layer_sink_close(&out->sink[f], path, err));
    return MSC_OK;
}

const msc_row_format msc_rows_shp = { open_rows, encode, append, finish };
