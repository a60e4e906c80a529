/* forest_tree.c - grows one tree: a bootstrap draw, then the best Gini split of each node, level by level.
 *
 * Breiman, L. (2001), Random forests, Machine Learning 45. Samples are rows of bytes that a split moves to the two ends of
 * their node's place, so that every node reads memory from front to back. A node's histogram holds, for one feature,
 * weighted counts by bin and class; bins without samples are skipped by a bit set, and only classes that the node has are
 * looked at, so that small nodes cost what they hold. */
#include "model/forest_parts.h"
#include "base/hash.h"
#include "base/mem.h"
#include <string.h>

typedef struct span { uint32_t from, to; } span;   /* a node's samples: rows from..to-1 of its level */

enum { CLASS, WEIGHT, BINS, WORD = 8 };   /* places in a row: class, times drawn, then a byte a feature; rows are whole words */

typedef struct grower {
    const msc_binned *data;
    const msc_forest_spec *spec;
    uint64_t seed;
    int level, n_shares;         /* parts that a large level's work is dealt to */
    size_t row_bytes;
    uint8_t *rows[2];            /* of even and of odd levels */
    uint8_t *weight;             /* times each sample was drawn */
    uint32_t *histograms;        /* [256][n_classes] of each share, all zero between uses */
    uint32_t *counts;            /* weighted class counts of each bud, [n_classes] */
    msc_bud *buds;
    span *spans;                 /* of each bud */
    uint32_t *middle;            /* of the level's buds: where the right child begins; 0: a leaf */
    uint32_t *left;              /* class counts of their left children, [n_classes] */
    size_t n_buds, cap_buds, cap_spans, cap_counts, cap_middle, cap_left;
} grower;

enum {
    MANY = 256,                  /* samples, from which on gathering the marks is little beside them */
    WORTH_SHARING = 8192         /* samples of a level, whose work is more than handing it out */
};

typedef struct split { double score; int feature, cut; uint32_t left[MSC_MAX_CLASSES]; } split;   /* left: counts of the left side */

/* The classes of a node, ascending. */
typedef struct present_classes { int n; uint32_t sum; uint8_t of[MSC_MAX_CLASSES]; } present_classes;

/* Draws n of n samples with repetition: draw i is a function of (seed, i) alone. Leaves the drawn ones as rows of level 0, their
 * counts as those of bud 0; returns how many they are. */
static uint32_t draw(grower *g, uint8_t *bag, uint32_t *counts)
{
    const msc_binned *data = g->data;
    const size_t n = data->n;
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t k = msc_random_below(msc_random(g->seed, 1, i), (uint32_t)n);
        if (g->weight[k] < 255) g->weight[k]++;   /* 255 draws of one sample do not happen by chance */
    }
    for (size_t i = 0; i < n; i++) {
        if (!g->weight[i]) continue;
        uint8_t *row = g->rows[0] + count++ * g->row_bytes;
        row[CLASS] = data->label[i];
        row[WEIGHT] = g->weight[i];
        for (int f = 0; f < data->n_features; f++) row[BINS + f] = data->bins[(size_t)f * n + i];
        counts[data->label[i]] += g->weight[i];
        bag[i / 8] = (uint8_t)(bag[i / 8] | 1u << (i % 8));
    }
    return count;
}

/* The set of the bins that are marked. */
static void gather_marks(const uint8_t mark[MSC_MAX_BINS], uint64_t present[4])
{
    for (int word = 0; word < 4; word++) {
        present[word] = 0;
        for (int k = 0; k < 64; k++) present[word] |= (uint64_t)mark[64 * word + k] << k;
    }
}

/* Fills the histogram of one feature and the set of its bins. Many samples mark bins by bytes, which need not wait for
 * each other as bits of one word do. */
static void fill(const grower *g, span s, int feature, uint32_t *histogram, uint64_t present[4])
{
    const size_t n_classes = (size_t)g->data->n_classes, step = g->row_bytes;
    const uint8_t *row = g->rows[g->level & 1] + s.from * step, *end = g->rows[g->level & 1] + s.to * step;
    uint8_t mark[MSC_MAX_BINS];
    memset(present, 0, 4 * sizeof *present);
    if (s.to - s.from <= MANY) {
        for (; row < end; row += step) {
            const uint8_t bin = row[BINS + feature];
            histogram[bin * n_classes + row[CLASS]] += row[WEIGHT];
            present[bin / 64] |= 1ULL << (bin % 64);
        }
        return;
    }
    memset(mark, 0, sizeof mark);
    for (; row < end; row += step) {
        const uint8_t bin = row[BINS + feature];
        histogram[bin * n_classes + row[CLASS]] += row[WEIGHT];
        mark[bin] = 1;
    }
    gather_marks(mark, present);
}

static int next_bin(uint64_t present[4])
{
    for (int word = 0; word < 4; word++) {
        if (!present[word]) continue;
        const int bin = __builtin_ctzll(present[word]);
        present[word] &= present[word] - 1;
        return word * 64 + bin;
    }
    return -1;
}

