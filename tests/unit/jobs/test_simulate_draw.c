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

static void assert_same(const msc_sim_pick *a, const msc_sim_pick *b)
{
    assert_int_equal(a->n, b->n);
    assert_true(a->n_seen == b->n_seen);
    for (int i = 0; i < a->n; i++) {
        assert_true(a->px[i].key == b->px[i].key);
        assert_true(a->px[i].x == b->px[i].x && a->px[i].y == b->px[i].y);
        assert_memory_equal(a->px[i].code, b->px[i].code, sizeof a->px[i].code);
    }
}

/* Of more polygons the first are those of fewer: their starts are. */
static void test_fewer_starts_are_the_first_of_more(void **state)
{
    (void)state;
    msc_sim_draws few, many;
    assert_int_equal(msc_sim_draws_init(&few, 36, NULL), MSC_OK);
    assert_int_equal(msc_sim_draws_init(&many, 100, NULL), MSC_OK);
    for (int i = 0; i < SIDE * SIDE; i++) {
        uint8_t code[2];
        code_at(i % SIDE, i / SIDE, code);
        msc_sim_draws_offer(&few, 5, i % SIDE, i / SIDE, code);
        msc_sim_draws_offer(&many, 5, i % SIDE, i / SIDE, code);
    }
    msc_sim_draws_close(&few);
    msc_sim_draws_close(&many);
    assert_int_equal(few.start[0][MSC_C_FOREST].n, 420);
    assert_int_equal(many.start[0][MSC_C_FOREST].n, 1100);
    for (int i = 0; i < 420; i++)
        assert_true(few.start[0][MSC_C_FOREST].px[i].key == many.start[0][MSC_C_FOREST].px[i].key);
    msc_sim_draws_clear(&few);
    msc_sim_draws_clear(&many);
}

static void test_order_does_not_matter(void **state)
{
    (void)state;
    msc_sim_draws *a = msc_alloc(1, sizeof *a), *b = msc_alloc(1, sizeof *b);
    assert_int_equal(msc_sim_draws_init(a, 36, NULL), MSC_OK);
    assert_int_equal(msc_sim_draws_init(b, 36, NULL), MSC_OK);
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
    for (int i = 0; i < MSC_SIM_STRATA; i++)
        assert_same(&a->stratum[i], &b->stratum[i]);
    for (int c = 0; c < MSC_N_SCENE_CLASSES; c++)
        assert_same(&a->start[1][c], &b->start[1][c]);
    assert_int_equal(a->stratum[0].n_seen, 19 * 180);
    assert_int_equal(a->stratum[0].n, MSC_SIM_POINTS);
    assert_int_equal(a->stratum[1].n_seen, 40 * 161);
    assert_int_equal(a->stratum[2].n, 0);
    assert_int_equal(a->start[0][MSC_C_CLOUD].n_seen, 180 * 20);
    for (int i = 1; i < MSC_SIM_POINTS; i++)
        assert_true(a->stratum[3].px[i].key > a->stratum[3].px[i - 1].key);
    msc_sim_draws_clear(a);
    msc_sim_draws_clear(b);
    msc_release(a);
    msc_release(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_does_not_matter), cmocka_unit_test(test_fewer_starts_are_the_first_of_more)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
