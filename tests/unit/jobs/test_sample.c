/* test_sample.c - samples against brute force over the whole map, and the same points for any tiles and threads. */
#include "../io/raster_made.h"
#include "base/hash.h"
#include "io/layer.h"
#include "jobs/sample.h"
#include <json.h>

enum { W = 150, H = 90 };

/* Class 3 (the target) in two blobs, 1 west, 2 east, a strip not observed. */
static double scene(int x, int y, int b)
{
    (void)b;
    if (x >= 140) return 0;
    if ((x - 40) * (x - 40) + (y - 30) * (y - 30) < 60 || (x >= 100 && x < 104 && y > 60 && y < 70)) return 3;
    return x < 70 ? 1 : 2;
}

static const char *make_map(void)
{
    const made_spec spec = { .name = "map.tif", .w = W, .h = H, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 4000000,
                             .pixel = 10, .epsg = 32650, .has_nodata = 1, .nodata = 0, .value = scene };
    return made_file(&spec);
}

static const msc_class classes[] = { { .code = 1, .name = "forest", .label = "林地" }, { .code = 2, .name = "crop", .label = "耕地" },
                                     { .code = 3, .name = "quarry", .label = "采场", .is_damage = 1 } };
static const int target_code = 3;

static msc_sample_options options_of(const char *name)
{
    msc_sample_options o;
    msc_sample_defaults(&o);
    o.map = make_map();
    o.points = made_path(name);
    o.classes = classes;
    o.n_classes = 3;
    o.n = 60;
    o.n_min = 10;
    o.seed = 5;
    return o;
}

static msc_settings settings_of(int tile, int threads)
{
    return (msc_settings){ .overwrite = 1, .n_threads = threads, .memory_bytes = 1 << 28, .tile_px = tile };
}

typedef struct point { int64_t x, y, stratum; double weight, prob; } point;
static int read_points(const char *path, point *points)
{
    const char *fields[] = { "id", "stratum", "weight", "prob", "class" };
    msc_features_in in;
    msc_error err;
    assert_int_equal(msc_layer_read(path, NULL, NULL, NULL, fields, 5, &in, &err), MSC_OK);
    for (size_t i = 0; i < in.n; i++) {
        const msc_value *v = in.value + 5 * i;
        assert_int_equal(v[0].integer, i + 1);
        assert_false(v[4].is_set);
        const double x = (in.shape[i].xy[0] - 500000) / 10, y = (4000000 - in.shape[i].xy[1]) / 10;
        assert_true(fabs(x - floor(x) - 0.5) < 1e-6 && fabs(y - floor(y) - 0.5) < 1e-6);
        points[i] = (point){ (int64_t)floor(x), (int64_t)floor(y), v[1].integer, v[2].real, v[3].real };
        assert_true(fabs(v[2].real * v[3].real - 1) < 1e-6);
    }
    const int n = (int)in.n;
    msc_features_in_clear(&in);
    return n;
}

/* By the definition: a target within the distance, centre to centre. */
static int is_in_buffer(int x, int y, double px)
{
    for (int b = 0; b < H; b++)
        for (int a = 0; a < W; a++)
            if (scene(a, b, 0) == 3 && (a - x) * (a - x) + (b - y) * (b - y) <= px * px) return 1;
    return 0;
}

/* The stratum by sorted (value, buffer last): forest 1, crop 2, quarry 3, buffer 4; 0: not in the frame. */
static int stratum_at(int x, int y, double buffer_px)
{
    const int value = (int)scene(x, y, 0);
    return value == 0 ? 0 : value != 3 && buffer_px > 0 && is_in_buffer(x, y, buffer_px) ? 4 : value;
}

