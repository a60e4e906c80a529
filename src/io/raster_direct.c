/* raster_direct.c - reads blocks of a tiled GeoTIFF with libtiff, past GDAL's cache and its lock. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_file.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <tiffvers.h>

/* Blocks above this size (a file of one huge tile) are left to GDAL, which can say what it does with memory.
 */
enum { BLOCK_BYTES_MAX = 64 * 1024 * 1024 };

struct msc_tiff_in {
    char *path;
    TIFF *tiff;
    msc_tiff_info info;
    tmsize_t block_bytes;
    const msc_rows *rows;
    int is_differenced; /* predictor 2 and, of floats, 3 are undone here, several times faster than by libtiff 4.5 */
    uint8_t *row;       /* of a block, for predictor 3 */
    msc_cache *cache;
    msc_traffic *traffic;
    void *own; /* a block, when the cache has no room */
    char words[MSC_SAY_MAX];
};

#if TIFFLIB_VERSION >= 20221213
static int hear_error(TIFF *tiff, void *self, const char *module, const char *format, va_list arguments)
{
    (void)tiff;
    (void)module;
    msc_tiff_in *in = self;
    if (in && !in->words[0]) vsnprintf(in->words, sizeof in->words, format, arguments);
    return 1;
}

static int hear_warning(TIFF *tiff, void *self, const char *module, const char *format, va_list arguments)
{
    (void)tiff;
    (void)self;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}

/* "m": no memory map, so that a file cut while it is read is an error and not a signal. */
static TIFF *open_quietly(const char *path, msc_tiff_in *in)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, hear_error, in);
    TIFFOpenOptionsSetWarningHandlerExtR(options, hear_warning, in);
    TIFF *tiff = TIFFOpenExt(path, "rm", options);
    TIFFOpenOptionsFree(options);
    return tiff;
}
#else
/* Older libtiff speaks through handlers that GDAL has set, and so through msc_say. */
static TIFF *open_quietly(const char *path, msc_tiff_in *in)
{
    (void)in;
    return TIFFOpen(path, "rm");
}
#endif

static int is_direct_kind(TIFF *tiff, msc_tiff_info *info)
{
    uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, compression = 1, planar = 1, photometric = 1,
             order = 1;
    uint32_t depth = 1;
    if (!TIFFIsTiled(tiff)) return 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_FILLORDER, &order);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_IMAGEDEPTH, &depth);
    TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &info->width) ||
        !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &info->height) ||
        !TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &info->block_w) ||
        !TIFFGetField(tiff, TIFFTAG_TILELENGTH, &info->block_h))
        return 0;
    if (compression != COMPRESSION_NONE && compression != COMPRESSION_LZW &&
        compression != COMPRESSION_ADOBE_DEFLATE && compression != COMPRESSION_DEFLATE &&
        compression != COMPRESSION_ZSTD)
        return 0;
    if (!TIFFIsCODECConfigured(compression) || photometric > PHOTOMETRIC_PALETTE ||
        order != FILLORDER_MSB2LSB || depth != 1)
        return 0;
    info->n_bands = samples;
    info->is_planar = planar == PLANARCONFIG_SEPARATE;
    info->is_int16 = bits == 16 && format == SAMPLEFORMAT_INT;
    if (bits == 8 && format == SAMPLEFORMAT_UINT) info->type = MSC_U8;
    else if (bits == 16 && format == SAMPLEFORMAT_UINT) info->type = MSC_U16;
    else if (info->is_int16 || (bits == 32 && format == SAMPLEFORMAT_IEEEFP)) info->type = MSC_F32;
    else return 0;
    const tmsize_t sample = info->is_int16 ? 2 : (tmsize_t)msc_type_bytes(info->type),
                   bytes = TIFFTileSize(tiff);
    info->block_bytes = (size_t)bytes;
    return bytes > 0 && bytes <= BLOCK_BYTES_MAX &&
           bytes ==
               sample * (tmsize_t)info->block_w * (tmsize_t)info->block_h * (info->is_planar ? 1 : samples);
}

int msc_tiff_probe(const char *path, msc_tiff_info *info)
{
    struct stat st;
    msc_tiff_in quiet = { 0 };
    memset(info, 0, sizeof *info);
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) return 0;
    TIFF *tiff = open_quietly(path, &quiet);
    if (!tiff) return 0;
    const int is_direct = is_direct_kind(tiff, info);
    TIFFClose(tiff);
    return is_direct;
}

/* Tells libtiff that nothing was differenced: whole numbers of 8 or 16 bits by predictor 2, or floats by 3. (A file of
 * the other byte order has its floats turned by libtiff, which must then know.) */
