/* layer_row.c - rows of a layer, by the format's own encoder or through OGR: geometry as WKB, values as they are. */
#include "base/mem.h"
#include "io/layer_out.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Rows a transaction: inserts run at full speed and a batch's journal stays small. */
enum { BATCH_ROWS = 100000 };
/* Bytes of rows added one by one, before they are appended. */
enum { OWN_BYTES = 1 << 18 };

msc_status msc_rows_room(msc_rows *rows, int k, size_t n, uint8_t **at, msc_error *err)
{
    const size_t wanted = rows->n_bytes[k] + n;
    if (wanted > rows->capacity[k] && !msc_reserve((void **)&rows->bytes[k], &rows->capacity[k], wanted, 1))
        return msc_fail(err, MSC_ENOMEM, rows->layer->files.path, "%zu bytes of rows", wanted);
    *at = rows->bytes[k] + rows->n_bytes[k];
    return MSC_OK;
}

msc_status msc_rows_new(const msc_layer_out *layer, msc_rows **rows, msc_error *err)
{
    msc_rows *made = msc_alloc_zero(1, sizeof *made);
    if (!made) return msc_fail(err, MSC_ENOMEM, layer->files.path, "%zu bytes", sizeof *made);
    made->layer = layer;
    const msc_status status = msc_layer_text_init(&made->text, layer->encoding, layer->is_shp, layer->files.path, err);
    if (status == MSC_OK) *rows = made;
    else msc_rows_free(&made);
    return status;
}

void msc_rows_free(msc_rows **rows)
{
    msc_rows *r = *rows;
    if (!r) return;
    msc_layer_text_clear(&r->text);
    msc_release(r->bytes[0]);
    msc_release(r->bytes[1]);
    msc_release(r->row);
    msc_release(r->value);
    msc_release(r->scratch);
    msc_release(r);
    *rows = NULL;
}

msc_status msc_rows_add(msc_rows *rows, const msc_shape *shape, const msc_value *values, msc_error *err)
{
    if (!msc_reserve((void **)&rows->row, &rows->row_cap, rows->n + 1, sizeof *rows->row))
        return msc_fail(err, MSC_ENOMEM, rows->layer->files.path, "%zu rows", rows->n);
    msc_row_mark *mark = &rows->row[rows->n];
    mark->box[0] = 1;
    mark->box[2] = 0;
    MSC_TRY(rows->layer->format->encode(rows, shape, values, err));
    mark->end[0] = rows->n_bytes[0];
    mark->end[1] = rows->n_bytes[1];
    rows->n++;
    return MSC_OK;
}

msc_status msc_layer_append(msc_layer_out *out, msc_rows *rows, msc_error *err)
{
    const msc_status status = rows->n == 0 ? MSC_OK : out->format->append(out, rows, err);
    rows->n = rows->n_bytes[0] = rows->n_bytes[1] = 0;
    return status;
}

/* OGR's rows are appended at once, so that its complaint belongs to the row. */
msc_status msc_layer_add(msc_layer_out *out, const msc_shape *shape, const msc_value *values, msc_error *err)
{
    MSC_TRY(msc_rows_add(out->rows, shape, values, err));
    const int is_due = out->format == &msc_rows_ogr || out->rows->n_bytes[0] + out->rows->n_bytes[1] >= OWN_BYTES;
    return is_due ? msc_layer_append(out, out->rows, err) : MSC_OK;
}

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

static uint8_t *put_polygon(uint8_t *to, const msc_shape *shape, size_t first, size_t last)
{
    to = put_u32(put_head(to, 3), (uint32_t)(last - first));
    for (size_t r = first; r < last; r++) {
        const size_t start = shape->ring_start[r], n = shape->ring_start[r + 1] - start;
        to = put_u32(to, (uint32_t)n);
        memcpy(to, shape->xy + 2 * start, n * 16);
        to += n * 16;
    }
    return to;
}

static msc_status put_wkb(msc_rows *rows, const msc_shape *shape, msc_error *err)
{
    size_t n_parts = 0;
    uint8_t *start = NULL;
    MSC_TRY(msc_rows_room(rows, 0, wkb_size(shape), &start, err));
    uint8_t *to = start;
    if (shape->is_point) {
        to = put_head(to, 1);
        memcpy(to, shape->xy, 16);
        to += 16;
    } else {
        assert(shape->n_rings > 0 && shape->is_outer[0]);
        for (size_t r = 0; r < shape->n_rings; r++) n_parts += shape->is_outer[r] != 0;
        if (n_parts > 1 || (rows->layer->is_multi && !rows->layer->is_shp)) to = put_u32(put_head(to, 6), (uint32_t)n_parts);
        for (size_t r = 0, end; r < shape->n_rings; r = end) {
            end = msc_shape_part_end(shape, r);
            to = put_polygon(to, shape, r, end);
        }
    }
    rows->n_bytes[0] += (size_t)(to - start);
    return MSC_OK;
}

