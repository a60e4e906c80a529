#include "kernels.h"
#include <immintrin.h>
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
    for (; i + 8 <= n; i += 8) _mm256_storeu_ps(acc + i, _mm256_add_ps(_mm256_loadu_ps(acc + i), _mm256_loadu_ps(row + i)));
    msc_kernels_scalar.add_row(acc + i, row + i, n - i);
}
const msc_kernels msc_kernels_avx2 = { "avx2", normalized_difference, add_row };
