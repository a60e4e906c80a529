/* raster_file.h - one raster file as raster_in sees it; private to the raster_*.c of this room.
 *
 *   raster_in   opens, mosaics, answers questions        raster_read   one tile from all files
 *   raster_bands  names -> band numbers                  raster_nodata which pixels are observed
 *   raster_edge   nodata connected to the border         raster_direct GeoTIFF blocks past GDAL
 *   raster_warp   other grids, pure maths                raster_say    GDAL's words, per thread
 *   raster_vrt    files that a VRT lays side by side     raster_mosaic a window from such files
 */
#ifndef MSC_IO_RASTER_FILE_H
#define MSC_IO_RASTER_FILE_H
#include "grid/crs.h"
#include "grid/displacement.h"
#include "io/raster_in.h"
#include <gdal.h>

enum { MSC_RASTER_BANDS_MAX = MSC_MAX_PLANES + 1, MSC_SAY_MAX = 400 }; /* bands wanted and one alpha */

/* ---- GDAL's start, and what it says while one call runs (raster_say.c) ---- */
/* Registers the drivers, once a process and from any thread: again, for every file of a mosaic, it took 0.1 to 0.2 ms each. */
void msc_gdal_start(void);
typedef struct msc_say {
    int has_failed;
    char text[MSC_SAY_MAX];
} msc_say;
/* From begin to end GDAL is quiet on this thread and its first failure is kept in *say. Calls nest. */
void msc_say_begin(msc_say *say);
void msc_say_end(void);

/* ---- direct block reads (raster_direct.c) ---- */
typedef struct msc_tiff_info {
    uint32_t width, height, block_w, block_h, n_bands;
    int is_planar; /* one band a block */
    msc_type type; /* of a sample; is_int16 is read as f32 */
    int is_int16;
    size_t block_bytes;
    double empty; /* value of blocks that the file leaves out */
} msc_tiff_info;

/* Where a window comes from, for the cache: the tile in file pixels, and the target grid in file pixels.
 * core.w 0: no regular tiles; below 0: each block is wanted once. */
typedef struct msc_hint {
    msc_rect core;
    int32_t pad_px;
    uint32_t piece; /* of a mosaic, whose files share a cache */
    int64_t origin_x, origin_y, width, height;
} msc_hint;

/* ---- decoded blocks of a file, shared by the workers (raster_cache.c) ---- */
typedef struct msc_cache msc_cache;
msc_cache *msc_cache_new(size_t block_bytes, int64_t budget_bytes); /* NULL without memory */
void msc_cache_free(msc_cache **cache);
void msc_cache_empty(msc_cache *cache); /* frees the blocks; nobody holds one */
/* How many tiles will want a block. */
int64_t msc_cache_uses(msc_cache *cache, const msc_hint *hint, msc_rect block);
/* Slot of a block, held until msc_cache_release; -1 when there is no room. When *is_new, the caller fills
 * *data and calls msc_cache_loaded; after is_good = 0 the slot is no longer held. Waits while another worker
 * fills it. */
int msc_cache_get(msc_cache *cache, uint64_t index, int64_t uses, void **data, int *is_new);
void msc_cache_loaded(msc_cache *cache, int slot, int is_good);
void msc_cache_release(msc_cache *cache, int slot);

typedef struct msc_tiff_in msc_tiff_in;
/* True when the file is a tiled local GeoTIFF of a kind that is read directly; fills *info. */
int msc_tiff_probe(const char *path, msc_tiff_info *info);
/* One handle for a worker; the cache is borrowed.
 * `traffic` is borrowed until the close and counts what is read. */
msc_status msc_tiff_open(const char *path, const msc_tiff_info *info, msc_cache *cache, msc_traffic *traffic,
                         msc_tiff_in **tiff, msc_error *err);
void msc_tiff_close(msc_tiff_in **tiff);

/* Pixels of some bands of one file in memory: value(b, x, y) = data[b * plane_px + y * stride_px + x], valid likewise. */
typedef struct msc_window {
    msc_rect rect;
    int n_bands;
    msc_type type;
    void *data;
    uint8_t *valid;
    size_t stride_px, plane_px;
    msc_hint hint;
} msc_window;
/* Band after band without gaps; what GDAL reads and what is resampled lies so. */
static inline void msc_window_pack(msc_window *window)
{
    window->stride_px = (size_t)window->rect.w;
    window->plane_px = window->stride_px * (size_t)window->rect.h;
}
/* Reads bands `band[]` (from 1) of window->rect, which lies inside the file. EREAD, ENOMEM. */
msc_status msc_tiff_read(msc_tiff_in *tiff, const int *band, msc_window *window, msc_error *err);

