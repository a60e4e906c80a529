/* layer_text.h - attribute texts as a file holds them: encoded, and measured against their field. */
#ifndef MSC_IO_LAYER_TEXT_H
#define MSC_IO_LAYER_TEXT_H
#include "base/error.h"
#include <stddef.h>

/* Turns UTF-8 into the file's encoding; one per writer. Zeroed before the init call. */
typedef struct msc_layer_text {
    void *converter;             /* iconv_t, or NULL for UTF-8 */
    int counts_bytes;            /* widths are bytes (shapefile) rather than characters */
    char *bytes;
    size_t capacity;
} msc_layer_text;

/* `encoding`: "GBK" or "UTF-8" (any case); anything else is EVALUE with `path` as subject. */
msc_status msc_layer_text_init(msc_layer_text *text, const char *encoding, int counts_bytes, const char *path,
                               msc_error *err);
void msc_layer_text_clear(msc_layer_text *text);

/* The text in the file's encoding, borrowed until the next call (or `utf8` itself). ETEXT when it is not valid UTF-8,
 * when a character has no place in the encoding, or when it is longer than `width` (0: any). `field` is for the detail. */
msc_status msc_layer_text_encode(msc_layer_text *text, const char *utf8, int width, const char *path, const char *field,
                                 const char **encoded, msc_error *err);

/* True when n bytes are nothing but whole characters of the encoding ("GBK", else UTF-8); false too for a U+FFFD in UTF-8,
 * which stands where a character was lost. */
int msc_layer_text_is_whole(const char *bytes, size_t n, const char *encoding);
#endif
