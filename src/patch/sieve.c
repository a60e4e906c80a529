/* sieve.c - pass 1 and pass 2 of the sieve: pieces of regions from tiles, their seams, and final values to tiles. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include "patch/sieve_runs.h"
#include <assert.h>
#include <string.h>

/* What prepare finds in one tile; grown once to the tile's worst case, of which only what is used is touched. */
typedef struct slot {
    msc_sieve_runs runs;
    void *space;
    size_t space_bytes;
    int64_t *size_px;
    size_t size_capacity;
    int64_t *first_px;
    size_t first_capacity;
    uint16_t *value;
    size_t value_capacity;
    msc_sieve_border *border;
    size_t n_borders, border_capacity;
    uint32_t *bucket;            /* hash of the borders: index + 1 */
    size_t n_buckets, bucket_capacity;
} slot;

static msc_status no_memory(msc_error *err, size_t n)
{
    return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions in a tile", n);
}

msc_status msc_sieve_new(int32_t width_px, int32_t height_px, const msc_layout *layout, int64_t mmu_px, int connectivity,
                         int64_t memory_bytes, msc_sieve_graph **graph, msc_error *err)
{
    const size_t n_tiles = (size_t)layout->n_across * (size_t)layout->n_down;
    msc_sieve_graph *g = msc_alloc_zero(1, sizeof *g);
    if (!g) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu bytes", sizeof *g);
    g->width_px = width_px;
    g->height_px = height_px;
    g->tile_px = layout->tile_px;
    g->n_across = layout->n_across;
    g->mmu_px = mmu_px;
    g->connectivity = connectivity;
    g->memory_bytes = memory_bytes;
    g->tile_base = msc_alloc_zero(n_tiles + 1, sizeof *g->tile_base);
    g->above = msc_alloc_zero((size_t)width_px + 1, sizeof *g->above);
    g->left = msc_alloc_zero((size_t)layout->tile_px + 1, sizeof *g->left);
    g->corner = MSC_NO_LABEL;
    if (!g->tile_base || !g->above || !g->left) {
        msc_sieve_free(&g);
        return msc_fail(err, MSC_ENOMEM, "sieve", "%zu tiles", n_tiles);
    }
    memset(g->above, 0xFF, ((size_t)width_px + 1) * sizeof *g->above);
    *graph = g;
    return MSC_OK;
}

void msc_sieve_free(msc_sieve_graph **graph)
{
    msc_sieve_graph *g = *graph;
    if (!g) return;
    msc_release(g->piece);
    msc_release(g->size_px);
    msc_release(g->first_px);
    msc_release(g->border);
    msc_release(g->tile_base);
    msc_release(g->above);
    msc_release(g->left);
    msc_release(g);
    *graph = NULL;
}

/* ---- one tile ---- */

static int grow_hash(slot *s, size_t n_buckets)
{
    if (!msc_reserve((void **)&s->bucket, &s->bucket_capacity, n_buckets, sizeof *s->bucket)) return 0;
    s->n_buckets = n_buckets;
    memset(s->bucket, 0, n_buckets * sizeof *s->bucket);
    for (size_t i = 0; i < s->n_borders; i++) {
        size_t at = ((size_t)s->border[i].a * 0x9e3779b1u ^ (size_t)s->border[i].b * 0x85ebca77u) & (n_buckets - 1);
        while (s->bucket[at]) at = (at + 1) & (n_buckets - 1);
        s->bucket[at] = (uint32_t)i + 1;
    }
    return 1;
}

static int add_border(slot *s, uint32_t a, uint32_t b, uint32_t length_px)
{
    if (2 * s->n_borders >= s->n_buckets && !grow_hash(s, s->n_buckets ? 2 * s->n_buckets : 1024)) return 0;
    const msc_sieve_border wanted = a < b ? (msc_sieve_border){ a, b, length_px } : (msc_sieve_border){ b, a, length_px };
    size_t at = ((size_t)wanted.a * 0x9e3779b1u ^ (size_t)wanted.b * 0x85ebca77u) & (s->n_buckets - 1);
    for (; s->bucket[at]; at = (at + 1) & (s->n_buckets - 1)) {
        msc_sieve_border *found = &s->border[s->bucket[at] - 1];
        if (found->a != wanted.a || found->b != wanted.b) continue;
        found->length_px += length_px;
        return 1;
    }
    if (!msc_reserve((void **)&s->border, &s->border_capacity, s->n_borders + 1, sizeof *s->border)) return 0;
    s->border[s->n_borders++] = wanted;
    s->bucket[at] = (uint32_t)s->n_borders;
    return 1;
}

