/* test_simulate_draw.c - the samples are the same in any order of pixels, without repeats, from the right strata. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/mem.h"
#include "jobs/simulate.h"

enum { SIDE = 200 };

static void code_at(int x, int y, uint8_t code[2])
{
    code[0] = (uint8_t)(x < 20 ? MSC_C_NONE : y < 20 ? MSC_C_CLOUD : x < 60 ? MSC_C_QUARRY : MSC_C_FOREST);
    code[1] = (uint8_t)(y > 180 && x >= 20 ? MSC_C_PIT : code[0]);
}

static void test_order_does_not_matter(void **state)
{
    (void)state;
    msc_sim_draws *a = msc_alloc(1, sizeof *a), *b = msc_alloc(1, sizeof *b);
    msc_sim_draws_init(a);
    msc_sim_draws_init(b);
    for (int i = 0; i < SIDE * SIDE; i++) {
        uint8_t code[2];
        const int j = (int)((int64_t)i * 7919 % (SIDE * SIDE));
        code_at(i % SIDE, i / SIDE, code);
        msc_sim_draws_offer(a, 5, i % SIDE, i / SIDE, code);
        code_at(j % SIDE, j / SIDE, code);
        msc_sim_draws_offer(b, 5, j % SIDE, j / SIDE, code);
    }
    msc_sim_draws_close(a);
    msc_sim_draws_close(b);
    assert_memory_equal(a, b, sizeof *a);
    assert_int_equal(a->stratum[0].n_seen, 19 * 180);
    assert_int_equal(a->stratum[0].n, MSC_SIM_POINTS);
    assert_int_equal(a->stratum[1].n_seen, 40 * 161);
    assert_int_equal(a->stratum[2].n, 0);
    assert_int_equal(a->start[0][MSC_C_CLOUD].n_seen, 180 * 20);
    for (int i = 1; i < MSC_SIM_POINTS; i++)
        assert_true(a->stratum[3].px[i].key > a->stratum[3].px[i - 1].key);
    msc_release(a);
    msc_release(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_does_not_matter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
