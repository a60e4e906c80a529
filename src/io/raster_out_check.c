/* raster_out_check.c - reads a finished GeoTIFF again before it gets its name. */
#include "io/raster_out_file.h"
#include "base/mem.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Every block lies in the file; the first, middle and last ones decode. */
static int is_whole(TIFF *tiff, uint64_t file_bytes, char words[MSC_SAY_MAX])
{
    const uint32_t n = TIFFNumberOfTiles(tiff);
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t at = TIFFGetStrileOffset(tiff, i), count = TIFFGetStrileByteCount(tiff, i);
        if (at && count && at + count <= file_bytes) continue;
        snprintf(words, MSC_SAY_MAX, "block %u of %u is not in the file", (unsigned)i, (unsigned)n);
        return 0;
    }
    const tmsize_t bytes = TIFFTileSize(tiff);
    void *block = msc_alloc((size_t)bytes, 1);
    int is_good = block != NULL && n > 0;
    const uint32_t sample[3] = { 0, n / 2, n - 1 };
    for (int i = 0; i < 3 && is_good; i++) {
        is_good = TIFFReadEncodedTile(tiff, sample[i], block, bytes) == bytes;
        if (!is_good) snprintf(words, MSC_SAY_MAX, "block %u cannot be read again", (unsigned)sample[i]);
    }
    msc_release(block);
    return is_good;
}

msc_status msc_out_check(const msc_raster_out *out, msc_error *err)
{
    msc_tiff_io io;
    char words[MSC_SAY_MAX] = "";
    TIFF *tiff = msc_tiff_on_file(out->temp, "r", &io);
    if (!tiff) return msc_out_fail(out, io.errnum, io.words, err);
    const uint64_t file_bytes = (uint64_t)lseek(io.fd, 0, SEEK_END);
    int is_good = 1;
    do is_good = is_whole(tiff, file_bytes, words);
    while (is_good && TIFFReadDirectory(tiff));
    TIFFClose(tiff);
    return is_good ? MSC_OK : msc_out_fail(out, io.errnum, words, err);
}
