/* gradient.h - gradient density: how steeply grey values change, on the mean of a window. Smooth water, fields and tailings have
 * little of it, rubble, benches and roofs much, whatever their brightness.
 *
 *              a
 *      g =   l . r    (|r - l| + |b - a|) / 2, where all five are observed; then the mean of g over the window
 *              b
 */
#ifndef MSC_OPS_GRADIENT_H
#define MSC_OPS_GRADIENT_H
#include "ops/opening.h"

typedef struct msc_gradient_spec { int plane; int32_t side_px; } msc_gradient_spec;   /* plane: or MSC_OPENING_BRIGHTNESS */

typedef struct msc_gradient {
    const msc_window_rows *rows;
    msc_gradient_spec spec;
    int n_bands;
    int32_t width_px, y;
    int is_begun;
    float *loaded;
    double *value[3];            /* rows round the one at hand */
    double *steep;               /* [side][width + side - 1] g of the window's rows, in turn; 0 where there is none */
    uint8_t *is_steep;           /* likewise: whether there is one */
    double *sum, *n;             /* of each column of the window */
    float *made;                 /* the result: a row of the core's width */
} msc_gradient;

/* As msc_opening_lay. */
void msc_gradient_lay(msc_gradient *gradient, const msc_window_rows *rows, const msc_gradient_spec *spec, int n_bands, int32_t width_px,
                      msc_space *space);

/* Brings made[] to row y; as msc_window_step, but the tile's padding holds side / 2 + 1 px. 0 where no pixel of the window has
 * a gradient. Values of float planes count in steps of 2^-14 up to 2^24, so that sums are exact and rows may come in any order. */
void msc_gradient_step(msc_gradient *gradient, const msc_tile *tile, int32_t y);
#endif
