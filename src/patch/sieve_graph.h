/* sieve_graph.h - the region graph that sieve_tile.c makes pieces of, sieve.c joins and sieve_merge.c works on. */
#ifndef MSC_PATCH_SIEVE_GRAPH_H
#define MSC_PATCH_SIEVE_GRAPH_H
#include "patch/sieve.h"
#include "patch/sieve_runs.h"

/* A region of one tile; after the seams are joined, a root stands for its whole region. Regions that a tile decides by itself
 * have no node. */
typedef struct msc_sieve_node {
    int64_t size_px, first_px;   /* of the region, at its root */
    uint32_t parent, next;       /* next: ring of the members of a region */
    uint32_t list;               /* its first neighbour in `near`; the next node's first one ends its list */
    uint32_t seam;               /* its first neighbour in `across`, plus 1 */
    uint32_t piece, piece_px;    /* the tile's region that it was made of; `piece` only where that is under the unit */
    uint32_t mark;               /* scratch of the merge */
    uint16_t value;
} msc_sieve_node;

/* The root of a node; shortens the way to it. */
static inline uint32_t msc_sieve_find(msc_sieve_node *node, uint32_t i)
{
    while (node[i].parent != i) i = node[i].parent = node[node[i].parent].parent;
    return i;
}

/* Neighbours of nodes that are under the unit in their tile; 0 px: only corners touch (connectivity 8). */
typedef struct msc_sieve_near { uint32_t node, length_px; } msc_sieve_near;
typedef struct msc_sieve_across { uint32_t node, length_px, next; } msc_sieve_across;   /* behind a seam */

/* A region in the order of the sieve: smaller first, then the one whose first pixel comes first. `node` is the region itself,
 * or, for one that its tile decided (`is_speck`), the region that it joins when its turn comes. */
typedef struct msc_sieve_turn { uint64_t key; uint32_t node, is_speck; } msc_sieve_turn;

/* Sizes from this one on do not fit into a key; first pixels are below 2^48. */
enum { MSC_SIEVE_KEY_SIZES = 65536, MSC_SIEVE_KEY_SHIFT = 48 };

static inline uint64_t msc_sieve_key(int64_t size_px, int64_t first_px)
{
    return (uint64_t)size_px << MSC_SIEVE_KEY_SHIFT | (uint64_t)first_px;
}

/* A run of a piece under the unit, in pixels of its tile; LAST in y marks the last one of a piece. */
typedef struct msc_sieve_stretch { uint16_t x, y, n; } msc_sieve_stretch;
enum { MSC_SIEVE_LAST = 0x8000 };

/* A tile's first small piece and its first stretch. */
typedef struct msc_sieve_place { uint32_t small; size_t stretch; } msc_sieve_place;

struct msc_sieve_graph {
    int32_t width_px, height_px, tile_px, n_across;
    int64_t mmu_px, memory_bytes;
    int connectivity;
    const msc_rows *rows;
    uint16_t *value;             /* of small pieces: as read (decided: as decided), then as the sieve leaves them */
    size_t n_small, value_capacity;
    msc_sieve_stretch *stretch;  /* where small pieces lie, in the order of `value` */
    size_t n_stretches, stretch_capacity;
    int64_t n_regions;           /* pieces, less what seams joined and gave to another's region */
    msc_sieve_node *node;
    size_t n_nodes, node_capacity;
    msc_sieve_near *near;
    size_t n_near, near_capacity;
    msc_sieve_across *across;
    size_t n_across_seams, across_capacity;
    msc_sieve_turn *turn;        /* of pieces under the unit, tile after tile; sorted by the merge */
    size_t n_turns, turn_capacity;
    int64_t n_px_decided;        /* pixels of decided regions */
    msc_sieve_place *tile_base;  /* [n_tiles + 1] */
    uint32_t *above, *left;      /* nodes along the last row of the tiles above, the last column of the tile before */
    uint32_t corner;             /* node above and left of the tile's first pixel */
};

/* ---- one tile (sieve_tile.c) ---- */

/* A region of the tile: `node` counts the tile's nodes and is MSC_NO_LABEL where the region was decided. `link` is its first
 * border with a large region, plus 1. */
typedef struct msc_sieve_piece {
    int64_t first_px;
    uint32_t size_px, node, link;
    uint32_t stretch;            /* of small pieces: behind its last one */
    uint16_t value, is_open;     /* open: it reaches a seam, or has a neighbour that may change */
} msc_sieve_piece;

/* Between two pieces of one tile; a is the small one where b reaches the unit. */
typedef struct msc_sieve_touch { uint32_t a, b, length_px, next; } msc_sieve_touch;

/* Labels of pieces that reach the unit get this bit; MSC_NO_LABEL has it too. Two of them never merge, so their border is of no
 * use, and one test tells so. */
#define MSC_SIEVE_LARGE ((uint32_t)1 << 31)

enum { MSC_SIEVE_RECENT = 4096 };

/* What is found in one tile; grown once to the tile's worst case, of which only what is used is touched. */
typedef struct msc_sieve_tile {
    msc_sieve_runs runs;
    void *space;
    size_t space_bytes;
    msc_sieve_piece *piece;
    size_t piece_capacity;
    uint32_t n_nodes, n_small;
    msc_sieve_stretch *stretch;
    size_t n_stretches, stretch_capacity;
    msc_sieve_touch *touch;
    size_t n_touches, touch_capacity;
    msc_sieve_near *near;        /* `node` counts the tile's nodes */
    size_t near_capacity;
    uint32_t *list;              /* [n_nodes + 1] where each node's neighbours begin in `near` */
    size_t list_capacity;
    msc_sieve_turn *turn;        /* `node` counts the tile's nodes */
    size_t n_turns, turn_capacity;
    uint32_t recent[MSC_SIEVE_RECENT];   /* touches by hash, plus 1: sums most of the repeats */
} msc_sieve_tile;

msc_status msc_sieve_tile_find(const msc_sieve_graph *graph, const msc_tile *tile, msc_sieve_tile *found, msc_error *err);
void msc_sieve_tile_clear(msc_sieve_tile *found);
#endif
