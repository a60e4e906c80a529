/* support.h - a difference among changes that were accepted is a change too. */
#ifndef MSC_OPS_SUPPORT_H
#define MSC_OPS_SUPPORT_H
#include "ops/decide.h"

enum { MSC_SUPPORT_MAX_PX = 127 };

/* A difference that only posteriors or evidence held back is accepted, with grade B, where at least `percent` of the
 * differences in the square of side_px round it were accepted by themselves. Counted are differences that posteriors and
 * evidence decided on, and that have a class in them which `is_counted` names. */
typedef struct msc_support {
    int32_t side_px;             /* odd, 1..MSC_SUPPORT_MAX_PX; 1: does nothing */
    int percent;                 /* 1..100 */
    uint8_t is_counted[256];     /* by class code */
} msc_support;

/* Makes the op. Planes in and out are those that msc_decide_op makes; what it changes has MSC_BORNE_OUT and MSC_GRADE_B
 * after it. `self` is borrowed until the stream has run. */
void msc_support_op(const msc_support *self, msc_op *op);
#endif
