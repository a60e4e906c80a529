/* test_assess.c - a map against points and polygons whose answer is known by hand. */
#include "../io/raster_made.h"
#include "io/layer.h"
#include <json.h>
#include <ogr_api.h>

/* 40 x 20 px of 10 m: class 1 left, class 2 right, the last two columns not observed. */
static double halves(int x, int y, int b) { (void)y; (void)b; return x >= 38 ? 0 : x < 20 ? 1 : 2; }

static double sloping(int x, int y, int b) { (void)b; return 200 + 3 * x + 4 * y; }   /* 0.3 and 0.4 a metre */

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

/* A sample of the map, labelled with the truth of `truth`; returns the points, *receipt their design. */
static const char *sample_and_label(const char *map, const char *name, const char *design, int n, double (*truth)(int, int, int), const char **receipt)
{
    static char command[4096], receipts[4][400];
    static int next;
    const msc_settings settings = { .overwrite = 1, .n_threads = 1, .memory_bytes = 1 << 28 };
    msc_sample_options o;
    msc_error err = { 0 };
    msc_sample_defaults(&o);
    o.map = map;
    o.points = made_path(name);
    o.design = design;
    o.n = n;
    o.n_min = 5;
    assert_int_equal(msc_sample_map(&settings, &o, 0, NULL, &err), MSC_OK);
    const char *fields[] = { "id" };
    msc_features_in in;
    assert_int_equal(msc_layer_read(o.points, NULL, NULL, NULL, fields, 1, &in, &err), MSC_OK);
    GDALDatasetH ds = GDALOpenEx(o.points, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    assert_non_null(ds);
    for (size_t i = 0; i < in.n; i++) {
        const int x = (int)floor((in.shape[i].xy[0] - 500000) / 10), y = (int)floor((4000000 - in.shape[i].xy[1]) / 10);
        snprintf(command, sizeof command, "UPDATE \"%.*s\" SET \"class\" = %d WHERE id = %d", (int)strcspn(name, "."), name, (int)truth(x, y, 0), (int)in.value[i].integer);
        OGR_DS_ReleaseResultSet(ds, OGR_DS_ExecuteSQL(ds, command, NULL, NULL));
    }
    msc_features_in_clear(&in);
    GDALClose(ds);
    *receipt = receipts[next++ % 4];
    snprintf((char *)(uintptr_t)*receipt, 400, "%s.sample.json", o.points);
    return o.points;
}

/* The truth has a strip of class 2 in the map's class 1. */
static double strip(int x, int y, int b) { (void)b; return x >= 38 ? 2 : x < 20 && y >= 4 ? 1 : 2; }

static json_object *at(json_object *o, const char *key)
{
    json_object *v = NULL;
    assert_true(json_object_object_get_ex(o, key, &v));
    return v;
}

static void a_frozen_sample(void **state)
{
    (void)state;
    msc_settings settings = { .overwrite = 1, .n_threads = 1, .memory_bytes = 1 << 28 };
    msc_assess_options o;
    msc_assess_result r;
    msc_error err = { 0 };
    msc_assess_defaults(&o);
    o.map = make_map();
    o.reference = sample_and_label(o.map, "frozen.gpkg", "stratified", 200, strip, &o.sample);
    o.report = made_path("frozen.json");
    const int target = 2;
    o.target = &target;
    o.n_target = 1;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    assert_int_equal(r.n, 200);
    /* The truth, with every pixel: 20 x 4 of 38 x 20 px wrong. */
    assert_true(r.overall_low < 1 - 80 / 760.0 && 1 - 80 / 760.0 < r.overall_high && r.overall_high - r.overall_low < 0.1);
    assert_true(r.target_low_ha < 4.40 && 4.40 < r.target_high_ha && r.false_alarm == 0);
    assert_true(fabs(r.miss - 80 / 440.0) < 0.1);
    json_object *top = json_object_from_file(o.report);
    assert_true(json_object_get_boolean(at(top, "is_map_that_was_sampled")));
    assert_int_equal(json_object_get_int(at(json_object_array_get_idx(at(top, "strata"), 0), "pixels")), 400);
    /* No false alarm among the points of stratum 2, which is class 2. */
    const int n_two = json_object_get_int(at(json_object_array_get_idx(at(top, "strata"), 1), "n"));
    assert_true(fabs(json_object_get_double(at(at(top, "target"), "false_alarm_rate_high_95")) - (1 - pow(0.05, 1.0 / n_two))) < 1e-9);
    assert_null(at(at(top, "target"), "miss_rate_high_95"));
    json_object_put(top);
    /* Gates: each holds or not, and a verdict tells. */
    o.miss_max = 0.05;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_ECHECK);
    assert_non_null(strstr(r.verdict_en, "not accepted: miss rate"));
    assert_non_null(strstr(r.verdict_zh, "漏判率"));
    o.is_report_only = 1;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    assert_false(r.is_accepted);
    o.is_report_only = 0;
    o.miss_max = 0.5;
    o.ci_max_ha = 1;
    o.false_max = 0.01;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    assert_true(r.is_accepted);
    o.ci_max_ha = 0.01;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_ECHECK);
    o.ci_max_ha = 0;
    o.where = "id < 100";
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_EUSAGE);
    o.where = NULL;
    /* One point moved by a pixel; then one taken away. */
    GDALDatasetH ds = GDALOpenEx(o.reference, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    OGRLayerH layer = GDALDatasetGetLayer(ds, 0);
    OGRFeatureH f = OGR_L_GetFeature(layer, 7);
    OGRGeometryH g = OGR_F_GetGeometryRef(f);
    OGR_G_SetPoint_2D(g, 0, OGR_G_GetX(g, 0) + 10, OGR_G_GetY(g, 0));
    assert_int_equal(OGR_L_SetFeature(layer, f), OGRERR_NONE);
    OGR_F_Destroy(f);
    GDALClose(ds);
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_ECHECK);
    assert_non_null(strstr(err.detail, "moved"));
    ds = GDALOpenEx(o.reference, GDAL_OF_VECTOR | GDAL_OF_UPDATE, NULL, NULL, NULL);
    assert_int_equal(OGR_L_DeleteFeature(GDALDatasetGetLayer(ds, 0), 7), OGRERR_NONE);
    GDALClose(ds);
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_ECHECK);
    assert_non_null(strstr(err.detail, "199 points; 200 were drawn"));
}

