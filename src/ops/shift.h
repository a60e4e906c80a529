/* shift.h - how far the ground of one image lies from that of another, measured in one window. */
#ifndef MSC_OPS_SHIFT_H
#define MSC_OPS_SHIFT_H
#include "stream/stream.h"

/* Windows of 128 px are compared; a tile holds 16 more px on every side for the search. */
enum { MSC_SHIFT_WINDOW_PX = 128, MSC_SHIFT_MARGIN_PX = 16, MSC_SHIFT_TILE_PX = 160, MSC_SHIFT_REACH_PX = 14 };

typedef enum msc_shift_state {
    MSC_SHIFT_MEASURED = 0,
    MSC_SHIFT_NOT_OBSERVED,      /* less than a quarter of the window is observed in both images */
    MSC_SHIFT_FEATURELESS,       /* nothing in common that stands out: water, cloud, a plain field */
    MSC_SHIFT_AMBIGUOUS,         /* another displacement matches nearly as well: a texture that repeats */
    MSC_SHIFT_UNSURE,            /* the parts of the window do not agree */
    MSC_SHIFT_FAR,               /* the best match lies beyond the reach of +-14 px */
    MSC_SHIFT_N_STATES
} msc_shift_state;

typedef struct msc_shift_window {
    msc_shift_state state;
    double dx_px, dy_px;         /* what is at (x, y) in the first image is at (x + dx, y + dy) in the second */
    double sigma_px;             /* standard error of the two together, by leaving out one part in sixteen at a time */
    double match;                /* correlation of the gradients there, at most 1 */
} msc_shift_window;

/* Bytes of scratch that one measurement needs. */
size_t msc_shift_scratch_bytes(void);

/* Measures between planes 0 and 1 of a tile of 160 x 160 px, padding not used, of any types. Swapping the planes negates
 * the displacement exactly, equal planes give exactly 0, and a whole number of px is found exactly; any gain and offset of
 * a plane leaves the result as it is up to rounding. docs/METHODS.md has the formulas. Only `state` is set when it is
 * not MSC_SHIFT_MEASURED. */
void msc_shift_measure(const msc_tile *tile, void *scratch, msc_shift_window *window);
#endif
