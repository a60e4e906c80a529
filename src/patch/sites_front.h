/* sites_front.h - regions of differences: what one tile yields, and how pieces are joined across tiles. */
#ifndef MSC_PATCH_SITES_FRONT_H
#define MSC_PATCH_SITES_FRONT_H
#include "patch/runs.h"
#include "patch/sites.h"

/* Whole numbers only, so that the order of tiles does not matter. */
typedef struct msc_sites_sum {
    int64_t n_words, words, n_accepted;
    msc_ground ground;           /* of all its pixels */
} msc_sites_sum;

static inline void msc_sites_join(msc_sites_sum *to, const msc_sites_sum *more)
{
    to->n_words += more->n_words;
    to->words += more->words;
    to->n_accepted += more->n_accepted;
}

/* The mean word, rounded up, so that it is above a whole number just when the mean is; INT32_MIN without an accepted pixel. */
int32_t msc_sites_strength(const msc_sites_sum *sum);

/* ---- one tile (sites_tile.c) ---- */

typedef struct msc_sites_piece { msc_sites_sum sum; uint32_t region; } msc_sites_piece;

typedef struct msc_sites_found {
    int32_t *strength;           /* [n_regions] of the tile's regions; of those that reach its sides it comes later */
    size_t n_regions, strength_capacity;
    msc_sites_piece *piece;      /* regions that reach the tile's sides */
    size_t n_pieces, piece_capacity;
    uint32_t *side;              /* pieces along the first row, the last row, the first column, the last column; or MSC_NO_LABEL */
    size_t side_capacity;
    uint8_t *record;
    size_t n_record, record_capacity;
    int64_t n_seen[MSC_N_GROUNDS], n_differing[MSC_N_GROUNDS];
} msc_sites_found;

/* What a worker needs to make it; zeroed at first. */
typedef struct msc_sites_worker {
    msc_runs runs;
    uint8_t *part;               /* [pixels] 1 + ground, 0: of no region */
    size_t part_capacity;
    msc_sites_sum *sum;          /* [labels] */
    size_t sum_capacity;
    uint32_t *piece;             /* [labels] number of the piece, or MSC_NO_LABEL */
    size_t piece_capacity;
} msc_sites_worker;

/* 0 without memory. */
int msc_sites_tile_find(const msc_tile *tile, const uint8_t *is_damage, msc_sites_worker *worker, msc_sites_found *found);
size_t msc_sites_worker_bytes(int32_t w_px, int32_t h_px);
void msc_sites_worker_clear(msc_sites_worker *worker);
void msc_sites_found_clear(msc_sites_found *found);

/* Fills a tile's four planes and validity; answers are strengths, int32_t. 0 when the record does not fit. */
int msc_sites_record_read(const msc_tile_record *record, const uint8_t *is_damage, const int32_t least[MSC_N_GROUNDS], uint16_t rest,
                          msc_tile *tile);

/* ---- the sweep front (sites_front.c) ---- */

typedef struct msc_sites_node {
    msc_sites_sum sum;           /* root: of the region so far */
    uint32_t parent, tile, region;   /* where its strength is waited for */
    uint8_t is_open;             /* root: may go on below */
} msc_sites_node;

typedef struct msc_sites_front {
    msc_seam seam;               /* nodes */
    msc_sites_node *node;
    size_t n_nodes, node_capacity;
    uint32_t *code;              /* scratch: new numbers */
    size_t code_capacity;
} msc_sites_front;

msc_status msc_sites_front_init(msc_sites_front *front, int32_t width_px, int32_t tile_px, msc_error *err);
void msc_sites_front_clear(msc_sites_front *front);
/* Takes in a tile, in order, as tile number `index`, and numbers its sides anew. ENOMEM. */
msc_status msc_sites_front_add(msc_sites_front *front, msc_sites_found *found, msc_rect core, uint32_t index, msc_error *err);
/* Behind the last tile of a row: finds the regions that end here, whose nodes then have is_open 0 at their root. */
void msc_sites_front_row(msc_sites_front *front, int is_last);
/* The root of a node. */
uint32_t msc_sites_front_root(msc_sites_front *front, uint32_t i);
/* Forgets the nodes of regions that ended. ENOMEM. */
msc_status msc_sites_front_step(msc_sites_front *front, msc_error *err);
#endif
