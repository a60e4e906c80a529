/* Colours of classes without one: kept when given, by habit, else by code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include "jobs/palette.h"

static void colours(void **state)
{
    (void)state;
    uint8_t given[3] = { 1, 0, 0 }, water[3] = { 0 }, a[3] = { 0 }, b[3] = { 0 }, c[3] = { 0 };
    msc_palette_fill("quarry", 1, given);
    assert_memory_equal(given, ((uint8_t[]){ 1, 0, 0 }), 3);
    msc_palette_fill("water", 7, water);
    assert_true(water[2] > water[0]);
    msc_palette_fill("class 3", 3, a);
    msc_palette_fill(NULL, 4, b);
    msc_palette_fill("class 15", 15, c);
    assert_true(memcmp(a, b, 3) != 0 && memcmp(a, c, 3) == 0);
    assert_true(a[0] || a[1] || a[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(colours) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
