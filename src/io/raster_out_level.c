/* raster_out_level.c - the image and its overviews: laid out for a tile size, filled tile by tile.
 *
 *      tile 1024 px   step 1: 2 x 2 blocks of 512     step 2: 2 x 2 blocks of 256     step 4: 1 block      by the workers
 *                     step 8, 16, ...: less than a block a tile; the sink gathers rows of blocks
 *
 * Where tiles are no whole blocks at any level the sink gathers all; the file's bytes differ then, its pixels do not. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_out_file.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include <string.h>
#include <unistd.h>

enum { BLOCK_MAX_PX = 512, BLOCK_GATHERED_PX = 256, BLOCK_MIN_PX = 64, SMALLEST_SIDE_PX = 256 };

/* The largest multiple of 16 that divides the tile, up to `most_px`; 0 when only small ones do. */
static int32_t block_of_tile(int32_t tile_px, int32_t most_px)
{
    for (int32_t block = most_px; block >= BLOCK_MIN_PX; block -= 16)
        if (tile_px % block == 0) return block;
    return 0;
}

static size_t area_px(const msc_out_level *l, int32_t n_rows)
{
    return msc_mul_size((size_t)l->n_across * (size_t)l->block_px, (size_t)n_rows);
}

static void fill_area(const msc_raster_out *out, uint8_t *area, size_t n_px)
{
    const size_t n = n_px * (size_t)out->n_bands;
    if (out->type == MSC_U8) memset(area, (int)out->fill, n);
    else if (out->type == MSC_U16)
        for (size_t i = 0; i < n; i++) ((uint16_t *)area)[i] = (uint16_t)out->fill;
    else
        for (size_t i = 0; i < n; i++) ((float *)area)[i] = (float)out->fill;
}

static msc_status add_level(msc_raster_out *out, const msc_grid *grid, int32_t step, int32_t block_px, msc_error *err)
{
    msc_out_level *l = &out->level[out->n_levels];
    l->step = step;
    l->width_px = (grid->width_px - 1) / step + 1;
    l->height_px = (grid->height_px - 1) / step + 1;
    l->is_gathered = out->n_levels >= MSC_OUT_SHARED || block_px == 0 || out->tile_px % (step * block_px) != 0;
    l->block_px = block_px ? block_px : BLOCK_GATHERED_PX;
    l->n_across = (l->width_px - 1) / l->block_px + 1;
    l->n_down = (l->height_px - 1) / l->block_px + 1;
    l->predictor = out->codec.predictor;
    l->hash = msc_alloc_zero((size_t)l->n_across * (size_t)l->n_down, sizeof *l->hash);
    l->io.fd = -1;
    out->n_levels++;
    if (l->is_gathered) {
        l->n_rows = (out->tile_px - 1) / step + 1 + l->block_px;
        l->rows = msc_alloc(area_px(l, l->n_rows), msc_out_pixel_bytes(out));
        l->block = msc_alloc((size_t)l->block_px * (size_t)l->block_px, msc_out_pixel_bytes(out));
        if (l->rows) fill_area(out, l->rows, area_px(l, l->n_rows));
    } else {
        out->n_shared = out->n_levels;
    }
    return l->hash && ((l->rows && l->block) || !l->is_gathered) ? MSC_OK : msc_fail(err, MSC_ENOMEM, out->path, "a row of blocks");
}

/* One block of the image is the largest that a worker packs. */
static msc_status make_rooms(msc_raster_out *out, int n_workers, msc_error *err)
{
    const size_t side = (size_t)out->level[0].block_px;
    out->block = msc_alloc_zero((size_t)n_workers, sizeof *out->block);
    for (; out->block && out->n_workers < n_workers; out->n_workers++)
        if (!(out->block[out->n_workers] = msc_alloc(side * side, msc_out_pixel_bytes(out)))) break;
    return out->n_workers == n_workers ? MSC_OK : msc_fail(err, MSC_ENOMEM, out->path, "%d blocks", n_workers);
}