static void thin_strata_are_refused(void **state)
{
    (void)state;
    static const label thin[] = { { 1.5, 1.5, 1, "a", 60 }, { 5.5, 3.5, 1, "a", 60 }, { 7.5, 9.5, 2, "a", 60 }, { 30.5, 12.5, 2, "b", 40 } };
    msc_settings settings = { .overwrite = 1, .n_threads = 1, .memory_bytes = 1 << 28 };
    msc_assess_options o;
    msc_assess_result r;
    msc_error err = { 0 };
    msc_assess_defaults(&o);
    o.map = make_map();
    o.reference = make_points(thin, 4);
    o.report = made_path("thin.json");
    o.stratum_field = "stratum";
    o.weight_field = "weight";
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    json_object *top = json_object_from_file(o.report);
    assert_non_null(strstr(json_object_get_string(at(top, "refused")), "'b' has 1"));
    assert_null(at(at(json_object_array_get_idx(at(top, "classes"), 0), "adjusted_area_ha"), "value"));
    json_object_put(top);
    o.oa_min = 0.1;                  /* the figure would pass; refused it does not */
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_ECHECK);
}

/* A layer of rectangles in pixels with a text field. */
static const char *make_boxes(const char *name, const double (*box)[4], const char *const *names, int n)
{
    static const msc_field field = { "name", MSC_FIELD_TEXT, 20, 0 };
    static const size_t start[] = { 0, 5 };
    static const uint8_t outer[] = { 1 };
    const char *path = made_path(name);
    const msc_settings settings = { .overwrite = 1 };
    const msc_layer_spec spec = { .path = path, .crs = "EPSG:32650", .fields = &field, .n_fields = 1 };
    msc_layer_out *out = NULL;
    msc_error err;
    assert_int_equal(msc_layer_create(&settings, &spec, &out, &err), MSC_OK);
    for (int i = 0; i < n; i++) {
        const double *b = box[i], px[] = { b[0], b[1], b[2], b[1], b[2], b[3], b[0], b[3], b[0], b[1] };
        double xy[10];
        for (int k = 0; k < 5; k++) {
            xy[2 * k] = 500000 + 10 * px[2 * k];
            xy[2 * k + 1] = 4000000 - 10 * px[2 * k + 1];
        }
        const msc_shape shape = { 0, 1, start, outer, xy };
        const msc_value value = { .is_set = 1, .text = names[i] };
        assert_int_equal(msc_layer_add(out, &shape, &value, &err), MSC_OK);
    }
    assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
    return path;
}

