/* grid.h - where pixels lie: a north-up lattice in a coordinate system. A plain value, copied freely. */
#ifndef MSC_GRID_GRID_H
#define MSC_GRID_GRID_H
#include "base/error.h"

enum { MSC_CRS_MAX = 8192 };

typedef struct msc_rect { int32_t x, y, w, h; } msc_rect;   /* px, image frame */

typedef struct msc_grid {
    int32_t width_px, height_px;
    double e0, n0;              /* outer corner of pixel (0,0): west and north edge, in units of the CRS */
    double pixel_e, pixel_n;    /* size of a pixel, both positive, in units of the CRS */
    char crs[MSC_CRS_MAX];      /* WKT; "" when unknown */
} msc_grid;

/* Map coordinates of a pixel-corner position (x right, y down). Traditional axis order: east, north. */
static inline double msc_grid_e(const msc_grid *g, double x) { return g->e0 + x * g->pixel_e; }
static inline double msc_grid_n(const msc_grid *g, double y) { return g->n0 - y * g->pixel_n; }

/* True when both have the same size, origin and pixel to 1e-6 px, and the same CRS (msc_crs_same). */
int msc_grid_same(const msc_grid *a, const msc_grid *b);
#endif
