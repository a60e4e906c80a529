/* avx512.c - sixteen pixels at a time; masks remove the tail: the last partial vector is one masked step. */
#include "kernels/kernels.h"
#include <immintrin.h>
#include <math.h>

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

/* Cuts for a search in eight steps that never leaves the registers. What step k looks at stands in order of the path
 * taken so far: path p of step k compares with cut number 2s * p + s - 1, s = 128 >> k. Behind the last cut stand NaNs,
 * which no value reaches. */
typedef struct ladder { __m512 five[5], four[2], two[4], one[8]; } ladder;

/* Deals 2 * n vectors out: every other value to `even`, the rest, in its order, back to the first n. */
static inline __attribute__((always_inline)) void halve(__m512 *rest, __m512 *even, int n)
{
    const __m512i first = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    for (int k = 0; k < n; k++) {
        const __m512 low = rest[2 * k], high = rest[2 * k + 1];
        even[k] = _mm512_permutex2var_ps(low, first, high);
        rest[k] = _mm512_permutex2var_ps(low, _mm512_add_epi32(first, _mm512_set1_epi32(1)), high);
    }
}

static ladder ladder_of(const float *cuts, int n_cuts)
{
    ladder l;
    __m512 rest[16];
    for (int k = 0; k < 16; k++) {
        const int from = 16 * k < n_cuts ? 16 * k : n_cuts;
        rest[k] = _mm512_mask_loadu_ps(_mm512_set1_ps(NAN), lanes((size_t)(n_cuts - from)), cuts + from);
    }
    halve(rest, l.one, 8);
    halve(rest, l.two, 4);
    halve(rest, l.four, 2);
    for (int k = 4; k >= 0; k--) {
        halve(rest, &l.five[k], 1);
        rest[1] = rest[0];   /* what stands twice is not looked at */
    }
    return l;
}

static inline __m512i step_on(__m512i path, __m512 cut, __m512 value)
{
    const __mmask16 above = _mm512_cmp_ps_mask(cut, value, _CMP_LE_OQ);
    path = _mm512_add_epi32(path, path);
    return _mm512_mask_add_epi32(path, above, path, _mm512_set1_epi32(1));
}

static inline __m512i climb(const ladder *l, __m512 value)
{
    __m512i path = _mm512_setzero_si512();
    for (int k = 0; k < 5; k++) path = step_on(path, _mm512_permutexvar_ps(path, l->five[k]), value);
    path = step_on(path, _mm512_permutex2var_ps(l->four[0], path, l->four[1]), value);
    __mmask16 upper = _mm512_test_epi32_mask(path, _mm512_set1_epi32(32));
    const __m512 low = _mm512_permutex2var_ps(l->two[0], path, l->two[1]);
    path = step_on(path, _mm512_mask_mov_ps(low, upper, _mm512_permutex2var_ps(l->two[2], path, l->two[3])), value);
    __m512 cut = _mm512_permutex2var_ps(l->one[0], path, l->one[1]);
    upper = _mm512_test_epi32_mask(path, _mm512_set1_epi32(32));
    cut = _mm512_mask_mov_ps(cut, upper, _mm512_permutex2var_ps(l->one[2], path, l->one[3]));
    __m512 high = _mm512_permutex2var_ps(l->one[4], path, l->one[5]);
    high = _mm512_mask_mov_ps(high, upper, _mm512_permutex2var_ps(l->one[6], path, l->one[7]));
    upper = _mm512_test_epi32_mask(path, _mm512_set1_epi32(64));
    return step_on(path, _mm512_mask_mov_ps(cut, upper, high), value);
}

static void bin_row(uint8_t *bins, const float *values, size_t n, const float *cuts, int n_cuts)
{
    const ladder l = ladder_of(cuts, n_cuts);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 m = lanes(n - i);
        _mm512_mask_cvtepi32_storeu_epi8(bins + i, m, climb(&l, _mm512_maskz_loadu_ps(m, values + i)));
    }
}

/* Both tables but for the walks by level. */
#define SHARED                                                                                                        \
    .normalized_difference = normalized_difference,                                                                   \
    .add_row = add_row,                                                                                               \
    .bin_row = bin_row,                                                                                               \
    .walk_tree = msc_walk_tree_avx512,                                                                                \
    .count_votes = msc_count_votes_avx512,                                                                            \
    .gauss_row = msc_gauss_row_avx512,                                                                                \
    .rows = &msc_rows_avx512,                                                                                         \
    .window = &msc_window_avx512,                                                                                     \
    .majority = &msc_majority_avx512,                                                                                 \
    .smooth = &msc_smooth_avx512,                                                                                     \
    .score = &msc_score_avx512,                                                                                       \
    .texture = &msc_texture_avx512

const msc_kernels msc_kernels_avx512 = { .name = "avx512", SHARED };
const msc_kernels msc_kernels_vbmi = { .name = "avx512vbmi", SHARED, .walk_levels = msc_walk_levels_vbmi };
