/* patches.c - one pass over the raster, then the patches in order: batches of them, made side by side. */
#include "patch/patches.h"
#include "base/mem.h"
#include "patch/front.h"
#include "patch/polygon.h"
#include "patch/simplify.h"
#include "patch/trace.h"

#include <assert.h>
#include <string.h>

enum {
    TILE_PX = 512,               /* larger tiles cost workspace and gain nothing: seams are cheap */
    BATCH_PATCHES = 1024,        /* enough that a batch's turn at the sink is not felt */
    BATCH_STEP_BYTES = 1 << 16,  /* of a batch: a step is a vertex, or 16 bytes of coordinates, in a byte or more */
    WORKER_BYTES = 8 << 20       /* of two batches of that size with their table, and of what makes them */
};

/* Patches of one batch: their entries stand in the spool at `offset`. */
typedef struct batch { int64_t offset, first_number; } batch;

/* What one worker makes polygons with. */
typedef struct maker { msc_polygon polygon; msc_simplifier simplifier; msc_window window; } maker;

typedef struct tracing {
    const msc_patches_options *options;
    const msc_patch_sink *sink;
    msc_tracer tracer;
    uint8_t is_left_out[UINT16_MAX + 1];
    msc_front front;
    msc_simplifier simplifier;
    int is_simplified;
    msc_spool spool;             /* entries in order */
    batch *batch; size_t n_batches, batch_cap;
    msc_entry *entry; size_t n_entries, n_step_bytes;    /* of the batch that is being filled */
    int64_t n_wanted;
    maker *maker; int n_makers;
} tracing;

static msc_status prepare(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const tracing *k = self;
    msc_trace *trace = slot;
    MSC_TRY(msc_trace_regions(&k->tracer, tile, trace, err));
    MSC_TRY(msc_trace_chains(&k->tracer, tile, trace, err));
    if (k->is_simplified) {
        MSC_TRY(msc_trace_corners(tile, trace, err));
    }
    return msc_front_finish_inside(trace, err);
}

static msc_status put(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    tracing *k = self;
    msc_trace *trace = slot;
    (void)index;
    if (k->is_simplified) {
        msc_simplifier_mark(&k->simplifier, tile->core.x, tile->core.y, tile->core.w, tile->core.h, trace->corner);
    }
    if (k->options->n_px_top != NULL) {
        *k->options->n_px_top += trace->n_px_top;
    }
    return msc_front_add(&k->front, &tile->core, trace, err);
}

static void slot_clear(void *self, void *slot)
{
    (void)self;
    msc_trace_clear(slot);
}

static msc_status end_batch(tracing *k, msc_error *err)
{
    int64_t offset = 0;
    if (k->n_entries == 0) {
        return MSC_OK;
    }
    MSC_TRY(msc_trace_room(&k->batch, &k->batch_cap, k->n_batches + 1, sizeof *k->batch, err));
    MSC_TRY(msc_spool_add(&k->spool, k->entry, k->n_entries * sizeof *k->entry, &offset, err));
    k->batch[k->n_batches++] = (batch){offset, k->n_wanted - (int64_t)k->n_entries + 1};
    k->n_entries = k->n_step_bytes = 0;
    return MSC_OK;
}

static msc_status enlist(tracing *k, const msc_entry *entry, msc_error *err)
{
    const msc_patches_options *o = k->options;
    msc_patch patch = {.value = (int)entry->value, .n_px = entry->n_px, .first_px = entry->key, .number = k->n_wanted + 1,
                       .grade = (char)entry->grade};
    if (o->is_wanted != NULL && !o->is_wanted(k->sink->self, &patch)) {
        return MSC_OK;
    }
    if (o->survey != NULL) {
        MSC_TRY(o->survey(k->sink->self, &patch, err));
    }
    k->n_wanted++;
    k->entry[k->n_entries++] = *entry;
    k->n_step_bytes += entry->n_bytes;
    return k->n_entries == BATCH_PATCHES || k->n_step_bytes >= BATCH_STEP_BYTES ? end_batch(k, err) : MSC_OK;
}

/* Puts the patches that are wanted in order and cuts them into batches. */
static msc_status enlist_all(tracing *k, msc_error *err)
{
    msc_index *index = &k->front.index;
    msc_status status = MSC_OK;
    k->entry = msc_alloc(BATCH_PATCHES, sizeof *k->entry);
    if (k->entry == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "a batch of %d patches", BATCH_PATCHES);
    }
    for (size_t b = 0; b < index->n_buckets && status == MSC_OK; b++) {
        msc_entry *entry = NULL;
        size_t n = 0;
        status = msc_index_bucket(index, b, &entry, &n, err);
        for (size_t e = 0; e < n && status == MSC_OK; e++) {
            status = enlist(k, &entry[e], err);
        }
        msc_release(entry);
    }
    return status == MSC_OK ? end_batch(k, err) : status;
}

