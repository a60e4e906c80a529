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
    int64_t n_waiting; /* bytes written since the disk was last told to begin */
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
    int level, predictor, has_overviews;
    char name[16], bigtiff[16];
} msc_codec;

/* Packed blocks of a rectangle of blocks, row after row; block i is memory.bytes[offset..+count] with that hash. */
typedef struct msc_packed_block {
    size_t offset, count;
    uint64_t hash;
} msc_packed_block;
typedef struct msc_packed {
    msc_tiff_memory memory;
    size_t n, capacity;
    msc_packed_block *place; /* [n] */
} msc_packed;
/* Where blocks come from: lays the interleaved pixels of the block whose first pixel is (x, y) of the rectangle. */
typedef struct msc_blocks {
    void (*lay)(const void *self, size_t x, size_t y, uint8_t *block);
    const void *self;
    int32_t n_x, n_y;
    uint8_t *room; /* one block, before it is compressed */
} msc_blocks;

enum { MSC_OUT_LEVELS = 24, MSC_OUT_SHARED = 4 };

/* The image itself (step 1) or an overview of it: pixel (x, y) of a level is pixel (step x, step y) of the image. Each level
 * has a directory of the file and its own handle; all append at the end of the file, one at a time. */
typedef struct msc_out_level {
    int32_t step, width_px, height_px, block_px, n_across, n_down;
    /* Tiles that are no whole blocks are gathered in rows; rows[0] is row rows_y of the level. */
    int is_gathered;
    uint8_t *rows, *block; /* block: for a row that is full */
    int32_t rows_y, n_rows;
    msc_packed packed;
    uint64_t *hash; /* [n_across * n_down] of the compressed blocks, for the check */
    int predictor;
    msc_tiff_io io;
    TIFF *tiff;
} msc_out_level;

struct msc_raster_out {
    char path[MSC_PATH_MAX], temp[MSC_PATH_MAX];
    int32_t tile_px;
    int n_bands, is_overwrite, has_aux, is_open;
    msc_type type;
    msc_settings settings; /* its threads are used when the file is checked */
    double fill; /* where not observed */
    int is_everywhere;
    msc_codec codec;
    msc_traffic traffic, *total; /* total: the settings', added to when the file has its name; may be NULL */
    int n_levels, n_shared; /* the first n_shared levels are compressed by the workers */
    int n_workers;
    uint8_t **block; /* [n_workers] room of a worker for one block of any shared level */
    msc_out_level level[MSC_OUT_LEVELS];
};

static inline size_t msc_out_pixel_bytes(const msc_raster_out *out)
{
    return (size_t)out->n_bands * msc_type_bytes(out->type);
}

/* raster_out_tiff.c: libtiff on a file (NULL: the reason is in io) and compression in memory. */
TIFF *msc_tiff_on_file(const char *path, const char *mode, msc_tiff_io *io);
/* Compresses blocks->n_x * n_y blocks. ENOMEM, EWRITE. */
msc_status msc_blocks_pack(const msc_raster_out *out, const msc_out_level *level, const msc_blocks *blocks, msc_packed *packed,
                           msc_error *err);
void msc_packed_clear(msc_packed *packed);
/* Appends packed blocks, the first of which is block (bx, by) of the level. ENOSPACE, EWRITE. */
msc_status msc_blocks_write(msc_raster_out *out, msc_out_level *level, int32_t bx, int32_t by, int32_t n_x, int32_t n_y,
                            const msc_packed *packed, msc_error *err);
/* A number that changes with any byte. */
uint64_t msc_block_hash(const uint8_t *bytes, size_t n);
/* ENOSPACE when errnum, the words or the file system say that the disk is full, else `otherwise`. */
msc_status msc_out_fail(const msc_raster_out *out, int errnum, const char *words, msc_error *err);

/* raster_out_level.c: the image and its overviews, from tiles. */
/* Lays out the levels for the tiles and opens their handles once the file is made. ENOMEM, EWRITE. */
msc_status msc_out_levels_plan(msc_raster_out *out, const msc_raster_out_spec *spec, const msc_layout *layout, msc_error *err);
msc_status msc_out_levels_open(msc_raster_out *out, msc_error *err);
msc_status msc_out_levels_close(msc_raster_out *out, msc_error *err); /* writes what the handles hold back */
void msc_out_levels_clear(msc_raster_out *out);
/* What a slot keeps of one tile at one level: packed blocks, or pixels where tiles are gathered. */
typedef struct msc_out_part {
    uint8_t *pixels;
    size_t pixel_bytes;
    int32_t n_x, n_y;
    msc_packed packed;
} msc_out_part;
/* Makes the part of planes plane.. of a tile. ENOMEM, EWRITE. */
msc_status msc_out_part_make(const msc_raster_out *out, const msc_out_level *level, const msc_tile *tile, int plane,
                             msc_out_part *part, msc_error *err);
/* Writes the part, or gathers it when the level does that. In tile order. */
msc_status msc_out_part_put(msc_raster_out *out, msc_out_level *level, const msc_rect *core, const msc_out_part *part,
                            msc_error *err);
void msc_out_part_clear(msc_out_part *part);

/* raster_out_create.c: the empty file with georeference, colours, names, metadata and the directories of overviews. */
msc_status msc_codec_from(const msc_settings *settings, const msc_raster_out_spec *spec, msc_codec *codec, msc_error *err);
msc_status msc_out_create(const msc_raster_out_spec *spec, msc_raster_out *out, msc_error *err);

/* raster_out_keys.c: the keys of a registered system as bytes. */
typedef struct msc_geo_keys {
    uint16_t number[32]; /* tag 34735 */
    char text[600];      /* tag 34737, n_text with its 0 */
    size_t n_text;
} msc_geo_keys;
/* The keys that GDAL writes for a WKT 2 text; 0 when GDAL has to write them itself. */
int msc_geo_keys_of(const char *wkt, msc_geo_keys *keys);
/* Puts them into a file of one directory without blocks or keys. 0 when it is not laid out like that (nothing is changed
 * then) or cannot be written. */
int msc_geo_keys_add(const char *path, const msc_geo_keys *keys);

/* raster_out_check.c: reads every block of the finished file again and compares it with what was compressed; decodes some of
 * each level. EWRITE, ENOSPACE. */
msc_status msc_out_check(msc_raster_out *out, msc_error *err);
#endif
