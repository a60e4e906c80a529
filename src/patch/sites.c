/* sites.c - pass 1 over regions of differences as a sink, its records in a spool, and pass 2 as a source. */
#include "patch/sites.h"
#include "base/mem.h"
#include "patch/sites_front.h"
#include "patch/store.h"
#include <string.h>

/* Where a tile's bytes are; strengths wait in `strength` until the last of them is known. */
typedef struct place {
    int64_t record, late;        /* in the spool */
    int32_t *strength;
    size_t n, n_left;
} place;

typedef struct reader { msc_window record, late; } reader;

struct msc_sites_pass {
    const msc_rows *rows;
    int32_t width_px, height_px, tile_px, n_across, n_down, least;
    int n_workers;
    uint16_t rest;
    int64_t front_bytes, n_seen, n_differing;
    msc_sites_front front;
    msc_spool spool;
    place *place;                /* [tiles] */
    msc_sites_worker **worker;   /* [workers] */
    reader *reader;
};

msc_status msc_sites_new(const msc_sites_spec *spec, const msc_layout *layout, msc_sites_pass **pass, msc_error *err)
{
    msc_sites_pass *s = msc_alloc_zero(1, sizeof *s);
    if (!s) return msc_fail(err, MSC_ENOMEM, "sites", "%zu bytes", sizeof *s);
    s->rows = msc_kernels_select()->rows;
    s->width_px = spec->width_px;
    s->height_px = spec->height_px;
    s->rest = spec->rest;
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
    msc_status status = s->place && s->worker && s->reader ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sites", "%zu tiles", n_tiles);
    if (status == MSC_OK) status = msc_sites_front_init(&s->front, s->width_px, s->tile_px, err);
    if (status != MSC_OK) msc_sites_free(&s);
    else *pass = s;
    return status;
}

static void free_workers(msc_sites_pass *s)
{
    for (int i = 0; s->worker && i < s->n_workers; i++) msc_sites_worker_free(&s->worker[i]);
}

void msc_sites_free(msc_sites_pass **pass)
{
    msc_sites_pass *s = *pass;
    if (!s) return;
    free_workers(s);
    for (int i = 0; s->reader && i < s->n_workers; i++) {
        msc_release(s->reader[i].record.bytes);
        msc_release(s->reader[i].late.bytes);
    }
    for (int64_t i = 0; s->place && i < (int64_t)s->n_across * s->n_down; i++) msc_release(s->place[i].strength);
    msc_release(s->place);
    msc_release(s->worker);
    msc_release(s->reader);
    msc_sites_front_clear(&s->front);
    msc_spool_clear(&s->spool);
    msc_release(s);
    *pass = NULL;
}

void msc_sites_count(const msc_sites_pass *pass, int64_t *n_seen, int64_t *n_differing)
{
    *n_seen = pass->n_seen;
    *n_differing = pass->n_differing;
}

/* ---- pass 1 ---- */

static msc_status prepare(void *self, const msc_tile *tile, void *space, msc_error *err)
{
    msc_sites_pass *s = self;
    return msc_sites_tile_find(tile, s->rows, &s->worker[tile->worker], space, err);
}

static msc_status keep(msc_sites_pass *s, place *p, const int32_t *strength, msc_error *err)
{
    return msc_spool_add(&s->spool, strength, p->n * sizeof *strength, &p->late, err);
}

/* Gives the strengths of regions that ended to the tiles that wait for them; whole tiles go to the spool. */
static msc_status hand_out(msc_sites_pass *s, msc_error *err)
{
    msc_sites_front *f = &s->front;
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        const msc_sites_node *root = &f->node[msc_sites_front_root(f, i)];
        if (root->is_open) continue;
        place *p = &s->place[f->node[i].tile];
        p->strength[f->node[i].region] = msc_sites_strength(&root->sum);
        if (--p->n_left) continue;
        MSC_TRY(keep(s, p, p->strength, err));
        msc_release(p->strength);
        p->strength = NULL;
    }
    return MSC_OK;
}