msc_status msc_out_levels_plan(msc_raster_out *out, const msc_raster_out_spec *spec, const msc_layout *layout, msc_error *err)
{
    const msc_grid *grid = &spec->grid;
    const int32_t tile_px = layout->tile_px;
    const int32_t side = grid->width_px > grid->height_px ? grid->width_px : grid->height_px;
    const int32_t block_px = tile_px % 512 == 0 ? 256 : 128;
    out->tile_px = tile_px;
    MSC_TRY(add_level(out, grid, 1, block_of_tile(tile_px, spec->block_px ? spec->block_px : BLOCK_MAX_PX), err));
    const int is_wanted = spec->has_overviews && out->codec.has_overviews;
    for (int32_t step = 2; is_wanted && out->n_levels < MSC_OUT_LEVELS && side / (step / 2) >= SMALLEST_SIDE_PX; step *= 2)
        MSC_TRY(add_level(out, grid, step, block_px, err));
    return out->n_shared > 0 && out->codec.compression != COMPRESSION_NONE ? make_rooms(out, layout->n_threads, err) : MSC_OK;
}

/* Directory k of the file is level k: GDAL makes overviews in the order in which they are named. */
msc_status msc_out_levels_open(msc_raster_out *out, msc_error *err)
{
    for (int k = 0; k < out->n_levels; k++) {
        msc_out_level *l = &out->level[k];
        uint32_t width = 0, height = 0, block = 0;
        uint16_t predictor = PREDICTOR_NONE;
        l->tiff = msc_tiff_on_file(out->temp, "r+", &l->io);
        if (!l->tiff) return msc_out_fail(out, l->io.errnum, l->io.words, err);
        const int is_there = k == 0 || TIFFSetDirectory(l->tiff, (tdir_t)k) == 1;
        TIFFGetField(l->tiff, TIFFTAG_IMAGEWIDTH, &width);
        TIFFGetField(l->tiff, TIFFTAG_IMAGELENGTH, &height);
        TIFFGetField(l->tiff, TIFFTAG_TILEWIDTH, &block);
        if (!is_there || width != (uint32_t)l->width_px || height != (uint32_t)l->height_px || block != (uint32_t)l->block_px)
            return msc_fail(err, MSC_EWRITE, out->path, "level %d is %u x %u px in blocks of %u", k, (unsigned)width,
                            (unsigned)height, (unsigned)block);
        if (out->codec.predictor > 1 && TIFFGetField(l->tiff, TIFFTAG_PREDICTOR, &predictor)) l->predictor = predictor;
    }
    return MSC_OK;
}

msc_status msc_out_levels_close(msc_raster_out *out, msc_error *err)
{
    msc_status status = MSC_OK;
    for (int k = 0; k < out->n_levels; k++) {
        msc_out_level *l = &out->level[k];
        const int is_bad = TIFFFlush(l->tiff) != 1;
        TIFFClose(l->tiff);
        l->tiff = NULL;
        if (status == MSC_OK && (is_bad || l->io.errnum)) status = msc_out_fail(out, l->io.errnum, l->io.words, err);
    }
    return status;
}

void msc_out_levels_clear(msc_raster_out *out)
{
    for (int k = 0; k < out->n_levels; k++) {
        msc_out_level *l = &out->level[k];
        if (l->tiff) TIFFCleanup(l->tiff);
        if (l->tiff && l->io.fd >= 0) close(l->io.fd);
        msc_packed_clear(&l->packed);
        msc_release(l->rows);
        msc_release(l->block);
        msc_release(l->hash);
        memset(l, 0, sizeof *l);
    }
    for (int i = 0; i < out->n_workers; i++) msc_release(out->block[i]);
    msc_release(out->block);
    out->block = NULL;
    out->n_workers = 0;
}

/* ---- from tiles ---- */

/* Where the level's pixels of a tile lie: the first column and row (relative to the tile), how many, and their place. */
typedef struct sampling { int32_t x0, y0, w, h, x, y; } sampling;

static sampling sample(const msc_out_level *l, const msc_rect *core)
{
    const sampling s = { .x0 = (l->step - core->x % l->step) % l->step, .y0 = (l->step - core->y % l->step) % l->step,
                         .x = (core->x + l->step - 1) / l->step, .y = (core->y + l->step - 1) / l->step,
                         .w = (core->x + core->w - 1) / l->step + 1 - (core->x + l->step - 1) / l->step,
                         .h = (core->y + core->h - 1) / l->step + 1 - (core->y + l->step - 1) / l->step };
    return s;
}

/* What a level takes of a tile. */
typedef struct piece {
    const msc_raster_out *out;
    const msc_out_level *level;
    const msc_tile *tile;
    int plane; /* the first of the output's */
    sampling s;
} piece;

