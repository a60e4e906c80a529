/* test_render.c - a pixel of the scene is a function of the seed alone, whatever window asks for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "base/mem.h"
#include "scene/scene.h"

enum { SIDE = 300 };
typedef struct picture { uint16_t band[2][4][SIDE * SIDE]; float dem[2][SIDE * SIDE]; uint8_t truth[2][SIDE * SIDE]; } picture;

static const msc_scene scene = {.seed = 1, .pixel_m = 2.0, .haze = 1, .noise = 1, .clouds = 1, .shift_px = 0.4, .season = 1};

/* Renders window (x0, y0) + SIDE in pieces of `step` px. */
static void render(msc_scene_work *work, int32_t x0, int32_t y0, int32_t step, picture *p)
{
    for (int32_t y = 0; y < SIDE; y += step)
        for (int32_t x = 0; x < SIDE; x += step) {
            msc_scene_out out = {.stride_px = SIDE};
            for (int year = 0; year < 2; year++) {
                for (int b = 0; b < 4; b++)
                    out.band[year][b] = p->band[year][b] + y * SIDE + x;
                out.dem[year] = p->dem[year] + y * SIDE + x;
                out.truth[year] = p->truth[year] + y * SIDE + x;
            }
            const msc_rect window = {x0 + x, y0 + y, SIDE - x < step ? SIDE - x : step, SIDE - y < step ? SIDE - y : step};
            msc_scene_render(&scene, work, window, &out);
        }
}

static void test_same_for_any_window(void **state)
{
    (void)state;
    msc_scene_work *work = msc_scene_work_new(), *fresh = msc_scene_work_new();
    picture *whole = msc_alloc(1, sizeof *whole), *pieces = msc_alloc(1, sizeof *pieces);
    assert_non_null(work); assert_non_null(fresh); assert_non_null(whole); assert_non_null(pieces);
    render(work, 960, 400, SIDE, whole);
    const int32_t steps[] = {77, 128, 256};
    for (int i = 0; i < 3; i++) {
        memset(pieces, 0xee, sizeof *pieces);
        render(i ? work : fresh, 960, 400, steps[i], pieces);
        assert_memory_equal(whole, pieces, sizeof *whole);
    }
    uint8_t truth[40 * 30];
    for (int year = 0; year < 2; year++) {
        msc_scene_truth(&scene, fresh, (msc_rect){960 + 11, 400 + 17, 40, 30}, year, truth);
        for (int y = 0; y < 30; y++)
            assert_memory_equal(truth + y * 40, whole->truth[year] + (y + 17) * SIDE + 11, 40);
    }
    msc_release(whole);
    msc_release(pieces);
    msc_scene_work_free(&work);
    msc_scene_work_free(&fresh);
}

static void test_has_all_classes_and_plausible_shares(void **state)
{
    (void)state;
    msc_scene_work *work = msc_scene_work_new();
    int64_t n[2][MSC_N_SCENE_CLASSES] = {{0}}, total = 0, changed = 0;
    uint8_t truth[2][64 * 64];
    for (int32_t y = 0; y < 2048; y += 64)
        for (int32_t x = 0; x < 2048; x += 64) {
            for (int year = 0; year < 2; year++)
                msc_scene_truth(&scene, work, (msc_rect){x, y, 64, 64}, year, truth[year]);
            for (int i = 0; i < 64 * 64; i++) {
                n[0][truth[0][i]]++;
                n[1][truth[1][i]]++;
                total++;
                const int is_seen = truth[0][i] && truth[1][i] && truth[0][i] < MSC_C_CLOUD && truth[1][i] < MSC_C_CLOUD;
                changed += is_seen && truth[0][i] != truth[1][i];
            }
        }
    for (int year = 0; year < 2; year++) {
        int64_t damage = 0;
        for (int c = MSC_C_QUARRY; c <= MSC_C_WATER; c++)
            assert_true(n[year][c] * 2000 > total);
        for (int c = MSC_C_QUARRY; c <= MSC_C_ROCK; c++)
            damage += n[year][c];
        assert_in_range(damage * 1000 / total, 30, 70);
    }
    assert_in_range(changed * 1000 / total, 8, 30);
    msc_scene_work_free(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_for_any_window),
                                       cmocka_unit_test(test_has_all_classes_and_plausible_shares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
