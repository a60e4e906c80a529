/* imagery.h - one year's image, with its DEM when there is one, as a source of tiles. */
#ifndef MSC_JOBS_IMAGERY_H
#define MSC_JOBS_IMAGERY_H
#include "io/raster_in.h"
#include "model/model.h"

typedef struct msc_imagery {
    msc_raster *image, *dem;     /* dem NULL: none */
    struct msc_radiometry *radiometry;   /* NULL: values as they are in the file */
    msc_rasters rasters;
    msc_source source;           /* planes: the bands, then the DEM; valid where all of them are */
    const char *band[MSC_MAX_BANDS];
    int n_bands;
    double pixel_m;              /* side of a square of a pixel's area, in m */
} msc_imagery;

/* What is wanted of an image. */
typedef struct msc_imagery_spec {
    const msc_image *image;
    const msc_grid *grid;        /* NULL: the image's own */
    const char *const *want;     /* band names in the order wanted; NULL: all */
    int n_want;
    int has_dem;                 /* non-zero: open image->dem too */
} msc_imagery_spec;

/* Opens it; the struct must stay where it is until it is closed. Errors of msc_raster_open. */
msc_status msc_imagery_open(const msc_settings *settings, const msc_imagery_spec *spec, msc_imagery *imagery, msc_error *err);
void msc_imagery_close(msc_imagery *imagery);   /* accepts a zeroed one */

/* Where the sun stood over an image, degrees clockwise from north and above the horizon. */
typedef struct msc_sun_place { double azimuth_deg, elevation_deg; } msc_sun_place;

/* As image->sun says, else the metadata of its only file; elevation 0 where neither knows. EVALUE for a text that is no place;
 * ENOFILE, EFORMAT. */
msc_status msc_imagery_sun(const msc_image *image, msc_sun_place *sun, msc_error *err);

/* The grid of a raster named by the user, into *storage; *grid is NULL when path is. ENOFILE, EFORMAT, EGRID. */
msc_status msc_imagery_grid_like(const char *path, msc_grid *storage, const msc_grid **grid, msc_error *err);
#endif
