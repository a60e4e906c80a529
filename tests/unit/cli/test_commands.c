/* test_commands.c - the tables of all commands: whole, without clashes, and with examples that their parser takes. */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/commands.h"

static const cli_command *const commands[] = {
    &cli_run, &cli_plan, &cli_info, &cli_simulate, &cli_train, &cli_features, &cli_classify, &cli_shift, &cli_change,
    &cli_majority, &cli_sieve, &cli_vectorize, &cli_assess
};
enum { N_COMMANDS = sizeof commands / sizeof *commands, MAX_WORDS = 64 };

static void check_options(const cli_command *c, const cli_option *table, size_t bytes)
{
    for (const cli_option *o = table; o->name; o++) {
        if (!*o->help.en || !*o->help.zh) fail_msg("%s --%s has no help", c->name, o->name);
        assert_true(o->at < bytes);
        const int is_number = o->kind == CLI_INT || o->kind == CLI_COUNT || o->kind == CLI_REAL || o->kind == CLI_INTS;
        if (is_number && !(o->high > o->low)) fail_msg("%s --%s has no range", c->name, o->name);
        if (o->kind == CLI_CHOICE) assert_non_null(o->choices);
        for (const cli_option *other = cli_common_options; other->name; other++) {
            if (other == o) break;
            if (table != cli_common_options && !strcmp(other->name, o->name)) fail_msg("%s --%s is a common option", c->name, o->name);
        }
        for (const cli_option *other = table; other != o; other++)
            if (!strcmp(other->name, o->name)) fail_msg("%s --%s is there twice", c->name, o->name);
    }
}

static void tables_are_whole(void **state)
{
    (void)state;
    for (int i = 0; i < N_COMMANDS; i++) {
        const cli_command *c = commands[i];
        assert_true(*c->summary.en && *c->summary.zh && *c->detail.en && *c->detail.zh);
        assert_non_null(c->run);
        check_options(c, c->options, c->bytes);
        int n_many = 0;
        for (const cli_argument *a = c->arguments; a->name; a++) {
            assert_true(*a->help.en && *a->help.zh);
            assert_true(a->at < c->bytes);
            n_many += a->is_many;
        }
        assert_true(n_many <= 1);
    }
    check_options(commands[0], cli_common_options, sizeof(cli_common));
}

/* One line of an example; "\" at its end has been joined, '#' begins a comment. */
static void check_example(const cli_command *c, char *line)
{
    char *words[MAX_WORDS], *rest = line;
    int n = 0;
    for (char *word; (word = strtok_r(rest, " ", &rest)) && n < MAX_WORDS && *word != '#';) words[n++] = word;
    cli_common common = { 0 };
    msc_error err = { 0 };
    void *call = calloc(1, c->bytes);
    assert_true(n > 2);
    assert_string_equal(words[0], "minescar");
    assert_string_equal(words[1], c->name);
    if (c->defaults) c->defaults(call);
    if (cli_parse(c, CLI_EN, n - 2, words + 2, &common, call, &err) != MSC_OK) fail_msg("%s: %s: %s", c->name, err.subject, err.detail);
    cli_clear(c, &common, call);
    free(call);
}

static void examples_are_taken(void **state)
{
    (void)state;
    for (int i = 0; i < N_COMMANDS; i++) {
        char *text = strdup(commands[i]->examples), *rest = text;
        for (char *c = text; (c = strstr(c, "\\\n"));) c[0] = c[1] = ' ';
        for (char *line; (line = strtok_r(rest, "\n", &rest));) check_example(commands[i], line);
        free(text);
    }
}

static void connectivity_is_4_or_8(void **state)
{
    (void)state;
    msc_error err;
    assert_int_equal(cli_check_connectivity(4, &err), MSC_OK);
    assert_int_equal(cli_check_connectivity(8, &err), MSC_OK);
    assert_int_equal(cli_check_connectivity(6, &err), MSC_EVALUE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_whole), cmocka_unit_test(examples_are_taken), cmocka_unit_test(connectivity_is_4_or_8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
