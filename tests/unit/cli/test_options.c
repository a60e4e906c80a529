/* test_options.c - words to values along a small table. */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "cli/options.h"

typedef struct sample {
    int is_on, has_dem, count;
    int64_t bytes, px;
    uint64_t seed;
    double size;
    const char *text, *choice, *out;
    const char *const *names, *const *inputs;
    const int *years;
    int n_names, n_inputs, n_years;
} sample;
#define AT(field) offsetof(sample, field)

static const cli_option options[] = {
    { "on", "o", CLI_FLAG, .at = AT(is_on) },
    { "no-dem", .kind = CLI_OFF, .at = AT(has_dem) },
    { "count", .kind = CLI_INT, .at = AT(count), .low = -5, .high = 9 },
    { "bytes", .kind = CLI_BYTES, .at = AT(bytes) },
    { "px", .kind = CLI_COUNT, .at = AT(px), .low = 0, .high = 9e15 },
    { "seed", .kind = CLI_SEED, .at = AT(seed) },
    { "size", .kind = CLI_REAL, .at = AT(size), .low = 0, .high = 10 },
    { "text", "t", CLI_TEXT, .at = AT(text) },
    { "choice", .kind = CLI_CHOICE, .at = AT(choice), .choices = "red|green" },
    { "name", .kind = CLI_TEXTS, .at = AT(names), .count_at = AT(n_names) },
    { "year", .kind = CLI_INTS, .at = AT(years), .count_at = AT(n_years), .low = 1900, .high = 2199 },
    { 0 }
};
static const cli_argument arguments[] = {
    { "IN", AT(inputs), AT(n_inputs), 1, .help = { "", "" } }, { "OUT", AT(out), .help = { "", "" } }, { 0 }
};
static const cli_command command = { .name = "sample", .arguments = arguments, .options = options, .bytes = sizeof(sample) };

enum { MAX_WORDS = 40 };

/* Parses one line of words separated by single spaces; the words live in *line. */
static msc_status parse(char *line, cli_common *common, sample *call, msc_error *err)
{
    char *words[MAX_WORDS], *rest = line;
    int n = 0;
    for (char *word; (word = strtok_r(rest, " ", &rest)) && n < MAX_WORDS;) words[n++] = word;
    return cli_parse(&command, CLI_EN, n, words, common, call, err);
}

static void stores_every_kind(void **state)
{
    (void)state;
    char line[] = "a.tif --on --no-dem --count -3 b.tif --bytes=2G --px 7000000000 --seed 18446744073709551615 --size 2.5 -t word "
                  "--choice green --name x --name=y --year 2016 --year 2018 -q -co A=1 --co=B=2 out.tif";
    cli_common common = { 0 };
    sample call = { .has_dem = 1 };
    msc_error err = { 0 };
    assert_int_equal(parse(line, &common, &call, &err), MSC_OK);
    assert_true(call.is_on == 1 && call.has_dem == 0 && call.count == -3);
    assert_true(call.bytes == 2147483648 && call.px == 7000000000 && call.seed == UINT64_MAX && call.size == 2.5);
    assert_string_equal(call.text, "word");
    assert_string_equal(call.choice, "green");
    assert_int_equal(call.n_names, 2);
    assert_string_equal(call.names[1], "y");
    assert_true(call.n_years == 2 && call.years[1] == 2018);
    assert_int_equal(call.n_inputs, 2);
    assert_string_equal(call.inputs[1], "b.tif");
    assert_string_equal(call.out, "out.tif");
    assert_true(common.is_quiet == 1 && common.settings.n_creation == 2);
    assert_string_equal(common.settings.creation[1], "B=2");
    cli_clear(&command, &common, &call);
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    static const struct { const char *line, *subject; msc_status status; } cases[] = {
        { "a", "OUT", MSC_EUSAGE }, { "", "IN", MSC_EUSAGE },
        { "a b --coutn 3", "--coutn", MSC_EUSAGE }, { "a b -zz", "-zz", MSC_EUSAGE },
        { "a b --count", "--count", MSC_EUSAGE }, { "a b --on=1", "--on=1", MSC_EUSAGE },
        { "a b --count 10", "--count", MSC_EVALUE }, { "a b --count 1.5", "--count", MSC_EVALUE },
        { "a b --count 0x3", "--count", MSC_EVALUE }, { "a b --count nan", "--count", MSC_EVALUE },
        { "a b --size 1e", "--size", MSC_EVALUE }, { "a b --seed -1", "--seed", MSC_EVALUE },
        { "a b --seed 18446744073709551616", "--seed", MSC_EVALUE }, { "a b --choice blue", "--choice", MSC_EVALUE },
        { "a b --choice r", "--choice", MSC_EVALUE }, { "a b --bytes 3Q", "--bytes", MSC_EVALUE },
        { "a b --year 16", "--year", MSC_EVALUE }, { "a b --name x --threads -1", "--threads", MSC_EVALUE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[120];
        cli_common common = { 0 };
        sample call = { 0 };
        msc_error err = { 0 };
        strcpy(line, cases[i].line);
        if (parse(line, &common, &call, &err) != cases[i].status) fail_msg("case %zu: status %s", i, msc_status_name(err.status));
        assert_string_equal(err.subject, cases[i].subject);
        cli_clear(&command, &common, &call);
    }
}

static void help_stops_the_checks(void **state)
{
    (void)state;
    char line[] = "--help --nonsense";
    cli_common common = { 0 };
    sample call = { 0 };
    msc_error err = { 0 };
    assert_int_equal(parse(line, &common, &call, &err), MSC_OK);
    assert_true(common.is_help);
}

static void dashes_end_the_options(void **state)
{
    (void)state;
    char line[] = "-- --in -";
    cli_common common = { 0 };
    sample call = { 0 };
    msc_error err = { 0 };
    assert_int_equal(parse(line, &common, &call, &err), MSC_OK);
    assert_string_equal(call.inputs[0], "--in");
    assert_string_equal(call.out, "-");
    cli_clear(&command, &common, &call);
}

static void reads_sizes(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "G", "-1", "1e3", "2GG", "2 G", "99999999999T", "0x10" };
    int64_t bytes = 0;
    assert_true(cli_parse_bytes("1048576", &bytes) && bytes == 1048576);
    assert_true(cli_parse_bytes("1.5k", &bytes) && bytes == 1536);
    assert_true(cli_parse_bytes("512MiB", &bytes) && bytes == 512LL << 20);
    assert_true(cli_parse_bytes("1T", &bytes) && bytes == 1LL << 40);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(cli_parse_bytes(bad[i], &bytes));
}

static void finds_the_language(void **state)
{
    (void)state;
    char *zh[] = { "minescar", "x", "--lang", "zh" }, *en[] = { "minescar", "--lang=en" }, *none[] = { "minescar" };
    unsetenv("LC_ALL");
    unsetenv("LC_MESSAGES");
    setenv("LANG", "zh_CN.UTF-8", 1);
    assert_int_equal(cli_lang_of(1, none), CLI_ZH);
    assert_int_equal(cli_lang_of(2, en), CLI_EN);
    setenv("LC_ALL", "C", 1);
    assert_int_equal(cli_lang_of(1, none), CLI_EN);
    assert_int_equal(cli_lang_of(4, zh), CLI_ZH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_every_kind), cmocka_unit_test(names_what_is_wrong), cmocka_unit_test(help_stops_the_checks),
        cmocka_unit_test(dashes_end_the_options), cmocka_unit_test(reads_sizes), cmocka_unit_test(finds_the_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
