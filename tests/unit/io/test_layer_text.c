/* test_layer_text.c - whole texts, and texts cut anywhere, in both encodings: iconv is the judge. */
#include "io/layer_text.h"
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int converts(const char *bytes, size_t n, const char *encoding)
{
    char in[64], out[256], *from = in, *to = out;
    size_t n_in = n, n_out = sizeof out;
    memcpy(in, bytes, n);
    const iconv_t converter = iconv_open("UTF-32LE", encoding);
    assert_true(converter != (iconv_t)-1);
    const int is_good = iconv(converter, &from, &n_in, &to, &n_out) != (size_t)-1 && n_in == 0;
    iconv_close(converter);
    return is_good;
}

static void texts_cut_anywhere(void **state)
{
    (void)state;
    static const char *const utf8[] = { "采场", "植被→采场, NDVI -0.31", "plain", "", "é𠀀尾矿库" };
    static const char *const gbk[] = { "\xB2\xC9\xB3\xA1", "a\xB2\xC9, b\xCE\xB2\xBF\xF3\xBF\xE2", "plain", "" };
    for (size_t i = 0; i < sizeof utf8 / sizeof *utf8; i++)
        for (size_t first = 0; first <= strlen(utf8[i]); first++)
            for (size_t n = 0; first + n <= strlen(utf8[i]); n++)
                assert_int_equal(msc_layer_text_is_whole(utf8[i] + first, n, "UTF-8"), converts(utf8[i] + first, n, "UTF-8"));
    for (size_t i = 0; i < sizeof gbk / sizeof *gbk; i++)
        for (size_t n = 0; n <= strlen(gbk[i]); n++)
            assert_int_equal(msc_layer_text_is_whole(gbk[i], n, "GBK"), converts(gbk[i], n, "GBK"));
    assert_int_equal(msc_layer_text_is_whole("a\xEF\xBF\xBD", 4, "UTF-8"), 0);    /* a character was lost */
    assert_int_equal(msc_layer_text_is_whole("\xB2 ", 2, "GBK"), 0);
    assert_int_equal(msc_layer_text_is_whole("\x80", 1, "GBK"), 0);
    assert_int_equal(msc_layer_text_is_whole("\xC0\x80", 2, "UTF-8"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(texts_cut_anywhere) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
