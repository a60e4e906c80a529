/* window.h - sums and extremes over square windows of valid pixels, kept from row to row.
 *
 *      columns over `side` rows, brought one row down         then across, left to right
 *          |  |  |  |  |  |                                      [--------]
 *      Integer planes: sums are exact integers, so a column gains the row below and loses the row above. Extremes, and
 *      sums of floats, cannot lose a row: columns are stacked in blocks of `side` rows that lie at multiples of `side`
 *      from the raster's first row, so that the order of additions round a pixel is the same whatever tile it lies in.
 *
 *          block A  ^ stacked upwards from A's end, one stored row each    window = stored row at its top + what of B
 *          block B  v stacked downwards so far                             it reaches (van Herk 1992, Gil & Werman 1993)
 */
#ifndef MSC_OPS_WINDOW_H
#define MSC_OPS_WINDOW_H
#include "kernels/window.h"
#include "stream/stream.h"

enum { MSC_WINDOW_MIN_PX = 3, MSC_WINDOW_MAX_PX = 63 };
typedef enum msc_window_kind { MSC_WINDOW_SUM = 0, MSC_WINDOW_SQUARES, MSC_WINDOW_LOW, MSC_WINDOW_HIGH, MSC_WINDOW_KINDS } msc_window_kind;

/* Space that is laid out twice: with base NULL to learn its size, then in earnest. Pieces are aligned to 64 bytes. */
typedef struct msc_space { char *base; size_t used; } msc_space;
static inline void *msc_space_take(msc_space *s, size_t bytes)
{
    void *at = s->base ? s->base + s->used : NULL;
    s->used += (bytes + 63) / 64 * 64;
    return at;
}

/* What the calls below share: pixels as floats, room to double in, and the result of the last step: one row a kind,
 * doubles for sums and squares, floats for extremes. */
typedef struct msc_window_work {
    float *add, *drop;
    void *spare, *total[MSC_WINDOW_KINDS];
} msc_window_work;
void msc_window_work_lay(msc_window_work *work, int32_t width_px, int32_t side_px, msc_space *space);

/* Valid pixels of each window, and one over them (0 where there are none). */
typedef struct msc_window_count {
    const msc_window_rows *rows;
    int32_t side_px, width_px, y, n_holed_rows;
    int is_begun, is_full;
    double *column, *n, *inv;
} msc_window_count;

/* Sums of values, of squares, least and largest value of one plane; `wanted` has a bit for each kind. */
typedef struct msc_window {
    const msc_window_rows *rows;
    int plane;
    int32_t side_px, width_px, y;
    unsigned wanted;
    int is_begun;
    void *column[MSC_WINDOW_KINDS], *below[MSC_WINDOW_KINDS], *above[MSC_WINDOW_KINDS];
} msc_window;

/* Lay one out for rows of width_px; nothing of an earlier tile is left. */
void msc_window_count_lay(msc_window_count *count, const msc_window_rows *rows, int32_t side_px, int32_t width_px, msc_space *space);
void msc_window_lay(msc_window *window, const msc_window_rows *rows, int plane, int32_t side_px, int32_t width_px,
                    unsigned wanted, msc_space *space);

/* Bring one to row y of the tile (its core's columns), in a time that hardly depends on the side when y follows the
 * last row, in side_px rows' time else. Same result either way. The tile's padding holds side / 2 px round row y. */
void msc_window_count_step(msc_window_count *count, const msc_tile *tile, int32_t y, const msc_window_work *work);
void msc_window_step(msc_window *window, const msc_tile *tile, int32_t y, const msc_window_work *work);

/* Row y of a plane as floats from x = first on; `other` where not valid. */
void msc_window_load(const msc_window_rows *rows, const msc_tile *tile, int plane, int32_t y, int32_t first, size_t n,
                     float other, float *out);
/* Whether a pixel of row y, x in first..first+n-1, is not valid. */
int msc_window_has_hole(const msc_tile *tile, int32_t y, int32_t first, size_t n);
#endif
