/* An image moved by reports of shift: every pixel comes from where the field says, for any tile; masks move along. */
#include "raster_made.h"

enum { W = 200, H = 150 };

static double slow(double x, double y, int b) { return 500 + 200 * sin(x / 9 + b) + 150 * cos(y / 11 - x / 30); }
static double slow_px(int x, int y, int b) { return slow(x + 0.5, y + 0.5, b); }
static double ring(int x, int y, int b) { (void)b; return (x - 60) * (x - 60) + (y - 70) * (y - 70) < 400 ? 0 : 1; }

static void move_at(double x, double y, double d[2])
{
    d[0] = 1.25 + 0.5 * (x - 100) / 100 - 0.25 * (y - 75) / 100;
    d[1] = -0.75 + 0.5 * (y - 75) / 100;
}

/* A report as the command writes it, as far as it is read; `field` and `e0` to spoil it. */
static const char *report(const char *name, const char *field, double e0)
{
    char text[1000];
    const char *path = made_path(name);
    msc_error err;
    const int n = snprintf(text, sizeof text, "{\"grid\": {\"width_px\": %d, \"height_px\": %d, \"origin\": [%.1f, 2500000], \"pixel\": [2, 2]}, "
                           "\"field\": %s}", W, H, e0, field);
    assert_int_equal(msc_file_write(path, text, (size_t)n, &err), MSC_OK);
    return path;
}

#define FIELD "{\"degree\": 1, \"centre_px\": [100, 75], \"radius_px\": [100], \"box_px\": [-1000, -1000, 1000, 1000], " \
              "\"dx\": [1.25, 0.5, -0.25], \"dy\": [-0.75, 0, 0.5]}"

static msc_status read_moved(const char *const *reports, int n, const char *mask, msc_resample resample, int tile_px, made_all *all, msc_error *err)
{
    const char *path = made_file(&(made_spec){ .name = "slow.tif", .w = W, .h = H, .bands = 2, .type = GDT_UInt16, .e0 = 500000, .n0 = 2500000,
                                               .pixel = 2, .epsg = 4548, .has_nodata = 1, .value = slow_px });
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1, .mask = mask, .shifts = reports, .n_shifts = n }, .resample = resample };
    return made_read_all(&spec, tile_px, 2, 3, all, err);
}

static void every_pixel_comes_from_where_the_field_says(void **state)
{
    (void)state;
    const char *path = report("one.json", FIELD, 500000);
    msc_error err;
    for (int tile_px = 64; tile_px <= 256; tile_px += 96) {
        made_all all;
        assert_int_equal(read_moved(&path, 1, NULL, MSC_CUBIC, tile_px, &all, &err), MSC_OK);
        for (int y = 4; y < H - 4; y++)
            for (int x = 4; x < W - 4; x++) {
                double d[2];
                move_at(x + 0.5, y + 0.5, d);
                assert_true(all.valid[y * W + x]);
                for (int b = 0; b < 2; b++) assert_true(fabs(made_at(&all, b, x, y) - slow(x + 0.5 - d[0], y + 0.5 - d[1], b)) < 1.5);
            }
        made_clear(&all);
    }
}

static void a_chain_of_reports_adds_up(void **state)
{
    (void)state;
    const char *paths[2];
    msc_error err;
    made_all one, two;
    paths[0] = report("a.json", "{\"degree\": 0, \"centre_px\": [0, 0], \"radius_px\": [1], \"box_px\": [0, 0, 1, 1], \"dx\": [0.5], \"dy\": [2.25]}", 500000);
    paths[1] = report("b.json", "{\"degree\": 0, \"centre_px\": [9, 9], \"radius_px\": [7], \"box_px\": [0, 0, 9, 9], \"dx\": [-0.75], \"dy\": [-4]}", 500000);
    assert_int_equal(read_moved(paths, 2, NULL, MSC_BILINEAR, 0, &two, &err), MSC_OK);
    paths[0] = report("c.json", "{\"degree\": 0, \"centre_px\": [0, 0], \"radius_px\": [1], \"box_px\": [0, 0, 1, 1], \"dx\": [-0.25], \"dy\": [-1.75]}", 500000);
    assert_int_equal(read_moved(paths, 1, NULL, MSC_BILINEAR, 0, &one, &err), MSC_OK);
    assert_memory_equal(one.value, two.value, (size_t)(2 * W * H) * sizeof *one.value);
    made_clear(&one);
    made_clear(&two);
}

static void a_mask_moves_along(void **state)
{
    (void)state;
    msc_error err;
    made_all all;
    const char *mask = made_file(&(made_spec){ .name = "mask.tif", .w = W, .h = H, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000,
                                               .pixel = 2, .epsg = 4548, .value = ring });
    const char *path = report("far.json", "{\"degree\": 0, \"centre_px\": [0, 0], \"radius_px\": [1], \"box_px\": [0, 0, 1, 1], \"dx\": [7], \"dy\": [-5]}", 500000);
    assert_int_equal(read_moved(&path, 1, mask, MSC_CUBIC, 0, &all, &err), MSC_OK);
    for (int y = 10; y < H - 10; y++)
        for (int x = 10; x < W - 10; x++) assert_int_equal(all.valid[y * W + x], ring(x - 7, y + 5, 0) > 0);
    made_clear(&all);
}

static void a_report_of_nothing_moves_nothing(void **state)
{
    (void)state;
    msc_error err;
    made_all plain, still;
    const char *path = report("nothing.json", "null", 500000);
    assert_int_equal(read_moved(NULL, 0, NULL, MSC_CUBIC, 0, &plain, &err), MSC_OK);
    assert_int_equal(read_moved(&path, 1, NULL, MSC_CUBIC, 0, &still, &err), MSC_OK);
    assert_memory_equal(plain.value, still.value, (size_t)(2 * W * H) * sizeof *plain.value);
    made_clear(&plain);
    made_clear(&still);
}

static void bad_reports_are_named(void **state)
{
    (void)state;
    msc_error err;
    made_all all;
    const char *path = report("grid.json", FIELD, 500002);
    assert_int_equal(read_moved(&path, 1, NULL, MSC_CUBIC, 0, &all, &err), MSC_EGRID);
    assert_string_equal(err.subject, path);
    path = report("degree.json", "{\"degree\": 9, \"centre_px\": [0, 0], \"radius_px\": [1], \"box_px\": [0, 0, 1, 1], \"dx\": [7], \"dy\": [-5]}", 500000);
    assert_int_equal(read_moved(&path, 1, NULL, MSC_CUBIC, 0, &all, &err), MSC_EFORMAT);
    path = report("short.json", "{\"degree\": 1, \"centre_px\": [0, 0], \"radius_px\": [1], \"box_px\": [0, 0, 1, 1], \"dx\": [7], \"dy\": [-5]}", 500000);
    assert_int_equal(read_moved(&path, 1, NULL, MSC_CUBIC, 0, &all, &err), MSC_EFORMAT);
    path = made_path("no.json");
    assert_int_equal(msc_file_write(path, "[1, 2", 5, &err), MSC_OK);
    assert_int_equal(read_moved(&path, 1, NULL, MSC_CUBIC, 0, &all, &err), MSC_EFORMAT);
    path = made_path("absent.json");
    assert_int_equal(read_moved(&path, 1, NULL, MSC_CUBIC, 0, &all, &err), MSC_ENOFILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_comes_from_where_the_field_says), cmocka_unit_test(a_chain_of_reports_adds_up),
        cmocka_unit_test(a_mask_moves_along), cmocka_unit_test(a_report_of_nothing_moves_nothing), cmocka_unit_test(bad_reports_are_named),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
