/* sites_front.c - joins the regions of tiles along their seams and finds those that end as the sweep front moves on. */
#include "patch/sites_front.h"
#include "base/mem.h"
#include <string.h>

int32_t msc_sites_strength(const msc_sites_sum *sum)
{
    if (sum->n_accepted == 0) return INT32_MIN;
    const int64_t mean = sum->words / sum->n_words;
    return (int32_t)(mean + (sum->words > mean * sum->n_words));
}

msc_status msc_sites_front_init(msc_sites_front *f, int32_t width_px, int32_t tile_px, msc_error *err)
{
    f->width_px = width_px;
    f->above = msc_alloc((size_t)width_px + 1, sizeof *f->above);
    f->left = msc_alloc((size_t)tile_px + 1, sizeof *f->left);
    if (!f->above || !f->left) return msc_fail(err, MSC_ENOMEM, "sites", "%d px across", (int)width_px);
    memset(f->above, 0xFF, ((size_t)width_px + 1) * sizeof *f->above);
    return MSC_OK;
}

void msc_sites_front_clear(msc_sites_front *f)
{
    msc_release(f->node);
    msc_release(f->above);
    msc_release(f->left);
    msc_release(f->code);
    memset(f, 0, sizeof *f);
}

uint32_t msc_sites_front_root(msc_sites_front *f, uint32_t i)
{
    msc_sites_node *node = f->node;
    while (node[i].parent != i) i = node[i].parent = node[node[i].parent].parent;
    return i;
}

static void meet(msc_sites_front *f, uint32_t a, uint32_t b)
{
    if (a == MSC_NO_LABEL || b == MSC_NO_LABEL) return;
    a = msc_sites_front_root(f, a);
    b = msc_sites_front_root(f, b);
    if (a == b) return;
    f->node[b].parent = a;
    msc_sites_join(&f->node[a].sum, &f->node[b].sum);
}

static uint32_t number(uint32_t piece, uint32_t base) { return piece == MSC_NO_LABEL ? piece : piece + base; }

int msc_sites_front_add(msc_sites_front *f, const msc_sites_found *found, msc_rect c, uint32_t index)
{
    const uint32_t base = (uint32_t)f->n_nodes;
    const uint32_t *first_row = found->side, *last_row = first_row + c.w, *first = last_row + c.w, *last = first + c.h;
    if (!msc_reserve((void **)&f->node, &f->node_capacity, f->n_nodes + found->n_pieces + 1, sizeof *f->node)) return 0;
    for (uint32_t i = 0; i < found->n_pieces; i++) {
        const msc_sites_piece *p = &found->piece[i];
        f->node[base + i] = (msc_sites_node){ .sum = p->sum, .parent = base + i, .tile = index, .region = p->region };
    }
    f->n_nodes += found->n_pieces;
    for (int32_t x = 0; x < c.w; x++) meet(f, f->above[c.x + x], number(first_row[x], base));
    for (int32_t y = 0; y < c.h && c.x > 0; y++) meet(f, f->left[y], number(first[y], base));
    for (int32_t x = 0; x < c.w; x++) f->above[c.x + x] = number(last_row[x], base);
    for (int32_t y = 0; y < c.h; y++) f->left[y] = number(last[y], base);
    return 1;
}

void msc_sites_front_row(msc_sites_front *f, int is_last)
{
    for (size_t i = 0; i < f->n_nodes; i++) f->node[i].is_open = 0;
    for (int32_t x = 0; x < f->width_px && !is_last; x++)
        if (f->above[x] != MSC_NO_LABEL) f->node[msc_sites_front_root(f, f->above[x])].is_open = 1;
}

int msc_sites_front_step(msc_sites_front *f)
{
    uint32_t n = 0;
    if (!msc_reserve((void **)&f->code, &f->code_capacity, f->n_nodes + 1, sizeof *f->code)) return 0;
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
    for (int32_t x = 0; x < f->width_px; x++)
        if (f->above[x] != MSC_NO_LABEL) f->above[x] = f->code[f->above[x]];
    f->n_nodes = n;
    return 1;
}
