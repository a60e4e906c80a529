/* sieve_tile.c - the small regions of one tile and the borders that matter, settled as far as the tile tells. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

/* Runs, a node, its place in a bucket and a code a pixel, four touches and eight neighbours. */
size_t msc_sieve_worker_bytes(int32_t w_px, int32_t h_px)
{
    return msc_runs_bytes(w_px, h_px) + sizeof(msc_sieve_worker)
         + (size_t)w_px * (size_t)h_px * (sizeof(msc_sieve_node) + 2 * sizeof(uint32_t) + 4 * sizeof(msc_sieve_touch) + 8 * sizeof(msc_sieve_near));
}

/* Makes nodes of the small regions and puts codes in the place of labels. */
static int measure(msc_sieve_worker *w, const msc_tile *tile, const msc_sieve_frame *f)
{
    const msc_runs *r = &w->runs;
    uint32_t n_seen = 0, n_small = 0;
    if (!msc_reserve((void **)&w->graph.node, &w->graph.node_capacity, r->n_labels + (size_t)1, sizeof *w->graph.node) ||
        !msc_reserve((void **)&w->code, &w->code_capacity, r->n_labels + (size_t)1, sizeof *w->code))
        return 0;
    msc_sieve_node *node = w->graph.node;
    for (int32_t y = 0; y < r->h; y++)
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const uint32_t label = r->label[run];
            if (label == MSC_NO_LABEL) continue;
            if (label == n_seen) {
                node[label] = (msc_sieve_node){ .value = (uint16_t)r->key[run], .first_px =
                    (int64_t)(tile->core.y + y) * f->width_px + tile->core.x + r->start[run] };
                n_seen++;
            }
            node[label].piece_px += (uint32_t)(msc_run_end(r, run, y) - r->start[run]);
        }
    for (uint32_t i = 0; i < n_seen; i++) {
        if (node[i].piece_px >= f->rule.mmu_px) {
            w->code[i] = MSC_SIEVE_LARGE | node[i].value;
            continue;
        }
        node[n_small] = node[i];
        node[n_small].size_px = node[i].piece_px;
        node[n_small].piece_value = node[i].value;
        node[n_small].parent = node[n_small].next = n_small;
        w->code[i] = n_small++;
    }
    w->graph.n_nodes = n_small;
    for (uint32_t run = 0; run < r->n_runs; run++)
        if (r->label[run] != MSC_NO_LABEL) r->label[run] = w->code[r->label[run]];
    return 1;
}

static void open_region(msc_sieve_worker *w, uint32_t run)
{
    if (!(w->runs.label[run] & MSC_SIEVE_LARGE)) w->graph.node[w->runs.label[run]].is_open = 1;
}

/* Small regions along the tile's sides, but for those that are the map's sides. */
static void open_seams(msc_sieve_worker *w, const msc_rect *c, const msc_sieve_frame *f)
{
    const msc_runs *r = &w->runs;
    for (uint32_t run = r->row_first[0]; c->y > 0 && run < r->row_first[1]; run++) open_region(w, run);
    for (uint32_t run = r->row_first[r->h - 1]; c->y + c->h < f->height_px && run < r->row_first[r->h]; run++) open_region(w, run);
    for (int32_t y = 0; y < r->h; y++) {
        if (c->x > 0) open_region(w, r->row_first[y]);
        if (c->x + c->w < f->width_px) open_region(w, r->row_first[y + 1] - 1);
    }
}

static int add_touch(msc_sieve_worker *w, uint32_t a, uint32_t code, uint32_t length_px)
{
    uint32_t *recent = &w->recent[(a * 0x9e3779b1u ^ code * 0x85ebca77u) >> 20];
    if (*recent) {
        msc_sieve_touch *same = &w->touch[*recent - 1];
        if (same->a == a && same->code == code) {
            same->length_px += length_px;
            return 1;
        }
    }
    if (w->n_touches == w->touch_capacity && !msc_reserve((void **)&w->touch, &w->touch_capacity, w->n_touches + 1, sizeof *w->touch))
        return 0;
    w->touch[w->n_touches++] = (msc_sieve_touch){ a, code, length_px };
    *recent = (uint32_t)w->n_touches;
    return 1;
}

