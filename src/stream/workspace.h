/* workspace.h - how many bytes a pass needs and where they lie; shared by plan.c and run.c only. */
#ifndef MSC_STREAM_WORKSPACE_H
#define MSC_STREAM_WORKSPACE_H
#include "stream/stream.h"

/* The planes of stage i (0: what the source reads, i: what op i-1 writes) lie in half i % 2 of the worker's space, so
 * an op never writes what it reads. Each half has the size of its own largest stage. Only the planes of the last stage
 * lie in the slot, and only when the sink still looks at them there: slots are many, and may wait. */
typedef struct msc_workspace {
    int32_t stride_px, rows_px;  /* of the largest tile, padding included */
    size_t half_bytes[2];
    size_t scratch_bytes;        /* an op's scratch does not outlive its call */
    size_t worker_bytes;         /* both halves and the scratch */
    size_t kept_bytes;           /* the planes that stay with a slot */
    size_t slot_bytes;           /* those and the sink's own space */
} msc_workspace;

/* Padding that the source must read: the ops' halos and the sink's. */
int32_t msc_workspace_halo(const msc_op *ops, int n_ops, const msc_sink *sink);
msc_workspace msc_workspace_for(int32_t tile_px, const msc_source *source, const msc_op *ops, int n_ops,
                                const msc_sink *sink);
/* Bytes from one plane's start to the next: 64-byte steps, so that planes never share a cache line. */
static inline size_t msc_plane_bytes(const msc_workspace *w, msc_type type)
{
    return ((size_t)w->stride_px * (size_t)w->rows_px * msc_type_bytes(type) + 63) / 64 * 64;
}
#endif
