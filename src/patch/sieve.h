/* sieve.h - a minimum mapping unit as a guarantee, in two passes whose memory follows the sweep front.
 *
 *      pass 1: tiles -> runs -> small regions, settled as far as the tile tells --sink--> front settles the rest
 *                                      '--> records of final runs, spilled
 *      pass 2: records (a source) -> final values
 *
 * The region with the fewest pixels (ties: the one whose first pixel comes first) takes its turn first: it takes the value with
 * which it shares the longest border (ties: the lowest value where x + y of its first pixel is even, else the highest) and unites
 * with all neighbours of that value. It ends when only regions without any neighbour are under the unit. */
#ifndef MSC_PATCH_SIEVE_H
#define MSC_PATCH_SIEVE_H
#include "patch/records.h"

typedef struct msc_sieve_pass msc_sieve_pass;

typedef struct msc_sieve_spec {
    int32_t width_px, height_px;
    msc_type type;               /* MSC_U8 or MSC_U16 */
    int64_t mmu_px;              /* the least number of pixels that a region may have */
    int connectivity;            /* 4 or 8 */
    msc_records_spec records;
} msc_sieve_spec;

/* `layout` must serve both passes. */
msc_status msc_sieve_new(const msc_sieve_spec *spec, const msc_layout *layout, msc_sieve_pass **pass, msc_error *err);
void msc_sieve_free(msc_sieve_pass **pass);

/* Pass 1: takes in plane 0. What is not valid belongs to no region and is nobody's neighbour. */
void msc_sieve_sink(msc_sieve_pass *pass, msc_sink *sink);
/* For the plan that serves both passes: an op whose scratch is what pass 1 needs of each worker at worst, connectivity 8. */
void msc_sieve_room(msc_type type, msc_op *op);

/* Pass 2: plane 0 with final values, of the same type, 0 where not valid. Follows pass 1. */
void msc_sieve_source(msc_sieve_pass *pass, msc_source *source);
/* What pass 1 did; whole after it. */
void msc_sieve_count(const msc_sieve_pass *pass, msc_sieve_counts *counts);
#endif
