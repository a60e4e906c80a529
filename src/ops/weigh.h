/* weigh.h - what the posteriors and the evidence say of each pixel, counted: the ground on which both are weighed. */
#ifndef MSC_OPS_WEIGH_H
#define MSC_OPS_WEIGH_H
#include "ops/decide.h"

/* Log odds by the posteriors in steps of 1/8; what is beyond the first and last step counts there. */
enum { MSC_ODDS_STEP = MSC_LOG_UNIT / 8, MSC_ODDS_STEPS = 192, MSC_NO_EVIDENCE = 255 };
static inline int32_t msc_odds_of_step(int step) { return (step - MSC_ODDS_STEPS / 2) * MSC_ODDS_STEP; }

typedef struct msc_weigh {
    msc_boundary boundary;
    int posterior, evidence, height;   /* the first plane of each; the last two 0: not there */
    msc_log_shares shares;
    const uint8_t *is_damage;    /* by class code; borrowed */
} msc_weigh;

/* Makes the op. Planes in are those of msc_decide_op; planes out: the nearest step of the log odds (u8), the evidence (u8, 255
 * none), the level of height (u8, MSC_NO_HEIGHT none), the ground (u8, msc_ground). Not valid where either year is not observed and where the classes differ as a displacement explains. `self` is borrowed
 * until the stream has run. */
void msc_weigh_op(const msc_weigh *self, msc_op *op);
#endif
