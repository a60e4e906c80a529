/* layer_fgb.c - FlatGeobuf rows as bytes (flatgeobuf.org, "Spec"; flatbuffers.dev, "Internals"). OGR makes the header,
 * with schema and coordinate system, for one made row; features are encoded beside each other and kept in a nameless
 * file in order of arrival until all boxes are known, then written behind the tree in its order. */
#define _GNU_SOURCE
#include "io/layer_fgb.h"
#include "base/mem.h"
#include "base/sort.h"
#include "stream/stream.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STORE, RESULT };
enum { MAGIC_BYTES = 8, GEOMETRY_POLYGON = 3, GEOMETRY_MULTIPOLYGON = 6, CHUNK_BYTES = 2 << 20, CHUNK_ITEMS = 8192 };
/* A run of the store that is read at once, and what may lie between two of its features. */
enum { RUN_BYTES = 1 << 16, GAP_BYTES = 1 << 10 };
/* Numbers of the header table's fields (header.fbs). */
enum { HEADER_ENVELOPE = 1, HEADER_COUNT = 8 };

static uint8_t *put_u16(uint8_t *to, uint32_t value)
{
    const uint16_t v = (uint16_t)value;
    memcpy(to, &v, 2);
    return to + 2;
}

static uint8_t *put_u32(uint8_t *to, size_t value)
{
    const uint32_t v = (uint32_t)value;
    memcpy(to, &v, 4);
    return to + 4;
}

static uint32_t get_u32(const uint8_t *at)
{
    uint32_t v;
    memcpy(&v, at, 4);
    return v;
}

static uint32_t get_u16(const uint8_t *at)
{
    uint16_t v;
    memcpy(&v, at, 2);
    return v;
}

/* A table: what its vtable says of n fields (0: left out), then the distance back to it; fields follow. Places are
 * counted from the table. */
static uint8_t *put_table(uint8_t *to, int n, const uint8_t *field, uint32_t size)
{
    const size_t vtable = 4 + 2 * (size_t)n, padded = (vtable + 3) / 4 * 4;
    memset(to, 0, padded);
    uint8_t *at = put_u16(put_u16(to, (uint32_t)vtable), size);
    for (int f = 0; f < n; f++) at = put_u16(at, field[f]);
    return put_u32(to + padded, padded);
}

/* Doubles stand at multiples of 8 from the start of the feature with its length. */
static uint8_t *pad_for_doubles(uint8_t *to, const uint8_t *feature)
{
    while ((to - feature + 4) % 8 != 0) *to++ = 0;       /* their number comes first */
    return to;
}

/* One polygon, rings first..last-1, as a table { ends, xy, type }: no ends for a single ring, a type only for a part. */
static uint8_t *put_polygon(uint8_t *to, const uint8_t *feature, const msc_shape *shape, size_t first, size_t last,
                            int is_part, uint8_t **table)
{
    static const uint8_t places[2][2][7] = { { { 4, 8 }, { 0, 4 } }, { { 4, 8, 0, 0, 0, 0, 12 }, { 0, 4, 0, 0, 0, 0, 8 } } };
    const size_t start = shape->ring_start[first], n_points = shape->ring_start[last] - start;
    const int is_one = last - first == 1;
    const uint32_t size = 4 + 4 * (uint32_t)!is_one + 4 + 4 * (uint32_t)is_part;
    uint8_t *at = put_table(to, is_part ? 7 : 2, places[is_part][is_one], size), *xy = at + (is_one ? 0 : 4);
    *table = at - 4;
    to = *table + size;
    if (is_part) put_u32(xy + 4, GEOMETRY_POLYGON);
    if (!is_one) {
        put_u32(at, (size_t)(to - at));
        to = put_u32(to, last - first);
        for (size_t r = first; r < last; r++) to = put_u32(to, shape->ring_start[r + 1] - start);
    }
    to = pad_for_doubles(to, feature);
    put_u32(xy, (size_t)(to - xy));
    to = put_u32(to, 2 * n_points);
    memcpy(to, shape->xy + 2 * start, 16 * n_points);
    return to + 16 * n_points;
}