static void the_least_draws_of_each_stratum(void **state)
{
    (void)state;
    static point points[400], first[400];
    msc_sample_options o = options_of("a.gpkg");
    msc_error err = { 0 };
    o.buffer_m = 47;
    int n_first = 0;
    for (int k = 0; k < 4; k++) {
        const msc_settings s = settings_of(k == 0 ? 0 : 16 << k, 1 + k % 3);
        char *text = NULL;
        assert_int_equal(msc_sample_map(&s, &o, 1, &text, &err), MSC_OK);
        assert_non_null(strstr(text, "\"buffer\""));
        msc_text_free(&text);
        const int n = read_points(o.points, points);
        if (k == 0) memcpy(first, points, sizeof first);
        else assert_memory_equal(first, points, sizeof first);
        n_first = n;
    }
    for (int h = 1; h <= 4; h++) {
        int64_t units = 0;
        int n = 0;
        uint64_t highest = 0;
        for (int i = 0; i < n_first; i++) {
            if (first[i].stratum != h) continue;
            const uint64_t draw = msc_random(o.seed, (uint64_t)first[i].y, (uint64_t)first[i].x);
            if (draw > highest) highest = draw;
            assert_int_equal(stratum_at((int)first[i].x, (int)first[i].y, 4.7), h);
            n++;
        }
        assert_true(n >= 10);
        int n_below = 0;
        for (int y = 0; y < H; y++)
            for (int x = 0; x < W; x++) {
                if (stratum_at(x, y, 4.7) != h) continue;
                units++;
                n_below += msc_random(o.seed, (uint64_t)y, (uint64_t)x) <= highest;
            }
        assert_int_equal(n_below, n);
        for (int i = 0; i < n_first; i++)
            if (first[i].stratum == h) assert_true(fabs(first[i].weight - (double)units / n) < 1e-5);
    }
}

static void receipt_freezes_the_design(void **state)
{
    (void)state;
    static point points[400];
    static msc_sample_point again[400];
    msc_sample_options o = options_of("b.gpkg");
    msc_error err = { 0 };
    const msc_settings s = settings_of(0, 2);
    char path[300], hex[65], sha[65];
    assert_int_equal(msc_sample_map(&s, &o, 0, NULL, &err), MSC_OK);
    const int n = read_points(o.points, points);
    for (int i = 0; i < n; i++) again[i] = (msc_sample_point){ .pixel = points[i].y * W + points[i].x, .stratum = (int32_t)points[i].stratum - 1 };
    assert_int_equal(msc_sample_key(again, (size_t)n, W, hex, &err), MSC_OK);
    snprintf(path, sizeof path, "%s.sample.json", o.points);
    json_object *top = json_object_from_file(path), *v, *strata;
    assert_true(json_object_object_get_ex(top, "points_sha256", &v));
    assert_string_equal(json_object_get_string(v), hex);
    assert_int_equal(msc_sha256_file(o.map, sha, &err), MSC_OK);
    assert_true(json_object_object_get_ex(top, "map_sha256", &v));
    assert_string_equal(json_object_get_string(v), sha);
    assert_true(json_object_object_get_ex(top, "strata", &strata));
    assert_int_equal(json_object_array_length(strata), 3);
    int64_t units = 0;
    for (size_t h = 0; h < 3; h++) {
        assert_true(json_object_object_get_ex(json_object_array_get_idx(strata, h), "pixels", &v));
        units += json_object_get_int64(v);
    }
    assert_int_equal(units, 140 * H);
    json_object_put(top);
    msc_settings no = s;
    no.overwrite = 0;
    assert_int_equal(msc_sample_map(&no, &o, 0, NULL, &err), MSC_EEXISTS);
}

/* Small strata share one: all of the target, all of the rest; a single pixel never stands alone. */
static void small_strata_are_merged(void **state)
{
    (void)state;
    msc_frame_stratum strata[8] = { { .zone = 0, .value = 1, .units = 5000 }, { .zone = 0, .value = 2, .units = 7 }, { .zone = 0, .value = 3, .units = 9 },
        { .zone = 0, .value = 4, .units = 8 }, { .zone = 0, .value = 5, .units = 60 }, { .zone = 1, .value = 1, .units = 900 }, { .zone = 1, .value = 3, .units = 1 } };
    static uint8_t is_target[MSC_SAMPLE_CODES];
    msc_frame f = { .map = "map", .is_by_value = 1, .is_target = is_target, .strata = strata, .n_strata = 7 };
    msc_error err;
    is_target[3] = is_target[4] = 1;
    for (int h = 0; h < 7; h++) {
        strata[h].candidates.limit = 4;
        assert_true(msc_candidates_offer(&strata[h].candidates, (msc_candidate){ (uint64_t)(10 - h), h }));
    }
    assert_int_equal(msc_frame_merge(&f, 50, &err), MSC_OK);
    assert_int_equal(f.n_strata, 5);
    const struct { int32_t zone, value; int64_t units; size_t n; } wanted[] = {
        { 0, 1, 5000, 1 }, { 0, 5, 60, 1 }, { 0, MSC_SAMPLE_OTHER_TARGET, 17, 2 }, { 0, MSC_SAMPLE_OTHER, 7, 1 }, { 1, 1, 901, 2 } };
    for (int h = 0; h < 5; h++) {
        assert_int_equal(strata[h].zone, wanted[h].zone);
        assert_int_equal(strata[h].value, wanted[h].value);
        assert_int_equal(strata[h].units, wanted[h].units);
        assert_int_equal(strata[h].candidates.n, wanted[h].n);
        msc_release(strata[h].candidates.at);
    }
}

