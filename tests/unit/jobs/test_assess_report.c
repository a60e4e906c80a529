/* test_assess_report.c - how reports and tables call the classes of a map. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "jobs/assess.h"

/* Names are cut between characters. */
static void names_of_classes(void **state)
{
    (void)state;
    const msc_class classes[] = { { .code = 1, .name = "pit", .label = "尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿" }, { .code = 2, .name = "rock", .label = "岩" } };
    const msc_assess_options options = { .classes = classes, .n_classes = 2 };
    const msc_assessment a = { .options = &options, .is_change = 1 };
    char name[200], label[200];
    msc_assess_class_name(&a, 1 << 8 | 2, name, label, sizeof name);
    assert_string_equal(name, "pit > rock");
    assert_string_equal(label, "尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿 > 岩");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names_of_classes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
