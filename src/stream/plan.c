/* plan.c - threads, memory and tile size of a pass, decided before the parallel part and from the settings alone. */
#include "stream/stream.h"
#include "stream/machine.h"
#include "stream/workspace.h"
#include <limits.h>
#include <string.h>

enum { TILE_MIN = 16, TILE_MAX = 4096, THREADS_MAX = 4096, SLOTS_PER_WORKER = 2 };

/* Share of the cap that tiles and the caller's fixed parts may take; the rest is for the file libraries, their block
 * caches, the code and the stacks. */
enum { SHARE_PERCENT = 60 };

/* What the tiles of a pass take without need for more, and the halo up to which that costs no time; found with passes of 15 planes. */
enum { MODEST_BYTES = 32 << 20, MODEST_HALO_PX = 4 };

int msc_settings_threads(const msc_settings *settings, const char **why)
{
    const msc_grant grant = settings->n_threads > 0 ? (msc_grant){ settings->n_threads, "settings" }
                                                    : msc_machine_processors("");
    if (why) *why = grant.why;
    return grant.amount > THREADS_MAX ? THREADS_MAX : (int)grant.amount;
}

int64_t msc_settings_memory(const msc_settings *settings, const char **why)
{
    if (settings->memory_bytes > 0) {
        if (why) *why = "settings";
        return settings->memory_bytes;
    }
    const msc_grant grant = msc_machine_memory("");
    if (why) *why = grant.why;
    return grant.amount / 2;
}

int32_t msc_workspace_halo(const msc_op *ops, int n_ops, const msc_sink *sink)
{
    int32_t halo_px = sink->halo_px;
    for (int i = 0; i < n_ops; i++) halo_px += ops[i].halo_px;
    return halo_px;
}

static size_t stage_bytes(const msc_workspace *w, const msc_type *types, int n_planes)
{
    size_t bytes = msc_plane_bytes(w, MSC_U8);   /* the validity plane */
    for (int b = 0; b < n_planes; b++) bytes += msc_plane_bytes(w, types[b]);
    return bytes;
}

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

msc_workspace msc_workspace_for(int32_t tile_px, const msc_source *source, const msc_op *ops, int n_ops,
                                const msc_sink *sink)
{
    int32_t pad_px = msc_workspace_halo(ops, n_ops, sink);
    const int32_t w_px = smaller(tile_px, source->width_px), h_px = smaller(tile_px, source->height_px);
    msc_workspace w = { .stride_px = w_px + 2 * pad_px, .rows_px = h_px + 2 * pad_px };
    for (int i = 0; i <= n_ops; i++) {
        const size_t bytes = i == 0 ? stage_bytes(&w, source->types, source->n_planes)
                                    : stage_bytes(&w, ops[i - 1].types_out, ops[i - 1].n_planes_out);
        size_t *half = &w.half_bytes[i % 2];
        if (i == n_ops && !sink->is_put_blind) w.kept_bytes = bytes;
        else if (bytes > *half) *half = bytes;
    }
    for (int i = 0; i < n_ops; i++) {
        const size_t scratch = !ops[i].scratch_bytes ? 0
                             : ops[i].scratch_bytes(ops[i].self, w_px + 2 * pad_px, h_px + 2 * pad_px);
        if (scratch > w.scratch_bytes) w.scratch_bytes = scratch;
        pad_px -= ops[i].halo_px;
    }
    w.worker_bytes = w.half_bytes[0] + w.half_bytes[1] + w.scratch_bytes;
    w.slot_bytes = w.kept_bytes + sink->slot_bytes;
    return w;
}

static int64_t layout_bytes(const msc_workspace *w, int n_threads, int n_slots)
{
    return (int64_t)w->slot_bytes * n_slots + (int64_t)w->worker_bytes * n_threads;
}

/* The layout of one tile size with as many slots as the tiles can use. */
static msc_layout layout_for(int32_t tile_px, int n_threads, const msc_source *source, const msc_op *ops, int n_ops,
                             const msc_sink *sink, msc_workspace *w)
{
    msc_layout l = { .tile_px = tile_px, .halo_px = msc_workspace_halo(ops, n_ops, sink) };
    l.n_across = (source->width_px - 1) / tile_px + 1;
    l.n_down = (source->height_px - 1) / tile_px + 1;
    const int64_t n_tiles = (int64_t)l.n_across * l.n_down;
    l.n_threads = n_tiles < n_threads ? (int)n_tiles : n_threads;
    l.n_slots = n_tiles < (int64_t)n_threads * SLOTS_PER_WORKER ? (int)n_tiles : n_threads * SLOTS_PER_WORKER;
    *w = msc_workspace_for(tile_px, source, ops, n_ops, sink);
    l.bytes = layout_bytes(w, l.n_threads, l.n_slots);
    return l;
}

