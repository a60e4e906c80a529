/* test_site.c - a cell is a function of the seed, and its parts keep within reach of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "scene/site.h"

static const msc_scene scene = {.seed = 5, .pixel_m = 2};

static void test_cells_repeat_and_stay_within_reach(void **state)
{
    (void)state;
    int n_sites = 0;
    for (int32_t cy = -2; cy < 4; cy++)
        for (int32_t cx = 10; cx < 16; cx++) {
            msc_cell a, b;
            memset(&a, 0, sizeof a);
            memset(&b, 0, sizeof b);
            msc_cell_make(&scene, cx, cy, &a);
            msc_cell_make(&scene, cx, cy, &b);
            assert_memory_equal(&a, &b, sizeof a);
            assert_in_range(a.n_parts, 0, MSC_MAX_PARTS);
            n_sites += a.n_parts > 0;
            for (int i = 0; i < a.n_parts; i++) {
                const msc_part *p = &a.part[i];
                assert_true(p->near_x - p->reach_m > cx * MSC_CELL_M - MSC_REACH_M);
                assert_true(p->near_x + p->reach_m < (cx + 1) * MSC_CELL_M + MSC_REACH_M);
                assert_true(p->near_y - p->reach_m > cy * MSC_CELL_M - MSC_REACH_M);
                assert_true(p->near_y + p->reach_m < (cy + 1) * MSC_CELL_M + MSC_REACH_M);
                assert_true(p->a[1] > 0.0f || p->a[0] > 0.0f);
            }
        }
    assert_in_range(n_sites, 9, 36);
}

/* Nobody digs or dumps in a river: in both years it lies beyond the longest half axis of every work, whatever the seed. */
static void test_works_keep_out_of_rivers(void **state)
{
    (void)state;
    int n = 0;
    for (int32_t k = 0; k < 600; k++) {
        const msc_scene other = {.seed = (uint64_t)(k % 4), .pixel_m = 2};
        msc_cell cell;
        memset(&cell, 0, sizeof cell);
        msc_cell_make(&other, k % 25, k / 25, &cell);
        for (int i = 0; i < cell.n_parts; i++) {
            const msc_part *p = &cell.part[i];
            if (p->kind > MSC_P_POND)
                continue;
            msc_macro macro;
            msc_macro_at(&other, p->x, p->y, &macro);
            assert_true(fabsf(macro.river_m) > 17.0f + fmaxf(p->a[0], p->a[1]));
            n++;
        }
    }
    assert_true(n > 300);
}

static void test_reservoir_keeps_within_its_cell(void **state)
{
    (void)state;
    int n = 0;
    for (int32_t c = 0; c < 6; c++) {
        msc_lake lake;
        msc_lake_make(&scene, c, 1, &lake);
        if (!lake.is_there)
            continue;
        n++;
        assert_true(fabsf(msc_lake_radius(&lake, lake.x + lake.a * lake.turn_c, lake.y + lake.a * lake.turn_s) - 1) < 1e-3f);
        assert_true(lake.x - 1.4 * lake.a > c * MSC_LAKE_CELL_M - 1 && lake.x + 1.4 * lake.a < (c + 1) * MSC_LAKE_CELL_M + 1);
    }
    assert_true(n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells_repeat_and_stay_within_reach),
                                       cmocka_unit_test(test_works_keep_out_of_rivers),
                                       cmocka_unit_test(test_reservoir_keeps_within_its_cell)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
