/* spans.h - points and polygons as spans of pixels. */
#ifndef MSC_MODEL_SPANS_H
#define MSC_MODEL_SPANS_H
#include "grid/grid.h"
#include "io/layer.h"

#define MSC_OUTSIDE_ZONES "outside the zones"   /* name of the zone that tables have where zones do not cover the map */

/* Pixels x0..x1-1 of row y that feature `feature` holds. */
typedef struct msc_span { int32_t y, x0, x1; uint32_t feature; } msc_span;
typedef struct msc_spans { msc_span *span; size_t n, capacity; } msc_spans;

/* The pixel of every point, the pixels with their centre inside every polygon, in raster order. *n_outside counts the
 * features without any pixel on the grid; features whose use[] is 0 are passed over (NULL: all are used). */
msc_status msc_spans_find(const msc_features_in *features, const uint8_t *use, const msc_grid *grid, msc_spans *spans,
                          int64_t *n_outside, msc_error *err);
/* Gives every pixel that several features hold to the first of them in the file, in a grid `width_px` wide. ENOMEM. */
msc_status msc_spans_share_out(msc_spans *spans, int32_t width_px, msc_error *err);
void msc_spans_clear(msc_spans *spans);

/* Index of the first span of row y or below it. */
size_t msc_spans_row(const msc_spans *spans, int32_t y);

/* row[i] becomes the feature that holds pixel (x + i, y), the first in the file where there are several, or -1; w px. */
void msc_spans_paint(const msc_spans *spans, int32_t x, int32_t y, int32_t w, int32_t *row);
#endif
