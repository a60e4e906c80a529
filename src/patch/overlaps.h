/* overlaps.h - what a patch shares with each patch of another layer. */
#ifndef MSC_PATCH_OVERLAPS_H
#define MSC_PATCH_OVERLAPS_H
#include "io/layer.h"

typedef struct msc_overlaps msc_overlaps;

/* Indexes the boxes of a layer's polygons, whose first value is their name. `features` and `path`, its name in errors, are borrowed;
 * several indices, one a thread, may stand on the same features. Of polygons only large ones that were met lately are kept as
 * GEOS sees them: a layer takes little more than its vertices. EFORMAT for points, ENOMEM. */
msc_status msc_overlaps_open(const msc_features_in *features, const char *path, msc_overlaps **overlaps, msc_error *err);
void msc_overlaps_close(msc_overlaps **overlaps);

/* What a shape shares with one feature: areas in units of the CRS squared, the common one by points of an even lattice in the
 * smaller of both: 36, and some 400 where those say between 8 and 50 %. `name` is borrowed. */
typedef struct msc_overlap { const char *name; double common, own; size_t at; } msc_overlap;
/* The features that hold such a point, in the order of the file; *overlap is borrowed until the next call. EFORMAT when GEOS
 * fails on a pair, ENOMEM. */
msc_status msc_overlaps_find(msc_overlaps *overlaps, const msc_shape *shape, const msc_overlap **overlap, size_t *n, msc_error *err);
#endif