/* Keeps the values until it is their turn; a text goes to the bytes of the batch. */
static msc_status encode(msc_rows *rows, const msc_shape *shape, const msc_value *values, msc_error *err)
{
    const size_t n_columns = (size_t)rows->layer->n_columns, first = rows->n * n_columns;
    if (!msc_reserve((void **)&rows->value, &rows->value_cap, first + n_columns, sizeof *rows->value))
        return msc_fail(err, MSC_ENOMEM, rows->layer->files.path, "%zu values", first + n_columns);
    for (size_t c = 0; c < n_columns; c++) {
        msc_value *value = &rows->value[first + c];
        const msc_field_type type = rows->layer->columns[c].type;
        *value = values[c];
        if (type != MSC_FIELD_TEXT && type != MSC_FIELD_DATE) continue;
        value->is_set = values[c].is_set && values[c].text;
        value->integer = (int64_t)rows->n_bytes[1];
        if (!value->is_set) continue;
        const size_t n = strlen(values[c].text) + 1;
        uint8_t *at = NULL;
        MSC_TRY(msc_rows_room(rows, 1, n, &at, err));
        memcpy(at, values[c].text, n);
        rows->n_bytes[1] += n;
    }
    return shape ? put_wkb(rows, shape, err) : MSC_OK;
}

static msc_status set_value(msc_layer_out *out, msc_rows *rows, const msc_layer_column *column, const msc_value *value, msc_error *err)
{
    const int index = column->index;
    const int is_text = column->type == MSC_FIELD_TEXT || column->type == MSC_FIELD_DATE;
    const char *text = is_text && value->is_set ? (const char *)rows->bytes[1] + value->integer : NULL, *encoded = NULL;
    int date[3];
    if (!value->is_set) {
        OGR_F_SetFieldNull(out->feature, index);
        return MSC_OK;
    }
    switch (column->type) {
    case MSC_FIELD_INT:
    case MSC_FIELD_INT64:
        MSC_TRY(msc_layer_check_integer(out, column, value->integer, err));
        OGR_F_SetFieldInteger64(out->feature, index, (GIntBig)value->integer);
        break;
    case MSC_FIELD_REAL:
        MSC_TRY(msc_layer_check_real(out, column, value->real, err));
        OGR_F_SetFieldDouble(out->feature, index, value->real);
        break;
    case MSC_FIELD_TEXT:
        MSC_TRY(msc_layer_text_encode(&rows->text, text, column->width, out->files.path, column->name, &encoded, err));
        OGR_F_SetFieldString(out->feature, index, encoded);
        break;
    case MSC_FIELD_DATE:
        MSC_TRY(msc_layer_check_date(out, column, text, date, err));
        OGR_F_SetFieldDateTime(out->feature, index, date[0], date[1], date[2], 0, 0, 0, 0);
        break;
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

static msc_status append_row(msc_layer_out *out, msc_rows *rows, size_t r, msc_error *err)
{
    const size_t start = r > 0 ? rows->row[r - 1].end[0] : 0, n = rows->row[r].end[0] - start;
    OGRGeometryH geometry = NULL;
    for (int i = 0; i < out->n_columns; i++)
        MSC_TRY(set_value(out, rows, &out->columns[i], &rows->value[r * (size_t)out->n_columns + (size_t)i], err));
    if (n > 0 && OGR_G_CreateFromWkb(rows->bytes[0] + start, NULL, &geometry, (int)n) != OGRERR_NONE)
        return msc_layer_out_failed(out, "geometry", err);
    OGR_F_SetFID(out->feature, OGRNullFID);
    OGR_F_SetGeometryDirectly(out->feature, geometry);
    if (OGR_L_CreateFeature(out->layer, out->feature) != OGRERR_NONE || out->trouble[0])
        return msc_layer_out_failed(out, "feature", err);
    if (++out->n_rows % BATCH_ROWS == 0 && out->in_transaction && !next_batch(out))
        return msc_layer_out_failed(out, "commit", err);
    return MSC_OK;
}

static msc_status append(msc_layer_out *out, msc_rows *rows, msc_error *err)
{
    msc_status status = MSC_OK;
    msc_layer_out_listen(out);
    for (size_t r = 0; r < rows->n && status == MSC_OK; r++) status = append_row(out, rows, r, err);
    msc_layer_out_unlisten();
    return status;
}

static msc_status open_rows(msc_layer_out *out, msc_error *err)
{
    (void)out;
    (void)err;
    return MSC_OK;
}

static msc_status finish(msc_layer_out *out, msc_error *err)
{
    return msc_layer_out_close(out) ? MSC_OK : msc_layer_out_failed(out, "cannot be closed", err);
}

const msc_row_format msc_rows_ogr = { open_rows, encode, append, finish };
