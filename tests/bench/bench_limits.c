/* bench_limits.c - what the machine can do at best: decode a tiled GeoTIFF, encode the same blocks again, copy memory.
 *
 *   bench_limits decode FILE THREADS          every block of the first directory, libtiff block reads, nothing else
 *   bench_limits encode FILE THREADS DIR      the decoded blocks, written with FILE's codec into one file a thread in DIR
 *   bench_limits copy MIB THREADS             memcpy between two arrays of MIB mebibytes; read and written bytes count
 *
 * Prints one line: seconds, then mega-units a second (pixels, or bytes for copy). */
#define _POSIX_C_SOURCE 200809L
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>
#include <time.h>
#include <unistd.h>

enum { MODE_DECODE, MODE_ENCODE };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_limits: %s\n", what);
    exit(1);
}

/* A file like `in` in what decides the cost of encoding, as wide as one block, one block a row. */
static TIFF *like(TIFF *in, const char *path, uint32_t n_blocks)
{
    static const uint32_t same16[] = { TIFFTAG_BITSPERSAMPLE, TIFFTAG_SAMPLESPERPIXEL, TIFFTAG_SAMPLEFORMAT, TIFFTAG_COMPRESSION,
                                       TIFFTAG_PLANARCONFIG };
    uint32_t w = 0, h = 0;
    uint16_t value = 0, predictor = 1, codec = 1;
    TIFF *out = TIFFOpen(path, "w8");
    if (!out) fail(path);
    TIFFGetField(in, TIFFTAG_TILEWIDTH, &w);
    TIFFGetField(in, TIFFTAG_TILELENGTH, &h);
    TIFFSetField(out, TIFFTAG_IMAGEWIDTH, w);
    TIFFSetField(out, TIFFTAG_IMAGELENGTH, h * n_blocks);
    TIFFSetField(out, TIFFTAG_TILEWIDTH, w);
    TIFFSetField(out, TIFFTAG_TILELENGTH, h);
    for (size_t i = 0; i < sizeof same16 / sizeof *same16; i++) {
        TIFFGetFieldDefaulted(in, same16[i], &value);
        TIFFSetField(out, same16[i], value);
    }
    TIFFSetField(out, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    TIFFGetFieldDefaulted(in, TIFFTAG_COMPRESSION, &codec);
    if (codec != COMPRESSION_NONE && TIFFGetField(in, TIFFTAG_PREDICTOR, &predictor)) TIFFSetField(out, TIFFTAG_PREDICTOR, predictor);
    if (codec == COMPRESSION_ZSTD) TIFFSetField(out, TIFFTAG_ZSTD_LEVEL, 1);
    return out;
}

/* Decodes blocks first, first + step, ...; with `kept`, into places of their own. */
static void decode(const char *path, uint32_t first, uint32_t step, unsigned char *kept)
{
    TIFF *in = TIFFOpen(path, "rm");
    if (!in) fail(path);
    const tmsize_t bytes = TIFFTileSize(in);
    unsigned char *own = kept ? NULL : malloc((size_t)bytes);
    for (uint32_t i = first; i < TIFFNumberOfTiles(in); i += step)
        if (TIFFReadEncodedTile(in, i, kept ? kept + (size_t)bytes * i : own, bytes) != bytes) fail("a block cannot be decoded");
    free(own);
    TIFFClose(in);
}

static void encode(const char *path, const char *dir, uint32_t first, uint32_t step, unsigned char *kept)
{
    char name[4096];
    snprintf(name, sizeof name, "%s/bench_limits_%u.tif", dir, (unsigned)first);
    TIFF *in = TIFFOpen(path, "rm");
    if (!in) fail(path);
    const uint32_t n = TIFFNumberOfTiles(in);
    const tmsize_t bytes = TIFFTileSize(in);
    TIFF *out = like(in, name, (n + step - 1) / step);
    uint32_t at = 0;
    for (uint32_t i = first; i < n; i += step)
        if (TIFFWriteEncodedTile(out, at++, kept + (size_t)bytes * i, bytes) < 0) fail("a block cannot be encoded");
    TIFFClose(out);
    TIFFClose(in);
    unlink(name);
}

static int on_file(int mode, const char *path, int n_threads, const char *dir)
{
    uint32_t width = 0, height = 0;
    unsigned char *kept = NULL;
    TIFF *in = TIFFOpen(path, "rm");
    if (!in || !TIFFIsTiled(in)) fail(path);
    TIFFGetField(in, TIFFTAG_IMAGEWIDTH, &width);
    TIFFGetField(in, TIFFTAG_IMAGELENGTH, &height);
    if (mode == MODE_ENCODE) {
        kept = malloc((size_t)TIFFTileSize(in) * TIFFNumberOfTiles(in));
        if (!kept) fail("no memory");
    }
    TIFFClose(in);
    if (kept) {
        #pragma omp parallel num_threads(n_threads)
        decode(path, (uint32_t)omp_get_thread_num(), (uint32_t)n_threads, kept);
    }
    const double t0 = now();
    #pragma omp parallel num_threads(n_threads)
    {
        const uint32_t first = (uint32_t)omp_get_thread_num(), step = (uint32_t)n_threads;
        if (mode == MODE_DECODE) decode(path, first, step, NULL);
        else encode(path, dir, first, step, kept);
    }
    const double seconds = now() - t0;
    free(kept);
    printf("%.6f %.3f\n", seconds, (double)width * height / 1e6 / seconds);
    return 0;
}

static int copy(size_t mib, int n_threads)
{
    const size_t n = mib << 20, part = n / (size_t)n_threads;
    unsigned char *a = malloc(n), *b = malloc(n);
    if (!a || !b) fail("no memory");
    memset(a, 1, n);
    memset(b, 2, n);
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        const double t0 = now();
        #pragma omp parallel num_threads(n_threads)
        {
            const size_t at = part * (size_t)omp_get_thread_num();
            memcpy(b + at, a + at, part);
        }
        const double seconds = now() - t0;
        best = seconds < best ? seconds : best;
        a[i] = b[n / 2];
    }
    printf("%.6f %.3f\n", best, 2.0 * (double)n / 1e6 / best);
    free(a);
    free(b);
    return 0;
}

int main(int argc, char **argv)
{
    const int n_threads = argc > 3 ? atoi(argv[3]) : 0;
    TIFFSetWarningHandler(NULL);
    if (n_threads > 0 && argc == 4 && strcmp(argv[1], "decode") == 0) return on_file(MODE_DECODE, argv[2], n_threads, NULL);
    if (n_threads > 0 && argc == 5 && strcmp(argv[1], "encode") == 0) return on_file(MODE_ENCODE, argv[2], n_threads, argv[4]);
    if (n_threads > 0 && argc == 4 && strcmp(argv[1], "copy") == 0) return copy((size_t)atoi(argv[2]), n_threads);
    fprintf(stderr, "bench_limits decode FILE THREADS | encode FILE THREADS DIR | copy MIB THREADS\n");
    return 2;
}
