/* sheet.h - facts in sections, as aligned text in the language of the settings or as JSON, which is always in English. */
#ifndef MSC_JOBS_SHEET_H
#define MSC_JOBS_SHEET_H
#include "base/error.h"

typedef struct msc_sheet msc_sheet;

msc_status msc_sheet_new(const msc_settings *settings, int as_json, msc_sheet **sheet, msc_error *err);
void msc_sheet_free(msc_sheet **sheet);

/* The words in the sheet's language. */
const char *msc_sheet_words(const msc_sheet *sheet, const char *en, const char *zh);

/* Begins a section. JSON: {"<group>": [{"name": "<name>", ...}, ...]}. */
void msc_sheet_section(msc_sheet *sheet, const char *group, const char *name);

/* One fact of the section, as text; or with a number for JSON and words for people. A key without Chinese words in
 * text.c is shown as it is. */
void msc_sheet_text(msc_sheet *sheet, const char *key, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void msc_sheet_number(msc_sheet *sheet, const char *key, double value, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The whole sheet; *text is freed with msc_text_free(). ENOMEM, also when an earlier call found no memory. */
msc_status msc_sheet_finish(const msc_sheet *sheet, char **text, msc_error *err);
#endif
