/* sites.c - pass 1 over regions of differences as a sink, its records in a spool, and pass 2 as a source. */
#include "patch/sites.h"
#include "base/mem.h"
#include "patch/sites_front.h"
#include <string.h>

struct msc_sites_pass {
    int32_t width_px, height_px, least[MSC_N_GROUNDS];
    uint16_t rest;
    const uint8_t *is_damage;
    int64_t n_seen[MSC_N_GROUNDS], n_differing[MSC_N_GROUNDS];
    msc_sites_front front;
    msc_records records;
    msc_sites_worker *worker;    /* [workers] */
};

msc_status msc_sites_new(const msc_sites_spec *spec, const msc_layout *layout, msc_sites_pass **pass, msc_error *err)
{
    msc_sites_pass *s = msc_alloc_zero(1, sizeof *s);
    if (!s) return msc_fail(err, MSC_ENOMEM, "sites", "%zu bytes", sizeof *s);
    s->width_px = spec->width_px;
    s->height_px = spec->height_px;
    s->rest = spec->rest;
    s->is_damage = spec->is_damage;
    msc_status status = msc_records_init(&s->records, "sites", &spec->records, layout, sizeof(int32_t), err);
    if (status == MSC_OK) status = msc_sites_front_init(&s->front, s->width_px, layout->tile_px, err);
    s->worker = msc_alloc_zero((size_t)layout->n_threads, sizeof *s->worker);
    if (status == MSC_OK && !s->worker) status = msc_fail(err, MSC_ENOMEM, "sites", "%d workers", layout->n_threads);
    if (status != MSC_OK) msc_sites_free(&s);
    else *pass = s;
    return status;
}

static void free_workers(msc_sites_pass *s)
{
    for (int i = 0; s->worker && i < s->records.n_workers; i++) msc_sites_worker_clear(&s->worker[i]);
    msc_release(s->worker);
    s->worker = NULL;
}

void msc_sites_free(msc_sites_pass **pass)
{
    msc_sites_pass *s = *pass;
    if (!s) return;
    free_workers(s);
    msc_sites_front_clear(&s->front);
    msc_records_clear(&s->records);
    msc_release(s);
    *pass = NULL;
}

void msc_sites_count(const msc_sites_pass *pass, int64_t n_seen[MSC_N_GROUNDS], int64_t n_differing[MSC_N_GROUNDS])
{
    memcpy(n_seen, pass->n_seen, sizeof pass->n_seen);
    memcpy(n_differing, pass->n_differing, sizeof pass->n_differing);
}

/* ---- pass 1 ---- */

static msc_status prepare(void *self, const msc_tile *tile, void *space, msc_error *err)
{
    msc_sites_pass *s = self;
    return msc_sites_tile_find(tile, s->is_damage, &s->worker[tile->worker], space)
        ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sites", "a tile of %d x %d px", (int)tile->core.w, (int)tile->core.h);
}

static msc_status put(void *self, const msc_tile *tile, void *space, int64_t index, msc_error *err)
{
    msc_sites_pass *s = self;
    msc_sites_found *found = space;
    msc_sites_front *f = &s->front;
    const msc_tile_record record = { found->record, found->n_record, found->strength, found->n_regions, found->n_pieces };
    for (int g = 0; g < MSC_N_GROUNDS; g++) {
        s->n_seen[g] += found->n_seen[g];
        s->n_differing[g] += found->n_differing[g];
    }
    MSC_TRY(msc_records_keep(&s->records, index, &record, err));
    MSC_TRY(msc_sites_front_add(f, found, tile->core, (uint32_t)index, err));
    MSC_TRY(msc_records_check_front(&s->records, f->n_nodes, f->node_capacity * sizeof *f->node, f->n_nodes >= MSC_NO_LABEL / 2, err));
    if ((index + 1) % s->records.n_across) return MSC_OK;
    msc_sites_front_row(f, (index + 1) / s->records.n_across == s->records.n_down);
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        const msc_sites_node *root = &f->node[msc_sites_front_root(f, i)];
        const int32_t strength = msc_sites_strength(&root->sum);
        if (!root->is_open) MSC_TRY(msc_records_answer(&s->records, f->node[i].tile, f->node[i].region, &strength, err));
    }
    return msc_sites_front_step(f, err);
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
    msc_tile_record record;
    MSC_TRY(msc_records_get(&s->records, worker, tile, &record, err));
    return msc_sites_record_read(&record, s->is_damage, s->least, s->rest, tile)
        ? MSC_OK : msc_fail(err, MSC_EREAD, "sites", "record of the tile at %d, %d", (int)tile->core.x, (int)tile->core.y);
}

void msc_sites_source(msc_sites_pass *pass, const int32_t least[MSC_N_GROUNDS], msc_source *source)
{
    free_workers(pass);
    memcpy(pass->least, least, sizeof pass->least);
    *source = (msc_source){ .self = pass, .width_px = pass->width_px, .height_px = pass->height_px, .n_planes = 4,
                            .types = { MSC_U16, MSC_U8, MSC_U16, MSC_U8 }, .read = read_tile };
}
