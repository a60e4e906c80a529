/* patches.h - connected regions of one value as polygons: the result of tracing, in order of their first pixel. */
#ifndef MSC_PATCH_PATCHES_H
#define MSC_PATCH_PATCHES_H
#include "grid/area.h"
#include "stream/stream.h"

/* One patch. Vertices are pixel corners (x right, y down), rings closed, outer ring first, the interior to the right
 * of the direction of travel on screen... holes the other way round; parts of an 8-connected patch follow each other. */
typedef struct msc_patch {
    int value;                   /* of the raster */
    int64_t n_px;
    int64_t first_px;            /* y * width + x of its first pixel in raster order */
    __int128 area_units;         /* ellipsoidal area in MSC_AREA_UNIT_M2 */
    int64_t confidence_sum;      /* over its pixels */
    int32_t inside_x2, inside_y2;/* a point inside, in half pixels */
    size_t n_rings;
    const size_t *ring_start;    /* [n_rings + 1] into xy pairs */
    const uint8_t *is_outer;
    const int32_t *xy;
} msc_patch;
#endif
