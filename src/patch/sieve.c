/* sieve.c - pass 1 of the sieve as a sink, its records in a spool, and pass 2 as a source. */
#include "patch/sieve.h"
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include "patch/store.h"
#include <string.h>

/* Where a tile's bytes are; kept regions wait in `value` until the last of them is final. */
typedef struct place {
    int64_t record, late;        /* in the spool */
    uint16_t *value;
    uint32_t n, n_left;
} place;

typedef struct reader { msc_window record, late; } reader;

struct msc_sieve_pass {
    msc_sieve_frame frame;
    msc_type type;
    int32_t tile_px, n_across, n_down, n_workers;
    int64_t front_bytes;
    msc_sieve_front front;
    msc_spool spool;
    place *place;                /* [tiles] */
    msc_sieve_worker **worker;   /* [workers] */
    reader *reader;
};

msc_status msc_sieve_new(const msc_sieve_spec *spec, const msc_layout *layout, msc_sieve_pass **pass, msc_error *err)
{
    const int64_t most_px = (int64_t)1 << 48;
    if ((int64_t)spec->width_px * spec->height_px >= most_px)
        return msc_fail(err, MSC_EVALUE, "sieve", "%d x %d px", (int)spec->width_px, (int)spec->height_px);
    msc_sieve_pass *s = msc_alloc_zero(1, sizeof *s);
    if (!s) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu bytes", sizeof *s);
    s->frame = (msc_sieve_frame){ spec->width_px, spec->height_px, spec->connectivity,
                                  { spec->mmu_px < most_px ? spec->mmu_px : most_px, spec->width_px }, msc_kernels_select()->rows };
    s->type = spec->type;
    s->front_bytes = spec->front_bytes;
    s->tile_px = layout->tile_px;
    s->n_across = layout->n_across;
    s->n_down = layout->n_down;
    s->n_workers = layout->n_threads;
    msc_spool_init(&s->spool, (size_t)spec->record_bytes, spec->tmpdir);
    const size_t n_tiles = (size_t)s->n_across * (size_t)s->n_down;
    s->place = msc_alloc_zero(n_tiles, sizeof *s->place);
    s->worker = msc_alloc_zero((size_t)s->n_workers, sizeof *s->worker);
    s->reader = msc_alloc_zero((size_t)s->n_workers, sizeof *s->reader);
    msc_status status = s->place && s->worker && s->reader ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sieve", "%zu tiles", n_tiles);
    if (status == MSC_OK) status = msc_sieve_front_init(&s->front, &s->frame, s->tile_px, err);
    if (status != MSC_OK) msc_sieve_free(&s);
    else *pass = s;
    return status;
}

static void free_workers(msc_sieve_pass *s)
{
    for (int i = 0; s->worker && i < s->n_workers; i++) msc_sieve_worker_free(&s->worker[i]);
}

void msc_sieve_free(msc_sieve_pass **pass)
{
    msc_sieve_pass *s = *pass;
    if (!s) return;
    free_workers(s);
    for (int i = 0; s->reader && i < s->n_workers; i++) {
        msc_release(s->reader[i].record.bytes);
        msc_release(s->reader[i].late.bytes);
    }
    for (int64_t i = 0; s->place && i < (int64_t)s->n_across * s->n_down; i++) msc_release(s->place[i].value);
    msc_release(s->place);
    msc_release(s->worker);
    msc_release(s->reader);
    msc_sieve_front_clear(&s->front);
    msc_spool_clear(&s->spool);
    msc_release(s);
    *pass = NULL;
}

void msc_sieve_count(const msc_sieve_pass *pass, msc_sieve_counts *counts) { *counts = pass->front.counts; }

/* ---- pass 1 ---- */

static msc_status prepare(void *self, const msc_tile *tile, void *space, msc_error *err)
{
    msc_sieve_pass *s = self;
    return msc_sieve_tile_find(&s->frame, tile, &s->worker[tile->worker], space, err);
}

/* Gives kept regions that became final to the tiles that wait for them; whole tiles go to the spool. */
static msc_status hand_out(msc_sieve_pass *s, msc_error *err)
{
    const msc_sieve_front *f = &s->front;
    for (size_t i = 0; i < f->graph.n_nodes; i++) {
        if (!(f->code[i] & MSC_SIEVE_LARGE)) continue;
        const msc_sieve_node *node = &f->graph.node[i];
        place *p = &s->place[node->tile];
        p->value[node->late] = (uint16_t)f->code[i];
        if (--p->n_left) continue;
        MSC_TRY(msc_spool_add(&s->spool, p->value, p->n * sizeof *p->value, &p->late, err));
        msc_release(p->value);
        p->value = NULL;
    }
    return MSC_OK;
}

static msc_status no_memory(msc_sieve_pass *s, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions at a row of tiles", s->front.graph.n_nodes);
}

static msc_status put(void *self, const msc_tile *tile, void *space, int64_t index, msc_error *err)
{
    msc_sieve_pass *s = self;
    const msc_sieve_found *found = space;
    place *p = &s->place[index];
    p->n = p->n_left = (uint32_t)found->kept.n_nodes;
    if (p->n && !(p->value = msc_alloc_zero(p->n, sizeof *p->value))) return no_memory(s, err);
    MSC_TRY(msc_spool_add(&s->spool, found->record, found->n_record, &p->record, err));
    if (!msc_sieve_front_add(&s->front, found, tile->core, (uint32_t)index)) return no_memory(s, err);
    if (msc_sieve_front_bytes(&s->front) > (size_t)s->front_bytes || s->front.graph.n_nodes >= MSC_SIEVE_LARGE / 2 ||
        s->front.graph.n_near >= UINT32_MAX / 2)
        return msc_fail(err, MSC_EMEMCAP, "sieve", "%zu unsettled regions take %zu MiB, %lld MiB are left for them",
                        s->front.graph.n_nodes, msc_sieve_front_bytes(&s->front) >> 20, (long long)(s->front_bytes >> 20));
    if ((index + 1) % s->n_across) return MSC_OK;
    if (!msc_sieve_front_row(&s->front, (index + 1) / s->n_across == s->n_down)) return no_memory(s, err);
    MSC_TRY(hand_out(s, err));
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
    const int64_t index = (int64_t)(tile->core.y / s->tile_px) * s->n_across + tile->core.x / s->tile_px;
    const place *p = &s->place[index];
    reader *r = &s->reader[worker];
    const uint8_t *record, *late = NULL;
    size_t n, n_late = 0;
    if (p->n) MSC_TRY(msc_spool_get(&s->spool, &r->late, p->late, &late, &n_late, err));
    MSC_TRY(msc_spool_get(&s->spool, &r->record, p->record, &record, &n, err));
    if (!msc_sieve_record_read(record, n, late, n_late / sizeof(uint16_t), tile))
        return msc_fail(err, MSC_EREAD, "sieve", "record of tile %lld", (long long)index);
    return MSC_OK;
}

void msc_sieve_source(msc_sieve_pass *pass, msc_source *source)
{
    free_workers(pass);
    *source = (msc_source){ .self = pass, .width_px = pass->frame.width_px, .height_px = pass->frame.height_px, .n_planes = 1,
                            .types = { pass->type }, .read = read_tile };
}
