/* test_layer_rows.c - our encoders of shapefile and FlatGeobuf rows against OGR's, which write when options are given. */
#include "base/hash.h"
#include "io/layer.h"
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
#include <gdal.h>
#include <ogr_api.h>

enum { N_ROWS = 700, N_FIELDS = 7, MAX_POINTS = 400 };
static const msc_field fields[] = { { "ID", MSC_FIELD_INT64, 18, 0 }, { "CODE", MSC_FIELD_INT, 6, 0 },
    { "NAME", MSC_FIELD_TEXT, 24, 0 }, { "AREA", MSC_FIELD_REAL, 18, 2 }, { "FINE", MSC_FIELD_REAL, 14, 8 },
    { "FREE", MSC_FIELD_REAL, 0, 0 }, { "DAY", MSC_FIELD_DATE, 0, 0 } };
static const char *const names[] = { "", "pit", "采场", "植被→采场, 83", "ü", "待核查" };
static char dir[64];

typedef struct made_row { double xy[2 * MAX_POINTS]; size_t start[64]; uint8_t is_outer[64]; msc_shape shape; msc_value value[N_FIELDS]; } made_row;

static double draw(uint64_t row, uint64_t what) { return (double)(msc_random(11, row, what) >> 11) / 9007199254740992.0; }

/* Squares, each part at its own place, with up to three holes; either direction. */
static void make_shape(made_row *m, uint64_t row, int is_multi)
{
    const size_t n_parts = is_multi ? 1 + (size_t)(draw(row, 1) * 4) : 1;
    size_t n_points = 0, n_rings = 0;
    for (size_t p = 0; p < n_parts; p++) {
        const size_t n_holes = (size_t)(draw(row, 10 + p) * 4);
        const double e = 5e5 + 100 * (double)(row % 29) + 20 * (double)p, n = 3.4e6 - 40 * (double)(row / 29) + draw(row, 20 + p);
        for (size_t h = 0; h <= n_holes; h++) {
            const double side = h == 0 ? 10 : 1, x = h == 0 ? e : e + 3 * (double)h - 1, y = h == 0 ? n : n + 2;
            const int is_turned = draw(row, 30 + 10 * p + h) < 0.3;
            for (size_t c = 0; c < 5; c++) {
                const size_t k = is_turned ? 4 - c : c;
                m->xy[2 * n_points] = x + (k == 1 || k == 2 ? side : 0);
                m->xy[2 * n_points + 1] = y + (k == 2 || k == 3 ? side : 0);
                n_points++;
            }
            m->start[n_rings] = n_points - 5;
            m->is_outer[n_rings++] = h == 0;
        }
    }
    m->start[n_rings] = n_points;
    m->shape = (msc_shape){ .n_rings = n_rings, .ring_start = m->start, .is_outer = m->is_outer, .xy = m->xy };
}

static void make_values(made_row *m, uint64_t row)
{
    static const double hard[] = { 0.125, 0.135, -0.005, 1e14, -0.0, 2.675, 1234567.005, 0.0049999999999, 99999999999999.99 };
    memset(m->value, 0, sizeof m->value);
    for (uint64_t f = 0; f < N_FIELDS; f++) m->value[f].is_set = draw(row, 100 + f) < 0.85;
    m->value[0].integer = (int64_t)(row * 7919) - 40000;
    m->value[1].integer = (int64_t)(draw(row, 110) * 1e5) - 40000;
    m->value[2].text = names[row % 6];
    m->value[3].real = row % 3 == 0 ? hard[row / 3 % 9] : draw(row, 111) * 1e6;
    m->value[4].real = draw(row, 112) * 360 - 180;
    m->value[5].real = draw(row, 113) * 1e-3;
    m->value[6].text = row % 2 ? "2024-03-01" : "1999-12-31";
}

