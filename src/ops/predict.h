/* predict.h - from bands to class and confidence: features, bins and the forest, a row at a time. */
#ifndef MSC_OPS_PREDICT_H
#define MSC_OPS_PREDICT_H
#include "model/forest.h"
#include "ops/features.h"

typedef struct msc_predict {
    const msc_features *features;        /* as many and in the order of the forest's */
    const msc_forest *forest;
    uint8_t code[MSC_MAX_CLASSES];       /* class index -> code on the map */
    uint8_t is_masked[MSC_MAX_CLASSES];  /* 1: mapped as not observed */
} msc_predict;

/* Makes the op: planes in are the bands (and the DEM), planes out are the class code (u8) and the winner's share of
 * the votes in percent, rounded half up (u8). Where the input is not valid, or the class is masked, both are 0 and
 * the pixel is not valid. `self` is borrowed until the stream has run. */
void msc_predict_op(const msc_predict *self, msc_op *op);
#endif
