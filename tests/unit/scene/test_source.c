/* test_source.c - planes of the source in their order, with true change where both years are observed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "scene/scene.h"

enum { W = 200, H = 90 };
static uint16_t bands[8][W * H], change[W * H];
static uint8_t truth[2][W * H], valid[W * H];
static float dem[2][W * H];

static void test_planes(void **state)
{
    (void)state;
    const msc_scene scene = {.seed = 1, .pixel_m = 2, .haze = 1, .noise = 1, .clouds = 1, .shift_px = 0.4, .season = 1};
    msc_scene_work *work = msc_scene_work_new();
    assert_non_null(work);
    msc_scene_source self = {.scene = &scene, .works = &work, .has_dem = 1};
    msc_source source;
    msc_scene_as_source(&self, 4096, 4096, &source);
    assert_int_equal(source.n_planes, 13);
    assert_int_equal(source.types[7], MSC_U16);
    assert_int_equal(source.types[8], MSC_U8);
    assert_int_equal(source.types[10], MSC_U16);
    assert_int_equal(source.types[12], MSC_F32);
    msc_tile tile = {.core = {2, 2, W - 4, H - 4}, .pad_px = 2, .stride_px = W, .n_planes = 13, .valid = valid + 2 * W + 2};
    for (int i = 0; i < 13; i++)
        tile.plane[i] = (msc_plane){source.types[i], i < 8 ? (void *)(bands[i] + 2 * W + 2) : i < 10 ? (void *)(truth[i - 8] + 2 * W + 2)
                                    : i == 10 ? (void *)(change + 2 * W + 2) : (void *)(dem[i - 11] + 2 * W + 2)};
    assert_int_equal(source.read(source.self, 0, &tile, NULL), MSC_OK);
    int n_gone = 0;
    for (int i = 0; i < W * H; i++) {
        const int is_seen = truth[0][i] && truth[1][i] && truth[0][i] < MSC_C_CLOUD && truth[1][i] < MSC_C_CLOUD;
        const int want = !is_seen ? 65535 : truth[0][i] == truth[1][i] ? 0 : truth[0][i] * 256 + truth[1][i];
        assert_int_equal(change[i], want);
        assert_int_equal(valid[i], 1);
        assert_int_equal(bands[0][i] == 0, truth[0][i] == MSC_C_NONE);
        assert_int_equal(bands[7][i] == 0, truth[1][i] == MSC_C_NONE);
        n_gone += !is_seen;
    }
    assert_true(n_gone > 0);
    self.has_dem = 0;
    msc_scene_as_source(&self, 4096, 4096, &source);
    assert_int_equal(source.n_planes, 11);
    msc_scene_work_free(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_planes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
