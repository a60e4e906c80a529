/* segment.h - one window of an image as objects: statistical region merging (Nock & Nielsen 2004), one pass over the sides of pixels
 * from the faintest to the strongest.
 *
 * A band is smoothed by 1 4 1 down and across and measured in its own noise, 1.48 times the median difference of neighbours. Sides are
 * taken by the root mean square, over bands, of the difference of their two pixels, in steps of 1/64 up to 64, of equal ones the first
 * in raster order (right before down). The regions on both sides become one where
 *
 *      mean over bands of (m1 - m2)^2 * n1 n2 / (n1 + n2) <= MSC_SEGMENT_LIMIT,   n at most MSC_SEGMENT_FEW:
 *
 * two large regions where their means differ by less than 3.9, two pixels where they differ by less than 12.2. */
#ifndef MSC_OPS_SEGMENT_H
#define MSC_OPS_SEGMENT_H
#include "ops/window.h"

enum { MSC_SEGMENT_LIMIT = 75, MSC_SEGMENT_FEW = 10 };
#define MSC_SEGMENT_NONE UINT32_MAX

typedef struct msc_segment {
    int32_t w, h;                /* px of the window */
    int n_bands;
    size_t n_lanes;              /* n_bands up to a multiple of 4 */
    uint8_t *seen;               /* [h][w] */
    float *raw, *made;           /* [h][w] a band, and room to smooth it in */
    float *tone;                 /* [h][w][n_lanes] bands in units of their noise; later means of regions */
    float *right, *down;         /* [h][w] squared difference across each side, summed over bands */
    float *n_px;                 /* [h][w] of regions; later of objects, by number */
    uint32_t *parent;            /* [h][w] later the labels */
    uint32_t *side;              /* [h][w][2] in the order of merging: 2 * pixel, + 1 for the one below */
    uint16_t *step;              /* [h][w][2] */
    uint32_t *count;
} msc_segment;

/* Lays the room for windows of w x h px out. */
void msc_segment_lay(msc_segment *s, int32_t w_px, int32_t h_px, int n_bands, msc_space *space);
/* Parts the w x h px from (x, y) of the tile's core on (padding may be meant) by its n_bands planes from first_band on, where its validity is
 * not 0; w and h at most those laid out. Returns the number of objects. s->parent[row * w + column] is then an object's number, in
 * the order of first pixels, or MSC_SEGMENT_NONE where the pixel is not valid, and s->n_px[number] its pixels. 4-connected; the same numbers for the
 * same pixels, whatever the machine. */
uint32_t msc_segment_part(msc_segment *s, const msc_tile *tile, int first_band, msc_rect window);
#endif
