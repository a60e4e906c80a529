/* SHA-256 against the standard's own examples (FIPS 180-2, appendix B); draws against their promises. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/hash.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void knows_the_standards_examples(void **state)
{
    (void)state;
    char hex[MSC_SHA256_TEXT];
    msc_sha256("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    msc_sha256("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void a_file_hashes_as_its_bytes(void **state)
{
    (void)state;
    enum { N = (1 << 20) + 12345 };   /* more than one step of the reader */
    char path[] = "/tmp/msc-hash-XXXXXX", want[MSC_SHA256_TEXT], got[MSC_SHA256_TEXT];
    msc_error err;
    unsigned char *bytes = msc_alloc(N, 1);
    for (size_t i = 0; i < N; i++) bytes[i] = (unsigned char)msc_random(1, i, 0);
    const int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, bytes, N) == N);
    close(fd);
    msc_sha256(bytes, N, want);
    assert_int_equal(msc_sha256_file(path, got, &err), MSC_OK);
    assert_string_equal(want, got);
    unlink(path);
    msc_release(bytes);
    assert_int_equal(msc_sha256_file(path, got, &err), MSC_ENOFILE);
    assert_string_equal(err.subject, path);
    assert_int_equal(msc_sha256_file("/", got, &err), MSC_EREAD);
}

/* 64 000 draws into 64 bins: chi-square with 63 degrees of freedom stays below 120 (p < 1e-5) and above 25. */
static void draws_are_even(void **state)
{
    (void)state;
    enum { N = 64000, BINS = 64 };
    for (int way = 0; way < 2; way++) {
        int count[BINS] = { 0 };
        double sum = 0.0;
        for (uint64_t i = 0; i < N; i++) {
            const uint64_t bits = way ? msc_random(7, 3, i) : msc_random(7, i, 3);
            const double unit = msc_random_unit(bits);
            assert_true(unit >= 0.0 && unit < 1.0);
            sum += unit;
            count[msc_random_below(bits, BINS)]++;
        }
        double chi2 = 0.0;
        for (int b = 0; b < BINS; b++) chi2 += (count[b] - N / BINS) * (double)(count[b] - N / BINS) / (N / BINS);
        assert_true(chi2 > 25.0 && chi2 < 120.0);
        assert_true(sum / N > 0.495 && sum / N < 0.505);
    }
    assert_true(msc_random(1, 2, 3) != msc_random(2, 2, 3) && msc_random(1, 2, 3) != msc_random(1, 3, 2));
    assert_true(msc_random(1, 2, 3) == msc_random(1, 2, 3));
    assert_int_equal(msc_random_below(UINT64_MAX, 10), 9);
    assert_int_equal(msc_random_below(0, 10), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_standards_examples),
        cmocka_unit_test(a_file_hashes_as_its_bytes),
        cmocka_unit_test(draws_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
