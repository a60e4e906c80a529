/* forest_walk.h - how the nodes of a tree lie in memory, and the block of pixels that walks down it.
 *
 * A node is 32 bits:   31 ........ 16 | 15 ...... 8 | 7 | 6 ....... 0
 *   inner node         offset to left |     cut     | 0 | feature code      the right child follows the left one;
 *   leaf               0              |     255     | 1 | class             go right when bin > cut
 *
 * A leaf leads to itself whatever is read for it (no byte is above 255), so lanes that arrive early may keep walking.
 * The feature code is (f & 15) << 3 | f >> 4: its low six bits are the shift that brings feature f < 8 of a 64-bit
 * pixel down, its bits 3..4 the shift inside a 32-bit word, bits 5..6 the word among the first four.
 *
 * The first MSC_TREE_TOP + 1 levels of a tree are complete and stored level by level: the left child of number p of
 * level l is number 2p of level l + 1. A leaf above the last of them stands there again, on every place below it. */
#ifndef MSC_KERNELS_FOREST_WALK_H
#define MSC_KERNELS_FOREST_WALK_H
#include <stddef.h>
#include <stdint.h>

enum {
    MSC_TREE_TOP = 5,                               /* levels that are asked by comparing, not by walking */
    MSC_TREE_FIRST = (1 << MSC_TREE_TOP) - 1,       /* place of the first node of level MSC_TREE_TOP */
    MSC_TREE_TOP_NODES = (2 << MSC_TREE_TOP) - 1,
    MSC_NODE_LEAF = 0x80,
    MSC_WALK_BLOCK = 8192,                          /* pixels of a block, at most */
    MSC_VOTE_ROWS = 8,                              /* trees whose answers are counted together */
    MSC_WALK_STRIDE = MSC_WALK_BLOCK + 64           /* between its rows, so that they do not crowd one cache set */
};

/* Pixels packed for the walk. Rows are readable to the next multiple of 64 pixels, whatever stands there. */
typedef struct msc_walk {
    size_t n;
    int n_words;              /* of 4 features, rounded up */
    size_t stride;            /* between planes: a multiple of 64, more than n rounded up to one, at most MSC_WALK_STRIDE */
    const uint8_t *planes;    /* planes[f * stride + i] = bin ^ 0x80, so that signed comparison orders it */
    const uint32_t *words;    /* byte f & 3 (0 is the lowest) of words[(f >> 2) * MSC_WALK_STRIDE + i] = bin */
} msc_walk;

static inline uint32_t msc_node_inner(uint32_t offset, uint32_t cut, uint32_t feature)
{
    return offset << 16 | cut << 8 | (feature & 15u) << 3 | feature >> 4;
}
static inline uint32_t msc_node_leaf(uint32_t class_index) { return 255u << 8 | MSC_NODE_LEAF | class_index; }
static inline uint32_t msc_node_feature(uint32_t node) { return (node >> 3 & 15u) | (node & 7u) << 4; }
static inline uint32_t msc_node_cut(uint32_t node) { return node >> 8 & 255u; }

/* Class of one pixel whose features stand `stride` apart. */
static inline uint8_t msc_tree_class(const uint32_t *node, const uint8_t *bins, size_t stride)
{
    while (!(*node & MSC_NODE_LEAF))
        node += (*node >> 16) + (bins[msc_node_feature(*node) * stride] > msc_node_cut(*node));
    return (uint8_t)(*node & 127u);
}

/* The variants of msc_kernels.walk_tree: classes[i] = class of pixel i; classes may be written to the next multiple
 * of 64. Every offset of the tree must have been checked to stay inside it. */
void msc_walk_tree_scalar(uint8_t *classes, const msc_walk *block, const uint32_t *tree);
void msc_walk_tree_avx2(uint8_t *classes, const msc_walk *block, const uint32_t *tree);
void msc_walk_tree_avx512(uint8_t *classes, const msc_walk *block, const uint32_t *tree);
/* The variant of msc_kernels.count_votes. */
void msc_count_votes_avx512(uint8_t *votes, const uint8_t *classes, int n_rows, size_t n, int n_classes);
#endif
