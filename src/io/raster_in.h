/* raster_in.h - any raster that GDAL reads, or a mosaic of several, as tiles on a wanted grid. */
#ifndef MSC_IO_RASTER_IN_H
#define MSC_IO_RASTER_IN_H
#include "stream/stream.h"

typedef struct msc_raster msc_raster;
typedef enum msc_resample { MSC_NEAREST = 0, MSC_BILINEAR, MSC_CUBIC } msc_resample;

typedef struct msc_raster_spec {
    msc_image image; /* paths, bands, nodata, mask; dem is ignored here. bands NULL: all, in file order */
    const char *const *want; /* band names wanted, in this order; NULL: all named bands */
    int n_want;
    const msc_grid *grid;  /* grid to deliver on; NULL: the file's own (north-up; EGRID for rotated ones) */
    msc_resample resample; /* used only where grids differ */
    int n_workers;         /* as many as the stream has threads; each gets its own handles */
    int is_coded;          /* 1: values are codes, delivered as u8, from UInt16 as u16; see below */
    int is_class_map;      /* 1: values are codes of which 0 is not observed, delivered as u8 whatever the file's type;
                            * -1: as 1 for all but UInt16 files, which are change maps */
    int is_mask;           /* see msc_raster_open_mask */
} msc_raster_spec;

/* Opens and checks: ENOFILE, EFORMAT, ECRS, EGRID, EOVERLAP, EBAND, EREAD. Planes are u8, u16 or f32, the
 * narrowest that holds the file's type (signed bytes, Int16 and wider become f32). Codes are whole numbers that
 * are never interpolated; a negative one is not observed, and reading one that the plane cannot hold is EFORMAT.
 * settings->traffic is borrowed until the close, which adds to it. */
msc_status msc_raster_open(const msc_raster_spec *spec, const msc_settings *settings, msc_raster **raster,
                           msc_error *err);
/* An image's mask, as the image that names it takes it: the first band of a file of any type as one u8 plane, 0 where its value is 0, nodata
 * or none. Moved by `moved`'s shifts; NULL: where it lies. */
msc_status msc_raster_open_mask(const char *path, const msc_image *moved, const msc_grid *grid, int n_workers, const msc_settings *settings,
                                msc_raster **raster, msc_error *err);
void msc_raster_close(msc_raster **raster);
/* Gives back what reading took: decoded blocks, handles, rooms. Whoever reads again gets them anew. No worker reads now. */
void msc_raster_rest(msc_raster *raster);

const msc_grid *msc_raster_grid(const msc_raster *raster);
int msc_raster_n_bands(const msc_raster *raster);
const char *msc_raster_band_name(const msc_raster *raster, int band); /* "blue"; "band1" when nameless */
msc_type msc_raster_type(const msc_raster *raster);
/* GDAL category name / metadata item of the first file; NULL when absent. Borrowed. */
const char *msc_raster_category(const msc_raster *raster, int value);
const char *msc_raster_meta(const msc_raster *raster, const char *key);
/* True when direct block reads are in use (for info and benchmarks). */
int msc_raster_is_direct(const msc_raster *raster);

/* Joins up to 8 rasters on one grid into a source: their bands become consecutive planes, validity is the AND
 * over those whose bit in `required` is set. `self` storage is the caller's and must outlive the source.
 * EGRID. */
typedef struct msc_rasters {
    msc_raster *raster[8];
    int n;
    unsigned required;
    struct msc_lack *lack; /* NULL: nobody asks; borrowed by the source */
} msc_rasters;
msc_status msc_rasters_source(msc_rasters *rasters, msc_source *source, msc_error *err);
void msc_rasters_rest(msc_rasters *rasters);

/* What only the last of several rasters makes not valid: of the tile that a worker read last, a bit for each pixel of the core. */
typedef struct msc_lack {
    uint8_t *bits;
    size_t worker_bytes;
} msc_lack;
/* Room for the workers and tiles of a pass, into rasters->lack. ENOMEM. */
msc_status msc_lack_init(msc_lack *lack, msc_rasters *rasters, const msc_layout *layout, msc_error *err);
void msc_lack_clear(msc_lack *lack);
/* Whether pixel (x, y) of the core of `tile`, or of what became of it, is one of them. */
static inline int msc_lack_has(const msc_lack *lack, const msc_tile *tile, int32_t x, int32_t y)
{
    const size_t i = (size_t)y * (size_t)tile->core.w + (size_t)x;
    return lack->bits[(size_t)tile->worker * lack->worker_bytes + i / 8] >> i % 8 & 1;
}

/* One-off facts about a file, without opening it for streaming (info, plan). Text is GDAL's. */
typedef struct msc_raster_facts {
    msc_grid grid;
    int n_bands, block_w, block_h, bits, is_rotated;
    char driver[32], type[16], compression[32], band_names[512], nodata[128];
    int64_t file_bytes;
    double sun_azimuth_deg, sun_elevation_deg;   /* as the provider's metadata say (Landsat, DigitalGlobe, ours); elevation 0: they do not */
} msc_raster_facts;
msc_status msc_raster_facts_read(const char *path, msc_raster_facts *facts, msc_error *err);
#endif
