/* immintrin.h - the few AVX-512 operations that kernels/avx512.c uses, in plain C, so that its masks, tails and memory
 * accesses are checked on machines without AVX-512. Masked lanes are not touched in memory, as the manual promises. */
#ifndef EMULATED_IMMINTRIN_H
#define EMULATED_IMMINTRIN_H
#include <stdint.h>

typedef uint16_t __mmask16;
typedef struct __m512 { float f[16]; } __m512;
typedef struct __m512i { int32_t i[16]; } __m512i;
enum { _CMP_LE_OQ = 18, _CMP_NEQ_UQ = 4 };

#define EACH_LANE for (int l = 0; l < 16; l++)

static inline __mmask16 _cvtu32_mask16(unsigned m) { return (__mmask16)m; }
static inline __m512 _mm512_setzero_ps(void) { return (__m512){ { 0 } }; }
static inline __m512i _mm512_setzero_si512(void) { return (__m512i){ { 0 } }; }
static inline __m512i _mm512_set1_epi32(int v) { __m512i r; EACH_LANE r.i[l] = v; return r; }
static inline __m512 _mm512_maskz_loadu_ps(__mmask16 m, const float *p)
{
    __m512 r;
    EACH_LANE r.f[l] = m >> l & 1 ? p[l] : 0.0f;
    return r;
}
static inline void _mm512_mask_storeu_ps(float *p, __mmask16 m, __m512 v) { EACH_LANE if (m >> l & 1) p[l] = v.f[l]; }
static inline __m512 _mm512_add_ps(__m512 a, __m512 b) { EACH_LANE a.f[l] += b.f[l]; return a; }
static inline __m512 _mm512_sub_ps(__m512 a, __m512 b) { EACH_LANE a.f[l] -= b.f[l]; return a; }
static inline __m512 _mm512_maskz_div_ps(__mmask16 m, __m512 a, __m512 b)
{
    EACH_LANE a.f[l] = m >> l & 1 ? a.f[l] / b.f[l] : 0.0f;
    return a;
}
static inline __mmask16 _mm512_cmp_ps_mask(__m512 a, __m512 b, int how)
{
    unsigned m = 0;
    EACH_LANE m |= (unsigned)(how == _CMP_LE_OQ ? a.f[l] <= b.f[l] : a.f[l] != b.f[l]) << l;
    return (__mmask16)m;
}
static inline __m512 emulated_gather(__m512i at, const float *base)
{
    __m512 r;
    EACH_LANE r.f[l] = base[at.i[l]];
    return r;
}
#define _mm512_i32gather_ps(at, base, scale) emulated_gather(at, base)
static inline __m512i _mm512_mask_add_epi32(__m512i otherwise, __mmask16 m, __m512i a, __m512i b)
{
    EACH_LANE if (m >> l & 1) otherwise.i[l] = a.i[l] + b.i[l];
    return otherwise;
}
static inline void _mm512_mask_cvtusepi32_storeu_epi8(void *p, __mmask16 m, __m512i v)
{
    EACH_LANE if (m >> l & 1) ((uint8_t *)p)[l] = (uint32_t)v.i[l] > 255u ? 255 : (uint8_t)v.i[l];
}
#undef EACH_LANE
#endif
