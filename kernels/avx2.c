/* avx2.c - eight pixels at a time; the tail goes to the scalar kernel. */
#include "kernels/kernels.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>

static void normalized_difference(float *out, const float *a, const float *b, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        const __m256 va = _mm256_loadu_ps(a + i), vb = _mm256_loadu_ps(b + i), sum = _mm256_add_ps(va, vb);
        const __m256 zero = _mm256_cmp_ps(sum, _mm256_setzero_ps(), _CMP_EQ_OQ);
        _mm256_storeu_ps(out + i, _mm256_andnot_ps(zero, _mm256_div_ps(_mm256_sub_ps(va, vb), sum)));
    }
    msc_kernels_scalar.normalized_difference(out + i, a + i, b + i, n - i);
}

static void add_row(float *acc, const float *row, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(acc + i, _mm256_add_ps(_mm256_loadu_ps(acc + i), _mm256_loadu_ps(row + i)));
    msc_kernels_scalar.add_row(acc + i, row + i, n - i);
}

/* The scalar search with the bound test taken out: behind the last cut stand NaNs, which no value reaches. */
static void bin_row(uint8_t *bins, const float *values, size_t n, const float *cuts, int n_cuts)
{
    float padded[256];
    size_t i = 0;
    int first = 1;
    if (n >= 8 && n_cuts > 0) {
        memcpy(padded, cuts, (size_t)n_cuts * sizeof *cuts);
        for (int c = n_cuts; c < 256; c++) padded[c] = NAN;
        while (first * 2 <= n_cuts) first *= 2;
        for (; i + 8 <= n; i += 8) {
            const __m256 value = _mm256_loadu_ps(values + i);
            __m256i bin = _mm256_setzero_si256();
            for (int step = first; step > 0; step /= 2) {
                const __m256 cut = _mm256_i32gather_ps(padded + step - 1, bin, 4);
                const __m256i above = _mm256_castps_si256(_mm256_cmp_ps(cut, value, _CMP_LE_OQ));
                bin = _mm256_add_epi32(bin, _mm256_and_si256(above, _mm256_set1_epi32(step)));
            }
            const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(bin), _mm256_extracti128_si256(bin, 1));
            _mm_storel_epi64((__m128i *)(void *)(bins + i), _mm_packus_epi16(words, words));
        }
    }
    msc_kernels_scalar.bin_row(bins + i, values + i, n - i, cuts, n_cuts);
}

static void count_votes(uint8_t *votes, const uint8_t *classes, int n_rows, size_t n, int n_classes)
{
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        __m256i row[MSC_VOTE_ROWS];
        for (int k = 0; k < n_rows; k++) row[k] = _mm256_loadu_si256((const void *)(classes + (size_t)k * MSC_WALK_BLOCK + i));
        for (int c = 0; c < n_classes; c++) {
            __m256i *to = (void *)(votes + (size_t)c * MSC_WALK_BLOCK + i), sum = _mm256_loadu_si256(to);
            for (int k = 0; k < n_rows; k++) sum = _mm256_sub_epi8(sum, _mm256_cmpeq_epi8(row[k], _mm256_set1_epi8((char)c)));
            _mm256_storeu_si256(to, sum);
        }
    }
    msc_kernels_scalar.count_votes(votes + i, classes + i, n_rows, n - i, n_classes);
}

const msc_kernels msc_kernels_avx2 = {
    .name = "avx2",
    .normalized_difference = normalized_difference,
    .add_row = add_row,
    .bin_row = bin_row,
    .walk_tree = msc_walk_tree_avx2,
    .count_votes = count_votes,
    .gauss_row = msc_gauss_row_avx2,
    .rows = &msc_rows_avx2,
    .window = &msc_window_avx2,
    .majority = &msc_majority_avx2,
    .smooth = &msc_smooth_avx2,
    .score = &msc_score_avx2,
    .texture = &msc_texture_avx2,
};