static void zones_training_and_post_strata(void **state)
{
    (void)state;
    static const double halves_of[][4] = { { 0, 0, 40, 10 }, { 0, 10, 40, 20 }, { 0, 0, 1, 1 } }, trained[][4] = { { 10, 0, 20, 20 } };
    static const char *const names[] = { "north", "south", "nook" };
    msc_settings settings = { .overwrite = 1, .n_threads = 2, .memory_bytes = 1 << 28 };
    msc_assess_options o;
    msc_assess_result r, again;
    msc_error err = { 0 };
    msc_assess_defaults(&o);
    o.map = make_map();
    o.reference = sample_and_label(o.map, "plain.gpkg", "simple", 300, strip, &o.sample);
    o.report = made_path("zones.json");
    msc_zone zone = { "half", make_boxes("halves.gpkg", halves_of, names, 3), "name" };
    o.zones = &zone;
    o.n_zones = 1;
    o.is_poststratified = 1;
    assert_int_equal(msc_assess(&settings, &o, &r, &err), MSC_OK);
    settings.tile_px = 16;
    assert_int_equal(msc_assess(&settings, &o, &again, &err), MSC_OK);
    assert_true(r.overall == again.overall && r.overall_low == again.overall_low && r.overall_high == again.overall_high);
    json_object *top = json_object_from_file(o.report), *zones = at(top, "zones");
    assert_int_equal(json_object_array_length(zones), 3);
    /* The wrong strip lies in the north: 80 of 380 px there, none in the south, whose map shares are exact. */
    json_object *north = json_object_array_get_idx(zones, 0), *south = json_object_array_get_idx(zones, 1);
    const double n = json_object_get_double(at(at(north, "overall_accuracy"), "value")), half = json_object_get_double(at(at(north, "overall_accuracy"), "half_width_95"));
    assert_true(fabs(n - (1 - 80 / 380.0)) < 1.5 * half && half < 0.08);
    assert_true(json_object_get_double(at(at(south, "overall_accuracy"), "value")) == 1);
    assert_true(fabs(json_object_get_double(at(at(json_object_array_get_idx(at(south, "classes"), 0), "adjusted_area_ha"), "value")) - 2.0) < 0.01);
    assert_true(fabs(json_object_get_double(at(south, "map_observed_ha")) - 3.8) < 0.01);
    assert_non_null(at(json_object_array_get_idx(zones, 2), "refused"));
    json_object_put(top);
    /* The table: zones sum to the whole, ellipsoidal areas are near the projected ones, adjusted ones add up to the frame. */
    const char *tables[] = { made_path("zones.csv"), made_path("zones.xlsx") };
    o.tables = tables;
    o.n_tables = 2;
    assert_int_equal(msc_assess(&settings, &o, &again, &err), MSC_OK);
    for (int k = 0; k < 2; k++) {
        const char *columns[] = { "zone", "code", "map_projected_m2", "map_ellipsoidal_m2", "adjusted_projected_m2", "map_ellipsoidal_mu" };
        double whole[3] = { 0 }, parts[3] = { 0 }, adjusted = 0, ellipsoidal = 0;
        msc_features_in in;
        assert_int_equal(msc_layer_read(tables[k], NULL, NULL, NULL, columns, 6, &in, &err), MSC_OK);
        for (size_t i = 0; i < in.n; i++) {
            const msc_value *v = in.value + 6 * i;
            const int is_whole = !v[0].is_set || !v[0].text[0];
            if (is_whole) whole[v[1].integer] += v[2].real;
            else if (strcmp(v[0].text, "nook") != 0) parts[v[1].integer] += v[2].real;
            if (is_whole) adjusted += v[4].real;
            if (is_whole) ellipsoidal += v[3].real;
            if (is_whole) assert_true(fabs(v[5].real * 2000 / 3 - v[3].real) < 10);
        }
        msc_features_in_clear(&in);
        assert_true(fabs(whole[1] - 40000) < 1e-6 && fabs(whole[2] - 36000) < 1e-6);
        /* The nook is the first pixel, which the north keeps: it comes first in the layer. */
        assert_true(fabs(whole[1] - parts[1]) < 1e-6 && fabs(whole[2] - parts[2]) < 1e-6);
        assert_true(fabs(adjusted - 76000) < 0.02 && fabs(ellipsoidal / 76000 - 1) < 1e-3 && ellipsoidal != 76000);
    }
    /* On a plane of slope 0.5 the ground is that much larger, in every class and zone, mapped or adjusted; without a DEM there is no column. */
    const char *surface[] = { "map_ellipsoidal_m2", "map_surface_m2", "adjusted_ellipsoidal_ha", "adjusted_surface_ha", "adjusted_surface_mu" };
    const made_spec slope = { .name = "slope.tif", .w = 44, .h = 24, .bands = 1, .type = GDT_Float32, .e0 = 499980, .n0 = 4000020, .pixel = 10, .epsg = 32650,
                              .has_nodata = 1, .nodata = -9999, .value = sloping };
    msc_features_in in;
    assert_int_equal(msc_layer_read(tables[0], NULL, NULL, NULL, surface, 5, &in, &err), MSC_EFIELD);
    o.dem = made_file(&slope);
    for (int tile = 16; tile <= 64; tile *= 2) {
        settings.tile_px = tile;
        assert_int_equal(msc_assess(&settings, &o, &again, &err), MSC_OK);
        assert_int_equal(msc_layer_read(tables[0], NULL, NULL, NULL, surface, 5, &in, &err), MSC_OK);
        assert_true(in.n >= 5);
        for (size_t i = 0; i < in.n; i++) {
            const msc_value *v = in.value + 5 * i;
            if (v[0].real > 1000) assert_true(fabs(v[1].real / v[0].real - sqrt(1.25)) < 1e-3);
            if (v[2].is_set && v[3].is_set && v[2].real > 1) assert_true(fabs(v[3].real / v[2].real - sqrt(1.25)) < 1e-3 && fabs(v[4].real / v[3].real - 15) < 1e-2);
        }
        msc_features_in_clear(&in);
    }
    o.dem = NULL;
    o.n_tables = 0;
    /* Columns 10 to 19 were trained on: neither their points nor their pixels count. */
    o.training = make_boxes("trained.gpkg", trained, names, 1);
    assert_int_equal(msc_assess(&settings, &o, &again, &err), MSC_OK);
    assert_true(again.n_trained > 40 && again.n + again.n_trained == r.n);
    top = json_object_from_file(o.report);
    assert_true(fabs(json_object_get_double(at(top, "map_observed_ha")) - (38 - 10) * 20 * 0.01) < 0.01);
    assert_true(fabs(json_object_get_double(at(top, "training_ha")) - 2) < 0.01);
    json_object_put(top);
    o.stratum_field = "stratum";
    assert_int_equal(msc_assess(&settings, &o, &again, &err), MSC_EUSAGE);
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
        cmocka_unit_test(polygons_count_pixel_centres), cmocka_unit_test(a_frozen_sample),
        cmocka_unit_test(thin_strata_are_refused), cmocka_unit_test(zones_training_and_post_strata),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
