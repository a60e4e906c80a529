/* test_legend.c - names, labels and colours of classes go from one map to the next. */
#include "../io/raster_made.h"
#include "jobs/legend.h"

static msc_status put_nothing(void *self, int worker, msc_tile *t, msc_error *err)
{
    (void)self, (void)worker, (void)err;
    for (int y = -t->pad_px; y < t->core.h + t->pad_px; y++) {
        memset(msc_row_u8(t, 0, y) - t->pad_px, 3, (size_t)(t->core.w + 2 * t->pad_px));
        memset(msc_row_valid(t, y) - t->pad_px, 1, (size_t)(t->core.w + 2 * t->pad_px));
    }
    return MSC_OK;
}

static void names_and_colours_are_read(void **state)
{
    (void)state;
    char longest[2 + 3 * 60 + 1] = "ab";
    for (int i = 0; i < 60; i++) strcat(longest, "水");
    const msc_class classes[3] = { { .code = 3, .name = "quarry", .label = "采场", .rgb = { 200, 10, 20 } },
                                   { .code = 250, .name = "water", .label = "水体", .rgb = { 1, 2, 255 } },
                                   { .code = 251, .name = "lake", .label = longest } };
    const char *path = made_path("named.tif");
    const msc_raster_out_spec spec = { .path = path, .grid = { .width_px = 40, .height_px = 30, .pixel_e = 1, .pixel_n = 1 }, .n_bands = 1,
                                       .type = MSC_U8, .has_nodata = 1, .classes = classes, .n_classes = 3 };
    msc_settings settings;
    msc_settings_defaults(&settings);
    msc_raster_outs outs = { .n = 1 };
    msc_sink sink;
    msc_layout layout;
    msc_error err;
    const msc_source source = { .width_px = 40, .height_px = 30, .n_planes = 1, .types = { MSC_U8 }, .read = put_nothing };
    msc_raster_outs_sink(&outs, &sink);
    assert_int_equal(msc_stream_plan(&settings, &source, NULL, 0, &sink, 0, &layout, &err), MSC_OK);
    assert_int_equal(msc_raster_out_open(&settings, &spec, &layout, &outs.out[0], &err), MSC_OK);
    assert_int_equal(msc_stream_run(&settings, &layout, &source, NULL, 0, &sink, "made", &err), MSC_OK);
    assert_int_equal(msc_raster_out_commit(&outs.out[0], &err), MSC_OK);
    msc_raster *map = NULL;
    const msc_raster_spec in = { .image = { .paths = &path, .n_paths = 1 }, .n_workers = 1, .is_class_map = 1 };
    assert_int_equal(msc_raster_open(&in, &settings, &map, &err), MSC_OK);
    msc_legend *legend = calloc(1, sizeof *legend);
    msc_legend_read(map, legend);
    assert_int_equal(legend->n, 3);
    assert_int_equal(strlen(legend->label[2]), 2 + 3 * 41);      /* cut between characters */
    assert_memory_equal(legend->label[2], longest, 2 + 3 * 41);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(legend->classes[i].code, classes[i].code);
        assert_string_equal(legend->classes[i].name, classes[i].name);
        assert_string_equal(legend->classes[i].label, classes[i].label);
        assert_memory_equal(legend->classes[i].rgb, classes[i].rgb, 3);
    }
    free(legend);
    msc_raster_close(&map);
    const made_spec plain = { .name = "plain.tif", .w = 20, .h = 20, .bands = 1, .type = GDT_Byte, .pixel = 1, .n0 = 20 };
    const char *bare = made_file(&plain);
    const msc_raster_spec again = { .image = { .paths = &bare, .n_paths = 1 }, .n_workers = 1, .is_class_map = 1 };
    assert_int_equal(msc_raster_open(&again, &settings, &map, &err), MSC_OK);
    msc_legend none;
    msc_legend_read(map, &none);
    assert_int_equal(none.n, 0);
    msc_raster_close(&map);
}

static void a_class_is_named_by_one_word(void **state)
{
    (void)state;
    const msc_class classes[] = { { .code = 3, .name = "old", .label = "heap" }, { .code = 7, .name = "new", .label = "heap" }, { .code = 9, .name = "pit", .label = "hole" } };
    assert_int_equal(msc_class_named(classes, 3, "new"), 7);
    assert_int_equal(msc_class_named(classes, 3, "hole"), 9);
    assert_int_equal(msc_class_named(classes, 3, "heap"), -1);
    assert_int_equal(msc_class_named(classes, 3, "lake"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_class_is_named_by_one_word), cmocka_unit_test(names_and_colours_are_read) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
