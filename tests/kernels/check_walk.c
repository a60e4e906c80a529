/* Random trees over random pixels: every variant of walk_tree against the plain walk by definition, for blocks of many
 * lengths and pixels of 1 to 128 features. What this CPU cannot run is skipped and said so. */
#include "kernels/forest_walk.h"
#include "kernels/kernels.h"
#include <stdio.h>
#include <string.h>

enum { MAX_FEATURES = 128, MAX_NODES = 20000, FENCE = 64 };

static uint32_t seed = 1;
static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static uint32_t tree[MAX_NODES];
static uint8_t bins[MAX_FEATURES][MSC_WALK_BLOCK];
static _Alignas(64) uint8_t planes[MAX_FEATURES * MSC_WALK_STRIDE];
static _Alignas(64) uint32_t words[MAX_FEATURES / 4 * MSC_WALK_STRIDE];
static _Alignas(64) uint8_t classes[MSC_WALK_BLOCK + FENCE];

static uint32_t some_leaf(void) { return msc_node_leaf(draw(128)); }

/* The complete top, then pairs of children behind everything that stands already. `leaf_in` of 1: leaves at once. */
static void grow(uint32_t n_features, uint32_t leaf_in)
{
    uint32_t n = MSC_TREE_TOP_NODES;
    tree[0] = draw(leaf_in) ? 0 : some_leaf();
    for (uint32_t at = 0; at < n; at++) {
        const int is_top = at < MSC_TREE_FIRST;
        const uint32_t left = is_top ? 2 * at + 1 : n;   /* level by level: the children of place p are 2p+1, 2p+2 */
        const int is_leaf = (tree[at] & MSC_NODE_LEAF) != 0;
        if (is_leaf && is_top) tree[left] = tree[left + 1] = tree[at];
        if (is_leaf) continue;
        if (left - at > 65535 || left + 2 > MAX_NODES) {
            tree[at] = some_leaf();
            continue;
        }
        tree[at] = msc_node_inner(left - at, draw(256), draw(n_features));
        for (uint32_t child = left; child < left + 2; child++) tree[child] = draw(leaf_in) ? 0 : some_leaf();
        if (!is_top) n += 2;
    }
}

static void fill(uint32_t n_features)
{
    memset(words, 0, sizeof words);
    for (uint32_t f = 0; f < n_features; f++)
        for (uint32_t i = 0; i < MSC_WALK_BLOCK; i++) {
            bins[f][i] = (uint8_t)(draw(8) ? draw(256) : draw(2) * 255);
            planes[f * MSC_WALK_STRIDE + i] = bins[f][i] ^ 0x80;
            words[(f >> 2) * MSC_WALK_STRIDE + i] |= (uint32_t)bins[f][i] << (f & 3) * 8;
        }
}

/* Returns the number of wrong pixels; one more when something behind the next multiple of 64 was written. */
static int check(const msc_kernels *k, uint32_t n_features, size_t n)
{
    const msc_walk block = { n, (int)(n_features + 3) / 4, MSC_WALK_STRIDE, planes, words };
    int wrong = 0;
    memset(classes, 0xee, sizeof classes);
    k->walk_tree(classes, &block, tree);
    for (size_t i = 0; i < n; i++) wrong += classes[i] != msc_tree_class(tree, &bins[0][i], MSC_WALK_BLOCK);
    for (size_t i = (n + 63) / 64 * 64; i < sizeof classes; i++)
        if (classes[i] != 0xee) return wrong + 1;
    return wrong;
}

int main(void)
{
    static const uint32_t features[] = { 1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 24, 32, 33, 48, 64, 100, 128 };
    static const size_t lengths[] = { 1, 7, 8, 9, 31, 32, 33, 63, 64, 65, 100, 511, 1000, 1023, 1024 };
    __builtin_cpu_init();
    const msc_kernels *const tables[] = { &msc_kernels_scalar, &msc_kernels_avx2, &msc_kernels_avx512 };
    const int runs[] = { 1, __builtin_cpu_supports("avx2"),
                         __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
                         && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") };
    int n_passed = 0, n_failed = 0;
    for (int t = 0; t < 3; t++)
        if (!runs[t]) printf("%s skipped: this CPU has none\n", tables[t]->name);
    for (size_t f = 0; f < sizeof features / sizeof *features; f++)
        for (uint32_t shape = 0; shape < 6; shape++) {
            fill(features[f]);
            grow(features[f], shape < 5 ? 1u << shape : 60u);
            for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++)
                for (int t = 0; t < 3; t++) {
                    const int wrong = runs[t] ? check(tables[t], features[f], lengths[l]) : 0;
                    n_passed += runs[t] && !wrong;
                    n_failed += wrong != 0;
                    if (wrong && n_failed < 20)
                        fprintf(stderr, "%s: %d wrong of %zu, %u features, shape %u\n", tables[t]->name, wrong,
                                lengths[l], features[f], shape);
                }
        }
    printf("%d passed, %d failed\n", n_passed, n_failed);
    return n_failed != 0;
}
