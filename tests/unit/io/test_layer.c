/* test_layer.c - layers written are whole, encoded, in their coordinate system, and read back the same. */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"
#include "base/mem.h"
#include "io/layer.h"
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

static const msc_field fields[] = { { "BSM", MSC_FIELD_INT64, 0, 0 }, { "TBDM", MSC_FIELD_INT, 0, 0 },
    { "TBLX", MSC_FIELD_TEXT, 40, 0 }, { "TBMJ", MSC_FIELD_REAL, 18, 3 }, { "HCRQ", MSC_FIELD_DATE, 0, 0 } };
enum { N_FIELDS = 5 };
static const double square[] = { 0, 0, 0, 10, 10, 10, 10, 0, 0, 0, 2, 2, 4, 2, 4, 4, 2, 4, 2, 2, 20, 0, 20, 5, 25, 5, 25, 0, 20, 0 };
static const size_t starts[] = { 0, 5, 10, 15 };
static const uint8_t outers[] = { 1, 0, 1 };
static const msc_shape two_parts = { 0, 3, starts, outers, square }, one_part = { 0, 2, starts, outers, square };
static char dir[256];

static void path_of(char *path, const char *name) { snprintf(path, 512, "%s/%s", dir, name); }

static int count_files(const char *prefix)
{
    int n = 0;
    DIR *stream = opendir(dir);
    for (struct dirent *entry; (entry = readdir(stream));) n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
    closedir(stream);
    return n;
}

static int make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "layer-test-%ld", (long)getpid());
    return mkdir(dir, 0700);
}

static int remove_dir(void **state)
{
    (void)state;
    DIR *stream = opendir(dir);
    for (struct dirent *entry; (entry = readdir(stream));) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        unlink(path);
    }
    closedir(stream);
    return rmdir(dir);
}

static void set_row(msc_value *v, int64_t id, const char *text)
{
    memset(v, 0, N_FIELDS * sizeof *v);
    for (int i = 0; i < N_FIELDS; i++) v[i].is_set = 1;
    v[0].integer = id;
    v[1].integer = 3;
    v[2].text = text;
    v[3].real = 1234567.125;
    v[4].text = "2018-03-23";
}

static msc_status write_one(const char *path, const char *encoding, const char *text, int overwrite, msc_error *err)
{
    msc_settings settings = { .overwrite = overwrite };
    const msc_layer_spec spec = { .path = path, .crs = "EPSG:4548", .is_multi = 1, .fields = fields, .n_fields = N_FIELDS,
                                  .encoding = encoding };
    msc_layer_out *out = NULL;
    msc_value values[N_FIELDS];
    MSC_TRY(msc_layer_create(&settings, &spec, &out, err));
    set_row(values, 1, text);
    msc_status status = msc_layer_add(out, &two_parts, values, err);
    values[2].is_set = 0;
    if (status == MSC_OK) status = msc_layer_add(out, &one_part, values, err);
    if (status != MSC_OK) msc_layer_abandon(&out);
    else status = msc_layer_commit(&out, err);
    return status;
}

static double area_of(const msc_shape *s)
{
    double sum = 0;
    for (size_t r = 0; r < s->n_rings; r++) {
        double twice = 0;
        for (size_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++)
            twice += s->xy[2 * i] * s->xy[2 * i + 3] - s->xy[2 * i + 2] * s->xy[2 * i + 1];
        sum += s->is_outer[r] ? fabs(twice) / 2 : -fabs(twice) / 2;
    }
    return sum;
}

