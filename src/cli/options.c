/* options.c - reads the words of a command line along its table. */
#include "cli/options.h"
#include "base/mem.h"
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT(field) offsetof(cli_common, field)

const cli_option cli_common_options[] = {
    { "threads", .kind = CLI_INT, .at = AT(settings.n_threads), .low = 0, .high = 4096, .value = "N",
      .help = { "threads; 0: all that the machine, container or batch system grants", "线程数；0：机器、容器或批处理系统允许的全部" } },
    { "memory", .kind = CLI_BYTES, .at = AT(settings.memory_bytes), .value = "SIZE",
      .help = { "hard cap on memory: 512M, 2G, bytes; 0: half of what there is", "内存上限：512M、2G 或字节数；0：可用内存的一半" } },
    { "tile", .kind = CLI_INT, .at = AT(settings.tile_px), .low = 0, .high = 4096, .value = "PX",
      .help = { "side of a tile, 16..4096; 0: from the memory cap", "瓦片边长 16..4096；0：按内存上限选取" } },
    { "tmpdir", .kind = CLI_TEXT, .at = AT(settings.tmpdir), .value = "DIR",
      .help = { "where temporary files go; default: beside the output", "临时文件目录；默认在输出旁边" } },
    { "overwrite", "overwrite", CLI_FLAG, .at = AT(settings.overwrite),
      .help = { "replace outputs that exist", "覆盖已有的输出" } },
    { "of", "of", CLI_TEXT, .at = AT(settings.format), .value = "FORMAT",
      .help = { "output format (GDAL short name); default: from the extension; rasters are GTiff: .tif, .tiff", "输出格式（GDAL 简称）；默认按扩展名；栅格只写 GTiff：.tif、.tiff" } },
    { "co", "co", CLI_TEXTS, .at = AT(settings.creation), .count_at = AT(settings.n_creation), .value = "NAME=VALUE",
      .help = { "creation option, e.g. COMPRESS=ZSTD", "创建选项，如 COMPRESS=ZSTD" } },
    { "config", .kind = CLI_TEXTS, .at = AT(config), .count_at = AT(n_config), .value = "KEY=VALUE",
      .help = { "GDAL configuration option", "GDAL 配置选项" } },
    { "quiet", "q", CLI_FLAG, .at = AT(is_quiet),
      .help = { "no progress, no summary; warnings and errors remain", "不显示进度和小结；仍显示警告和错误" } },
    { "progress", .kind = CLI_CHOICE, .at = AT(progress), .value = "HOW", .choices = "auto|bar|plain|json|none",
      .help = { "how progress is shown on stderr", "进度在 stderr 上的显示方式" } },
    { "log", .kind = CLI_TEXT, .at = AT(log), .value = "FILE.jsonl",
      .help = { "append one JSON line an event to this file", "把每个事件以一行 JSON 追加到此文件" } },
    { "lang", .kind = CLI_CHOICE, .at = AT(lang), .value = "LANG", .choices = "zh|en",
      .help = { "language of messages; default: from LC_ALL, LANG", "信息语言；默认取自 LC_ALL、LANG" } },
    { "json", .kind = CLI_FLAG, .at = AT(is_json), .help = { "result on stdout as JSON", "结果以 JSON 写到 stdout" } },
    { "json-usage", .kind = CLI_FLAG, .at = AT(is_json_usage),
      .help = { "print this command's options as JSON", "以 JSON 列出本命令的选项" } },
    { "help", "h", CLI_FLAG, .at = AT(is_help), .help = { "print this help", "显示本帮助" } },
    { "version", .kind = CLI_FLAG, .at = AT(is_version), .help = { "print the version", "显示版本" } },
    { 0 }
};

cli_lang cli_lang_of(int argc, char **argv)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
        const char *word = !strncmp(argv[i], "--lang=", 7) ? argv[i] + 7 : !strcmp(argv[i], "--lang") && i + 1 < argc ? argv[i + 1] : NULL;
        if (word) return !strcmp(word, "zh") ? CLI_ZH : CLI_EN;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return !strncmp(value, "zh", 2) ? CLI_ZH : CLI_EN;
    }
    return CLI_EN;
}

static int edit_distance(const char *a, const char *b)
{
    int row[64];
    const int n = (int)strlen(b);
    if (n > 62) return INT_MAX;
    for (int j = 0; j <= n; j++) row[j] = j;
    for (int i = 0; a[i]; i++) {
        int diagonal = row[0];
        row[0] = i + 1;
        for (int j = 1; j <= n; j++) {
            const int change = diagonal + (a[i] != b[j - 1]);
            diagonal = row[j];
            const int step = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = change < step ? change : step;
        }
    }
    return row[n];
}

const char *cli_nearest(const char *word, const char *(*next)(const void *self, int i), const void *self)
{
    const char *best = NULL;
    int least = (int)strlen(word) / 3 + 2;   /* a third of the letters wrong, plus one slip */
    for (int i = 0;; i++) {
        const char *name = next(self, i);
        if (!name) return best;
        const int distance = edit_distance(word, name);
        if (distance < least) {
            least = distance;
            best = name;
        }
    }
}

