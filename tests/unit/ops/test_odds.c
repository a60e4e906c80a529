/* Log odds of a change from the three most probable classes of two years, against doubles over all classes. */
#include "made_tile.h"
#include "ops/odds.h"
#include <math.h>

static const uint8_t before[6] = { 3, 200, 5, 40, 7, 10 };
static msc_log_shares shares;

static int32_t odds_and_pair(const uint8_t *a, const uint8_t *b, uint16_t *pair)
{
    msc_posterior_rows rows;
    for (int p = 0; p < MSC_POSTERIOR_BANDS; p++) rows.plane[0][p] = a + p, rows.plane[1][p] = b + p;
    return msc_log_odds(&shares, &rows, 0, pair);
}

static int32_t odds(const uint8_t *a, const uint8_t *b) { return odds_and_pair(a, b, NULL); }

static double share_of(const uint8_t *list, int code)
{
    for (int i = 0; i < 3; i++)
        if (list[2 * i] == code) return (list[2 * i + 1] ? list[2 * i + 1] : 1) / 255.0;
    return 1 / 255.0;
}

static double by_definition(const uint8_t *a, const uint8_t *b)
{
    double change = 0, same = 0;
    for (int i = 0; i < 6; i += 2)
        for (int k = 0; k < 6; k += 2)
            if (a[i] && b[k] && a[i] != b[k]) change = fmax(change, share_of(a, a[i]) * share_of(b, b[k]));
    for (int c = 1; c < 256; c++) same = fmax(same, share_of(a, c) * share_of(b, c));
    return log(change / same);
}

static void as_the_definition_says(void **state)
{
    (void)state;
    for (int t = 0; t < 2000; t++) {
        uint8_t a[6], b[6];
        for (int i = 0; i < 6; i += 2) {
            a[i] = (uint8_t)(1 + (made_raw(t, 0, 1) + (uint32_t)i) % 5), b[i] = (uint8_t)(1 + (made_raw(t, 0, 2) + (uint32_t)i) % 5);
            a[i + 1] = (uint8_t)(made_raw(t, i, 3) % 256), b[i + 1] = (uint8_t)(made_raw(t, i, 4) % 256);
        }
        assert_true(fabs(odds(a, b) / (double)MSC_LOG_UNIT - by_definition(a, b)) < 4.0 / MSC_LOG_UNIT);
    }
}

static void years_change_places(void **state)
{
    (void)state;
    const uint8_t after[6] = { 5, 180, 9, 60, 0, 0 };
    assert_int_equal(odds(before, after), odds(after, before));
    assert_true(odds(before, after) > 0 && odds(before, before) < 0);
    for (int t = 0; t < 2000; t++) {
        uint8_t a[6], b[6];
        uint16_t there, back;
        for (int i = 0; i < 6; i += 2) {
            a[i] = (uint8_t)(1 + (made_raw(t, 0, 5) + (uint32_t)i) % 7), b[i] = (uint8_t)(1 + (made_raw(t, 0, 6) + (uint32_t)i) % 7);
            a[i + 1] = (uint8_t)(made_raw(t, i, 7) % 4), b[i + 1] = (uint8_t)(made_raw(t, i, 8) % 4);
        }
        odds_and_pair(a, b, &there);
        odds_and_pair(b, a, &back);
        assert_int_equal(back, (there & 255) << 8 | there >> 8);
    }
    uint16_t pair;
    odds_and_pair(before, before, &pair);
    assert_int_equal(pair, 0);       /* 3 -> 5 as probable as 5 -> 3 */
    odds_and_pair(before, after, &pair);
    assert_int_equal(pair, 3 << 8 | 5);
}

static void no_list_says_all_for_change(void **state)
{
    (void)state;
    static const uint8_t none[6] = { 0 };
    assert_int_equal(odds(before, none), msc_log_units(255));
}

static int init(void **state) { return (void)state, msc_log_shares_init(&shares), 0; }

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_the_definition_says), cmocka_unit_test(years_change_places),
                                        cmocka_unit_test(no_list_says_all_for_change) };
    return cmocka_run_group_tests(tests, init, NULL);
}