static int meet(msc_sieve_worker *w, uint32_t a, uint32_t b, int32_t length_px)
{
    if (a & b & MSC_SIEVE_LARGE) return 1;
    if (a == b || a == MSC_NO_LABEL || b == MSC_NO_LABEL) return 1;
    return a < b ? add_touch(w, a, b, (uint32_t)length_px) : add_touch(w, b, a, (uint32_t)length_px);
}

static int touch_row(msc_sieve_worker *w, int32_t y, int reach)
{
    const msc_runs *r = &w->runs;
    const uint32_t *label = r->label;
    for (uint32_t run = r->row_first[y] + 1; run < r->row_first[y + 1]; run++)
        if (!meet(w, label[run - 1], label[run], 1)) return 0;
    if (y == 0) return 1;
    msc_pairs p = msc_pairs_of(r, y);
    do {
        if (!meet(w, label[p.k], label[p.run], msc_pairs_overlap(&p))) return 0;
        if (!reach || p.k_x1 != p.x1) continue;
        if (p.run + 1 < p.end && !meet(w, label[p.k], label[p.run + 1], 0)) return 0;
        if (p.k + 1 < p.above_end && !meet(w, label[p.k + 1], label[p.run], 0)) return 0;
    } while (msc_pairs_next(&p));
    return 1;
}

/* The neighbours of every node: counts, sums, then a sweep that fills from the back. */
static int list_neighbours(msc_sieve_worker *w)
{
    msc_sieve_graph *g = &w->graph;
    uint32_t n = 0;
    if (!msc_reserve((void **)&g->near, &g->near_capacity, 2 * w->n_touches + 1, sizeof *g->near)) return 0;
    g->node[g->n_nodes].list = 0;
    for (size_t i = 0; i < w->n_touches; i++) {
        const msc_sieve_touch *t = &w->touch[i];
        g->node[t->a].list++;
        if (!(t->code & MSC_SIEVE_LARGE)) g->node[t->code].list++;
    }
    for (size_t i = 0; i <= g->n_nodes; i++) g->node[i].list = n += g->node[i].list;
    g->n_near = n;
    for (size_t i = 0; i < w->n_touches; i++) {
        const msc_sieve_touch *t = &w->touch[i];
        g->near[--g->node[t->a].list] = (msc_sieve_near){ t->code, t->length_px };
        if (!(t->code & MSC_SIEVE_LARGE)) g->near[--g->node[t->code].list] = (msc_sieve_near){ t->a, t->length_px };
    }
    return 1;
}

/* Codes along the sides. */
static int leave_sides(const msc_sieve_worker *w, msc_sieve_found *found)
{
    const size_t n = 2 * ((size_t)w->runs.w + (size_t)w->runs.h);
    if (!msc_reserve((void **)&found->side, &found->side_capacity, n, sizeof *found->side)) return 0;
    msc_runs_sides(&w->runs, found->side);
    for (size_t i = 0; i < n; i++)
        if (!(found->side[i] & MSC_SIEVE_LARGE)) found->side[i] = w->code[found->side[i]];
    return 1;
}

int msc_sieve_tile_find(const msc_sieve_frame *f, const msc_tile *tile, msc_sieve_worker *w, msc_sieve_found *found)
{
    if (!msc_runs_find(&w->runs, tile, f->connectivity, NULL) || !measure(w, tile, f)) return 0;
    open_seams(w, &tile->core, f);
    w->n_touches = 0;
    memset(w->recent, 0, sizeof w->recent);
    for (int32_t y = 0; y < w->runs.h; y++)
        if (!touch_row(w, y, f->connectivity == 8)) return 0;
    memset(&found->counts, 0, sizeof found->counts);
    return list_neighbours(w) && msc_sieve_settle(&w->graph, &w->merger, &f->rule, &found->counts)
        && msc_sieve_keep(&w->graph, &found->kept, &f->rule, w->code, &found->counts) && leave_sides(w, found)
        && msc_sieve_record_write(found, &w->runs, w->code);
}

void msc_sieve_worker_clear(msc_sieve_worker *w)
{
    msc_runs_clear(&w->runs);
    msc_sieve_graph_clear(&w->graph);
    msc_sieve_merger_clear(&w->merger);
    msc_release(w->code);
    msc_release(w->touch);
}

void msc_sieve_found_clear(msc_sieve_found *found)
{
    msc_sieve_graph_clear(&found->kept);
    msc_release(found->side);
    msc_release(found->record);
    memset(found, 0, sizeof *found);
}
