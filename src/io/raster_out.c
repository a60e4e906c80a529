/* raster_out.c - writes rasters in tile order, whole or not at all.
 *
 * Tiles that are whole blocks are compressed by the workers and appended by the sink. Other tile sizes are
 * gathered into rows of blocks by the sink itself; the file's bytes differ then, its pixels do not. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_out_file.h"
#include "base/mem.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { BLOCK_MAX_PX = 512, BLOCK_GATHERED_PX = 256, BLOCK_MIN_PX = 64 };

/* What a worker keeps of one output's tile. */
typedef struct slot {
    uint8_t *area;
    size_t area_bytes;
    int32_t n_x, n_y;
    msc_packed packed;
} slot;

/* The largest multiple of 16 that divides the tile, up to 512; 0 when only small ones do. */
static int32_t block_of_tile(int32_t tile_px)
{
    for (int32_t block = BLOCK_MAX_PX; block >= BLOCK_MIN_PX; block -= 16)
        if (tile_px % block == 0) return block;
    return 0;
}

static size_t area_px(const msc_raster_out *out, int32_t n_rows)
{
    return msc_mul_size((size_t)out->n_across * (size_t)out->block_px, (size_t)n_rows);
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

#define LAY(T)                                                                                               \
    for (int b = 0; b < bands; b++) {                                                                        \
        const T *from = (const T *)tile->plane[plane + b].data + (ptrdiff_t)y * tile->stride_px;             \
        T *to = (T *)at + b;                                                                                 \
        for (int32_t x = 0; x < tile->core.w; x++)                                                           \
            to[(size_t)x * (size_t)bands] = valid[x] ? from[x] : (T)out->fill;                               \
    }

/* Lays planes plane.. of a tile into interleaved pixels, the first of which is `area`. */
static void lay_tile(const msc_raster_out *out, const msc_tile *tile, int plane, uint8_t *area,
                     size_t stride_px)
{
    const int bands = out->n_bands;
    for (int32_t y = 0; y < tile->core.h; y++) {
        uint8_t *at = area + (size_t)y * stride_px * msc_out_pixel_bytes(out);
        const uint8_t *valid = msc_row_valid(tile, y);
        if (out->type == MSC_U8) {
            LAY(uint8_t)
        } else if (out->type == MSC_U16) {
            LAY(uint16_t)
        } else {
            LAY(float)
        }
    }
}

static int check_spec(const msc_raster_out_spec *spec)
{
    if (spec->n_bands < 1 || spec->n_bands > MSC_MAX_PLANES || spec->grid.width_px < 1 ||
        spec->grid.height_px < 1)
        return 0;
    if (!spec->has_nodata || spec->type == MSC_F32) return 1;
    return spec->nodata >= 0 && spec->nodata <= (spec->type == MSC_U8 ? 255 : 65535) &&
           spec->nodata == (int)spec->nodata;
}

static msc_status start(const msc_settings *settings, const msc_raster_out_spec *spec,
                        const msc_layout *layout, msc_raster_out *out, msc_error *err)
{
    if (strlen(spec->path) + 32 > MSC_PATH_MAX) return msc_fail(err, MSC_EVALUE, spec->path, "path too long");
    if (!check_spec(spec))
        return msc_fail(err, MSC_EVALUE, spec->path, "%d bands, nodata %g", spec->n_bands, spec->nodata);
    if (settings->format && strcasecmp(settings->format, "GTiff") != 0)
        return msc_fail(err, MSC_EVALUE, spec->path, "rasters are written as GTiff, not %s",
                        settings->format);
    memcpy(out->path, spec->path, strlen(spec->path) + 1);
    out->width_px = spec->grid.width_px;
    out->height_px = spec->grid.height_px;
    out->tile_px = layout->tile_px;
    out->block_px = block_of_tile(layout->tile_px);
    out->is_gathered = out->block_px == 0;
    if (out->is_gathered) out->block_px = BLOCK_GATHERED_PX;
    out->n_across = (out->width_px + out->block_px - 1) / out->block_px;
    out->n_down = (out->height_px + out->block_px - 1) / out->block_px;
    out->n_bands = spec->n_bands;
    out->type = spec->type;
    out->fill = spec->has_nodata ? spec->nodata : 0;
    out->has_overviews = spec->has_overviews;
    out->is_overwrite = settings->overwrite;
    MSC_TRY(msc_codec_from(settings, spec->path, &out->codec, err));
    MSC_TRY(msc_file_check_output(spec->path, settings->overwrite, err));
    MSC_TRY(msc_file_temp_name(spec->path, out->temp, err));
    if (out->is_gathered) {
        out->n_rows = layout->tile_px + out->block_px;
        out->rows = msc_alloc(area_px(out, out->n_rows), msc_out_pixel_bytes(out));
        if (!out->rows) return msc_fail(err, MSC_ENOMEM, out->path, "a row of blocks");
        fill_area(out, out->rows, area_px(out, out->n_rows));
    }
    out->is_open = 1;
    MSC_TRY(msc_out_create(spec, out, err));
    out->tiff = msc_tiff_on_file(out->temp, "r+", &out->io);
    return out->tiff ? MSC_OK : msc_out_fail(out, out->io.errnum, out->io.words, err);
}

msc_status msc_raster_out_open(const msc_settings *settings, const msc_raster_out_spec *spec,
                               const msc_layout *layout, msc_raster_out **out, msc_error *err)
{
    msc_raster_out *made = msc_alloc_zero(1, sizeof *made);
    if (!made) return msc_fail(err, MSC_ENOMEM, spec->path, "open");
    const msc_status status = start(settings, spec, layout, made, err);
    if (status != MSC_OK) msc_raster_out_abandon(&made);
    else *out = made;
    return status;
}

static msc_status prepare_one(const msc_raster_out *out, const msc_tile *tile, int plane, slot *s,
                              msc_error *err)
{
    s->n_x = (tile->core.w + out->block_px - 1) / out->block_px;
    s->n_y = (tile->core.h + out->block_px - 1) / out->block_px;
    const size_t stride = (size_t)s->n_x * (size_t)out->block_px,
                 n_px = stride * (size_t)s->n_y * (size_t)out->block_px;
    const size_t bytes = n_px * msc_out_pixel_bytes(out);
    if (bytes > s->area_bytes) {
        msc_release(s->area);
        s->area = msc_alloc(bytes, 1);
        s->area_bytes = s->area ? bytes : 0;
        if (!s->area) return msc_fail(err, MSC_ENOMEM, out->path, "tile of %zu bytes", bytes);
    }
    if (tile->core.w % out->block_px || tile->core.h % out->block_px) fill_area(out, s->area, n_px);
    lay_tile(out, tile, plane, s->area, stride);
    return msc_blocks_pack(out, s->area, stride, s->n_x, s->n_y, &s->packed, err);
}

static msc_status prepare(void *self, const msc_tile *tile, void *slots, msc_error *err)
{
    msc_raster_outs *outs = self;
    int plane = 0;
    for (int i = 0; i < outs->n; i++) {
        if (!outs->out[i]->is_gathered)
            MSC_TRY(prepare_one(outs->out[i], tile, plane, (slot *)slots + i, err));
        plane += outs->out[i]->n_bands;
    }
    return MSC_OK;
}

/* Writes the rows of blocks that are complete (all of them when the image ends) and moves the rest up. */
static msc_status flush_rows(msc_raster_out *out, int32_t ready_y, msc_error *err)
{
    const int is_last = ready_y >= out->height_px;
    const size_t row_bytes = area_px(out, out->block_px) * msc_out_pixel_bytes(out);
    while (out->rows_y + out->block_px <= ready_y || (is_last && out->rows_y < out->height_px)) {
        MSC_TRY(msc_blocks_pack(out, out->rows, (size_t)out->n_across * (size_t)out->block_px, out->n_across,
                                1, &out->packed, err));
        MSC_TRY(msc_blocks_write(out, 0, out->rows_y / out->block_px, out->n_across, 1, &out->packed, err));
        const size_t rest = area_px(out, out->n_rows - out->block_px) * msc_out_pixel_bytes(out);
        memmove(out->rows, out->rows + row_bytes, rest);
        fill_area(out, out->rows + rest, area_px(out, out->block_px));
        out->rows_y += out->block_px;
    }
    return MSC_OK;
}

static msc_status put_one(msc_raster_out *out, const msc_tile *tile, int plane, slot *s, msc_error *err)
{
    if (!out->is_gathered)
        return msc_blocks_write(out, tile->core.x / out->block_px, tile->core.y / out->block_px, s->n_x,
                                s->n_y, &s->packed, err);
    const size_t stride = (size_t)out->n_across * (size_t)out->block_px;
    const size_t at = (size_t)(tile->core.y - out->rows_y) * stride + (size_t)tile->core.x;
    lay_tile(out, tile, plane, out->rows + at * msc_out_pixel_bytes(out), stride);
    if (tile->core.x + tile->core.w < out->width_px) return MSC_OK;
    return flush_rows(out, tile->core.y + tile->core.h, err);
}

static msc_status put(void *self, const msc_tile *tile, void *slots, int64_t index, msc_error *err)
{
    msc_raster_outs *outs = self;
    int plane = 0;
    (void)index;
    for (int i = 0; i < outs->n; i++) {
        MSC_TRY(put_one(outs->out[i], tile, plane, (slot *)slots + i, err));
        plane += outs->out[i]->n_bands;
    }
    return MSC_OK;
}

static void slot_clear(void *self, void *slots)
{
    const msc_raster_outs *outs = self;
    for (int i = 0; i < outs->n; i++) {
        slot *s = (slot *)slots + i;
        msc_packed_clear(&s->packed);
        msc_release(s->area);
        memset(s, 0, sizeof *s);
    }
}

void msc_raster_outs_sink(msc_raster_outs *outs, msc_sink *sink)
{
    memset(sink, 0, sizeof *sink);
    sink->self = outs;
    sink->slot_bytes = (size_t)outs->n * sizeof(slot);
    sink->prepare = prepare;
    sink->put = put;
    sink->slot_clear = slot_clear;
}

static msc_status close_tiff(msc_raster_out *out, msc_error *err)
{
    const int is_bad = TIFFFlush(out->tiff) != 1;
    TIFFClose(out->tiff);
    out->tiff = NULL;
    return is_bad || out->io.errnum ? msc_out_fail(out, out->io.errnum, out->io.words, err) : MSC_OK;
}

/* The side file first: a reader that sees the new raster then sees its names too. */
static msc_status rename_all(const msc_raster_out *out, msc_error *err)
{
    char temp[MSC_PATH_MAX + 16], path[MSC_PATH_MAX + 16];
    snprintf(temp, sizeof temp, "%s.aux.xml", out->temp);
    snprintf(path, sizeof path, "%s.aux.xml", out->path);
    if (out->has_aux) MSC_TRY(msc_file_commit(temp, path, err));
    else if (out->is_overwrite) unlink(path);
    const msc_status status = msc_file_commit(out->temp, out->path, err);
    if (status != MSC_OK && out->has_aux) unlink(path);
    snprintf(path, sizeof path, "%s.ovr", out->path);
    if (status == MSC_OK && out->is_overwrite) unlink(path);
    return status;
}

msc_status msc_raster_out_commit(msc_raster_out **out, msc_error *err)
{
    msc_raster_out *o = *out;
    msc_status status = close_tiff(o, err);
    if (status == MSC_OK) status = msc_out_overviews(o, err);
    if (status == MSC_OK) status = msc_out_check(o, err);
    if (status == MSC_OK) status = rename_all(o, err);
    msc_raster_out_abandon(out);
    return status;
}

void msc_raster_out_abandon(msc_raster_out **out)
{
    if (!out || !*out) return;
    msc_raster_out *o = *out;
    char aux[MSC_PATH_MAX + 16];
    if (o->tiff) TIFFCleanup(o->tiff);
    if (o->tiff && o->io.fd >= 0) close(o->io.fd);
    if (o->is_open) {
        snprintf(aux, sizeof aux, "%s.aux.xml", o->temp);
        unlink(o->temp);
        unlink(aux);
    }
    msc_packed_clear(&o->packed);
    msc_release(o->rows);
    msc_release(o);
    *out = NULL;
}