/* Names are cut between characters. */
static void names_of_strata(void **state)
{
    (void)state;
    const char *label = "ab尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿尾矿";
    char *zone_name = (char[]){ "门头沟区门头沟区门头沟区门头沟区门头沟区门头沟区门头沟区门头沟区门头沟区门头沟区" }, name[400];
    msc_frame_stratum strata[2] = { { .zone = 0, .value = 1 << 8 | 2 }, { .zone = -1, .value = MSC_SAMPLE_OTHER } };
    const msc_spans zones = { 0 };
    const msc_frame f = { .zones = &zones, .strata = strata, .n_strata = 2 };
    const msc_class classes[] = { { .code = 1, .label = label }, { .code = 2, .name = "pit" } };
    const msc_sample s = { .frame = &f, .is_change = 1, .classes = classes, .n_classes = 2, .zone_name = &zone_name };
    msc_sample_stratum_name(&s, 0, 0, name, sizeof name);
    assert_int_equal(strlen(name), 33 * 3 + 3 + 2 + 31 * 3 + 6);
    assert_string_equal(name + 33 * 3 + 3 + 2 + 31 * 3, " > pit");
    assert_memory_equal(name + 32 * 3, "门 / ab尾", 11);
    msc_sample_stratum_name(&s, 1, 1, name, sizeof name);
    assert_string_equal(name, "分区之外 / 其他");
}

static void distance_and_exclusion(void **state)
{
    (void)state;
    static point points[400];
    msc_sample_options o = options_of("c.gpkg");
    msc_error err = { 0 };
    /* Training ground: columns 80..119. */
    static const double px[] = { 80, -1, 120, -1, 120, 200, 80, 200, 80, -1 };
    static const size_t start[] = { 0, 5 };
    static const uint8_t outer[] = { 1 };
    double xy[10];
    for (int i = 0; i < 5; i++) {
        xy[2 * i] = 500000 + 10 * px[2 * i];
        xy[2 * i + 1] = 4000000 - 10 * px[2 * i + 1];
    }
    const msc_shape shape = { 0, 1, start, outer, xy };
    const msc_field field = { "class", MSC_FIELD_INT, 0, 0 };
    const msc_value value = { .is_set = 1, .integer = 1 };
    const char *path = made_path("training.gpkg");
    const msc_layer_spec spec = { .path = path, .crs = "EPSG:32650", .fields = &field, .n_fields = 1 };
    const msc_settings s = settings_of(32, 2);
    msc_layer_out *out = NULL;
    assert_int_equal(msc_layer_create(NULL, &spec, &out, &err), MSC_OK);
    assert_int_equal(msc_layer_add(out, &shape, &value, &err), MSC_OK);
    assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
    o.exclude = path;
    o.distance_m = 65;
    o.n = 100;
    assert_int_equal(msc_sample_map(&s, &o, 0, NULL, &err), MSC_OK);
    const int n = read_points(o.points, points);
    assert_true(n > 60);
    for (int i = 0; i < n; i++) {
        assert_true(points[i].x < 80 || points[i].x >= 120);
        for (int k = 0; k < i; k++)
            assert_true((points[i].x - points[k].x) * (points[i].x - points[k].x) + (points[i].y - points[k].y) * (points[i].y - points[k].y) >= 6.5 * 6.5);
    }
}

