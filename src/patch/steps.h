/* steps.h - boundaries as bytes: one variable-length number a straight step, least significant seven bits first. */
#ifndef MSC_PATCH_STEPS_H
#define MSC_PATCH_STEPS_H
#include "patch/number.h"

/* A step is length << 4 | direction << 2 | flags; the flags belong to the vertex at its end. */
enum {
    MSC_STEP_NODE = 1,           /* three or more boundaries meet here */
    MSC_STEP_PINCH = 2,          /* pixels of one value touch here by their corners only */
    MSC_STEP_MAX_BYTES = 10
};
#endif
