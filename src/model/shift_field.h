/* shift_field.h - a smooth field of displacements through those measured in windows, some of which are wrong. */
#ifndef MSC_MODEL_SHIFT_FIELD_H
#define MSC_MODEL_SHIFT_FIELD_H
#include "base/error.h"
#include "grid/displacement.h"

/* One measured window: where its middle is (px of the grid) and what was found there. */
typedef struct msc_shift_point {
    double x, y, dx_px, dy_px, sigma_px;
    int is_outlier;              /* set by the fit */
} msc_shift_point;

typedef struct msc_shift_fit {
    msc_displacement field;
    int n_outliers;
    double median_dx_px, median_dy_px;   /* of all points */
    double rmse_before_px;       /* length of the displacements themselves, outliers left out */
    double rmse_px;              /* of what the field leaves, each window held against a field that did not see it */
} msc_shift_fit;

/* Fits the polynomial of degree 0 to 3 that best predicts windows it did not see, by iterated least squares that give
 * an outlier no weight (docs/METHODS.md). `n` is at least 1. ENOMEM. */
msc_status msc_shift_fit_field(msc_shift_point *points, int n, msc_shift_fit *fit, msc_error *err);
#endif
