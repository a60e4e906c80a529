/* Memory: sizes that overflow are refused, blocks grow with what they hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "base/mem.h"
#include <string.h>

static void sizes_do_not_overflow(void **state)
{
    (void)state;
    assert_true(msc_mul_size(3, 4) == 12);
    assert_true(msc_mul_size(SIZE_MAX, 0) == 0);
    assert_true(msc_mul_size(SIZE_MAX / 2, 3) == SIZE_MAX);
    assert_null(msc_alloc(SIZE_MAX / 2, 3));
    assert_null(msc_alloc(SIZE_MAX - 8, 1));
    volatile size_t many = SIZE_MAX / 2;   /* volatile: the compiler would warn of the size */
    assert_null(msc_alloc_zero(many, 3));
    assert_null(msc_grow(NULL, many, 3));
}

static void blocks_are_aligned_zeroed_and_never_null_for_nothing(void **state)
{
    (void)state;
    void *none = msc_alloc(0, 8), *none_zero = msc_alloc_zero(0, 0);
    assert_non_null(none);
    assert_non_null(none_zero);
    char *block = msc_alloc(100, 3);
    assert_int_equal((uintptr_t)block % 64, 0);
    char *zero = msc_alloc_zero(1000, 1);
    for (int i = 0; i < 1000; i++) assert_int_equal(zero[i], 0);
    msc_release(none);
    msc_release(none_zero);
    msc_release(block);
    msc_release(zero);
    msc_release(NULL);
}

static void room_grows_and_keeps(void **state)
{
    (void)state;
    void *block = NULL;
    size_t capacity = 0;
    for (size_t n = 1; n <= 5000; n++) {
        assert_true(msc_reserve(&block, &capacity, n, sizeof(int)));
        assert_true(capacity >= n);
        ((int *)block)[n - 1] = (int)n;
    }
    for (int i = 0; i < 5000; i++) assert_int_equal(((int *)block)[i], i + 1);
    void *before = block;
    assert_false(msc_reserve(&block, &capacity, SIZE_MAX / 2 + 2, sizeof(int)));
    assert_ptr_equal(block, before);
    msc_release(block);
}

static void texts_are_copied(void **state)
{
    (void)state;
    char *copy = msc_copy_text("pit");
    assert_string_equal(copy, "pit");
    msc_release(copy);
    assert_null(msc_copy_text(NULL));
}

/* Wherever a text is cut, whole characters stay, and all of them. */
static void cut_texts_end_with_a_character(void **state)
{
    (void)state;
    static const struct { const char *text; size_t end[6]; } cases[] = {
        { "plain", { 1, 2, 3, 4, 5 } }, { "é采😀.", { 2, 5, 9, 10 } }, { "采场", { 3, 6 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
            char text[16];
            size_t wanted = 0;
            for (int k = 0; k < 6; k++)
                if (cases[i].end[k] <= cut && cases[i].end[k] > wanted) wanted = cases[i].end[k];
            memcpy(text, cases[i].text, cut);
            text[cut] = 0;
            msc_trim_text(text);
            assert_int_equal(strlen(text), wanted);
            assert_memory_equal(text, cases[i].text, wanted);
        }
    char stray[] = "\x80\x80";
    msc_trim_text(stray);
    assert_string_equal(stray, "\x80\x80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_do_not_overflow),
        cmocka_unit_test(blocks_are_aligned_zeroed_and_never_null_for_nothing),
        cmocka_unit_test(room_grows_and_keeps),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(cut_texts_end_with_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
