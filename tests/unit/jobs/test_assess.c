/* test_assess.c - a map against points and polygons whose answer is known by hand. */
#include "../io/raster_made.h"
#include "io/layer.h"
#include <json.h>

/* 40 x 20 px of 10 m: class 1 left, class 2 right, the last two columns not observed. */
static double halves(int x, int y, int b) { (void)y; (void)b; return x >= 38 ? 0 : x < 20 ? 1 : 2; }

static const char *make_map(void)
{
    const made_spec spec = { .name = "map.tif", .w = 40, .h = 20, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 4000000,
                             .pixel = 10, .epsg = 32650, .has_nodata = 1, .nodata = 0, .value = halves };
    return made_file(&spec);
}

typedef struct label { double x, y; int code; const char *stratum; double weight; } label;

static const char *make_points(const label *labels, int n)
{
    static const msc_field fields[] = { { "class", MSC_FIELD_INT, 0, 0 }, { "stratum", MSC_FIELD_TEXT, 10, 0 }, { "weight", MSC_FIELD_REAL, 0, 0 } };
    const char *path = made_path("points.gpkg");
    const msc_settings settings = { .overwrite = 1 };
    const msc_layer_spec spec = { .path = path, .crs = "EPSG:32650", .is_point = 1, .fields = fields, .n_fields = 3 };
    msc_layer_out *out = NULL;
    msc_error err;
    assert_int_equal(msc_layer_create(&settings, &spec, &out, &err), MSC_OK);
    for (int i = 0; i < n; i++) {
        const double xy[] = { 500000 + labels[i].x * 10, 4000000 - labels[i].y * 10 };
        const msc_shape shape = { .is_point = 1, .xy = xy };
        const msc_value values[] = { { .is_set = labels[i].code > 0, .integer = labels[i].code }, { .is_set = 1, .text = labels[i].stratum },
                                     { .is_set = 1, .real = labels[i].weight } };
        assert_int_equal(msc_layer_add(out, &shape, values, &err), MSC_OK);
    }
    assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
    return path;
}

static const label labels[] = {
    { 1.5, 1.5, 1, "a", 60 }, { 5.5, 3.5, 1, "a", 60 }, { 7.5, 9.5, 2, "a", 60 }, { 19.99, 0.01, 1, "a", 60 },
    { 20.01, 0.5, 2, "b", 40 }, { 30.5, 12.5, 2, "b", 40 }, { 39.5, 10.5, 2, "b", 40 }, { 55, 5, 1, "b", 40 }, { 3, 3, 0, "b", 40 },
};

static void points_with_and_without_design(void **state)
{
    (void)state;
    msc_settings settings = { .overwrite = 1, .n_threads = 2, .memory_bytes = 1 << 28 };
    msc_assess_options o;
    msc_assess_result r;
    msc_error err = { 0 };
    msc_assess_defaults(&o);
    o.map = make_map();
    o.reference = make_points(labels, 9);
    o.report = made_path("report.json");
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    assert_int_equal(r.n, 6);
    assert_int_equal(r.n_not_observed, 1);
    assert_int_equal(r.n_outside, 1);
    assert_true(fabs(r.overall - 5.0 / 6) < 1e-12);
    o.stratum_field = "stratum";
    o.weight_field = "weight";
    for (int tile = 16; tile <= 64; tile *= 2) {
        settings.tile_px = tile;
        assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
        assert_true(fabs(r.overall - (3 * 60 + 2 * 40) / (4 * 60 + 2 * 40.0)) < 1e-12);
    }
    json_object *top = json_object_from_file(o.report), *matrix, *counts, *found;
    assert_true(json_object_object_get_ex(top, "matrix", &matrix) && json_object_object_get_ex(matrix, "counts", &counts));
    assert_int_equal(json_object_get_int(json_object_array_get_idx(json_object_array_get_idx(counts, 0), 1)), 1);
    assert_true(json_object_object_get_ex(top, "n_unlabelled", &found));
    assert_int_equal(json_object_get_int(found), 1);
    assert_true(json_object_object_get_ex(top, "map_observed_ha", &found));
    assert_true(fabs(json_object_get_double(found) - 38 * 20 * 0.01) < 0.02);
    json_object_put(top);
}

static void the_gate_and_bad_input(void **state)
{
    (void)state;
    msc_settings settings = { .overwrite = 1, .n_threads = 1, .memory_bytes = 1 << 28 };
    msc_assess_options o;
    msc_assess_result r;
    msc_error err = { 0 };
    msc_assess_defaults(&o);
    o.map = make_map();
    o.reference = make_points(labels, 9);
    o.report = made_path("gate.json");
    o.oa_min = 0.9;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_ECHECK);
    assert_true(msc_file_exists(o.report));
    o.oa_min = 0.8;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    settings.overwrite = 0;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_EEXISTS);
    settings.overwrite = 1;
    o.class_field = "klass";
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_EFIELD);
    o.class_field = "stratum";
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_EFIELD);
    o.class_field = "class";
    o.where = "class = 77";
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_EOVERLAP);
    o.where = NULL;
    o.map = made_path("absent.tif");
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_ENOFILE);
}

static void polygons_count_pixel_centres(void **state)
{
    (void)state;
    static const msc_field field = { "class", MSC_FIELD_INT, 0, 0 };
    /* x 15.4..25.6, y 2.5..6.4 px: columns 15..25, rows 2..5; a hole of columns 16..17, rows 3..4. */
    static const double px[] = { 15.4, 2.5, 25.6, 2.5, 25.6, 6.4, 15.4, 6.4, 15.4, 2.5, 16, 3, 16, 5, 18, 5, 18, 3, 16, 3 };
    static const size_t start[] = { 0, 5, 10 };
    static const uint8_t outer[] = { 1, 0 };
    double xy[20];
    for (int i = 0; i < 10; i++) {
        xy[2 * i] = 500000 + 10 * px[2 * i];
        xy[2 * i + 1] = 4000000 - 10 * px[2 * i + 1];
    }
    const msc_shape shape = { 0, 2, start, outer, xy };
    const msc_value value = { .is_set = 1, .integer = 1 };
    const char *path = made_path("polygons.gpkg");
    const msc_layer_spec spec = { .path = path, .crs = "EPSG:32650", .fields = &field, .n_fields = 1 };
    msc_settings settings = { .n_threads = 1, .memory_bytes = 1 << 28, .tile_px = 16 };
    msc_layer_out *out = NULL;
    msc_assess_options o;
    msc_assess_result r;
    msc_error err = { 0 };
    assert_int_equal(msc_layer_create(NULL, &spec, &out, &err), MSC_OK);
    assert_int_equal(msc_layer_add(out, &shape, &value, &err), MSC_OK);
    assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
    msc_assess_defaults(&o);
    o.map = make_map();
    o.reference = path;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    assert_int_equal(r.n, 11 * 4 - 4);
    assert_true(fabs(r.overall - (5 * 4 - 4) / 40.0) < 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_with_and_without_design), cmocka_unit_test(the_gate_and_bad_input),
        cmocka_unit_test(polygons_count_pixel_centres),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
