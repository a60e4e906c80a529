/* help.c - prints the tables: the only description of a command is the one that its parser reads. */
#include "cli/help.h"
#include "base/mem.h"
#include "cli/messages.h"
#include <inttypes.h>
#include <string.h>

/* The default of an option as text, "" when there is none; `base` is the struct that holds the defaults. */
static void default_text(const cli_option *o, const char *base, char *text, size_t size)
{
    const void *at = base + o->at;
    *text = 0;
    switch (o->kind) {
    case CLI_INT: snprintf(text, size, "%d", *(const int *)at); break;
    case CLI_COUNT: case CLI_BYTES: snprintf(text, size, "%" PRId64, *(const int64_t *)at); break;
    case CLI_SEED: snprintf(text, size, "%" PRIu64, *(const uint64_t *)at); break;
    case CLI_REAL: snprintf(text, size, "%.10g", *(const double *)at); break;
    case CLI_TEXT: case CLI_CHOICE:
        if (*(const char *const *)at) snprintf(text, size, "%s", *(const char *const *)at);
        break;
    case CLI_FLAG: case CLI_OFF: case CLI_TEXTS: case CLI_INTS: break;
    }
}

static void *new_defaults(const cli_command *command, cli_common *common)
{
    void *call = msc_alloc_zero(1, command->bytes);
    *common = (cli_common){ .progress = "auto" };
    msc_settings_defaults(&common->settings);
    if (call && command->defaults) command->defaults(call);
    return call;
}

static const char *value_name(const cli_option *o)
{
    if (o->kind == CLI_CHOICE && o->choices) return o->choices;
    return o->kind == CLI_FLAG || o->kind == CLI_OFF ? "" : o->value ? o->value : "VALUE";
}

static int is_repeatable(const cli_option *o) { return o->kind == CLI_TEXTS || o->kind == CLI_INTS; }

static void put_usage(FILE *out, const cli_command *command)
{
    fprintf(out, "minescar %s [options]", command->name);
    for (const cli_argument *a = command->arguments; a->name; a++) fprintf(out, a->is_optional ? " [%s]" : " %s%s", a->name, a->is_many ? "..." : "");
}

static void put_options(FILE *out, const cli_option *o, const char *base, cli_lang lang)
{
    char left[96], fallback[128];
    for (; o->name; o++) {
        const char *value = value_name(o);
        snprintf(left, sizeof left, "--%s%s%s%s%s", o->name, *value ? " " : "", value, o->alias ? ", -" : "", o->alias ? o->alias : "");
        fprintf(out, "  %-30s%s%s", left, strlen(left) > 29 ? "\n                                " : "", cli_say(lang, o->help));
        default_text(o, base, fallback, sizeof fallback);
        if (*fallback) fprintf(out, lang == CLI_ZH ? "（默认 %s）" : " (default %s)", fallback);
        if (is_repeatable(o)) fputs(lang == CLI_ZH ? "（可重复）" : " (repeatable)", out);
        fputc('\n', out);
    }
}