#define LAY(T)                                                                                               \
    for (int b = 0; b < bands; b++) {                                                                        \
        const T *restrict from = (const T *)tile->plane[plane + b].data + (ptrdiff_t)y * tile->stride_px + s.x0; \
        T *restrict to = (T *)(void *)at + b;                                                                \
        const T fill = (T)out->fill;                                                                         \
        for (size_t x = 0; x < (size_t)s.w; x++)                                                             \
            to[x * (size_t)bands] = valid[x * step] ? from[x * step] : fill;                                 \
    }

/* One row of one byte plane, in part observed: picked like one that is whole, then filled where nothing was seen. */
static void lay_bytes(const msc_rows *rows, uint8_t *restrict to, const uint8_t *from, const uint8_t *valid, size_t step, uint8_t fill,
                      size_t n)
{
    enum { PART_PX = 1024 };
    uint8_t seen[PART_PX];
    for (size_t at = 0; at < n; at += PART_PX) {
        const size_t part = n - at < PART_PX ? n - at : PART_PX;
        rows->pick_u8(seen, valid + at * step, step, part);
        rows->pick_u8(to + at, from + at * step, step, part);
        for (size_t x = 0; x < part; x++) to[at + x] = seen[x] ? to[at + x] : fill;
    }
}

/* One row of many float planes, all observed, a pixel's four at a time. */
static void lay_fours(const piece *part, const sampling *s, int32_t y, float *at)
{
    const msc_tile *tile = part->tile;
    const int plane = part->plane, bands = part->out->n_bands;
    for (int b = 0; b < bands; b += 4) {
        const float *restrict p = msc_row_f32(tile, plane + b, y) + s->x0, *restrict q = msc_row_f32(tile, plane + b + 1, y) + s->x0;
        const float *restrict r = msc_row_f32(tile, plane + b + 2, y) + s->x0, *restrict t = msc_row_f32(tile, plane + b + 3, y) + s->x0;
        float *restrict to = at + b;
        for (int32_t x = 0; x < s->w; x++, to += bands) {
            to[0] = p[x];
            to[1] = q[x];
            to[2] = r[x];
            to[3] = t[x];
        }
    }
}

/* Lays what `s` says of a piece into interleaved pixels, `stride_px` a row, the first of which is `area`. */
static void lay_piece(const piece *part, const sampling s, uint8_t *area, size_t stride_px)
{
    const msc_raster_out *out = part->out;
    const msc_tile *tile = part->tile;
    const int bands = out->n_bands, plane = part->plane;
    const size_t step = (size_t)part->level->step;
    const msc_rows *rows = msc_kernels_select()->rows;
    if (s.w <= 0) return;
    for (int32_t i = 0, y = s.y0; i < s.h; i++, y += part->level->step) {
        uint8_t *at = area + (size_t)i * stride_px * msc_out_pixel_bytes(out);
        const uint8_t *valid = msc_row_valid(tile, y) + s.x0;
        const int is_seen = out->is_everywhere || memchr(valid, 0, (size_t)(s.w - 1) * step + 1) == NULL, is_whole = bands == 1 && is_seen;
        if (is_whole && out->type == MSC_U8) {
            rows->pick_u8(at, msc_row_u8(tile, plane, y) + s.x0, step, (size_t)s.w);
        } else if (is_whole && out->type == MSC_U16) {
            rows->pick_u16((uint16_t *)(void *)at, msc_row_u16(tile, plane, y) + s.x0, step, (size_t)s.w);
        } else if (is_seen && out->type == MSC_F32 && bands % 4 == 0 && step == 1) {
            lay_fours(part, &s, y, (float *)(void *)at);
        } else if (out->type == MSC_U8 && bands == 1) {
            lay_bytes(rows, at, msc_row_u8(tile, plane, y) + s.x0, valid, step, (uint8_t)out->fill, (size_t)s.w);
        } else if (out->type == MSC_U8) {
            LAY(uint8_t)
        } else if (out->type == MSC_U16) {
            LAY(uint16_t)
        } else {
            LAY(float)
        }
    }
}

static void lay_block_of_tile(const void *self, size_t x, size_t y, uint8_t *block)
{
    const piece *part = self;
    const int32_t side = part->level->block_px, step = part->level->step, left = part->s.w - (int32_t)x, below = part->s.h - (int32_t)y;
    const sampling s = { .x0 = part->s.x0 + (int32_t)x * step, .y0 = part->s.y0 + (int32_t)y * step, .w = left < side ? left : side,
                         .h = below < side ? below : side };
    if (s.w < side || s.h < side) fill_area(part->out, block, (size_t)side * (size_t)side);
    lay_piece(part, s, block, (size_t)side);
}