/* Two regions that both reach the unit inside the tile never merge: their border is of no use. */
static int touch(slot *s, int64_t mmu_px, uint32_t a, uint32_t b, uint32_t length_px)
{
    if (a == MSC_NO_LABEL || b == MSC_NO_LABEL || a == b) return 1;
    if (s->size_px[a] >= mmu_px && s->size_px[b] >= mmu_px) return 1;
    return add_border(s, a, b, length_px);
}

static int find_borders(slot *s, const msc_sieve_graph *g)
{
    const msc_sieve_runs *r = &s->runs;
    const int32_t reach = g->connectivity == 8;
    for (int32_t y = 0; y < r->h; y++) {
        uint32_t above = y > 0 ? r->row_first[y - 1] : 0;
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const int32_t x0 = r->start[run], x1 = msc_sieve_run_end(r, run, y);
            if (run > r->row_first[y] && !touch(s, g->mmu_px, r->label[run - 1], r->label[run], 1)) return 0;
            if (y == 0) continue;
            while (above < r->row_first[y] && msc_sieve_run_end(r, above, y - 1) <= x0 - reach) above++;
            for (uint32_t k = above; k < r->row_first[y] && r->start[k] < x1 + reach; k++) {
                const int32_t end = msc_sieve_run_end(r, k, y - 1);
                const int32_t overlap = (end < x1 ? end : x1) - (r->start[k] > x0 ? r->start[k] : x0);
                if (!touch(s, g->mmu_px, r->label[k], r->label[run], overlap > 0 ? (uint32_t)overlap : 0)) return 0;
            }
        }
    }
    return 1;
}

static int measure(slot *s, const msc_tile *tile, int32_t width_px)
{
    const msc_sieve_runs *r = &s->runs;
    const size_t n = r->n_labels + (size_t)1;
    if (!msc_reserve((void **)&s->size_px, &s->size_capacity, n, sizeof *s->size_px) ||
        !msc_reserve((void **)&s->first_px, &s->first_capacity, n, sizeof *s->first_px) ||
        !msc_reserve((void **)&s->value, &s->value_capacity, n, sizeof *s->value))
        return 0;
    uint32_t n_seen = 0;
    for (int32_t y = 0; y < r->h; y++)
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const uint32_t label = r->label[run];
            if (label == MSC_NO_LABEL) continue;
            if (label == n_seen) {
                s->size_px[label] = 0;
                s->first_px[label] = (int64_t)(tile->core.y + y) * width_px + tile->core.x + r->start[run];
                s->value[label] = (uint16_t)r->key[run];
                n_seen++;
            }
            s->size_px[label] += msc_sieve_run_end(r, run, y) - r->start[run];
        }
    return 1;
}

static msc_status prepare(void *self, const msc_tile *tile, void *space, msc_error *err)
{
    const msc_sieve_graph *g = self;
    slot *s = space;
    const size_t bytes = msc_sieve_runs_bytes(tile->core.w, tile->core.h);
    if (bytes > s->space_bytes) {
        msc_release(s->space);
        s->space_bytes = 0;
        s->space = msc_alloc(bytes, 1);
        if (!s->space) return no_memory(err, bytes);
        s->space_bytes = bytes;
    }
    msc_sieve_runs_place(&s->runs, tile->core.w, tile->core.h, s->space);
    msc_sieve_runs_find(&s->runs, tile, g->connectivity);
    s->n_borders = 0;
    if (s->n_buckets) memset(s->bucket, 0, s->n_buckets * sizeof *s->bucket);
    if (!measure(s, tile, g->width_px) || !find_borders(s, g)) return no_memory(err, s->runs.n_labels);
    return MSC_OK;
}

/* ---- seams ---- */

static uint32_t find(msc_sieve_piece *piece, uint32_t i)
{
    while (piece[i].parent != i) i = piece[i].parent = piece[piece[i].parent].parent;
    return i;
}