static msc_status take_over_predictor(msc_tiff_in *in, msc_error *err)
{
    uint16_t predictor = PREDICTOR_NONE;
    const int is_float = in->info.type == MSC_F32 && !in->info.is_int16;
    if (is_float && TIFFIsByteSwapped(in->tiff)) return MSC_OK;
    if (!TIFFGetField(in->tiff, TIFFTAG_PREDICTOR, &predictor) || predictor != (is_float ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL))
        return MSC_OK;
    if (is_float) {
        const size_t bytes = (size_t)in->block_bytes / in->info.block_h;
        in->row = msc_alloc(bytes, 1);
        if (!in->row) return msc_fail(err, MSC_ENOMEM, in->path, "row of %zu bytes", bytes);
    }
    in->is_differenced = TIFFSetField(in->tiff, TIFFTAG_PREDICTOR, PREDICTOR_NONE) == 1;
    return MSC_OK;
}

msc_status msc_tiff_open(const char *path, const msc_tiff_info *info, msc_cache *cache, msc_traffic *traffic,
                         msc_tiff_in **tiff, msc_error *err)
{
    msc_tiff_in *in = msc_alloc_zero(1, sizeof *in);
    if (!in) return msc_fail(err, MSC_ENOMEM, path, "open");
    in->info = *info;
    in->cache = cache;
    in->traffic = traffic;
    in->path = msc_copy_text(path);
    in->tiff = in->path ? open_quietly(path, in) : NULL;
    if (!in->tiff) {
        const msc_status status =
            msc_fail(err, MSC_EREAD, path, "%s", in->words[0] ? in->words : "cannot be opened again");
        msc_tiff_close(&in);
        return status;
    }
    in->block_bytes = TIFFTileSize(in->tiff);
    in->rows = msc_kernels_select()->rows;
    const msc_status status = take_over_predictor(in, err);
    if (status == MSC_OK) *tiff = in;
    else msc_tiff_close(&in);
    return status;
}

void msc_tiff_close(msc_tiff_in **tiff)
{
    if (!tiff || !*tiff) return;
    msc_tiff_in *in = *tiff;
    if (in->tiff) TIFFClose(in->tiff);
    msc_release(in->own);
    msc_release(in->row);
    msc_release(in->path);
    msc_release(in);
    *tiff = NULL;
}

/* A block that a sparse file leaves out holds the nodata value, as in GDAL. */
static void fill_empty(const msc_tiff_in *in, void *data)
{
    const size_t n = (size_t)in->block_bytes / (in->info.is_int16 ? 2 : msc_type_bytes(in->info.type));
    const double value = in->info.empty;
    for (size_t i = 0; i < n; i++) {
        if (in->info.is_int16) ((int16_t *)data)[i] = (int16_t)value;
        else if (in->info.type == MSC_U8) ((uint8_t *)data)[i] = (uint8_t)value;
        else if (in->info.type == MSC_U16) ((uint16_t *)data)[i] = (uint16_t)value;
        else ((float *)data)[i] = (float)value;
    }
}

/* A row of n floats by their bytes, the highest of all floats first, as differences (TIFF Technical Note 3). */
static void undo_floats(const msc_tiff_in *in, float *row, size_t step, size_t n)
{
    uint8_t *restrict const byte = in->row;
    memcpy(byte, row, 4 * n);
    in->rows->undo_u8(byte, step, 4 * n);
    for (size_t i = 0; i < n; i++) {
        const uint32_t word = (uint32_t)byte[i] << 24 | (uint32_t)byte[n + i] << 16 | (uint32_t)byte[2 * n + i] << 8 | byte[3 * n + i];
        memcpy(row + i, &word, sizeof word);
    }
}

static void undo_differences(const msc_tiff_in *in, void *data)
{
    const size_t step = in->info.is_planar ? 1 : in->info.n_bands, n = in->info.block_w * step;
    for (size_t y = 0; y < in->info.block_h; y++) {
        if (in->row) undo_floats(in, (float *)data + y * n, step, n);
        else if (in->info.type == MSC_U8) in->rows->undo_u8((uint8_t *)data + y * n, step, n);
        else in->rows->undo_u16((uint16_t *)data + y * n, step, n);
    }
}

static msc_status decode(msc_tiff_in *in, uint32_t index, void *data, msc_error *err)
{
    if (TIFFGetStrileByteCount(in->tiff, index) == 0 && TIFFGetStrileOffset(in->tiff, index) == 0) {
        fill_empty(in, data);
        return MSC_OK;
    }
    msc_say say;
    in->words[0] = 0;
    msc_say_begin(&say);
    const tmsize_t n = TIFFReadEncodedTile(in->tiff, index, data, in->block_bytes);
    msc_say_end();
    if (n == in->block_bytes && !in->words[0]) {
        in->traffic->read_bytes += (int64_t)TIFFGetStrileByteCount(in->tiff, index);
        in->traffic->decoded_bytes += (int64_t)n;
        if (in->is_differenced) undo_differences(in, data);
        return MSC_OK;
    }
    return msc_fail(err, MSC_EREAD, in->path, "block %u: %s", (unsigned)index,
                    in->words[0]     ? in->words
                    : say.has_failed ? say.text
                                     : "shorter than it should be");
}

