/* test_simulate.c - the same files for any threads and tiles, the same pixels for any size, clear refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "base/hash.h"
#include "io/layer.h"
#include "io/raster_in.h"

static const char *const files[] = {"image_2024.tif", "image_2025.tif", "dem_2024.tif", "dem_2025.tif", "truth_2024.tif",
                                    "truth_2025.tif", "truth_change.tif", "job.yaml"};

static void make(const char *dir, int size, int threads, int tile)
{
    msc_settings settings;
    msc_settings_defaults(&settings);
    settings.n_threads = threads;
    settings.tile_px = tile;
    settings.overwrite = 1;
    msc_simulate_options options;
    msc_simulate_defaults(&options);
    options.dir = dir;
    options.size_px = size;
    msc_error err = {0};
    if (msc_simulate(&settings, &options, &err) != MSC_OK)
        fail_msg("%s: %s", err.subject, err.detail);
}

static void test_same_files_for_any_threads(void **state)
{
    (void)state;
    make("sim_a", 320, 1, 64);
    make("sim_b", 320, 3, 64);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[128], a[MSC_SHA256_TEXT], b[MSC_SHA256_TEXT];
        snprintf(path, sizeof path, "sim_a/%s", files[i]);
        assert_int_equal(msc_sha256_file(path, a, NULL), MSC_OK);
        snprintf(path, sizeof path, "sim_b/%s", files[i]);
        assert_int_equal(msc_sha256_file(path, b, NULL), MSC_OK);
        assert_string_equal(a, b);
    }
}

/* Sum of values x weights that tell positions apart, over the top left 300 x 300 px of an image. */
typedef struct sum { uint64_t value; } sum;

static msc_status put(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    (void)slot; (void)index; (void)err;
    sum *s = self;
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w; x++)
            if (tile->core.x + x < 300 && tile->core.y + y < 300)
                for (int b = 0; b < tile->n_planes; b++)
                    s->value += msc_random(msc_row_u16(tile, b, y)[x], (uint64_t)(tile->core.x + x), (uint64_t)(tile->core.y + y) * 9 + b);
    return MSC_OK;
}

static uint64_t sum_of(const char *path)
{
    msc_settings settings;
    msc_settings_defaults(&settings);
    const msc_raster_spec spec = {.image = {.paths = &path, .n_paths = 1}, .n_workers = 2};
    msc_error err = {0};
    msc_rasters rasters = {.n = 1};
    msc_source source;
    msc_layout layout;
    sum s = {0};
    const msc_sink sink = {.self = &s, .put = put};
    settings.n_threads = 2;
    assert_int_equal(msc_raster_open(&spec, &settings, &rasters.raster[0], &err), MSC_OK);
    assert_int_equal(msc_rasters_source(&rasters, &source, &err), MSC_OK);
    assert_int_equal(msc_stream_plan(&settings, &source, NULL, 0, &sink, 0, &layout, &err), MSC_OK);
    assert_int_equal(msc_stream_run(&settings, &layout, &source, NULL, 0, &sink, "sum", &err), MSC_OK);
    msc_raster_close(&rasters.raster[0]);
    return s.value;
}

static void test_same_pixels_for_any_size_and_tile(void **state)
{
    (void)state;
    make("sim_a", 320, 1, 64);
    make("sim_c", 433, 2, 256);
    assert_true(sum_of("sim_a/image_2024.tif") == sum_of("sim_c/image_2024.tif"));
    assert_true(sum_of("sim_a/image_2025.tif") == sum_of("sim_c/image_2025.tif"));
}

static void test_layers_hold_what_the_job_names(void **state)
{
    (void)state;
    make("sim_d", 700, 2, 0);
    const char *const codes[] = {"code", "year"}, *const reference[] = {"code_2024", "code_2025", "weight"};
    const char *const name[] = {"NAME"};
    msc_features_in in;
    assert_int_equal(msc_layer_read("sim_d/training.gpkg", NULL, NULL, NULL, codes, 2, &in, NULL), MSC_OK);
    assert_true(in.n > 200);
    msc_features_in_clear(&in);
    assert_int_equal(msc_layer_read("sim_d/reference.gpkg", NULL, NULL, NULL, reference, 3, &in, NULL), MSC_OK);
    assert_true(in.n >= 600);
    double weight = 0.0;
    for (size_t i = 0; i < in.n; i++) {
        assert_in_range(in.value[i * 3].integer, 1, 11);
        weight += in.value[i * 3 + 2].real;
    }
    assert_true(weight > 0.5 * 700 * 700 && weight <= 700 * 700 + 1e-3);
    msc_features_in_clear(&in);
    assert_int_equal(msc_layer_read("sim_d/districts.gpkg", NULL, NULL, NULL, name, 1, &in, NULL), MSC_OK);
    assert_int_equal(in.n, 3);
    assert_string_equal(in.value[0].text, "门头沟区");
    msc_features_in_clear(&in);
}

static void test_refuses(void **state)
{
    (void)state;
    msc_settings settings;
    msc_settings_defaults(&settings);
    msc_simulate_options options;
    msc_simulate_defaults(&options);
    msc_error err = {0};
    assert_int_equal(msc_simulate(&settings, &options, &err), MSC_EUSAGE);
    options.dir = "sim_e";
    options.size_px = 3;
    assert_int_equal(msc_simulate(&settings, &options, &err), MSC_EVALUE);
    assert_string_equal(err.subject, "--size-px");
    make("sim_e", 64, 1, 64);
    options.size_px = 64;
    assert_int_equal(msc_simulate(&settings, &options, &err), MSC_EEXISTS);
    options.dir = "no_such_place/sim";
    assert_int_not_equal(msc_simulate(&settings, &options, &err), MSC_OK);
    assert_int_not_equal(access("no_such_place", F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_files_for_any_threads), cmocka_unit_test(test_same_pixels_for_any_size_and_tile),
        cmocka_unit_test(test_layers_hold_what_the_job_names), cmocka_unit_test(test_refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