static void check_back(const char *path)
{
    static const char *const names[] = { "BSM", "TBLX", "TBMJ", "TBDM" };
    msc_features_in in;
    msc_error err;
    assert_int_equal(msc_layer_read(path, NULL, NULL, NULL, names, 4, &in, &err), MSC_OK);
    assert_int_equal(in.n, 2);
    assert_int_equal(in.n_skipped, 0);
    const int first = in.shape[0].n_rings == 3 ? 0 : 1;   /* FlatGeobuf sorts */
    assert_int_equal(in.shape[first].n_rings, 3);
    assert_int_equal(in.shape[1 - first].n_rings, 2);
    assert_true(fabs(area_of(&in.shape[first]) - 121) < 1e-6);
    assert_int_equal(in.value[first * 4].integer, 1);
    assert_string_equal(in.value[first * 4 + 1].text, "露天采场");
    assert_true(in.value[first * 4 + 2].real == 1234567.125);
    assert_false(in.value[(1 - first) * 4 + 1].is_set && in.value[(1 - first) * 4 + 1].text[0]);
    msc_features_in_clear(&in);
}

static void formats_come_back(void **state)
{
    (void)state;
    static const char *const names[] = { "a.shp", "a.gpkg", "a.fgb", "a.geojson" };
    for (int i = 0; i < 4; i++) {
        char path[512];
        msc_error err = { 0 };
        path_of(path, names[i]);
        const msc_status status = write_one(path, "GBK", "露天采场", 0, &err);
        if (status != MSC_OK) print_message("%s: %s\n", path, err.detail);
        assert_int_equal(status, MSC_OK);
        assert_int_equal(write_one(path, "GBK", "x", 0, &err), MSC_EEXISTS);
        check_back(path);
        assert_int_equal(write_one(path, "UTF-8", "露天采场", 1, &err), MSC_OK);
        check_back(path);
    }
    assert_int_equal(count_files("."), 2);
    assert_int_equal(count_files("a.gpkg"), 1);
    assert_int_equal(count_files("a."), 8);
}

static void rings_of_any_direction_come_back(void **state)
{
    (void)state;
    double backwards[30];
    for (int r = 0; r < 3; r++)
        for (int i = 0; i < 5; i++) memcpy(backwards + 2 * (5 * r + i), square + 2 * (5 * r + 4 - i), 16);
    const msc_shape shape = { 0, 3, starts, outers, backwards };
    for (int k = 0; k < 3; k++) {
        char path[512];
        msc_error err;
        msc_layer_out *out = NULL;
        msc_features_in in;
        path_of(path, k == 0 ? "r.shp" : k == 1 ? "r.gpkg" : "r.fgb");
        const msc_layer_spec spec = { .path = path, .is_multi = 1 };
        assert_int_equal(msc_layer_create(NULL, &spec, &out, &err), MSC_OK);
        assert_int_equal(msc_layer_add(out, &shape, NULL, &err), MSC_OK);
        assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
        assert_int_equal(msc_layer_read(path, NULL, NULL, NULL, NULL, 0, &in, &err), MSC_OK);
        assert_int_equal(in.n, 1);
        assert_int_equal(in.shape[0].n_rings, 3);
        assert_int_equal(in.shape[0].is_outer[0] + in.shape[0].is_outer[1] + in.shape[0].is_outer[2], 2);
        assert_true(fabs(area_of(&in.shape[0]) - 121) < 1e-6);
        msc_features_in_clear(&in);
    }
}

static void sidecars_say_the_encoding(void **state)
{
    (void)state;
    char path[512], sidecar[512], *bytes = NULL;
    size_t n;
    msc_error err;
    for (int i = 0; i < 2; i++) {
        path_of(path, i ? "u.shp" : "g.shp");
        assert_int_equal(write_one(path, i ? "UTF-8" : NULL, "采场", 0, &err), MSC_OK);
        path_of(sidecar, i ? "u.cpg" : "g.cpg");
        assert_int_equal(msc_file_read(sidecar, &bytes, &n, &err), MSC_OK);
        assert_string_equal(bytes, i ? "UTF-8" : "GBK");
        msc_release(bytes);
        path_of(sidecar, i ? "u.dbf" : "g.dbf");
        assert_int_equal(msc_file_read(sidecar, &bytes, &n, &err), MSC_OK);
        int is_found = 0;
        for (size_t k = 0; k + 6 < n; k++) is_found |= memcmp(bytes + k, i ? "\xE9\x87\x87" : "\xB2\xC9\xB3\xA1", i ? 3 : 4) == 0;
        assert_true(is_found);
        assert_int_equal((unsigned char)bytes[29], i ? 0 : 77);
        msc_release(bytes);
        path_of(sidecar, i ? "u.prj" : "g.prj");
        assert_true(msc_file_exists(sidecar));
    }
}

