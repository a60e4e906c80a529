/* rows.h - row kernels over codes and validity bytes (1 observed, 0 not). Integers only: every table returns the same bits. */
#ifndef MSC_ROWS_H
#define MSC_ROWS_H
#include <stddef.h>
#include <stdint.h>

typedef struct msc_rows {
    /* Bit i of bits (i % 64 of word i / 64) is 1 where pixel i starts a run: at i = 0, where `valid` changes, and where the
     * value changes between two observed pixels. Writes (n + 63) / 64 words; bits from n on are 0. */
    void (*run_starts_u8)(uint64_t *bits, const uint8_t *v, const uint8_t *valid, size_t n);
    void (*run_starts_u16)(uint64_t *bits, const uint16_t *v, const uint8_t *valid, size_t n);
    /* bits[i] = 1 << k where the pixel is valid and codes[i] is code[k], else 0; k < n_codes <= 8, codes differ. */
    void (*class_bits)(uint8_t *bits, const uint8_t *codes, const uint8_t *valid, size_t n, const uint8_t *code, int n_codes);
    /* to[i] = a[i] | b[i]; a and b may overlap each other, not `to`. */
    void (*or_rows)(uint8_t *to, const uint8_t *a, const uint8_t *b, size_t n);
    /* to[i] |= a[i] & b[i] */
    void (*or_both)(uint8_t *to, const uint8_t *a, const uint8_t *b, size_t n);
    /* seen[i] = valid[i] and both codes not 0; code[i] = 65535 where not seen, a[i] * 256 + b[i] where the codes differ and
     * not (near_a[i] and near_b[i]), else 0. near_a and near_b may both be NULL: nothing is near. */
    void (*change_codes)(uint16_t *code, uint8_t *seen, const uint8_t *a, const uint8_t *b, const uint8_t *valid,
                         const uint8_t *near_a, const uint8_t *near_b, size_t n);
    /* code[i] = 0 where code[i] is not 65535 and a[i] or b[i] is below `least`. */
    void (*drop_below)(uint16_t *code, const uint8_t *a, const uint8_t *b, uint8_t least, size_t n);
    /* to[i] = from[i * step], step >= 1: one band out of interleaved ones. */
    void (*pick_u8)(uint8_t *to, const uint8_t *from, size_t step, size_t n);
    void (*pick_u16)(uint16_t *to, const uint16_t *from, size_t step, size_t n);
    /* row[i] += row[i - step] from i = step on, modulo 2^8 or 2^16: undoes TIFF's horizontal differencing (predictor 2). */
    void (*undo_u8)(uint8_t *row, size_t step, size_t n);
    void (*undo_u16)(uint16_t *row, size_t step, size_t n);
} msc_rows;

extern const msc_rows msc_rows_scalar, msc_rows_avx2, msc_rows_avx512;
#endif
