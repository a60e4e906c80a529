/* forest.c - asks a grown forest about blocks of pixels, and puts it away. */
#include "model/forest.h"
#include "base/mem.h"
#include "kernels/kernels.h"
#include "model/forest_parts.h"
#include <assert.h>
#include <string.h>

enum {
    MOST_FEW = 255,                                /* trees that votes of 8 bits hold */
    NEAR_BYTES = 65536                             /* of pixels that meet a tree's tables at once: those come from further away */
};

/* Pixels on whom the first trees do not agree, moved together: rows of MSC_FOREST_BLOCK. */
typedef struct rest {
    uint8_t *bins, *few;         /* [feature]; [class] the votes so far, then the shares */
    uint16_t *place, *votes;     /* where they come from */
    uint8_t *winner;
    size_t n;
} rest;

/* The scratch of one caller:  planes | words or stages | classes of some trees | votes of 8 bits | votes of 16 bits | rest */
typedef struct desk {
    uint8_t *planes, *stages, *classes, *few;
    uint32_t *words;
    uint16_t *many;
    rest rest;
    size_t bytes;
} desk;

static desk desk_of(const msc_forest *forest, void *scratch)
{
    const size_t block = MSC_WALK_BLOCK, n_words = ((size_t)forest->n_features + 3) / 4;
    const size_t planes = 4 * n_words * MSC_WALK_STRIDE, n_classes = (size_t)forest->n_classes;
    const size_t stages = forest->levels ? msc_levels_scratch(4 * n_words) : 0, walked = stages > planes ? stages : planes;
    uint8_t *at = scratch;
    const size_t votes = MSC_VOTE_ROWS * block + 3 * n_classes * block, n_rest = (size_t)forest->n_features + n_classes + 5;
    desk d = { .bytes = planes + walked + votes + n_rest * block };
    if (!at) return d;
    d.planes = at;
    d.words = (uint32_t *)(void *)(at + planes);
    d.stages = at + planes;
    d.classes = at + planes + walked;
    d.few = d.classes + MSC_VOTE_ROWS * block;
    d.many = (uint16_t *)(void *)(d.few + n_classes * block);
    d.rest.bins = d.classes + votes;
    d.rest.few = d.rest.bins + (size_t)forest->n_features * block;
    d.rest.winner = d.rest.few + n_classes * block;
    d.rest.place = (uint16_t *)(void *)(d.rest.winner + block);
    d.rest.votes = d.rest.place + block;
    return d;
}

size_t msc_forest_scratch(const msc_forest *forest)
{
    return desk_of(forest, NULL).bytes;
}

/* Some pixels of a question. bags: of the first of them, or NULL. */
typedef struct pixels { const uint8_t *bins; size_t stride, n; const uint8_t *bags; size_t bag_bytes; } pixels;