/* ---- files side by side, as a plain VRT has them (raster_vrt.c, raster_mosaic.c) ---- */
enum { MSC_PIECES_MAX = 4096, MSC_PIECES_OPEN = 4 };
typedef struct msc_mosaic_file {
    char *path;
    msc_tiff_info tiff;
} msc_mosaic_file;
/* One place of one file. Later pieces lie on top. */
typedef struct msc_piece {
    msc_rect on; /* what it covers of the mosaic; inside the file */
    int file;
    int32_t shift_x, shift_y; /* mosaic pixel (x, y) is file pixel (x + shift_x, y + shift_y) */
    int has_gap;              /* samples of value `gap` leave what lies below */
    double gap;
    int band[MSC_RASTER_BANDS_MAX]; /* of the file, from 1, in the order of the bands wanted */
} msc_piece;
typedef struct msc_mosaic {
    int n, n_files;
    msc_piece *piece;
    msc_mosaic_file *file;
    double fill;        /* where no piece lies */
    size_t block_bytes; /* of the largest block */
} msc_mosaic;
/* What a worker holds of a mosaic's files: the few that were read last. */
typedef struct msc_mosaic_in {
    msc_tiff_in *tiff[MSC_PIECES_OPEN];
    int file[MSC_PIECES_OPEN];
    int next;
    void *under; /* pixels of a piece with gaps, before they are laid */
    size_t under_bytes;
} msc_mosaic_in;

/* ---- which pixels are observed (raster_nodata.c, raster_edge.c) ---- */
typedef enum msc_nodata_rule {
    MSC_NODATA_AUTO,
    MSC_NODATA_NONE,
    MSC_NODATA_VALUE,
    MSC_NODATA_EDGE
} msc_nodata_rule;
typedef struct msc_span {
    int32_t begin, end;
} msc_span; /* columns begin..end-1 */
typedef struct msc_edge {
    size_t *row_start; /* [height + 1] into run */
    msc_span *run;
} msc_edge;

typedef struct msc_file {
    char *path;
    msc_grid grid;
    int n_file_bands, n_bands;      /* n_bands: wanted */
    int band[MSC_RASTER_BANDS_MAX]; /* numbers from 1; band[n_bands] is alpha when has_alpha */
    msc_type type, as;              /* narrowest type of the file; type it is delivered in */
    msc_nodata_rule rule;
    int has_value[MSC_MAX_PLANES];
    double value[MSC_MAX_PLANES];
    int has_alpha, has_mask_band, is_class_map;
    int is_mask;        /* any value that is observed is 1 where `as` is narrower than `type` */
    int is_coded;       /* values are whole numbers; `as` may be narrower than `type` */
    int is_signed_byte; /* a Byte band that holds -128..127, as GDAL before 3.7 has them */
    msc_edge edge;
    int is_direct;
    msc_tiff_info tiff;
    msc_mosaic *mosaic; /* of a direct file that is a VRT; `tiff` is not used then */
    msc_cache *cache;   /* of a direct file */
    int is_aligned;   /* target pixel (x, y) is file pixel (x + shift_x, y + shift_y) */
    int64_t shift_x, shift_y;
    double scale;   /* file pixels a target pixel, at least 1 */
    msc_rect reach; /* target pixels that can receive anything */
    msc_resample resample;
    int32_t strip_px; /* rows that are worth reading together */
} msc_file;

/* What a worker holds of one file; opened at its first use. */
typedef struct msc_handle {
    GDALDatasetH dataset;
    msc_tiff_in *tiff;
    msc_mosaic_in pieces;
    msc_crs *crs;
    msc_traffic traffic;
} msc_handle;

/* The pieces of a VRT whose bands are bound, when tiled GeoTIFFs of its type at whole offsets, 1:1, are all that it has;
 * NULL when GDAL must read it. The caller owns it. */
msc_mosaic *msc_vrt_mosaic(const msc_file *file, GDALDatasetH dataset);
void msc_mosaic_free(msc_mosaic **mosaic);
/* Reads the wanted bands of window->rect from the pieces. EREAD, ENOMEM. */
msc_status msc_mosaic_read(const msc_file *file, msc_handle *handle, msc_window *window, msc_error *err);
void msc_mosaic_close(msc_mosaic_in *pieces);

/* The nodata rule from msc_image.nodata's text. EVALUE. */
msc_status msc_nodata_parse(const char *text, msc_nodata_rule *rule, double *value, const char *subject,
                            msc_error *err);
/* Fills rule, values, alpha and mask of a file whose bands are bound. */
msc_status msc_nodata_bind(const char *text, GDALDatasetH dataset, msc_file *file, msc_error *err);
/* Fills window->valid by value, NaN, alpha and class-map rules. window holds n_bands + has_alpha bands. */
void msc_nodata_apply(const msc_file *file, msc_window *window);
/* Clears window->valid where the runs lie. */
void msc_edge_apply(const msc_edge *edge, msc_window *window);
/* Reads the whole file once and keeps the runs of value[0] that are connected (4) to the border. */
msc_status msc_edge_find(msc_file *file, msc_handle *handle, msc_error *err);
void msc_edge_clear(msc_edge *edge);

