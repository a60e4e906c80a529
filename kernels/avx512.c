#include "kernels.h"
#include <immintrin.h>
/* AVX-512 masks remove the tail: the last partial vector is one masked step. */
static __mmask16 lanes(size_t left) { return _cvtu32_mask16(left >= 16 ? 0xffffu : (1u << left) - 1u); }
static void normalized_difference(float *out, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 m = lanes(n - i);
        const __m512 va = _mm512_maskz_loadu_ps(m, a + i), vb = _mm512_maskz_loadu_ps(m, b + i), sum = _mm512_add_ps(va, vb);
        const __mmask16 nonzero = _mm512_cmp_ps_mask(sum, _mm512_setzero_ps(), _CMP_NEQ_UQ);
        _mm512_mask_storeu_ps(out + i, m, _mm512_maskz_div_ps(nonzero, _mm512_sub_ps(va, vb), sum));
    }
}
static void add_row(float *acc, const float *row, size_t n)
{
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 m = lanes(n - i);
        _mm512_mask_storeu_ps(acc + i, m, _mm512_add_ps(_mm512_maskz_loadu_ps(m, acc + i), _mm512_maskz_loadu_ps(m, row + i)));
    }
}
const msc_kernels msc_kernels_avx512 = { "avx512", normalized_difference, add_row };
