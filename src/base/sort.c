/* sort.c - a radix sort. */
#include "base/sort.h"
#include "base/mem.h"
#include <string.h>

/* Counters of a digit fit L1. */
enum { DIGIT_BITS = 11, N_DIGITS = 1 << DIGIT_BITS };

static size_t digit_of(const msc_keyed *k, int shift) { return (size_t)(k->key >> shift & (N_DIGITS - 1)); }

static void scatter(const msc_keyed *from, msc_keyed *to, size_t n, int shift)
{
    size_t place[N_DIGITS + 1] = { 0 };
    for (size_t i = 0; i < n; i++) place[digit_of(&from[i], shift) + 1]++;
    for (size_t d = 1; d < N_DIGITS; d++) place[d] += place[d - 1];
    for (size_t i = 0; i < n; i++) to[place[digit_of(&from[i], shift)]++] = from[i];
}

/* For few keys counters cost more than moves. */
static void insert(msc_keyed *keyed, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const msc_keyed held = keyed[i];
        size_t k = i;
        for (; k > 0 && keyed[k - 1].key > held.key; k--) keyed[k] = keyed[k - 1];
        keyed[k] = held;
    }
}

int msc_sort_keys(msc_keyed *keyed, size_t n)
{
    enum { FEW = 32 };
    if (n <= FEW) {
        insert(keyed, n);
        return 1;
    }
    msc_keyed *other = msc_alloc(n, sizeof *other), *from = keyed, *to = other;
    uint64_t differing = 0;
    if (!other) return 0;
    for (size_t i = 1; i < n; i++) differing |= keyed[i].key ^ keyed[0].key;
    for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
        if ((differing >> shift & (N_DIGITS - 1)) == 0) continue;
        scatter(from, to, n, shift);
        msc_keyed *const held = from;
        from = to;
        to = held;
    }
    if (from != keyed) memcpy(keyed, from, n * sizeof *keyed);
    msc_release(other);
    return 1;
}

static void scatter_words(const uint64_t *from, uint64_t *to, size_t n, int shift)
{
    size_t place[N_DIGITS + 1] = { 0 };
    for (size_t i = 0; i < n; i++) place[(from[i] >> shift & (N_DIGITS - 1)) + 1]++;
    for (size_t d = 1; d < N_DIGITS; d++) place[d] += place[d - 1];
    for (size_t i = 0; i < n; i++) to[place[from[i] >> shift & (N_DIGITS - 1)]++] = from[i];
}

int msc_sort_words(uint64_t *words, size_t n, int low_bit)
{
    if (n < 2) return 1;
    uint64_t *other = msc_alloc(n, sizeof *other), *from = words, *to = other, differing = 0;
    if (!other) return 0;
    for (size_t i = 1; i < n; i++) differing |= words[i] ^ words[0];
    for (int shift = low_bit; shift < 64; shift += DIGIT_BITS) {
        if ((differing >> shift & (N_DIGITS - 1)) == 0) continue;
        scatter_words(from, to, n, shift);
        uint64_t *const held = from;
        from = to;
        to = held;
    }
    if (from != words) memcpy(words, from, n * sizeof *words);
    msc_release(other);
    return 1;
}

/* Bits of a number such that a larger number has larger ones, and back. */
static uint32_t ordered(uint32_t bits) { return bits >> 31 ? ~bits : bits | 1U << 31; }
static uint32_t reordered(uint32_t bits) { return bits >> 31 ? bits & ~(1U << 31) : ~bits; }

int msc_sort_floats(float *values, size_t n)
{
    uint64_t *words = msc_alloc(n, sizeof *words);
    uint32_t bits;
    if (!words) return 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(&bits, &values[i], sizeof bits);
        words[i] = ordered(bits);
    }
    const int ok = msc_sort_words(words, n, 0);
    for (size_t i = 0; ok && i < n; i++) {
        bits = reordered((uint32_t)words[i]);
        memcpy(&values[i], &bits, sizeof bits);
    }
    msc_release(words);
    return ok;
}
