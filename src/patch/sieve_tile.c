/* sieve_tile.c - the regions of one tile, the borders that matter, and the small regions whose fate the tile alone knows.
 *
 * A small region away from the seams, all of whose neighbours reach the unit inside the tile, is not touched by any merge
 * before its own turn, and no neighbour ever changes its value. When one neighbour's border is longer than all borders
 * with any other value together, it wins whatever unites elsewhere until then: the region is decided. What is left to do in
 * its turn is to add its pixels to the winner, whose size breaks ties. On class maps most regions are of this kind. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

enum { NEIGHBOURS_MAX = 16 };

static int add_touch(msc_sieve_tile *t, uint32_t a, uint32_t b, uint32_t length_px)
{
    uint32_t *recent = &t->recent[(a * 0x9e3779b1u ^ b * 0x85ebca77u) >> 20];
    if (*recent) {
        msc_sieve_touch *same = &t->touch[*recent - 1];
        if (same->a == a && same->b == b) {
            same->length_px += length_px;
            return 1;
        }
    }
    if (t->n_touches == t->touch_capacity && !msc_reserve((void **)&t->touch, &t->touch_capacity, t->n_touches + 1, sizeof *t->touch))
        return 0;
    t->touch[t->n_touches++] = (msc_sieve_touch){ a, b, length_px, 0 };
    *recent = (uint32_t)t->n_touches;
    return 1;
}

static int touch(msc_sieve_tile *t, uint32_t a, uint32_t b, int32_t length_px)
{
    if (a == b || a == MSC_NO_LABEL || b == MSC_NO_LABEL) return 1;
    if (a & MSC_SIEVE_LARGE) return add_touch(t, b, a & ~MSC_SIEVE_LARGE, (uint32_t)length_px);
    if (b & MSC_SIEVE_LARGE) return add_touch(t, a, b & ~MSC_SIEVE_LARGE, (uint32_t)length_px);
    t->piece[a].is_open = t->piece[b].is_open = 1;
    return add_touch(t, a < b ? a : b, a < b ? b : a, (uint32_t)length_px);
}

static int touch_row(msc_sieve_tile *t, int32_t y, int reach)
{
    const msc_sieve_runs *r = &t->runs;
    const uint32_t *label = r->label;
    for (uint32_t run = r->row_first[y] + 1; run < r->row_first[y + 1]; run++)
        if (!(label[run - 1] & label[run] & MSC_SIEVE_LARGE) && !touch(t, label[run - 1], label[run], 1)) return 0;
    if (y == 0) return 1;
    msc_sieve_pairs p = msc_sieve_pairs_of(r, y);
    do {
        if (!(label[p.k] & label[p.run] & MSC_SIEVE_LARGE) && !touch(t, label[p.k], label[p.run], msc_sieve_pairs_overlap(&p))) return 0;
        if (!reach || p.k_x1 != p.x1) continue;
        if (p.run + 1 < p.end && !(label[p.k] & label[p.run + 1] & MSC_SIEVE_LARGE) && !touch(t, label[p.k], label[p.run + 1], 0)) return 0;
        if (p.k + 1 < p.above_end && !(label[p.k + 1] & label[p.run] & MSC_SIEVE_LARGE) && !touch(t, label[p.k + 1], label[p.run], 0)) return 0;
    } while (msc_sieve_pairs_next(&p));
    return 1;
}

static void measure(msc_sieve_tile *t, const msc_tile *tile, int32_t width_px)
{
    const msc_sieve_runs *r = &t->runs;
    uint32_t n_seen = 0;
    for (int32_t y = 0; y < r->h; y++)
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const uint32_t label = r->label[run];
            if (label == MSC_NO_LABEL) continue;
            msc_sieve_piece *p = &t->piece[label];
            if (label == n_seen) {
                *p = (msc_sieve_piece){ .value = (uint16_t)r->key[run], .first_px =
                    (int64_t)(tile->core.y + y) * width_px + tile->core.x + r->start[run] };
                n_seen++;
            }
            p->size_px += (uint32_t)(msc_sieve_run_end(r, run, y) - r->start[run]);
            p->stretch++;
        }
}

/* Notes where small pieces lie, piece after piece, and marks the labels of the others as MSC_SIEVE_LARGE. */
static int note_stretches(msc_sieve_tile *t, int64_t mmu_px)
{
    const msc_sieve_runs *r = &t->runs;
    size_t sum = 0;
    t->n_small = 0;
    for (uint32_t i = 0; i < r->n_labels; i++) {
        msc_sieve_piece *p = &t->piece[i];
        if (p->size_px >= mmu_px) continue;
        const uint32_t n = p->stretch;
        p->stretch = (uint32_t)sum;
        sum += n;
        t->n_small++;
    }
    t->n_stretches = sum;
    if (!msc_reserve((void **)&t->stretch, &t->stretch_capacity, sum + 1, sizeof *t->stretch)) return 0;
    for (int32_t y = 0; y < r->h; y++)
        for (uint32_t run = r->row_first[y]; run < r->row_first[y + 1]; run++) {
            const uint32_t label = r->label[run];
            if (label == MSC_NO_LABEL) continue;
            msc_sieve_piece *p = &t->piece[label];
            if (p->size_px >= mmu_px) {
                r->label[run] = label | MSC_SIEVE_LARGE;
                continue;
            }
            t->stretch[p->stretch++] = (msc_sieve_stretch){ r->start[run], (uint16_t)y,
                                                            (uint16_t)(msc_sieve_run_end(r, run, y) - r->start[run]) };
        }
    for (uint32_t i = 0; i < r->n_labels; i++)
        if (t->piece[i].size_px < mmu_px) t->stretch[t->piece[i].stretch - 1].y |= MSC_SIEVE_LAST;
    return 1;
}