static uint8_t *put_geometry(uint8_t *to, const uint8_t *feature, const msc_shape *shape, int is_multi, size_t n_parts,
                             uint8_t **table)
{
    static const uint8_t places[] = { 0, 0, 0, 0, 0, 0, 8, 4 };     /* type and parts */
    if (!is_multi) return put_polygon(to, feature, shape, 0, shape->n_rings, 0, table);
    uint8_t *at = put_table(to, 8, places, 12);
    *table = at - 4;
    put_u32(put_u32(at, 8), GEOMETRY_MULTIPOLYGON);
    at = put_u32(at + 8, n_parts);
    to = at + 4 * n_parts;
    for (size_t r = 0, end; r < shape->n_rings; r = end, at += 4) {
        uint8_t *part = NULL;
        end = msc_shape_part_end(shape, r);
        to = put_polygon(to, feature, shape, r, end, 1, &part);
        put_u32(at, (size_t)(part - at));
    }
    return to;
}

/* A column's number and its value; nothing for one that is not set. */
static msc_status put_value(msc_rows *rows, int c, const msc_value *value, uint8_t **at, uint8_t *feature[], msc_error *err)
{
    const msc_layer_out *out = rows->layer;
    const msc_layer_column *column = &out->columns[c];
    const int32_t small = (int32_t)value->integer;
    const char *text = NULL;
    size_t n = 8;
    if (!value->is_set || (column->type == MSC_FIELD_TEXT && !value->text)) return MSC_OK;
    if (column->type == MSC_FIELD_INT || column->type == MSC_FIELD_INT64)
        MSC_TRY(msc_layer_check_integer(out, column, value->integer, err));
    if (column->type == MSC_FIELD_TEXT) {
        MSC_TRY(msc_layer_text_encode(&rows->text, value->text, column->width, out->files.path, column->name, &text, err));
        n = strlen(text);
    }
    const size_t used = (size_t)(*at - *feature);
    MSC_TRY(msc_rows_room(rows, 0, used + n + 6, feature, err));
    uint8_t *to = put_u16(*feature + used, (uint32_t)c);
    switch (column->type) {
    case MSC_FIELD_INT: memcpy(to, &small, n = 4); break;
    case MSC_FIELD_INT64: memcpy(to, &value->integer, 8); break;
    case MSC_FIELD_REAL: memcpy(to, &value->real, 8); break;
    default: memcpy(to = put_u32(to, n), text, n);
    }
    *at = to + n;
    return MSC_OK;
}

static msc_status encode(msc_rows *rows, const msc_shape *shape, const msc_value *values, msc_error *err)
{
    enum { VECTOR = 32, HEAD = VECTOR + 4 };             /* places of the attributes' length and of the first one */
    static const uint8_t fields[] = { 4, 8 };
    const msc_layer_out *out = rows->layer;
    size_t n_parts = 0;
    uint8_t *feature = NULL, *table = NULL;
    if (!shape) return msc_fail(err, MSC_EWRITE, out->files.path, "a row without geometry");
    for (size_t r = 0; r < shape->n_rings; r++) n_parts += shape->is_outer[r] != 0;
    if (n_parts > 1 && !out->is_multi) return msc_fail(err, MSC_EWRITE, out->files.path, "a polygon of %zu parts", n_parts);
    if (shape->ring_start[shape->n_rings] > INT32_MAX / 16)
        return msc_fail(err, MSC_EWRITE, out->files.path, "a polygon of %zu vertices", shape->ring_start[shape->n_rings]);
    MSC_TRY(msc_rows_room(rows, 0, HEAD, &feature, err));
    memset(feature, 0, HEAD);
    put_u32(feature + 4, 16);
    put_table(feature + 12, 2, fields, 12);
    put_u32(feature + 28, VECTOR - 28);
    uint8_t *to = feature + HEAD;
    for (int c = 0; c < out->n_columns; c++) MSC_TRY(put_value(rows, c, &values[c], &to, &feature, err));
    const size_t used = (size_t)(to - feature), most = used + 64 + 64 * n_parts + 4 * shape->n_rings + 16 * shape->ring_start[shape->n_rings];
    MSC_TRY(msc_rows_room(rows, 0, most, &feature, err));
    to = feature + used;
    put_u32(feature + VECTOR, used - HEAD);
    while ((to - feature) % 4 != 0) *to++ = 0;
    to = put_geometry(to, feature, shape, out->is_multi, n_parts, &table);
    put_u32(feature + 24, (size_t)(table - (feature + 24)));
    put_u32(feature, (size_t)(to - feature) - 4);
    assert((size_t)(to - feature) <= most);
    rows->n_bytes[0] += (size_t)(to - feature);
    msc_shape_box(shape, rows->row[rows->n].box);
    return MSC_OK;
}

