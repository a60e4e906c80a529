/* layer_text.c - attribute texts as a file holds them. The recoding is done here and not in GDAL, which opens a
 * converter for every value (a third of the time of writing a shapefile) and replaces what it cannot encode by '?'. */
#define _POSIX_C_SOURCE 200809L
#include "io/layer_text.h"
#include "base/mem.h"
#include <iconv.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

msc_status msc_layer_text_init(msc_layer_text *text, const char *encoding, int counts_bytes, const char *path,
                               msc_error *err)
{
    memset(text, 0, sizeof *text);
    text->counts_bytes = counts_bytes;
    if (strcasecmp(encoding, "UTF-8") == 0 || strcasecmp(encoding, "UTF8") == 0) return MSC_OK;
    if (strcasecmp(encoding, "GBK") != 0) return msc_fail(err, MSC_EVALUE, path, "encoding %s", encoding);
    const iconv_t converter = iconv_open("GBK", "UTF-8");
    if (converter == (iconv_t)-1) return msc_fail(err, MSC_EWRITE, path, "no GBK converter on this machine");
    text->converter = converter;
    return MSC_OK;
}

void msc_layer_text_clear(msc_layer_text *text)
{
    if (text->converter) iconv_close((iconv_t)text->converter);
    msc_release(text->bytes);
    memset(text, 0, sizeof *text);
}

/* Number of characters, or -1 when the bytes are not UTF-8 (RFC 3629: no overlong forms, no surrogates). */
static int64_t count_characters(const char *utf8, size_t n)
{
    const unsigned char *p = (const unsigned char *)utf8, *end = p + n;
    int64_t count = 0;
    while (p < end) {
        const unsigned char c = *p;
        const int more = c < 0x80 ? 0 : c >= 0xC2 && c < 0xE0 ? 1 : (c & 0xF0) == 0xE0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : -1;
        if (more < 0 || end - p <= more) return -1;
        for (int i = 1; i <= more; i++)
            if ((p[i] & 0xC0) != 0x80) return -1;
        if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] >= 0xA0) || (c == 0xF0 && p[1] < 0x90) ||
            (c == 0xF4 && p[1] >= 0x90))
            return -1;
        p += more + 1;
        count++;
    }
    return count;
}

/* GBK: a lead byte 0x81..0xFE and a trail byte 0x40..0xFE but 0x7F for each character beyond ASCII. */
static int is_gbk(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] < 0x80) continue;
        if (p[i] == 0x80 || p[i] == 0xFF || i + 1 == n || p[i + 1] < 0x40 || p[i + 1] == 0x7F || p[i + 1] == 0xFF) return 0;
        i++;
    }
    return 1;
}

int msc_layer_text_is_whole(const char *bytes, size_t n, const char *encoding)
{
    static const char lost[] = "\xEF\xBF\xBD";
    if (strcasecmp(encoding, "GBK") == 0) return is_gbk((const unsigned char *)bytes, n);
    for (size_t i = 0; i + 3 <= n; i++)
        if (memcmp(bytes + i, lost, 3) == 0) return 0;
    return count_characters(bytes, n) >= 0;
}

static int is_plain_ascii(const char *text, size_t n)
{
    unsigned char any = 0;
    for (size_t i = 0; i < n; i++) any |= (unsigned char)text[i];
    return any < 0x80;
}

msc_status msc_layer_text_encode(msc_layer_text *text, const char *utf8, int width, const char *path, const char *field,
                                 const char **encoded, msc_error *err)
{
    const size_t n = strlen(utf8);
    size_t length = n;
    *encoded = utf8;
    if (!is_plain_ascii(utf8, n)) {
        const int64_t n_characters = count_characters(utf8, n);
        if (n_characters < 0) return msc_fail(err, MSC_ETEXT, path, "field %s: not UTF-8: %.100s", field, utf8);
        if (!text->counts_bytes) length = (size_t)n_characters;
        if (text->converter) {
            /* GBK takes two bytes where UTF-8 takes two to four. */
            if (!msc_reserve((void **)&text->bytes, &text->capacity, n + 1, 1))
                return msc_fail(err, MSC_ENOMEM, path, "%zu bytes", n);
            char *from = (char *)(uintptr_t)utf8, *to = text->bytes;
            size_t n_from = n, n_to = n;
            iconv((iconv_t)text->converter, NULL, NULL, NULL, NULL);
            const size_t n_replaced = iconv((iconv_t)text->converter, &from, &n_from, &to, &n_to);
            if (n_replaced != 0)
                return msc_fail(err, MSC_ETEXT, path, "field %s: cannot be written in GBK: %.100s", field, utf8);
            *to = '\0';
            length = (size_t)(to - text->bytes);
            *encoded = text->bytes;
        }
    }
    if (width > 0 && length > (size_t)width)
        return msc_fail(err, MSC_ETEXT, path, "field %s: %zu %s, it holds %d: %.100s", field, length,
                        text->counts_bytes ? "bytes" : "characters", width, utf8);
    return MSC_OK;
}
