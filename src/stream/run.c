/* run.c - the only parallel loop over pixels in the engine. */
#include "stream/stream.h"
#include "base/mem.h"
#include "stream/workspace.h"
#include <omp.h>
#include <pthread.h>
#include <string.h>

/* What one tile needs while it is in the pipe: the planes that put looks at, the sink's space, a verdict. */
typedef struct slot {
    unsigned char *space;        /* NULL when put is blind */
    void *kept;                  /* the sink's; stays from tile to tile */
    msc_tile tile;
    msc_error err;
    int ready;
} slot;

/* The queue in front of the sink. Tiles arrive in any order and leave in tile order, one at a time. A worker whose
 * tile is early parks it in its slot and goes on; the worker that brings the missing tile passes on everything that
 * had to wait for it. Two slots per worker keep the cores busy when a part of the tiles is empty; with one (plain
 * `omp ordered`) a worker waits whenever its neighbour has the harder tile. */
typedef struct queue {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    int64_t next, turn, n_tiles; /* next tile to hand out; next tile the sink expects */
    int n_slots, busy, stop;     /* busy: a worker is at the sink */
    slot *slots;
} queue;

/* All that a pass is made of; read-only while it runs, but for the queue and the error. */
typedef struct pass {
    const msc_settings *settings;
    const msc_layout *layout;
    const msc_source *source;
    const msc_op *ops;
    int n_ops;
    const msc_sink *sink;
    const char *stage;
    msc_workspace room;
    unsigned char **desk;        /* one per worker: planes for the ops to work on in turns, then the ops' scratch */
    queue q;
    msc_error first;             /* of the lowest tile that failed */
} pass;

static int is_cancelled(const msc_settings *settings)
{
    return settings->cancel && __atomic_load_n(settings->cancel, __ATOMIC_RELAXED) != 0;
}

static void tell(const pass *p, int64_t n_done)
{
    if (p->settings->progress)
        p->settings->progress(p->settings->self, p->stage, (double)n_done / (double)p->q.n_tiles);
}

/* Stops the pass once; what was found first stays. The lock is held. */
static void queue_stop(pass *p, const msc_error *why)
{
    if (!p->q.stop) p->first = *why;
    p->q.stop = 1;
    pthread_cond_broadcast(&p->q.moved);
}

/* Returns the next tile's index once its slot is free, or -1 when there is no more to do. */
static int64_t queue_take(pass *p)
{
    queue *q = &p->q;
    pthread_mutex_lock(&q->lock);
    int64_t index = q->stop || q->next == q->n_tiles ? -1 : q->next++;
    while (index >= 0 && index >= q->turn + q->n_slots && !q->stop) pthread_cond_wait(&q->moved, &q->lock);
    if (index >= 0 && !q->stop && is_cancelled(p->settings)) {
        msc_error why;
        msc_fail(&why, MSC_ECANCELLED, p->stage, "tile %lld of %lld", (long long)index, (long long)q->n_tiles);
        queue_stop(p, &why);
    }
    if (q->stop) index = -1;
    pthread_mutex_unlock(&q->lock);
    return index;
}

/* Marks a tile as made, then feeds the sink for as long as the tile it expects is there. */
static void queue_pass(pass *p, slot *made)
{
    queue *q = &p->q;
    const msc_sink *sink = p->sink;
    pthread_mutex_lock(&q->lock);
    made->ready = 1;
    while (!q->busy && !q->stop && q->slots[q->turn % q->n_slots].ready) {
        slot *s = &q->slots[q->turn % q->n_slots];
        q->busy = 1;
        const int64_t index = q->turn;
        pthread_mutex_unlock(&q->lock);
        if (s->err.status == MSC_OK) s->err.status = sink->put(sink->self, &s->tile, s->kept, index, &s->err);
        pthread_mutex_lock(&q->lock);
        q->busy = s->ready = 0;
        q->turn++;
        if (s->err.status != MSC_OK) queue_stop(p, &s->err);
        else tell(p, q->turn);
        pthread_cond_broadcast(&q->moved);
    }
    pthread_mutex_unlock(&q->lock);
}

/* Lays a tile over one half of a worker's space, or over a slot's. */
static void tile_place(msc_tile *t, unsigned char *space, const msc_workspace *room, msc_rect core, int worker,
                       int32_t pad_px, const msc_type *types, int n_planes)
{
    const size_t origin_px = (size_t)pad_px * (size_t)room->stride_px + (size_t)pad_px;
    t->core = core;
    t->worker = worker;
    t->pad_px = pad_px;
    t->stride_px = room->stride_px;
    t->n_planes = n_planes;
    for (int b = 0; b < n_planes; b++) {
        t->plane[b] = (msc_plane){ types[b], space + origin_px * msc_type_bytes(types[b]) };
        space += msc_plane_bytes(room, types[b]);
    }
    t->valid = space + origin_px;
}

static msc_rect tile_core(const pass *p, int64_t index)
{
    const int32_t side = p->layout->tile_px, across = p->layout->n_across;
    msc_rect r = { (int32_t)(index % across) * side, (int32_t)(index / across) * side, side, side };
    if (r.w > p->source->width_px - r.x) r.w = p->source->width_px - r.x;
    if (r.h > p->source->height_px - r.y) r.h = p->source->height_px - r.y;
    return r;
}

/* Where the planes of stage i of a worker's tile lie. */
static unsigned char *stage_space(const pass *p, const slot *s, int worker, int i)
{
    if (i == p->n_ops && s->space) return s->space;
    return p->desk[worker] + (i % 2 ? p->room.half_bytes[0] : 0);
}

