/* stream.h - the one abstraction: tiles flow from a source, through pure ops, into an ordered sink.
 *
 *      source.read --> op --> op --> ... --> sink.prepare --> sink.put
 *      (parallel)     (parallel, cannot fail)   (parallel)     (one at a time, in tile order)
 */
#ifndef MSC_STREAM_STREAM_H
#define MSC_STREAM_STREAM_H
#include "base/error.h"
#include "grid/grid.h"

enum { MSC_MAX_PLANES = 48 };
typedef enum msc_type { MSC_U8 = 0, MSC_U16, MSC_F32 } msc_type;
static inline size_t msc_type_bytes(msc_type t) { return t == MSC_U8 ? 1 : t == MSC_U16 ? 2 : 4; }

/* One band of a tile. `data` points at pixel (core.x, core.y); offsets may be negative down to the padding. */
typedef struct msc_plane { msc_type type; void *data; } msc_plane;

/* A window of pixels. `core` is what the tile owns; `pad_px` more pixels are readable on every side. Outside the
 * raster, padding is 0 and not valid. All planes and the validity plane share one stride, in pixels. */
typedef struct msc_tile {
    msc_rect core;
    int32_t pad_px, stride_px;
    int worker;                  /* who makes it, 0..n_threads-1: a sink's `prepare` may use what that worker owns */
    int n_planes;
    msc_plane plane[MSC_MAX_PLANES];
    uint8_t *valid;              /* 1 observed, 0 not */
} msc_tile;

/* Row y (relative to the core, -pad..h+pad) of plane b, pointing at x = core.x. */
static inline uint8_t *msc_row_u8(const msc_tile *t, int b, int32_t y) { return (uint8_t *)t->plane[b].data + (ptrdiff_t)y * t->stride_px; }
static inline uint16_t *msc_row_u16(const msc_tile *t, int b, int32_t y) { return (uint16_t *)t->plane[b].data + (ptrdiff_t)y * t->stride_px; }
static inline float *msc_row_f32(const msc_tile *t, int b, int32_t y) { return (float *)t->plane[b].data + (ptrdiff_t)y * t->stride_px; }
static inline uint8_t *msc_row_valid(const msc_tile *t, int32_t y) { return t->valid + (ptrdiff_t)y * t->stride_px; }

typedef struct msc_source {
    void *self;
    int32_t width_px, height_px;
    int n_planes;
    msc_type types[MSC_MAX_PLANES];
    /* Fills core and padding of every plane and of `valid`. `worker` is 0..n_threads-1, for handles a worker owns.
     * NULL: a pass without pixels, whose sink alone does the work. */
    msc_status (*read)(void *self, int worker, msc_tile *tile, msc_error *err);
} msc_source;

typedef struct msc_op {
    const char *name;
    const void *self;
    int32_t halo_px;             /* out->pad_px = in->pad_px - halo_px */
    int n_planes_out;
    msc_type types_out[MSC_MAX_PLANES];
    /* Scratch for one call on a tile of w x h px padding included; NULL: none. */
    size_t (*scratch_bytes)(const void *self, int32_t w_px, int32_t h_px);
    void (*tile)(const void *self, const msc_tile *in, msc_tile *out, void *scratch);   /* pure; fills out->valid too */
    int32_t cell_px;             /* tiles have sides of multiples of this; 0: any */
} msc_op;

typedef struct msc_sink {
    void *self;
    int32_t halo_px;             /* padding that the sink wants to see round each tile */
    size_t slot_bytes;           /* zeroed space that stays with a slot; prepare may keep growing arrays in it */
    msc_status (*prepare)(void *self, const msc_tile *tile, void *slot, msc_error *err);          /* parallel; may be NULL */
    msc_status (*put)(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err);  /* in order */
    void (*slot_clear)(void *self, void *slot);   /* frees what prepare keeps; may be NULL */
    /* 1: put sees core and worker of the tile but no planes; they belong to the worker's next tile by then. A pass then
     * takes planes for its workers instead of for its slots. */
    int is_put_blind;
} msc_sink;

/* How a pass is laid out; made before the parallel part, from the settings alone. */
typedef struct msc_layout {
    int32_t tile_px, n_across, n_down, halo_px;
    int n_threads, n_slots;
    int64_t bytes;               /* of all tile workspaces */
} msc_layout;

/* Resolves threads, memory and tile size (1024 down to 64, or to the ops' cell, while the workspaces fit into `share` of the memory cap; a size that
 * the settings give becomes the next multiple of the cell).
 * `fixed_bytes` is what the caller holds beside the tiles. EMEMCAP with the least cap that would do. */
msc_status msc_stream_plan(const msc_settings *settings, const msc_source *source, const msc_op *ops, int n_ops,
                           const msc_sink *sink, int64_t fixed_bytes, msc_layout *layout, msc_error *err);

/* Runs every tile through the ops. Same result for any tile size and thread count. On failure returns the error of
 * the lowest tile index; the sink has then seen every tile before it. `stage` names the pass in progress calls.
 * ECANCELLED when settings->cancel becomes non-zero. */
msc_status msc_stream_run(const msc_settings *settings, const msc_layout *layout, const msc_source *source,
                          const msc_op *ops, int n_ops, const msc_sink *sink, const char *stage, msc_error *err);

/* Calls work(self, i) for i in 0..n-1 on the settings' threads, each i once, in any order; work writes only what
 * belongs to i. Returns the error of the lowest i that failed; later ones may then not have been called. */
msc_status msc_stream_each(const msc_settings *settings, int n, msc_status (*work)(void *self, int i, msc_error *err),
                           void *self, msc_error *err);

/* What the settings resolve to on this machine (affinity, cgroup v1/v2, SLURM_CPUS_PER_TASK, OMP_NUM_THREADS,
 * GDAL_NUM_THREADS; memory likewise). `why` names the source, e.g. "cgroup". */
int msc_settings_threads(const msc_settings *settings, const char **why);
int64_t msc_settings_memory(const msc_settings *settings, const char **why);
#endif