/* A tile that is no whole blocks waits as pixels until it is its turn. */
static msc_status keep_pixels(const piece *from, msc_out_part *part, msc_error *err)
{
    const size_t n = (size_t)from->s.w * (size_t)from->s.h, bytes = n * msc_out_pixel_bytes(from->out);
    if (bytes > part->pixel_bytes) {
        msc_release(part->pixels);
        part->pixels = msc_alloc(bytes, 1);
        part->pixel_bytes = part->pixels ? bytes : 0;
        if (!part->pixels) return msc_fail(err, MSC_ENOMEM, from->out->path, "tile of %zu bytes", bytes);
    }
    if (n) lay_piece(from, from->s, part->pixels, (size_t)from->s.w);
    return MSC_OK;
}

msc_status msc_out_part_make(const msc_raster_out *out, const msc_out_level *l, const msc_tile *tile, int plane,
                             msc_out_part *part, msc_error *err)
{
    const piece from = { out, l, tile, plane, sample(l, &tile->core) };
    if (l->is_gathered) return keep_pixels(&from, part, err);
    part->n_x = (from.s.w + l->block_px - 1) / l->block_px;
    part->n_y = (from.s.h + l->block_px - 1) / l->block_px;
    const msc_blocks blocks = { lay_block_of_tile, &from, part->n_x, part->n_y, out->block ? out->block[tile->worker] : NULL };
    return msc_blocks_pack(out, l, &blocks, &part->packed, err);
}

void msc_out_part_clear(msc_out_part *part)
{
    msc_packed_clear(&part->packed);
    msc_release(part->pixels);
    memset(part, 0, sizeof *part);
}

/* The first row of blocks of a gathered level. */
typedef struct full_row { const msc_out_level *level; size_t pixel, stride_px; } full_row;

static void lay_block_of_row(const void *self, size_t x, size_t y, uint8_t *block)
{
    const full_row *row = self;
    const size_t side = (size_t)row->level->block_px;
    for (size_t v = 0; v < side; v++)
        memcpy(block + v * side * row->pixel, row->level->rows + ((y + v) * row->stride_px + x) * row->pixel, side * row->pixel);
}

/* Writes the rows of blocks that are complete (all of them when the image ends) and moves the rest up. */
static msc_status flush_rows(msc_raster_out *out, msc_out_level *l, int32_t ready_y, msc_error *err)
{
    const int is_last = ready_y >= l->height_px;
    const size_t row_bytes = area_px(l, l->block_px) * msc_out_pixel_bytes(out);
    const full_row row = { l, msc_out_pixel_bytes(out), (size_t)l->n_across * (size_t)l->block_px };
    const msc_blocks blocks = { lay_block_of_row, &row, l->n_across, 1, l->block };
    while (l->rows_y + l->block_px <= ready_y || (is_last && l->rows_y < l->height_px)) {
        MSC_TRY(msc_blocks_pack(out, l, &blocks, &l->packed, err));
        MSC_TRY(msc_blocks_write(out, l, 0, l->rows_y / l->block_px, l->n_across, 1, &l->packed, err));
        const size_t rest = area_px(l, l->n_rows - l->block_px) * msc_out_pixel_bytes(out);
        memmove(l->rows, l->rows + row_bytes, rest);
        fill_area(out, l->rows + rest, area_px(l, l->block_px));
        l->rows_y += l->block_px;
    }
    return MSC_OK;
}

msc_status msc_out_part_put(msc_raster_out *out, msc_out_level *l, const msc_rect *core, const msc_out_part *part,
                            msc_error *err)
{
    const sampling s = sample(l, core);
    if (!l->is_gathered)
        return msc_blocks_write(out, l, s.x / l->block_px, s.y / l->block_px, part->n_x, part->n_y, &part->packed, err);
    const size_t stride = (size_t)l->n_across * (size_t)l->block_px, pixel = msc_out_pixel_bytes(out), w = (size_t)s.w * pixel;
    for (int32_t i = 0; w > 0 && i < s.h; i++)
        memcpy(l->rows + ((size_t)(s.y + i - l->rows_y) * stride + (size_t)s.x) * pixel, part->pixels + (size_t)i * w, w);
    return s.x + s.w < l->width_px ? MSC_OK : flush_rows(out, l, s.y + s.h, err);
}
