/* raster_out_check.c - reads a finished GeoTIFF again before it gets its name. */
#include "io/raster_out_file.h"
#include "base/mem.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Every block has the bytes that were compressed for it; the first, middle and last ones decode. */
static int is_whole(TIFF *tiff, const msc_out_level *level, msc_tiff_memory *raw, msc_traffic *traffic, char words[MSC_SAY_MAX])
{
    const uint32_t n = TIFFNumberOfTiles(tiff);
    if (n != (uint32_t)level->n_across * (uint32_t)level->n_down) {
        snprintf(words, MSC_SAY_MAX, "%u blocks instead of %d x %d", (unsigned)n, (int)level->n_across, (int)level->n_down);
        return 0;
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t count = TIFFGetStrileByteCount(tiff, i);
        const int has_room = count > 0 && count < SIZE_MAX / 2 && msc_reserve((void **)&raw->bytes, &raw->capacity, (size_t)count, 1);
        if (has_room && TIFFReadRawTile(tiff, i, raw->bytes, (tmsize_t)count) == (tmsize_t)count &&
            msc_block_hash(raw->bytes, (size_t)count) == level->hash[i]) {
            traffic->read_bytes += (int64_t)count;
            continue;
        }
        snprintf(words, MSC_SAY_MAX, "block %u of %u is not in the file as it was written", (unsigned)i, (unsigned)n);
        return 0;
    }
    const tmsize_t bytes = TIFFTileSize(tiff);
    void *block = msc_alloc((size_t)bytes, 1);
    int is_good = block != NULL;
    const uint32_t some[3] = { 0, n / 2, n - 1 };
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
    msc_tiff_memory raw = { 0 };
    char words[MSC_SAY_MAX] = "";
    TIFF *tiff = msc_tiff_on_file(out->temp, "r", &io);
    if (!tiff) return msc_out_fail(out, io.errnum, io.words, err);
    int is_good = 1;
    for (int k = 0; k < out->n_levels && is_good; k++) {
        is_good = k == 0 || TIFFReadDirectory(tiff) == 1;
        if (!is_good) snprintf(words, sizeof words, "overview %d is missing", k);
        is_good = is_good && is_whole(tiff, &out->level[k], &raw, &out->traffic, words);
    }
    const int64_t size = (int64_t)lseek(io.fd, 0, SEEK_END);
    out->traffic.written_bytes = size > 0 ? size : 0;
    TIFFClose(tiff);
    msc_release(raw.bytes);
    return is_good ? MSC_OK : msc_out_fail(out, io.errnum, words, err);
}
