/* raster_out_check.c - reads a finished GeoTIFF again before it gets its name. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_out_file.h"
#include "base/mem.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Up to here (2 ms) one thread is enough: others would look for more work for longer than it takes. */
enum { FEW_BYTES = 8 << 20 };

/* The blocks of a level, read and hashed in pieces beside each other. */
typedef struct checking {
    const msc_raster_out *out;
    const msc_out_level *level;
    int fd, n_pieces;
    uint32_t n;
    uint64_t *offset, *count; /* [n] */
} checking;

/* Reads block i into `bytes`: it must be what was written. */
static msc_status check_block(const checking *k, uint32_t i, uint8_t *bytes, size_t count, msc_error *err)
{
    char words[MSC_SAY_MAX];
    size_t done = 0;
    while (done < count) {
        const ssize_t got = pread(k->fd, bytes + done, count - done, (off_t)(k->offset[i] + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return msc_out_fail(k->out, errno, "", err);
        if (got == 0) break;
        done += (size_t)got;
    }
    if (count > 0 && done == count && msc_block_hash(bytes, count) == k->level->hash[i]) return MSC_OK;
    snprintf(words, sizeof words, "block %u of %u is not in the file as it was written", (unsigned)i, (unsigned)k->n);
    return msc_out_fail(k->out, 0, words, err);
}

static msc_status check_piece(void *self, int piece, msc_error *err)
{
    const checking *k = self;
    const uint32_t end = (uint32_t)((uint64_t)k->n * (uint64_t)(piece + 1) / (uint64_t)k->n_pieces);
    uint8_t *bytes = NULL;
    size_t capacity = 0;
    msc_status status = MSC_OK;
    for (uint32_t i = (uint32_t)((uint64_t)k->n * (uint64_t)piece / (uint64_t)k->n_pieces); i < end && status == MSC_OK; i++) {
        const size_t count = k->count[i] < SIZE_MAX / 2 ? (size_t)k->count[i] : 0;
        if (count > 0 && !msc_reserve((void **)&bytes, &capacity, count, 1))
            status = msc_fail(err, MSC_ENOMEM, k->out->path, "block of %zu bytes", count);
        else status = check_block(k, i, bytes, count, err);
    }
    msc_release(bytes);
    return status;
}

/* Every block has the bytes that were compressed for it. */
static msc_status check_blocks(msc_raster_out *out, const msc_out_level *level, TIFF *tiff, int fd, msc_error *err)
{
    const uint32_t n = TIFFNumberOfTiles(tiff);
    checking k = { .out = out, .level = level, .fd = fd, .n = n };
    int64_t n_bytes = 0;
    char words[MSC_SAY_MAX];
    if (n != (uint32_t)level->n_across * (uint32_t)level->n_down) {
        snprintf(words, sizeof words, "%u blocks instead of %d x %d", (unsigned)n, (int)level->n_across, (int)level->n_down);
        return msc_out_fail(out, 0, words, err);
    }
    k.offset = msc_alloc(n, 2 * sizeof *k.offset);
    if (!k.offset) return msc_fail(err, MSC_ENOMEM, out->path, "%u blocks", (unsigned)n);
    k.count = k.offset + n;
    for (uint32_t i = 0; i < n; i++) {
        k.offset[i] = TIFFGetStrileOffset(tiff, i);
        k.count[i] = TIFFGetStrileByteCount(tiff, i);
        n_bytes += (int64_t)k.count[i];
    }
    out->traffic.read_bytes += n_bytes;
    k.n_pieces = n_bytes < FEW_BYTES ? 1 : 4 * msc_settings_threads(&out->settings, NULL);
    if ((uint32_t)k.n_pieces > n) k.n_pieces = (int)n;
    const msc_status status = msc_stream_each(&out->settings, k.n_pieces, check_piece, &k, err);
    msc_release(k.offset);
    return status;
}

/* The first, middle and last blocks decode. */
static int is_decoded(TIFF *tiff, char words[MSC_SAY_MAX])
{
    const uint32_t n = TIFFNumberOfTiles(tiff), some[3] = { 0, n / 2, n - 1 };
    const tmsize_t bytes = TIFFTileSize(tiff);
    void *block = msc_alloc((size_t)bytes, 1);
    int is_good = block != NULL;
    for (int i = 0; i < 3 && is_good; i++) {
        is_good = TIFFReadEncodedTile(tiff, some[i], block, bytes) == bytes;
        if (!is_good) snprintf(words, MSC_SAY_MAX, "block %u cannot be read again", (unsigned)some[i]);
    }
    msc_release(block);
    return is_good;
}

msc_status msc_out_check(msc_raster_out *out, msc_error *err)
{
    msc_tiff_io io;
    char words[MSC_SAY_MAX] = "";
    TIFF *tiff = msc_tiff_on_file(out->temp, "r", &io);
    if (!tiff) return msc_out_fail(out, io.errnum, io.words, err);
    msc_status status = MSC_OK;
    for (int k = 0; k < out->n_levels && status == MSC_OK; k++) {
        int is_good = k == 0 || TIFFReadDirectory(tiff) == 1;
        if (!is_good) snprintf(words, sizeof words, "overview %d is missing", k);
        else status = check_blocks(out, &out->level[k], tiff, io.fd, err);
        is_good = is_good && (status != MSC_OK || is_decoded(tiff, words));
        if (!is_good) status = msc_out_fail(out, io.errnum, words, err);
    }
    const int64_t size = (int64_t)lseek(io.fd, 0, SEEK_END);
    out->traffic.written_bytes = size > 0 ? size : 0;
    TIFFClose(tiff);
    return status;
}
