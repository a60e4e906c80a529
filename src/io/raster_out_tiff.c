/* raster_out_tiff.c - libtiff on a file with errno kept, and in memory for compression in the workers. */
#define _GNU_SOURCE
#include "io/raster_out_file.h"
#include "base/hash.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <tiffvers.h>
#include <unistd.h>

#if TIFFLIB_VERSION >= 20221213
static int hear_error(TIFF *tiff, void *words, const char *module, const char *format, va_list arguments)
{
    (void)tiff;
    (void)module;
    char *text = words;
    if (!text[0]) vsnprintf(text, MSC_SAY_MAX, format, arguments);
    return 1;
}

static int hear_warning(TIFF *tiff, void *words, const char *module, const char *format, va_list arguments)
{
    (void)tiff;
    (void)words;
    (void)module;
    (void)format;
    (void)arguments;
    return 1;
}
#endif

typedef struct client {
    TIFFReadWriteProc read, write;
    TIFFSeekProc seek;
    TIFFCloseProc close;
    TIFFSizeProc size;
} client;

static int no_map(thandle_t self, void **base, toff_t *size)
{
    (void)self;
    (void)base;
    (void)size;
    return 0;
}

static void no_unmap(thandle_t self, void *base, toff_t size)
{
    (void)self;
    (void)base;
    (void)size;
}

static TIFF *open_client(const char *name, const char *mode, void *self, const client *c, char *words)
{
#if TIFFLIB_VERSION >= 20221213
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetErrorHandlerExtR(options, hear_error, words);
    TIFFOpenOptionsSetWarningHandlerExtR(options, hear_warning, words);
    TIFF *tiff = TIFFClientOpenExt(name, mode, self, c->read, c->write, c->seek, c->close, c->size, no_map,
                                   no_unmap, options);
    TIFFOpenOptionsFree(options);
    return tiff;
#else
    (void)words;
    return TIFFClientOpen(name, mode, self, c->read, c->write, c->seek, c->close, c->size, no_map, no_unmap);
#endif
}

/* ---- a file ---- */
enum { SEND_BYTES = 16 << 20 };

