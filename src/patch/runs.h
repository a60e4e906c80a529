/* runs.h - a tile as runs of equal pixels, and the runs joined into the tile's own regions.
 *
 *      A A A . B B      three runs in this row: A, not observed, B
 *      A . . . B A      five regions would be wrong: the last A has no 4-neighbour A
 */
#ifndef MSC_PATCH_RUNS_H
#define MSC_PATCH_RUNS_H
#include "patch/seam.h"
#include "stream/stream.h"

/* Runs in raster order; those of row y are row_first[y]..row_first[y + 1]-1 and cover the row without gaps. */
typedef struct msc_runs {
    int32_t w, h;
    uint32_t n_runs, n_labels;
    uint32_t *label;             /* [n_runs] region of the run, 0.. in order of first pixels; MSC_NO_LABEL where the key is -1 */
    int32_t *key;                /* [n_runs] pixel value, or -1 where not observed or left out */
    uint16_t *start;             /* [n_runs + 1] x of a run's first pixel */
    uint32_t *row_first;         /* [h + 1] */
    uint64_t *bits;              /* [w / 64 + 1] scratch: starts of one row */
    void *space;                 /* of all these; grown to a tile's worst case, of which only what is used is touched */
    size_t space_bytes;
} msc_runs;

/* Finds the runs of plane 0 (u8 or u16) of a tile's core, of at most 65535 px a side, and joins them with connectivity 4 or 8. `runs`
 * is zeroed at first. What is_left_out[value] names is as if not observed; may be NULL. 0 without memory. */
int msc_runs_find(msc_runs *runs, const msc_tile *tile, int connectivity, const uint8_t *is_left_out);
/* Labels along the sides of the tile, as msc_seam takes them: side[2 * (w + h)]. */
void msc_runs_sides(const msc_runs *runs, uint32_t *side);
/* What that takes of memory at worst. */
size_t msc_runs_bytes(int32_t w_px, int32_t h_px);
void msc_runs_clear(msc_runs *runs);

static inline int32_t msc_run_end(const msc_runs *runs, uint32_t run, int32_t y)
{
    return run + 1 < runs->row_first[y + 1] ? runs->start[run + 1] : runs->w;
}

/* Walks the pairs of runs of rows y - 1 and y that share columns, from left to right: `k` (k_x0..k_x1-1) lies above, `run`
 * (x0..x1-1) in row y. Where k_x1 == x1, the corners of k and run + 1, and of k + 1 and run, meet. */
typedef struct msc_pairs {
    uint32_t k, run, above_end, end;
    int32_t k_x0, k_x1, x0, x1, w;
    const uint16_t *start;
} msc_pairs;

static inline msc_pairs msc_pairs_of(const msc_runs *r, int32_t y)
{
    msc_pairs p = { .k = r->row_first[y - 1], .run = r->row_first[y], .above_end = r->row_first[y],
                          .end = r->row_first[y + 1], .w = r->w, .start = r->start };
    p.k_x1 = p.k + 1 < p.above_end ? p.start[p.k + 1] : p.w;
    p.x1 = p.run + 1 < p.end ? p.start[p.run + 1] : p.w;
    return p;
}

/* Steps to the next pair that shares columns; 0 behind the last one. */
static inline int msc_pairs_next(msc_pairs *p)
{
    const int32_t k_x1 = p->k_x1, x1 = p->x1;
    if (k_x1 <= x1) {
        if (++p->k == p->above_end) return 0;
        p->k_x0 = k_x1;
        p->k_x1 = p->k + 1 < p->above_end ? p->start[p->k + 1] : p->w;
    }
    if (x1 <= k_x1) {
        p->run++;
        p->x0 = x1;
        p->x1 = p->run + 1 < p->end ? p->start[p->run + 1] : p->w;
    }
    return 1;
}

static inline int32_t msc_pairs_overlap(const msc_pairs *p)
{
    return (p->k_x1 < p->x1 ? p->k_x1 : p->x1) - (p->k_x0 > p->x0 ? p->k_x0 : p->x0);
}
#endif