/* ---- one window of one file, on the file's own grid (raster_read.c) ---- */
/* Reads bands and validity of window->rect, which lies inside the file; window->data has msc_file_pixel_bytes() a
 * pixel and ->valid one. EFORMAT for a code that file->as cannot hold. */
msc_status msc_file_read_window(const msc_file *file, msc_handle *handle, msc_window *window, msc_error *err);
/* Bytes of a pixel of all bands while it is read. */
size_t msc_file_pixel_bytes(const msc_file *file);
void msc_handle_close(msc_handle *handle);

/* ---- bands (raster_bands.c) ---- */
typedef struct msc_bands {
    int n;
    int number[MSC_RASTER_BANDS_MAX];
    char name[MSC_RASTER_BANDS_MAX][64];
} msc_bands;
/* All named bands of a dataset: from "name:number,..." when given, else descriptions, else by count. Alpha is
 * left out. *is_assumed becomes 1 when names were guessed. EBAND. */
msc_status msc_bands_bind(const char *text, const char *path, GDALDatasetH dataset, msc_bands *bands,
                          int *is_assumed, msc_error *err);
/* Number of the band called `name` (any case), or 0. */
int msc_bands_find(const msc_bands *bands, const char *name);
/* 1-based number of the alpha band, or 0. */
int msc_bands_alpha(GDALDatasetH dataset);

/* ---- opening (raster_open.c) ---- */
/* Opens with GDAL for reading. ENOFILE, EFORMAT, EREAD. */
msc_status msc_gdal_open(const char *path, GDALDatasetH *dataset, msc_error *err);
/* Grid of a dataset. ECRS when its WKT is too long; *is_rotated says that the grid is not north-up. */
msc_status msc_gdal_grid(GDALDatasetH dataset, const char *path, msc_grid *grid, int *is_rotated,
                         msc_error *err);
/* Its coordinate system as WKT 2, "" without one (raster_crs.c). ECRS. */
msc_status msc_gdal_crs(GDALDatasetH dataset, const char *path, char crs[MSC_CRS_MAX], msc_error *err);
/* Fills file->type, the narrowest that holds the bands bound, and is_signed_byte; EFORMAT for complex ones, and for
 * signed bytes beside others. */
msc_status msc_gdal_type(GDALDatasetH dataset, msc_file *file, msc_error *err);

/* ---- other grids (raster_warp.c) ---- */
enum { MSC_WARP_STEP_PX = 16 };
/* Two grids, the way from one CRS to the other, and displacements (px of the target) that are taken back on it. */
typedef struct msc_place {
    const msc_grid *target, *source;
    msc_crs *crs;
    const msc_displacement *shift;
    int n_shifts;
} msc_place;
/* Source positions at the corners of lattice cells, that cover target columns x0.. of cells. */
typedef struct msc_mesh {
    int32_t cell_x, cell_y, n_x, n_y;
    double *x, *y;
} msc_mesh; /* [n_y][n_x] */
/* The nodes that cover `rect` of the target; returns how many x and y must have room for. */
size_t msc_mesh_nodes(const msc_rect *rect, msc_mesh *lattice);
/* Where the ground of the target's pixels lies in the source; crs NULL: same CRS. */
void msc_mesh_fill(const msc_place *place, msc_mesh *lattice);
/* The source window that resampling `rect` may touch; w = 0 when none. */
msc_rect msc_mesh_window(const msc_mesh *lattice, const msc_file *file, const msc_rect *rect);
/* Resamples into the tile's planes from plane0 on, where rect (image frame) lies; sets valid where something
 * was written, leaves the rest alone. */
void msc_warp_tile(const msc_mesh *lattice, const msc_file *file, const msc_window *window,
                   const msc_rect *rect, msc_tile *tile);
/* Decides how a file lies on the target grid: is_aligned, shift, scale, reach. A moved file is never aligned. ECRS. */
msc_status msc_warp_place(const msc_grid *target, int is_moved, msc_file *file, msc_error *err);

static inline msc_rect msc_rect_and(msc_rect a, msc_rect b)
{
    const int64_t x0 = a.x > b.x ? a.x : b.x, y0 = a.y > b.y ? a.y : b.y;
    const int64_t x1 = (int64_t)a.x + a.w < (int64_t)b.x + b.w ? (int64_t)a.x + a.w : (int64_t)b.x + b.w;
    const int64_t y1 = (int64_t)a.y + a.h < (int64_t)b.y + b.h ? (int64_t)a.y + a.h : (int64_t)b.y + b.h;
    const msc_rect r = { (int32_t)x0, (int32_t)y0, x1 > x0 ? (int32_t)(x1 - x0) : 0,
                         y1 > y0 ? (int32_t)(y1 - y0) : 0 };
    return r;
}
#endif