static msc_status open_rows(msc_layer_out *out, msc_error *err)
{
    char name[MSC_PATH_MAX];
    if (snprintf(name, sizeof name, "%.*s.rows", MSC_PATH_MAX - 8, out->files.temp) < 0) return MSC_OK;
    return msc_layer_sink_open_nameless(&out->sink[STORE], name, out->files.path, err);
}

static msc_status append(msc_layer_out *out, msc_rows *rows, msc_error *err)
{
    const char *path = out->files.path;
    if (!msc_reserve((void **)&out->item, &out->item_cap, out->n_items + rows->n, sizeof *out->item))
        return msc_fail(err, MSC_ENOMEM, path, "%zu features", out->n_items + rows->n);
    for (size_t r = 0, at = 0; r < rows->n; at = rows->row[r++].end[0]) {
        msc_fgb_item *item = &out->item[out->n_items++];
        memcpy(item->box, rows->row[r].box, sizeof item->box);
        item->offset = (uint64_t)out->sink[STORE].n_bytes + at;
        item->n_bytes = rows->row[r].end[0] - at;
        msc_box_join(out->box, item->box);
    }
    out->n_rows += (int64_t)rows->n;
    return msc_layer_sink_add(&out->sink[STORE], rows->bytes[0], rows->n_bytes[0], path, err);
}

/* Place of a field of the table at `table`; 0 when it is left out. */
static size_t field_at(const uint8_t *bytes, size_t n, size_t table, uint32_t number)
{
    if (table + 4 > n) return 0;
    const int32_t back = (int32_t)get_u32(bytes + table);
    const int64_t vtable = (int64_t)table - back;
    if (vtable < 0 || (size_t)vtable + 4 > n) return 0;
    const uint32_t size = get_u16(bytes + vtable);
    if (size < 6 + 2 * number || (size_t)vtable + size > n) return 0;
    const uint32_t place = get_u16(bytes + vtable + 4 + 2 * number);
    return place == 0 || table + place + 8 > n ? 0 : table + place;
}

/* Writes OGR's header for one row with the count and the box of all rows. */
static msc_status put_header(msc_layer_out *out, msc_error *err)
{
    uint8_t head[MAGIC_BYTES + 4], *bytes = NULL;
    msc_layer_sink *to = &out->sink[RESULT];
    msc_status status = MSC_OK;
    const uint64_t count = (uint64_t)out->n_rows;
    MSC_TRY(msc_layer_sink_open(to, out->files.temp, out->files.path, err));
    const size_t n = pread(to->fd, head, sizeof head, 0) == sizeof head ? get_u32(head + MAGIC_BYTES) : 0;
    if (n < 8 || (int64_t)n > to->n_bytes) return msc_fail(err, MSC_EWRITE, out->files.path, "no header");
    bytes = msc_alloc(n, 1);
    if (!bytes) return msc_fail(err, MSC_ENOMEM, out->files.path, "%zu bytes of header", n);
    if (pread(to->fd, bytes, n, sizeof head) != (ssize_t)n) status = msc_fail(err, MSC_EWRITE, out->files.path, "no header");
    if (status == MSC_OK) {
        const size_t table = get_u32(bytes), counted = field_at(bytes, n, table, HEADER_COUNT);
        size_t box = field_at(bytes, n, table, HEADER_ENVELOPE);
        box += box ? get_u32(bytes + box) : 0;
        if (!counted || !box || box + 36 > n || get_u32(bytes + box) != 4)
            status = msc_fail(err, MSC_EWRITE, out->files.path, "a header without count or box");
        else {
            memcpy(bytes + counted, &count, 8);
            memcpy(bytes + box + 4, out->box, 32);
            status = msc_layer_sink_put(to, sizeof head, bytes, n, out->files.path, err);
            to->n_bytes = to->n_sent = (int64_t)(sizeof head + n);
        }
    }
    msc_release(bytes);
    return status;
}

