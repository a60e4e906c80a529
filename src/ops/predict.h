/* predict.h - from bands to class and confidence: features a row at a time, then the forest or the signatures. */
#ifndef MSC_OPS_PREDICT_H
#define MSC_OPS_PREDICT_H
#include "model/gauss.h"
#include "ops/carried.h"
#include "ops/features.h"
#include "ops/rank.h"

typedef struct msc_predict {
    const msc_features *features;        /* as many and in the order of the model's */
    const msc_forest *forest;            /* one of the two; the other is NULL */
    const msc_gauss *gauss;
    int n_agree;                         /* of msc_forest_answer */
    msc_legend_codes classes;
    int has_confidence;
    int has_ranks;
    int has_shares;                      /* every class' share instead of all the other planes */
    msc_carried carried;                 /* with has_shares: the first planes in, behind the shares */
} msc_predict;

/* Makes the op: planes in are the bands (and the DEM), planes out are u8: the class code; with has_confidence the
 * confidence in percent, rounded half up: the winner's share of the votes, or its posterior under equal priors; with
 * has_ranks the six of rank.h. Where the input is not valid all are 0, where the class is masked all but its code (which
 * rim.h reads); the pixel is not valid then.
 * With has_shares plane c is the share of class index c, 0..255 for 0..1; masked classes have one like others, and the
 * pixel is valid where the input is. `self` is borrowed until the stream has run. */
void msc_predict_op(const msc_predict *self, msc_op *op);
#endif
