/* area.h - ellipsoidal area of pixels and rings by geodesics (Karney 2013, PROJ's geod_polygon).
 *
 * The area of one pixel varies so slowly that it is taken as constant over fixed blocks of MSC_AREA_BLOCK px, counted
 * from the grid's own corner, each block's value from a geodesic polygon round it. Values are integers in units of
 * 2^-24 m2, so sums are exact and the same in any order; an int64_t holds 549 755 km2. */
#ifndef MSC_GRID_AREA_H
#define MSC_GRID_AREA_H
#include "grid/grid.h"

enum { MSC_AREA_BLOCK = 64 };
#define MSC_AREA_UNIT_M2 0x1p-24
static inline double msc_area_ha(int64_t units) { return (double)units * MSC_AREA_UNIT_M2 / 1e4; }

/* Pixels and their ellipsoidal area. */
typedef struct msc_amount { int64_t px, units; } msc_amount;

typedef struct msc_area {
    int32_t n_across, n_down;
    int64_t *px_area;           /* [n_down][n_across], units of MSC_AREA_UNIT_M2 a pixel */
} msc_area;

/* Fills `area` with n_threads threads, which say nothing about the values; the caller clears it. Without a CRS, or with a local one: pixel_e * pixel_n in m2 everywhere. ECRS where
 * the grid leaves the CRS's domain; EGRID where the sum over all pixels would not fit into an int64_t; ENOMEM. */
msc_status msc_area_init(const msc_grid *grid, int n_threads, msc_area *area, msc_error *err);
void msc_area_clear(msc_area *area);

/* Ellipsoidal area of a closed ring in the grid's CRS (edges densified), m2, positive counter-clockwise. For tests. */
msc_status msc_area_ring(const char *crs, const double *xy, size_t n_points, double *area_m2, msc_error *err);

/* Area of a pixel in projected m2 (at the grid's middle for a geographic CRS). */
double msc_area_pixel_m2(const msc_grid *grid);
#endif
