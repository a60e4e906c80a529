/* sieve_front.c - joins the unsettled regions of tiles along their seams and settles them as the sweep front moves on. */
#include "base/mem.h"
#include "patch/sieve_graph.h"
#include <string.h>

msc_status msc_sieve_front_init(msc_sieve_front *front, const msc_sieve_frame *frame, int32_t tile_px, msc_error *err)
{
    front->frame = frame;
    return msc_seam_init(&front->seam, "sieve", frame->width_px, tile_px, err);
}

void msc_sieve_front_clear(msc_sieve_front *front)
{
    msc_sieve_graph_clear(&front->graph);
    msc_sieve_graph_clear(&front->next);
    msc_sieve_merger_clear(&front->merger);
    msc_seam_clear(&front->seam);
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

static msc_status no_memory(const msc_sieve_front *f, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, "sieve", "%zu regions at a row of tiles", f->graph.n_nodes);
}

/* One pair of pixels across a seam: the same value unites, another value shares a border. */
static msc_status meet(void *self, uint32_t a, uint32_t b, uint32_t length_px, msc_error *err)
{
    msc_sieve_front *f = self;
    msc_sieve_graph *g = &f->graph;
    if (a & b & MSC_SIEVE_LARGE) return MSC_OK;
    const int is_a_large = (a & MSC_SIEVE_LARGE) != 0, is_b_large = (b & MSC_SIEVE_LARGE) != 0;
    if (value_of(g, a) != value_of(g, b))
        return (is_a_large || reach_across(g, a, b, length_px)) && (is_b_large || reach_across(g, b, a, length_px)) ? MSC_OK : no_memory(f, err);
    if (is_a_large) g->node[msc_sieve_find(g->node, b)].size_px = f->frame->rule.mmu_px;
    else if (is_b_large) g->node[msc_sieve_find(g->node, a)].size_px = f->frame->rule.mmu_px;
    else {
        a = msc_sieve_find(g->node, a);
        b = msc_sieve_find(g->node, b);
        if (a != b) msc_sieve_unite(g, a, b, f->frame->rule.mmu_px);
    }
    return MSC_OK;
}

static uint32_t number(uint32_t code, uint32_t base) { return code & MSC_SIEVE_LARGE ? code : code + base; }

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

msc_status msc_sieve_front_add(msc_sieve_front *f, msc_sieve_found *found, msc_rect c, uint32_t index, msc_error *err)
{
    const uint32_t base = (uint32_t)f->graph.n_nodes;
    if (!append(&f->graph, &found->kept, index)) return no_memory(f, err);
    for (int32_t i = 0; i < 2 * (c.w + c.h); i++) found->side[i] = number(found->side[i], base);
    f->counts.n_merged += found->counts.n_merged;
    f->counts.n_kept_alone += found->counts.n_kept_alone;
    f->counts.n_px_changed += found->counts.n_px_changed;
    return msc_seam_join(&f->seam, c, found->side, f->frame->connectivity, meet, f, err);
}

/* ---- between rows of tiles ---- */

msc_status msc_sieve_front_row(msc_sieve_front *f, int is_last, msc_error *err)
{
    msc_sieve_graph *g = &f->graph;
    const uint32_t *above = f->seam.above;
    for (size_t i = 0; i < g->n_nodes; i++) g->node[i].is_open = 0;
    for (int32_t x = 0; x < f->frame->width_px && !is_last; x++)
        if (!(above[x] & MSC_SIEVE_LARGE)) g->node[msc_sieve_find(g->node, above[x])].is_open = 1;
    return msc_reserve((void **)&f->code, &f->code_capacity, g->n_nodes + 1, sizeof *f->code)
        && msc_sieve_settle(g, &f->merger, &f->frame->rule, &f->counts)
        && msc_sieve_keep(g, &f->next, &f->frame->rule, f->code, &f->counts) ? MSC_OK : no_memory(f, err);
}

void msc_sieve_front_step(msc_sieve_front *f)
{
    const msc_sieve_graph done = f->graph;
    uint32_t *above = f->seam.above;
    for (int32_t x = 0; x < f->frame->width_px; x++)
        if (!(above[x] & MSC_SIEVE_LARGE)) above[x] = f->code[above[x]];
    f->graph = f->next;
    f->next = done;
}
