/* test_simulate_layers.c - training polygons lie inside the truth of their year and hold no reference point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "base/mem.h"
#include "io/layer.h"
#include "scene/scene.h"

enum { SIZE = 420 };
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

static int is_inside(const double *xy, size_t n, double x, double y)
{
    int inside = 0;
    for (size_t i = 0, j = n - 1; i < n; j = i++)
        if ((xy[2 * i + 1] > y) != (xy[2 * j + 1] > y)
            && x < (xy[2 * j] - xy[2 * i]) * (y - xy[2 * i + 1]) / (xy[2 * j + 1] - xy[2 * i + 1]) + xy[2 * i])
            inside = !inside;
    return inside;
}

static void test_training_is_pure(void **state)
{
    (void)state;
    make("sim_layers", SIZE, 1);
    const char *const fields[] = {"code", "year"};
    msc_features_in train, points;
    assert_int_equal(msc_layer_read("sim_layers/training.gpkg", NULL, NULL, NULL, fields, 2, &train, NULL), MSC_OK);
    assert_int_equal(msc_layer_read("sim_layers/reference.gpkg", NULL, NULL, NULL, NULL, 0, &points, NULL), MSC_OK);
    const msc_scene scene = {.seed = 1, .pixel_m = 2, .haze = 1, .noise = 1, .clouds = 1, .shift_px = 0.4, .season = 1};
    msc_scene_work *work = msc_scene_work_new();
    static uint8_t truth[2][SIZE * SIZE];
    for (int year = 0; year < 2; year++)
        for (int y = 0; y < SIZE; y += 60) {
            const msc_rect left = {0, y, 210, 60}, right = {210, y, 210, 60};
            uint8_t part[210 * 60];
            msc_scene_truth(&scene, work, left, year, part);
            for (int i = 0; i < 210 * 60; i++)
                truth[year][(y + i / 210) * SIZE + i % 210] = part[i];
            msc_scene_truth(&scene, work, right, year, part);
            for (int i = 0; i < 210 * 60; i++)
                truth[year][(y + i / 210) * SIZE + 210 + i % 210] = part[i];
        }
    assert_true(train.n > 60);
    for (size_t f = 0; f < train.n; f++) {
        const double *xy = train.shape[f].xy;
        const size_t n = train.shape[f].ring_start[1] - 1;
        assert_in_range(n, 8, 12);
        const int cx = (int)((xy[0] - 430000) / 2), cy = (int)((4430000 - xy[1]) / 2);
        int n_px = 0;
        for (int y = cy - 34; y <= cy + 34; y++)
            for (int x = cx - 34; x <= cx + 34; x++)
                if (is_inside(xy, n, 430000 + 2 * x + 1, 4430000 - 2 * y - 1)) {
                    n_px++;
                    assert_int_equal(truth[train.value[2 * f + 1].integer - 2024][y * SIZE + x], train.value[2 * f].integer);
                }
        assert_true(n_px >= 5);
        for (size_t p = 0; p < points.n; p++)
            assert_false(is_inside(xy, n, points.shape[p].xy[0], points.shape[p].xy[1]));
    }
    msc_features_in_clear(&train);
    msc_features_in_clear(&points);
    msc_scene_work_free(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_training_is_pure)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
