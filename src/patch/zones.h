/* zones.h - which district or watershed a patch belongs to. */
#ifndef MSC_PATCH_ZONES_H
#define MSC_PATCH_ZONES_H
#include "io/layer.h"

typedef struct msc_zones msc_zones;

/* Reads a zone layer into memory in the given CRS. A zone that is not valid is repaired, with a warning. The errors of
 * msc_layer_read, and EFORMAT for a layer that GEOS cannot use. */
msc_status msc_zones_open(const msc_settings *settings, const msc_zone *zone, const char *crs, msc_zones **zones,
                          msc_error *err);
void msc_zones_close(msc_zones **zones);

/* Name of the zone that a patch lies in; one that crosses zones belongs to the zone with the largest part of it (ties:
 * the first in the file); "" outside all. *name is borrowed. EFORMAT when GEOS fails on the pair. */
msc_status msc_zones_find(msc_zones *zones, const msc_shape *shape, const char **name, msc_error *err);
#endif