/* One pair of pixels across a seam: the same value unites, another value shares a border. */
static int meet(msc_sieve_graph *g, uint32_t here, uint32_t there, uint32_t length_px)
{
    if (here == MSC_NO_LABEL || there == MSC_NO_LABEL) return 1;
    if (g->piece[here].value == g->piece[there].value) {
        const uint32_t a = find(g->piece, here), b = find(g->piece, there);
        if (a < b) g->piece[b].parent = a;
        else g->piece[a].parent = b;
        return 1;
    }
    if (g->size_px[here] >= g->mmu_px && g->size_px[there] >= g->mmu_px) return 1;
    msc_sieve_border *last = g->n_borders ? &g->border[g->n_borders - 1] : NULL;
    if (last && last->a == here && last->b == there) {
        last->length_px += length_px;
        return 1;
    }
    if (!msc_reserve((void **)&g->border, &g->border_capacity, g->n_borders + 1, sizeof *g->border)) return 0;
    g->border[g->n_borders++] = (msc_sieve_border){ here, there, length_px };
    return 1;
}

static uint32_t number(const slot *s, uint32_t run, uint32_t base)
{
    return s->runs.label[run] == MSC_NO_LABEL ? MSC_NO_LABEL : s->runs.label[run] + base;
}

static int join_above(msc_sieve_graph *g, const slot *s, const msc_tile *tile, uint32_t base)
{
    const int32_t x0 = tile->core.x;
    const uint32_t *above = g->above + x0;
    for (uint32_t run = 0; run < s->runs.row_first[1]; run++) {
        const uint32_t here = number(s, run, base);
        const int32_t first = s->runs.start[run], end = msc_sieve_run_end(&s->runs, run, 0);
        for (int32_t x = first; x < end; x++)
            if (!meet(g, here, above[x], 1)) return 0;
        if (g->connectivity != 8) continue;
        const uint32_t before = first > 0 ? above[first - 1] : g->corner;
        const uint32_t after = x0 + end < g->width_px ? above[end] : MSC_NO_LABEL;
        if (!meet(g, here, before, 0) || !meet(g, here, after, 0)) return 0;
    }
    return 1;
}

static int join_left(msc_sieve_graph *g, const slot *s, const msc_tile *tile, uint32_t base)
{
    for (int32_t y = 0; y < tile->core.h && tile->core.x > 0; y++) {
        const uint32_t here = number(s, s->runs.row_first[y], base);
        if (!meet(g, here, g->left[y], 1)) return 0;
        if (g->connectivity != 8) continue;
        if (y > 0 && !meet(g, here, g->left[y - 1], 0)) return 0;
        if (y + 1 < tile->core.h && !meet(g, here, g->left[y + 1], 0)) return 0;
    }
    return 1;
}

static void leave_seams(msc_sieve_graph *g, const slot *s, const msc_tile *tile, uint32_t base)
{
    const msc_sieve_runs *r = &s->runs;
    g->corner = g->above[tile->core.x + tile->core.w - 1];
    if (tile->core.x + tile->core.w == g->width_px) g->corner = MSC_NO_LABEL;
    for (uint32_t run = r->row_first[r->h - 1]; run < r->row_first[r->h]; run++)
        for (int32_t x = r->start[run]; x < msc_sieve_run_end(r, run, r->h - 1); x++)
            g->above[tile->core.x + x] = number(s, run, base);
    for (int32_t y = 0; y < r->h; y++) g->left[y] = number(s, r->row_first[y + 1] - 1, base);
}

static int append(msc_sieve_graph *g, const slot *s, uint32_t base)
{
    const size_t n = s->runs.n_labels, n_pieces = g->n_pieces + n;
    if (!msc_reserve((void **)&g->piece, &g->piece_capacity, n_pieces + 1, sizeof *g->piece) ||
        !msc_reserve((void **)&g->size_px, &g->size_capacity, n_pieces + 1, sizeof *g->size_px) ||
        !msc_reserve((void **)&g->first_px, &g->first_capacity, n_pieces + 1, sizeof *g->first_px) ||
        !msc_reserve((void **)&g->border, &g->border_capacity, g->n_borders + s->n_borders + 1, sizeof *g->border))
        return 0;
    for (uint32_t i = 0; i < n; i++) g->piece[base + i] = (msc_sieve_piece){ base + i, s->value[i] };
    if (n > 0) memcpy(g->size_px + base, s->size_px, n * sizeof *g->size_px);
    if (n > 0) memcpy(g->first_px + base, s->first_px, n * sizeof *g->first_px);
    for (size_t i = 0; i < s->n_borders; i++)
        g->border[g->n_borders++] = (msc_sieve_border){ s->border[i].a + base, s->border[i].b + base, s->border[i].length_px };
    g->n_pieces = n_pieces;
    return 1;
}

