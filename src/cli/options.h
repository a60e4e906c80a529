/* options.h - a command as a table: its arguments and options, where their values go, what they mean. */
#ifndef MSC_CLI_OPTIONS_H
#define MSC_CLI_OPTIONS_H
#include "base/error.h"

typedef enum cli_lang { CLI_EN = 0, CLI_ZH } cli_lang;
typedef struct cli_words { const char *en, *zh; } cli_words;
static inline const char *cli_say(cli_lang lang, cli_words words) { return lang == CLI_ZH ? words.zh : words.en; }

typedef enum cli_kind {
    CLI_FLAG,                    /* int, set to 1 */
    CLI_OFF,                     /* int, set to 0 */
    CLI_INT,                     /* int in low..high */
    CLI_COUNT,                   /* int64_t in low..high */
    CLI_SEED,                    /* uint64_t */
    CLI_REAL,                    /* double in low..high */
    CLI_BYTES,                   /* int64_t: 512M, 2G, 1048576 */
    CLI_TEXT,                    /* const char * */
    CLI_CHOICE,                  /* const char *, one of `choices` separated by '|' */
    CLI_TEXTS,                   /* repeatable: const char *const *, int at `count_at` */
    CLI_INTS                     /* repeatable: const int *, int at `count_at` */
} cli_kind;

typedef struct cli_option {
    const char *name;            /* without dashes; NULL ends a table */
    const char *alias;           /* GDAL's short habit, without its dash; may be NULL */
    cli_kind kind;
    size_t at, count_at;         /* offsets into the command's struct */
    double low, high;
    const char *value;           /* what the value is called in help: "FILE" */
    const char *choices;
    cli_words help;
} cli_option;

typedef struct cli_argument {
    const char *name;            /* "IMAGE"; NULL ends a table */
    size_t at, count_at;
    int is_many;                 /* one or more; at most one a command */
    cli_words help;
    int is_optional;             /* may be left out; only the last one, of a command without is_many */
} cli_argument;

typedef struct cli_common {
    msc_settings settings;
    const char *lang, *progress, *log;
    const char *const *config;
    int n_config;
    int is_quiet, is_json, is_help, is_json_usage, is_version;
} cli_common;

typedef struct cli_command {
    const char *name;
    cli_words summary, detail;   /* one line; some lines that teach */
    const char *examples;        /* lines of shell */
    const cli_argument *arguments;
    const cli_option *options;
    size_t bytes;                /* of the struct that the offsets point into */
    void (*defaults)(void *call);
    msc_status (*run)(cli_common *common, cli_lang lang, void *call, msc_error *err);
} cli_command;

extern const cli_option cli_common_options[];

/* Fills *common and *call (both holding defaults) from the words after the command's name. EUSAGE for what is unknown,
 * missing or too much, EVALUE for a value that cannot be used; err->subject names the option. Help, version and usage
 * requests stop the checks. The lists that it makes are freed by cli_clear(). */
msc_status cli_parse(const cli_command *command, cli_lang lang, int argc, char **argv, cli_common *common, void *call,
                     msc_error *err);
void cli_clear(const cli_command *command, cli_common *common, void *call);

/* "2G", "512M", "64K", "1048576" -> bytes; returns 0 when it is none of them. */
int cli_parse_bytes(const char *text, int64_t *bytes);

/* The name nearest to `word` by edit distance, when it is near at all; else NULL. `next` gives names until NULL. */
const char *cli_nearest(const char *word, const char *(*next)(const void *self, int i), const void *self);

/* Language from --lang among the words, else from LC_ALL, LC_MESSAGES, LANG. */
cli_lang cli_lang_of(int argc, char **argv);
#endif
