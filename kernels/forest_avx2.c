/* forest_avx2.c - the walk down one tree, 32 pixels at a time: the top by comparing, the rest by gathering nodes. */
#include "kernels/forest_walk.h"
#include <immintrin.h>

typedef struct top { const uint8_t *plane[MSC_TREE_FIRST]; uint8_t cut[MSC_TREE_FIRST]; } top;

static void top_of(top *t, const msc_walk *block, const uint32_t *tree)
{
    for (int i = 0; i < MSC_TREE_FIRST; i++) {
        const uint32_t f = tree[i] & MSC_NODE_LEAF ? 0 : msc_node_feature(tree[i]);
        t->plane[i] = block->planes + f * block->stride;
        t->cut[i] = (uint8_t)(msc_node_cut(tree[i]) ^ 0x80u);
    }
}

static inline __m256i right_of(const top *t, int node, size_t i)
{
    const __m256i bins = _mm256_loadu_si256((const void *)(t->plane[node] + i));
    return _mm256_cmpgt_epi8(bins, _mm256_set1_epi8((char)t->cut[node]));
}

/* Numbers, within level MSC_TREE_TOP, of the nodes that 32 pixels come to: every node of a level answers, and the
 * answers of the levels above choose, the lowest first, which answer counts. */
static inline __m256i descend(const top *t, size_t i)
{
    __m256i right[MSC_TREE_TOP], place = _mm256_setzero_si256();
#pragma GCC unroll 8
    for (int level = 0; level < MSC_TREE_TOP; level++) {
        __m256i answer[1 << (MSC_TREE_TOP - 1)];
#pragma GCC unroll 16
        for (int k = 0; k < 1 << level; k++) answer[k] = right_of(t, (1 << level) - 1 + k, i);
#pragma GCC unroll 8
        for (int above = level - 1; above >= 0; above--)
#pragma GCC unroll 16
            for (int k = 0; k < 1 << above; k++)
                answer[k] = _mm256_blendv_epi8(answer[2 * k], answer[2 * k + 1], right[above]);
        right[level] = answer[0];
        place = _mm256_sub_epi8(_mm256_add_epi8(place, place), right[level]);
    }
    return place;
}

/* Bytes of the features that the nodes ask for, in the low byte of each lane. */
static inline __m256i bins_of(__m256i node, const uint32_t *words, int n_words, __m256i pixel)
{
    const __m256i shift = _mm256_and_si256(node, _mm256_set1_epi32(24));
    __m256i word = _mm256_loadu_si256((const void *)words);
    if (n_words > 4) {
        const __m256i low = _mm256_and_si256(_mm256_srli_epi32(node, 5), _mm256_set1_epi32(3));
        const __m256i high = _mm256_and_si256(_mm256_slli_epi32(node, 2), _mm256_set1_epi32(28));
        const __m256i row = _mm256_min_epi32(_mm256_or_si256(low, high), _mm256_set1_epi32(n_words - 1));
        const __m256i at = _mm256_add_epi32(_mm256_mullo_epi32(row, _mm256_set1_epi32(MSC_WALK_STRIDE)), pixel);
        word = _mm256_i32gather_epi32((const int *)(const void *)words, at, 4);
    } else if (n_words > 1) {
        const __m256 odd = _mm256_castsi256_ps(_mm256_slli_epi32(node, 26));
        const __m256i w1 = _mm256_loadu_si256((const void *)(words + MSC_WALK_STRIDE));
        word = _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(word), _mm256_castsi256_ps(w1), odd));
        if (n_words > 2) {
            const __m256 upper = _mm256_castsi256_ps(_mm256_slli_epi32(node, 25));
            __m256i w2 = _mm256_loadu_si256((const void *)(words + 2 * MSC_WALK_STRIDE));
            if (n_words > 3) {
                const __m256i w3 = _mm256_loadu_si256((const void *)(words + 3 * MSC_WALK_STRIDE));
                w2 = _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(w2), _mm256_castsi256_ps(w3), odd));
            }
            word = _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(word), _mm256_castsi256_ps(w2), upper));
        }
    }
    return _mm256_and_si256(_mm256_srlv_epi32(word, shift), _mm256_set1_epi32(255));
}

static inline void walk(uint8_t *classes, const msc_walk *block, const uint32_t *tree, int n_words)
{
    const __m256i byte = _mm256_set1_epi32(255), leaf = _mm256_set1_epi32(MSC_NODE_LEAF);
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const int *nodes = (const int *)(const void *)tree;
    top t;
    top_of(&t, block, tree);
    for (size_t i = 0; i < block->n; i += 32) {
        const __m256i place = descend(&t, i);
        __m256i at[4], node[4], pixel[4];
        uint8_t start[32];
        _mm256_storeu_si256((void *)start, place);
        for (int k = 0; k < 4; k++) {
            at[k] = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)(start + 8 * k)));
            at[k] = _mm256_add_epi32(at[k], _mm256_set1_epi32(MSC_TREE_FIRST));
            pixel[k] = _mm256_add_epi32(lane, _mm256_set1_epi32((int)i + 8 * k));
            node[k] = _mm256_i32gather_epi32(nodes, at[k], 4);
        }
        while (!_mm256_testc_si256(_mm256_and_si256(_mm256_and_si256(node[0], node[1]),
                                                   _mm256_and_si256(node[2], node[3])), leaf)) {
            for (int k = 0; k < 4; k++) {
                const uint32_t *words = n_words > 4 ? block->words : block->words + i + 8 * (size_t)k;
                const __m256i bin = bins_of(node[k], words, n_words, pixel[k]);
                const __m256i cut = _mm256_and_si256(_mm256_srli_epi32(node[k], 8), byte);
                at[k] = _mm256_add_epi32(at[k], _mm256_srli_epi32(node[k], 16));
                at[k] = _mm256_sub_epi32(at[k], _mm256_cmpgt_epi32(bin, cut));
                node[k] = _mm256_i32gather_epi32(nodes, at[k], 4);
            }
        }
        for (int k = 0; k < 4; k++) node[k] = _mm256_and_si256(node[k], _mm256_set1_epi32(127));
        const __m256i low = _mm256_packus_epi32(node[0], node[1]), high = _mm256_packus_epi32(node[2], node[3]);
        const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        _mm256_storeu_si256((void *)(classes + i), _mm256_permutevar8x32_epi32(_mm256_packus_epi16(low, high), order));
    }
}

void msc_walk_tree_avx2(uint8_t *classes, const msc_walk *block, const uint32_t *tree)
{
    switch (block->n_words) {
    case 1: walk(classes, block, tree, 1); break;
    case 2: walk(classes, block, tree, 2); break;
    case 3: walk(classes, block, tree, 3); break;
    case 4: walk(classes, block, tree, 4); break;
    default: walk(classes, block, tree, block->n_words); break;
    }
}
