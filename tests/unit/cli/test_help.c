/* test_help.c - help, JSON and Markdown of one table; defaults come from the command's own struct. */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/help.h"

typedef struct sample { int trees; const char *in, *field; } sample;
static const cli_argument arguments[] = { { "IN", offsetof(sample, in), .help = { "an \"input\"", "输入" } }, { 0 } };
static const cli_option options[] = {
    { "trees", .kind = CLI_INT, .at = offsetof(sample, trees), .low = 1, .high = 99, .value = "N", .help = { "how many", "棵数" } },
    { "field", "f", CLI_TEXT, .at = offsetof(sample, field), .value = "FIELD", .help = { "which", "字段" } },
    { 0 }
};
static void defaults(void *call) { *(sample *)call = (sample){ .trees = 42, .field = "class" }; }
static const cli_command commands[] = {
    { .name = "grow", .summary = { "Grow trees", "种树" }, .detail = { "More.", "更多。" }, .examples = "minescar grow a\n",
      .arguments = arguments, .options = options, .bytes = sizeof(sample), .defaults = defaults },
    { 0 }
};

static FILE *out;
static char *text;
static size_t n_text;

static int begin(void **state)
{
    (void)state;
    out = open_memstream(&text, &n_text);
    return out ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    fclose(out);
    free(text);
    text = NULL;
    return 0;
}

static void has(const char *words)
{
    fflush(out);
    if (!strstr(text, words)) fail_msg("'%s' lacks '%s'", text, words);
}

static void help_tells_defaults(void **state)
{
    (void)state;
    cli_help_command(out, &commands[0], CLI_EN);
    has("Usage: minescar grow [options] IN");
    has("how many (default 42)");
    has("--field FIELD, -f");
    has("(default class)");
    has("  minescar grow a\n");
    cli_help_command(out, &commands[0], CLI_ZH);
    has("棵数（默认 42）");
}

static void help_lists_the_commands(void **state)
{
    (void)state;
    cli_help_all(out, commands, CLI_ZH);
    has("grow        种树");
}

static void json_can_be_read(void **state)
{
    (void)state;
    struct json_object *list, *one, *found;
    cli_help_json(out, commands);
    fflush(out);
    list = json_tokener_parse(text);
    assert_non_null(list);
    one = json_object_array_get_idx(list, 0);
    assert_true(json_object_object_get_ex(one, "options", &found));
    found = json_object_array_get_idx(found, 0);
    assert_true(json_object_object_get_ex(found, "default", &found));
    assert_string_equal(json_object_get_string(found), "42");
    json_object_put(list);
}

static void markdown_has_a_row_an_option(void **state)
{
    (void)state;
    cli_help_markdown(out, commands);
    has("## grow");
    has("| `--trees N` | 42 | how many | 棵数 |");
    has("| `--field FIELD`, `-f` | class | which | 字段 |");
    has("| `--lang zh\\|en` |");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(help_tells_defaults, begin, end),
        cmocka_unit_test_setup_teardown(help_lists_the_commands, begin, end),
        cmocka_unit_test_setup_teardown(json_can_be_read, begin, end),
        cmocka_unit_test_setup_teardown(markdown_has_a_row_an_option, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
