/* forest_scalar.c - the walk down one tree in plain C: pixels of up to eight features travel in a register. */
#include "kernels/forest_walk.h"

enum { TEAM = 8 };   /* walks in flight, so that one's load hides behind the others' */

static uint32_t step(uint32_t at, const uint32_t *tree, uint64_t pixel)
{
    const uint32_t node = tree[at];
    const uint32_t bin = (uint32_t)(pixel >> (node & 63u)) & 255u;
    return at + (node >> 16) + (bin > (node >> 8 & 255u));
}

static void walk_narrow(uint8_t *classes, const msc_walk *block, const uint32_t *tree)
{
    const uint32_t *high = block->words + (block->n_words > 1 ? MSC_WALK_STRIDE : 0);
    for (size_t i = 0; i < block->n; i += TEAM) {
        uint64_t pixel[TEAM];
        uint32_t at[TEAM] = { 0 }, all;
        for (size_t k = 0; k < TEAM; k++) pixel[k] = block->words[i + k] | (uint64_t)high[i + k] << 32;
        do {
            all = MSC_NODE_LEAF;
            for (size_t k = 0; k < TEAM; k++) at[k] = step(at[k], tree, pixel[k]);
            for (size_t k = 0; k < TEAM; k++) at[k] = step(at[k], tree, pixel[k]);
            for (size_t k = 0; k < TEAM; k++) all &= tree[at[k]];
        } while (!all);
        for (size_t k = 0; k < TEAM; k++) classes[i + k] = (uint8_t)(tree[at[k]] & 127u);
    }
}

/* The same for any number of features, with the pixel's word fetched at each step. A leaf asks for any word. */
static uint32_t step_wide(uint32_t at, const uint32_t *tree, const uint32_t *words, uint32_t n_words)
{
    const uint32_t node = tree[at], asked = (node >> 5 & 3u) | (node & 7u) << 2;
    const uint32_t word = words[(asked < n_words ? asked : 0) * (size_t)MSC_WALK_STRIDE];
    return at + (node >> 16) + ((word >> (node & 24u) & 255u) > (node >> 8 & 255u));
}

static void walk_wide(uint8_t *classes, const msc_walk *block, const uint32_t *tree)
{
    for (size_t i = 0; i < block->n; i += TEAM) {
        uint32_t at[TEAM] = { 0 }, all;
        do {
            all = MSC_NODE_LEAF;
            for (size_t k = 0; k < TEAM; k++) at[k] = step_wide(at[k], tree, block->words + i + k, (uint32_t)block->n_words);
            for (size_t k = 0; k < TEAM; k++) all &= tree[at[k]];
        } while (!all);
        for (size_t k = 0; k < TEAM; k++) classes[i + k] = (uint8_t)(tree[at[k]] & 127u);
    }
}

void msc_walk_tree_scalar(uint8_t *classes, const msc_walk *block, const uint32_t *tree)
{
    if (block->n_words <= 2) walk_narrow(classes, block, tree);
    else walk_wide(classes, block, tree);
}
