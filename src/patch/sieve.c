/* sieve.c - pass 1 of the sieve as a sink, its records in a spool, and pass 2 as a source. */
#include "patch/sieve.h"
#include "base/mem.h"
#include "patch/sieve_graph.h"

struct msc_sieve_pass {
    msc_sieve_frame frame;
    msc_type type;
    msc_sieve_front front;
    msc_records records;
    msc_sieve_worker *worker;    /* [workers] */
};

msc_status msc_sieve_new(const msc_sieve_spec *spec, const msc_layout *layout, msc_sieve_pass **pass, msc_error *err)
{
    const int64_t most_px = (int64_t)1 << 48;
    if ((int64_t)spec->width_px * spec->height_px >= most_px)
        return msc_fail(err, MSC_EVALUE, "sieve", "%d x %d px", (int)spec->width_px, (int)spec->height_px);
    msc_sieve_pass *s = msc_alloc_zero(1, sizeof *s);
    if (!s) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu bytes", sizeof *s);
    s->frame = (msc_sieve_frame){ spec->width_px, spec->height_px, spec->connectivity,
                                  { spec->mmu_px < most_px ? spec->mmu_px : most_px, spec->width_px } };
    s->type = spec->type;
    msc_status status = msc_records_init(&s->records, "sieve", &spec->records, layout, sizeof(uint16_t), err);
    if (status == MSC_OK) status = msc_sieve_front_init(&s->front, &s->frame, layout->tile_px, err);
    s->worker = msc_alloc_zero((size_t)layout->n_threads, sizeof *s->worker);
    if (status == MSC_OK && !s->worker) status = msc_fail(err, MSC_ENOMEM, "sieve", "%d workers", layout->n_threads);
    if (status != MSC_OK) msc_sieve_free(&s);
    else *pass = s;
    return status;
}

static void free_workers(msc_sieve_pass *s)
{
    for (int i = 0; s->worker && i < s->records.n_workers; i++) msc_sieve_worker_clear(&s->worker[i]);
    msc_release(s->worker);
    s->worker = NULL;
}

void msc_sieve_free(msc_sieve_pass **pass)
{
    msc_sieve_pass *s = *pass;
    if (!s) return;
    free_workers(s);
    msc_sieve_front_clear(&s->front);
    msc_records_clear(&s->records);
    msc_release(s);
    *pass = NULL;
}

void msc_sieve_count(const msc_sieve_pass *pass, msc_sieve_counts *counts) { *counts = pass->front.counts; }

/* ---- pass 1 ---- */

static msc_status prepare(void *self, const msc_tile *tile, void *space, msc_error *err)
{
    msc_sieve_pass *s = self;
    return msc_sieve_tile_find(&s->frame, tile, &s->worker[tile->worker], space)
        ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sieve", "a tile of %d x %d px", (int)tile->core.w, (int)tile->core.h);
}

static msc_status put(void *self, const msc_tile *tile, void *space, int64_t index, msc_error *err)
{
    msc_sieve_pass *s = self;
    msc_sieve_found *found = space;
    const msc_sieve_front *f = &s->front;
    const size_t n = found->kept.n_nodes;
    MSC_TRY(msc_records_keep(&s->records, index, &(msc_tile_record){ found->record, found->n_record, NULL, n, n }, err));
    MSC_TRY(msc_sieve_front_add(&s->front, found, tile->core, (uint32_t)index, err));
    const int is_full = f->graph.n_nodes >= MSC_SIEVE_LARGE / 2 || f->graph.n_near >= UINT32_MAX / 2;
    MSC_TRY(msc_records_check_front(&s->records, f->graph.n_nodes, msc_sieve_front_bytes(f), is_full, err));
    if ((index + 1) % s->records.n_across) return MSC_OK;
    MSC_TRY(msc_sieve_front_row(&s->front, (index + 1) / s->records.n_across == s->records.n_down, err));
    for (size_t i = 0; i < f->graph.n_nodes; i++) {
        const uint16_t value = (uint16_t)f->code[i];
        if (f->code[i] & MSC_SIEVE_LARGE) MSC_TRY(msc_records_answer(&s->records, f->graph.node[i].tile, f->graph.node[i].late, &value, err));
    }
    msc_sieve_front_step(&s->front);
    return MSC_OK;
}

static void slot_clear(void *self, void *space)
{
    (void)self;
    msc_sieve_found_clear(space);
}

void msc_sieve_sink(msc_sieve_pass *pass, msc_sink *sink)
{
    *sink = (msc_sink){ .self = pass, .slot_bytes = sizeof(msc_sieve_found), .prepare = prepare, .put = put, .slot_clear = slot_clear,
                         .is_put_blind = 1 };
}

static size_t room_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)self;
    return msc_sieve_worker_bytes(w_px, h_px);
}

void msc_sieve_room(msc_type type, msc_op *op)
{
    *op = (msc_op){ .name = "sieve", .n_planes_out = 1, .types_out = { type }, .scratch_bytes = room_bytes };
}

/* ---- pass 2 ---- */

static msc_status read_tile(void *self, int worker, msc_tile *tile, msc_error *err)
{
    msc_sieve_pass *s = self;
    msc_tile_record record;
    MSC_TRY(msc_records_get(&s->records, worker, tile, &record, err));
    return msc_sieve_record_read(&record, tile)
        ? MSC_OK : msc_fail(err, MSC_EREAD, "sieve", "record of the tile at %d, %d", (int)tile->core.x, (int)tile->core.y);
}

void msc_sieve_source(msc_sieve_pass *pass, msc_source *source)
{
    free_workers(pass);
    *source = (msc_source){ .self = pass, .width_px = pass->frame.width_px, .height_px = pass->frame.height_px, .n_planes = 1,
                            .types = { pass->type }, .read = read_tile };
}