static tmsize_t file_read(thandle_t self, void *bytes, tmsize_t n)
{
    msc_tiff_io *io = (msc_tiff_io *)self;
    tmsize_t done = 0;
    while (done < n) {
        const ssize_t got = read(io->fd, (char *)bytes + done, (size_t)(n - done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && !io->errnum) io->errnum = errno;
        if (got <= 0) break;
        done += got;
    }
    return done;
}

static tmsize_t file_write(thandle_t self, void *bytes, tmsize_t n)
{
    msc_tiff_io *io = (msc_tiff_io *)self;
    tmsize_t done = 0;
    while (done < n) {
        const ssize_t put = write(io->fd, (const char *)bytes + done, (size_t)(n - done));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) {
            if (!io->errnum) io->errnum = put < 0 ? errno : ENOSPC;
            break;
        }
        done += put;
    }
    /* The disk begins now, so that the sync at the end has little left to wait for. */
    io->n_waiting += done;
    if (io->n_waiting >= SEND_BYTES) {
        sync_file_range(io->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
        io->n_waiting = 0;
    }
    return done;
}

static toff_t file_seek(thandle_t self, toff_t at, int whence)
{
    return (toff_t)lseek(((msc_tiff_io *)self)->fd, (off_t)at, whence);
}

static int file_close(thandle_t self)
{
    msc_tiff_io *io = (msc_tiff_io *)self;
    const int failed = close(io->fd);
    if (failed && !io->errnum) io->errnum = errno;
    io->fd = -1;
    return failed;
}

static toff_t file_size(thandle_t self)
{
    struct stat st;
    return fstat(((msc_tiff_io *)self)->fd, &st) == 0 ? (toff_t)st.st_size : 0;
}

TIFF *msc_tiff_on_file(const char *path, const char *mode, msc_tiff_io *io)
{
    const client c = { file_read, file_write, file_seek, file_close, file_size };
    memset(io, 0, sizeof *io);
    io->fd = open(path, mode[0] == 'r' && mode[1] == '+' ? O_RDWR : O_RDONLY);
    if (io->fd < 0) {
        io->errnum = errno;
        return NULL;
    }
    TIFF *tiff = open_client(path, mode, io, &c, io->words);
    if (!tiff && io->fd >= 0) close(io->fd);
    return tiff;
}

/* ---- memory ---- */
static tmsize_t memory_read(thandle_t self, void *bytes, tmsize_t n)
{
    msc_tiff_memory *m = (msc_tiff_memory *)self;
    const size_t left = m->at < m->size ? m->size - m->at : 0, take = (size_t)n < left ? (size_t)n : left;
    memcpy(bytes, m->bytes + m->at, take);
    m->at += take;
    return (tmsize_t)take;
}

static tmsize_t memory_write(thandle_t self, void *bytes, tmsize_t n)
{
    msc_tiff_memory *m = (msc_tiff_memory *)self;
    const size_t end = m->at + (size_t)n;
    if (!msc_reserve((void **)&m->bytes, &m->capacity, end, 1)) return 0;
    if (m->at > m->size) memset(m->bytes + m->size, 0, m->at - m->size);
    memcpy(m->bytes + m->at, bytes, (size_t)n);
    m->at = end;
    if (end > m->size) m->size = end;
    return n;
}

static toff_t memory_seek(thandle_t self, toff_t at, int whence)
{
    msc_tiff_memory *m = (msc_tiff_memory *)self;
    m->at = (size_t)at + (whence == SEEK_CUR ? m->at : whence == SEEK_END ? m->size : 0);
    return (toff_t)m->at;
}

static int memory_close(thandle_t self)
{
    (void)self;
    return 0;
}

static toff_t memory_size(thandle_t self) { return (toff_t)((msc_tiff_memory *)self)->size; }

/* ---- blocks ---- */
static TIFF *open_memory(const msc_raster_out *out, const msc_out_level *level, int32_t n_x, int32_t n_y,
                         msc_tiff_memory *memory)
{
    const client c = { memory_read, memory_write, memory_seek, memory_close, memory_size };
    memory->size = memory->at = 0;
    memory->words[0] = 0;
    TIFF *tiff = open_client("memory", "w", memory, &c, memory->words);
    if (!tiff) return NULL;
    const int block = level->block_px;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, (uint32_t)(n_x * block));
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, (uint32_t)(n_y * block));
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, (uint32_t)block);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, (uint32_t)block);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, out->n_bands);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, (int)(8 * msc_type_bytes(out->type)));
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, out->type == MSC_F32 ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, out->codec.compression);
    if (level->predictor > 1) TIFFSetField(tiff, TIFFTAG_PREDICTOR, level->predictor);
    if (out->codec.compression == COMPRESSION_ZSTD) TIFFSetField(tiff, TIFFTAG_ZSTD_LEVEL, out->codec.level);
    if (out->codec.compression == COMPRESSION_ADOBE_DEFLATE)
        TIFFSetField(tiff, TIFFTAG_ZIPQUALITY, out->codec.level);
    return tiff;
}

static uint64_t stir(uint64_t hash, const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, 8);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
    return hash ^ hash >> 29;
}

/* Four lanes, so that their products do not wait for each other. */
uint64_t msc_block_hash(const uint8_t *bytes, size_t n)
{
    uint64_t lane[4] = { n, 1, 2, 3 };
    for (; n >= 32; bytes += 32, n -= 32)
        for (int k = 0; k < 4; k++) lane[k] = stir(lane[k], bytes + 8 * k);
    uint64_t hash = msc_mix(lane[0]) ^ msc_mix(lane[1] + 1) ^ msc_mix(lane[2] + 2) ^ msc_mix(lane[3] + 3);
    for (; n > 0; bytes++, n--) hash = (hash ^ *bytes) * 0x9e3779b97f4a7c15ULL;
    return msc_mix(hash);
}

static void lay_block(const msc_blocks *blocks, size_t i, size_t side, uint8_t *block)
{
    blocks->lay(blocks->self, i % (size_t)blocks->n_x * side, i / (size_t)blocks->n_x * side, block);
}

