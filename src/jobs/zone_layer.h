/* zone_layer.h - a layer of zones as pixels, for tables by zone. */
#ifndef MSC_JOBS_ZONE_LAYER_H
#define MSC_JOBS_ZONE_LAYER_H
#include "model/zone_count.h"

enum { MSC_ZONE_LAYER_MOST = 4096 };

/* Features of one name are one zone; the last zone, MSC_OUTSIDE_ZONES, is what none holds, so that zones sum to the whole. */
typedef struct msc_zone_layer {
    const msc_zone *zone;        /* borrowed */
    msc_spans spans;             /* shared out */
    int32_t *zone_of;            /* feature -> zone */
    char **name;                 /* [n_zones] */
    int n_zones;
} msc_zone_layer;

/* Errors of msc_layer_read; EFIELD for over MSC_ZONE_LAYER_MOST zones, ENOMEM. What was taken is cleared by the caller, also then. */
msc_status msc_zone_layer_open(const msc_zone *zone, const msc_grid *grid, msc_zone_layer *layer, msc_error *err);
void msc_zone_layer_clear(msc_zone_layer *layer);
/* The layer as msc_zone_count_tile wants it; borrows. */
msc_count_layer msc_zone_layer_to_count(const msc_zone_layer *layer);
/* row[i] becomes the zone of pixel (x + i, y): of several the one whose feature comes first in the file. */
void msc_zone_layer_paint(const msc_zone_layer *layer, int32_t x, int32_t y, int32_t w, int32_t *row);
#endif
