/* How often tiles want a block, against counting them one by one; where a seam's blocks have no room, a row's neighbours alone. */
#include "raster_made.h"
#include "io/raster_file.h"

enum { W = 300, H = 190, BLOCK = 32 };

static msc_rect padded(int32_t x, int32_t y, int32_t tile, int32_t pad)
{
    return (msc_rect){ x * tile - pad, y * tile - pad, tile + 2 * pad, tile + 2 * pad };
}

/* Tiles that meet the block, those of one row alone or all of them. */
static int64_t counted(msc_rect block, int32_t tile, int32_t pad, int of_all)
{
    int64_t n = 0, most = 0;
    for (int32_t y = 0; y * tile < H; y++) {
        int64_t in_row = 0;
        for (int32_t x = 0; x * tile < W; x++) {
            const msc_rect met = msc_rect_and(block, padded(x, y, tile, pad));
            in_row += met.w > 0 && met.h > 0;
        }
        n += in_row;
        most = in_row > most ? in_row : most;
    }
    return of_all ? n : most;
}

static void check_uses(int64_t n_blocks, int has_room)
{
    for (int32_t tile = 40; tile <= 64; tile += 8)
        for (int32_t pad = 0; pad <= 20; pad += 5) {
            msc_cache *cache = msc_cache_new(100, 100 * n_blocks);
            const msc_hint hint = { .core = { 0, 0, tile, tile }, .pad_px = pad, .width = W, .height = H };
            assert_non_null(cache);
            for (int32_t y = 0; y < H; y += BLOCK)
                for (int32_t x = 0; x < W; x += BLOCK) {
                    const msc_rect block = { x, y, BLOCK, BLOCK };
                    assert_int_equal(msc_cache_uses(cache, &hint, block), counted(block, tile, pad, has_room));
                }
            msc_cache_free(&cache);
        }
}

static void uses_are_the_tiles_that_meet_a_block(void **state)
{
    (void)state;
    check_uses(1000, 1);
    check_uses(20, 0);           /* two rows are 20 blocks of 32 px */
}

/* What is wanted no more makes room before what is. */
static void used_up_blocks_go_first(void **state)
{
    (void)state;
    msc_cache *cache = msc_cache_new(4, 8);
    void *data = NULL;
    int is_new = 0;
    for (uint64_t i = 0; i < 50; i++) {
        const int slot = msc_cache_get(cache, i, i == 0 ? 100 : 1, &data, &is_new);
        assert_true(slot >= 0 && is_new);
        memcpy(data, &(uint32_t){ (uint32_t)i }, 4);
        msc_cache_loaded(cache, slot, 1);
        msc_cache_release(cache, slot);
        const int kept = msc_cache_get(cache, 0, 100, &data, &is_new);
        assert_true(kept >= 0 && !is_new);
        assert_memory_equal(data, &(uint32_t){ 0 }, 4);
        msc_cache_release(cache, kept);
    }
    msc_cache_free(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(uses_are_the_tiles_that_meet_a_block), cmocka_unit_test(used_up_blocks_go_first) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
