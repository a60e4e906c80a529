/* window.h - sums over square windows of valid pixels, one row of windows at a time.
 *
 *      column sums over `side` rows, top to bottom        then across, left to right
 *          |  |  |  |  |  |                                  [--------]
 *      The order of additions round a pixel is the same whatever tile it lies in; integer planes are summed exactly.
 */
#ifndef MSC_OPS_WINDOW_H
#define MSC_OPS_WINDOW_H
#include "stream/stream.h"

enum { MSC_WINDOW_MIN_PX = 3, MSC_WINDOW_MAX_PX = 63 };

/* Bytes that the two calls below need beside their results, for rows of width_px and sides up to side_px. */
size_t msc_window_scratch(int32_t width_px, int32_t side_px);

/* count[x] = valid pixels of the side x side window round (x, y), x in 0..core.w-1. The tile's padding holds at
 * least side / 2 px. */
void msc_window_count(const msc_tile *tile, int32_t y, int32_t side_px, uint32_t *count, void *scratch);

/* Mean and population standard deviation of a plane over the valid pixels of each window; 0 where count is 0. Either
 * result may be NULL. count is msc_window_count's for the same row and side. */
void msc_window_row(const msc_tile *tile, int plane, int32_t y, int32_t side_px, const uint32_t *count, float *mean,
                    float *std, void *scratch);
#endif