/* The second pass: chunks of features from the store, read beside each other, written in order. Along the curve
 * neighbours come from all over the store: a chunk's features are read in the order of their places there, several at a
 * time (670,000 features: 0.4 s of system calls less). */
typedef struct chunk { uint8_t *bytes; size_t capacity, n; msc_keyed *place; size_t place_cap; uint64_t *to; size_t to_cap; uint8_t *run; } chunk;
typedef struct copying { msc_layer_out *out; size_t *first; size_t n_chunks, capacity; } copying;

/* Features of one run of the store: read together, then laid where they belong. */
static int read_run(const msc_layer_out *out, chunk *to, size_t first, const msc_keyed *place, size_t n)
{
    const msc_fgb_item *last = &out->item[first + place[n - 1].at];
    const size_t bytes = (size_t)(last->offset + last->n_bytes - place[0].key);
    uint8_t *const into = n == 1 ? to->bytes + to->to[place[0].at] : to->run;
    if (pread(out->sink[STORE].fd, into, bytes, (off_t)place[0].key) != (ssize_t)bytes) return 0;
    for (size_t i = 0; i < n && n > 1; i++)
        memcpy(to->bytes + to->to[place[i].at], to->run + (place[i].key - place[0].key), (size_t)out->item[first + place[i].at].n_bytes);
    return 1;
}

static msc_status fill_chunk(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const copying *k = self;
    const msc_layer_out *out = k->out;
    const size_t first = k->first[tile->core.x], n = k->first[tile->core.x + 1] - first;
    const msc_fgb_item *const item = out->item + first;
    chunk *to = slot;
    if (!to->run) to->run = msc_alloc(RUN_BYTES, 1);
    int is_ok = to->run && msc_reserve((void **)&to->place, &to->place_cap, n, sizeof *to->place)
        && msc_reserve((void **)&to->to, &to->to_cap, n, sizeof *to->to);
    to->n = 0;
    for (size_t i = 0; i < n && is_ok; i++) {
        to->place[i] = (msc_keyed){ item[i].offset, (uint32_t)i };
        to->to[i] = to->n;
        to->n += (size_t)item[i].n_bytes;
    }
    is_ok = is_ok && msc_reserve((void **)&to->bytes, &to->capacity, to->n, 1) && msc_sort_keys(to->place, n);
    if (!is_ok) return msc_fail(err, MSC_ENOMEM, out->files.path, "%zu bytes", to->n);
    for (size_t i = 0, end; i < n; i = end) {
        const uint64_t start = to->place[i].key;
        uint64_t stop = start + item[to->place[i].at].n_bytes;
        for (end = i + 1; end < n && to->place[end].key <= stop + GAP_BYTES; end++) {
            const uint64_t next = to->place[end].key + item[to->place[end].at].n_bytes;
            if (next - start > RUN_BYTES) break;
            stop = next;
        }
        if (!read_run(out, to, first, to->place + i, end - i)) return msc_fail(err, MSC_EWRITE, out->files.path, "features cannot be read back");
    }
    return MSC_OK;
}

static msc_status put_chunk(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    const copying *k = self;
    const chunk *from = slot;
    (void)tile;
    (void)index;
    return msc_layer_sink_add(&k->out->sink[RESULT], from->bytes, from->n, k->out->files.path, err);
}

