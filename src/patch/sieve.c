/* sieve.c - pass 1 and pass 2 of the sieve: pieces of regions from tiles, their seams, and final values to tiles. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

msc_status msc_sieve_new(int32_t width_px, int32_t height_px, const msc_layout *layout, int64_t mmu_px, int connectivity,
                         int64_t memory_bytes, msc_sieve_graph **graph, msc_error *err)
{
    const size_t n_tiles = (size_t)layout->n_across * (size_t)layout->n_down;
    if ((int64_t)width_px * height_px >= (int64_t)1 << MSC_SIEVE_KEY_SHIFT)
        return msc_fail(err, MSC_EVALUE, "sieve", "%d x %d px", (int)width_px, (int)height_px);
    msc_sieve_graph *g = msc_alloc_zero(1, sizeof *g);
    if (!g) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu bytes", sizeof *g);
    g->width_px = width_px;
    g->height_px = height_px;
    g->tile_px = layout->tile_px;
    g->n_across = layout->n_across;
    g->mmu_px = mmu_px;
    g->connectivity = connectivity;
    g->memory_bytes = memory_bytes;
    g->rows = msc_kernels_select()->rows;
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
    msc_release(g->value);
    msc_release(g->stretch);
    msc_release(g->node);
    msc_release(g->near);
    msc_release(g->across);
    msc_release(g->turn);
    msc_release(g->tile_base);
    msc_release(g->above);
    msc_release(g->left);
    msc_release(g);
    *graph = NULL;
}

static msc_status prepare(void *self, const msc_tile *tile, void *space, msc_error *err)
{
    return msc_sieve_tile_find(self, tile, space, err);
}

/* ---- seams ---- */

static void unite(msc_sieve_graph *g, uint32_t here, uint32_t there)
{
    const uint32_t a = msc_sieve_find(g->node, here), b = msc_sieve_find(g->node, there);
    if (a == b) return;
    msc_sieve_node *root = &g->node[a < b ? a : b], *gone = &g->node[a < b ? b : a];
    const uint32_t next = root->next;
    gone->parent = a < b ? a : b;
    root->next = gone->next;     /* the two rings become one */
    gone->next = next;
    root->size_px += gone->size_px;
    if (gone->first_px < root->first_px) root->first_px = gone->first_px;
    g->n_regions--;
}

/* Adds to what a node under the unit has behind its seams; long borders come pixel by pixel. */
static int reach_across(msc_sieve_graph *g, uint32_t from, uint32_t to, uint32_t length_px)
{
    msc_sieve_node *node = &g->node[from];
    if (node->piece_px >= g->mmu_px) return 1;
    if (node->seam && g->across[node->seam - 1].node == to) {
        g->across[node->seam - 1].length_px += length_px;
        return 1;
    }
    if (!msc_reserve((void **)&g->across, &g->across_capacity, g->n_across_seams + 1, sizeof *g->across)) return 0;
    g->across[g->n_across_seams++] = (msc_sieve_across){ to, length_px, node->seam };
    node->seam = (uint32_t)g->n_across_seams;
    return 1;
}

/* One pair of pixels across a seam: the same value unites, another value shares a border. */
static int meet(msc_sieve_graph *g, uint32_t here, uint32_t there, uint32_t length_px)
{
    if (here == MSC_NO_LABEL || there == MSC_NO_LABEL) return 1;
    if (g->node[here].value == g->node[there].value) {
        unite(g, here, there);
        return 1;
    }
    return reach_across(g, here, there, length_px) && reach_across(g, there, here, length_px);
}

/* Node of a run on the tile's side. Regions there are never decided by the tile, unless the side is the map's. */
static uint32_t number(const msc_sieve_tile *t, uint32_t run, uint32_t base)
{
    if (t->runs.label[run] == MSC_NO_LABEL) return MSC_NO_LABEL;
    const uint32_t node = t->piece[t->runs.label[run] & ~MSC_SIEVE_LARGE].node;
    return node == MSC_NO_LABEL ? MSC_NO_LABEL : node + base;
}

