/* test_simulate_change.c - the polygons of true change hold exactly the pixels that changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include "base/mem.h"
#include "io/layer.h"
#include "scene/scene.h"

enum { SIZE = 512 };
static void make(const char *dir, int size, int has_dem)
{
    msc_settings settings;
    msc_settings_defaults(&settings);
    settings.n_threads = 2;
    settings.overwrite = 1;
    msc_simulate_options options;
    msc_simulate_defaults(&options);
    options.dir = dir;
    options.size_px = size;
    options.has_dem = has_dem;
    msc_error err = {0};
    if (msc_simulate(&settings, &options, &err) != MSC_OK)
        fail_msg("%s: %s", err.subject, err.detail);
}

static void test_area_of_change(void **state)
{
    (void)state;
    make("sim_change", SIZE, 0);
    const msc_scene scene = {.seed = 1, .pixel_m = 2, .haze = 1, .noise = 1, .clouds = 1, .shift_px = 0.4, .season = 1};
    msc_scene_work *work = msc_scene_work_new();
    uint8_t truth[2][64 * 64];
    int64_t n = 0;
    for (int y = 0; y < SIZE; y += 64)
        for (int x = 0; x < SIZE; x += 64) {
            msc_scene_truth(&scene, work, (msc_rect){x, y, 64, 64}, 0, truth[0]);
            msc_scene_truth(&scene, work, (msc_rect){x, y, 64, 64}, 1, truth[1]);
            for (int i = 0; i < 64 * 64; i++)
                n += truth[0][i] && truth[1][i] && truth[0][i] < MSC_C_CLOUD && truth[1][i] < MSC_C_CLOUD
                     && truth[0][i] != truth[1][i];
        }
    const char *const fields[] = {"TQMJ"};
    msc_features_in in;
    assert_int_equal(msc_layer_read("sim_change/truth_change.gpkg", NULL, NULL, NULL, fields, 1, &in, NULL), MSC_OK);
    double area = 0.0;
    for (size_t i = 0; i < in.n; i++)
        area += in.value[i].real;
    assert_true(n > 0);
    assert_true(fabs(area - 4.0 * (double)n) < 1e-6);
    msc_features_in_clear(&in);
    msc_scene_work_free(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_area_of_change)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