static void nothing_is_cut(void **state)
{
    (void)state;
    char path[512];
    msc_error err;
    path_of(path, "cut.shp");
    /* 20 characters fit 40 bytes of GBK; 21 do not; in UTF-8 14 do not. */
    const char *twenty = "一二三四五六七八九十一二三四五六七八九十";
    assert_int_equal(write_one(path, "GBK", twenty, 0, &err), MSC_OK);
    assert_int_equal(write_one(path, "GBK", "一二三四五六七八九十一二三四五六七八九十一", 1, &err), MSC_ETEXT);
    assert_int_equal(write_one(path, "UTF-8", twenty, 1, &err), MSC_ETEXT);
    assert_int_equal(write_one(path, "GBK", "no place for 😀", 1, &err), MSC_ETEXT);
    assert_int_equal(write_one(path, "GBK", "bad \xff utf", 1, &err), MSC_ETEXT);
    path_of(path, "cut.gpkg");
    assert_int_equal(write_one(path, NULL, twenty, 0, &err), MSC_OK);
    assert_int_equal(write_one(path, NULL, "12345678901234567890123456789012345678901", 1, &err), MSC_ETEXT);
    assert_int_equal(count_files(".cut"), 0);
    check_back((path_of(path, "a.shp"), path));
}

static void two_runs_give_the_same_bytes(void **state)
{
    (void)state;
    static const char *const names[] = { "s.dbf", "s.shp", "s.gpkg", "s.fgb" };
    for (int i = 0; i < 4; i++) {
        char path[512], *a = NULL, *b = NULL;
        size_t n_a, n_b;
        msc_error err;
        char target[512];
        path_of(path, names[i]);
        path_of(target, i == 0 ? "s.shp" : names[i]);
        assert_int_equal(write_one(target, NULL, "采场", 1, &err), MSC_OK);
        assert_int_equal(msc_file_read(path, &a, &n_a, &err), MSC_OK);
        assert_int_equal(write_one(target, NULL, "采场", 1, &err), MSC_OK);
        assert_int_equal(msc_file_read(path, &b, &n_b, &err), MSC_OK);
        assert_int_equal(n_a, n_b);
        assert_memory_equal(a, b, n_a);
        msc_release(a);
        msc_release(b);
    }
}