static int join_above(msc_sieve_graph *g, const msc_sieve_tile *t, const msc_tile *tile, uint32_t base)
{
    const int32_t x0 = tile->core.x;
    const uint32_t *above = g->above + x0;
    for (uint32_t run = 0; run < t->runs.row_first[1]; run++) {
        const uint32_t here = number(t, run, base);
        const int32_t first = t->runs.start[run], end = msc_sieve_run_end(&t->runs, run, 0);
        for (int32_t x = first; x < end; x++)
            if (!meet(g, here, above[x], 1)) return 0;
        if (g->connectivity != 8) continue;
        const uint32_t before = first > 0 ? above[first - 1] : g->corner;
        const uint32_t after = x0 + end < g->width_px ? above[end] : MSC_NO_LABEL;
        if (!meet(g, here, before, 0) || !meet(g, here, after, 0)) return 0;
    }
    return 1;
}

static int join_left(msc_sieve_graph *g, const msc_sieve_tile *t, const msc_tile *tile, uint32_t base)
{
    for (int32_t y = 0; y < tile->core.h && tile->core.x > 0; y++) {
        const uint32_t here = number(t, t->runs.row_first[y], base);
        if (!meet(g, here, g->left[y], 1)) return 0;
        if (g->connectivity != 8) continue;
        if (y > 0 && !meet(g, here, g->left[y - 1], 0)) return 0;
        if (y + 1 < tile->core.h && !meet(g, here, g->left[y + 1], 0)) return 0;
    }
    return 1;
}

static void leave_seams(msc_sieve_graph *g, const msc_sieve_tile *t, const msc_tile *tile, uint32_t base)
{
    const msc_sieve_runs *r = &t->runs;
    g->corner = g->above[tile->core.x + tile->core.w - 1];
    if (tile->core.x + tile->core.w == g->width_px) g->corner = MSC_NO_LABEL;
    for (uint32_t run = r->row_first[r->h - 1]; run < r->row_first[r->h]; run++)
        for (int32_t x = r->start[run]; x < msc_sieve_run_end(r, run, r->h - 1); x++)
            g->above[tile->core.x + x] = number(t, run, base);
    for (int32_t y = 0; y < r->h; y++) g->left[y] = number(t, r->row_first[y + 1] - 1, base);
}

static int append(msc_sieve_graph *g, const msc_sieve_tile *t)
{
    const uint32_t base = (uint32_t)g->n_nodes, first_near = (uint32_t)g->n_near, n_near = t->list[t->n_nodes];
    if (!msc_reserve((void **)&g->value, &g->value_capacity, g->n_small + t->n_small + 1, sizeof *g->value) ||
        !msc_reserve((void **)&g->stretch, &g->stretch_capacity, g->n_stretches + t->n_stretches + 1, sizeof *g->stretch) ||
        !msc_reserve((void **)&g->node, &g->node_capacity, g->n_nodes + t->n_nodes + 2, sizeof *g->node) ||
        !msc_reserve((void **)&g->near, &g->near_capacity, g->n_near + n_near + 1, sizeof *g->near) ||
        !msc_reserve((void **)&g->turn, &g->turn_capacity, g->n_turns + t->n_turns + 1, sizeof *g->turn))
        return 0;
    for (uint32_t i = 0; i < t->runs.n_labels; i++) {
        const msc_sieve_piece *p = &t->piece[i];
        const uint32_t small = (uint32_t)g->n_small;
        if (p->size_px < g->mmu_px) g->value[g->n_small++] = p->value;
        if (p->node == MSC_NO_LABEL) {
            g->n_px_decided += p->size_px;
            continue;
        }
        const uint32_t at = base + p->node;
        g->node[at] = (msc_sieve_node){ .size_px = p->size_px, .first_px = p->first_px, .parent = at, .next = at,
                                        .list = first_near + t->list[p->node], .piece = small, .piece_px = p->size_px,
                                        .value = p->value };
    }
    for (uint32_t i = 0; i < n_near; i++)
        g->near[first_near + i] = (msc_sieve_near){ t->near[i].node + base, t->near[i].length_px };
    for (size_t i = 0; i < t->n_turns; i++)
        g->turn[g->n_turns++] = (msc_sieve_turn){ t->turn[i].key, t->turn[i].node + base, t->turn[i].is_speck };
    if (t->n_stretches) memcpy(g->stretch + g->n_stretches, t->stretch, t->n_stretches * sizeof *t->stretch);
    g->n_stretches += t->n_stretches;
    g->n_regions += t->runs.n_labels;
    g->n_nodes += t->n_nodes;
    g->n_near += n_near;
    g->node[g->n_nodes].list = (uint32_t)g->n_near;   /* the end of the last list */
    return 1;
}