/* Bytes that the graph takes at its peak, in the merge: pieces with size and first pixel, borders, and per region the
 * links, sums and queue, per border its two ends in the neighbour lists. */
static size_t peak_bytes(const msc_sieve_graph *g, size_t n_more)
{
    return (g->n_pieces + n_more) * (sizeof *g->piece + 2 * sizeof(int64_t) + 72) + g->n_borders * (sizeof *g->border + 16);
}

static msc_status put(void *self, const msc_tile *tile, void *space, int64_t index, msc_error *err)
{
    msc_sieve_graph *g = self;
    const slot *s = space;
    const uint32_t base = (uint32_t)g->n_pieces;
    const size_t wanted = peak_bytes(g, s->runs.n_labels);
    if (wanted > (size_t)g->memory_bytes || g->n_pieces + s->runs.n_labels >= UINT32_MAX)
        return msc_fail(err, MSC_EMEMCAP, "sieve", "%zu regions so far take %zu MiB, %lld MiB are left for them", g->n_pieces,
                        wanted >> 20, (long long)(g->memory_bytes >> 20));
    g->tile_base[index] = base;
    if (!append(g, s, base) || !join_above(g, s, tile, base) || !join_left(g, s, tile, base))
        return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions", g->n_pieces);
    leave_seams(g, s, tile, base);
    return MSC_OK;
}

static void slot_clear(void *self, void *space)
{
    slot *s = space;
    (void)self;
    msc_release(s->space);
    msc_release(s->size_px);
    msc_release(s->first_px);
    msc_release(s->value);
    msc_release(s->border);
    msc_release(s->bucket);
    memset(s, 0, sizeof *s);
}

void msc_sieve_sink_shape(msc_sink *sink) { *sink = (msc_sink){ .slot_bytes = sizeof(slot) }; }

void msc_sieve_sink(msc_sieve_graph *graph, msc_sink *sink)
{
    *sink = (msc_sink){ .self = graph, .slot_bytes = sizeof(slot), .prepare = prepare, .put = put, .slot_clear = slot_clear };
}

/* ---- pass 2 ---- */

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)self;
    return msc_sieve_runs_bytes(w_px, h_px);
}

static void write_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_sieve_graph *g = self;
    msc_sieve_runs runs;
    const uint32_t base = g->tile_base[in->core.y / g->tile_px * g->n_across + in->core.x / g->tile_px];
    msc_sieve_runs_place(&runs, in->core.w, in->core.h, scratch);
    msc_sieve_runs_find(&runs, in, g->connectivity);
    for (int32_t y = 0; y < runs.h; y++) {
        memcpy(msc_row_valid(out, y), msc_row_valid(in, y), (size_t)runs.w);
        for (uint32_t run = runs.row_first[y]; run < runs.row_first[y + 1]; run++) {
            const int32_t x0 = runs.start[run], x1 = msc_sieve_run_end(&runs, run, y);
            const int is_seen = runs.label[run] != MSC_NO_LABEL;
            const uint16_t value = is_seen ? g->piece[base + runs.label[run]].value : 0;
            if (in->plane[0].type == MSC_U8) {
                uint8_t *to = msc_row_u8(out, 0, y);
                if (is_seen) memset(to + x0, value, (size_t)(x1 - x0));
                else memcpy(to + x0, msc_row_u8(in, 0, y) + x0, (size_t)(x1 - x0));
            } else {
                uint16_t *to = msc_row_u16(out, 0, y);
                for (int32_t x = x0; x < x1; x++) to[x] = is_seen ? value : msc_row_u16(in, 0, y)[x];
            }
        }
    }
}

void msc_sieve_op(const msc_sieve_graph *graph, msc_type type, msc_op *op)
{
    *op = (msc_op){ .name = "sieve", .self = graph, .n_planes_out = 1, .scratch_bytes = scratch_bytes, .tile = write_tile };
    op->types_out[0] = type;
}