int cli_parse_bytes(const char *text, int64_t *bytes)
{
    static const char units[] = "kmgt";
    char *end;
    if (*text < '0' || *text > '9' || strpbrk(text, "xXpPeE")) return 0;
    double value = strtod(text, &end);
    if (*end) {
        const char *unit = strchr(units, *end | 0x20);
        if (!unit || !*unit) return 0;
        value *= pow(1024, (double)(unit - units) + 1);
        end++;
        if (*end == 'i') end++;
        if (*end == 'B' || *end == 'b') end++;
    }
    if (*end || !(value >= 0) || value > 9e18) return 0;
    *bytes = (int64_t)value;
    return 1;
}

static int is_list(const cli_option *o) { return o->kind == CLI_TEXTS || o->kind == CLI_INTS; }
static int takes_value(const cli_option *o) { return o->kind != CLI_FLAG && o->kind != CLI_OFF; }

static int is_choice(const char *choices, const char *word)
{
    const size_t n = strlen(word);
    for (const char *c = choices; n && *c;) {
        const size_t length = strcspn(c, "|");
        if (length == n && !memcmp(c, word, n)) return 1;
        c += length + (c[length] == '|');
    }
    return 0;
}

/* A list has room for every word of the command line, so it never grows. */
static msc_status store_in_list(const cli_option *o, const char *word, int value, int argc, char *base, msc_error *err)
{
    void **list = (void **)(void *)(base + o->at);
    int *n = (int *)(void *)(base + o->count_at);
    const size_t size = o->kind == CLI_INTS ? sizeof(int) : sizeof(char *);
    if (*n == 0) *list = msc_alloc((size_t)argc + 1, size);
    if (!*list) return msc_fail(err, MSC_ENOMEM, o->name, "option list");
    if (o->kind == CLI_INTS) ((int *)*list)[(*n)++] = value;
    else ((const char **)*list)[(*n)++] = word;
    return MSC_OK;
}

static msc_status bad_value(const cli_option *o, cli_lang lang, const char *word, msc_error *err)
{
    char name[80], wanted[160];
    snprintf(name, sizeof name, "--%s", o->name);
    if (o->kind == CLI_CHOICE) snprintf(wanted, sizeof wanted, "%s", o->choices);
    else if (o->kind == CLI_BYTES) snprintf(wanted, sizeof wanted, "512M, 2G, 1048576");
    else if (o->kind == CLI_SEED) snprintf(wanted, sizeof wanted, "0..2^64-1");
    else snprintf(wanted, sizeof wanted, "%s %.10g..%.10g", o->kind == CLI_REAL ? cli_say(lang, (cli_words){ "number", "数" })
                  : cli_say(lang, (cli_words){ "whole number", "整数" }), o->low, o->high);
    return msc_fail(err, MSC_EVALUE, name, "'%.200s'; %s", word, wanted);
}

static msc_status store(const cli_option *o, cli_lang lang, const char *word, int argc, char *base, msc_error *err)
{
    char *at = base + o->at, *end = NULL;
    double number = 0;
    errno = 0;
    if (o->kind == CLI_INT || o->kind == CLI_INTS || o->kind == CLI_COUNT || o->kind == CLI_REAL) {
        number = strtod(word, &end);
        const int is_whole = o->kind == CLI_REAL || number == floor(number);
        if (end == word || *end || strpbrk(word, "xX ") || !(number >= o->low && number <= o->high) || !is_whole)
            return bad_value(o, lang, word, err);
    }
    switch (o->kind) {
    case CLI_FLAG: *(int *)(void *)at = 1; break;
    case CLI_OFF: *(int *)(void *)at = 0; break;
    case CLI_INT: *(int *)(void *)at = (int)number; break;
    case CLI_COUNT: *(int64_t *)(void *)at = (int64_t)number; break;
    case CLI_REAL: *(double *)(void *)at = number; break;
    case CLI_SEED:
        if (!*word || word[strspn(word, "0123456789")]) return bad_value(o, lang, word, err);
        *(uint64_t *)(void *)at = strtoull(word, NULL, 10);
        if (errno) return bad_value(o, lang, word, err);
        break;
    case CLI_BYTES: if (!cli_parse_bytes(word, (int64_t *)(void *)at)) return bad_value(o, lang, word, err); break;
    case CLI_CHOICE:
        if (!is_choice(o->choices, word)) return bad_value(o, lang, word, err);
        *(const char **)(void *)at = word;
        break;
    case CLI_TEXT: *(const char **)(void *)at = word; break;
    case CLI_TEXTS: case CLI_INTS: return store_in_list(o, word, (int)number, argc, base, err);
    }
    return MSC_OK;
}

/* `word` without its dashes, up to '='. A single dash is for aliases only, so that -5 stays a value and -of works. */
static const cli_option *find(const cli_option *table, const char *word, size_t n, int is_short)
{
    for (; table->name; table++) {
        const char *name = is_short ? table->alias : table->name;
        if (name && strlen(name) == n && !memcmp(name, word, n)) return table;
    }
    return NULL;
}