/* The second pass has batches for tiles: nothing is read, this makes the polygons. */
static msc_status fill_batch(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    tracing *k = self;
    maker *own = &k->maker[tile->worker];
    const batch *from = &k->batch[tile->core.x];
    const uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    MSC_TRY(msc_spool_get(&k->spool, &own->window, from->offset, &bytes, &n_bytes, err));
    for (size_t e = 0; e < n_bytes / sizeof(msc_entry); e++) {
        msc_entry entry;
        memcpy(&entry, bytes + e * sizeof entry, sizeof entry);
        msc_patch patch = {.first_px = entry.key, .number = from->first_number + (int64_t)e};
        MSC_TRY(msc_polygon_read(&own->polygon, &k->front.spool, entry.offset, k->is_simplified ? &own->simplifier : NULL,
                                 &patch, err));
        MSC_TRY(k->sink->take(k->sink->self, tile->worker, slot, &patch, err));
    }
    return MSC_OK;
}

static msc_status put_batch(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    const tracing *k = self;
    (void)tile;
    (void)index;
    return k->sink->put(k->sink->self, slot, err);
}

static void clear_batch(void *self, void *slot)
{
    const tracing *k = self;
    if (k->sink->batch_clear != NULL) {
        k->sink->batch_clear(k->sink->self, slot);
    }
}

static msc_status emit(tracing *k, const msc_settings *settings, int n_threads, msc_error *err)
{
    const msc_source source = {.self = k, .width_px = (int32_t)k->n_batches, .height_px = 1};
    const msc_sink sink = {.self = k, .slot_bytes = k->sink->batch_bytes + 1, .prepare = fill_batch, .put = put_batch,
                           .slot_clear = clear_batch};
    msc_layout layout = {.tile_px = 1, .n_across = (int32_t)k->n_batches, .n_down = 1, .n_threads = n_threads,
                         .n_slots = 2 * n_threads};
    if (k->n_batches == 0) {
        return MSC_OK;
    }
    if (k->n_batches > INT32_MAX) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu batches", k->n_batches);
    }
    k->n_makers = n_threads;
    k->maker = msc_alloc_zero((size_t)n_threads, sizeof *k->maker);
    if (k->maker == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%d workers", n_threads);
    }
    for (int m = 0; m < n_threads; m++) {
        k->maker[m].simplifier = msc_simplifier_share(&k->simplifier);
    }
    return msc_stream_run(settings, &layout, &source, NULL, 0, &sink, "polygons", err);
}

static void clear(tracing *k)
{
    for (int m = 0; m < k->n_makers && k->maker != NULL; m++) {
        msc_polygon_clear(&k->maker[m].polygon);
        msc_simplifier_clear(&k->maker[m].simplifier);
        msc_release(k->maker[m].window.bytes);
    }
    msc_release(k->maker);
    msc_release(k->batch);
    msc_release(k->entry);
    msc_spool_clear(&k->spool);
    msc_simplifier_clear(&k->simplifier);
    msc_front_clear(&k->front);
}

msc_status msc_patches_trace(const msc_settings *settings, const msc_source *source, const msc_patches_options *options,
                             const msc_patch_sink *sink, msc_error *err)
{
    tracing k = {.options = options, .sink = sink, .tracer = {options, source->width_px, source->height_px, k.is_left_out},
                 .is_simplified = options->simplify_px > 0};
    const msc_sink front = {.self = &k, .halo_px = 1, .slot_bytes = sizeof(msc_trace), .prepare = prepare, .put = put,
                            .slot_clear = slot_clear, .is_put_blind = 1};
    const int64_t memory = msc_settings_memory(settings, NULL);
    const size_t limit = (size_t)(memory / 8);
    const char *tmpdir = options->tmpdir != NULL ? options->tmpdir : settings->tmpdir != NULL ? settings->tmpdir : ".";
    msc_settings own = *settings;
    msc_layout layout;
    own.tile_px = own.tile_px == 0 ? TILE_PX : own.tile_px;
    msc_spool_init(&k.spool, limit, tmpdir);
    k.is_left_out[UINT16_MAX] = 1;
    for (int v = 0; v < UINT16_MAX && options->is_left_out != NULL; v++) {
        k.is_left_out[v] = options->is_left_out[v];
    }
    MSC_TRY(msc_stream_plan(&own, source, NULL, 0, &front, 3 * (int64_t)limit, &layout, err));
    msc_status status = msc_front_init(&k.front, source, &layout, options->connectivity, limit, tmpdir, err);
    if (status == MSC_OK && k.is_simplified) {
        k.simplifier.tolerance_px = options->simplify_px;
        k.simplifier.aspect = options->aspect > 0 ? options->aspect : 1;
        status = msc_simplifier_init(&k.simplifier, source->width_px, source->height_px, tmpdir, err);
    }
    if (status == MSC_OK) {
        status = msc_stream_run(&own, &layout, source, NULL, 0, &front, "trace", err);
    }
    if (status == MSC_OK) {
        assert(k.front.n_live == 0);
        status = enlist_all(&k, err);
    }
    if (status == MSC_OK && sink->begin != NULL) {
        status = sink->begin(sink->self, err);
    }
    if (status == MSC_OK) {
        const int n_threads = msc_settings_threads(settings, NULL), most = (int)(memory / 4 / WORKER_BYTES) + 1;
        status = emit(&k, settings, n_threads < most ? n_threads : most, err);
    }
    clear(&k);
    return status;
}
