/* sieve_graph.h - small regions and their borders: the graph that tiles and the sweep front settle alike. */
#ifndef MSC_PATCH_SIEVE_GRAPH_H
#define MSC_PATCH_SIEVE_GRAPH_H
#include "patch/sieve.h"
#include "patch/runs.h"

/* A code stands for what may lie beside a region: the number of a node; MSC_SIEVE_LARGE | value for what never changes again (a
 * region that reaches the unit, or part of one); MSC_NO_LABEL, which has that bit too, for nothing. */
#define MSC_SIEVE_LARGE ((uint32_t)1 << 31)

/* A region under the unit as it was found in one tile. The root of a union stands for the region that its members became; they
 * form a ring. */
typedef struct msc_sieve_node {
    int64_t size_px, first_px;   /* root: of the region; sizes stop at the unit, which means large */
    uint32_t parent, next;
    uint32_t list;               /* its first neighbour in `near`; the next node's first one ends its list */
    uint32_t seam;               /* its first neighbour in `across`, plus 1 */
    uint32_t tile, late;         /* where its final value is waited for */
    uint32_t piece_px;           /* of the node alone */
    uint16_t value, piece_value; /* root: of the region now; of the node as read */
    uint8_t is_open, is_stuck, is_alone;   /* root: may have more pixels and neighbours; waits for such a one; has no neighbour */
} msc_sieve_node;

/* 0 px: only corners touch (connectivity 8). */
typedef struct msc_sieve_near { uint32_t code, length_px; } msc_sieve_near;
typedef struct msc_sieve_across { uint32_t code, length_px, next; } msc_sieve_across;   /* behind a seam */

typedef struct msc_sieve_graph {
    msc_sieve_node *node;        /* one more than n_nodes, for the end of the last list */
    size_t n_nodes, node_capacity;
    msc_sieve_near *near;
    size_t n_near, near_capacity;
    msc_sieve_across *across;
    size_t n_across, across_capacity;
} msc_sieve_graph;

/* The root of a node; shortens the way to it. */
static inline uint32_t msc_sieve_find(msc_sieve_node *node, uint32_t i)
{
    while (node[i].parent != i) i = node[i].parent = node[node[i].parent].parent;
    return i;
}

/* ---- settling (sieve_merge.c) ---- */

typedef struct msc_sieve_rule { int64_t mmu_px; int32_t width_px; } msc_sieve_rule;
typedef struct msc_sieve_round { uint64_t border_px; uint16_t value; uint8_t is_large; } msc_sieve_round;

enum { MSC_SIEVE_BUCKETS = 256 };

/* Scratch of one who settles; zeroed at first. */
typedef struct msc_sieve_merger {
    uint32_t bucket[MSC_SIEVE_BUCKETS];   /* by size: the region that waits in front, plus 1 */
    int lowest;                  /* bucket that may hold regions */
    uint32_t *wait;              /* [nodes] the next one of a bucket, plus 1; MSC_NO_LABEL: the last one; 0: waits nowhere */
    size_t wait_capacity;
    msc_sieve_round *round;      /* borders of the region in turn, by value */
    uint32_t *beside, *stack;    /* its neighbours that are nodes; regions whose turn is near */
    size_t n_round, round_capacity, n_beside, beside_capacity, n_stack, stack_capacity;
    int is_blocked;
    uint32_t place[65536];       /* of a value in `round`, plus 1 */
} msc_sieve_merger;
void msc_sieve_merger_clear(msc_sieve_merger *merger);

/* Gives every region its turn that can have it whatever lies beyond the graph; the others are then stuck. Adds to the counts.
 * 0 without memory. */
int msc_sieve_settle(msc_sieve_graph *graph, msc_sieve_merger *merger, const msc_sieve_rule *rule, msc_sieve_counts *counts);
/* Unites two regions, whose value the caller looks after; returns the root. */
uint32_t msc_sieve_unite(msc_sieve_graph *graph, uint32_t a, uint32_t b, int64_t mmu_px);
/* Appends what is not final to an emptied graph. code[i] becomes the number of node i there, or MSC_SIEVE_LARGE | its final value.
 * 0 without memory. */
