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
