/* raster_stack.h - the insides of msc_raster, shared by raster_in.c and raster_tile.c only. */
#ifndef MSC_IO_RASTER_STACK_H
#define MSC_IO_RASTER_STACK_H
#include "io/raster_file.h"

/* Memory of one worker, kept from tile to tile. */
typedef struct msc_room {
    void *data;
    size_t bytes;
} msc_room;
typedef struct msc_worker {
    msc_handle *handle; /* [n_files], the mask last */
    msc_room pixels, valid, nodes, mask_pixels, mask_valid, stack_valid;
} msc_worker;

struct msc_raster {
    msc_grid grid;
    msc_type type;
    msc_bands bands; /* names of the delivered bands */
    int n_files;     /* with the mask */
    int has_mask;    /* file[n_files - 1] */
    msc_file *file;
    int n_workers;
    msc_worker *worker;
    msc_traffic *traffic; /* the settings'; what the workers counted is added at the end */
    msc_displacement *shift; /* their sum moves all files */
    int n_shifts;
    char **meta, **category; /* GDAL string lists of the first file */
};

/* Fills core, padding and validity of `tile` (n_bands planes of the raster's type, valid) for `worker`. */
msc_status msc_raster_read_tile(msc_raster *raster, int worker, msc_tile *tile, msc_error *err);
/* At least `bytes`, contents undefined; NULL without memory. */
void *msc_room_get(msc_room *room, size_t count, size_t size);
/* Fills raster->shift from the image's reports. ENOFILE, EFORMAT, EGRID. */
msc_status msc_raster_read_shifts(const msc_image *image, msc_raster *raster, msc_error *err);
/* The grid of all files together: the first file's lattice, over the extent of all. ECRS, EVALUE. */
msc_status msc_raster_union(const msc_file *file, int n, msc_grid *grid, msc_error *err);
#endif
