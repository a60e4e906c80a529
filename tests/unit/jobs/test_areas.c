/* test_areas.c - areas by from-to and zone against every pixel. */
#include "../io/raster_made.h"
#include "io/layer.h"
#include "base/mem.h"
#include "jobs/areas.h"
#include "model/spans.h"
#include <json.h>

enum { W = 150, H = 90, PIXEL = 10 };
static double before_at(int x, int y, int b) { (void)b; return y < 3 ? 0 : x < 70 ? 1 : 2; }
static double change_at(int x, int y, int b)
{
    (void)b;
    if (y < 3 || x > 145) return 65535;
    return y > 40 && y < 60 && x > 50 && x < 100 ? (x < 70 ? 0x0102 : 0x0203) : 0;
}
/* Level in the west, a slope of 0.5 in the east, nothing known in the far south. */
static double height_at(int x, int y, int b) { (void)b; return y >= H - 5 ? -9999 : x < 75 ? 300 : 300 + 5.0 * (x - 75); }

static const msc_class classes[] = { { .code = 1, .name = "quarry", .label = "采场" }, { .code = 2, .name = "forest" }, { .code = 3, .name = "water" } };

static made_spec spec_of(const char *name, GDALDataType type, double nodata, double (*value)(int, int, int))
{
    return (made_spec){ .name = name, .w = W, .h = H, .bands = 1, .type = type, .e0 = 500000, .n0 = 4000000, .pixel = PIXEL, .epsg = 32650, .has_nodata = 1, .nodata = nodata, .value = value };
}

/* Zone 甲 holds columns 0..39 of rows 0..59 twice (two features of one name), 乙 columns 40..89. */
static const char *make_zones(void)
{
    const char *path = made_path("zones.geojson");
    FILE *f = fopen(path, "w");
    fputs("{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:32650\"}},\"features\":[", f);
    static const struct { const char *name; int x0, x1, y1; } box[] = { { "甲", 0, 20, 60 }, { "甲", 20, 40, 60 }, { "乙", 40, 90, 60 } };
    for (int i = 0; i < 3; i++)
        fprintf(f, "%s{\"type\":\"Feature\",\"properties\":{\"N\":\"%s\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%d,4000000],[%d,4000000],[%d,%d],[%d,%d],[%d,4000000]]]}}",
                i ? "," : "", box[i].name, 500000 + PIXEL * box[i].x0, 500000 + PIXEL * box[i].x1, 500000 + PIXEL * box[i].x1, 4000000 - PIXEL * box[i].y1,
                500000 + PIXEL * box[i].x0, 4000000 - PIXEL * box[i].y1, 500000 + PIXEL * box[i].x0);
    fputs("]}", f);
    fclose(f);
    return path;
}

static const char *zone_at(int x, int y) { return y >= 60 || x >= 90 ? MSC_OUTSIDE_ZONES : x < 40 ? "甲" : "乙"; }

static int64_t count(const char *zone, int code, int *n_east)
{
    int64_t n = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++) {
            const int b = (int)before_at(x, y, 0), c = (int)change_at(x, y, 0);
            if (b == 0 || c == 65535 || (c ? c : b * 257) != code || (zone && strcmp(zone_at(x, y), zone) != 0)) continue;
            n++;
            *n_east += x >= 76;
        }
    return n;
}

static void every_pixel_once(void **state)
{
    (void)state;
    static const char *const columns[] = { "zone_layer", "zone", "code", "pixels", "projected_m2", "ellipsoidal_ha", "surface_m2", "projected_mu", "ellipsoidal_m2" };
    const made_spec before = spec_of("before.tif", GDT_Byte, 0, before_at), change = spec_of("change.tif", GDT_UInt16, 65535, change_at),
                    dem = spec_of("dem.tif", GDT_Float32, -9999, height_at);
    const msc_zone zone = { "part", make_zones(), "N" };
    msc_areas_options o = { .before = made_file(&before), .change = made_file(&change), .dem = made_file(&dem), .zones = &zone, .n_zones = 1, .classes = classes, .n_classes = 3 };
    msc_settings settings = { .overwrite = 1, .n_threads = 2, .memory_bytes = 1 << 28 };
    msc_error err = { 0 };
    char *first = NULL;
    const char *table = made_path("areas.csv");
    for (int tile = 16; tile <= 256; tile *= 4) {
        msc_areas *areas = NULL;
        char *text = NULL;
        size_t n = 0;
        settings.tile_px = tile;
        if (msc_areas_count(&settings, &o, &areas, &err) != MSC_OK) fail_msg("%s: %s", err.subject, err.detail);
        assert_int_equal(msc_areas_json(areas, &text, &n, &err), MSC_OK);
        if (first) assert_string_equal(first, text);
        assert_int_equal(msc_areas_table(&settings, areas, table, &err), MSC_OK);
        msc_areas_free(&areas);
        if (!first) first = text;
        else msc_release(text);
    }
    json_object *list = json_tokener_parse(first);
    msc_features_in in;
    assert_int_equal(msc_layer_read(table, NULL, NULL, NULL, columns, 9, &in, &err), MSC_OK);
    assert_int_equal(json_object_array_length(list), in.n);
    int64_t n_whole = 0, n_zones = 0;
    for (size_t i = 0; i < in.n; i++) {
        const msc_value *v = in.value + 9 * i;
        const int is_zone = v[0].is_set && v[0].text[0];
        int n_east = 0;
        const int64_t n = count(is_zone ? v[1].text : NULL, (int)v[2].integer, &n_east);
        assert_true(n > 0 && v[3].integer == n && v[4].real == 100.0 * (double)n);
        assert_true(fabs(v[5].real * 1e4 - v[8].real) < 0.51 && fabs(v[8].real / v[4].real - 1.0008) < 1e-4 && fabs(v[7].real - v[4].real * 0.0015) < 0.0051);
        if (n_east == 0) assert_true(v[6].real <= v[8].real * 1.02);           /* the foot of the slope is bent */
        else if (n_east == n) assert_true(fabs(v[6].real / v[8].real - sqrt(1.25)) < 1e-3);
        else assert_true(v[6].real > v[8].real);
        json_object *row = json_object_array_get_idx(list, i), *found;
        assert_true(json_object_object_get_ex(row, "surface_m2", &found) && json_object_get_double(found) == v[6].real);
        if (is_zone) n_zones += n;
        else n_whole += n;
    }
    assert_true(n_whole == n_zones && n_whole > 10000);
    msc_features_in_clear(&in);
    json_object_put(list);
    msc_release(first);
    o.dem = NULL;
    msc_areas *areas = NULL;
    assert_int_equal(msc_areas_count(&settings, &o, &areas, &err), MSC_OK);
    assert_int_equal(msc_areas_table(&settings, areas, table, &err), MSC_OK);
    msc_areas_free(&areas);
    assert_int_equal(msc_layer_read(table, NULL, NULL, NULL, columns, 9, &in, &err), MSC_EFIELD);
    o.change = o.before;
    assert_int_equal(msc_areas_count(&settings, &o, &areas, &err), MSC_EFORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_pixel_once) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
