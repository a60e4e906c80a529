/* window.c - sums and extremes over square windows of valid pixels, kept from row to row. */
#include "ops/window.h"
#include <math.h>
#include <string.h>

static const size_t element_bytes[MSC_WINDOW_KINDS] = { sizeof(double), sizeof(double), sizeof(float), sizeof(float) };

static size_t columns_of(int32_t width_px, int32_t side_px) { return (size_t)width_px + (size_t)side_px - 1; }

void msc_window_work_lay(msc_window_work *work, int32_t width_px, int32_t side_px, msc_space *space)
{
    const size_t n = columns_of(width_px, side_px);
    work->add = msc_space_take(space, n * sizeof(float));
    work->drop = msc_space_take(space, n * sizeof(float));
    work->spare = msc_space_take(space, 2 * n * sizeof(double));
    for (int k = 0; k < MSC_WINDOW_KINDS; k++) work->total[k] = msc_space_take(space, n * element_bytes[k]);
}

void msc_window_count_lay(msc_window_count *count, const msc_window_rows *rows, int32_t side_px, int32_t width_px, msc_space *space)
{
    *count = (msc_window_count){ .rows = rows, .side_px = side_px, .width_px = width_px };
    count->column = msc_space_take(space, columns_of(width_px, side_px) * sizeof(double));
    count->n = msc_space_take(space, (size_t)width_px * sizeof(double));
    count->inv = msc_space_take(space, (size_t)width_px * sizeof(double));
}

void msc_window_lay(msc_window *window, const msc_window_rows *rows, int plane, int32_t side_px, int32_t width_px,
                    unsigned wanted, msc_space *space)
{
    *window = (msc_window){ .rows = rows, .plane = plane, .side_px = side_px, .width_px = width_px, .wanted = wanted };
    for (int k = 0; k < MSC_WINDOW_KINDS; k++) {
        if (!(wanted & 1u << k)) continue;
        const size_t bytes = columns_of(width_px, side_px) * element_bytes[k];
        window->column[k] = msc_space_take(space, bytes);
        window->below[k] = msc_space_take(space, bytes);
        window->above[k] = msc_space_take(space, bytes * (size_t)side_px);
    }
}

void msc_window_load(const msc_window_rows *rows, const msc_tile *tile, int plane, int32_t y, int32_t first, size_t n,
                     float other, float *out)
{
    const uint8_t *ok = msc_row_valid(tile, y) + first;
    switch (tile->plane[plane].type) {
    case MSC_U8: rows->from_u8(out, msc_row_u8(tile, plane, y) + first, ok, other, n); break;
    case MSC_U16: rows->from_u16(out, msc_row_u16(tile, plane, y) + first, ok, other, n); break;
    case MSC_F32: rows->from_f32(out, msc_row_f32(tile, plane, y) + first, ok, other, n); break;
    }
}

int msc_window_has_hole(const msc_tile *tile, int32_t y, int32_t first, size_t n)
{
    return memchr(msc_row_valid(tile, y) + first, 0, n) != NULL;
}

static void load_valid(const msc_window_count *c, const msc_tile *tile, int32_t y, float *out)
{
    const uint8_t *valid = msc_row_valid(tile, y) - c->side_px / 2;
    c->rows->from_u8(out, valid, valid, 0.0f, columns_of(c->width_px, c->side_px));
}

static int has_hole(const msc_window_count *c, const msc_tile *tile, int32_t y)
{
    return msc_window_has_hole(tile, y, -(c->side_px / 2), columns_of(c->width_px, c->side_px));
}

/* Columns change only where the row that comes or the row that goes has a hole. */
static void count_columns(msc_window_count *c, const msc_tile *tile, int32_t y, const msc_window_work *work)
{
    const int32_t r = c->side_px / 2;
    const size_t n = columns_of(c->width_px, c->side_px);
    if (c->is_begun && y == c->y + 1) {
        const int come = has_hole(c, tile, y + r), go = has_hole(c, tile, y - r - 1);
        c->n_holed_rows += come - go;
        if (!come && !go) return;
        load_valid(c, tile, y + r, work->add);
        load_valid(c, tile, y - r - 1, work->drop);
        c->rows->slide(c->column, work->add, work->drop, n);
        return;
    }
    c->n_holed_rows = 0;
    memset(c->column, 0, n * sizeof *c->column);
    for (int32_t v = y - r; v <= y + r; v++) {
        c->n_holed_rows += has_hole(c, tile, v);
        load_valid(c, tile, v, work->add);
        c->rows->stack(c->column, c->column, work->add, n);
    }
}

void msc_window_count_step(msc_window_count *c, const msc_tile *tile, int32_t y, const msc_window_work *work)
{
    const size_t w = (size_t)c->width_px, side = (size_t)c->side_px;
    count_columns(c, tile, y, work);
    if (c->n_holed_rows > 0) {
        c->rows->across(c->n, c->column, work->spare, w, side);
        c->rows->invert(c->inv, c->n, w);
        c->is_full = 0;
    } else if (!c->is_begun || !c->is_full) {
        for (size_t x = 0; x < w; x++) c->n[x] = (double)(side * side);
        c->rows->invert(c->inv, c->n, w);
        c->is_full = 1;
    }
    c->y = y;
    c->is_begun = 1;
}