/* Blocks that are not compressed need no libtiff. */
static msc_status pack_plain(const msc_raster_out *out, size_t side, const msc_blocks *blocks, msc_packed *packed, msc_error *err)
{
    const size_t block = side * side * msc_out_pixel_bytes(out);
    msc_tiff_memory *memory = &packed->memory;
    if (!msc_reserve((void **)&memory->bytes, &memory->capacity, packed->n, block))
        return msc_fail(err, MSC_ENOMEM, out->path, "%zu blocks of %zu bytes", packed->n, block);
    for (size_t i = 0; i < packed->n; i++) {
        uint8_t *to = memory->bytes + i * block;
        lay_block(blocks, i, side, to);
        packed->place[i] = (msc_packed_block){ i * block, block, msc_block_hash(to, block) };
    }
    return MSC_OK;
}

msc_status msc_blocks_pack(const msc_raster_out *out, const msc_out_level *level, const msc_blocks *blocks, msc_packed *packed,
                           msc_error *err)
{
    const size_t side = (size_t)level->block_px, block = side * side * msc_out_pixel_bytes(out);
    packed->n = (size_t)blocks->n_x * (size_t)blocks->n_y;
    if (!msc_reserve((void **)&packed->place, &packed->capacity, packed->n, sizeof *packed->place))
        return msc_fail(err, MSC_ENOMEM, out->path, "%zu blocks", packed->n);
    if (out->codec.compression == COMPRESSION_NONE) return pack_plain(out, side, blocks, packed, err);
    TIFF *tiff = open_memory(out, level, blocks->n_x, blocks->n_y, &packed->memory);
    int is_bad = !tiff;
    for (uint32_t i = 0; !is_bad && i < packed->n; i++) {
        lay_block(blocks, i, side, blocks->room);
        is_bad = TIFFWriteEncodedTile(tiff, i, blocks->room, (tmsize_t)block) != (tmsize_t)block;
    }
    for (uint32_t i = 0; !is_bad && i < packed->n; i++) {
        msc_packed_block *place = &packed->place[i];
        place->offset = (size_t)TIFFGetStrileOffset(tiff, i);
        place->count = (size_t)TIFFGetStrileByteCount(tiff, i);
        place->hash = msc_block_hash(packed->memory.bytes + place->offset, place->count);
    }
    const msc_status status =
        is_bad ? msc_fail(err, MSC_EWRITE, out->path, "compression: %s", packed->memory.words) : MSC_OK;
    /* Without TIFFClose no directory is written: only the blocks are wanted. What it does write may move the memory. */
    if (tiff) TIFFCleanup(tiff);
    return status;
}

void msc_packed_clear(msc_packed *packed)
{
    msc_release(packed->memory.bytes);
    msc_release(packed->place);
    memset(packed, 0, sizeof *packed);
}

msc_status msc_blocks_write(msc_raster_out *out, msc_out_level *level, int32_t bx, int32_t by, int32_t n_x, int32_t n_y,
                            const msc_packed *packed, msc_error *err)
{
    for (int32_t v = 0; v < n_y; v++)
        for (int32_t u = 0; u < n_x; u++) {
            const msc_packed_block *place = &packed->place[(size_t)v * (size_t)n_x + (size_t)u];
            const uint32_t index = (uint32_t)(by + v) * (uint32_t)level->n_across + (uint32_t)(bx + u);
            const tmsize_t count = (tmsize_t)place->count;
            if (TIFFWriteRawTile(level->tiff, index, packed->memory.bytes + place->offset, count) != count || level->io.errnum)
                return msc_out_fail(out, level->io.errnum, level->io.words, err);
            level->hash[index] = place->hash;
            out->traffic.encoded_bytes += (int64_t)level->block_px * level->block_px * (int64_t)msc_out_pixel_bytes(out);
        }
    return MSC_OK;
}

msc_status msc_out_fail(const msc_raster_out *out, int errnum, const char *words, msc_error *err)
{
    struct statvfs disk;
    if (errnum) return msc_fail_errno(err, errnum, MSC_EWRITE, out->path);
    const int is_full =
        statvfs(out->temp, &disk) == 0 && (double)disk.f_bavail * (double)disk.f_frsize < 65536;
    if (is_full || strstr(words, strerror(ENOSPC))) return msc_fail_errno(err, ENOSPC, MSC_EWRITE, out->path);
    return msc_fail(err, MSC_EWRITE, out->path, "%s", words[0] ? words : "not written");
}
