/* surface.h - how much more ground than map a pixel has, as a plane beside a map. */
#ifndef MSC_JOBS_SURFACE_H
#define MSC_JOBS_SURFACE_H
#include "io/raster_in.h"

typedef struct msc_surface {
    msc_raster *dem;             /* NULL: not open */
    msc_rasters rasters;
    msc_source elevations, maps; /* plane 0 of maps is the map */
    const uint8_t *is_left_out;  /* [65536] by value: pixels that nobody asks of; borrowed; NULL: all are asked of */
    double dx_m, dy_m;           /* sides of a pixel */
    int plane;                   /* where its own begin */
} msc_surface;

/* Opens the DEM on the map's grid, bilinear. The struct must stay where it is until it is closed. Errors of msc_raster_open. */
msc_status msc_surface_open(const msc_settings *settings, const char *dem, const msc_grid *grid, const uint8_t *is_left_out,
                            msc_surface *surface, msc_error *err);
/* Wraps a source of maps whose tiles have 1 px of padding at least; returns the plane that msc_patches_options.surface_plane
 * wants. Behind it come planes that are only read into. Tiles without a pixel that is asked of are not read from the DEM. */
int msc_surface_source(msc_surface *surface, msc_source *source);
void msc_surface_close(msc_surface *surface);   /* accepts a zeroed one */
#endif
