/* sieve_runs.h - a tile as runs of equal pixels, and the runs joined into the tile's own regions.
 *
 *      A A A . B B      three runs in this row: A, not observed, B
 *      A . . . B A      five regions would be wrong: the last A has no 4-neighbour A
 */
#ifndef MSC_PATCH_SIEVE_RUNS_H
#define MSC_PATCH_SIEVE_RUNS_H
#include "stream/stream.h"

#define MSC_NO_LABEL UINT32_MAX

/* Runs in raster order; those of row y are row_first[y]..row_first[y + 1]-1 and cover the row without gaps. */
typedef struct msc_sieve_runs {
    int32_t w, h;
    uint32_t n_runs, n_labels;
    int32_t *start;              /* [n_runs + 1] x of a run's first pixel */
    int32_t *key;                /* pixel value, or -1 where not observed */
    uint32_t *label;             /* region of the run, 0.. in order of first pixels; MSC_NO_LABEL where not observed */
    uint32_t *row_first;         /* [h + 1] */
} msc_sieve_runs;

/* Bytes that the arrays need at worst for w x h px, and their layout in `space` (64-byte aligned, untouched). */
size_t msc_sieve_runs_bytes(int32_t w_px, int32_t h_px);
void msc_sieve_runs_place(msc_sieve_runs *runs, int32_t w_px, int32_t h_px, void *space);

/* Finds the runs of plane 0 (u8 or u16) of a tile's core and joins them with connectivity 4 or 8. */
void msc_sieve_runs_find(msc_sieve_runs *runs, const msc_tile *tile, int connectivity);

static inline int32_t msc_sieve_run_end(const msc_sieve_runs *runs, uint32_t run, int32_t y)
{
    return run + 1 < runs->row_first[y + 1] ? runs->start[run + 1] : runs->w;
}
#endif
