/* forest_tree.c - grows one tree: a bootstrap draw, then the best Gini split of each node, level by level.
 *
 * Breiman, L. (2001), Random forests, Machine Learning 45. A node's histogram holds, for one feature, weighted counts by
 * bin and class; bins without samples are skipped by a bit set, so that small nodes cost what they hold. */
#include "model/forest_parts.h"
#include "base/hash.h"
#include "base/mem.h"
#include <string.h>

typedef struct span { uint32_t from, to; int depth; } span;   /* a node's samples: order[from..to) */

typedef struct grower {
    const msc_binned *data;
    const msc_forest_spec *spec;
    uint64_t seed;
    uint32_t *order, *spare;
    uint8_t *weight;             /* times each sample was drawn */
    uint16_t *mass;              /* of each sample: its class, and 256 times its weight: one look-up for both */
    uint32_t *histogram;         /* [256][n_classes], all zero between uses */
    msc_bud *buds;
    span *spans;                 /* of each bud */
    size_t n_buds, cap_buds, cap_spans;
} grower;

enum { MANY = 256 };             /* samples, from which on gathering the marks is little beside them */

typedef struct split { double score; int feature, cut; } split;

/* Draws n of n samples with repetition: draw i is a function of (seed, i) alone. */
static uint32_t draw(grower *g, uint8_t *bag)
{
    const size_t n = g->data->n;
    uint32_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t k = msc_random_below(msc_random(g->seed, 1, i), (uint32_t)n);
        if (g->weight[k] < 255) g->weight[k]++;   /* 255 draws of one sample do not happen by chance */
    }
    for (size_t i = 0; i < n; i++) {
        if (!g->weight[i]) continue;
        g->mass[i] = (uint16_t)(g->weight[i] << 8 | g->data->label[i]);
        g->order[count++] = (uint32_t)i;
        bag[i / 8] = (uint8_t)(bag[i / 8] | 1u << (i % 8));
    }
    return count;
}

/* Weighted class counts of a span; returns their sum. Neighbours are of one class as a rule: counted in turns, a sample
 * need not wait for the one before it. */
