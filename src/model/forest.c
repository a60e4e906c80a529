/* forest.c - asks a grown forest about blocks of pixels, and puts it away. */
#include "model/forest.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include "model/forest_parts.h"
#include <assert.h>
#include <string.h>

enum {
    CARRY = 255 / MSC_VOTE_ROWS * MSC_VOTE_ROWS,   /* trees that votes of 8 bits hold */
    NEAR_BYTES = 65536                             /* of pixels that meet a tree's tables at once: those come from further away */
};

/* The scratch of one caller:  planes | words or stages | classes of some trees | votes of 8 bits | votes of 16 bits */
typedef struct desk {
    uint8_t *planes, *stages, *classes, *few;
    uint32_t *words;
    uint16_t *many;
    size_t bytes;
} desk;

static desk desk_of(const msc_forest *forest, void *scratch)
{
    const size_t block = MSC_WALK_BLOCK, n_words = ((size_t)forest->n_features + 3) / 4;
    const size_t planes = 4 * n_words * MSC_WALK_STRIDE, n_classes = (size_t)forest->n_classes;
    const size_t stages = forest->levels ? msc_levels_scratch(4 * n_words) : 0, walked = stages > planes ? stages : planes;
    uint8_t *at = scratch;
    desk d = { .bytes = planes + walked + MSC_VOTE_ROWS * block + 3 * n_classes * block };
    if (!at) return d;
    d.planes = at;
    d.words = (uint32_t *)(void *)(at + planes);
    d.stages = at + planes;
    d.classes = at + planes + walked;
    d.few = d.classes + MSC_VOTE_ROWS * block;
    d.many = (uint16_t *)(void *)(d.few + n_classes * block);
    return d;
}

size_t msc_forest_scratch(const msc_forest *forest)
{
    return desk_of(forest, NULL).bytes;
}

/* Copies the block's bins into planes and, for walks over nodes, words, zeroed to a multiple of 64 pixels. */
static void pack(const desk *d, const msc_forest *forest, const uint8_t *bins, size_t stride, size_t n, size_t plane_stride, int by_levels)
{
    const size_t padded = (n + 63) / 64 * 64, n_features = (size_t)forest->n_features;
    for (size_t f = 0; f < n_features; f++) {
        uint8_t *plane = d->planes + f * plane_stride;
        uint32_t *word = d->words + f / 4 * MSC_WALK_STRIDE;
        const uint8_t *row = bins + f * stride;
        const unsigned shift = (unsigned)(f % 4 * 8);
        for (size_t i = 0; i < n; i++) plane[i] = row[i] ^ 0x80;
        memset(plane + n, 0x80, padded - n);
        if (by_levels) continue;
        if (shift == 0) memset(word, 0, padded * sizeof *word);
        for (size_t i = 0; i < n; i++) word[i] |= (uint32_t)row[i] << shift;
    }
}

/* Adds the small counters of n pixels to the large ones and zeroes them. */
static void carry(const desk *d, size_t n, size_t n_classes)
{
    for (size_t c = 0; c < n_classes; c++) {
        uint8_t *few = d->few + c * MSC_WALK_BLOCK;
        uint16_t *many = d->many + c * MSC_WALK_BLOCK;
        for (size_t i = 0; i < n; i++) many[i] = (uint16_t)(many[i] + few[i]);
        memset(few, 0, n);
    }
}

/* The class with the most votes of each pixel; the first of equals. */
static void choose_winners(const desk *d, size_t n, size_t n_classes, uint8_t *winner, uint16_t *votes)
{
    memset(winner, 0, n);
    memcpy(votes, d->many, n * sizeof *votes);
    for (size_t c = 1; c < n_classes; c++) {
        const uint16_t *row = d->many + c * MSC_WALK_BLOCK;
        for (size_t i = 0; i < n; i++) {
            winner[i] = row[i] > votes[i] ? (uint8_t)c : winner[i];
            votes[i] = row[i] > votes[i] ? row[i] : votes[i];
        }
    }
}

/* 255 x each class' share of the votes, rounded half up. */
static void put_shares(const desk *d, size_t n, const msc_forest *forest, const msc_smooth_rows *rows, uint8_t *shares)
{
    const float scale = 255.0f / (float)forest->n_trees;
    for (int c = 0; c < forest->n_classes; c++)
        rows->from_votes(shares + (size_t)c * MSC_FOREST_BLOCK, d->many + (size_t)c * MSC_WALK_BLOCK, scale, n);
}

