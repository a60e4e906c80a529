/* forest_levels.h - a tree as tables, level by level, for processors that look bytes up in registers.
 *
 * A pixel stands on a slot of its level. Slots 0..n_classes-1 are the classes: who comes to one stays there. Behind them
 * stand the level's inner nodes. Four tables lead on:
 *
 *      slot' = bin[asked[turn[slot]]] > cut[slot] ? right[slot] : left[slot]       slots are bytes: at most 256 a level
 *
 * Levels that need no more than 256 slots form a stage. Where a tree is wider, the nodes at the stage's lower edge are
 * dealt out to stages of their own, each with the pixels that come to it; who has a class is left behind there. */
#ifndef MSC_KERNELS_FOREST_LEVELS_H
#define MSC_KERNELS_FOREST_LEVELS_H
#include "kernels/forest_walk.h"

enum {
    MSC_LEVEL_SLOTS = 256,
    MSC_LEVEL_ASKED = 128,       /* features, at most */
    MSC_STAGE_DEPTH = 4          /* stages below each other, at most */
};

typedef struct msc_level {
    uint32_t table;              /* offset of cut (^ 0x80), left, right and turn, `size` bytes each, aligned to 64 */
    uint32_t asked;              /* first of the n_asked features that the level's nodes ask for, at least 1 */
    uint16_t size;               /* 64, 128 or 256 */
    uint8_t n_asked;
} msc_level;

typedef struct msc_stage {
    uint32_t level, n_levels;
    uint32_t child, n_children;  /* stages below this one */
    uint32_t feature, n_features;/* what its levels and its children's ask for */
    uint8_t first, last;         /* slots at the parent's lower edge that lead here, to n_classes and up */
} msc_stage;

/* All trees of a forest. root[t] is the stage where tree t begins. */
typedef struct msc_levels {
    int n_classes;
    uint32_t *root;
    msc_stage *stages;
    msc_level *levels;
    uint8_t *asked, *features, *tables;
} msc_levels;

/* The byte in the table of turns for a number below MSC_LEVEL_ASKED: its bits in reverse, so that each doubling brings the next one to the
 * top, where a processor finds it. */
static inline uint8_t msc_level_turn(int number)
{
    int turn = 0;
    for (int bit = 0; bit < 8; bit++) turn |= (number >> bit & 1) << (7 - bit);
    return (uint8_t)turn;
}

/* Bytes of scratch for blocks of n_features (a multiple of 4), aligned to 64. */
static inline size_t msc_levels_scratch(size_t n_features)
{
    return (1 + (MSC_STAGE_DEPTH - 1) * (n_features + 1)) * (size_t)MSC_WALK_STRIDE;
}

/* The variant of msc_kernels.walk_levels: classes[i] = class of pixel i by tree `tree`; classes may be written to the
 * next multiple of 64. */
void msc_walk_levels_vbmi(uint8_t *classes, const msc_walk *block, const msc_levels *forest, int tree, uint8_t *scratch);
#endif
