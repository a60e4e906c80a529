/* test_radiometry.c - gains found by irmad undo what was done to an image; scenes have their own; tiles do not matter. */
#include "made_job.h"
#include "jobs/imagery.h"
#include "jobs/radiometry.h"

enum { SEAM = 150 };

/* Smooth ground with noise; the second image has other gains, west and east of the seam. */
static double ground(int x, int y, int b)
{
    return 2000 + 700 * made_class(x, y) * (b + 1) / 4.0 + 300 * sin(0.05 * x + b) + (double)(msc_random(3, (uint64_t)(y * 1000 + x), (uint64_t)b) % 40);
}
static double plain(int x, int y, int b) { return floor(1.4 * ground(x, y, b) - 500 + 0.5); }
static double seamed(int x, int y, int b) { return floor((x < SEAM ? 1.4 * ground(x, y, b) - 500 : 0.7 * ground(x, y, b) + 900) + 0.5); }

static const char *two_scenes(void)
{
    static const msc_field fields[] = { { "code", MSC_FIELD_INT, 0, 0 }, { "year", MSC_FIELD_INT, 0, 0 }, { "name", MSC_FIELD_TEXT, 8, 0 } };
    msc_settings settings = made_settings(0, 1);
    msc_layer_out *layer = NULL;
    msc_error err;
    msc_raster_facts facts;
    assert_int_equal(msc_raster_facts_read(job_path("ground.tif"), &facts, &err), MSC_OK);
    const msc_layer_spec spec = { .path = job_path("scenes.gpkg"), .crs = facts.grid.crs, .fields = fields, .n_fields = 3 };
    assert_int_equal(msc_layer_create(&settings, &spec, &layer, &err), MSC_OK);
    made_square(layer, 0, 0, SEAM, JOB_H, 1, 1, &err);
    made_square(layer, SEAM, 0, JOB_W, JOB_H, 2, 1, &err);
    assert_int_equal(msc_layer_commit(&layer, &err), MSC_OK);
    return spec.path;
}

/* The largest difference between the ground and the image with its gains applied; `tile` and threads as said. */
static double largest_error(const msc_image *image, int tile_px)
{
    const msc_settings s = made_settings(tile_px, 1);
    const msc_imagery_spec spec = { .image = image };
    msc_imagery in;
    msc_error err;
    double largest = 0;
    assert_int_equal(msc_imagery_open(&s, &spec, &in, &err), MSC_OK);
    for (int32_t y0 = 0; y0 < JOB_H; y0 += tile_px)
        for (int32_t x0 = 0; x0 < JOB_W; x0 += tile_px) {
            msc_tile t = { .core = { x0, y0, tile_px, tile_px }, .stride_px = tile_px, .n_planes = in.source.n_planes };
            if (t.core.w > JOB_W - x0) t.core.w = JOB_W - x0;
            if (t.core.h > JOB_H - y0) t.core.h = JOB_H - y0;
            t.valid = msc_alloc((size_t)tile_px * (size_t)tile_px, 1);
            for (int b = 0; b < t.n_planes; b++) t.plane[b] = (msc_plane){ in.source.types[b], msc_alloc((size_t)tile_px * (size_t)tile_px, 2) };
            assert_int_equal(in.source.read(in.source.self, 0, &t, &err), MSC_OK);
            for (int32_t y = 0; y < t.core.h; y++)
                for (int32_t x = 0; x < t.core.w; x++)
                    for (int b = 0; b < t.n_planes; b++)
                        largest = fmax(largest, fabs(msc_row_u16(&t, b, y)[x] - ground(x0 + x, y0 + y, b)));
            for (int b = 0; b < t.n_planes; b++) msc_release(t.plane[b].data);
            msc_release(t.valid);
        }
    msc_imagery_close(&in);
    return largest;
}

