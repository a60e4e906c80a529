/* sites_front.c - joins the regions of tiles along their seams and finds those that end as the sweep front moves on. */
#include "patch/sites_front.h"
#include "base/mem.h"

int32_t msc_sites_strength(const msc_sites_sum *sum)
{
    if (sum->n_accepted == 0) return INT32_MIN;
    const int64_t mean = sum->words / sum->n_words;
    return (int32_t)(mean + (sum->words > mean * sum->n_words));
}

msc_status msc_sites_front_init(msc_sites_front *f, int32_t width_px, int32_t tile_px, msc_error *err)
{
    return msc_seam_init(&f->seam, "sites", width_px, tile_px, err);
}

void msc_sites_front_clear(msc_sites_front *f)
{
    msc_seam_clear(&f->seam);
    msc_release(f->node);
    msc_release(f->code);
}

uint32_t msc_sites_front_root(msc_sites_front *f, uint32_t i)
{
    msc_sites_node *node = f->node;
    while (node[i].parent != i) i = node[i].parent = node[node[i].parent].parent;
    return i;
}

static msc_status meet(void *self, uint32_t a, uint32_t b, uint32_t length_px, msc_error *err)
{
    msc_sites_front *f = self;
    (void)length_px, (void)err;
    a = msc_sites_front_root(f, a);
    b = msc_sites_front_root(f, b);
    if (a == b || f->node[a].sum.ground != f->node[b].sum.ground) return MSC_OK;
    f->node[b].parent = a;
    msc_sites_join(&f->node[a].sum, &f->node[b].sum);
    return MSC_OK;
}

static msc_status no_memory(const msc_sites_front *f, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, "sites", "%zu regions at a row of tiles", f->n_nodes);
}

msc_status msc_sites_front_add(msc_sites_front *f, msc_sites_found *found, msc_rect c, uint32_t index, msc_error *err)
{
    const uint32_t base = (uint32_t)f->n_nodes;
    if (!msc_reserve((void **)&f->node, &f->node_capacity, f->n_nodes + found->n_pieces + 1, sizeof *f->node)) return no_memory(f, err);
    for (uint32_t i = 0; i < found->n_pieces; i++) {
        const msc_sites_piece *p = &found->piece[i];
        f->node[base + i] = (msc_sites_node){ .sum = p->sum, .parent = base + i, .tile = index, .region = p->region };
    }
    f->n_nodes += found->n_pieces;
    for (int32_t i = 0; i < 2 * (c.w + c.h); i++)
        if (found->side[i] != MSC_NO_LABEL) found->side[i] += base;
    return msc_seam_join(&f->seam, c, found->side, 4, meet, f, err);
}

void msc_sites_front_row(msc_sites_front *f, int is_last)
{
    const uint32_t *above = f->seam.above;
    for (size_t i = 0; i < f->n_nodes; i++) f->node[i].is_open = 0;
    for (int32_t x = 0; x < f->seam.width_px && !is_last; x++)
        if (above[x] != MSC_NO_LABEL) f->node[msc_sites_front_root(f, above[x])].is_open = 1;
}

msc_status msc_sites_front_step(msc_sites_front *f, msc_error *err)
{
    uint32_t n = 0, *above = f->seam.above;
    if (!msc_reserve((void **)&f->code, &f->code_capacity, f->n_nodes + 1, sizeof *f->code)) return no_memory(f, err);
    for (uint32_t i = 0; i < f->n_nodes; i++) {
        f->node[i].parent = msc_sites_front_root(f, i);
        f->code[i] = f->node[f->node[i].parent].is_open ? n++ : MSC_NO_LABEL;
    }
    for (uint32_t i = 0; i < f->n_nodes; i++) {          /* new numbers are never above old ones */
        if (f->code[i] == MSC_NO_LABEL) continue;
        msc_sites_node kept = f->node[i];
        kept.parent = f->code[kept.parent];
        f->node[f->code[i]] = kept;
    }
    for (int32_t x = 0; x < f->seam.width_px; x++)
        if (above[x] != MSC_NO_LABEL) above[x] = f->code[above[x]];
    f->n_nodes = n;
    return MSC_OK;
}
