/* texture.h - grey-level co-occurrence in square windows, kept from row to row (Haralick, Shanmugam & Dinstein 1973).
 *
 *      Pairs at distance 1 in all four directions, both pixels in the window and valid, each taken both ways:
 *
 *          o-o   level pairs and both diagonals of a cell: columns of side - 1 across
 *          |X|   upright pairs (the wall): columns of side across
 *          o-o
 *      Measures that are sums over pairs need no matrix: sums of pairs are kept as window.c keeps sums of pixels.
 */
#ifndef MSC_OPS_TEXTURE_H
#define MSC_OPS_TEXTURE_H
#include "kernels/majority.h"
#include "kernels/texture.h"
#include "ops/window.h"

typedef struct msc_texture_spec {
    int plane;
    int32_t side_px;
    double low, high;            /* what the 8 levels share equally; values beyond get the first or last. low == high: by
                                    type 0..256, 0..10000, 0..1 for u8, u16, f32 */
    unsigned wanted;             /* a bit for each measure of msc_texture_measure */
} msc_texture_spec;

typedef struct msc_texture {
    const msc_window_rows *rows;
    const msc_texture_rows *pairs;
    const msc_majority_rows *counts;
    msc_texture_spec spec;
    int32_t width_px, y;
    int is_begun;
    uint8_t *level;              /* [side + 2] rows of levels; the last holds none */
    float *pixel;
    double *cell[MSC_PAIR_MEASURES], *wall[MSC_PAIR_MEASURES], *total[MSC_PAIR_MEASURES];
    /* For the energy: rows of the codes of pairs, and for each two levels the columns of their pairs. */
    uint8_t *code, *column;
    uint16_t *spare;
    uint32_t *energy;
} msc_texture;

void msc_texture_lay(msc_texture *texture, const msc_window_rows *rows, const msc_texture_rows *pairs,
                     const msc_majority_rows *counts, const msc_texture_spec *spec, int32_t width_px, msc_space *space);

/* Brings total[m] of each wanted measure m to row y: its sum over the pairs of each window; and the energy: 4 N^2 times the
 * sum of squares of the matrix of N pairs. As msc_window_step. */
void msc_texture_step(msc_texture *texture, const msc_tile *tile, int32_t y, const msc_window_work *work);
#endif
