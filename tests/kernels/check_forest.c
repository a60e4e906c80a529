/* Every walk down a tree against the plain one, bit for bit: all widths of pixels, all tails; --bench prints ns a pixel.
 * What this CPU cannot run is skipped and said so. */
#define _POSIX_C_SOURCE 200809L
#include "kernels/kernels.h"
#include "../unit/model/overlap.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FENCE = 256, ALIKE = 100000 };

typedef struct variant { const msc_kernels *kernels; int runs; } variant;
static variant variants[4];

static void list_variants(void)
{
    __builtin_cpu_init();
    variants[0] = (variant){ &msc_kernels_scalar, 1 };
    variants[1] = (variant){ &msc_kernels_avx2, __builtin_cpu_supports("avx2") };
    variants[2] = (variant){ &msc_kernels_avx512, __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
                                                      && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") };
    variants[3] = (variant){ &msc_kernels_vbmi, variants[2].runs && __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") };
}

static msc_forest grow(const msc_samples *s, int n_trees, int depth)
{
    const msc_settings settings = { .n_threads = 2 };
    const msc_forest_spec spec = { n_trees, depth, 1, 0, 1 };
    msc_forest forest = { 0 };
    if (msc_forest_grow(&settings, s, &spec, 0, &forest, NULL, NULL) != MSC_OK) exit(2);
    return forest;
}

/* Classes of n pixels by every variant against msc_tree_class; tables are asked with planes close together. From seed
 * ALIKE on all pixels are the same, so that whole vectors go down one way. */
static int check(const msc_forest *forest, size_t n, uint64_t seed)
{
    static uint8_t planes[MSC_MAX_FEATURES * MSC_WALK_STRIDE], bins[MSC_MAX_FEATURES * MSC_WALK_BLOCK];
    static uint32_t words[MSC_MAX_FEATURES / 4 * MSC_WALK_STRIDE];
    static uint8_t classes[MSC_WALK_BLOCK];
    static uint8_t close[MSC_MAX_FEATURES * MSC_WALK_STRIDE];
    const msc_walk block = { n, (forest->n_features + 3) / 4, MSC_WALK_STRIDE, planes, words };
    const msc_walk closer = { n, block.n_words, (n + 127) / 64 * 64, close, NULL };
    const size_t n_scratch = msc_levels_scratch(4 * (size_t)block.n_words);
    uint8_t *scratch = msc_alloc(n_scratch + FENCE, 1);
    int n_bad = 0;
    memset(words, 0, sizeof words);
    for (size_t f = 0; f < (size_t)forest->n_features; f++)
        for (size_t i = 0; i < MSC_WALK_BLOCK; i++) {
            const uint64_t r = msc_random(seed, f, seed < ALIKE ? i : 0);   /* values at the ends as well as between */
            const uint8_t bin = r % 7 == 0 ? 255 : r % 7 == 1 ? 0 : (uint8_t)(r >> 32);
            bins[f * MSC_WALK_BLOCK + i] = bin;
            planes[f * MSC_WALK_STRIDE + i] = bin ^ 0x80;
            if (i < n) close[f * closer.stride + i] = bin ^ 0x80;
            words[f / 4 * MSC_WALK_STRIDE + i] |= (uint32_t)bin << (f % 4 * 8);
        }
    for (int t = 0; t < forest->n_trees; t++)
        for (int v = 0; v < 4; v++) {
            const uint32_t *tree = forest->nodes + forest->roots[t];
            int same = 1;
            if (!variants[v].runs) continue;
            memset(classes, 99, sizeof classes);
            memset(scratch + n_scratch, 99, FENCE);
            if (v < 3) variants[v].kernels->walk_tree(classes, &block, tree);
            else variants[v].kernels->walk_levels(classes, &closer, forest->levels, t, scratch);
            for (size_t i = 0; i < n; i++) same &= classes[i] == msc_tree_class(tree, bins + i, MSC_WALK_BLOCK);
            for (size_t i = (n + 63) / 64 * 64; i < MSC_WALK_BLOCK; i++) same &= classes[i] == 99;
            for (size_t i = 0; i < FENCE; i++) same &= scratch[n_scratch + i] == 99;
            if (!same) printf("FAIL %s: %d features, %zu pixels, tree %d\n", variants[v].kernels->name, forest->n_features, n, t);
            n_bad += !same;
        }
    msc_release(scratch);
    return n_bad;
}

/* Trees wider than a stage, so that pixels are dealt out once and again, and ones that are a single leaf. */
static int check_wide(void)
{
    int n_bad = 0;
    for (int classes = 2; classes <= 64; classes += 31) {
        msc_samples s = overlap_samples(25000, 6, classes, 4, 3);
        for (int depth = 12; depth <= 22; depth += 5) {
            msc_forest forest = grow(&s, 2, depth);
            uint32_t most = 0;
            for (int t = 0; variants[3].runs && forest.levels && t < 2; t++) {
                const msc_stage *root = &forest.levels->stages[forest.levels->root[t]];
                most = root->n_children > most ? root->n_children : most;
            }
            if (variants[3].runs && (!forest.levels || most < 2)) printf("FAIL: no wide tree\n"), n_bad++;
            else n_bad += check(&forest, 8000, (uint64_t)depth) + check(&forest, 65, 9) + check(&forest, MSC_WALK_BLOCK, 10);
            for (uint64_t k = 0; k < 20; k++) n_bad += check(&forest, k % 2 ? 64 : 256, ALIKE + k);
            msc_forest_clear(&forest);
        }
        for (size_t i = 0; i < s.n; i++) s.label[i] = 1;
        msc_forest leaf = grow(&s, 1, 15);
        n_bad += check(&leaf, 100, 11);
        msc_forest_clear(&leaf);
        overlap_clear(&s);
    }
    return n_bad;
}

/* Notes the most features that a level of each size asks for, in a stage and those below it. */
static void note_asked(const msc_levels *levels, const msc_stage *stage, int most[3])
{
    for (uint32_t l = stage->level; l < stage->level + stage->n_levels; l++) {
        int *seen = &most[levels->levels[l].size / 128];
        *seen = levels->levels[l].n_asked > *seen ? levels->levels[l].n_asked : *seen;
    }
    for (uint32_t c = stage->child; c < stage->child + stage->n_children; c++) note_asked(levels, &levels->stages[c], most);
}

/* Levels of every size that ask for more features than a register of masks chooses from at once. */
static int check_many_asked(void)
{
    int n_bad = 0, most[3] = { 0 };
    msc_samples s = overlap_samples(12000, MSC_MAX_FEATURES, 3, 10, 2);
    msc_forest forest = grow(&s, 4, 20);
    n_bad += check(&forest, 1000, 12) + check(&forest, MSC_WALK_BLOCK, 13);
    for (int t = 0; variants[3].runs && t < forest.n_trees; t++)
        note_asked(forest.levels, &forest.levels->stages[forest.levels->root[t]], most);
    if (variants[3].runs && (most[0] <= 32 || most[1] <= 64 || most[2] <= 96))
        printf("FAIL: no level asks for many: %d, %d, %d\n", most[0], most[1], most[2]), n_bad++;
    msc_forest_clear(&forest);
    overlap_clear(&s);
    return n_bad;
}

static int check_all(void)
{
    static const int widths[] = { 1, 3, 4, 5, 8, 9, 12, 13, 16, 17, 40, 128 };
    static const size_t lengths[] = { 1, 7, 31, 32, 33, 64, 65, 500, 1023, 1024 };
    int n_bad = 0;
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        msc_samples s = overlap_samples(700, widths[w], w % 2 ? 64 : 3, 10, 2);
        for (int depth = 1; depth < 25; depth += 11) {
            msc_forest forest = grow(&s, 4, depth);
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) n_bad += check(&forest, lengths[l], w * 100 + l);
            msc_forest_clear(&forest);
        }
        overlap_clear(&s);
    }
    n_bad += check_wide() + check_many_asked();
    for (int v = 0; v < 4; v++) printf("%s: %s\n", variants[v].kernels->name, variants[v].runs ? "checked" : "skipped, this CPU cannot run it");
    return n_bad;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Steps from root to leaf, averaged over pixels and trees. */
static double mean_steps(const msc_forest *forest, const uint8_t *bins, size_t n)
{
    double sum = 0;
    for (int t = 0; t < forest->n_trees; t++)
        for (size_t i = 0; i < 200; i++)
            for (const uint32_t *node = forest->nodes + forest->roots[t]; !(*node & MSC_NODE_LEAF); sum++)
                node += (*node >> 16) + (bins[msc_node_feature(*node) * n + i] > msc_node_cut(*node));
    return sum / 200 / forest->n_trees;
}

static void bench(int n_features)
{
    static const char *const names[] = { "scalar", "avx2", "avx512", "avx512vbmi" };
    const size_t n = 65536;
    msc_samples s = overlap_samples(20000, n_features, 8, 40, 0.9), p = overlap_samples(n, n_features, 8, 40, 0.9);
    const double start = seconds();
    msc_forest forest = grow(&s, 100, 15);
    const double grown = seconds();
    uint8_t *bins = msc_alloc(n * (size_t)n_features, 1), *winner = msc_alloc(n, 1);
    uint16_t *votes = msc_alloc(n, 2);
    void *scratch = msc_alloc(msc_forest_scratch(&forest), 1);
    for (int f = 0; f < n_features; f++) msc_forest_bin(&forest, f, p.x + (size_t)f * n, bins + (size_t)f * n, n);
    printf("%d features: grown in %.2f s of one thread of 2, %zu nodes a tree, %.1f steps a walk\n", n_features, grown - start,
           forest.n_nodes / 100, mean_steps(&forest, bins, n));
    for (int v = 0; v < 4; v++) {
        double best = 1e9;
        if (!variants[v].runs) continue;
        setenv("MINESCAR_CPU", names[v], 1);
        for (int run = 0; run < 5; run++) {
            const double from = seconds();
            for (size_t i = 0; i < n; i += MSC_FOREST_BLOCK)
                msc_forest_ask(&forest, bins + i, n, MSC_FOREST_BLOCK, winner + i, votes + i, scratch);
            const double took = seconds() - from;
            best = took < best ? took : best;
        }
        printf("  %-7s %7.1f ns/px  %5.2f Mpx/s\n", names[v], best / (double)n * 1e9, (double)n / best * 1e-6);
    }
    msc_release(scratch);
    msc_release(votes);
    msc_release(winner);
    msc_release(bins);
    msc_forest_clear(&forest);
    overlap_clear(&s);
    overlap_clear(&p);
}

int main(int argc, char **argv)
{
    list_variants();
    if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
        bench(4);
        bench(10);
        bench(17);
        return 0;
    }
    return check_all() ? 1 : 0;
}
