/* sieve.h - a minimum mapping unit as a guarantee: two passes round a graph of regions.
 *
 *      pass 1: tiles -> runs -> regions and shared borders --sink--> graph
 *      merge:  smallest region first, into the neighbour with the longest shared border
 *      pass 2: tiles -> the same runs -> final values (op)
 */
#ifndef MSC_PATCH_SIEVE_H
#define MSC_PATCH_SIEVE_H
#include "stream/stream.h"

typedef struct msc_sieve_graph msc_sieve_graph;

/* `mmu_px`: the least number of pixels that a region may have; connectivity 4 or 8. The graph may hold up to
 * `memory_bytes`; a map with more regions gives EMEMCAP while pass 1 runs. `layout` is borrowed until the free and must
 * serve both passes. */
msc_status msc_sieve_new(int32_t width_px, int32_t height_px, const msc_layout *layout, int64_t mmu_px, int connectivity,
                         int64_t memory_bytes, msc_sieve_graph **graph, msc_error *err);
void msc_sieve_free(msc_sieve_graph **graph);

/* Pass 1: gathers regions of plane 0 (u8 or u16). What is not valid belongs to no region and is nobody's neighbour. */
void msc_sieve_sink(msc_sieve_graph *graph, msc_sink *sink);
/* The same sink for planning, before there is a graph: its slots' size and halo. */
void msc_sieve_sink_shape(msc_sink *sink);

/* Merges the smallest region first (ties: the one whose first pixel comes first) into the neighbour with the longest
 * shared border (ties: the larger, then the one whose first pixel comes first), whose value it takes; it also unites
 * with all other neighbours of that value. Ends when only regions without any neighbour are under the unit. */
msc_status msc_sieve_merge(msc_sieve_graph *graph, const msc_settings *settings, msc_sieve_counts *counts, msc_error *err);

/* Pass 2: plane 0 with final values, same type; validity is kept. Needs the layout of pass 1. */
void msc_sieve_op(const msc_sieve_graph *graph, msc_type type, msc_op *op);
#endif