/* Examples are lines of shell, indented here. */
static void put_lines(FILE *out, const char *lines, const char *indent)
{
    while (*lines) {
        const size_t n = strcspn(lines, "\n");
        fprintf(out, "%s%.*s\n", indent, (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

void cli_help_command(FILE *out, const cli_command *command, cli_lang lang)
{
    cli_common common;
    void *call = new_defaults(command, &common);
    if (!call) return;
    fputs(lang == CLI_ZH ? "用法: " : "Usage: ", out);
    put_usage(out, command);
    fprintf(out, "\n\n%s%s\n", cli_say(lang, command->summary), lang == CLI_ZH ? "。" : ".");
    put_lines(out, cli_say(lang, command->detail), "");
    fputs(lang == CLI_ZH ? "\n参数（输入在前，输出在后）:\n" : "\nArguments (inputs first, output last):\n", out);
    for (const cli_argument *a = command->arguments; a->name; a++) fprintf(out, "  %-30s%s\n", a->name, cli_say(lang, a->help));
    if (command->options->name) fputs(lang == CLI_ZH ? "\n选项:\n" : "\nOptions:\n", out);
    put_options(out, command->options, call, lang);
    fputs(lang == CLI_ZH ? "\n通用选项:\n" : "\nCommon options:\n", out);
    put_options(out, cli_common_options, (const char *)&common, lang);
    fputs(lang == CLI_ZH ? "\n示例:\n" : "\nExamples:\n", out);
    put_lines(out, command->examples, "  ");
    msc_release(call);
}

static const cli_words exit_codes = {
    "Exit codes: 0 done; 1 a check did not hold; 2 usage or job file; 3 input; 4 output; 5 memory cap too small;\n"
    "70 fault of the program; 130, 143 stopped by a signal.",
    "退出码: 0 完成；1 检查未通过；2 用法或任务文件；3 输入；4 输出；5 内存上限过小；70 程序错误；130、143 被信号停止。"
};

void cli_help_all(FILE *out, const cli_command *commands, cli_lang lang)
{
    fputs(cli_say(lang, (cli_words){
        "Usage: minescar COMMAND [options] INPUT... OUTPUT\n\nFrom two years of imagery to field-ready polygons of what mining changed.\n\nCommands:\n",
        "用法: minescar 命令 [选项] 输入... 输出\n\n由两期影像得到可直接外业核查的矿山变化图斑。\n\n命令:\n" }), out);
    for (; commands->name; commands++) fprintf(out, "  %-12s%s\n", commands->name, cli_say(lang, commands->summary));
    fputs(cli_say(lang, (cli_words){
        "\nBegin with:\n  minescar simulate demo              # a made scene with its truth and a job file\n"
        "  minescar plan demo/job.yaml         # what would run, on what, for how long\n"
        "  minescar run demo/job.yaml          # the whole job\n\n'minescar COMMAND --help' tells the options, with examples.\n",
        "\n从这里开始:\n  minescar simulate demo              # 模拟影像、真值和任务文件\n"
        "  minescar plan demo/job.yaml         # 检查输入，预告要做什么、需多久\n"
        "  minescar run demo/job.yaml          # 执行整个任务\n\n“minescar 命令 --help”列出选项和示例。\n" }), out);
    fprintf(out, "%s\n", cli_say(lang, exit_codes));
}

static void put_json_text(FILE *out, const char *key, const char *text, const char *after)
{
    char escaped[4096];
    cli_json_escape(text, escaped, sizeof escaped);
    fprintf(out, "\"%s\": \"%s\"%s", key, escaped, after);
}

static const char *type_name(cli_kind kind)
{
    static const char *const names[] = { "flag", "flag", "integer", "integer", "integer", "number", "bytes", "text", "choice", "text", "integer" };
    return names[kind];
}

static void put_json_options(FILE *out, const cli_option *o, const char *base)
{
    char fallback[128];
    for (int is_first = 1; o->name; o++, is_first = 0) {
        fputs(is_first ? "\n    {" : ",\n    {", out);
        put_json_text(out, "name", o->name, ", ");
        if (o->alias) put_json_text(out, "alias", o->alias, ", ");
        put_json_text(out, "type", type_name(o->kind), ", ");
        if (o->choices) put_json_text(out, "choices", o->choices, ", ");
        default_text(o, base, fallback, sizeof fallback);
        if (*fallback) put_json_text(out, "default", fallback, ", ");
        if (o->high > o->low) fprintf(out, "\"min\": %.17g, \"max\": %.17g, ", o->low, o->high);
        fprintf(out, "\"repeatable\": %s, ", is_repeatable(o) ? "true" : "false");
        put_json_text(out, "help", o->help.en, ", ");
        put_json_text(out, "help_zh", o->help.zh, "}");
    }
}

void cli_help_command_json(FILE *out, const cli_command *command)
{
    cli_common common;
    void *call = new_defaults(command, &common);
    if (!call) return;
    fputs("{", out);
    put_json_text(out, "command", command->name, ", ");
    put_json_text(out, "summary", command->summary.en, ", ");
    put_json_text(out, "summary_zh", command->summary.zh, ",\n  \"arguments\": [");
    for (const cli_argument *a = command->arguments; a->name; a++) {
        fputs(a == command->arguments ? "\n    {" : ",\n    {", out);
        put_json_text(out, "name", a->name, ", ");
        fprintf(out, "\"many\": %s, \"optional\": %s, ", a->is_many ? "true" : "false", a->is_optional ? "true" : "false");
        put_json_text(out, "help", a->help.en, ", ");
        put_json_text(out, "help_zh", a->help.zh, "}");
    }
    fputs("],\n  \"options\": [", out);
    put_json_options(out, command->options, call);
    fputs("],\n  \"common\": [", out);
    put_json_options(out, cli_common_options, (const char *)&common);
    fputs("]}", out);
    msc_release(call);
}

void cli_help_json(FILE *out, const cli_command *commands)
{
    fputs("[", out);
    for (const cli_command *c = commands; c->name; c++) {
        if (c != commands) fputs(",\n", out);
        cli_help_command_json(out, c);
    }
    fputs("]\n", out);
}

static void put_markdown_options(FILE *out, const cli_option *o, const char *base)
{
    char fallback[128];
    fputs("| Option | Default | Meaning | 含义 |\n|---|---|---|---|\n", out);
    for (; o->name; o++) {
        char value[96] = "";
        for (const char *c = value_name(o); *c && strlen(value) < 90; c++) strcat(value, *c == '|' ? "\\|" : (char[]){ *c, 0 });
        default_text(o, base, fallback, sizeof fallback);
        fprintf(out, "| `--%s%s%s`%s%s%s | %s | %s%s | %s |\n", o->name, *value ? " " : "", value, o->alias ? ", `-" : "",
                o->alias ? o->alias : "", o->alias ? "`" : "", fallback, o->help.en, is_repeatable(o) ? " (repeatable)" : "", o->help.zh);
    }
}

/* The whole way by single commands; scripts/check_docs runs it. */
static const char whole_way[] =
    "The whole way, command by command, on a made scene (`run` does all of it in one):\n\n<!-- run -->\n```sh\n"
    "minescar simulate demo --size-px 512\n"
    "minescar train demo/image_2024.tif demo/image_2025.tif demo/training.gpkg model.msm --year 2024 --year 2025 \\\n"
    "    --year-field year --class-field code --classes demo/job.yaml --dem demo/dem_2024.tif --dem demo/dem_2025.tif\n"
    "for year in 2024 2025; do\n"
    "    minescar classify demo/image_$year.tif classes_$year.tif --model model.msm --dem demo/dem_$year.tif \\\n"
    "        --confidence confidence_$year.tif\n"
    "done\n"
    "minescar change classes_2024.tif classes_2025.tif change.tif\n"
    "minescar sieve change.tif sieved.tif --mmu-m2 400\n"
    "minescar vectorize sieved.tif changes.shp --also changes.gpkg --year-before 2024 --year-after 2025 \\\n"
    "    --classes demo/job.yaml --zones district=demo/districts.gpkg:NAME\n"
    "minescar assess classes_2025.tif demo/reference.gpkg accuracy.json --class-field code_2025 \\\n"
    "    --stratum-field stratum --weight-field weight --classes demo/job.yaml\n"
    "minescar sample sieved.tif points.gpkg --buffer-m 20 --se 0.03 --min 20 --exclude demo/training.gpkg --classes demo/job.yaml\n```\n\n";

void cli_help_markdown(FILE *out, const cli_command *commands)
{
    cli_common common;
    fputs("# Commands\n\nWritten by `minescar --markdown-usage` from the option tables in `src/cli`; do not edit by hand.\n\n"
          "`minescar COMMAND [options] INPUT... OUTPUT`: inputs first, output last. `--name value` and `--name=value` are the\n"
          "same. Lists are made by repeating an option. `--` ends the options.\n\n", out);
    fprintf(out, "%s\n\n%s", exit_codes.en, whole_way);
    for (const cli_command *c = commands; c->name; c++) {
        void *call = new_defaults(c, &common);
        if (!call) return;
        fprintf(out, "## %s\n\n%s. %s。\n\n```\n", c->name, c->summary.en, c->summary.zh);
        put_usage(out, c);
        fprintf(out, "\n```\n\n%s%s", c->detail.en, *c->detail.en ? "\n" : "");
        fputs("| Argument | Meaning | 含义 |\n|---|---|---|\n", out);
        for (const cli_argument *a = c->arguments; a->name; a++)
            fprintf(out, "| `%s`%s | %s | %s |\n", a->name, a->is_many ? " ..." : a->is_optional ? " (optional)" : "", a->help.en, a->help.zh);
        if (c->options->name) fputc('\n', out);
        if (c->options->name) put_markdown_options(out, c->options, call);
        fprintf(out, "\n```sh\n%s```\n\n", c->examples);
        msc_release(call);
    }
    fputs("## Common options\n\n", out);
    put_markdown_options(out, cli_common_options, (const char *)&common);
}
