/* rows_body.h - the row kernels that a compiler turns into vectors by itself: each table's file includes them and is
 * compiled for its instruction set. */
#include "kernels/rows.h"

static void class_bits(uint8_t *restrict bits, const uint8_t *restrict codes, const uint8_t *restrict valid, size_t n,
                       const uint8_t *code, int n_codes)
{
    for (size_t i = 0; i < n; i++) bits[i] = 0;
    for (int k = 0; k < n_codes; k++) {
        const uint8_t wanted = code[k], bit = (uint8_t)(1u << k);
        for (size_t i = 0; i < n; i++) bits[i] |= codes[i] == wanted ? bit : 0;
    }
    for (size_t i = 0; i < n; i++) bits[i] = valid[i] ? bits[i] : 0;
}

static void or_rows(uint8_t *restrict to, const uint8_t *a, const uint8_t *b, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = a[i] | b[i];
}

static void or_both(uint8_t *restrict to, const uint8_t *restrict a, const uint8_t *restrict b, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] |= a[i] & b[i];
}

static void change_codes(uint16_t *restrict code, uint8_t *restrict seen, const uint8_t *restrict a, const uint8_t *restrict b,
                         const uint8_t *restrict valid, const uint8_t *near_a, const uint8_t *near_b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t is_seen = (valid[i] != 0) & (a[i] != 0) & (b[i] != 0);
        const uint16_t pair = (uint16_t)(a[i] << 8 | b[i]);
        seen[i] = is_seen;
        code[i] = !is_seen ? 65535 : a[i] == b[i] ? 0 : pair;
    }
    if (!near_a) return;
    for (size_t i = 0; i < n; i++) code[i] = seen[i] && near_a[i] && near_b[i] ? 0 : code[i];
}

static void drop_below(uint16_t *restrict code, const uint8_t *restrict a, const uint8_t *restrict b, uint8_t least, size_t n)
{
    for (size_t i = 0; i < n; i++) code[i] = code[i] != 65535 && (a[i] < least || b[i] < least) ? 0 : code[i];
}

/* The steps of one to four bands are constants, so that the compiler can shuffle instead of fetching one by one. */
#define PICK(STEP)                                                                                                              \
    for (size_t i = 0; i < n; i++) to[i] = from[i * (STEP)];                                                                    \
    break;
#define PICK_ANY                                                                                                                \
    switch (step) {                                                                                                             \
    case 1: PICK(1)                                                                                                             \
    case 2: PICK(2)                                                                                                             \
    case 3: PICK(3)                                                                                                             \
    case 4: PICK(4)                                                                                                             \
    default: PICK(step)                                                                                                         \
    }

static void pick_u8(uint8_t *restrict to, const uint8_t *restrict from, size_t step, size_t n) { PICK_ANY }
static void pick_u16(uint16_t *restrict to, const uint16_t *restrict from, size_t step, size_t n) { PICK_ANY }

/* Sums stay in registers where there are few: through memory, each would wait for the store before it. */
#define UNDO(T)                                                                                                                 \
    size_t i = 0;                                                                                                               \
    if (step == 1) {                                                                                                            \
        T a = 0;                                                                                                                \
        for (; i < n; i++) row[i] = a = (T)(a + row[i]);                                                                        \
    } else if (step == 3) {                                                                                                     \
        T a = 0, b = 0, c = 0;                                                                                                  \
        for (; i + 3 <= n; i += 3) {                                                                                            \
            row[i] = a = (T)(a + row[i]);                                                                                       \
            row[i + 1] = b = (T)(b + row[i + 1]);                                                                               \
            row[i + 2] = c = (T)(c + row[i + 2]);                                                                               \
        }                                                                                                                       \
    } else if (step == 4) {                                                                                                     \
        T a = 0, b = 0, c = 0, d = 0;                                                                                           \
        for (; i + 4 <= n; i += 4) {                                                                                            \
            row[i] = a = (T)(a + row[i]);                                                                                       \
            row[i + 1] = b = (T)(b + row[i + 1]);                                                                               \
            row[i + 2] = c = (T)(c + row[i + 2]);                                                                               \
            row[i + 3] = d = (T)(d + row[i + 3]);                                                                               \
        }                                                                                                                       \
    }                                                                                                                           \
    for (i = i < step ? step : i; i < n; i++) row[i] = (T)(row[i] + row[i - step]);

#ifndef MSC_ROWS_OWN_UNDO
static void undo_u8(uint8_t *row, size_t step, size_t n) { UNDO(uint8_t) }
static void undo_u16(uint16_t *row, size_t step, size_t n) { UNDO(uint16_t) }
#endif
