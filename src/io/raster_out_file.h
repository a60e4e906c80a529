/* raster_out_file.h - the insides of msc_raster_out; private to the raster_out*.c of this room. */
#ifndef MSC_IO_RASTER_OUT_FILE_H
#define MSC_IO_RASTER_OUT_FILE_H
#include "base/file.h"
#include "io/raster_file.h"
#include "io/raster_out.h"
#include <tiffio.h>

/* A file under libtiff, with the first error of the system and of libtiff kept. */
typedef struct msc_tiff_io {
    int fd, errnum;
    char words[MSC_SAY_MAX];
} msc_tiff_io;

/* A file in memory, that only grows. */
typedef struct msc_tiff_memory {
    uint8_t *bytes;
    size_t size, capacity, at;
    char words[MSC_SAY_MAX];
} msc_tiff_memory;

typedef struct msc_codec {
    uint16_t compression;
    int level, predictor, has_no_overviews;
    char name[16], bigtiff[16];
} msc_codec;

/* Compressed blocks of a rectangle of blocks, row after row; block i is bytes[offset[i]..+count[i]]. */
typedef struct msc_packed {
    msc_tiff_memory memory;
    size_t n, capacity;
    size_t *place;  /* [n][2]: offset, count */
    uint8_t *block; /* one block, uncompressed */
} msc_packed;

struct msc_raster_out {
    char path[MSC_PATH_MAX], temp[MSC_PATH_MAX];
    int32_t width_px, height_px, block_px, n_across, n_down, tile_px;
    int n_bands, is_overwrite, has_overviews, has_aux, is_open;
    msc_type type;
    double fill; /* where not observed */
    msc_codec codec;
    msc_tiff_io io;
    TIFF *tiff;
    /* Tiles that are no whole blocks are gathered in rows; rows[0] is image row rows_y. */
    int is_gathered;
    uint8_t *rows;
    int32_t rows_y, n_rows;
    msc_packed packed;
};

static inline size_t msc_out_pixel_bytes(const msc_raster_out *out)
{
    return (size_t)out->n_bands * msc_type_bytes(out->type);
}

/* raster_out_tiff.c: libtiff on a file (NULL: the reason is in io) and compression in memory. */
TIFF *msc_tiff_on_file(const char *path, const char *mode, msc_tiff_io *io);
/* Compresses n_x * n_y blocks of interleaved pixels; `stride_px` is a row of `pixels`. ENOMEM, EWRITE. */
msc_status msc_blocks_pack(const msc_raster_out *out, const uint8_t *pixels, size_t stride_px, int32_t n_x,
                           int32_t n_y, msc_packed *packed, msc_error *err);
void msc_packed_clear(msc_packed *packed);
/* Appends packed blocks, the first of which is block (bx, by) of the image. ENOSPACE, EWRITE. */
msc_status msc_blocks_write(msc_raster_out *out, int32_t bx, int32_t by, int32_t n_x, int32_t n_y,
                            const msc_packed *packed, msc_error *err);
/* ENOSPACE when errnum, the words or the file system say that the disk is full, else `otherwise`. */
msc_status msc_out_fail(const msc_raster_out *out, int errnum, const char *words, msc_error *err);

/* raster_out_create.c: the empty file with georeference, colours, names and metadata; and its overviews. */
msc_status msc_codec_from(const msc_settings *settings, const char *path, msc_codec *codec, msc_error *err);
msc_status msc_out_create(const msc_raster_out_spec *spec, msc_raster_out *out, msc_error *err);
msc_status msc_out_overviews(const msc_raster_out *out, msc_error *err);

/* raster_out_check.c: reads the finished file's directories and some blocks again. EWRITE, ENOSPACE. */
msc_status msc_out_check(const msc_raster_out *out, msc_error *err);
#endif
