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

/* What a patch shares with one feature of the layer: areas in units of the CRS squared. `name` is borrowed. */
typedef struct msc_zone_share { const char *name; double common, zone; size_t at; } msc_zone_share;
/* The features whose insides meet the patch, in the order of the file; *share is the layer's own until the next call. EFORMAT when
 * GEOS fails on a pair, ENOMEM. */
msc_status msc_zones_shares(msc_zones *zones, const msc_shape *shape, const msc_zone_share **share, size_t *n, msc_error *err);
#endif
