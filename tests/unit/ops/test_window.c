/* Windows against the definition, pixel by pixel; sums of the largest values do not overflow. */
#include "made_tile.h"
#include "ops/window.h"

static void check(msc_type type, int32_t side)
{
    const msc_rect core = { 40, 0, 60, 50 };
    const int32_t r = side / 2;
    msc_tile t = made_tile(core, r, 1, &type);
    uint32_t count[60];
    float mean[60], std[60], only[60];
    void *scratch = msc_alloc(msc_window_scratch(60, side), 1);
    for (int32_t y = 0; y < core.h; y += 3) {
        msc_window_count(&t, y, side, count, scratch);
        msc_window_row(&t, 0, y, side, count, mean, std, scratch);
        msc_window_row(&t, 0, y, side, count, NULL, only, scratch);
        assert_memory_equal(std, only, sizeof std);
        for (int32_t x = 0; x < core.w; x++) {
            double sum = 0, spread = 0;
            uint32_t n = 0;
            for (int pass = 0; pass < 2; pass++)
                for (int32_t v = core.y + y - r; v <= core.y + y + r; v++)
                    for (int32_t u = core.x + x - r; u <= core.x + x + r; u++) {
                        if (!made_seen(u, v)) continue;
                        const double z = made_value(type, u, v, 0);
                        if (pass == 0) sum += z, n++;
                        else spread += (z - sum / n) * (z - sum / n);
                    }
            assert_int_equal(count[x], n);
            const double want_mean = n ? sum / n : 0, want_std = n ? sqrt(spread / n) : 0;
            assert_true(fabs(mean[x] - want_mean) <= 1e-6 * fabs(want_mean) + 1e-6);
            assert_true(fabs(std[x] - want_std) <= 1e-5 * want_std + 1e-4);
        }
    }
    msc_release(scratch);
    made_tile_clear(&t);
}

static void windows_equal_their_definition(void **state)
{
    (void)state;
    static const int32_t sides[] = { 3, 5, 9, 31, 63 };
    for (int type = MSC_U8; type <= MSC_F32; type++)
        for (int i = 0; i < 5; i++) check((msc_type)type, sides[i]);
}

static void largest_values_do_not_overflow(void **state)
{
    (void)state;
    const msc_type type = MSC_U16;
    msc_tile t = made_tile((msc_rect){ 0, 0, 4, 1 }, 31, 1, &type);
    for (int32_t y = -31; y <= 31; y++)
        for (int32_t x = -31; x < 35; x++) msc_row_u16(&t, 0, y)[x] = 65535, msc_row_valid(&t, y)[x] = 1;
    uint32_t count[4];
    float mean[4], std[4];
    void *scratch = msc_alloc(msc_window_scratch(4, 63), 1);
    msc_window_count(&t, 0, 63, count, scratch);
    msc_window_row(&t, 0, 0, 63, count, mean, std, scratch);
    for (int x = 0; x < 4; x++) {
        assert_int_equal(count[x], 63 * 63);
        assert_true(mean[x] == 65535.0f && std[x] == 0.0f);
    }
    msc_release(scratch);
    made_tile_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(windows_equal_their_definition),
                                        cmocka_unit_test(largest_values_do_not_overflow) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