static void reads_in_another_system(void **state)
{
    (void)state;
    const msc_field field = { "class", MSC_FIELD_INT, 0, 0 };
    const double lonlat[] = { 117, 40 };
    const msc_shape point = { .is_point = 1, .xy = lonlat };
    const msc_value value = { .is_set = 1, .integer = 5 };
    const char *names[] = { "class" }, *missing[] = { "klass" };
    char path[512];
    msc_error err;
    msc_layer_out *out = NULL;
    msc_features_in in;
    path_of(path, "p.gpkg");
    const msc_layer_spec spec = { .path = path, .crs = "EPSG:4490", .is_point = 1, .fields = &field, .n_fields = 1 };
    assert_int_equal(msc_layer_create(NULL, &spec, &out, &err), MSC_OK);
    assert_int_equal(msc_layer_add(out, &point, &value, &err), MSC_OK);
    assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
    assert_int_equal(msc_layer_read(path, NULL, NULL, "EPSG:4548", names, 1, &in, &err), MSC_OK);
    assert_true(in.shape[0].is_point);
    /* EPSG:4548 is northing first by its authority; 117 E is its central meridian, 500 km false easting. */
    assert_true(fabs(in.shape[0].xy[0] - 500000) < 1e-3 && fabs(in.shape[0].xy[1] - 4429529.03) < 1);
    assert_int_equal(in.value[0].integer, 5);
    msc_features_in_clear(&in);
    assert_int_equal(msc_layer_read(path, NULL, "class = 6", NULL, names, 1, &in, &err), MSC_OK);
    assert_int_equal(in.n, 0);
    msc_features_in_clear(&in);
    assert_int_equal(msc_layer_read(path, NULL, NULL, NULL, missing, 1, &in, &err), MSC_EFIELD);
    assert_int_equal(msc_layer_read(path, "other", NULL, NULL, names, 1, &in, &err), MSC_EFORMAT);
    /* A GeoJSON layer without features names no field; every other one does. */
    const msc_layer_spec blank = { .path = path, .crs = "EPSG:4490", .is_point = 1, .fields = &field, .n_fields = 1 };
    path_of(path, "blank.geojson");
    assert_int_equal(msc_layer_create(NULL, &blank, &out, &err), MSC_OK);
    assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
    assert_int_equal(msc_layer_read(path, NULL, "class = 6", "EPSG:4548", names, 1, &in, &err), MSC_OK);
    assert_int_equal(in.n, 0);
    msc_features_in_clear(&in);
    assert_int_equal(msc_layer_read("absent.gpkg", NULL, NULL, NULL, names, 1, &in, &err), MSC_ENOFILE);
}

/* Not a test of right and wrong: the figures that the format table of the documentation quotes. */
static void bench(void **state)
{
    (void)state;
    static const char *const names[] = { "b.fgb", "b.shp", "b.gpkg" };
    const char *wanted = getenv("MINESCAR_BENCH");
    const int n_rows = getenv("MINESCAR_BENCH_ROWS") ? atoi(getenv("MINESCAR_BENCH_ROWS")) : 480000;
    if (!wanted) skip();
    for (int k = 0; k < 3; k++) {
        char path[512];
        msc_error err = { 0 };
        msc_layer_out *out = NULL;
        msc_settings settings = { .overwrite = 1 };
        if (!strstr(wanted, "all") && !strstr(wanted, strrchr(names[k], '.') + 1)) continue;
        path_of(path, names[k]);
        const msc_layer_spec spec = { .path = path, .crs = "EPSG:32650", .fields = fields, .n_fields = N_FIELDS };
        struct timespec t0, t1;
        clock_gettime(CLOCK_MONOTONIC, &t0);
        assert_int_equal(msc_layer_create(&settings, &spec, &out, &err), MSC_OK);
        for (int i = 0; i < n_rows; i++) {
            const double x = i % 700, y = i / 700;
            const double ring[] = { x, y, x, y + 1, x + .5, y + 1, x + .5, y + .5, x + 1, y + .5, x + 1, y, x, y };
            const size_t start[] = { 0, 7 };
            const msc_shape shape = { 0, 1, start, outers, ring };
            msc_value values[N_FIELDS];
            set_row(values, i + 1, "采场");
            assert_int_equal(msc_layer_add(out, &shape, values, &err), MSC_OK);
        }
        clock_gettime(CLOCK_MONOTONIC, &t1);
        const double added = t1.tv_sec - t0.tv_sec + 1e-9 * (t1.tv_nsec - t0.tv_nsec);
        assert_int_equal(msc_layer_commit(&out, &err), MSC_OK);
        clock_gettime(CLOCK_MONOTONIC, &t1);
        print_message("%s: %d polygons in %.2f s (%.2f s before the commit)\n", names[k], n_rows,
                      t1.tv_sec - t0.tv_sec + 1e-9 * (t1.tv_nsec - t0.tv_nsec), added);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_come_back), cmocka_unit_test(rings_of_any_direction_come_back), cmocka_unit_test(sidecars_say_the_encoding), cmocka_unit_test(nothing_is_cut),
        cmocka_unit_test(two_runs_give_the_same_bytes), cmocka_unit_test(reads_in_another_system), cmocka_unit_test(bench),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
