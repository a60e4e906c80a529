/* front.h - what reaches beyond the tiles seen so far: regions and boundary chains on the sweep front.
 *
 * Tiles arrive in raster order. A region that is not on the seam at the end of a row of tiles is finished: it goes to
 * the store and its number is used again. */
#ifndef MSC_PATCH_FRONT_H
#define MSC_PATCH_FRONT_H
#include "patch/seam.h"
#include "patch/store.h"
#include "patch/trace.h"

typedef struct msc_region {
    int64_t n_px, first_px, sum[MSC_PATCH_SUMS];
    msc_area_sum area_units;
    int64_t rings;               /* offset of the last ring in the spool; -1: none yet */
    size_t n_bytes;              /* of the steps of its rings */
    uint32_t parent;             /* itself for a root; next free number */
    uint16_t value;
    uint8_t is_used, is_on_front;
} msc_region;

/* An open chain: its bytes in linked blocks. */
typedef struct msc_open {
    uint64_t start_key, end_key;
    size_t n_bytes, n_spilled;   /* in memory, in the spool */
    int32_t x, y;                /* start vertex */
    uint32_t region, first_block, last_block;   /* next_free reuses first_block */
} msc_open;

enum { MSC_BLOCK_BYTES = 59, MSC_BLOCK_IS_LINK = 255 };
typedef struct msc_block { uint32_t next; uint8_t n; uint8_t bytes[MSC_BLOCK_BYTES]; } msc_block;

typedef struct msc_slot { uint64_t key; uint32_t open; } msc_slot;

typedef struct msc_front {
    int32_t width_px, height_px;
    int connectivity;
    msc_spool spool;             /* rings and records */
    msc_index index;             /* records by first pixel */
    msc_seam seam;               /* regions */
    msc_region *region; size_t n_regions, region_cap; uint32_t free_region;
    msc_open *open; size_t n_opens, open_cap; uint32_t free_open;
    msc_block *block; size_t n_blocks, block_cap; uint32_t free_block;
    msc_slot *slot; size_t n_slots, n_taken;    /* hash of chain ends */
    uint32_t *number; size_t number_cap;        /* region of each part of the tile at hand */
    uint8_t *bytes; size_t bytes_cap;           /* scratch */
    int64_t n_live;              /* open chains, for the final check */
} msc_front;

/* limit_bytes: of finished bytes held in memory. ENOMEM. */
msc_status msc_front_init(msc_front *front, const msc_source *source, const msc_layout *layout, int connectivity,
                          size_t limit_bytes, const char *tmpdir, msc_error *err);
/* Takes one traced tile, and numbers its border anew. ENOMEM, ENOSPACE, EWRITE. */
msc_status msc_front_add(msc_front *front, const msc_rect *core, msc_trace *trace, msc_error *err);
/* Puts the finished regions of a tile into its own record bytes; runs beside other tiles. ENOMEM. */
msc_status msc_front_finish_inside(msc_trace *trace, msc_error *err);
void msc_front_clear(msc_front *front);

/* patches_ends.c: the hash of chain ends; keys are not 0. */
uint32_t msc_ends_find(const msc_front *front, uint64_t key);       /* MSC_NO_LABEL when absent */
msc_status msc_ends_put(msc_front *front, uint64_t key, uint32_t open, msc_error *err);
void msc_ends_remove(msc_front *front, uint64_t key);
/* Joins the chains of a tile to the open ones and stores rings that close. */
msc_status msc_front_add_chains(msc_front *front, const msc_trace *trace, msc_error *err);
/* Stores one ring of a region; n_linked more bytes of its steps are in the spool already. */
msc_status msc_front_add_ring(msc_front *front, uint32_t region, const int32_t start[2], const uint8_t *steps,
                              size_t n_bytes, size_t n_linked, msc_error *err);
uint32_t msc_front_root(msc_front *front, uint32_t region);
#endif
