/* topology.h - are the polygons of a layer valid, and do none of them overlap? */
#ifndef MSC_PATCH_TOPOLOGY_H
#define MSC_PATCH_TOPOLOGY_H
#include "io/layer.h"

typedef struct msc_topology {
    size_t n_invalid, first_invalid;     /* polygons that GEOS does not call valid (OGC 06-103r4); index of the first */
    size_t n_overlaps, overlap[2];       /* pairs whose insides meet; indices of the first, the lower one first */
    char why[256];                       /* what is wrong with the first invalid one, in GEOS's words */
} msc_topology;

/* Checks every polygon by itself and every pair whose boxes meet; polygons that are not valid take no part in pairs. The
 * result does not depend on the order of work. EFORMAT with `path` when GEOS fails, ENOMEM. */
msc_status msc_topology_check(const msc_features_in *features, const char *path, msc_topology *topology, msc_error *err);
#endif