/* Bytes that the graph takes at its peak, in the merge: values and stretches of small pieces, nodes, their neighbours, and
 * a turn for every region under the unit, half as much again for those that grow. */
static size_t peak_bytes(const msc_sieve_graph *g, const msc_sieve_tile *t)
{
    return (g->n_small + t->n_small) * sizeof *g->value + (g->n_stretches + t->n_stretches) * sizeof *g->stretch
         + (g->n_nodes + t->n_nodes) * sizeof *g->node
         + (g->n_near + t->list[t->n_nodes]) * sizeof *g->near + g->n_across_seams * sizeof *g->across
         + (g->n_turns + t->n_turns) * sizeof *g->turn * 3 / 2;
}

static msc_status put(void *self, const msc_tile *tile, void *space, int64_t index, msc_error *err)
{
    msc_sieve_graph *g = self;
    const msc_sieve_tile *t = space;
    const uint32_t base = (uint32_t)g->n_nodes;
    const size_t wanted = peak_bytes(g, t);
    if (wanted > (size_t)g->memory_bytes || g->n_nodes + t->n_nodes >= MSC_SIEVE_LARGE ||
        g->n_near + t->list[t->n_nodes] >= UINT32_MAX)
        return msc_fail(err, MSC_EMEMCAP, "sieve", "%lld regions so far take %zu MiB, %lld MiB are left for them",
                        (long long)g->n_regions, wanted >> 20, (long long)(g->memory_bytes >> 20));
    if (!append(g, t) || !join_above(g, t, tile, base) || !join_left(g, t, tile, base))
        return msc_fail(err, MSC_ENOMEM, "sieve", "%lld regions", (long long)g->n_regions);
    g->tile_base[index + 1] = (msc_sieve_place){ (uint32_t)g->n_small, g->n_stretches };
    leave_seams(g, t, tile, base);
    return MSC_OK;
}

static void slot_clear(void *self, void *space)
{
    (void)self;
    msc_sieve_tile_clear(space);
}

void msc_sieve_sink_shape(msc_sink *sink) { *sink = (msc_sink){ .slot_bytes = sizeof(msc_sieve_tile) }; }

void msc_sieve_sink(msc_sieve_graph *graph, msc_sink *sink)
{
    *sink = (msc_sink){ .self = graph, .slot_bytes = sizeof(msc_sieve_tile), .prepare = prepare, .put = put,
                        .slot_clear = slot_clear };
}

/* ---- pass 2 ---- */

/* Pass 2 needs none; it is named for the plan that serves both passes, as what pass 1 keeps of a tile. */
static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)self;
    return msc_sieve_runs_bytes(w_px, h_px);
}

/* Copies the tile and writes over the pieces under the unit. */
static void write_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_sieve_graph *g = self;
    const msc_sieve_place *place = &g->tile_base[in->core.y / g->tile_px * g->n_across + in->core.x / g->tile_px];
    const int is_u8 = in->plane[0].type == MSC_U8;
    const size_t w = (size_t)in->core.w;
    (void)scratch;
    for (int32_t y = 0; y < in->core.h; y++) {
        memcpy(msc_row_valid(out, y), msc_row_valid(in, y), w);
        if (is_u8) memcpy(msc_row_u8(out, 0, y), msc_row_u8(in, 0, y), w);
        else memcpy(msc_row_u16(out, 0, y), msc_row_u16(in, 0, y), w * sizeof(uint16_t));
    }
    const uint16_t *value = g->value + place->small;
    for (size_t i = place->stretch; i < place[1].stretch; i++) {
        const msc_sieve_stretch s = g->stretch[i];
        const int32_t y = s.y & ~MSC_SIEVE_LAST;
        if (is_u8)
            for (uint8_t *to = msc_row_u8(out, 0, y) + s.x, *end = to + s.n; to < end; to++) *to = (uint8_t)*value;
        else
            for (uint16_t *to = msc_row_u16(out, 0, y) + s.x, *end = to + s.n; to < end; to++) *to = *value;
        value += (s.y & MSC_SIEVE_LAST) != 0;
    }
}

void msc_sieve_op(const msc_sieve_graph *graph, msc_type type, msc_op *op)
{
    *op = (msc_op){ .name = "sieve", .self = graph, .n_planes_out = 1, .scratch_bytes = scratch_bytes, .tile = write_tile };
    op->types_out[0] = type;
}
