/* sieve_front.c - joins the unsettled regions of tiles along their seams and settles them as the sweep front moves on. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

msc_status msc_sieve_front_init(msc_sieve_front *front, const msc_sieve_frame *frame, int32_t tile_px, msc_error *err)
{
    front->frame = frame;
    front->corner = MSC_NO_LABEL;
    front->above = msc_alloc((size_t)frame->width_px + 1, sizeof *front->above);
    front->left = msc_alloc((size_t)tile_px + 1, sizeof *front->left);
    if (!front->above || !front->left) return msc_fail(err, MSC_ENOMEM, "sieve", "%d px across", (int)frame->width_px);
    memset(front->above, 0xFF, ((size_t)frame->width_px + 1) * sizeof *front->above);
    return MSC_OK;
}

void msc_sieve_front_clear(msc_sieve_front *front)
{
    msc_sieve_graph_clear(&front->graph);
    msc_sieve_graph_clear(&front->next);
    msc_sieve_merger_clear(&front->merger);
    msc_release(front->above);
    msc_release(front->left);
    msc_release(front->code);
}

static size_t graph_bytes(const msc_sieve_graph *g)
{
    return g->node_capacity * sizeof *g->node + g->near_capacity * sizeof *g->near + g->across_capacity * sizeof *g->across;
}

size_t msc_sieve_front_bytes(const msc_sieve_front *f) { return graph_bytes(&f->graph) + graph_bytes(&f->next); }

/* ---- seams ---- */

/* Adds to what a node has behind its seams; long borders come pixel by pixel. */
static int reach_across(msc_sieve_graph *g, uint32_t from, uint32_t code, uint32_t length_px)
{
    msc_sieve_node *node = &g->node[from];
    if (node->seam && g->across[node->seam - 1].code == code) {
        g->across[node->seam - 1].length_px += length_px;
        return 1;
    }
    if (g->n_across == g->across_capacity && !msc_reserve((void **)&g->across, &g->across_capacity, g->n_across + 1, sizeof *g->across))
        return 0;
    g->across[g->n_across++] = (msc_sieve_across){ code, length_px, node->seam };
    node->seam = (uint32_t)g->n_across;
    return 1;
}

static uint16_t value_of(msc_sieve_graph *g, uint32_t code)
{
    return code & MSC_SIEVE_LARGE ? (uint16_t)code : g->node[msc_sieve_find(g->node, code)].value;
}

/* One pair of pixels across a seam: the same value unites, another value shares a border. */
static int meet(msc_sieve_front *f, uint32_t a, uint32_t b, uint32_t length_px)
{
    msc_sieve_graph *g = &f->graph;
    if (a & b & MSC_SIEVE_LARGE || a == MSC_NO_LABEL || b == MSC_NO_LABEL) return 1;
    const int is_a_large = (a & MSC_SIEVE_LARGE) != 0, is_b_large = (b & MSC_SIEVE_LARGE) != 0;
    if (value_of(g, a) != value_of(g, b))
        return (is_a_large || reach_across(g, a, b, length_px)) && (is_b_large || reach_across(g, b, a, length_px));
    if (is_a_large) g->node[msc_sieve_find(g->node, b)].size_px = f->frame->rule.mmu_px;
    else if (is_b_large) g->node[msc_sieve_find(g->node, a)].size_px = f->frame->rule.mmu_px;
    else {
        a = msc_sieve_find(g->node, a);
        b = msc_sieve_find(g->node, b);
        if (a != b) msc_sieve_unite(g, a, b, f->frame->rule.mmu_px);
    }
    return 1;
}

static uint32_t number(uint32_t code, uint32_t base) { return code & MSC_SIEVE_LARGE ? code : code + base; }

static int join_above(msc_sieve_front *f, const uint32_t *row, msc_rect c, uint32_t base)
{
    const uint32_t *above = f->above + c.x;
    for (int32_t x = 0; x < c.w; x++) {
        const uint32_t here = number(row[x], base);
        if (!meet(f, here, above[x], 1)) return 0;
        if (f->frame->connectivity != 8) continue;
        if (!meet(f, here, x > 0 ? above[x - 1] : f->corner, 0)) return 0;
        if (c.x + x + 1 < f->frame->width_px && !meet(f, here, above[x + 1], 0)) return 0;
    }
    return 1;
}