/* Tries every cut of one feature; empties the histogram on the way. The score to be large is the sum over both sides of
 * (sum of squared class counts) / count, which orders splits as the loss of Gini impurity does. Squares are whole
 * numbers, so that the order of adding them does not matter. Returns whether the feature differs within the node. */
static int try_feature(const grower *g, span s, int feature, const uint32_t *counts, const present_classes *classes,
                       uint32_t *histogram, split *best)
{
    uint32_t left[MSC_MAX_CLASSES] = { 0 }, n_left = 0;
    const uint32_t least = (uint32_t)g->spec->min_leaf, sum = classes->sum;
    uint64_t present[4], squares_left = 0, squares_right = 0;
    fill(g, s, feature, histogram, present);
    for (int k = 0; k < classes->n; k++) squares_right += (uint64_t)counts[classes->of[k]] * counts[classes->of[k]];
    int bin = next_bin(present), varies = 0;
    while (bin >= 0) {
        uint32_t *row = histogram + (size_t)bin * (size_t)g->data->n_classes;
        for (int k = 0; k < classes->n; k++) {
            const int c = classes->of[k];
            const uint64_t h = row[c], l = left[c], r = counts[c] - l;
            squares_left += h * (2 * l + h);
            squares_right -= h * (2 * r - h);
            left[c] += row[c];
            n_left += row[c];
            row[c] = 0;
        }
        const int next = next_bin(present);
        if (next >= 0) varies = 1;
        if (next >= 0 && n_left >= least && sum - n_left >= least) {
            const double score = (double)squares_left / n_left + (double)squares_right / (sum - n_left);
            if (score > best->score) {
                best->score = score;
                best->feature = feature;
                best->cut = (bin + next) / 2;
                memcpy(best->left, left, sizeof left);
            }
        }
        bin = next;
    }
    return varies;
}

/* The best cut among n_try features drawn without repetition; features that are constant here do not count. */
static void find_split(const grower *g, size_t bud, const uint32_t *counts, const present_classes *classes,
                       uint32_t *histogram, split *best)
{
    uint8_t feature[MSC_MAX_FEATURES];
    int left_to_try = g->spec->n_try;
    const int n = g->data->n_features;
    best->score = best->feature = -1;
    for (int f = 0; f < n; f++) feature[f] = (uint8_t)f;
    for (int i = 0; i < n && left_to_try > 0; i++) {
        const uint32_t pick = msc_random_below(msc_random(g->seed, bud + 2, (uint64_t)i), (uint32_t)(n - i));
        const uint8_t f = feature[i + (int)pick];
        feature[i + (int)pick] = feature[i];
        left_to_try -= try_feature(g, g->spans[bud], f, counts, classes, histogram, best);
    }
}

/* Copies the span's rows to the next level: bin <= cut from the front on, the others from the end on. Every row is written to
 * both ends and the place that is not its own written over later. Returns where the others begin. */
static inline uint32_t part_rows(const grower *g, span s, const split *best, size_t step)
{
    const uint8_t *row = g->rows[g->level & 1] + s.from * step, *end = g->rows[g->level & 1] + s.to * step;
    uint8_t *next = g->rows[(g->level + 1) & 1], *front = next + s.from * step, *back = next + (s.to - 1) * step;
    for (; row < end; row += step) {
        const size_t to_right = (size_t)0 - (row[BINS + best->feature] > best->cut);
        memcpy(front, row, step);
        memcpy(back, row, step);
        front += step & ~to_right;
        back -= step & to_right;
    }
    return (uint32_t)((size_t)(front - next) / step);
}

/* The same, with rows of a known size moved by a few registers. */
static uint32_t part(const grower *g, span s, const split *best)
{
    switch (g->row_bytes) {
    case 8: return part_rows(g, s, best, 8);
    case 16: return part_rows(g, s, best, 16);
    case 24: return part_rows(g, s, best, 24);
    case 32: return part_rows(g, s, best, 32);
    case 40: return part_rows(g, s, best, 40);
    default: return part_rows(g, s, best, g->row_bytes);
    }
}

static int add_bud(grower *g, span s, const uint32_t *counts)
{
    const size_t n_classes = (size_t)g->data->n_classes;
    if (!msc_reserve((void **)&g->buds, &g->cap_buds, g->n_buds + 1, sizeof *g->buds)) return 0;
    if (!msc_reserve((void **)&g->spans, &g->cap_spans, g->n_buds + 1, sizeof *g->spans)) return 0;
    if (!msc_reserve((void **)&g->counts, &g->cap_counts, (g->n_buds + 1) * n_classes, sizeof *g->counts)) return 0;
    memcpy(g->counts + g->n_buds * n_classes, counts, n_classes * sizeof *counts);
    g->buds[g->n_buds] = (msc_bud){ 0, 0, 0, 0 };
    g->spans[g->n_buds++] = s;
    return 1;
}

/* Chooses bud i's class and its split and parts its samples: touches nothing but what is of this bud, its place in the level
 * and the histogram. */
