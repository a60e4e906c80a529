/* rows_scalar.c - the row kernels over codes in plain C: what every other variant must equal, bit for bit. */
#include "kernels/rows_body.h"

#define RUN_STARTS                                                                                                              \
    for (size_t i = 0; i < n; i += 64) {                                                                                        \
        const size_t end = n - i < 64 ? n - i : 64;                                                                             \
        uint64_t word = 0;                                                                                                      \
        for (size_t k = i == 0; k < end; k++) {                                                                                 \
            const size_t x = i + k;                                                                                             \
            const uint64_t is_start = (valid[x] != valid[x - 1]) | ((v[x] != v[x - 1]) & valid[x]);                             \
            word |= is_start << k;                                                                                              \
        }                                                                                                                       \
        bits[i / 64] = word | (i == 0);                                                                                         \
    }

static void run_starts_u8(uint64_t *bits, const uint8_t *v, const uint8_t *valid, size_t n) { RUN_STARTS }

static void run_starts_u16(uint64_t *bits, const uint16_t *v, const uint8_t *valid, size_t n) { RUN_STARTS }

const msc_rows msc_rows_scalar = { .run_starts_u8 = run_starts_u8, .run_starts_u16 = run_starts_u16, .class_bits = class_bits,
                                   .or_rows = or_rows, .or_both = or_both, .change_codes = change_codes, .drop_below = drop_below,
                                   .pick_u8 = pick_u8, .pick_u16 = pick_u16, .undo_u8 = undo_u8, .undo_u16 = undo_u16 };
