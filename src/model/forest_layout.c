/* forest_layout.c - from the list of a grown tree to the nodes that kernels walk. */
#include "model/forest_parts.h"
#include "base/mem.h"
#include "kernels/forest_walk.h"
#include <assert.h>
#include <string.h>

enum { CLUSTER = 3 };   /* 14 nodes: a memory line holds 16 */

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

typedef struct place { uint32_t bud, at; } place;

/* Lays out the CLUSTER levels below `root` next to each other, so that a walk finds its next steps in the memory line
 * it has just read, and puts the nodes at their lower edge onto the stack. Returns the nodes used so far. */
static size_t lay_cluster(const msc_bud *buds, place root, uint32_t *nodes, size_t used, place *stack, size_t *n_stack)
{
    place row[1 << CLUSTER] = { root }, next[1 << CLUSTER];
    size_t n_row = 1;
    for (int level = 0; level < CLUSTER && n_row > 0; level++) {
        size_t n_next = 0;
        for (size_t k = 0; k < n_row; k++) {
            const uint32_t left = buds[row[k].bud].left;
            nodes[row[k].at] = node_of(&buds[row[k].bud], used - row[k].at);
            if (!left) continue;
            next[n_next++] = (place){ left, (uint32_t)used++ };
            next[n_next++] = (place){ left + 1, (uint32_t)used++ };
        }
        memcpy(row, next, n_next * sizeof *row);
        n_row = n_next;
    }
    for (size_t k = n_row; k-- > 0;) stack[(*n_stack)++] = row[k];
    return used;
}

uint32_t *msc_tree_lay_out(msc_bud *buds, size_t n_buds, size_t *n_nodes)
{
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
    while (n_stack > 0) {
        const place root = stack[--n_stack];
        used = lay_cluster(buds, root, nodes, used, stack, &n_stack);
    }
    msc_release(stack);
    *n_nodes = used;
    return nodes;
}