static msc_status check(const msc_settings *settings, const msc_source *source, const msc_op *ops, int n_ops,
                        const msc_sink *sink, msc_error *err)
{
    if (settings->n_threads < 0) return msc_fail(err, MSC_EVALUE, "threads", "%d", settings->n_threads);
    if (settings->memory_bytes < 0)
        return msc_fail(err, MSC_EVALUE, "memory", "%lld", (long long)settings->memory_bytes);
    if (settings->tile_px != 0 && (settings->tile_px < TILE_MIN || settings->tile_px > TILE_MAX))
        return msc_fail(err, MSC_EVALUE, "tile", "%d (%d..%d)", (int)settings->tile_px, TILE_MIN, TILE_MAX);
    int bad = source->width_px < 1 || source->height_px < 1 || source->n_planes < 0 || source->n_planes > MSC_MAX_PLANES
              || sink->halo_px < 0;
    for (int i = 0; i < n_ops; i++)
        bad |= ops[i].n_planes_out < 0 || ops[i].n_planes_out > MSC_MAX_PLANES || ops[i].halo_px < 0;
    return bad ? msc_fail(err, MSC_EBUG, "stream", "a pass of %d x %d px with planes or halos out of range",
                          (int)source->width_px, (int)source->height_px) : MSC_OK;
}

/* The cell that tiles are made of, px; 1 where no op has one. Cells of several ops divide each other. */
static int32_t cell_of(const msc_op *ops, int n_ops)
{
    int32_t cell = 1;
    for (int i = 0; i < n_ops; i++)
        if (ops[i].cell_px > cell) cell = ops[i].cell_px;
    return cell;
}

/* Takes slots away, then workers, until the pass fits into `room`; 0 when even one slot is too much. */
static int shrink(msc_layout *l, const msc_workspace *w, int64_t room)
{
    while (l->bytes > room && l->n_slots > 1) {
        l->n_slots--;
        if (l->n_threads > l->n_slots) l->n_threads = l->n_slots;
        l->bytes = layout_bytes(w, l->n_threads, l->n_slots);
    }
    return l->bytes <= room;
}

msc_status msc_stream_plan(const msc_settings *settings, const msc_source *source, const msc_op *ops, int n_ops,
                           const msc_sink *sink, int64_t fixed_bytes, msc_layout *layout, msc_error *err)
{
    enum { LARGEST = 1024, MODEST = 512, COMFORTABLE = 256, SMALLEST = 64, ENOUGH_TILES = 16, NOMINAL_THREADS = 2 };
    memset(layout, 0, sizeof *layout);
    MSC_TRY(check(settings, source, ops, n_ops, sink, err));
    const int n_threads = msc_settings_threads(settings, NULL);
    const int64_t cap = msc_settings_memory(settings, NULL);
    const int64_t room = cap / 100 * SHARE_PERCENT + cap % 100 * SHARE_PERCENT / 100 - fixed_bytes;
    const int32_t cell = cell_of(ops, n_ops), given = (settings->tile_px + cell - 1) / cell * cell;
    msc_workspace w;
    /* The tile decides the order of blocks in a file, so it must not follow from the number of threads: it is chosen
     * for a nominal number of workers, and more workers than fit lose their slots below. */
    msc_layout l = layout_for(given ? given : LARGEST, NOMINAL_THREADS, source, ops, n_ops, sink, &w);
    /* Smaller while it does not fit; also, as long as halos stay cheap, while there are too few tiles to share or a pass of many
     * planes would take a lot that it does not need: with 4 px of halo the smaller tiles have 1.6 % more pixels. */
    while (!given && l.tile_px > SMALLEST && l.tile_px / 2 % cell == 0
           && (l.bytes > room || (l.tile_px > COMFORTABLE && (int64_t)l.n_across * l.n_down < ENOUGH_TILES)
               || (l.tile_px > MODEST && l.bytes > MODEST_BYTES && l.halo_px <= MODEST_HALO_PX)))
        l = layout_for(l.tile_px / 2, NOMINAL_THREADS, source, ops, n_ops, sink, &w);
    l = layout_for(l.tile_px, n_threads, source, ops, n_ops, sink, &w);
    if (!shrink(&l, &w, room)) {
        const int64_t least = (l.bytes + fixed_bytes) / SHARE_PERCENT * 100 + 100;
        const int64_t mib = 1 << 20;
        return msc_fail(err, MSC_EMEMCAP, "memory", "%lld MiB, least %lld MiB", (long long)(cap / mib),
                        (long long)((least + mib - 1) / mib));
    }
    *layout = l;
    return MSC_OK;
}
