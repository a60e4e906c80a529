/* grid.c - when two rasters share a lattice. */
#include "grid/grid.h"
#include "grid/crs.h"
#include <math.h>

/* Corner positions may drift by a rounding of the file format, never by a part of a pixel that could be seen. */
static const double TOLERANCE_PX = 1e-6;

int msc_grid_same(const msc_grid *a, const msc_grid *b)
{
    if (a->width_px != b->width_px || a->height_px != b->height_px) return 0;
    const double e = fabs(a->e0 - b->e0) / a->pixel_e, n = fabs(a->n0 - b->n0) / a->pixel_n;
    /* The far corner too: a tiny difference in pixel size adds up over the width. */
    const double far_e = fabs(msc_grid_e(a, a->width_px) - msc_grid_e(b, b->width_px)) / a->pixel_e;
    const double far_n = fabs(msc_grid_n(a, a->height_px) - msc_grid_n(b, b->height_px)) / a->pixel_n;
    /* Negated so that a NaN anywhere counts as different. */
    if (!(e <= TOLERANCE_PX && n <= TOLERANCE_PX && far_e <= TOLERANCE_PX && far_n <= TOLERANCE_PX)) return 0;
    return msc_crs_same(a->crs, b->crs);
}
