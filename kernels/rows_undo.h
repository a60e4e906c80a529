/* rows_undo.h - undoing differences of 16 bits with what every x86-64 has; its includer brings the intrinsics. */
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