/* How: 0 one by one, 1 in batches that are made out of order, 2 through OGR (`option` makes it so). */
static void write_layer(const char *path, const char *option, int n_fields, int is_multi, int is_point, int how)
{
    const double point[] = { 1.5, -2.25 };
    const msc_shape a_point = { .is_point = 1, .xy = point };
    msc_settings settings;
    msc_error err = { 0 };
    msc_layer_out *out = NULL;
    msc_rows *batch[7] = { 0 };
    made_row *m = malloc(sizeof *m);
    msc_settings_defaults(&settings);
    settings.overwrite = 1;
    settings.n_threads = 2;
    settings.creation = &option;
    settings.n_creation = how == 2;
    const msc_layer_spec spec = { .path = path, .name = "rows", .crs = "EPSG:4547", .is_multi = is_multi, .is_point = is_point,
                                  .fields = fields, .n_fields = n_fields, .encoding = "GBK" };
    assert_int_equal(msc_layer_create(&settings, &spec, &out, &err), MSC_OK);
    for (int b = 6; b >= 0 && how == 1; b--) {
        assert_int_equal(msc_rows_new(out, &batch[b], &err), MSC_OK);
        for (uint64_t row = (uint64_t)b * 100; row < (uint64_t)b * 100 + 100; row++) {
            make_shape(m, row, is_multi);
            make_values(m, row);
            assert_int_equal(msc_rows_add(batch[b], is_point ? &a_point : &m->shape, m->value, &err), MSC_OK);
        }
    }
    for (int b = 0; b < 7 && how == 1; b++) {
        assert_int_equal(msc_layer_append(out, batch[b], &err), MSC_OK);
        assert_int_equal(msc_layer_append(out, batch[b], &err), MSC_OK);       /* it is empty now */
        msc_rows_free(&batch[b]);
    }
    for (uint64_t row = 0; row < N_ROWS && how != 1; row++) {
        make_shape(m, row, is_multi);
        make_values(m, row);
        assert_int_equal(msc_layer_add(out, is_point ? &a_point : &m->shape, m->value, &err), MSC_OK);
    }
    const msc_status status = msc_layer_commit(&out, &err);
    if (status != MSC_OK) print_error("%s: %s\n", err.subject, err.detail);
    assert_int_equal(status, MSC_OK);
    free(m);
}

static void path_of(char *path, const char *stem, const char *extension) { snprintf(path, 512, "%s/%s.%s", dir, stem, extension); }

