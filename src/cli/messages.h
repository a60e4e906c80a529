/* messages.h - statuses in words: what was found and what to do, in English and Chinese. */
#ifndef MSC_CLI_MESSAGES_H
#define MSC_CLI_MESSAGES_H
#include "cli/options.h"

/* "ERROR 3: a.tif: cannot be opened (No such file). Check the path." without a line end; exit_code overrides the
 * status's own when it is not negative (a signal's 143). Always ends with a 0; the text holds no line break. */
void cli_error_line(const msc_error *err, cli_lang lang, int exit_code, char *line, size_t size);

/* "Warning: a.tif: ..." */
void cli_warning_line(const msc_error *what, cli_lang lang, char *line, size_t size);

/* `text` as the inside of a JSON string; bytes that are not UTF-8 become '?'. */
void cli_json_escape(const char *text, char *out, size_t size);
#endif
