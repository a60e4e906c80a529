/* avx512.c - sixteen pixels at a time; masks remove the tail: the last partial vector is one masked step. */
#include "kernels/kernels.h"
#include <immintrin.h>
#include <math.h>
#include <string.h>

static __mmask16 lanes(size_t left)
{
    return _cvtu32_mask16(left >= 16 ? 0xffffu : (1u << left) - 1u);
}

static void normalized_difference(float *out, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 m = lanes(n - i);
        const __m512 va = _mm512_maskz_loadu_ps(m, a + i), vb = _mm512_maskz_loadu_ps(m, b + i);
        const __m512 sum = _mm512_add_ps(va, vb);
        const __mmask16 nonzero = _mm512_cmp_ps_mask(sum, _mm512_setzero_ps(), _CMP_NEQ_UQ);
        _mm512_mask_storeu_ps(out + i, m, _mm512_maskz_div_ps(nonzero, _mm512_sub_ps(va, vb), sum));
    }
}

static void add_row(float *acc, const float *row, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 m = lanes(n - i);
        const __m512 sum = _mm512_add_ps(_mm512_maskz_loadu_ps(m, acc + i), _mm512_maskz_loadu_ps(m, row + i));
        _mm512_mask_storeu_ps(acc + i, m, sum);
    }
}

/* The scalar search with the bound test taken out: behind the last cut stand NaNs, which no value reaches. */
static void bin_row(uint8_t *bins, const float *values, size_t n, const float *cuts, int n_cuts)
{
    float padded[256];
    int first = n_cuts > 0 ? 1 : 0;
    if (n_cuts > 0) memcpy(padded, cuts, (size_t)n_cuts * sizeof *cuts);
    for (int c = n_cuts; c < 256; c++) padded[c] = NAN;
    while (first > 0 && first * 2 <= n_cuts) first *= 2;
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 m = lanes(n - i);
        const __m512 value = _mm512_maskz_loadu_ps(m, values + i);
        __m512i bin = _mm512_setzero_si512();
        for (int step = first; step > 0; step /= 2) {
            const __m512 cut = _mm512_i32gather_ps(bin, padded + step - 1, 4);
            const __mmask16 above = _mm512_cmp_ps_mask(cut, value, _CMP_LE_OQ);
            bin = _mm512_mask_add_epi32(bin, above, bin, _mm512_set1_epi32(step));
        }
        _mm512_mask_cvtusepi32_storeu_epi8(bins + i, m, bin);
    }
}

const msc_kernels msc_kernels_avx512 = {
    .name = "avx512",
    .normalized_difference = normalized_difference,
    .add_row = add_row,
    .bin_row = bin_row,
    .walk_tree = msc_walk_tree_avx512,
    .window = &msc_window_avx512,
    .majority = &msc_majority_avx512,
    .texture = &msc_texture_avx512,
};