static int join_left(msc_sieve_front *f, const uint32_t *column, msc_rect c, uint32_t base)
{
    for (int32_t y = 0; y < c.h; y++) {
        const uint32_t here = number(column[y], base);
        if (!meet(f, here, f->left[y], 1)) return 0;
        if (f->frame->connectivity != 8) continue;
        if (y > 0 && !meet(f, here, f->left[y - 1], 0)) return 0;
        if (y + 1 < c.h && !meet(f, here, f->left[y + 1], 0)) return 0;
    }
    return 1;
}

static int append(msc_sieve_graph *g, const msc_sieve_graph *kept, uint32_t index)
{
    const uint32_t base = (uint32_t)g->n_nodes, base_near = (uint32_t)g->n_near;
    if (!msc_reserve((void **)&g->node, &g->node_capacity, g->n_nodes + kept->n_nodes + 1, sizeof *g->node) ||
        !msc_reserve((void **)&g->near, &g->near_capacity, g->n_near + kept->n_near + 1, sizeof *g->near))
        return 0;
    for (uint32_t i = 0; i < kept->n_nodes; i++) {
        msc_sieve_node *node = &g->node[base + i];
        *node = kept->node[i];
        node->parent += base;
        node->next += base;
        node->list += base_near;
        node->tile = index;
        node->late = i;
    }
    for (size_t i = 0; i < kept->n_near; i++)
        g->near[base_near + i] = (msc_sieve_near){ number(kept->near[i].code, base), kept->near[i].length_px };
    g->n_nodes += kept->n_nodes;
    g->n_near += kept->n_near;
    g->node[g->n_nodes].list = (uint32_t)g->n_near;
    return 1;
}

int msc_sieve_front_add(msc_sieve_front *f, const msc_sieve_found *found, msc_rect c, uint32_t index)
{
    const uint32_t base = (uint32_t)f->graph.n_nodes;
    const uint32_t *first_row = found->side, *last_row = first_row + c.w, *first = last_row + c.w, *last = first + c.h;
    if (c.x == 0) f->corner = MSC_NO_LABEL;
    if (!append(&f->graph, &found->kept, index) || !join_above(f, first_row, c, base) || (c.x > 0 && !join_left(f, first, c, base)))
        return 0;
    f->corner = f->above[c.x + c.w - 1];
    for (int32_t x = 0; x < c.w; x++) f->above[c.x + x] = number(last_row[x], base);
    for (int32_t y = 0; y < c.h; y++) f->left[y] = number(last[y], base);
    f->counts.n_merged += found->counts.n_merged;
    f->counts.n_kept_alone += found->counts.n_kept_alone;
    f->counts.n_px_changed += found->counts.n_px_changed;
    return 1;
}

/* ---- between rows of tiles ---- */

int msc_sieve_front_row(msc_sieve_front *f, int is_last)
{
    msc_sieve_graph *g = &f->graph;
    for (size_t i = 0; i < g->n_nodes; i++) g->node[i].is_open = 0;
    for (int32_t x = 0; x < f->frame->width_px && !is_last; x++)
        if (!(f->above[x] & MSC_SIEVE_LARGE)) g->node[msc_sieve_find(g->node, f->above[x])].is_open = 1;
    return msc_reserve((void **)&f->code, &f->code_capacity, g->n_nodes + 1, sizeof *f->code)
        && msc_sieve_settle(g, &f->merger, &f->frame->rule, &f->counts)
        && msc_sieve_keep(g, &f->next, &f->frame->rule, f->code, &f->counts);
}

void msc_sieve_front_step(msc_sieve_front *f)
{
    const msc_sieve_graph done = f->graph;
    for (int32_t x = 0; x < f->frame->width_px; x++)
        if (!(f->above[x] & MSC_SIEVE_LARGE)) f->above[x] = f->code[f->above[x]];
    f->graph = f->next;
    f->next = done;
}
