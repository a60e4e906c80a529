/* elevation.h - two years' elevation models as evidence beside the maps of a comparison. */
#ifndef MSC_JOBS_ELEVATION_H
#define MSC_JOBS_ELEVATION_H
#include "io/raster_in.h"
#include "ops/height_level.h"

typedef struct msc_elevation {
    msc_raster *dem[2];
    msc_rasters rasters[2];
    msc_source source[2], maps;
    msc_heights heights;
} msc_elevation;

/* Opens both on the grid, resampled bilinearly where theirs is another; the struct must stay where it is until it is closed. Heights
 * stay as they are: zero, or as a caller has measured them. Errors of msc_raster_open. */
msc_status msc_elevation_open(const msc_settings *settings, const char *before, const char *after, const msc_grid *grid,
                              msc_elevation *elevation, msc_error *err);
/* Measures elevation->heights on blocks of 64 px, at most 256 of them. */
msc_status msc_elevation_measure(const msc_settings *settings, msc_elevation *elevation, msc_error *err);
/* Wraps a source: behind its planes comes a plane of levels (u8, MSC_NO_HEIGHT where there is none, and on the outermost pixel of a
 * tile's padding), then planes that are only read into. */
void msc_elevation_source(msc_elevation *elevation, msc_source *source);
void msc_elevation_close(msc_elevation *elevation);   /* accepts a zeroed one; keeps the heights */
#endif
