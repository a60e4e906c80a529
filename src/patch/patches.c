/* patches.c - one pass over the raster, then the patches in order. */
#include "patch/patches.h"
#include "base/mem.h"
#include "patch/front.h"
#include "patch/polygon.h"
#include "patch/simplify.h"
#include "patch/trace.h"

#include <assert.h>

enum { TILE_PX = 512 };          /* larger tiles cost workspace and gain nothing: seams are cheap */

typedef struct tracing {
    msc_tracer tracer;
    msc_front front;
    msc_simplifier simplifier;
    int is_simplified;
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
    const msc_trace *trace = slot;
    (void)index;
    if (k->is_simplified) {
        msc_simplifier_mark(&k->simplifier, tile->core.x, tile->core.y, tile->core.w, tile->core.h, trace->corner);
    }
    return msc_front_add(&k->front, &tile->core, trace, err);
}

static void slot_clear(void *self, void *slot)
{
    (void)self;
    msc_trace_clear(slot);
}

typedef struct emission {
    const msc_settings *settings;
    tracing *tracing;
    msc_polygon polygon;
    msc_patch_receiver receive;
    void *self;
    int is_survey;
} emission;

static msc_status emit_one(emission *m, const msc_entry *entry, msc_error *err)
{
    tracing *k = m->tracing;
    const msc_patches_options *o = k->tracer.options;
    msc_patch patch = {.first_px = entry->key};
    if (m->settings->cancel != NULL && *m->settings->cancel) {
        return msc_fail(err, MSC_ECANCELLED, "vectorize", "stopped");
    }
    if (m->is_survey || o->is_wanted != NULL) {
        MSC_TRY(msc_polygon_head(&k->front.spool, entry->offset, &patch, err));
        if (o->is_wanted != NULL && !o->is_wanted(m->self, &patch)) {
            return MSC_OK;
        }
    }
    if (m->is_survey) {
        return o->survey(m->self, &patch, err);
    }
    MSC_TRY(msc_polygon_read(&m->polygon, &k->front.spool, entry->offset, k->is_simplified ? &k->simplifier : NULL,
                             &patch, err));
    return m->receive(m->self, &patch, err);
}

static msc_status emit(emission *m, msc_error *err)
{
    msc_index *index = &m->tracing->front.index;
    msc_status status = MSC_OK;
    for (size_t b = 0; b < index->n_buckets && status == MSC_OK; b++) {
        msc_entry *entry = NULL;
        size_t n = 0;
        status = msc_index_bucket(index, b, &entry, &n, err);
        for (size_t e = 0; e < n && status == MSC_OK; e++) {
            status = emit_one(m, &entry[e], err);
        }
        msc_release(entry);
        if (m->settings->progress != NULL && !m->is_survey) {
            m->settings->progress(m->settings->self, "polygons", (double)(b + 1) / (double)index->n_buckets);
        }
    }
    msc_polygon_clear(&m->polygon);
    return status;
}

msc_status msc_patches_trace(const msc_settings *settings, const msc_source *source, const msc_patches_options *options,
                             msc_patch_receiver receive, void *self, msc_error *err)
{
    tracing k = {.tracer = {options, source->width_px, source->height_px}, .is_simplified = options->simplify_px > 0};
    const msc_sink sink = {.self = &k, .halo_px = 1, .slot_bytes = sizeof(msc_trace), .prepare = prepare, .put = put,
                           .slot_clear = slot_clear};
    const char *why = NULL;
    const int64_t memory = msc_settings_memory(settings, &why);
    const size_t limit = (size_t)(memory / 8);
    const char *tmpdir = options->tmpdir != NULL ? options->tmpdir : settings->tmpdir != NULL ? settings->tmpdir : ".";
    msc_settings own = *settings;
    msc_layout layout;
    own.tile_px = own.tile_px == 0 ? TILE_PX : own.tile_px;
    MSC_TRY(msc_stream_plan(&own, source, NULL, 0, &sink, 2 * (int64_t)limit, &layout, err));
    msc_status status = msc_front_init(&k.front, source->width_px, source->height_px, options->connectivity, limit,
                                       tmpdir, err);
    if (status == MSC_OK && k.is_simplified) {
        k.simplifier.tolerance_px = options->simplify_px;
        k.simplifier.aspect = options->aspect > 0 ? options->aspect : 1;
        status = msc_simplifier_init(&k.simplifier, source->width_px, source->height_px, tmpdir, err);
    }
    if (status == MSC_OK) {
        status = msc_stream_run(&own, &layout, source, NULL, 0, &sink, "trace", err);
    }
    if (status == MSC_OK) {
        assert(k.front.n_live == 0);
        emission m = {.settings = settings, .tracing = &k, .receive = receive, .self = self};
        m.is_survey = options->survey != NULL;
        status = m.is_survey ? emit(&m, err) : MSC_OK;
        m.is_survey = 0;
        status = status == MSC_OK ? emit(&m, err) : status;
    }
    msc_simplifier_clear(&k.simplifier);
    msc_front_clear(&k.front);
    return status;
}