static msc_status no_memory(const msc_sites_pass *s, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, "sites", "%zu regions at a row of tiles", s->front.n_nodes);
}

static msc_status put(void *self, const msc_tile *tile, void *space, int64_t index, msc_error *err)
{
    msc_sites_pass *s = self;
    const msc_sites_found *found = space;
    place *p = &s->place[index];
    p->n = found->n_regions;
    p->n_left = found->n_pieces;
    s->n_seen += found->n_seen;
    s->n_differing += found->n_differing;
    MSC_TRY(msc_spool_add(&s->spool, found->record, found->n_record, &p->record, err));
    if (p->n && !p->n_left) MSC_TRY(keep(s, p, found->strength, err));
    if (p->n_left) {
        if (!(p->strength = msc_alloc(p->n, sizeof *p->strength))) return no_memory(s, err);
        memcpy(p->strength, found->strength, p->n * sizeof *p->strength);
    }
    if (!msc_sites_front_add(&s->front, found, tile->core, (uint32_t)index)) return no_memory(s, err);
    const size_t bytes = s->front.node_capacity * sizeof *s->front.node;
    if (bytes > (size_t)s->front_bytes || s->front.n_nodes >= MSC_NO_LABEL / 2)
        return msc_fail(err, MSC_EMEMCAP, "sites", "%zu unfinished regions take %zu MiB, %lld MiB are left for them", s->front.n_nodes, bytes >> 20,
                        (long long)(s->front_bytes >> 20));
    if ((index + 1) % s->n_across) return MSC_OK;
    msc_sites_front_row(&s->front, (index + 1) / s->n_across == s->n_down);
    MSC_TRY(hand_out(s, err));
    return msc_sites_front_step(&s->front) ? MSC_OK : no_memory(s, err);
}

static void slot_clear(void *self, void *space)
{
    (void)self;
    msc_sites_found_clear(space);
}

void msc_sites_sink(msc_sites_pass *pass, msc_sink *sink)
{
    *sink = (msc_sink){ .self = pass, .slot_bytes = sizeof(msc_sites_found), .prepare = prepare, .put = put, .slot_clear = slot_clear,
                         .is_put_blind = 1 };
}

static size_t room_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)self;
    return msc_sites_worker_bytes(w_px, h_px);
}

void msc_sites_room(msc_op *op)
{
    *op = (msc_op){ .name = "sites", .n_planes_out = 4, .types_out = { MSC_U16, MSC_U8, MSC_U16, MSC_U8 }, .scratch_bytes = room_bytes };
}

/* ---- pass 2 ---- */

static msc_status read_tile(void *self, int worker, msc_tile *tile, msc_error *err)
{
    msc_sites_pass *s = self;
    const int64_t index = (int64_t)(tile->core.y / s->tile_px) * s->n_across + tile->core.x / s->tile_px;
    const place *p = &s->place[index];
    reader *r = &s->reader[worker];
    const uint8_t *record, *late = NULL;
    size_t n, n_late = 0;
    if (p->n) MSC_TRY(msc_spool_get(&s->spool, &r->late, p->late, &late, &n_late, err));
    MSC_TRY(msc_spool_get(&s->spool, &r->record, p->record, &record, &n, err));
    const msc_sites_verdict verdict = { .strength = late, .n_regions = n_late / sizeof(int32_t), .least = s->least, .rest = s->rest };
    if (!msc_sites_record_read(record, n, &verdict, tile)) return msc_fail(err, MSC_EREAD, "sites", "record of tile %lld", (long long)index);
    return MSC_OK;
}

void msc_sites_source(msc_sites_pass *pass, int32_t least, msc_source *source)
{
    free_workers(pass);
    pass->least = least;
    *source = (msc_source){ .self = pass, .width_px = pass->width_px, .height_px = pass->height_px, .n_planes = 4,
                            .types = { MSC_U16, MSC_U8, MSC_U16, MSC_U8 }, .read = read_tile };
}
