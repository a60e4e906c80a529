/* forest_avx512.c - the walk down one tree, 64 pixels at a time: the shape of forest_avx2.c with masks for answers. */
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

static inline __mmask64 right_of(const top *t, int node, size_t i)
{
    return _mm512_cmpgt_epi8_mask(_mm512_loadu_si512(t->plane[node] + i), _mm512_set1_epi8((char)t->cut[node]));
}

/* Numbers, within level MSC_TREE_TOP, of the nodes that 64 pixels come to. */
static inline __m512i descend(const top *t, size_t i)
{
    __mmask64 right[MSC_TREE_TOP];
    __m512i place = _mm512_setzero_si512();
#pragma GCC unroll 8
    for (int level = 0; level < MSC_TREE_TOP; level++) {
        __mmask64 answer[1 << (MSC_TREE_TOP - 1)];
#pragma GCC unroll 16
        for (int k = 0; k < 1 << level; k++) answer[k] = right_of(t, (1 << level) - 1 + k, i);
#pragma GCC unroll 8
        for (int above = level - 1; above >= 0; above--)
#pragma GCC unroll 16
            for (int k = 0; k < 1 << above; k++)
                answer[k] = (answer[2 * k] & ~right[above]) | (answer[2 * k + 1] & right[above]);
        right[level] = answer[0];
        place = _mm512_add_epi8(place, place);
        place = _mm512_mask_add_epi8(place, right[level], place, _mm512_set1_epi8(1));
    }
    return place;
}

/* Bytes of the features that the nodes ask for, in the low byte of each lane. */
static inline __m512i bins_of(__m512i node, const uint32_t *words, int n_words, __m512i pixel)
{
    const __m512i shift = _mm512_and_si512(node, _mm512_set1_epi32(24));
    __m512i word = _mm512_loadu_si512(words);
    if (n_words > 4) {
        const __m512i low = _mm512_and_si512(_mm512_srli_epi32(node, 5), _mm512_set1_epi32(3));
        const __m512i high = _mm512_and_si512(_mm512_slli_epi32(node, 2), _mm512_set1_epi32(28));
        const __m512i row = _mm512_min_epi32(_mm512_or_si512(low, high), _mm512_set1_epi32(n_words - 1));
        const __m512i at = _mm512_add_epi32(_mm512_mullo_epi32(row, _mm512_set1_epi32(MSC_WALK_STRIDE)), pixel);
        word = _mm512_i32gather_epi32(at, words, 4);
    } else if (n_words > 1) {
        const __mmask16 odd = _mm512_test_epi32_mask(node, _mm512_set1_epi32(32));
        word = _mm512_mask_loadu_epi32(word, odd, words + MSC_WALK_STRIDE);
        if (n_words > 2) {
            const __mmask16 upper = _mm512_test_epi32_mask(node, _mm512_set1_epi32(64));
            word = _mm512_mask_loadu_epi32(word, upper, words + 2 * MSC_WALK_STRIDE);
            if (n_words > 3)
                word = _mm512_mask_loadu_epi32(word, upper & odd, words + 3 * MSC_WALK_STRIDE);
        }
    }
    return _mm512_and_si512(_mm512_srlv_epi32(word, shift), _mm512_set1_epi32(255));
}

static inline void walk(uint8_t *classes, const msc_walk *block, const uint32_t *tree, int n_words)
{
    const __m512i byte = _mm512_set1_epi32(255), leaf = _mm512_set1_epi32(MSC_NODE_LEAF);
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    top t;
    top_of(&t, block, tree);
    for (size_t i = 0; i < block->n; i += 64) {
        __m512i at[4], node[4], pixel[4];
        uint8_t start[64];
        _mm512_storeu_si512(start, descend(&t, i));
        for (int k = 0; k < 4; k++) {
            at[k] = _mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)(start + 16 * k)));
            at[k] = _mm512_add_epi32(at[k], _mm512_set1_epi32(MSC_TREE_FIRST));
            pixel[k] = _mm512_add_epi32(lane, _mm512_set1_epi32((int)i + 16 * k));
            node[k] = _mm512_i32gather_epi32(at[k], tree, 4);
        }
        while (_mm512_testn_epi32_mask(_mm512_and_si512(_mm512_and_si512(node[0], node[1]),
                                                        _mm512_and_si512(node[2], node[3])), leaf)) {
            for (int k = 0; k < 4; k++) {
                const uint32_t *words = n_words > 4 ? block->words : block->words + i + 16 * (size_t)k;
                const __m512i bin = bins_of(node[k], words, n_words, pixel[k]);
                const __m512i cut = _mm512_and_si512(_mm512_srli_epi32(node[k], 8), byte);
                const __mmask16 right = _mm512_cmpgt_epi32_mask(bin, cut);
                at[k] = _mm512_add_epi32(at[k], _mm512_srli_epi32(node[k], 16));
                at[k] = _mm512_mask_add_epi32(at[k], right, at[k], _mm512_set1_epi32(1));
                node[k] = _mm512_i32gather_epi32(at[k], tree, 4);
            }
        }
        for (int k = 0; k < 4; k++) {
            const __m512i classed = _mm512_and_si512(node[k], _mm512_set1_epi32(127));
            _mm_storeu_si128((void *)(classes + i + 16 * k), _mm512_cvtepi32_epi8(classed));
        }
    }
}

void msc_walk_tree_avx512(uint8_t *classes, const msc_walk *block, const uint32_t *tree)
{
    switch (block->n_words) {
    case 1: walk(classes, block, tree, 1); break;
    case 2: walk(classes, block, tree, 2); break;
    case 3: walk(classes, block, tree, 3); break;
    case 4: walk(classes, block, tree, 4); break;
    default: walk(classes, block, tree, block->n_words); break;
    }
}

static inline __attribute__((always_inline)) void count(uint8_t *votes, const uint8_t *classes, int n_rows, size_t n,
                                                        int n_classes)
{
    for (size_t i = 0; i < n; i += 64) {
        const __mmask64 m = n - i >= 64 ? ~0ULL : (1ULL << (n - i)) - 1;
        const __m512i one = _mm512_set1_epi8(1);
        __m512i row[MSC_VOTE_ROWS];
        uint8_t *to = votes + i;
        for (int k = 0; k < n_rows; k++) row[k] = _mm512_maskz_loadu_epi8(m, classes + (size_t)k * MSC_WALK_BLOCK + i);
        for (int c = 0; c < n_classes; c++, to += MSC_WALK_BLOCK) {
            const __m512i class = _mm512_set1_epi8((char)c);
            __m512i sum = _mm512_maskz_loadu_epi8(m, to);
            for (int k = 0; k < n_rows; k++) sum = _mm512_mask_add_epi8(sum, _mm512_cmpeq_epi8_mask(row[k], class), sum, one);
            _mm512_mask_storeu_epi8(to, m, sum);
        }
    }
}

void msc_count_votes_avx512(uint8_t *votes, const uint8_t *classes, int n_rows, size_t n, int n_classes)
{
    if (n_rows == MSC_VOTE_ROWS) count(votes, classes, MSC_VOTE_ROWS, n, n_classes);
    else count(votes, classes, n_rows, n, n_classes);
}
