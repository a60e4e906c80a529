/* test_chip.c - what is judged stays free of marks; the bar is as long as it says; figures are those of a drawn picture. */
#include "jobs/chip.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 390 };
static uint8_t rgb[SIDE * SIDE * 3];
static const msc_chip chip = { rgb, SIDE };

static int is_drawn(int x, int y) { return rgb[3 * (y * SIDE + x)] != 77; }
static int is_bright(int x, int y) { return rgb[3 * (y * SIDE + x)] == 255; }
static void clear(void) { memset(rgb, 77, sizeof rgb); }

static void what_is_judged_stays_free(void **state)
{
    (void)state;
    for (double judged = 0.4; judged < 200; judged *= 1.7) {
        const int w = judged < 3 ? 3 : (int)lround(judged), x0 = SIDE / 2 - w / 2;
        clear();
        msc_chip_mark(&chip, judged, judged);
        for (int y = x0; y < x0 + w; y++)
            for (int x = x0; x < x0 + w; x++) assert_false(is_drawn(x, y));
        for (int i = x0 - 1; i <= x0 + w; i++) assert_true(is_bright(i, x0 - 1) && is_bright(i, x0 + w) && is_bright(x0 - 1, i) && is_bright(x0 + w, i));
    }
    msc_chip_mark(&chip, 5000, 5000);        /* larger than the picture: nothing beyond it is touched (sanitizers) */
}

/* Length of the lowest bright row. */
static int bar_px(void)
{
    for (int y = SIDE - 1; y > SIDE / 2; y--) {
        int n = 0;
        for (int x = 0; x < SIDE; x++) n += is_bright(x, y);
        if (n) return n;
    }
    return 0;
}

static void the_bar_is_as_long_as_it_says(void **state)
{
    (void)state;
    static const struct { double m_per_px; int m; } cases[] = { { 0.0133, 2 }, { 2 / 6.0, 50 }, { 1, 100 }, { 1.3, 200 }, { 10 / 6.0, 200 }, { 30, 2000 }, { 64, 5000 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        clear();
        msc_chip_scale(&chip, cases[i].m_per_px, 2);
        assert_int_equal(bar_px(), lround(cases[i].m / cases[i].m_per_px));
        assert_true(bar_px() <= 0.4 * SIDE + 1);
    }
    clear();
    msc_chip_scale(&chip, NAN, 2);
    assert_int_equal(bar_px(), 0);
}

static void figures_are_read_as_written(void **state)
{
    (void)state;
    static const char *const two[] = { ".###.", "#...#", "....#", "...#.", "..#..", ".#...", "#####" };
    static const char *const one[] = { "..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###." };
    clear();
    msc_chip_write(&chip, 10, 20, 3, "21");
    for (int row = 0; row < 7; row++)
        for (int column = 0; column < 11; column++) {
            const int wanted = column < 5 ? two[row][column] == '#' : column > 5 ? one[row][column - 6] == '#' : 0;
            assert_int_equal(is_bright(10 + 3 * column + 1, 20 + 3 * row + 1), wanted);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(what_is_judged_stays_free), cmocka_unit_test(the_bar_is_as_long_as_it_says),
                                        cmocka_unit_test(figures_are_read_as_written) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