static void clear_chunk(void *self, void *slot)
{
    chunk *c = slot;
    (void)self;
    msc_release(c->bytes);
    msc_release(c->place);
    msc_release(c->to);
    msc_release(c->run);
}

/* Cuts the items into chunks and copies them. */
static msc_status put_features(msc_layer_out *out, msc_error *err)
{
    copying k = { .out = out };
    uint64_t n_bytes = 0;
    msc_status status = MSC_OK;
    for (size_t i = 0, n = 0; i <= out->n_items && status == MSC_OK; i++, n++) {
        if (i > 0 && i < out->n_items && n < CHUNK_ITEMS && n_bytes < CHUNK_BYTES) {
            n_bytes += out->item[i].n_bytes;
            continue;
        }
        if (!msc_reserve((void **)&k.first, &k.capacity, k.n_chunks + 1, sizeof *k.first))
            status = msc_fail(err, MSC_ENOMEM, out->files.path, "%zu pieces", k.n_chunks);
        else k.first[k.n_chunks++] = i;
        n = 0;
        n_bytes = i < out->n_items ? out->item[i].n_bytes : 0;
    }
    const int32_t n = (int32_t)k.n_chunks - 1;
    const msc_source source = { .self = &k, .width_px = n, .height_px = 1 };
    const msc_sink sink = { .self = &k, .slot_bytes = sizeof(chunk), .prepare = fill_chunk, .put = put_chunk, .slot_clear = clear_chunk };
    const int n_threads = msc_settings_threads(&out->settings, NULL);
    const msc_layout layout = { .tile_px = 1, .n_across = n, .n_down = 1, .n_threads = n_threads, .n_slots = 2 * n_threads };
    if (status == MSC_OK) status = msc_stream_run(&out->settings, &layout, &source, NULL, 0, &sink, "index", err);
    msc_release(k.first);
    return status;
}

/* The one row for which OGR makes the header. */
static int add_made_row(msc_layer_out *out)
{
    OGRGeometryH geometry = NULL;
    char text[] = "POLYGON ((0 0,1 0,1 1,0 0))", many[] = "MULTIPOLYGON (((0 0,1 0,1 1,0 0)))", *wkt = out->is_multi ? many : text;
    msc_layer_out_listen(out);
    int is_good = OGR_G_CreateFromWkt(&wkt, NULL, &geometry) == OGRERR_NONE;
    if (is_good) {
        OGR_F_SetGeometryDirectly(out->feature, geometry);
        is_good = OGR_L_CreateFeature(out->layer, out->feature) == OGRERR_NONE;
    }
    msc_layer_out_unlisten();
    return is_good;
}

/* Giving up the store's pages takes about as long as the disk needs for the result's. */
static msc_status end_file(void *self, int i, msc_error *err)
{
    msc_layer_out *out = self;
    const char *path = out->files.path;
    return i == STORE ? msc_layer_sink_close(&out->sink[STORE], path, err) : msc_layer_sink_sync(&out->sink[RESULT], path, err);
}

static msc_status finish(msc_layer_out *out, msc_error *err)
{
    const char *path = out->files.path;
    if (out->n_rows > 0 && !add_made_row(out)) return msc_layer_out_failed(out, "a row for the header", err);
    if (!msc_layer_out_close(out)) return msc_layer_out_failed(out, "cannot be closed", err);
    if (out->n_rows == 0) return MSC_OK;
    MSC_TRY(put_header(out, err));
    MSC_TRY(msc_fgb_sort(&out->settings, &out->item, out->n_items, out->box, path, err));
    out->item_cap = out->n_items;
    MSC_TRY(msc_fgb_put_tree(out->item, out->n_items, &out->sink[RESULT], path, err));
    MSC_TRY(put_features(out, err));
    return msc_stream_each(&out->settings, 2, end_file, out, err);
}

const msc_row_format msc_rows_fgb = { open_rows, encode, append, finish };
