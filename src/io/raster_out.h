/* raster_out.h - tiled, compressed GeoTIFF written in tile order: blocks compressed in the workers, appended
 * by the sink; under a temporary name until it is whole, checked, synced and renamed. */
#ifndef MSC_IO_RASTER_OUT_H
#define MSC_IO_RASTER_OUT_H
#include "stream/stream.h"

typedef struct msc_raster_out msc_raster_out;

typedef struct msc_raster_out_spec {
    const char *path;
    msc_grid grid;
    int n_bands; /* 1, or several of one type, pixel-interleaved */
    msc_type type;
    int has_nodata;
    double nodata;
    double scale; /* of every band: what a step of a pixel stands for; 0: none is written */
    const msc_class *classes; /* colour table and category names of a u8 class map; may be NULL */
    int n_classes;
    int is_change; /* u16 codes before*256+after of those classes: palette and names go to metadata */
    const char *const *band_names; /* may be NULL */
    const char *const *meta;       /* NAME=VALUE items; may be NULL */
    int n_meta;
    int has_overviews;
    int32_t block_px;  /* the largest side of a block; 0: 512. Who reads tiles with padding holds two rows of blocks */
    int is_everywhere; /* one band of bytes whose values count where the tile is not valid, too */
} msc_raster_out_spec;

/* Checks that the output may be written and starts it. EEXISTS, EPERM, ENOSPACE, EWRITE. Honours
 * settings->creation COMPRESS=, ZLEVEL/ZSTD_LEVEL=, BIGTIFF=, PREDICTOR=, OVERVIEWS=AUTO|NONE. Default DEFLATE,
 * level 1, which every reader of GeoTIFF has; ZSTD 1 for several bands. Overviews are made as the tiles pass, each pixel (x, y) of a level
 * of step s being pixel (s x, s y). */
msc_status msc_raster_out_open(const msc_settings *settings, const msc_raster_out_spec *spec,
                               const msc_layout *layout, msc_raster_out **out, msc_error *err);

/* A sink over n outputs of one grid and tile layout: the tile's planes are dealt out in order (n_bands each).
 * Where the tile is not valid the nodata value is written, or 0, unless an output is_everywhere. `self` storage is the caller's. */
typedef struct msc_raster_outs {
    msc_raster_out *out[8];
    int n;
} msc_raster_outs;
void msc_raster_outs_sink(msc_raster_outs *outs, msc_sink *sink);

/* Finishes: writes what is pending, overviews, reopens and checks, syncs, renames. */
msc_status msc_raster_out_commit(msc_raster_out **out, msc_error *err);
/* Removes the temporary file; accepts NULL and committed ones. */
void msc_raster_out_abandon(msc_raster_out **out);
#endif
