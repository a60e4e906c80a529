/* forest_layout.c - from the list of a grown tree to the nodes that kernels walk. */
#include "model/forest_parts.h"
#include "base/mem.h"
#include "kernels/forest_walk.h"
#include <assert.h>

/* Two leaves of one class under one parent vote as the parent would: the parent becomes the leaf. */
static void join_leaves(msc_bud *buds, size_t n_buds)
{
    for (size_t i = n_buds; i-- > 0;) {
        const uint32_t left = buds[i].left;
        if (left == 0 || buds[left].left || buds[left + 1].left) continue;
        if (buds[left].class_index != buds[left + 1].class_index) continue;
        buds[i].left = 0;
        buds[i].class_index = buds[left].class_index;
    }
}

static uint32_t node_of(const msc_bud *bud, size_t offset)
{
    if (bud->left == 0) return msc_node_leaf(bud->class_index);
    assert(offset > 0 && offset < 65536);
    return msc_node_inner((uint32_t)offset, bud->cut, bud->feature);
}

uint32_t *msc_tree_lay_out(msc_bud *buds, size_t n_buds, size_t *n_nodes)
{
    typedef struct place { uint32_t bud, at; } place;
    const size_t room = n_buds + MSC_TREE_TOP_NODES;
    uint32_t *nodes = msc_alloc(room, sizeof *nodes), top[MSC_TREE_TOP_NODES] = { 0 };
    place *stack = msc_alloc(room, sizeof *stack);
    size_t used = MSC_TREE_TOP_NODES, n_stack = 0;
    if (!nodes || !stack) {
        msc_release(nodes);
        msc_release(stack);
        return NULL;
    }
    join_leaves(buds, n_buds);
    for (uint32_t i = 0; i < MSC_TREE_FIRST; i++) {   /* the top: node i's children stand at 2i + 1 and 2i + 2 */
        const uint32_t left = buds[top[i]].left;
        nodes[i] = node_of(&buds[top[i]], i + 1);
        top[2 * i + 1] = left ? left : top[i];
        top[2 * i + 2] = left ? left + 1 : top[i];
    }
    for (uint32_t i = MSC_TREE_TOP_NODES; i-- > MSC_TREE_FIRST;) stack[n_stack++] = (place){ top[i], i };
    while (n_stack > 0) {   /* below: pairs of children, the left one's family next to them */
        const place p = stack[--n_stack];
        const uint32_t left = buds[p.bud].left;
        nodes[p.at] = node_of(&buds[p.bud], used - p.at);
        if (!left) continue;
        stack[n_stack++] = (place){ left + 1, (uint32_t)used + 1 };
        stack[n_stack++] = (place){ left, (uint32_t)used };
        used += 2;
    }
    msc_release(stack);
    *n_nodes = used;
    return nodes;
}
