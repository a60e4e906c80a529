/* error.h - how a function says that it could not do its work. */
#ifndef MSC_BASE_ERROR_H
#define MSC_BASE_ERROR_H
#include "minescar.h"

/* Fills *err (when err is not NULL) with status, subject and a printf-formatted detail; returns status. The detail
 * holds data (names, numbers, a library's own words), not advice: the command line adds the words of its language. */
msc_status msc_fail(msc_error *err, msc_status status, const char *subject, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The same with errno's meaning: ENOENT, ENOSPC, EACCES, EROFS... become ENOFILE, ENOSPACE, EPERM; anything else
 * becomes `otherwise`. Detail is strerror's text. */
msc_status msc_fail_errno(msc_error *err, int errnum, msc_status otherwise, const char *subject);

/* Passes a warning to the caller of the library. */
/* One of two texts, by the language of the settings. */
const char *msc_settings_words(const msc_settings *settings, const char *english, const char *chinese);
void msc_warn(const msc_settings *settings, msc_status status, const char *subject, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Passes an error up before anything is held. */
#define MSC_TRY(call) do { const msc_status status_ = (call); if (status_ != MSC_OK) return status_; } while (0)
#endif