/* The neutral element of each kind: what no valid pixel leaves. */
static const float neutral[MSC_WINDOW_KINDS] = { 0.0f, 0.0f, INFINITY, -INFINITY };

static void load(const msc_window *w, const msc_tile *tile, int32_t y, float other, float *out)
{
    msc_window_load(w->rows, tile, w->plane, y, -(w->side_px / 2), columns_of(w->width_px, w->side_px), other, out);
}

static void stack(const msc_window *w, int kind, void *out, const void *on, const float *row)
{
    const msc_window_rows *k = w->rows;
    void (*const stacks[MSC_WINDOW_KINDS])(void *, const void *, const float *, size_t) = { k->stack, k->stack_squares,
                                                                                          k->stack_low, k->stack_high };
    stacks[kind](out, on, row, columns_of(w->width_px, w->side_px));
}

static void clear(const msc_window *w, int kind, void *row)
{
    const size_t n = columns_of(w->width_px, w->side_px);
    float *to = row;
    if (element_bytes[kind] == sizeof(double)) memset(row, 0, n * sizeof(double));
    else for (size_t x = 0; x < n; x++) to[x] = neutral[kind];
}

/* Sums of integers: add the row below, drop the row above. */
static void slide_columns(msc_window *w, const msc_tile *tile, int32_t y, const msc_window_work *work)
{
    const int32_t r = w->side_px / 2;
    const size_t n = columns_of(w->width_px, w->side_px);
    if (w->is_begun && y == w->y + 1) {
        load(w, tile, y + r, 0.0f, work->add);
        load(w, tile, y - r - 1, 0.0f, work->drop);
        w->rows->slide(w->column[MSC_WINDOW_SUM], work->add, work->drop, n);
        if (w->column[MSC_WINDOW_SQUARES]) w->rows->slide_squares(w->column[MSC_WINDOW_SQUARES], work->add, work->drop, n);
        return;
    }
    for (int k = MSC_WINDOW_SUM; k <= MSC_WINDOW_SQUARES; k++)
        if (w->column[k]) clear(w, k, w->column[k]);
    for (int32_t v = y - r; v <= y + r; v++) {
        load(w, tile, v, 0.0f, work->add);
        for (int k = MSC_WINDOW_SUM; k <= MSC_WINDOW_SQUARES; k++)
            if (w->column[k]) stack(w, k, w->column[k], w->column[k], work->add);
    }
}

static void *stored(const msc_window *w, int kind, int32_t row)
{
    return (char *)w->above[kind] + (size_t)row * columns_of(w->width_px, w->side_px) * element_bytes[kind];
}

/* Stacks the window's rows anew: upwards from the end of the block that holds its first row, downwards from there. */
static void stack_anew(msc_window *w, int kind, const msc_tile *tile, int32_t y, int32_t phase, float *row)
{
    const int32_t r = w->side_px / 2, last = w->side_px - 1, first_y = y - r, shift = first_y - phase;
    clear(w, kind, stored(w, kind, last));
    for (int32_t i = last; i >= phase; i--) {
        load(w, tile, shift + i, neutral[kind], row);
        stack(w, kind, stored(w, kind, i), stored(w, kind, i < last ? i + 1 : last), row);
    }
    clear(w, kind, w->below[kind]);
    for (int32_t v = shift + w->side_px; v <= y + r; v++) {
        load(w, tile, v, neutral[kind], row);
        stack(w, kind, w->below[kind], w->below[kind], row);
    }
}

static void stack_columns(msc_window *w, int kind, const msc_tile *tile, int32_t y, const msc_window_work *work)
{
    const int32_t side = w->side_px, r = side / 2, top = tile->core.y + y - r;
    const int32_t phase = (top % side + side) % side;        /* of the window's first row in its block */
    if (!w->is_begun || y != w->y + 1 || phase == 0) {
        stack_anew(w, kind, tile, y, phase, work->add);
    } else {
        load(w, tile, y + r, neutral[kind], work->add);
        stack(w, kind, w->below[kind], w->below[kind], work->add);
    }
    if (element_bytes[kind] == sizeof(double))
        w->rows->join(w->column[kind], stored(w, kind, phase), w->below[kind], columns_of(w->width_px, side));
    else stack(w, kind, w->column[kind], stored(w, kind, phase), w->below[kind]);
}

void msc_window_step(msc_window *w, const msc_tile *tile, int32_t y, const msc_window_work *work)
{
    const msc_window_rows *rows = w->rows;
    const int is_integer = tile->plane[w->plane].type != MSC_F32;
    void (*const across[MSC_WINDOW_KINDS])(void *, const void *, void *, size_t, size_t) = { rows->across, rows->across,
                                                                                            rows->across_low, rows->across_high };
    if (is_integer && w->column[MSC_WINDOW_SUM]) slide_columns(w, tile, y, work);
    for (int k = 0; k < MSC_WINDOW_KINDS; k++) {
        if (!(w->wanted & 1u << k)) continue;
        if (!is_integer || k > MSC_WINDOW_SQUARES) stack_columns(w, k, tile, y, work);
        across[k](work->total[k], w->column[k], work->spare, (size_t)w->width_px, (size_t)w->side_px);
    }
    w->y = y;
    w->is_begun = 1;
}
