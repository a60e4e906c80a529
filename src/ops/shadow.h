/* shadow.h - where ground lies in the shadow of other ground.
 *
 *        sun
 *          \        .-.  hill          seen from a pixel towards the sun, ground that stands higher than the sun's ray at its
 *           \      /   \               distance takes the sun away; so does ground that itself leans away too far.
 *            \____/     \___ pixel
 */
#ifndef MSC_OPS_SHADOW_H
#define MSC_OPS_SHADOW_H
#include "stream/stream.h"

enum { MSC_SHADOW_MAX_PX = 1024 };   /* how far a ray is followed, at most */

typedef struct msc_shadow {
    double per_step_x, per_step_y;   /* px a step, the larger of the two 1 or -1 */
    double drop;                     /* how much higher the ray is after each step, m */
    int32_t n_steps;
    int has_mask;                    /* set by the caller: a plane of u8 follows elevation and is handed on */
} msc_shadow;

/* azimuth_deg: of the sun, clockwise from the grid's north (map makers' north differs by the convergence, at most 1.2 degrees in
 * a three-degree zone at 50 degrees of latitude). elevation_deg: above 0, at most 90. reach_m: shadows longer than this are cut;
 * more than MSC_SHADOW_MAX_PX px are held to that. */
void msc_shadow_init(msc_shadow *shadow, double azimuth_deg, double elevation_deg, double reach_m, double pixel_m);

/* Makes the op: plane in 0 is elevation in m; plane out 0 is u8, 1 in shadow, 0 lit, valid as the input; plane 1, with has_mask,
 * as it came. Ground that is not valid casts no shadow. Elevation between pixels is interpolated linearly. `shadow` is borrowed until the stream has run. */
void msc_shadow_op(const msc_shadow *shadow, msc_op *op);
#endif