static void open_label(msc_sieve_tile *t, uint32_t run)
{
    if (!(t->runs.label[run] & MSC_SIEVE_LARGE)) t->piece[t->runs.label[run]].is_open = 1;
}

/* Small regions along the tile's sides, but for those that are the map's sides. */
static void open_seams(msc_sieve_tile *t, const msc_tile *tile, const msc_sieve_graph *g)
{
    const msc_sieve_runs *r = &t->runs;
    const msc_rect c = tile->core;
    for (uint32_t run = r->row_first[0]; c.y > 0 && run < r->row_first[1]; run++) open_label(t, run);
    for (uint32_t run = r->row_first[r->h - 1]; c.y + c.h < g->height_px && run < r->row_first[r->h]; run++) open_label(t, run);
    for (int32_t y = 0; y < r->h; y++) {
        if (c.x > 0) open_label(t, r->row_first[y]);
        if (c.x + c.w < g->width_px) open_label(t, r->row_first[y + 1] - 1);
    }
}

/* The neighbour that a region joins whatever happens elsewhere, or MSC_NO_LABEL. */
static uint32_t decide(const msc_sieve_tile *t, const msc_sieve_piece *small)
{
    struct { uint32_t piece, length_px; } near[NEIGHBOURS_MAX];
    int n = 0, best = 0;
    for (uint32_t i = small->link; i; i = t->touch[i - 1].next) {
        const msc_sieve_touch *touched = &t->touch[i - 1];
        int k = 0;
        while (k < n && near[k].piece != touched->b) k++;
        if (k == NEIGHBOURS_MAX) return MSC_NO_LABEL;
        if (k == n) near[n].piece = touched->b, near[n++].length_px = 0;
        near[k].length_px += touched->length_px;
        if (near[k].length_px > near[best].length_px) best = k;
    }
    if (n == 0) return MSC_NO_LABEL;
    for (int k = 0; k < n; k++) {
        const uint16_t value = t->piece[near[k].piece].value;
        uint32_t sum_px = 0;
        if (k == best) continue;
        if (value == t->piece[near[best].piece].value) return MSC_NO_LABEL;   /* two regions become one in its turn */
        for (int i = 0; i < n; i++)
            if (t->piece[near[i].piece].value == value) sum_px += near[i].length_px;
        if (sum_px >= near[best].length_px) return MSC_NO_LABEL;
    }
    return near[best].piece;
}

