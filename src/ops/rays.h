/* rays.h - how far ground lies below, or above, all that surrounds it: depth of hollows and height of heaps.
 *
 *      . rim      rim .        along each of eight rays the highest ground is taken: the rim on that side. Water standing in a
 *       \   depth    /         hollow runs off over the lowest rim, so depth = lowest of the eight rims - ground. A valley is
 *        \____|_____/          open along two rays and has next to none. `rise` is the same upside down.
 */
#ifndef MSC_OPS_RAYS_H
#define MSC_OPS_RAYS_H
#include "ops/window.h"

enum { MSC_RAYS_SAMPLES = 8 };   /* along a ray, evenly; all pixels where the window is no wider than 17 px */
typedef enum msc_rays_kind { MSC_RAYS_DEPTH = 0, MSC_RAYS_RISE, MSC_RAYS_KINDS } msc_rays_kind;

typedef struct msc_rays {
    const msc_window_rows *rows;
    int plane;
    int32_t side_px, width_px, y;
    int is_begun;
    float *row;                  /* [side] rows of elevation with the padding, not a number where not valid */
    float *ray, *rim;
} msc_rays;

/* As msc_window_lay. */
void msc_rays_lay(msc_rays *rays, const msc_window_rows *rows, int plane, int32_t side_px, int32_t width_px, msc_space *space);

/* Brings the rows to row y, as msc_window_step does. */
void msc_rays_step(msc_rays *rays, const msc_tile *tile, int32_t y);

/* Depth or rise of that row over the core's width, in the unit of the plane, at least 0: within a square of side_px, along
 * rays to its corners and the middles of its sides. Pixels not valid are no rim, so a hollow at their edge is open; they
 * have 0 themselves. The eight directions are those of openness (Yokoyama, Shirasawa & Pike 2002). */
void msc_rays_row(msc_rays *rays, msc_rays_kind kind, float *out);
#endif
