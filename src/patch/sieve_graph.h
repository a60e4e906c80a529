/* sieve_graph.h - the region graph that sieve.c gathers and sieve_merge.c works on. */
#ifndef MSC_PATCH_SIEVE_GRAPH_H
#define MSC_PATCH_SIEVE_GRAPH_H
#include "patch/sieve.h"

/* A region of one tile until the seams are joined; then parent is the number of its region. */
typedef struct msc_sieve_piece { uint32_t parent; uint16_t value; } msc_sieve_piece;
typedef struct msc_sieve_border { uint32_t a, b, length_px; } msc_sieve_border;   /* 0 px: corners touch (8 only) */

struct msc_sieve_graph {
    int32_t width_px, height_px, tile_px, n_across;
    int64_t mmu_px, memory_bytes;
    int connectivity;
    msc_sieve_piece *piece;
    int64_t *size_px, *first_px; /* of pieces; of regions after the join */
    size_t n_pieces, piece_capacity, size_capacity, first_capacity;
    msc_sieve_border *border;
    size_t n_borders, border_capacity;
    uint32_t *tile_base;         /* number of a tile's first piece */
    uint32_t *above, *left;      /* pieces along the last row of the tiles above, the last column of the tile before */
    uint32_t corner;             /* piece above and left of the tile's first pixel */
};
#endif
