/* smooth.h - each pixel's classes weighed against those of the window round it, a few times over.
 *
 *      Q0 = P,   Q[i+1](c) = (P(c) + doubt) * (mean of Q[i](c) over the window + chance)^strength / sum over classes
 *
 * and the shares that are shown go with the square root of the last Q: neighbours say much the same, so that sweeps over
 * them are surer than they are right. P are the shares that the model gave. Relaxation labelling (Rosenfeld, Hummel & Zucker 1976) in its product form: what a
 * pixel says by itself is never forgotten, what its window says counts `strength` times. One sweep reaches one window
 * further, so a tile needs n_sweeps half windows of padding, and no sum is taken across tiles. */
#ifndef MSC_OPS_SMOOTH_H
#define MSC_OPS_SMOOTH_H
#include "ops/carried.h"
#include "ops/show.h"

enum { MSC_SMOOTH_MIN_SIDE = 3, MSC_SMOOTH_MAX_STRENGTH = 4, MSC_SMOOTH_MAX_SWEEPS = 8 };

typedef struct msc_smooth {
    msc_show show;
    int strength;                /* 1..MSC_SMOOTH_MAX_STRENGTH */
    int n_sweeps;                /* 1..MSC_SMOOTH_MAX_SWEEPS */
    int32_t side_px;             /* odd side of the window, MSC_SMOOTH_MIN_SIDE..MSC_SMOOTH_MAX_SIDE */
    int has_shares;              /* every class' share behind the code instead of what `show` asks for */
    msc_carried carried;
} msc_smooth;

/* Makes the op: plane c in (u8) is the share of class index c, 0..255 for 0..1, and 0 where the pixel is not valid. Planes
 * out are those of predict.h: class code, confidence in percent and ranks, of the shares after the last sweep; of equal
 * shares the lower index wins. Pixels that are not valid say nothing, and stay so; where a masked class wins the pixel
 * becomes not valid, and all but its code is 0. With has_shares plane 1 + c is the share of class index c after the last sweep, whatever
 * wins, and the planes carried follow. `self` is borrowed until the stream has run. */
void msc_smooth_op(const msc_smooth *self, msc_op *op);
#endif
