/* adjoin.h - what belongs to a region of differences that are judged together: those with a word of their own, and the edges beside them. */
#ifndef MSC_OPS_ADJOIN_H
#define MSC_OPS_ADJOIN_H
#include "ops/decide.h"

/* A boundary difference within reach_px (rows and columns) of a difference that posteriors and evidence decided on is the edge of
 * that one, and shares its lot without a word. Differences without a class that `is_counted` names belong to no region. */
typedef struct msc_adjoin {
    int32_t reach_px;            /* 0..MSC_BOUNDARY_MAX_PX; 0: no edges */
    uint8_t is_counted[256];     /* by class code */
} msc_adjoin;

/* Makes the op. Planes in and out are those that msc_decide_op makes; only the last one, the word, is another: 0 where no region is,
 * MSC_WORD_NONE at edges. `self` is borrowed until the stream has run. */
void msc_adjoin_op(const msc_adjoin *self, msc_op *op);
#endif