/* Decides what can be decided; what is left becomes nodes. Turns stand in the order of first pixels. */
static int settle(msc_sieve_tile *t, const msc_sieve_graph *g)
{
    const uint32_t n = t->runs.n_labels;
    for (size_t i = 0; i < t->n_touches; i++) {
        msc_sieve_piece *small = &t->piece[t->touch[i].a];
        if (small->is_open) continue;
        t->touch[i].next = small->link;
        small->link = (uint32_t)i + 1;
    }
    t->n_nodes = 0;
    t->n_turns = 0;
    if (!msc_reserve((void **)&t->turn, &t->turn_capacity, n + (size_t)1, sizeof *t->turn)) return 0;
    for (uint32_t i = 0; i < n; i++) {
        msc_sieve_piece *p = &t->piece[i];
        const int is_small = p->size_px < g->mmu_px && p->size_px < MSC_SIEVE_KEY_SIZES;
        const uint32_t winner = is_small && !p->is_open ? decide(t, p) : MSC_NO_LABEL;
        const int is_speck = winner != MSC_NO_LABEL;
        p->node = is_speck ? MSC_NO_LABEL : t->n_nodes++;
        if (is_speck) p->value = t->piece[winner].value;
        if (is_small)
            t->turn[t->n_turns++] = (msc_sieve_turn){ msc_sieve_key(p->size_px, p->first_px), is_speck ? winner : i, (uint32_t)is_speck };
    }
    for (size_t i = 0; i < t->n_turns; i++) t->turn[i].node = t->piece[t->turn[i].node].node;
    return 1;
}

/* The neighbours of every node under the unit: counts, sums, then a sweep that fills from the back. */
static int list_neighbours(msc_sieve_tile *t, int64_t mmu_px)
{
    uint32_t n = 0;
    if (!msc_reserve((void **)&t->near, &t->near_capacity, 2 * t->n_touches + 1, sizeof *t->near) ||
        !msc_reserve((void **)&t->list, &t->list_capacity, t->n_nodes + (size_t)1, sizeof *t->list))
        return 0;
    memset(t->list, 0, (t->n_nodes + (size_t)1) * sizeof *t->list);
    for (size_t i = 0; i < t->n_touches; i++) {
        const msc_sieve_piece *a = &t->piece[t->touch[i].a], *b = &t->piece[t->touch[i].b];
        if (a->node == MSC_NO_LABEL) continue;
        t->list[a->node]++;
        if (b->size_px < mmu_px) t->list[b->node]++;
    }
    for (uint32_t i = 0; i <= t->n_nodes; i++) t->list[i] = n += t->list[i];
    for (size_t i = 0; i < t->n_touches; i++) {
        const msc_sieve_piece *a = &t->piece[t->touch[i].a], *b = &t->piece[t->touch[i].b];
        if (a->node == MSC_NO_LABEL) continue;
        t->near[--t->list[a->node]] = (msc_sieve_near){ b->node, t->touch[i].length_px };
        if (b->size_px < mmu_px) t->near[--t->list[b->node]] = (msc_sieve_near){ a->node, t->touch[i].length_px };
    }
    return 1;
}

msc_status msc_sieve_tile_find(const msc_sieve_graph *g, const msc_tile *tile, msc_sieve_tile *t, msc_error *err)
{
    const size_t bytes = msc_sieve_runs_bytes(tile->core.w, tile->core.h);
    if (bytes > t->space_bytes) {
        msc_release(t->space);
        t->space_bytes = 0;
        t->space = msc_alloc(bytes, 1);
        if (!t->space) return msc_fail(err, MSC_ENOMEM, "sieve", "%zu bytes for a tile", bytes);
        t->space_bytes = bytes;
    }
    msc_sieve_runs_place(&t->runs, tile->core.w, tile->core.h, t->space);
    msc_sieve_runs_find(&t->runs, tile, g->connectivity, g->rows);
    t->n_touches = 0;
    memset(t->recent, 0, sizeof t->recent);
    int ok = msc_reserve((void **)&t->piece, &t->piece_capacity, t->runs.n_labels + (size_t)1, sizeof *t->piece);
    if (ok) measure(t, tile, g->width_px);
    ok = ok && note_stretches(t, g->mmu_px);
    if (ok) open_seams(t, tile, g);
    for (int32_t y = 0; ok && y < t->runs.h; y++) ok = touch_row(t, y, g->connectivity == 8);
    ok = ok && settle(t, g) && list_neighbours(t, g->mmu_px);
    return ok ? MSC_OK : msc_fail(err, MSC_ENOMEM, "sieve", "%u regions in a tile", (unsigned)t->runs.n_labels);
}

void msc_sieve_tile_clear(msc_sieve_tile *t)
{
    msc_release(t->space);
    msc_release(t->piece);
    msc_release(t->stretch);
    msc_release(t->touch);
    msc_release(t->near);
    msc_release(t->list);
    msc_release(t->turn);
    memset(t, 0, sizeof *t);
}
