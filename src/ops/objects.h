/* objects.h - each pixel's classes weighed against those of the object that it lies in.
 *
 * Objects are the regions of segment.h in cells of MSC_OBJECTS_CELL_PX that lie evenly from the raster's first pixel on, each with
 * MSC_OBJECTS_MARGIN_PX round it, so that what crosses the line between two cells is seen whole from both; nothing depends on tiles. An
 * object votes by the mean of its pixels' shares:
 *
 *      weight(c) = (P(c) + doubt) * (M(c) + chance)^strength,   P the pixel's share, M the mean of its object
 *
 * by the constants of show.h, and what is shown goes with the square root. The pixel's own word stays in, so that a track that was
 * taken into a field keeps what it says by itself. Masked classes vote and win like others. */
#ifndef MSC_OPS_OBJECTS_H
#define MSC_OPS_OBJECTS_H
#include "ops/show.h"

enum { MSC_OBJECTS_CELL_PX = 256, MSC_OBJECTS_MARGIN_PX = 32, MSC_OBJECTS_MAX_STRENGTH = 4 };

typedef struct msc_objects {
    msc_show show;
    int strength;                /* 1..MSC_OBJECTS_MAX_STRENGTH */
    int n_bands;                 /* 1 and more */
    int has_reason;
} msc_objects;

/* Makes the op. Planes in: with has_reason that of rim.h, which is not asked; the code, of a masked class too, 0 where nothing is there; the share of
 * each class (u8, as of smooth.h with has_shares); then n_bands of any type, finite where something is there. A pixel of a class that is not masked and
 * that is not valid lies in a margin, and stays so. Planes out: those of show.h, then with has_reason an msc_rim_reason. Tiles begin at
 * multiples of the cell and end there or with the raster. `self` is borrowed until the stream has run. */
void msc_objects_op(const msc_objects *self, msc_op *op);
#endif
