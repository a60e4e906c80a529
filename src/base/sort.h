/* sort.h - puts keys in order without comparing them. */
#ifndef MSC_BASE_SORT_H
#define MSC_BASE_SORT_H
#include <stddef.h>
#include <stdint.h>

typedef struct msc_keyed { uint64_t key; uint32_t at; } msc_keyed;   /* `at`: whose key it is */

/* Sorts n of them, the smallest key first; equal keys keep their order. Needs as much memory again and takes time in
 * proportion to n (least significant digits first; digits that all keys share are passed over). 0 when memory is out:
 * nothing is changed then. */
int msc_sort_keys(msc_keyed *keyed, size_t n);

/* The same for words, by their bits from `low_bit` on; the bits below go along. */
int msc_sort_words(uint64_t *words, size_t n, int low_bit);

/* Sorts n numbers, none of them NaN, the smallest first; -0 stands before 0. Memory and time as above. */
int msc_sort_floats(float *values, size_t n);
#endif
