/* kinds.h - which kind of damage a changed pixel is, by its own posterior and the kinds of the site that it lies in. */
#ifndef MSC_OPS_KINDS_H
#define MSC_OPS_KINDS_H
#include "ops/forbidden.h"
#include "ops/odds.h"

enum { MSC_KINDS_MAX_PX = 255, MSC_KINDS_MAX = 254 };

typedef struct msc_kinds {
    int32_t side_px;             /* of the square, odd, 3..MSC_KINDS_MAX_PX */
    int n_kinds;                 /* 1..MSC_KINDS_MAX */
    int is_map;                  /* one year's class map instead of changes */
    uint8_t code[MSC_KINDS_MAX], index[256];       /* class code of each kind; 1 + kind of each class code, 0: no damage class */
    msc_forbidden impossible;
} msc_kinds;

/* No transition is impossible; codes are 1..255, each once. */
void msc_kinds_init(msc_kinds *self, int32_t side_px, const int *code, int n);

/* Makes the op. Planes in: accepted changes (u16, before * 256 + after, valid where there is one), posteriors of both years
 * (2 x MSC_POSTERIOR_BANDS u8: code, share in 1/255, of the three most probable classes). Plane out: the changes (u16), valid
 * where they were. In either year a damage class gives way to the damage class k for which
 *     (p(k) + 0.01) * (m(k) + 0.05)^2
 * is largest, where that is more than its own: p the pixel's shares among damage classes, m the mean of those shares over the
 * pixels of the square whose first class is one. Of equal ones the lowest index wins. A pair that would be no change, or
 * an impossible one, stays as it is. With is_map planes in are a class map (u8, valid where observed) and its posterior, plane out the class
 * map, whose damage classes give way likewise. `self` is borrowed until the stream has run. */
void msc_kinds_op(const msc_kinds *self, msc_op *op);
#endif
