/* progress.h - what a person, a pipe or a log sees while a command works. All of it goes to stderr or the log file. */
#ifndef MSC_CLI_PROGRESS_H
#define MSC_CLI_PROGRESS_H
#include "cli/options.h"
#include <stdio.h>

typedef enum cli_show { CLI_SHOW_NONE, CLI_SHOW_BAR, CLI_SHOW_PLAIN, CLI_SHOW_JSON } cli_show;

typedef struct cli_progress {
    cli_show show;
    cli_lang lang;
    FILE *err;                   /* where it is shown */
    FILE *log;                   /* JSON lines; may be NULL */
    char stage[64];
    double start_s, stage_s, shown_s;   /* monotonic clock */
    int shown_percent, is_bar_open, n_warnings;
    double (*now_s)(void);       /* for tests; NULL: the monotonic clock */
} cli_progress;

/* Resolves --progress, --quiet and the terminal, opens the log. EWRITE when the log cannot be opened. */
msc_status cli_progress_open(cli_progress *p, const cli_common *common, cli_lang lang, msc_error *err);

/* For msc_settings.progress and .warn; self is the cli_progress. */
void cli_progress_step(void *self, const char *stage, double done);
void cli_progress_warn(void *self, const msc_error *what);

/* One JSON line in the log (and on stderr in json mode): {"time": ..., "event": ..., <more>}. `more` is JSON or "". */
void cli_progress_event(cli_progress *p, const char *event, const char *more);

/* Ends an open bar, so that the next line starts at the left. */
void cli_progress_break(cli_progress *p);
void cli_progress_close(cli_progress *p);
#endif
