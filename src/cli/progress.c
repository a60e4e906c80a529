/* progress.c - a bar on a terminal, a line every ten percent elsewhere, JSON lines for programs; with the time left. */
#define _POSIX_C_SOURCE 200809L
#include "cli/progress.h"
#include "cli/messages.h"
#include <errno.h>
#include <math.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Work that ends sooner is shown without a word; a time left is told from here on. */
#define QUIET_S 2.0
#define BAR_EVERY_S 0.1

static double monotonic_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double now(const cli_progress *p) { return p->now_s ? p->now_s() : monotonic_s(); }

msc_status cli_progress_open(cli_progress *p, const cli_common *common, cli_lang lang, msc_error *err)
{
    const char *how = common->is_quiet ? "none" : common->progress ? common->progress : "auto";
    *p = (cli_progress){ .lang = lang, .err = stderr, .shown_percent = -1 };
    p->start_s = now(p);
    if (!strcmp(how, "json")) p->show = CLI_SHOW_JSON;
    else if (!strcmp(how, "bar")) p->show = CLI_SHOW_BAR;
    else if (!strcmp(how, "plain")) p->show = CLI_SHOW_PLAIN;
    else if (!strcmp(how, "auto")) p->show = isatty(STDERR_FILENO) ? CLI_SHOW_BAR : CLI_SHOW_PLAIN;
    if (!common->log) return MSC_OK;
    p->log = fopen(common->log, "a");
    return p->log ? MSC_OK : msc_fail_errno(err, errno, MSC_EWRITE, common->log);
}

void cli_progress_break(cli_progress *p)
{
    if (p->is_bar_open) fputc('\n', p->err);
    p->is_bar_open = 0;
}

static void put_event(const cli_progress *p, FILE *to, const char *event, const char *more)
{
    const time_t t = time(NULL);
    struct tm utc;
    char when[32] = "";
    if (gmtime_r(&t, &utc)) strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    fprintf(to, "{\"time\": \"%s\", \"elapsed_s\": %.3f, \"event\": \"%s\"%s%s}\n", when, now(p) - p->start_s, event,
            *more ? ", " : "", more);
    fflush(to);
}

void cli_progress_event(cli_progress *p, const char *event, const char *more)
{
    if (p->log) put_event(p, p->log, event, more);
    if (p->show == CLI_SHOW_JSON) put_event(p, p->err, event, more);
}

static void duration(double seconds, cli_lang lang, char *text, size_t size)
{
    const long s = (long)ceil(seconds);
    if (s < 60) snprintf(text, size, lang == CLI_ZH ? "%ld 秒" : "%ld s", s);
    else if (s < 3600) snprintf(text, size, lang == CLI_ZH ? "%ld 分 %02ld 秒" : "%ld min %02ld s", s / 60, s % 60);
    else snprintf(text, size, lang == CLI_ZH ? "%ld 小时 %02ld 分" : "%ld h %02ld min", s / 3600, s / 60 % 60);
}

static void show_bar(cli_progress *p, int percent, double done, double left_s)
{
    char bar[26], left[48] = "";
    const int filled = percent / 4;
    for (int i = 0; i < 25; i++) bar[i] = i < filled ? '=' : i == filled ? '>' : ' ';
    bar[25] = 0;
    if (left_s >= 0) duration(left_s, p->lang, left, sizeof left);
    fprintf(p->err, "\r%-12s [%s] %3d %%%s%s\033[K", p->stage, bar, percent,
            left_s < 0 ? "" : p->lang == CLI_ZH ? "  剩余 " : "  left ", left);
    p->is_bar_open = 1;
    if (done >= 1) cli_progress_break(p);
    fflush(p->err);
}

static void show_plain(cli_progress *p, int percent, double left_s)
{
    char left[48] = "";
    if (left_s >= 0 && percent < 100) duration(left_s, p->lang, left, sizeof left);
    fprintf(p->err, "%s: %d %%%s%s\n", p->stage, percent, !*left ? "" : p->lang == CLI_ZH ? "，剩余 " : ", left ", left);
    fflush(p->err);
}

static void begin_stage(cli_progress *p, const char *stage, double t)
{
    char more[160], name[128];
    cli_progress_break(p);
    snprintf(p->stage, sizeof p->stage, "%s", stage);
    p->stage_s = t;
    p->shown_s = t;
    p->shown_percent = 0;
    cli_json_escape(p->stage, name, sizeof name);
    snprintf(more, sizeof more, "\"stage\": \"%s\"", name);
    cli_progress_event(p, "stage", more);
}

void cli_progress_step(void *self, const char *stage, double done)
{
    cli_progress *p = self;
    const double t = now(p);
    if (!stage) stage = "";
    if (p->shown_percent < 0 || strncmp(stage, p->stage, sizeof p->stage - 1)) begin_stage(p, stage, t);
    if (p->show == CLI_SHOW_NONE) return;
    if (!(done > 0)) return;
    const double spent_s = t - p->stage_s;
    const int percent = done >= 1 ? 100 : (int)(done * 100);
    const double left_s = spent_s < QUIET_S || done >= 1 ? -1 : spent_s / done * (1 - done);
    if (p->show == CLI_SHOW_BAR) {
        if ((spent_s < QUIET_S / 4 && !p->is_bar_open) || (t - p->shown_s < BAR_EVERY_S && done < 1)) return;
        if (p->shown_percent == 100) return;
        show_bar(p, percent, done, left_s);
    } else {
        if (percent / 10 <= p->shown_percent / 10) return;
        if (p->show == CLI_SHOW_PLAIN && spent_s >= QUIET_S) show_plain(p, percent, left_s);
        if (p->show == CLI_SHOW_JSON) {
            char more[240], name[128], left[48] = "";
            cli_json_escape(p->stage, name, sizeof name);
            if (left_s >= 0) snprintf(left, sizeof left, ", \"left_s\": %.1f", left_s);
            snprintf(more, sizeof more, "\"stage\": \"%s\", \"done\": %.4f%s", name, done < 1 ? done : 1, left);
            put_event(p, p->err, "progress", more);
        }
    }
    p->shown_s = t;
    p->shown_percent = percent;
}

void cli_progress_warn(void *self, const msc_error *what)
{
    cli_progress *p = self;
    char line[2048], more[4400], subject[1100], detail[1700];
    p->n_warnings++;
    cli_json_escape(what->subject, subject, sizeof subject);
    cli_json_escape(what->detail, detail, sizeof detail);
    snprintf(more, sizeof more, "\"status\": \"%s\", \"subject\": \"%s\", \"detail\": \"%s\"", msc_status_name(what->status), subject, detail);
    cli_progress_event(p, "warning", more);
    if (p->show == CLI_SHOW_JSON) return;
    cli_warning_line(what, p->lang, line, sizeof line);
    cli_progress_break(p);
    fprintf(p->err, "%s\n", line);
    fflush(p->err);
}

void cli_progress_close(cli_progress *p)
{
    cli_progress_break(p);
    if (p->log) fclose(p->log);
    p->log = NULL;
}
