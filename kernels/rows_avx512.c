/* rows_avx512.c - the row kernels over codes, 64 pixels at a time; a mask takes the first pixel's missing neighbour and the
 * last partial vector. */
#define MSC_ROWS_OWN_UNDO
#include "kernels/rows_body.h"
#include <immintrin.h>
#include "kernels/rows_pick.h"
#include "kernels/rows_undo.h"

static uint64_t below(size_t n) { return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1; }

/* Pixels of a word that have one before them in the row. */
static uint64_t followers(size_t i, size_t n) { return below(n - i) & (i == 0 ? ~(uint64_t)1 : ~(uint64_t)0); }

static uint64_t valid_starts(const uint8_t *valid, uint64_t lanes, uint64_t value_differs)
{
    const __m512i now = _mm512_maskz_loadu_epi8(lanes, valid), before = _mm512_maskz_loadu_epi8(lanes, valid - 1);
    return (_mm512_cmpneq_epi8_mask(now, before) | (value_differs & _mm512_test_epi8_mask(now, now))) & lanes;
}

static void run_starts_u8(uint64_t *bits, const uint8_t *v, const uint8_t *valid, size_t n)
{
    for (size_t i = 0; i < n; i += 64) {
        const uint64_t lanes = followers(i, n);
        const uint64_t differs = _mm512_cmpneq_epi8_mask(_mm512_maskz_loadu_epi8(lanes, v + i),
                                                         _mm512_maskz_loadu_epi8(lanes, v + i - 1));
        bits[i / 64] = valid_starts(valid + i, lanes, differs) | (i == 0);
    }
}

static uint64_t differs_u16(const uint16_t *v, __mmask32 lanes)
{
    return _mm512_cmpneq_epi16_mask(_mm512_maskz_loadu_epi16(lanes, v), _mm512_maskz_loadu_epi16(lanes, v - 1));
}

static void run_starts_u16(uint64_t *bits, const uint16_t *v, const uint8_t *valid, size_t n)
{
    for (size_t i = 0; i < n; i += 64) {
        const uint64_t lanes = followers(i, n);
        const uint64_t differs = differs_u16(v + i, (__mmask32)lanes) | differs_u16(v + i + 32, (__mmask32)(lanes >> 32)) << 32;
        bits[i / 64] = valid_starts(valid + i, lanes, differs) | (i == 0);
    }
}

const msc_rows msc_rows_avx512 = { .run_starts_u8 = run_starts_u8, .run_starts_u16 = run_starts_u16, .class_bits = class_bits,
                                   .or_rows = or_rows, .or_both = or_both, .change_codes = change_codes, .drop_below = drop_below,
                                   .pick_u8 = pick_many_u8, .pick_u16 = pick_u16, .undo_u8 = undo_u8, .undo_u16 = undo_u16 };
