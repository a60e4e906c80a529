/* differences.h - what two years' images and elevations say of the changed pixels, as planes beside a change map. */
#ifndef MSC_JOBS_DIFFERENCES_H
#define MSC_JOBS_DIFFERENCES_H
#include "jobs/imagery.h"

typedef struct msc_differences_spec {
    const msc_image *before, *after;
    const msc_grid *grid;        /* of the change map */
    const uint8_t *is_left_out;  /* [65536] by value: pixels that nobody asks of; borrowed */
} msc_differences_spec;

typedef struct msc_differences {
    msc_imagery image[2];
    msc_source maps;             /* plane 0 is the change map (u16) */
    const uint8_t *is_left_out;
    int red, nir;                /* bands of each image; nir -1: no NDVI */
    int n_bright;                /* bands 0.. whose mean is brightness: those of blue, green, red that both images have */
    int has_dem;                 /* each year has one of its own */
} msc_differences;

/* Opens what both years have. *has_any is 0, and nothing is open, where they have nothing in common. The struct must stay where
 * it is until it is closed. Errors of msc_raster_open. */
msc_status msc_differences_open(const msc_settings *settings, const msc_differences_spec *spec, msc_differences *differences, int *has_any,
                                msc_error *err);
/* Wraps a source of maps: behind its planes come MSC_PATCH_DIFFERENCES planes as msc_patches_options says, then planes that are
 * only read into. Tiles without a pixel that is asked of are not read from the images. */
void msc_differences_source(msc_differences *differences, msc_source *source);
void msc_differences_close(msc_differences *differences);   /* accepts a zeroed one */
#endif
