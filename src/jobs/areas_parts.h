/* areas_parts.h - what the count of areas and their tables share. */
#ifndef MSC_JOBS_AREAS_PARTS_H
#define MSC_JOBS_AREAS_PARTS_H
#include "grid/area.h"
#include "jobs/areas.h"
#include "jobs/zone_layer.h"

/* value: class before * 256 + after; ground: sum of ground over map in 1 / MSC_SURFACE_ONE of the ground_px pixels that the DEM has. */
typedef struct msc_area_cell { int32_t value; int64_t px, units, ground, ground_px; } msc_area_cell;
typedef struct msc_area_place { msc_area_cell *cell; size_t n, cap; } msc_area_place;

struct msc_areas {
    msc_areas_options options;   /* its texts are borrowed */
    double pixel_m2;
    msc_area_place whole, **place;   /* of each layer the zones */
    msc_zone_layer *layer;
};

/* Puts the cells of every place in the order of their values. */
void msc_areas_sort(msc_areas *areas);
#endif
