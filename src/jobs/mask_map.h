/* mask_map.h - what of an epoch was not observed, and why, as a raster. */
#ifndef MSC_JOBS_MASK_MAP_H
#define MSC_JOBS_MASK_MAP_H
#include "ops/shadow.h"

/* Why a pixel is not observed: the second band of a mask map, and what classify says of masked classes (ops/rim.h) and
 * of an image without elevations that its model needs. */
typedef enum msc_mask_reason {
    MSC_MASK_NONE = 0, MSC_MASK_USER, MSC_MASK_TERRAIN_SHADOW, MSC_MASK_CLASS, MSC_MASK_MARGIN, MSC_MASK_NO_ELEVATION, MSC_MASK_REASONS
} msc_mask_reason;

typedef struct msc_mask_options {
    const char *dem;             /* elevation, any grid */
    const char *mask;            /* the user's, 0 = not observed; may be NULL */
    const char *out;             /* output: two bands of bytes: 1 observed, 0 not; and the msc_mask_reason */
    const char *grid_like;       /* raster whose grid is used */
    const char *run_id;          /* may be NULL */
    double azimuth_deg, elevation_deg, shadow_reach_m;
} msc_mask_options;

/* px counts the pixels of each reason. Where the DEM has nothing no shadow is known, and the pixel counts as lit. */
msc_status msc_mask_map(const msc_settings *settings, const msc_mask_options *options, int64_t px[MSC_MASK_REASONS], msc_error *err);
#endif