static void forget_planes(msc_tile *t)
{
    t->n_planes = 0;
    memset(t->plane, 0, sizeof t->plane);
    t->valid = NULL;
}

/* Reads one tile, takes it through every op and lets the sink prepare it. Touches nothing but its slot and its worker's space. */
static void make_tile(const pass *p, slot *s, int64_t index, int worker)
{
    const msc_source *source = p->source;
    const msc_rect core = tile_core(p, index);
    void *scratch = p->desk[worker] + p->room.half_bytes[0] + p->room.half_bytes[1];
    msc_tile tile[2];
    int now = 0;
    s->err.status = MSC_OK;
    tile_place(&tile[0], stage_space(p, s, worker, 0), &p->room, core, worker, p->layout->halo_px, source->types, source->n_planes);
    if (source->read) s->err.status = source->read(source->self, worker, &tile[0], &s->err);
    if (s->err.status != MSC_OK) return;
    for (int i = 0; i < p->n_ops; i++, now ^= 1) {
        const msc_op *op = &p->ops[i];
        tile_place(&tile[now ^ 1], stage_space(p, s, worker, i + 1), &p->room, core, worker, tile[now].pad_px - op->halo_px,
                   op->types_out, op->n_planes_out);
        op->tile(op->self, &tile[now], &tile[now ^ 1], scratch);
    }
    s->tile = tile[now];
    if (p->sink->prepare) s->err.status = p->sink->prepare(p->sink->self, &s->tile, s->kept, &s->err);
    if (p->sink->is_put_blind) forget_planes(&s->tile);
}

/* Everything that a pass needs from memory, before its first tile. */
static msc_status pass_alloc(pass *p, msc_error *err)
{
    const msc_layout *l = p->layout;
    p->q.slots = msc_alloc_zero((size_t)l->n_slots, sizeof *p->q.slots);
    p->desk = msc_alloc_zero((size_t)l->n_threads, sizeof *p->desk);
    int ok = p->q.slots && p->desk;
    for (int i = 0; ok && i < l->n_slots; i++) {
        slot *s = &p->q.slots[i];
        if (p->room.kept_bytes) ok = (s->space = msc_alloc(p->room.kept_bytes, 1)) != NULL;
        if (ok && p->sink->slot_bytes) ok = (s->kept = msc_alloc_zero(1, p->sink->slot_bytes)) != NULL;
    }
    for (int i = 0; ok && i < l->n_threads; i++) ok = (p->desk[i] = msc_alloc(p->room.worker_bytes, 1)) != NULL;
    return ok ? MSC_OK : msc_fail(err, MSC_ENOMEM, p->stage, "%lld bytes of tile workspace", (long long)l->bytes);
}

static void pass_clear(pass *p)
{
    for (int i = 0; p->q.slots && i < p->layout->n_slots; i++) {
        slot *s = &p->q.slots[i];
        if (s->kept && p->sink->slot_clear) p->sink->slot_clear(p->sink->self, s->kept);
        msc_release(s->kept);
        msc_release(s->space);
    }
    for (int i = 0; p->desk && i < p->layout->n_threads; i++) msc_release(p->desk[i]);
    msc_release(p->desk);
    msc_release(p->q.slots);
    pthread_cond_destroy(&p->q.moved);
    pthread_mutex_destroy(&p->q.lock);
}

msc_status msc_stream_run(const msc_settings *settings, const msc_layout *layout, const msc_source *source,
                          const msc_op *ops, int n_ops, const msc_sink *sink, const char *stage, msc_error *err)
{
    pass p = { .settings = settings, .layout = layout, .source = source, .ops = ops, .n_ops = n_ops, .sink = sink,
               .stage = stage, .room = msc_workspace_for(layout->tile_px, source, ops, n_ops, sink) };
    p.q.n_tiles = (int64_t)layout->n_across * layout->n_down;
    p.q.n_slots = layout->n_slots;
    pthread_mutex_init(&p.q.lock, NULL);
    pthread_cond_init(&p.q.moved, NULL);
    msc_status status = pass_alloc(&p, err);
    if (status == MSC_OK) {
        tell(&p, 0);
        #pragma omp parallel num_threads(layout->n_threads)
        for (int64_t index; (index = queue_take(&p)) >= 0;) {
            slot *s = &p.q.slots[index % p.q.n_slots];
            make_tile(&p, s, index, omp_get_thread_num());
            queue_pass(&p, s);
        }
        if (p.q.stop) {
            status = p.first.status;
            if (err) *err = p.first;
        }
    }
    pass_clear(&p);
    return status;
}

msc_status msc_stream_each(const msc_settings *settings, int n, msc_status (*work)(void *self, int i, msc_error *err),
                           void *self, msc_error *err)
{
    const int n_threads = msc_settings_threads(settings, NULL);
    msc_error first = { .status = MSC_OK };
    int lowest = n;
    #pragma omp parallel for schedule(dynamic, 1) num_threads(n_threads < n ? n_threads : n < 1 ? 1 : n)
    for (int i = 0; i < n; i++) {
        msc_error why = { .status = MSC_OK };
        int is_due;
        #pragma omp critical(stream_each)
        is_due = i < lowest;
        if (!is_due || work(self, i, &why) == MSC_OK) continue;
        #pragma omp critical(stream_each)
        if (i < lowest) {
            lowest = i;
            first = why;
        }
    }
    if (lowest == n) return MSC_OK;
    if (err) *err = first;
    return first.status;
}
