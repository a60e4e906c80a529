/* raster_mosaic.c - a window of a mosaic from the blocks of its files, past GDAL's VRT: piece after piece, the last on top. */
#include "io/raster_file.h"
#include "base/mem.h"
#include <string.h>

void msc_mosaic_free(msc_mosaic **mosaic)
{
    if (!mosaic || !*mosaic) return;
    for (int i = 0; (*mosaic)->file && i < (*mosaic)->n_files; i++) msc_release((*mosaic)->file[i].path);
    msc_release((*mosaic)->file);
    msc_release((*mosaic)->piece);
    msc_release(*mosaic);
    *mosaic = NULL;
}

void msc_mosaic_close(msc_mosaic_in *pieces)
{
    for (int i = 0; i < MSC_PIECES_OPEN; i++) msc_tiff_close(&pieces->tiff[i]);
    msc_release(pieces->under);
    memset(pieces, 0, sizeof *pieces);
}

/* The open file; the one that was opened first makes room. */
static msc_status open_file(const msc_file *file, int index, msc_handle *handle, msc_tiff_in **tiff, msc_error *err)
{
    msc_mosaic_in *in = &handle->pieces;
    for (int i = 0; i < MSC_PIECES_OPEN; i++)
        if (in->tiff[i] && in->file[i] == index) {
            *tiff = in->tiff[i];
            return MSC_OK;
        }
    const int slot = in->next;
    const msc_mosaic_file *source = &file->mosaic->file[index];
    msc_tiff_close(&in->tiff[slot]);
    MSC_TRY(msc_tiff_open(source->path, &source->tiff, file->cache, &handle->traffic, &in->tiff[slot], err));
    in->file[slot] = index;
    in->next = (slot + 1) % MSC_PIECES_OPEN;
    *tiff = in->tiff[slot];
    return MSC_OK;
}

static void *pixel_at(const msc_window *w, int band, int32_t x, int32_t y)
{
    const size_t at = (size_t)band * w->plane_px + (size_t)(y - w->rect.y) * w->stride_px + (size_t)(x - w->rect.x);
    return (char *)w->data + at * msc_type_bytes(w->type);
}

static void fill_row(void *row, msc_type type, double value, size_t n)
{
    if (type == MSC_U8) memset(row, (uint8_t)value, n);
    else if (type == MSC_U16)
        for (size_t i = 0; i < n; i++) ((uint16_t *)row)[i] = (uint16_t)value;
    else
        for (size_t i = 0; i < n; i++) ((float *)row)[i] = (float)value;
}

static void fill(const msc_window *w, double value)
{
    for (int b = 0; b < w->n_bands; b++)
        for (int32_t y = w->rect.y; y < w->rect.y + w->rect.h; y++)
            fill_row(pixel_at(w, b, w->rect.x, y), w->type, value, (size_t)w->rect.w);
}

#define LAY(TYPE)                                                                                                  \
    do {                                                                                                           \
        const TYPE *from_ = from, gap_ = (TYPE)gap;                                                                \
        TYPE *to_ = to;                                                                                            \
        for (size_t i_ = 0; i_ < n; i_++) to_[i_] = from_[i_] == gap_ ? to_[i_] : from_[i_];                       \
    } while (0)

/* Lays what is not the gap; the gap is a whole number that the type holds. */
static void lay_row(void *restrict to, const void *restrict from, msc_type type, double gap, size_t n)
{
    if (type == MSC_U8) LAY(uint8_t);
    else if (type == MSC_U16) LAY(uint16_t);
    else LAY(float);
}

/* Room for a piece's pixels beside the window; ENOMEM. */
static msc_status under_init(msc_mosaic_in *in, msc_window *part, const char *path, msc_error *err)
{
    msc_window_pack(part);
    const size_t bytes = msc_mul_size(part->plane_px * (size_t)part->n_bands, msc_type_bytes(part->type));
    if (bytes > in->under_bytes) {
        msc_release(in->under);
        in->under = msc_alloc(bytes, 1);
        in->under_bytes = in->under ? bytes : 0;
    }
    part->data = in->under;
    return in->under ? MSC_OK : msc_fail(err, MSC_ENOMEM, path, "%d x %d px", (int)part->rect.w, (int)part->rect.h);
}

/* Reads `on`, a part of the window that the piece covers. */
static msc_status read_piece(const msc_file *file, int index, msc_handle *handle, msc_rect on, msc_window *window, msc_error *err)
{
    const msc_piece *piece = &file->mosaic->piece[index];
    msc_tiff_in *tiff = NULL;
    msc_window part = *window;
    part.rect = on;
    part.hint.piece = (uint32_t)index;
    part.hint.origin_x += piece->shift_x;
    part.hint.origin_y += piece->shift_y;
    if (piece->has_gap) MSC_TRY(under_init(&handle->pieces, &part, file->path, err));
    else part.data = pixel_at(window, 0, on.x, on.y);
    part.rect.x += piece->shift_x;
    part.rect.y += piece->shift_y;
    MSC_TRY(open_file(file, piece->file, handle, &tiff, err));
    MSC_TRY(msc_tiff_read(tiff, piece->band, &part, err));
    if (!piece->has_gap) return MSC_OK;
    for (int b = 0; b < part.n_bands; b++)
        for (int32_t y = 0; y < on.h; y++)
            lay_row(pixel_at(window, b, on.x, on.y + y), pixel_at(&part, b, part.rect.x, part.rect.y + y), part.type, piece->gap,
                    (size_t)on.w);
    return MSC_OK;
}

/* A piece with gaps is read a row of its blocks at a time, so that the room beside the window stays small. */
static msc_status read_gaps(const msc_file *file, int index, msc_handle *handle, msc_rect on, msc_window *window, msc_error *err)
{
    const msc_piece *piece = &file->mosaic->piece[index];
    const int32_t block_h = (int32_t)file->mosaic->file[piece->file].tiff.block_h, end = on.y + on.h;
    for (msc_rect part = on; part.y < end; part.y += part.h) {
        part.h = block_h - (part.y + piece->shift_y) % block_h;
        if (part.h > end - part.y) part.h = end - part.y;
        MSC_TRY(read_piece(file, index, handle, part, window, err));
    }
    return MSC_OK;
}

msc_status msc_mosaic_read(const msc_file *file, msc_handle *handle, msc_window *window, msc_error *err)
{
    const msc_mosaic *mosaic = file->mosaic;
    const msc_rect all = window->rect;
    /* What lies under a piece that covers all of the window need not be read. */
    int first = mosaic->n - 1;
    for (; first >= 0; first--) {
        const msc_rect on = msc_rect_and(mosaic->piece[first].on, all);
        if (!mosaic->piece[first].has_gap && on.w == all.w && on.h == all.h) break;
    }
    if (first < 0) fill(window, mosaic->fill);
    for (int i = first < 0 ? 0 : first; i < mosaic->n; i++) {
        const msc_rect on = msc_rect_and(mosaic->piece[i].on, all);
        if (on.w > 0 && on.h > 0)
            MSC_TRY((mosaic->piece[i].has_gap ? read_gaps : read_piece)(file, i, handle, on, window, err));
    }
    return MSC_OK;
}
