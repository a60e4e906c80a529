/* rows_pick.h - one band out of many interleaved ones with registers of 128 bits; its includer brings the intrinsics (SSSE3). */
enum { MOST_STEP = 16 };

/* 16 pixels lie in `step` registers; of each, one shuffle takes the bytes of the band to their places. */
static void pick_many_u8(uint8_t *restrict to, const uint8_t *restrict from, size_t step, size_t n)
{
    size_t i = 0;
    if (step < 5 || step > MOST_STEP) {
        pick_u8(to, from, step, n);
        return;
    }
    uint8_t offset[16];
    for (size_t k = 0; k < 16; k++) offset[k] = (uint8_t)(k * step);
    const __m128i at = _mm_loadu_si128((const __m128i *)(const void *)offset), high = _mm_and_si128(at, _mm_set1_epi8((char)0xf0));
    __m128i take[MOST_STEP];
    for (size_t r = 0; r < step; r++)       /* bytes of other registers: those with their top bit set become 0 */
        take[r] = _mm_or_si128(_mm_and_si128(at, _mm_set1_epi8(0x0f)), _mm_andnot_si128(_mm_cmpeq_epi8(high, _mm_set1_epi8((char)(16 * r))), _mm_set1_epi8((char)0x80)));
    for (; i + 16 < n; i += 16) {           /* a pixel is left, so that whole registers end within the row */
        const uint8_t *block = from + i * step;
        __m128i sum = _mm_setzero_si128();
        for (size_t r = 0; r < step; r++)
            sum = _mm_or_si128(sum, _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(const void *)(block + 16 * r)), take[r]));
        _mm_storeu_si128((__m128i *)(void *)(to + i), sum);
    }
    for (; i < n; i++) to[i] = from[i * step];
}