static const char *option_name(const void *self, int i)
{
    const cli_command *command = self;
    int n = 0;
    for (; command->options[n].name; n++)
        if (n == i) return command->options[n].name;
    return i - n < (int)(sizeof cli_common_options / sizeof *cli_common_options) ? cli_common_options[i - n].name : NULL;
}

static msc_status unknown_option(const cli_command *command, cli_lang lang, const char *word, msc_error *err)
{
    char name[80];
    const char *bare = word + strspn(word, "-");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(bare, "="), bare);
    const char *near = cli_nearest(name, option_name, command);
    const size_t n = strcspn(word, "=");
    char subject[120];
    snprintf(subject, sizeof subject, "%.*s", n < 100 ? (int)n : 100, word);
    return msc_fail(err, MSC_EUSAGE, subject, near ? cli_say(lang, (cli_words){ "no such option, nearest is --%s", "没有此选项，最接近的是 --%s" })
                    : cli_say(lang, (cli_words){ "no such option%s", "没有此选项%s" }), near ? near : "");
}

/* Deals the plain words out to the arguments: one each, what is left over to the one that takes many. */
static msc_status place(const cli_command *command, cli_lang lang, char **words, int n, char *call, msc_error *err)
{
    int n_wanted = 0, n_optional = 0, has_many = 0, used = 0;
    for (const cli_argument *a = command->arguments; a->name; a++, n_wanted++) {
        has_many |= a->is_many;
        n_optional += a->is_optional;
    }
    if (n < n_wanted - n_optional)
        return msc_fail(err, MSC_EUSAGE, command->arguments[n].name, "%s",
                        cli_say(lang, (cli_words){ "argument missing", "缺少参数" }));
    if (n > n_wanted && !has_many)
        return msc_fail(err, MSC_EUSAGE, words[n_wanted], "%s", cli_say(lang, (cli_words){ "one argument too many", "多余的参数" }));
    for (const cli_argument *a = command->arguments; a->name && used < n; a++) {
        const int count = a->is_many ? n - n_wanted + 1 : 1;
        if (!a->is_many) *(const char **)(void *)(call + a->at) = words[used];
        else {
            const char **list = msc_alloc((size_t)count, sizeof *list);
            if (!list) return msc_fail(err, MSC_ENOMEM, a->name, "arguments");
            for (int i = 0; i < count; i++) list[i] = words[used + i];
            *(const char ***)(void *)(call + a->at) = list;
            *(int *)(void *)(call + a->count_at) = count;
        }
        used += count;
    }
    return MSC_OK;
}

/* One word that begins with a dash, and its value, which may be the next word. */
static msc_status take_option(const cli_command *command, cli_lang lang, int argc, char **argv, int *i, cli_common *common,
                              void *call, msc_error *err)
{
    const char *word = argv[*i];
    const int is_short = word[1] != '-';
    const char *name = word + (is_short ? 1 : 2), *equals = strchr(name, '=');
    const size_t n = equals ? (size_t)(equals - name) : strlen(name);
    char *base = call;
    const cli_option *o = find(command->options, name, n, is_short);
    if (!o) {
        base = (char *)common;
        o = find(cli_common_options, name, n, is_short);
    }
    if (!o) return unknown_option(command, lang, word, err);
    if (!takes_value(o)) {
        if (equals) return msc_fail(err, MSC_EUSAGE, word, "%s", cli_say(lang, (cli_words){ "takes no value", "不带值" }));
        return store(o, lang, "", argc, base, err);
    }
    if (!equals && *i + 1 >= argc)
        return msc_fail(err, MSC_EUSAGE, word, cli_say(lang, (cli_words){ "value missing: %s", "缺少值：%s" }), o->value ? o->value : "VALUE");
    return store(o, lang, equals ? equals + 1 : argv[++*i], argc, base, err);
}

msc_status cli_parse(const cli_command *command, cli_lang lang, int argc, char **argv, cli_common *common, void *call,
                     msc_error *err)
{
    int n = 0, only_words = 0;
    char **words = msc_alloc((size_t)argc + 1, sizeof *words);
    if (!words) return msc_fail(err, MSC_ENOMEM, command->name, "command line");
    msc_status status = MSC_OK;
    for (int i = 0; i < argc && status == MSC_OK; i++) {
        if (only_words || argv[i][0] != '-' || !argv[i][1]) words[n++] = argv[i];
        else if (!strcmp(argv[i], "--")) only_words = 1;
        else status = take_option(command, lang, argc, argv, &i, common, call, err);
        if (common->is_help || common->is_version || common->is_json_usage) goto done;
    }
    if (status == MSC_OK) status = place(command, lang, words, n, call, err);
done:
    msc_release(words);
    return status;
}

void cli_clear(const cli_command *command, cli_common *common, void *call)
{
    for (const cli_option *o = command->options; o->name; o++)
        if (is_list(o)) msc_release(*(void **)(void *)((char *)call + o->at));
    for (const cli_argument *a = command->arguments; a->name; a++)
        if (a->is_many) msc_release(*(void **)(void *)((char *)call + a->at));
    for (const cli_option *o = cli_common_options; o->name; o++)
        if (is_list(o)) msc_release(*(void **)(void *)((char *)common + o->at));
}
