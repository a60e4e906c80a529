/* predict.h - from bands to class and confidence: features a row at a time, then the forest or the signatures. */
#ifndef MSC_OPS_PREDICT_H
#define MSC_OPS_PREDICT_H
#include "model/gauss.h"
#include "ops/features.h"

typedef struct msc_predict {
    const msc_features *features;        /* as many and in the order of the model's */
    const msc_forest *forest;            /* one of the two; the other is NULL */
    const msc_gauss *gauss;
    uint8_t code[MSC_MAX_CLASSES];       /* class index -> code on the map */
    uint8_t is_masked[MSC_MAX_CLASSES];  /* 1: mapped as not observed */
    int has_confidence;                  /* 0: the second plane is left out */
} msc_predict;

/* Makes the op: planes in are the bands (and the DEM), planes out are the class code (u8) and the confidence in percent,
 * rounded half up (u8): the winner's share of the votes, or its posterior under equal priors. Where the input is not
 * valid, or the class is masked, both are 0 and the pixel is not valid. `self` is borrowed until the stream has run. */
void msc_predict_op(const msc_predict *self, msc_op *op);
#endif