static void gains_are_undone(void **state)
{
    (void)state;
    const char *before = made_image("ground.tif", 4, ground), *after[2] = { made_image("plain.tif", 4, plain), made_image("seamed.tif", 4, seamed) };
    const char *report = job_path("gains.json"), *scenes = two_scenes();
    const msc_settings s = made_settings(64, 2);
    for (int k = 0; k < 2; k++) {
        msc_irmad_options o;
        msc_irmad_result r;
        msc_error err = { 0 };
        msc_irmad_defaults(&o);
        o.before = (msc_image){ .paths = &before, .n_paths = 1 };
        o.after = (msc_image){ .paths = &after[k], .n_paths = 1, .seamlines = k ? scenes : NULL };
        o.report = report;
        o.normalized = job_path("normalized.tif");
        assert_int_equal(msc_irmad(&s, &o, &r, &err), MSC_OK);
        msc_image image = o.after;
        assert_true(largest_error(&image, 64) > 500);
        image.radiometry = report;
        assert_true(largest_error(&image, 64) < 4 && largest_error(&image, 37) < 4);
        made_all got;
        const msc_raster_spec in = { .image = { .paths = &o.normalized, .n_paths = 1 } };
        assert_int_equal(made_read_all(&in, 0, 1, 0, &got, &err), MSC_OK);
        for (int y = 0; y < JOB_H; y++)
            for (int x = 0; x < JOB_W; x++) assert_true(fabs(made_at(&got, 2, x, y) - ground(x, y, 2)) < 4);
        made_clear(&got);
        image.seamlines = k ? NULL : scenes;      /* another number of scenes than the report's */
        const msc_imagery_spec spec = { .image = &image };
        msc_imagery opened;
        assert_int_equal(msc_imagery_open(&s, &spec, &opened, &err), MSC_EFORMAT);
    }
}

static void scenes_lie_where_their_polygons_do(void **state)
{
    (void)state;
    msc_raster_facts facts;
    msc_scenes scenes;
    msc_error err;
    uint16_t row[JOB_W];
    assert_int_equal(msc_raster_facts_read(job_path("ground.tif"), &facts, &err), MSC_OK);
    assert_int_equal(msc_scenes_open(job_path("scenes.gpkg"), &facts.grid, &scenes, &err), MSC_OK);
    assert_int_equal(scenes.n, 3);
    msc_scenes_row(&scenes, 17, 100, 100, row);
    for (int x = 0; x < 100; x++) assert_int_equal(row[x], 100 + x < SEAM ? 1 : 2);
    msc_scenes_row(&scenes, -3, 0, 10, row);
    assert_int_equal(row[5], 0);
    msc_scenes_row(&scenes, JOB_H, 0, 10, row);
    assert_int_equal(row[5], 0);
    msc_scenes_clear(&scenes);
    assert_int_equal(msc_scenes_open(job_path("absent.gpkg"), &facts.grid, &scenes, &err), MSC_ENOFILE);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    const char *path = job_path("ground.tif"), *wrong[] = { "{}", "[", "{\"radiometry\": []}", "{\"radiometry\": [{\"scene\": 5, \"bands\": []}]}",
        "{\"radiometry\": [{\"scene\": 0, \"bands\": [{\"name\": \"blue\"}]}]}", "{\"radiometry\": 3}" };
    const msc_settings s = made_settings(64, 1);
    msc_image image = { .paths = &path, .n_paths = 1, .radiometry = job_path("wrong.json") };
    const msc_imagery_spec spec = { .image = &image };
    msc_imagery opened;
    msc_error err;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(msc_file_write(image.radiometry, wrong[i], strlen(wrong[i]), &err), MSC_OK);
        assert_int_equal(msc_imagery_open(&s, &spec, &opened, &err), MSC_EFORMAT);
    }
    image.radiometry = job_path("absent.json");
    assert_int_equal(msc_imagery_open(&s, &spec, &opened, &err), MSC_ENOFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(gains_are_undone), cmocka_unit_test(scenes_lie_where_their_polygons_do),
                                        cmocka_unit_test(other_files_are_refused) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