void msc_forest_bin(const msc_forest *forest, int feature, const float *values, uint8_t *bins, size_t n)
{
    msc_kernels_select()->bin_row(bins, values, n, forest->cuts[feature], forest->n_cuts[feature]);
}

/* Takes its vote from a tree for the pixels whose bit is set: no class is that high. */
static void silence(uint8_t *classes, const uint8_t *bag, size_t n)
{
    for (size_t i = 0; i < n; i++) classes[i] |= (uint8_t)-(bag[i / 8] >> (i % 8) & 1);
}

static void ask(const msc_forest *forest, const msc_kernels *kernels, const desk *d, const uint8_t *bins, size_t stride,
                size_t n, const uint8_t *bags, size_t bag_bytes)
{
    const size_t n_classes = (size_t)forest->n_classes;
    const int by_levels = forest->levels && kernels->walk_levels;
    const size_t plane_stride = by_levels ? (n + 127) / 64 * 64 : MSC_WALK_STRIDE;
    const msc_walk block = { n, (forest->n_features + 3) / 4, plane_stride, d->planes, d->words };
    pack(d, forest, bins, stride, n, plane_stride, by_levels);
    for (size_t c = 0; c < n_classes; c++) {
        memset(d->few + c * MSC_WALK_BLOCK, 0, n);
        memset(d->many + c * MSC_WALK_BLOCK, 0, n * sizeof *d->many);
    }
    for (int t = 0; t < forest->n_trees; t++) {
        const int n_rows = t % MSC_VOTE_ROWS + 1;
        uint8_t *classes = d->classes + (size_t)(n_rows - 1) * MSC_WALK_BLOCK;
        if (by_levels) kernels->walk_levels(classes, &block, forest->levels, t, d->stages);
        else kernels->walk_tree(classes, &block, forest->nodes + forest->roots[t]);
        if (bags) silence(classes, bags + (size_t)t * bag_bytes, n);
        if (n_rows == MSC_VOTE_ROWS || t == forest->n_trees - 1)
            kernels->count_votes(d->few, d->classes, n_rows, n, forest->n_classes);
        if (t % CARRY == CARRY - 1) carry(d, n, n_classes);
    }
    carry(d, n, n_classes);
}

void msc_forest_ask_shares(const msc_forest *forest, const uint8_t *bins, size_t stride, size_t n,
                           const msc_forest_answer *answer, void *scratch)
{
    const msc_kernels *kernels = msc_kernels_select();
    const desk d = desk_of(forest, scratch);
    size_t step = MSC_WALK_BLOCK;
    assert(n <= MSC_FOREST_BLOCK && (int)MSC_FOREST_BLOCK <= (int)MSC_WALK_BLOCK);
    if (forest->levels && kernels->walk_levels)   /* the pixels of a stage below should stay in the first cache */
        while (step > 1024 && step * (size_t)forest->n_features > NEAR_BYTES) step /= 2;
    for (size_t i = 0; i < n; i += step) {
        const size_t n_step = n - i < step ? n - i : step;
        ask(forest, kernels, &d, bins + i, stride, n_step, answer->bags ? answer->bags + i / 8 : NULL, answer->bag_bytes);
        if (answer->winner) choose_winners(&d, n_step, (size_t)forest->n_classes, answer->winner + i, answer->votes + i);
        if (answer->shares) put_shares(&d, n_step, forest, kernels->smooth, answer->shares + i);
    }
}

void msc_forest_ask(const msc_forest *forest, const uint8_t *bins, size_t stride, size_t n, uint8_t *winner,
                    uint16_t *votes, void *scratch)
{
    const msc_forest_answer answer = { .winner = winner, .votes = votes };
    msc_forest_ask_shares(forest, bins, stride, n, &answer, scratch);
}

void msc_forest_clear(msc_forest *forest)
{
    for (int f = 0; f < MSC_MAX_FEATURES; f++) msc_release(forest->cuts[f]);
    msc_release(forest->nodes);
    msc_release(forest->roots);
    msc_forest_levels_free(&forest->levels);
    *forest = (msc_forest){ 0 };
}
