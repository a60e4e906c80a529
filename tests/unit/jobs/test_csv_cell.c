/* test_csv_cell.c - quotes stand where a reader needs them, and only there. */
#define _POSIX_C_SOURCE 200809L
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdint.h>
#include <stdlib.h>
#include "jobs/csv_cell.h"

static void quotes_where_they_are_needed(void **state)
{
    (void)state;
    static const struct { const char *head, *text, *cell; } cases[] = {
        { "", "", "" }, { "", "采场", "采场" }, { "5 ", "a b", "5 a b" }, { "5 ", "采场,\"露天\"", "\"5 采场,\"\"露天\"\"\"" },
        { "", "\"", "\"\"\"\"" }, { "1 ", "a\nb", "\"1 a\nb\"" }, { "", "a\r", "\"a\r\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t n = 0;
        FILE *memory = open_memstream(&text, &n);
        msc_csv_cell(memory, cases[i].head, cases[i].text);
        fclose(memory);
        assert_string_equal(text, cases[i].cell);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(quotes_where_they_are_needed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
