/* trace.h - what one tile yields: its regions, and the boundary chains that their pixels own.
 *
 * A boundary is made of unit edges between two pixels of different value, each directed so that the pixel that owns
 * it lies on the right. A chain is a maximal sequence of edges whose owners lie in one tile: closed, or open where the
 * next owner lies in another tile. Chains are kept as steps (see steps.h). */
#ifndef MSC_PATCH_TRACE_H
#define MSC_PATCH_TRACE_H
#include "patch/patches.h"
#include "patch/runs.h"
#include "patch/store.h"

enum { MSC_EAST = 0, MSC_SOUTH, MSC_WEST, MSC_NORTH };

/* A connected region within a tile. */
typedef struct msc_part {
    int64_t n_px, first_px, sum[MSC_PATCH_SUMS];
    msc_area_sum area_units;
    uint32_t first_chain;        /* of its list of closed chains; MSC_NO_LABEL: none */
    uint16_t value;
    uint8_t is_open;             /* touches the tile's border */
} msc_part;

typedef struct msc_chain {
    uint32_t part, next;
    int32_t x, y, end_x, end_y;  /* vertices, image frame */
    uint8_t dir, end_dir;        /* of its first edge, of the edge that continues it */
    uint8_t is_closed;
    size_t steps, n_bytes;       /* place in the tile's step bytes */
} msc_chain;

/* Everything of one tile; lives in a slot of the stream and keeps its arrays from tile to tile. Capacities in items. */
typedef struct msc_trace {
    uint16_t *value; size_t value_cap;      /* (w + 2) x (h + 2): value + 1, 0 where there is no patch */
    uint8_t *visited; size_t visited_cap;   /* w x h: the eastward edge that starts here is part of a chain */
    msc_runs runs;                          /* their labels are parts */
    msc_part *part; size_t n_parts, part_cap;
    int64_t n_px_top;            /* observed pixels of value 65535, which is no patch */
    msc_chain *chain; size_t n_chains, chain_cap;
    uint8_t *steps; size_t n_steps, steps_cap;
    uint32_t *border; size_t border_cap;    /* parts of the top row, bottom row, left column, right column */
    uint8_t *record; size_t n_record, record_cap;   /* finished regions, encoded (see store.h) */
    msc_entry *done; size_t n_done, done_cap;       /* of these; offsets into `record` */
    uint64_t *corner; size_t corner_cap;    /* (w + 1) x (h + 1) bits, rows padded to 64: corners and nodes */
} msc_trace;

typedef struct msc_tracer {
    const msc_patches_options *options;
    int32_t width_px, height_px;            /* of the raster */
    const uint8_t *is_left_out;             /* [65536] by value; 65535 is */
} msc_tracer;

/* Labels the tile and fills value, runs, part, border. ENOMEM. */
msc_status msc_trace_regions(const msc_tracer *tracer, const msc_tile *tile, msc_trace *trace, msc_error *err);
/* Traces all chains of a labelled tile. ENOMEM. */
msc_status msc_trace_chains(const msc_tracer *tracer, const msc_tile *tile, msc_trace *trace, msc_error *err);
/* Marks the vertices at which a boundary turns or branches: bit x of row y of trace->corner. ENOMEM. */
msc_status msc_trace_corners(const msc_tile *tile, msc_trace *trace, msc_error *err);
void msc_trace_clear(msc_trace *trace);

/* msc_reserve for a typed array of a trace, as a status. */
msc_status msc_trace_grow(void *array_of_pointer, size_t *capacity, size_t wanted, size_t size, msc_error *err);
static inline msc_status msc_trace_room(void *array_of_pointer, size_t *capacity, size_t wanted, size_t size, msc_error *err)
{
    return wanted <= *capacity ? MSC_OK : msc_trace_grow(array_of_pointer, capacity, wanted, size, err);
}
#endif
