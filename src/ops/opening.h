/* opening.h - morphological opening and closing: grey values without bright, or dark, things narrower than a window.
 *
 *      value --> least over the window --> largest of those    opening: a roof or a road on dark ground is gone, a bright pit stays
 *      value --> largest               --> least of those      closing: a shadow or a bush on bright ground is gone
 */
#ifndef MSC_OPS_OPENING_H
#define MSC_OPS_OPENING_H
#include "ops/window.h"

enum { MSC_OPENING_BRIGHTNESS = -1 };   /* as a plane: the mean of the bands */
typedef enum msc_opening_kind { MSC_OPENING = 0, MSC_CLOSING, MSC_OPENING_KINDS } msc_opening_kind;

typedef struct msc_opening_spec { int plane; int32_t side_px; unsigned wanted; } msc_opening_spec;

/* The extreme of the last `side` rows that were handed in (van Herk 1992, Gil & Werman 1993). */
typedef struct msc_last_rows {
    size_t n;
    int32_t side_px, phase;
    int64_t n_in;
    float *row, *sofar;
} msc_last_rows;

typedef struct msc_opening {
    const msc_window_rows *rows;
    msc_opening_spec spec;
    int n_bands;
    int32_t width_px, y;
    int is_begun;
    msc_last_rows first[MSC_OPENING_KINDS], second[MSC_OPENING_KINDS];
    double *sum;
    float *value, *held, *column, *between, *spare;
    float *made[MSC_OPENING_KINDS];   /* the result: a row of the core's width for each kind wanted */
} msc_opening;

/* As msc_window_lay. n_bands: of the tile's first planes, which brightness is the mean of. */
void msc_opening_lay(msc_opening *opening, const msc_window_rows *rows, const msc_opening_spec *spec, int n_bands, int32_t width_px,
                     msc_space *space);

/* Brings made[] to row y; as msc_window_step, but the tile's padding holds side - 1 px. Windows count observed pixels only;
 * where the pixel itself is not observed the result means nothing. */
void msc_opening_step(msc_opening *opening, const msc_tile *tile, int32_t y);
#endif
