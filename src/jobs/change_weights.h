/* change_weights.h - a look at both years before they are compared: how often the scene changes, what its evidence is worth. */
#ifndef MSC_JOBS_CHANGE_WEIGHTS_H
#define MSC_JOBS_CHANGE_WEIGHTS_H
#include "model/weights.h"
#include "ops/decide.h"
#include "ops/weigh.h"

/* Counts blocks of 256 px that lie evenly over the source, at most 256 of them, and fits the weights of each ground. `source` holds the planes that
 * `decide` reads, the posteriors among them; its prior and ratio are the usual ones. Of `known` the usual rate and what is given are asked. */
msc_status msc_change_weights(const msc_settings *settings, const msc_source *source, const msc_decide *decide,
                              const msc_weights_known *known, msc_weights weights[MSC_N_GROUNDS], msc_error *err);
#endif
