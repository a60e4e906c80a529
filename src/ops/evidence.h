/* evidence.h - two images' pixels to the probability that nothing changed. */
#ifndef MSC_OPS_EVIDENCE_H
#define MSC_OPS_EVIDENCE_H
#include "model/irmad.h"

enum { MSC_EVIDENCE_FULL = 254, MSC_EVIDENCE_NODATA = 255 };

typedef struct msc_evidence {
    const msc_variates *irmad;
    const msc_irmad_limit *limit;   /* of each plane */
    int saturated;               /* plane (u8) that is passed on; 0: none */
} msc_evidence;

/* Makes the op: planes in are the bands before and after (more may follow and are not looked at); plane out (u8) is
 * round(254 P(no change)), 255 and not valid where a plane is not observed, and
 * everywhere without a variate; behind it, if one is named, the plane that is passed on. `self` is borrowed until the stream has run. */
void msc_evidence_op(const msc_evidence *self, msc_op *op);
#endif
