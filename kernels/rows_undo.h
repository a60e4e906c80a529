/* rows_undo.h - undoing differences with registers of 128 bits; its includer brings the intrinsics (SSSE3). */
/* A pixel of four bands is one half of a register: one addition a pixel. */
static void undo_u16(uint16_t *row, size_t step, size_t n)
{
    if (step != 4) {
        msc_rows_scalar.undo_u16(row, step, n);
        return;
    }
    __m128i sum = _mm_setzero_si128();
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        sum = _mm_add_epi16(sum, _mm_loadl_epi64((const __m128i *)(const void *)(row + i)));
        _mm_storel_epi64((__m128i *)(void *)(row + i), sum);
    }
    for (i = i < step ? step : i; i < n; i++) row[i] = (uint16_t)(row[i] + row[i - step]);
}

/* Sums within a register by doubling their reach; the last one is carried on. */
static void undo_u8(uint8_t *row, size_t step, size_t n)
{
    if (step != 1) {
        msc_rows_scalar.undo_u8(row, step, n);
        return;
    }
    __m128i carry = _mm_setzero_si128();
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(row + i));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 1));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 2));
        v = _mm_add_epi8(v, _mm_slli_si128(v, 4));
        v = _mm_add_epi8(_mm_add_epi8(v, _mm_slli_si128(v, 8)), carry);
        _mm_storeu_si128((__m128i *)(void *)(row + i), v);
        carry = _mm_shuffle_epi8(v, _mm_set1_epi8(15));
    }
    for (i = i < 1 ? 1 : i; i < n; i++) row[i] = (uint8_t)(row[i] + row[i - 1]);
}
