/* majority.h - each pixel takes the commonest class of the window round it. */
#ifndef MSC_OPS_MAJORITY_H
#define MSC_OPS_MAJORITY_H
#include "stream/stream.h"

enum { MSC_MAJORITY_MIN_PX = 3, MSC_MAJORITY_MAX_PX = 63 };

typedef struct msc_majority_window { int32_t window_px; } msc_majority_window;   /* odd side of the window, 3..63 */

/* Makes the op: plane in and out are class codes (u8). Every valid pixel of the window has one vote. Of classes with
 * equal votes the pixel's own stays, else the lowest code wins. Pixels that are not valid, or 0, have no vote, and
 * stay 0 and not valid. `self` is borrowed until the stream has run. */
void msc_majority_op(const msc_majority_window *self, msc_op *op);
#endif
