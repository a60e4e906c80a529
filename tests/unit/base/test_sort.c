/* test_sort.c - keys, words and numbers against qsort; ties must keep their order. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/sort.h"

static int by_key(const void *a, const void *b)
{
    const msc_keyed *p = a, *q = b;
    return p->key != q->key ? (p->key > q->key) - (p->key < q->key) : (p->at > q->at) - (p->at < q->at);
}

static void keys_are_in_order_and_ties_stay(void **state)
{
    (void)state;
    static const uint64_t masks[] = { UINT64_MAX, 0, 7, 0xff00ff0000, UINT64_C(1) << 63, 0x7ff };
    static const size_t sizes[] = { 0, 1, 2, 31, 32, 33, 1000, 20011 };
    for (size_t m = 0; m < sizeof masks / sizeof *masks; m++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            const size_t n = sizes[s];
            msc_keyed *got = calloc(n + 1, sizeof *got), *want = calloc(n + 1, sizeof *want);
            for (size_t i = 0; i < n; i++) got[i] = want[i] = (msc_keyed){ msc_random(5, i, m) & masks[m], (uint32_t)i };
            qsort(want, n, sizeof *want, by_key);
            assert_int_equal(msc_sort_keys(got, n), 1);
            for (size_t i = 0; i < n; i++) assert_true(got[i].key == want[i].key && got[i].at == want[i].at);
            free(got);
            free(want);
        }
}

static int by_word(const void *a, const void *b)
{
    const uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return (p > q) - (p < q);
}

/* Words that end in their numbers are in order when their upper bits are and equals keep their order. */
static void words_are_in_order_of_their_upper_bits(void **state)
{
    (void)state;
    static const uint64_t masks[] = { UINT64_MAX, 0, 7, UINT64_C(1) << 31, 0x3ff800 };
    static const size_t sizes[] = { 0, 1, 2, 33, 20011 };
    for (size_t m = 0; m < sizeof masks / sizeof *masks; m++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            const size_t n = sizes[s];
            uint64_t *got = calloc(n + 1, sizeof *got), *want = calloc(n + 1, sizeof *want);
            for (size_t i = 0; i < n; i++) got[i] = want[i] = (msc_random(7, i, m) & masks[m]) << 32 | i;
            qsort(want, n, sizeof *want, by_word);
            assert_int_equal(msc_sort_words(got, n, 32), 1);
            assert_memory_equal(got, want, n * sizeof *got);
            free(got);
            free(want);
        }
}

static int by_number(const void *a, const void *b)
{
    const float p = *(const float *)a, q = *(const float *)b;
    return (p > q) - (p < q);
}

static void numbers_are_in_order(void **state)
{
    (void)state;
    static const float ends[] = { INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 0, FLT_MIN, -FLT_MIN, FLT_TRUE_MIN, -FLT_TRUE_MIN };
    static const size_t sizes[] = { 0, 1, 2, 9, 33, 20011 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const size_t n = sizes[s];
        float *got = calloc(n + 1, sizeof *got), *want = calloc(n + 1, sizeof *want);
        for (size_t i = 0; i < n; i++) {
            const uint32_t bits = (uint32_t)msc_random(6, i, s);
            memcpy(&got[i], &bits, sizeof bits);      /* any number of any size */
            if (isnan(got[i])) got[i] = ends[i % (sizeof ends / sizeof *ends)];
            if (i < sizeof ends / sizeof *ends) got[i] = ends[i];
            if (i % 7 == 6) got[i] = got[i / 2];
            want[i] = got[i];
        }
        qsort(want, n, sizeof *want, by_number);
        assert_int_equal(msc_sort_floats(got, n), 1);
        for (size_t i = 0; i < n; i++) assert_true(got[i] == want[i]);
        free(got);
        free(want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(keys_are_in_order_and_ties_stay),
                                        cmocka_unit_test(words_are_in_order_of_their_upper_bits),
                                        cmocka_unit_test(numbers_are_in_order) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