int msc_sieve_keep(msc_sieve_graph *from, msc_sieve_graph *to, const msc_sieve_rule *rule, uint32_t *code, msc_sieve_counts *counts);
void msc_sieve_graph_clear(msc_sieve_graph *graph);

/* ---- one tile (sieve_tile.c) ---- */

/* What pass 1 takes from a tile to the front. */
typedef struct msc_sieve_found {
    msc_sieve_graph kept;        /* regions that are not settled */
    uint32_t *side;              /* codes along the first row, the last row, the first column, the last column */
    size_t side_capacity;
    uint8_t *record;
    size_t n_record, record_capacity;
    msc_sieve_counts counts;
} msc_sieve_found;

/* Between a small region and what lies beside it. */
typedef struct msc_sieve_touch { uint32_t a, code, length_px; } msc_sieve_touch;

enum { MSC_SIEVE_RECENT = 4096 };

/* What a worker needs to make it; zeroed at first. */
typedef struct msc_sieve_worker {
    msc_runs runs;
    msc_sieve_graph graph;
    uint32_t *code;              /* [n_labels] of a label, later of a node */
    size_t code_capacity;
    msc_sieve_touch *touch;
    size_t n_touches, touch_capacity;
    msc_sieve_merger merger;
    uint32_t recent[MSC_SIEVE_RECENT];   /* touches by hash, plus 1: sums most of the repeats */
} msc_sieve_worker;

typedef struct msc_sieve_frame { int32_t width_px, height_px; int connectivity; msc_sieve_rule rule; } msc_sieve_frame;
/* 0 without memory. */
int msc_sieve_tile_find(const msc_sieve_frame *frame, const msc_tile *tile, msc_sieve_worker *worker, msc_sieve_found *found);
size_t msc_sieve_worker_bytes(int32_t w_px, int32_t h_px);
void msc_sieve_worker_clear(msc_sieve_worker *worker);
void msc_sieve_found_clear(msc_sieve_found *found);

/* ---- records of final runs (sieve_record.c) ---- */

/* Writes the tile's runs; code[label] of a small region is what msc_sieve_keep gave, large ones bear their code as label.
 * 0 without memory. */
int msc_sieve_record_write(msc_sieve_found *found, const msc_runs *runs, const uint32_t *code);
/* Fills a tile's plane 0 and validity; answers are final values of kept regions, uint16_t. 0 when the record does not fit the tile. */
int msc_sieve_record_read(const msc_tile_record *record, msc_tile *tile);

/* ---- the sweep front (sieve_front.c) ---- */

typedef struct msc_sieve_front {
    const msc_sieve_frame *frame;
    msc_sieve_graph graph, next;
    msc_sieve_merger merger;
    msc_seam seam;
    uint32_t *code;              /* scratch of msc_sieve_keep */
    size_t code_capacity;
    msc_sieve_counts counts;
} msc_sieve_front;

msc_status msc_sieve_front_init(msc_sieve_front *front, const msc_sieve_frame *frame, int32_t tile_px, msc_error *err);
void msc_sieve_front_clear(msc_sieve_front *front);
size_t msc_sieve_front_bytes(const msc_sieve_front *front);
/* Takes in a tile, in order, as tile number `index`, and numbers its sides anew. ENOMEM. */
msc_status msc_sieve_front_add(msc_sieve_front *front, msc_sieve_found *found, msc_rect core, uint32_t index, msc_error *err);
/* Behind the last tile of a row: settles what can be. Nodes 0..n-1 of `graph` then have their final value or new number in `code`;
 * msc_sieve_front_step goes on to the kept ones. ENOMEM. */
msc_status msc_sieve_front_row(msc_sieve_front *front, int is_last, msc_error *err);
void msc_sieve_front_step(msc_sieve_front *front);
#endif
