/* accuracy_bounds.h - the part of the estimates that speaks of what was never seen. */
#ifndef MSC_MODEL_ACCURACY_BOUNDS_H
#define MSC_MODEL_ACCURACY_BOUNDS_H
#include "model/accuracy.h"

/* Fills the bounds and n_thin of `accuracy`, whose matrix is there already. ENOMEM. */
msc_status msc_accuracy_bounds(const msc_sample_cell *cells, size_t n_cells, int n_strata, msc_accuracy *accuracy, msc_error *err);
#endif