static void simple_and_systematic(void **state)
{
    (void)state;
    static point points[400];
    msc_sample_options o = options_of("d.gpkg");
    msc_error err = { 0 };
    const msc_settings s = settings_of(0, 2);
    o.design = "simple";
    assert_int_equal(msc_sample_map(&s, &o, 0, NULL, &err), MSC_OK);
    assert_int_equal(read_points(o.points, points), 60);
    uint64_t highest = 0;
    for (int i = 0; i < 60; i++) {
        const uint64_t draw = msc_random(o.seed, (uint64_t)points[i].y, (uint64_t)points[i].x);
        highest = draw > highest ? draw : highest;
        assert_true(points[i].stratum == 1 && fabs(points[i].weight - 140.0 * H / 60) < 1e-5);
    }
    int n_below = 0;
    for (int y = 0; y < H; y++)
        for (int x = 0; x < 140; x++) n_below += msc_random(o.seed, (uint64_t)y, (uint64_t)x) <= highest;
    assert_int_equal(n_below, 60);
    o.design = "systematic";
    assert_int_equal(msc_sample_map(&s, &o, 0, NULL, &err), MSC_OK);
    const int n = read_points(o.points, points);
    const int step = (int)sqrt(140.0 * H / 60);
    assert_true(n >= 60 && n < 80);
    for (int i = 1; i < n; i++) assert_true((points[i].x - points[0].x) % step == 0 && (points[i].y - points[0].y) % step == 0);
}

static void bad_input_and_simulation(void **state)
{
    (void)state;
    msc_sample_options o = options_of("e.gpkg");
    msc_error err = { 0 };
    const msc_settings s = settings_of(0, 1);
    char *text = NULL;
    o.is_simulation = 1;
    o.n = 0;
    o.target = &target_code;
    o.n_target = 1;
    assert_int_equal(msc_sample_map(&s, &o, 0, &text, &err), MSC_OK);
    assert_non_null(strstr(text, "with one miss"));
    assert_false(msc_file_exists(o.points));
    msc_text_free(&text);
    const char *users = "3;0.5";
    o.users = &users;
    o.n_users = 1;
    assert_int_equal(msc_sample_map(&s, &o, 0, &text, &err), MSC_EVALUE);
    users = "3:0.5";
    o.design = "simple";
    o.buffer_m = 10;
    assert_int_equal(msc_sample_map(&s, &o, 0, &text, &err), MSC_EUSAGE);
    o.design = "stratified";
    o.buffer_m = 1e5;
    assert_int_equal(msc_sample_map(&s, &o, 0, &text, &err), MSC_EVALUE);
    o.buffer_m = 0;
    o.se = 0;
    assert_int_equal(msc_sample_map(&s, &o, 0, &text, &err), MSC_EVALUE);
    o.n = 10;
    o.map = made_path("absent.tif");
    assert_int_equal(msc_sample_map(&s, &o, 0, &text, &err), MSC_ENOFILE);
    assert_null(text);
}

/* A heap of any order keeps the least. */
static void candidates_keep_the_least(void **state)
{
    (void)state;
    msc_candidates c = { .limit = 17 };
    for (uint64_t i = 0; i < 500; i++) assert_true(msc_candidates_offer(&c, (msc_candidate){ i * 7919 % 503, (int64_t)i }));
    msc_candidates_sort(&c);
    assert_int_equal(c.n, 17);
    uint64_t least[17], n = 0;
    for (uint64_t draw = 0; n < 17; draw++)
        for (uint64_t i = 0; i < 500; i++)
            if (i * 7919 % 503 == draw) least[n++] = draw;
    for (int i = 0; i < 17; i++) assert_int_equal(c.at[i].draw, least[i]);
    msc_release(c.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_draws_of_each_stratum), cmocka_unit_test(receipt_freezes_the_design), cmocka_unit_test(names_of_strata), cmocka_unit_test(distance_and_exclusion), cmocka_unit_test(small_strata_are_merged),
        cmocka_unit_test(simple_and_systematic), cmocka_unit_test(bad_input_and_simulation), cmocka_unit_test(candidates_keep_the_least),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
