/* test_records.c - what a pass keeps of tiles comes back, wherever it waited and whenever its answers came. */
#include "base/hash.h"
#include "patch/records.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { ACROSS = 7, DOWN = 5, TILES = ACROSS * DOWN, TILE = 16, MOST = 200 };

static uint8_t byte_of(int64_t tile, size_t i) { return (uint8_t)msc_random(3, (uint64_t)tile, i); }
static size_t bytes_of(int64_t tile) { return 1 + (size_t)tile * 37 % MOST; }
static uint32_t answer_of(int64_t tile, size_t i) { return (uint32_t)msc_random(4, (uint64_t)tile, i); }
static size_t answers_of(int64_t tile) { return (size_t)tile % 4 * 5; }
/* None, all, or each third answer is missing at first. */
static int is_missing(int64_t tile, size_t i) { return tile % 3 == 1 || (tile % 3 == 2 && i % 3 == 0); }

static void keep_tile(msc_records *r, int64_t tile)
{
    uint8_t bytes[MOST];
    uint32_t answers[MOST] = { 0 };
    msc_tile_record record = { bytes, bytes_of(tile), tile % 3 == 1 ? NULL : answers, answers_of(tile), 0 };
    for (size_t i = 0; i < record.n_bytes; i++) bytes[i] = byte_of(tile, i);
    for (size_t i = 0; i < record.n_answers; i++)
        if (is_missing(tile, i)) record.n_missing++;
        else answers[i] = answer_of(tile, i);
    assert_int_equal(msc_records_keep(r, tile, &record, NULL), MSC_OK);
}

static void all_comes_back(void **state)
{
    static const int64_t limits[] = { 1 << 20, 1000, 0 };
    const msc_layout layout = { .tile_px = TILE, .n_across = ACROSS, .n_down = DOWN, .n_threads = 2 };
    (void)state;
    for (size_t l = 0; l < sizeof limits / sizeof *limits; l++) {
        const msc_records_spec spec = { 0, limits[l], "." };
        msc_records r;
        assert_int_equal(msc_records_init(&r, "test", &spec, &layout, sizeof(uint32_t), NULL), MSC_OK);
        for (int64_t t = 0; t < TILES; t++) keep_tile(&r, t);
        for (int64_t t = TILES; t-- > 0;)
            for (size_t i = answers_of(t); i-- > 0;) {
                const uint32_t answer = answer_of(t, i);
                if (is_missing(t, i)) assert_int_equal(msc_records_answer(&r, t, i, &answer, NULL), MSC_OK);
            }
        for (int32_t t = 0; t < TILES; t++) {
            const msc_tile tile = { .core = { t % ACROSS * TILE, t / ACROSS * TILE, TILE, TILE } };
            msc_tile_record got;
            assert_int_equal(msc_records_get(&r, t % 2, &tile, &got, NULL), MSC_OK);
            assert_int_equal(got.n_bytes, bytes_of(t));
            assert_int_equal(got.n_answers, answers_of(t));
            for (size_t i = 0; i < got.n_bytes; i++) assert_int_equal(got.bytes[i], byte_of(t, i));
            for (size_t i = 0; i < got.n_answers; i++) {
                const uint32_t answer = answer_of(t, i);
                assert_memory_equal((const uint8_t *)got.answers + i * sizeof answer, &answer, sizeof answer);
            }
        }
        msc_records_clear(&r);
    }
}

static void a_share_of_the_cap_beside_the_tiles(void **state)
{
    const msc_settings settings = { .memory_bytes = 1000 };
    const msc_layout small = { .bytes = 40 }, large = { .bytes = 5000 };
    msc_records_spec spec;
    (void)state;
    assert_int_equal(msc_records_share(&settings, &small, "some/where/out.tif", &spec, NULL), MSC_OK);
    assert_int_equal(spec.front_bytes + spec.record_bytes, 900 - 40);
    assert_string_equal(spec.tmpdir, "some/where");
    const msc_records r = { .name = "test", .spec = spec };
    assert_int_equal(msc_records_check_front(&r, 1, (size_t)spec.front_bytes, 0, NULL), MSC_OK);
    assert_int_equal(msc_records_check_front(&r, 1, (size_t)spec.front_bytes + 1, 0, NULL), MSC_EMEMCAP);
    assert_int_equal(msc_records_check_front(&r, 1, 0, 1, NULL), MSC_EMEMCAP);
    assert_int_equal(msc_records_share(&settings, &large, "out.tif", &spec, NULL), MSC_OK);
    assert_int_equal(spec.front_bytes, 0);
    assert_string_equal(spec.tmpdir, ".");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_comes_back), cmocka_unit_test(a_share_of_the_cap_beside_the_tiles) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