static uint32_t count_classes(const grower *g, span s, uint32_t counts[MSC_MAX_CLASSES])
{
    uint32_t sum = 0, other[MSC_MAX_CLASSES] = { 0 };
    memset(counts, 0, MSC_MAX_CLASSES * sizeof *counts);
    for (uint32_t i = s.from; i < s.to; i++) {
        const uint16_t mass = g->mass[g->order[i]];
        (i & 1 ? other : counts)[mass & 255] += mass >> 8;
        sum += mass >> 8;
    }
    for (int c = 0; c < g->data->n_classes; c++) counts[c] += other[c];
    return sum;
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
static void fill(const grower *g, span s, int feature, uint64_t present[4])
{
    const uint8_t *bins = g->data->bins + (size_t)feature * g->data->n;
    const size_t n_classes = (size_t)g->data->n_classes;
    const int by_marks = s.to - s.from > MANY;
    uint8_t mark[MSC_MAX_BINS];
    memset(present, 0, 4 * sizeof *present);
    if (by_marks) memset(mark, 0, sizeof mark);
    for (uint32_t i = s.from; i < s.to; i++) {
        const uint32_t k = g->order[i];
        const uint16_t mass = g->mass[k];
        g->histogram[bins[k] * n_classes + (mass & 255)] += mass >> 8;
        if (by_marks) mark[bins[k]] = 1;
        else present[bins[k] / 64] |= 1ULL << (bins[k] % 64);
    }
    if (by_marks) gather_marks(mark, present);
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
static int try_feature(grower *g, span s, int feature, const uint32_t *counts, uint32_t sum, split *best)
{
    const int n_classes = g->data->n_classes;
    uint32_t left[MSC_MAX_CLASSES] = { 0 }, n_left = 0;
    const uint32_t least = (uint32_t)g->spec->min_leaf;
    uint64_t present[4], squares_left = 0, squares_right = 0;
    fill(g, s, feature, present);
    for (int c = 0; c < n_classes; c++) squares_right += (uint64_t)counts[c] * counts[c];
    int bin = next_bin(present), varies = 0;
    while (bin >= 0) {
        uint32_t *row = g->histogram + (size_t)bin * (size_t)n_classes;
        for (int c = 0; c < n_classes; c++) {
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
            if (score > best->score) *best = (split){ score, feature, (bin + next) / 2 };
        }
        bin = next;
    }
    return varies;
}

/* The best cut among n_try features drawn without repetition; features that are constant here do not count. */
static split find_split(grower *g, size_t bud, const uint32_t *counts, uint32_t sum)
{
    uint8_t feature[MSC_MAX_FEATURES];
    split best = { -1, -1, 0 };
    int left_to_try = g->spec->n_try;
    const int n = g->data->n_features;
    for (int f = 0; f < n; f++) feature[f] = (uint8_t)f;
    for (int i = 0; i < n && left_to_try > 0; i++) {
        const uint32_t pick = msc_random_below(msc_random(g->seed, bud + 2, (uint64_t)i), (uint32_t)(n - i));
        const uint8_t f = feature[i + (int)pick];
        feature[i + (int)pick] = feature[i];
        left_to_try -= try_feature(g, g->spans[bud], f, counts, sum, &best);
    }
    return best;
}

/* Moves the span's samples with bin <= cut to its front, keeping their order; returns where the others begin. */
static uint32_t part(grower *g, span s, split best)
{
    const uint8_t *bins = g->data->bins + (size_t)best.feature * g->data->n;
    uint32_t n_left = s.from, n_right = 0;
    for (uint32_t i = s.from; i < s.to; i++) {
        const uint32_t k = g->order[i];
        if (bins[k] > best.cut) g->spare[n_right++] = k;
        else g->order[n_left++] = k;
    }
    memcpy(g->order + n_left, g->spare, n_right * sizeof *g->spare);
    return n_left;
}

static int add_bud(grower *g, span s)
{
    if (!msc_reserve((void **)&g->buds, &g->cap_buds, g->n_buds + 1, sizeof *g->buds)) return 0;
    if (!msc_reserve((void **)&g->spans, &g->cap_spans, g->n_buds + 1, sizeof *g->spans)) return 0;
    g->buds[g->n_buds] = (msc_bud){ 0, 0, 0, 0 };
    g->spans[g->n_buds++] = s;
    return 1;
}

static int grow_bud(grower *g, size_t i)
{
    uint32_t counts[MSC_MAX_CLASSES];
    const span s = g->spans[i];
    const uint32_t sum = count_classes(g, s, counts);
    int winner = 0;
    for (int c = 1; c < g->data->n_classes; c++)
        if (counts[c] > counts[winner]) winner = c;
    g->buds[i].class_index = (uint8_t)winner;
    if (counts[winner] == sum || s.depth >= g->spec->depth || g->n_buds + 2 > MSC_TREE_MAX_NODES) return 1;
    const split best = find_split(g, i, counts, sum);
    if (best.feature < 0) return 1;
    const uint32_t middle = part(g, s, best);
    g->buds[i].feature = (uint8_t)best.feature;
    g->buds[i].cut = (uint8_t)best.cut;
    g->buds[i].left = (uint32_t)g->n_buds;
    return add_bud(g, (span){ s.from, middle, s.depth + 1 }) && add_bud(g, (span){ middle, s.to, s.depth + 1 });
}

int msc_tree_grow(const msc_binned *data, const msc_forest_spec *spec, int tree, uint32_t **nodes, size_t *n_nodes,
                  uint8_t *bag)
{
    grower g = { .data = data, .spec = spec, .seed = msc_random(spec->seed, 0, (uint64_t)tree) };
    int ok = 0;
    g.order = msc_alloc(data->n, sizeof *g.order);
    g.spare = msc_alloc(data->n, sizeof *g.spare);
    g.weight = msc_alloc_zero(data->n, 1);
    g.mass = msc_alloc(data->n, sizeof *g.mass);
    g.histogram = msc_alloc_zero((size_t)MSC_MAX_BINS * (size_t)data->n_classes, sizeof *g.histogram);
    if (!g.order || !g.spare || !g.weight || !g.mass || !g.histogram) goto done;
    if (!add_bud(&g, (span){ 0, draw(&g, bag), 0 })) goto done;
    for (size_t i = 0; i < g.n_buds; i++)
        if (!grow_bud(&g, i)) goto done;
    *nodes = msc_tree_lay_out(g.buds, g.n_buds, n_nodes);
    ok = *nodes != NULL;
done:
    msc_release(g.spans);
    msc_release(g.buds);
    msc_release(g.histogram);
    msc_release(g.mass);
    msc_release(g.weight);
    msc_release(g.spare);
    msc_release(g.order);
    return ok;
}