/* Copies bins into planes and, for walks over nodes, words, zeroed to a multiple of 64 pixels. */
static void pack(const desk *d, const msc_forest *forest, const pixels *p, size_t plane_stride, int by_levels)
{
    const size_t n = p->n, padded = (n + 63) / 64 * 64, n_features = (size_t)forest->n_features;
    for (size_t f = 0; f < n_features; f++) {
        uint8_t *plane = d->planes + f * plane_stride;
        uint32_t *word = d->words + f / 4 * MSC_WALK_STRIDE;
        const uint8_t *row = p->bins + f * p->stride;
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

void msc_forest_bin(const msc_forest *forest, int feature, const float *values, uint8_t *bins, size_t n)
{
    msc_kernels_select()->bin_row(bins, values, n, forest->cuts[feature], forest->n_cuts[feature]);
}

/* Takes its vote from a tree for the pixels whose bit is set: no class is that high. */
static void silence(uint8_t *classes, const uint8_t *bag, size_t n)
{
    for (size_t i = 0; i < n; i++) classes[i] |= (uint8_t)-(bag[i / 8] >> (i % 8) & 1);
}

/* A question under way. */
typedef struct asking {
    const msc_forest *forest;
    const msc_kernels *kernels;
    int by_levels;
    desk d;
} asking;

/* Adds the votes of trees from..to-1 to those of the trees before, which `few` holds; `many` takes what it cannot hold. */
static void ask_trees(const asking *a, const pixels *p, int from, int to)
{
    const desk *d = &a->d;
    const msc_forest *forest = a->forest;
    const size_t n = p->n, plane_stride = a->by_levels ? (n + 127) / 64 * 64 : MSC_WALK_STRIDE;
    const msc_walk block = { n, (forest->n_features + 3) / 4, plane_stride, d->planes, d->words };
    int n_few = from;
    for (int c = 0; c < forest->n_classes; c++) memset(d->many + (size_t)c * MSC_WALK_BLOCK, 0, n * sizeof *d->many);
    pack(d, forest, p, plane_stride, a->by_levels);
    for (int t = from; t < to; t++) {
        const int n_rows = (t - from) % MSC_VOTE_ROWS + 1;
        uint8_t *classes = d->classes + (size_t)(n_rows - 1) * MSC_WALK_BLOCK;
        if (a->by_levels) a->kernels->walk_levels(classes, &block, forest->levels, t, d->stages);
        else a->kernels->walk_tree(classes, &block, forest->nodes + forest->roots[t]);
        if (p->bags) silence(classes, p->bags + (size_t)t * p->bag_bytes, n);
        if (n_rows < MSC_VOTE_ROWS && t < to - 1) continue;
        if (n_few + n_rows > MOST_FEW) {
            carry(d, n, (size_t)forest->n_classes);
            n_few = 0;
        }
        a->kernels->count_votes(d->few, d->classes, n_rows, n, forest->n_classes);
        n_few += n_rows;
    }
}

static void pick(uint8_t *restrict to, const uint8_t *restrict row, const uint16_t *restrict place, size_t n)
{
    for (size_t k = 0; k < n; k++) to[k] = row[place[k]];
}

static void spread(uint8_t *restrict row, const uint8_t *restrict from, const uint16_t *restrict place, size_t n)
{
    for (size_t k = 0; k < n; k++) row[place[k]] = from[k];
}

/* Moves those on whom n_trees trees, all that `few` counts, do not agree to the rest; the first of the pixels stands `at` in the block. */
static void set_aside(asking *a, const pixels *p, size_t at, int n_trees)
{
    const size_t n_classes = (size_t)a->forest->n_classes, n_features = (size_t)a->forest->n_features;
    rest *r = &a->d.rest;
    uint8_t *agree = a->d.classes;
    uint16_t *place = r->place + r->n;
    size_t n_new = 0;
    memset(agree, 0, p->n);
    for (size_t c = 0; c < n_classes; c++) {
        const uint8_t *few = a->d.few + c * MSC_WALK_BLOCK;
        for (size_t i = 0; i < p->n; i++) agree[i] |= few[i] == (uint8_t)n_trees;
    }
    for (size_t i = 0; i < p->n; i++) {
        place[n_new] = (uint16_t)i;
        n_new += !agree[i];
    }
    for (size_t f = 0; f < n_features; f++) pick(r->bins + f * MSC_FOREST_BLOCK + r->n, p->bins + f * p->stride, place, n_new);
    for (size_t c = 0; c < n_classes; c++) pick(r->few + c * MSC_FOREST_BLOCK + r->n, a->d.few + c * MSC_WALK_BLOCK, place, n_new);
    for (size_t k = 0; k < n_new; k++) place[k] = (uint16_t)(place[k] + at);
    r->n += n_new;
}

/* What n_trees trees said of n pixels: 255 x each class' share of the votes, rounded half up, and the winner. */
static void put_answer(const asking *a, size_t n, int n_trees, uint8_t *winner, uint16_t *votes, uint8_t *shares)
{
    const float scale = 255.0f / (float)n_trees;
    carry(&a->d, n, (size_t)a->forest->n_classes);
    if (winner) choose_winners(&a->d, n, (size_t)a->forest->n_classes, winner, votes);
    for (int c = 0; shares && c < a->forest->n_classes; c++)
        a->kernels->smooth->from_votes(shares + (size_t)c * MSC_FOREST_BLOCK, a->d.many + (size_t)c * MSC_WALK_BLOCK, scale, n);
}

/* Asks the other trees about the rest, and puts what all say where the pixels came from. */
static void ask_rest(asking *a, int n_asked, size_t step, const msc_forest_answer *answer)
{
    const rest *r = &a->d.rest;
    const size_t n_classes = (size_t)a->forest->n_classes;
    const int n_trees = a->forest->n_trees;
    for (size_t i = 0; i < r->n; i += step) {
        const size_t n = r->n - i < step ? r->n - i : step;
        for (size_t c = 0; c < n_classes; c++) memcpy(a->d.few + c * MSC_WALK_BLOCK, r->few + c * MSC_FOREST_BLOCK + i, n);
        ask_trees(a, &(pixels){ .bins = r->bins + i, .stride = MSC_FOREST_BLOCK, .n = n }, n_asked, n_trees);
        put_answer(a, n, n_trees, answer->winner ? r->winner + i : NULL, r->votes + i, answer->shares ? r->few + i : NULL);
    }
    if (answer->winner) spread(answer->winner, r->winner, r->place, r->n);
    for (size_t k = 0; answer->winner && k < r->n; k++) answer->votes[r->place[k]] = r->votes[k];
    for (size_t c = 0; answer->shares && c < n_classes; c++)
        spread(answer->shares + c * MSC_FOREST_BLOCK, r->few + c * MSC_FOREST_BLOCK, r->place, r->n);
}

static size_t step_of(const asking *a)
{
    size_t step = MSC_WALK_BLOCK;
    if (a->by_levels)   /* the pixels of a stage below should stay in the first cache */
        while (step > 1024 && step * (size_t)a->forest->n_features > NEAR_BYTES) step /= 2;
    return step;
}

void msc_forest_ask_shares(const msc_forest *forest, const uint8_t *bins, size_t stride, size_t n,
                           const msc_forest_answer *answer, void *scratch)
{
    const msc_kernels *kernels = msc_kernels_select();
    asking a = { forest, kernels, forest->levels && kernels->walk_levels, desk_of(forest, scratch) };
    const size_t step = step_of(&a), n_classes = (size_t)forest->n_classes;
    const int n_first = answer->n_agree > 0 && answer->n_agree < forest->n_trees ? answer->n_agree : forest->n_trees;
    const int has_rest = n_first < forest->n_trees;
    assert(n <= MSC_FOREST_BLOCK && (int)MSC_FOREST_BLOCK <= (int)MSC_WALK_BLOCK);
    assert(!has_rest || (n_first <= MSC_FOREST_AGREE && !answer->bags));
    for (size_t i = 0; i < n; i += step) {
        const size_t n_step = n - i < step ? n - i : step;
        for (size_t c = 0; c < n_classes; c++) memset(a.d.few + c * MSC_WALK_BLOCK, 0, n_step);
        const pixels p = { bins + i, stride, n_step, answer->bags ? answer->bags + i / 8 : NULL, answer->bag_bytes };
        ask_trees(&a, &p, 0, n_first);
        if (has_rest) set_aside(&a, &p, i, n_first);
        put_answer(&a, n_step, n_first, answer->winner ? answer->winner + i : NULL, answer->winner ? answer->votes + i : NULL,
                   answer->shares ? answer->shares + i : NULL);
    }
    for (size_t i = 0; has_rest && answer->winner && i < n; i++) answer->votes[i] = (uint16_t)forest->n_trees;
    if (has_rest) ask_rest(&a, n_first, step, answer);
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
