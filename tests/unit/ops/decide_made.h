/* decide_made.h - planes, limits and the op itself, for tests of graded changes. */
#ifndef TEST_OPS_DECIDE_MADE_H
#define TEST_OPS_DECIDE_MADE_H
#include "made_tile.h"
#include "ops/decide.h"
#include <math.h>
#include <stdlib.h>

enum { W = 16, H = 9, R = 6, N_PLANES = 18, CONFIDENCE = 2, POSTERIOR = 4, EVIDENCE = 16, HEIGHT = 17 };
static const msc_type types[N_PLANES] = { MSC_U8 }, types_out[5] = { MSC_U16, MSC_U8, MSC_U16, MSC_U8, MSC_U16 };
static const msc_decide_limits usual = { .change_rate = 0.05, .evidence_weak = 0.05, .evidence_sure = 0.01 };

static msc_decide_limits within(int32_t edge_tolerance_px, double shift_px)
{
    msc_decide_limits limits = usual;
    limits.edge_tolerance_px = edge_tolerance_px;
    limits.shift_px = shift_px;
    return limits;
}

static void run_tile(const msc_decide *self, msc_tile *in, msc_tile *out)
{
    msc_op op;
    msc_decide_op(self, &op);
    void *scratch = msc_alloc(op.scratch_bytes(op.self, in->core.w + 2 * in->pad_px, in->core.h + 2 * in->pad_px) + 1, 1);
    op.tile(op.self, in, out, scratch);
    msc_release(scratch);
}

#endif
