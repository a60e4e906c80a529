/* rim.h - the rims of clouds: what lies so near to a cloud that its veil, its shade and its mixed pixels pass for ground.
 *
 *      . . . . . . . .        a square of 3 x 3 px of a class whose rim is wanted makes everything within the margin
 *      . . o o o . . .        not observed; fewer pixels together are as likely a bright roof that was taken for one.
 *      . o o # # # o .
 *      . o o # # # o .        # of the class    o its rim, not observed any more
 */
#ifndef MSC_OPS_RIM_H
#define MSC_OPS_RIM_H
#include "ops/carried.h"

enum { MSC_RIM_MAX_PX = 128 };

/* Why a pixel is not observed, as far as a class map knows; numbers that go on where those of mask maps end. */
typedef enum msc_rim_reason { MSC_RIM_NONE = 0, MSC_RIM_CLASS = 3, MSC_RIM_MARGIN = 4 } msc_rim_reason;

typedef struct msc_rim {
    uint8_t has_rim[256];        /* by code: 1 for the masked classes that have one */
    double margin_px;            /* distance of pixel centres, 0..MSC_RIM_MAX_PX; 0: nothing has a rim */
    int has_reason;
    msc_carried carried;         /* the last planes in, the class code among them where there is no other: behind all others of those out, as they are */
} msc_rim;

/* Makes the op behind predict.h or smooth.h: n_planes of u8 (and those carried), the very first the class code, of a masked class too, where the pixel is
 * not valid. Planes out are the same; in rims, and where a class is masked, all are 0 and the pixel is not valid. With has_reason
 * one more plane: 0 where observed or where nothing was there to be classified, else an msc_rim_reason. Padding of margin_px + 2
 * is used up. `self` is borrowed until the stream has run. */
void msc_rim_op(const msc_rim *self, int n_planes, msc_op *op);
#endif