static void settle(const grower *g, size_t i, size_t place, uint32_t *histogram)
{
    const int n_classes = g->data->n_classes;
    const uint32_t *counts = g->counts + i * (size_t)n_classes;
    msc_bud *bud = &g->buds[i];
    present_classes classes = { 0 };
    split best;
    int winner = 0;
    for (int c = 0; c < n_classes; c++) {
        if (counts[c] > counts[winner]) winner = c;
        if (counts[c]) classes.of[classes.n++] = (uint8_t)c;
        classes.sum += counts[c];
    }
    bud->class_index = (uint8_t)winner;
    g->middle[place] = 0;
    if (classes.n == 1 || g->level >= g->spec->depth) return;
    find_split(g, i, counts, &classes, histogram, &best);
    if (best.feature < 0) return;
    bud->feature = (uint8_t)best.feature;
    bud->cut = (uint8_t)best.cut;
    g->middle[place] = part(g, g->spans[i], &best);
    memcpy(g->left + place * (size_t)n_classes, best.left, (size_t)n_classes * sizeof *best.left);
}

/* The first of buds from..to-1 whose rows begin at `row` or after it. */
static size_t first_from(const grower *g, size_t from, size_t to, uint64_t row)
{
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (g->spans[middle].from < row) from = middle + 1;
        else to = middle;
    }
    return from;
}

/* Settles the level of buds from..to-1, by shares whose nodes begin in equal parts of the rows. Idle threads take shares. */
static void settle_level(const grower *g, size_t from, size_t to)
{
    const uint64_t first = g->spans[from].from, n_rows = g->spans[to - 1].to - first;
    const int n_shares = n_rows >= WORTH_SHARING ? g->n_shares : 1;
#pragma omp taskloop grainsize(1) if (n_shares > 1)
    for (int share = 0; share < n_shares; share++) {
        uint32_t *histogram = g->histograms + (size_t)share * MSC_MAX_BINS * (size_t)g->data->n_classes;
        const size_t begin = first_from(g, from, to, first + n_rows * (uint64_t)share / (uint64_t)n_shares);
        const size_t end = first_from(g, from, to, first + n_rows * (uint64_t)(share + 1) / (uint64_t)n_shares);
        for (size_t i = begin; i < end; i++) settle(g, i, i - from, histogram);
    }
}

/* Grows the children of the level's buds from..to-1, in their order. 0: no memory. */
static int add_level(grower *g, size_t from, size_t to)
{
    const size_t n_classes = (size_t)g->data->n_classes;
    uint32_t right[MSC_MAX_CLASSES];
    for (size_t i = from; i < to; i++) {
        const uint32_t middle = g->middle[i - from], *left = g->left + (i - from) * n_classes;
        const span s = g->spans[i];
        if (!middle || g->n_buds + 2 > MSC_TREE_MAX_NODES) continue;
        for (size_t c = 0; c < n_classes; c++) right[c] = g->counts[i * n_classes + c] - left[c];
        g->buds[i].left = (uint32_t)g->n_buds;
        if (!add_bud(g, (span){ s.from, middle }, left) || !add_bud(g, (span){ middle, s.to }, right)) return 0;
    }
    return 1;
}

static int grow_levels(grower *g)
{
    for (size_t from = 0, to = g->n_buds; from < to; from = to, to = g->n_buds, g->level++) {
        const size_t n = to - from;
        if (!msc_reserve((void **)&g->middle, &g->cap_middle, n, sizeof *g->middle)) return 0;
        if (!msc_reserve((void **)&g->left, &g->cap_left, n * (size_t)g->data->n_classes, sizeof *g->left)) return 0;
        settle_level(g, from, to);
        if (!add_level(g, from, to)) return 0;
    }
    return 1;
}

int msc_tree_grow(const msc_binned *data, const msc_forest_spec *spec, int tree, int n_shares, uint32_t **nodes,
                  size_t *n_nodes, uint8_t *bag)
{
    grower g = { .data = data, .spec = spec, .seed = msc_random(spec->seed, 0, (uint64_t)tree), .n_shares = n_shares };
    uint32_t counts[MSC_MAX_CLASSES] = { 0 };
    int ok = 0;
    g.row_bytes = ((size_t)BINS + (size_t)data->n_features + WORD - 1) / WORD * WORD;
    for (int k = 0; k < 2; k++) g.rows[k] = msc_alloc(data->n, g.row_bytes);
    g.weight = msc_alloc_zero(data->n, 1);
    g.histograms = msc_alloc_zero((size_t)n_shares * MSC_MAX_BINS * (size_t)data->n_classes, sizeof *g.histograms);
    if (!g.rows[0] || !g.rows[1] || !g.weight || !g.histograms) goto done;
    const uint32_t n = draw(&g, bag, counts);
    if (!add_bud(&g, (span){ 0, n }, counts) || !grow_levels(&g)) goto done;
    *nodes = msc_tree_lay_out(g.buds, g.n_buds, n_nodes);
    ok = *nodes != NULL;
done:
    msc_release(g.counts);
    msc_release(g.spans);
    msc_release(g.buds);
    msc_release(g.left);
    msc_release(g.middle);
    msc_release(g.histograms);
    msc_release(g.weight);
    msc_release(g.rows[1]);
    msc_release(g.rows[0]);
    return ok;
}