/* Gives the decoded block; *slot is released by the caller when it is not negative. */
static msc_status get_block(msc_tiff_in *in, uint32_t index, const msc_hint *hint, int64_t uses, const void **data, int *slot,
                            msc_error *err)
{
    const uint64_t key = (uint64_t)hint->piece << 32 | index;
    void *room = NULL;
    int is_new = 1;
    /* A block that one tile alone wants would only push others out. */
    *slot = in->cache && uses > 1 ? msc_cache_get(in->cache, key, uses, &room, &is_new) : -1;
    if (*slot < 0) {
        if (!in->own) in->own = msc_alloc((size_t)in->block_bytes, 1);
        room = in->own;
        if (!room)
            return msc_fail(err, MSC_ENOMEM, in->path, "block of %lld bytes", (long long)in->block_bytes);
    }
    const msc_status status = is_new ? decode(in, index, room, err) : MSC_OK;
    if (*slot >= 0 && is_new) msc_cache_loaded(in->cache, *slot, status == MSC_OK);
    *data = room;
    return status;
}

#define COPY(FROM, TO)                                                                                       \
    do {                                                                                                     \
        const FROM *from_ = (const FROM *)block_row;                                                         \
        TO *to_ = (TO *)out;                                                                                 \
        for (size_t i_ = 0; i_ < n; i_++) to_[i_] = (TO)from_[i_ * step];                                    \
    } while (0)

/* One row of one band; `step` samples lie between pixels of the block. */
static void copy_row(const msc_tiff_in *in, const void *block_row, size_t step, size_t n, msc_type as, void *out)
{
    const msc_tiff_info *info = &in->info;
    if (info->is_int16) COPY(int16_t, float);
    else if (info->type == MSC_U8 && as == MSC_U8) in->rows->pick_u8(out, block_row, step, n);
    else if (info->type == MSC_U8 && as == MSC_U16) COPY(uint8_t, uint16_t);
    else if (info->type == MSC_U8) COPY(uint8_t, float);
    else if (info->type == MSC_U16 && as == MSC_U16) in->rows->pick_u16(out, block_row, step, n);
    else if (info->type == MSC_U16) COPY(uint16_t, float);
    else COPY(float, float);
}

/* Copies what a block has of the window, row after row, for window bands b0..b1-1. */
static void copy_block(const msc_tiff_in *in, const void *data, msc_rect block_rect, int b0, int b1, const int *band,
                       msc_window *window)
{
    const msc_tiff_info *info = &in->info;
    const msc_rect part = msc_rect_and(block_rect, window->rect);
    const size_t step = info->is_planar ? 1 : info->n_bands, bytes = info->is_int16 ? 2 : msc_type_bytes(info->type);
    const size_t out_bytes = msc_type_bytes(window->type);
    for (int32_t y = part.y; y < part.y + part.h; y++) {
        const size_t at = ((size_t)(y - block_rect.y) * info->block_w + (size_t)(part.x - block_rect.x)) * step;
        const size_t to = (size_t)(y - window->rect.y) * window->stride_px + (size_t)(part.x - window->rect.x);
        for (int b = b0; b < b1; b++) {
            const size_t sample = info->is_planar ? 0 : (size_t)band[b] - 1;
            copy_row(in, (const char *)data + (at + sample) * bytes, step, (size_t)part.w, window->type,
                     (char *)window->data + ((size_t)b * window->plane_px + to) * out_bytes);
        }
    }
}

msc_status msc_tiff_read(msc_tiff_in *in, const int *band, msc_window *window, msc_error *err)
{
    const int32_t bw = (int32_t)in->info.block_w, bh = (int32_t)in->info.block_h;
    const msc_rect r = window->rect;
    const uint32_t n_across = (in->info.width + in->info.block_w - 1) / in->info.block_w;
    const uint32_t n_down = (in->info.height + in->info.block_h - 1) / in->info.block_h;
    const int n_planes = in->info.is_planar ? window->n_bands : 1,
              n_each = in->info.is_planar ? 1 : window->n_bands;
    for (int32_t by = r.y / bh; by <= (r.y + r.h - 1) / bh; by++)
        for (int32_t bx = r.x / bw; bx <= (r.x + r.w - 1) / bw; bx++) {
            const msc_rect block_rect = { bx * bw, by * bh, bw, bh };
            const int64_t uses = in->cache ? msc_cache_uses(in->cache, &window->hint, block_rect) : 1;
            for (int p = 0; p < n_planes; p++) {
                const uint32_t plane = in->info.is_planar ? (uint32_t)band[p] - 1 : 0;
                const void *data = NULL;
                int slot = -1;
                MSC_TRY(get_block(in, (plane * n_down + (uint32_t)by) * n_across + (uint32_t)bx, &window->hint, uses,
                                  &data, &slot, err));
                copy_block(in, data, block_rect, p, p + n_each, band, window);
                if (slot >= 0) msc_cache_release(in->cache, slot);
            }
        }
    return MSC_OK;
}
