/* rows_avx2.c - the row kernels over codes, 32 pixels at a time; the last ones go pixel by pixel. */
#define MSC_ROWS_OWN_UNDO
#include "kernels/rows_body.h"
#include <immintrin.h>
#include "kernels/rows_pick.h"
#include "kernels/rows_undo.h"
#include <string.h>

static __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }

/* Bit x is 1 where pixel x starts a run, for x of first..first + 31; first >= 1. */
static uint32_t starts_of(__m256i same_value, const uint8_t *valid)
{
    const __m256i now = load(valid), same_valid = _mm256_cmpeq_epi8(now, load(valid - 1));
    const __m256i differs = _mm256_andnot_si256(same_value, _mm256_cmpgt_epi8(now, _mm256_setzero_si256()));
    return (uint32_t)_mm256_movemask_epi8(differs) | ~(uint32_t)_mm256_movemask_epi8(same_valid);
}

static __m256i same_u16(const uint16_t *v)
{
    const __m256i low = _mm256_cmpeq_epi16(load(v), load(v - 1)), high = _mm256_cmpeq_epi16(load(v + 16), load(v + 15));
    return _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xd8);
}

/* Pixel 0 is a start by definition, so words are filled from pixel 1 on: whole vectors, then single pixels. */
#define RUN_STARTS(SAME)                                                                                                        \
    memset(bits, 0, (n + 63) / 64 * sizeof *bits);                                                                              \
    if (n == 0) return;                                                                                                         \
    size_t x = 1;                                                                                                               \
    bits[0] = 1;                                                                                                                \
    for (; x < n && x < 32; x++)                                                                                                \
        bits[0] |= (uint64_t)((valid[x] != valid[x - 1]) | ((v[x] != v[x - 1]) & valid[x])) << x;                               \
    for (; x + 32 <= n; x += 32) bits[x / 64] |= (uint64_t)starts_of(SAME, valid + x) << x % 64;                                \
    for (; x < n; x++)                                                                                                          \
        bits[x / 64] |= (uint64_t)((valid[x] != valid[x - 1]) | ((v[x] != v[x - 1]) & valid[x])) << x % 64;

static void run_starts_u8(uint64_t *bits, const uint8_t *v, const uint8_t *valid, size_t n)
{
    RUN_STARTS(_mm256_cmpeq_epi8(load(v + x), load(v + x - 1)))
}

static void run_starts_u16(uint64_t *bits, const uint16_t *v, const uint8_t *valid, size_t n)
{
    RUN_STARTS(same_u16(v + x))
}

const msc_rows msc_rows_avx2 = { .run_starts_u8 = run_starts_u8, .run_starts_u16 = run_starts_u16, .class_bits = class_bits,
                                 .or_rows = or_rows, .or_both = or_both, .change_codes = change_codes, .drop_below = drop_below,
                                 .pick_u8 = pick_many_u8, .pick_u16 = pick_u16, .undo_u8 = undo_u8, .undo_u16 = undo_u16 };