static void assert_same_file(const char *a, const char *b, const char *extension)
{
    char path[2][512], *bytes[2];
    size_t n[2];
    path_of(path[0], a, extension);
    path_of(path[1], b, extension);
    FILE *file[2] = { fopen(path[0], "rb"), fopen(path[1], "rb") };
    for (int i = 0; i < 2; i++) {
        assert_non_null(file[i]);
        fseek(file[i], 0, SEEK_END);
        n[i] = (size_t)ftell(file[i]);
        rewind(file[i]);
        bytes[i] = malloc(n[i] + 1);
        assert_int_equal(fread(bytes[i], 1, n[i], file[i]), n[i]);
        fclose(file[i]);
    }
    assert_int_equal(n[0], n[1]);
    assert_memory_equal(bytes[0], bytes[1], n[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void shapefiles_have_the_bytes_of_ogr(void **state)
{
    (void)state;
    static const char *const extensions[] = { "shp", "shx", "dbf", "prj", "cpg" };
    char path[512];
    for (int kind = 0; kind < 3; kind++) {
        path_of(path, "ours", "shp");
        write_layer(path, NULL, N_FIELDS, kind == 1, kind == 2, 0);
        path_of(path, "batches", "shp");
        write_layer(path, NULL, N_FIELDS, kind == 1, kind == 2, 1);
        path_of(path, "ogr", "shp");
        write_layer(path, "RESIZE=NO", N_FIELDS, kind == 1, kind == 2, 2);
        for (int e = 0; e < 5; e++) {
            assert_same_file("ours", "ogr", extensions[e]);
            assert_same_file("ours", "batches", extensions[e]);
        }
    }
}

static void assert_same_shape(const msc_shape *a, const msc_shape *b)
{
    assert_int_equal(a->n_rings, b->n_rings);
    assert_memory_equal(a->ring_start, b->ring_start, (a->n_rings + 1) * sizeof *a->ring_start);
    assert_memory_equal(a->is_outer, b->is_outer, a->n_rings);
    assert_memory_equal(a->xy, b->xy, a->ring_start[a->n_rings] * 16);
}

/* The order of a FlatGeobuf file is that of its tree, where equals may differ: rows are matched by what they hold. */
static void flatgeobufs_read_as_those_of_ogr(void **state)
{
    (void)state;
    enum { N = N_FIELDS - 1 };   /* without the date */
    const char *wanted[] = { "ID", "CODE", "NAME", "AREA", "FINE", "FREE" };
    char path[2][512];
    for (int is_multi = 0; is_multi < 2; is_multi++) {
        msc_features_in in[2];
        msc_error err = { 0 };
        path_of(path[0], "ours", "fgb");
        path_of(path[1], "ogr", "fgb");
        write_layer(path[0], NULL, N, is_multi, 0, 1);
        write_layer(path[1], "SPATIAL_INDEX=YES", N, is_multi, 0, 2);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(msc_layer_read(path[i], NULL, NULL, NULL, wanted, N, &in[i], &err), MSC_OK);
            assert_int_equal(in[i].n, N_ROWS);
        }
        int n_matched = 0;
        for (size_t a = 0; a < N_ROWS; a++) {
            const msc_value *v = &in[0].value[a * N];
            for (size_t b = 0; b < N_ROWS; b++) {
                const msc_value *w = &in[1].value[b * N];
                if (memcmp(in[0].shape[a].xy, in[1].shape[b].xy, 80) != 0) continue;
                assert_same_shape(&in[0].shape[a], &in[1].shape[b]);
                for (int f = 0; f < N; f++) {
                    assert_int_equal(v[f].is_set, w[f].is_set);
                    if (!v[f].is_set) continue;
                    if (f == 2) assert_string_equal(v[f].text, w[f].text);
                    else assert_true(v[f].integer == w[f].integer && v[f].real == w[f].real);
                }
                n_matched++;
            }
        }
        assert_int_equal(n_matched, N_ROWS);
        for (int i = 0; i < 2; i++) msc_features_in_clear(&in[i]);
    }
}

static int64_t count_within(const char *path, double w, double s, double e, double n)
{
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_VECTOR, NULL, NULL, NULL);
    assert_non_null(dataset);
    OGRLayerH layer = GDALDatasetGetLayer(dataset, 0);
    OGR_L_SetSpatialFilterRect(layer, w, s, e, n);
    int64_t found = 0;
    for (OGRFeatureH f; (f = OGR_L_GetNextFeature(layer)) != NULL; OGR_F_Destroy(f)) found++;
    GDALClose(dataset);
    return found;
}

/* The tree finds what a look at every feature of a file without one finds. */
static void the_tree_finds_what_is_there(void **state)
{
    (void)state;
    char tree[512], none[512];
    int64_t n_all = 0;
    path_of(tree, "tree", "fgb");
    path_of(none, "none", "fgb");
    write_layer(tree, NULL, 1, 1, 0, 1);
    write_layer(none, "SPATIAL_INDEX=NO", 1, 1, 0, 2);
    for (uint64_t q = 0; q < 60; q++) {
        const double w = 5e5 + draw(q, 900) * 3000 - 50, s = 3.4e6 - draw(q, 901) * 1000;
        const double e = w + draw(q, 902) * 1500, n = s + draw(q, 903) * 400;
        const int64_t found = count_within(tree, w, s, e, n);
        assert_int_equal(found, count_within(none, w, s, e, n));
        n_all += found;
    }
    assert_true(n_all > 500);
}

static int make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "rows-test-%ld", (long)getpid());
    return mkdir(dir, 0700);
}

static int remove_dir(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapefiles_have_the_bytes_of_ogr),
        cmocka_unit_test(flatgeobufs_read_as_those_of_ogr),
        cmocka_unit_test(the_tree_finds_what_is_there),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
