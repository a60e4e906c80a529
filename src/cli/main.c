/* main.c - the minescar command: finds the command, runs it under signals, ends with its exit code. */
#define _POSIX_C_SOURCE 200809L
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/help.h"
#include "cli/messages.h"
#include "cli/progress.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const cli_command *const all_commands[] = {
    &cli_run,
    &cli_plan,
    &cli_info,
    &cli_simulate,
    &cli_train,
    &cli_features,
    &cli_classify,
    &cli_shift,
    &cli_irmad,
    &cli_change,
    &cli_majority,
    &cli_sieve,
    &cli_vectorize,
    &cli_sample,
    &cli_assess,
    &cli_verify,
};
enum { N_COMMANDS = sizeof all_commands / sizeof *all_commands };

static volatile int is_cancelled;
static volatile sig_atomic_t caught;

/* The first signal asks for an orderly end; a second one finds the system's own handling. */
static void on_signal(int number)
{
    caught = number;
    is_cancelled = 1;
}

static void catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static const char *command_name(const void *self, int i) { return ((const cli_command *)self)[i].name; }

static int exit_code_of(msc_status status)
{
    return status == MSC_ECANCELLED && caught == SIGTERM ? 143 : msc_status_exit_code(status);
}

static int complain(const msc_error *err, cli_lang lang)
{
    char line[2048];
    const int code = exit_code_of(err->status);
    cli_error_line(err, lang, code, line, sizeof line);
    fprintf(stderr, "%s\n", line);
    return code;
}

/* GDAL reads its configuration from the environment where nothing else is set. */
static msc_status apply_config(const cli_common *common, cli_lang lang, msc_error *err)
{
    for (int i = 0; i < common->n_config; i++) {
        char name[128];
        const char *equals = strchr(common->config[i], '=');
        const size_t n = equals ? (size_t)(equals - common->config[i]) : 0;
        if (n == 0 || n >= sizeof name)
            return msc_fail(err, MSC_EVALUE, "--config", cli_say(lang, (cli_words){ "'%s'; KEY=VALUE", "“%s”；应为 键=值" }), common->config[i]);
        memcpy(name, common->config[i], n);
        name[n] = 0;
        if (setenv(name, equals + 1, 1)) return msc_fail_errno(err, errno, MSC_EVALUE, "--config");
    }
    if (common->settings.tile_px > 0 && common->settings.tile_px < 16)
        return msc_fail(err, MSC_EVALUE, "--tile", "'%d'; 16..4096", (int)common->settings.tile_px);
    return MSC_OK;
}

static void log_end(cli_progress *progress, const cli_command *command, const msc_error *err, msc_status status)
{
    char more[4600], subject[1100], detail[1700];
    cli_json_escape(status == MSC_OK ? "" : err->subject, subject, sizeof subject);
    cli_json_escape(status == MSC_OK ? "" : err->detail, detail, sizeof detail);
    snprintf(more, sizeof more, "\"command\": \"%s\", \"status\": \"%s\", \"exit\": %d, \"warnings\": %d, \"subject\": \"%s\", \"detail\": \"%s\"",
             command->name, msc_status_name(status), exit_code_of(status), progress->n_warnings, subject, detail);
    cli_progress_event(progress, "end", more);
}

static msc_status run_command(const cli_command *command, cli_common *common, cli_lang lang, void *call, msc_error *err)
{
    cli_progress progress;
    char more[160];
    MSC_TRY(apply_config(common, lang, err));
    MSC_TRY(cli_progress_open(&progress, common, lang, err));
    common->settings.cancel = &is_cancelled;
    common->settings.lang = lang == CLI_ZH ? "zh" : "en";
    common->settings.self = &progress;
    common->settings.progress = cli_progress_step;
    common->settings.warn = cli_progress_warn;
    snprintf(more, sizeof more, "\"command\": \"%s\", \"version\": \"%s\"", command->name, msc_version());
    cli_progress_event(&progress, "start", more);
    catch_signals();
    const msc_status status = command->run(common, lang, call, err);
    log_end(&progress, command, err, status);
    cli_progress_close(&progress);
    return status;
}

/* True when the command line asked for words about the command instead of the command. */
static int answer(const cli_command *command, const cli_common *common, cli_lang lang)
{
    if (common->is_help) cli_help_command(stdout, command, lang);
    else if (common->is_json_usage) {
        cli_help_command_json(stdout, command);
        putchar('\n');
    } else if (common->is_version) printf("minescar %s\n", msc_version());
    else return 0;
    return 1;
}

static int run_words(const cli_command *command, cli_lang lang, int argc, char **argv)
{
    cli_common common = { .progress = "auto" };
    msc_error err = { .status = MSC_OK };
    msc_settings_defaults(&common.settings);
    void *call = msc_alloc_zero(1, command->bytes);
    msc_status status = call ? MSC_OK : msc_fail(&err, MSC_ENOMEM, command->name, "options");
    if (call) {
        if (command->defaults) command->defaults(call);
        status = cli_parse(command, lang, argc, argv, &common, call, &err);
        if (status == MSC_OK && !answer(command, &common, lang)) status = run_command(command, &common, lang, call, &err);
        cli_clear(command, &common, call);
    }
    msc_release(call);
    if (status == MSC_OK && fflush(stdout) == EOF) status = msc_fail_errno(&err, errno, MSC_EWRITE, "stdout");
    err.status = status;
    return status == MSC_OK ? 0 : complain(&err, lang);
}

int main(int argc, char **argv)
{
    cli_command commands[N_COMMANDS + 1] = { { 0 } };
    const cli_lang lang = cli_lang_of(argc, argv);
    const char *word = argc > 1 ? argv[1] : "--help";
    msc_error err;
    msc_give_back_large();
    for (int i = 0; i < N_COMMANDS; i++) commands[i] = *all_commands[i];
    for (const cli_command *c = commands; c->name; c++)
        if (!strcmp(word, c->name)) return run_words(c, lang, argc - 2, argv + 2);
    if (!strcmp(word, "--version")) printf("minescar %s\n", msc_version());
    else if (!strcmp(word, "--json-usage")) cli_help_json(stdout, commands);
    else if (!strcmp(word, "--markdown-usage")) cli_help_markdown(stdout, commands);
    else if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help") || !strncmp(word, "--lang", 6)) cli_help_all(stdout, commands, lang);
    else {
        const char *near = cli_nearest(word, command_name, commands);
        msc_fail(&err, MSC_EUSAGE, word, near ? cli_say(lang, (cli_words){ "no such command, nearest is %s", "没有此命令，最接近的是 %s" })
                 : cli_say(lang, (cli_words){ "no such command%s", "没有此命令%s" }), near ? near : "");
        return complain(&err, lang);
    }
    if (fflush(stdout) == EOF) return complain(&(msc_error){ .status = MSC_EWRITE, .subject = "stdout" }, lang);
    return argc > 1 ? 0 : 2;
}
