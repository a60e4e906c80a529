/* test_store.c - what goes into the store comes out of it, from memory and from the overflow file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "patch/steps.h"
#include "patch/store.h"

static void bytes_come_back(void **state)
{
    (void)state;
    static const size_t limits[] = {1 << 24, 1 << 21, 1000, 1};
    for (int l = 0; l < 4; l++) {
        msc_spool spool;
        msc_error err = {0};
        enum { N = 3000 };
        int64_t *at = malloc(N * sizeof *at);
        uint8_t *bytes = malloc(1 << 16);
        msc_window window = {0};
        msc_spool_init(&spool, limits[l], "/tmp");
        for (uint64_t i = 0; i < N; i++) {
            const size_t n = msc_random_below(msc_random(1, i, 0), i % 500 == 0 ? 40000 : 300);
            memset(bytes, (int)(i & 255), n);
            assert_int_equal(msc_spool_add(&spool, bytes, n, &at[i], &err), MSC_OK);
        }
        assert_true((spool.fd >= 0) == (l > 0 && spool.n_written > 0));
        for (uint64_t k = 0; k < N; k++) {
            const uint64_t i = k * 1237 % N;
            const uint8_t *got = NULL;
            size_t n = 0;
            assert_int_equal(msc_spool_get(&spool, &window, at[i], &got, &n, &err), MSC_OK);
            assert_int_equal(n, msc_random_below(msc_random(1, i, 0), i % 500 == 0 ? 40000 : 300));
            for (size_t b = 0; b < n; b++) {
                assert_int_equal(got[b], i & 255);
            }
        }
        msc_spool_clear(&spool);
        msc_release(window.bytes);
        free(at);
        free(bytes);
    }
}

static void entries_come_back_in_order(void **state)
{
    (void)state;
    enum { N = 20011 };
    msc_index index;
    msc_error err = {0};
    int64_t next = 0;
    assert_int_equal(msc_index_init(&index, N, 5000, 100, "/tmp", &err), MSC_OK);
    for (int64_t i = 0; i < N; i++) {
        const msc_entry entry = {i * 7919 % N, i, 2 * i, (uint32_t)i, 7, 0, 0};
        assert_int_equal(msc_index_add(&index, &entry, &err), MSC_OK);
    }
    for (size_t b = 0; b < index.n_buckets; b++) {
        msc_entry *entry = NULL;
        size_t n = 0;
        assert_int_equal(msc_index_bucket(&index, b, &entry, &n, &err), MSC_OK);
        for (size_t e = 0; e < n; e++) {
            assert_int_equal(entry[e].key, next);
            assert_int_equal(entry[e].offset * 7919 % N, next);
            assert_int_equal(entry[e].n_px, 2 * entry[e].offset);
            assert_int_equal(entry[e].n_bytes, entry[e].offset);
            assert_int_equal(entry[e].value, 7);
            next++;
        }
        msc_release(entry);
    }
    assert_int_equal(next, N);
    msc_index_clear(&index);
}

static void no_place_for_the_overflow(void **state)
{
    (void)state;
    msc_spool spool;
    msc_error err = {0};
    int64_t at = 0;
    msc_spool_init(&spool, 1, "/nowhere/at/all");
    assert_int_equal(msc_spool_add(&spool, "a", 1, &at, &err), MSC_OK);
    assert_int_equal(msc_spool_add(&spool, "b", 1, &at, &err), MSC_EWRITE);
    assert_string_equal(err.subject, "/nowhere/at/all");
    msc_spool_clear(&spool);
}

static void numbers_come_back(void **state)
{
    (void)state;
    for (int bit = 0; bit < 64; bit++) {
        for (int d = -1; d <= 1; d++) {
            uint8_t bytes[MSC_STEP_MAX_BYTES];
            const uint64_t number = (UINT64_C(1) << bit) + (uint64_t)d;
            uint64_t back = 0;
            const uint8_t *end = msc_put_number(bytes, number);
            assert_ptr_equal(msc_get_number(bytes, &back), end);
            assert_true(back == number);
            assert_true(number == 0 || memchr(bytes, 0, (size_t)(end - bytes)) == NULL);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(entries_come_back_in_order),
        cmocka_unit_test(no_place_for_the_overflow),
        cmocka_unit_test(numbers_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
