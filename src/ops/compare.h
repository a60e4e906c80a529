/* compare.h - two years' class codes to from-to codes. */
#ifndef MSC_OPS_COMPARE_H
#define MSC_OPS_COMPARE_H
#include "stream/stream.h"

enum { MSC_COMPARE_MAX_TOLERANCE_PX = 64, MSC_CHANGE_NODATA = 65535 };

typedef struct msc_compare {
    int32_t edge_tolerance_px;   /* r, 0..64 */
    int min_confidence;          /* 0..100; above 0, planes 2 and 3 hold the confidences of before and after */
} msc_compare;

/* Makes the op: planes in are the codes before and after (u8; 0 not observed) and perhaps their confidences; plane out
 * (u16) is before * 256 + after where a change is accepted, 0 where none is, 65535 and not valid where either year is
 * not observed. A change a -> b is accepted when both years reach min_confidence and it cannot be a border between a
 * and b that shifted by up to r px: it is rejected when b occurs before, and a occurs after, within r px (rows and
 * columns) of the pixel. `self` is borrowed until the stream has run. */
void msc_compare_op(const msc_compare *self, msc_op *op);
#endif
