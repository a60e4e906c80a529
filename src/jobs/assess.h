/* assess.h - the parts of the assess command: reference labels as spans of pixels, and the report. */
#ifndef MSC_JOBS_ASSESS_H
#define MSC_JOBS_ASSESS_H
#include "grid/grid.h"
#include "io/layer.h"
#include "model/accuracy.h"

/* Pixels x0..x1-1 of row y that reference feature `feature` labels. */
typedef struct msc_span { int32_t y, x0, x1; uint32_t feature; } msc_span;
typedef struct msc_spans { msc_span *span; size_t n, capacity; } msc_spans;

/* The pixel of every point, the pixels with their centre inside every polygon, in raster order. *n_outside counts the
 * features without any pixel on the grid; features whose use[] is 0 are passed over. */
msc_status msc_spans_find(const msc_features_in *features, const uint8_t *use, const msc_grid *grid, msc_spans *spans,
                          int64_t *n_outside, msc_error *err);
void msc_spans_clear(msc_spans *spans);

/* All that the report tells beside the estimates. */
typedef struct msc_assess_facts {
    const msc_assess_options *options;
    const int *code;             /* class index -> code */
    char *const *stratum;        /* names */
    const int64_t *stratum_n;
    const double *stratum_weight;
    int n_strata, is_points;
    int64_t n_outside, n_unlabelled, n_skipped, observed_px;
    const int64_t *map_px;       /* pixels of each class in the whole map */
    double pixel_m2;
} msc_assess_facts;
msc_status msc_assess_report(const msc_assess_facts *facts, const msc_accuracy *accuracy, msc_error *err);
#endif
