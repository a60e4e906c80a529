/* test_vectorize.c - the patch table: fields, areas, labels, zones, order; what cannot be done. */
#include "../io/raster_made.h"
#include "io/layer.h"

static int change_value(int x, int y) { return x < 30 ? 0x0501 : x < 60 ? 0x0105 : x < 90 ? 0x0102 : y < 20 ? 0x0506 : 0; }
static double changes(int x, int y, int b) { (void)b; return y < 2 ? 65535 : change_value(x, y); }
static double blocks(int x, int y, int b) { (void)b; return y < 1 ? 0 : 1 + (x / 50 + y / 25) % 3; }
static double sureness(int x, int y, int b) { (void)b; (void)y; return x < 30 ? 80 : 61; }
/* Of the four patches: A in half of the pixels; in one less; in few, but with nothing against it; no grade at all. */
static double grades(int x, int y, int b)
{
    (void)b; (void)y;
    return x < 30 ? 1 + (x >= 15) : x < 60 ? 1 + (x >= 44) : x == 60 ? 1 : x < 90 ? 255 : 3;
}

static const msc_class classes[] = {{.code = 1, .name = "quarry", .label = "采场", .is_damage = 1},
                                    {.code = 2, .name = "heap", .label = "排土场", .is_damage = 1},
                                    {.code = 5, .name = "vegetation", .label = "植被"},
                                    {.code = 6, .name = "bare"}};

static made_spec spec_of(const char *name, GDALDataType type, double nodata, double (*value)(int, int, int))
{
    return (made_spec){.name = name, .w = 120, .h = 100, .bands = 1, .type = type, .e0 = 500000, .n0 = 4000000, .pixel = 10,
                       .epsg = 32650, .has_nodata = 1, .nodata = nodata, .value = value};
}

static void quiet(msc_settings *settings)
{
    msc_settings_defaults(settings);
    settings->overwrite = 1;
    settings->n_threads = 2;
}

static void read_table(const char *path, const char *const *fields, int n, msc_features_in *features)
{
    msc_error err = {0};
    assert_int_equal(msc_layer_read(path, NULL, NULL, NULL, fields, n, features, &err), MSC_OK);
}

static void change_patches_have_the_whole_table(void **state)
{
    (void)state;
    static const char *const fields[] = {"BSM", "TBBH", "QDM", "TBDM", "QLX", "TBLX", "BHLX", "TBMJ", "TQMJ", "MJM",
                                         "ZXD", "PDYJ", "YXJ", "HCZT", "SJJ", "XZQMC", "ZXJD", "ZXWD", "BHDJ"};
    enum { N = sizeof fields / sizeof *fields };
    const made_spec map = spec_of("c.tif", GDT_UInt16, 65535, changes), sure = spec_of("s.tif", GDT_Byte, 255, sureness);
    const made_spec graded = spec_of("g.tif", GDT_Byte, 255, grades);
    const char *outs[] = {made_path("c.shp"), made_path("c.gpkg"), made_path("c.fgb")}, *zones_path = made_path("z.geojson");
    FILE *f = fopen(zones_path, "w");
    fputs("{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:32650\"}},\"features\":["
          "{\"type\":\"Feature\",\"properties\":{\"N\":\"门头沟区\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
          "[[[499000,3990000],[500400,3990000],[500400,4001000],[499000,4001000],[499000,3990000]]]}}]}", f);
    fclose(f);
    const msc_zone zone = {"district", zones_path, "N"};
    msc_settings settings;
    msc_vectorize_options o;
    msc_vectorize_counts counts;
    msc_error err = {0};
    quiet(&settings);
    msc_vectorize_defaults(&o);
    o.raster = made_file(&map);
    o.confidence = made_file(&sure);
    o.grade = made_file(&graded);
    o.patches = outs;
    o.n_patches = 3;
    o.classes = classes;
    o.n_classes = 4;
    o.zones = &zone;
    o.n_zones = 1;
    o.year_after = 2024;
    o.run_id = "run-7";
    if (msc_vectorize(&settings, &o, &counts, &err) != MSC_OK) {
        fail_msg("%s: %s", err.subject, err.detail);
    }
    assert_int_equal(counts.n_patches, 4);
    assert_int_equal(counts.n_px, 3 * 30 * 98 + 30 * 18);
    assert_true(counts.area_m2 == counts.area_px_m2 && counts.area_m2 == 100.0 * (double)counts.n_px);
    static const char *const kinds[] = {"新增", "恢复", "转变", ""}, *const before[] = {"植被", "采场", "采场", "植被"};
    static const char *const grade[] = {"A", "B", "A", ""};
    static const int64_t order[] = {1, 3, 2, 4};
    for (int file = 0; file < 3; file++) {
        msc_features_in in;
        read_table(outs[file], fields, N, &in);
        assert_int_equal(in.n, 4);
        for (size_t r = 0; r < 4; r++) {
            const msc_value *v = in.value + r * N;
            char number[32];
            snprintf(number, sizeof number, "2024-%06d", (int)v[0].integer);
            const size_t i = (size_t)v[0].integer - 1;      /* a spatial index may reorder rows */
            assert_string_equal(v[1].text, number);
            assert_string_equal(v[4].text, before[i]);
            assert_string_equal(v[18].is_set ? v[18].text : "", grade[i]);
            assert_string_equal(v[6].is_set ? v[6].text : "", kinds[i]);
            assert_true(v[8].real == (i < 3 ? 294000.0 : 54000.0));
            /* on the central meridian of UTM lengths are 0.9996 of the true ones, 500 km from the equator's middle on */
            assert_true(v[7].real / v[8].real > 1.00079 && v[7].real / v[8].real < 1.00081);
            assert_true(v[9].real > v[7].real * 0.0015 - 1e-3 && v[9].real < v[7].real * 0.0015 + 1e-3);
            assert_int_equal(v[10].integer, i == 0 ? 80 : 61);
            assert_int_equal(v[12].integer, order[i]);
            assert_string_equal(v[13].text, "待核查");
            assert_string_equal(v[14].text, "run-7");
            assert_string_equal(v[15].is_set ? v[15].text : "", i < 2 ? "门头沟区" : "");
            assert_true(v[16].real > 117 && v[16].real < 117.02 && v[17].real > 36.12 && v[17].real < 36.15);
        }
        assert_string_equal(in.value[0].is_set ? "" : "unset", "");
        msc_features_in_clear(&in);
    }
    static const struct { const char *grades; int n, n_px; } wanted[] = {{"A", 2, 30 * 98 * 2}, {"B", 1, 30 * 98}};
    settings.overwrite = 1;
    for (int i = 0; i < 2; i++) {
        msc_features_in in;
        o.grades = wanted[i].grades;
        assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_OK);
        assert_int_equal(counts.n_patches, wanted[i].n);
        assert_int_equal(counts.n_px, wanted[i].n_px);
        assert_int_equal(counts.n_other_grade, 4 - wanted[i].n);
        assert_int_equal(counts.n_px + counts.n_px_other_grade, 3 * 30 * 98 + 30 * 18);
        read_table(outs[1], fields, N, &in);
        assert_int_equal(in.n, wanted[i].n);
        for (size_t r = 0; r < in.n; r++) {
            assert_int_equal(in.value[r * N].integer, r + 1);      /* numbers and visiting order without gaps */
            assert_in_range(in.value[r * N + 12].integer, 1, in.n);
            assert_string_equal(in.value[r * N + 18].text, wanted[i].grades);
        }
        msc_features_in_clear(&in);
    }
    o.grades = "C";
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_EVALUE);
    o.grades = "A";
    o.grade = NULL;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_EUSAGE);
}

static int within(int x, int y, int x0, int y0, int x1, int y1) { return x >= x0 && x < x1 && y >= y0 && y < y1; }
/* Damage of two years: a pit that grows, one with a gap of one pixel to new damage and of two to other new damage, damage far from all,
 * a pit that half of is green again, one that is gone. */
static double damage_before(int x, int y, int b)
{
    (void)b;
    return within(x, y, 10, 10, 30, 30) || within(x, y, 60, 10, 70, 20) || within(x, y, 10, 60, 30, 80) || within(x, y, 60, 60, 70, 80) ? 1 : 5;
}
static double damage_after(int x, int y, int b)
{
    (void)b;
    return within(x, y, 10, 10, 40, 30) || within(x, y, 60, 10, 70, 20) || within(x, y, 71, 10, 80, 20) || within(x, y, 60, 22, 70, 30) ||
           within(x, y, 90, 60, 100, 70) || within(x, y, 10, 60, 20, 80) ? 1 : 5;
}
static double damage_change(int x, int y, int b)
{
    const int before = (int)damage_before(x, y, b), after = (int)damage_after(x, y, b);
    return before == after ? 0 : before * 256 + after;
}

static void new_damage_extends_what_it_lies_beside(void **state)
{
    (void)state;
    static const char *const fields[] = {"BSM", "BHLX", "QTBBH"};
    static const int damage = 1, nothing = 0;
    const made_spec before = spec_of("b.tif", GDT_Byte, 0, damage_before), after = spec_of("a.tif", GDT_Byte, 0, damage_after),
                    change = spec_of("d.tif", GDT_UInt16, 65535, damage_change);
    const char *maps[] = {made_file(&before), made_file(&after), made_file(&change)};
    const char *layers[] = {made_path("damage_b.gpkg"), made_path("damage_a.gpkg"), made_path("damage_d.gpkg")};
    /* in the order of their first pixels */
    static const struct { const char *kind, *earlier; } wanted[] = {{"扩大", "2024-000001"}, {"扩大", "2024-000002"}, {"新增", ""},
                                                                    {"缩小", "2024-000003"}, {"恢复", "2024-000004"}, {"新增", ""}};
    msc_settings settings;
    msc_vectorize_options o;
    msc_vectorize_counts counts;
    msc_error err = {0};
    quiet(&settings);
    for (int k = 0; k < 4; k++) {                     /* last with a reach of two pixels */
        const int is_change = k >= 2, m = is_change ? 2 : k;
        msc_vectorize_defaults(&o);
        o.raster = maps[m]; o.patches = &layers[m]; o.n_patches = 1;
        o.classes = classes; o.n_classes = 4;
        o.only = &damage; o.n_only = 1;
        o.skip = &nothing; o.n_skip = 1;
        o.year_after = 2024 + (m != 0);
        o.earlier = m == 0 ? NULL : layers[0];
        o.later = is_change ? layers[1] : NULL;
        o.reach_px = k == 3 ? 2 : o.reach_px;
        if (msc_vectorize(&settings, &o, &counts, &err) != MSC_OK) fail_msg("%s: %s", err.subject, err.detail);
        if (!is_change) continue;
        msc_features_in in;
        read_table(layers[2], fields, 3, &in);
        assert_int_equal(in.n, 6);
        for (size_t r = 0; r < in.n; r++) {
            const msc_value *v = in.value + 3 * r;
            const int is_reached = k == 3 && r == 2;
            assert_int_equal(v[0].integer, r + 1);
            assert_string_equal(v[1].text, is_reached ? "扩大" : wanted[r].kind);
            assert_string_equal(v[2].is_set ? v[2].text : "", is_reached ? "2024-000002" : wanted[r].earlier);
        }
        msc_features_in_clear(&in);
    }
    o.reach_px = -1;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_EVALUE);
}

static double hillside(int x, int y, int b) { (void)b; return x > 100 ? -9999 : 100 + 3 * x - 4 * y; }   /* 0.3 and 0.4 a metre */
static double flat(int x, int y, int b) { (void)x; (void)y; (void)b; return 100; }

/* Surface area of a hillside is that of the map times the secant of its slope, with any tiles; level ground has no more than
 * the map; what the DEM lacks counts as the rest of its patch; without a DEM the column is empty. */
static void surfaces_of_a_hillside(void **state)
{
    (void)state;
    static const char *const fields[] = {"BSM", "TBMJ", "BMMJ"};
    const made_spec map = spec_of("h.tif", GDT_UInt16, 65535, changes), steep = spec_of("steep.tif", GDT_Float32, -9999, hillside),
                    level = spec_of("level.tif", GDT_Float32, -9999, flat);
    const char *out = made_path("h.gpkg"), *dems[] = {made_file(&steep), made_file(&level), NULL};
    const double wanted[] = {sqrt(1 + 0.09 + 0.16), 1};
    msc_settings settings;
    msc_vectorize_options o;
    msc_vectorize_counts counts;
    msc_error err = {0};
    quiet(&settings);
    msc_vectorize_defaults(&o);
    o.raster = made_file(&map);
    o.patches = &out;
    o.n_patches = 1;
    o.classes = classes;
    o.n_classes = 4;
    for (int k = 0; k < 3; k++) {
        for (settings.tile_px = 16; settings.tile_px <= 1024; settings.tile_px *= 4) {
            double first = 0;
            msc_features_in in;
            o.dem = dems[k];
            assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_OK);
            read_table(out, fields, 3, &in);
            assert_int_equal(in.n, 4);
            for (size_t i = 0; i < 4; i++) {
                const msc_value *v = in.value + i * 3;
                assert_int_equal(v[2].is_set, dems[k] != NULL);
                assert_true(dems[k] == NULL || fabs(v[2].real / v[1].real - wanted[k]) < 0.0006);    /* half a step of 1/1024, and cents */
                first += v[2].real;
            }
            static double kept;
            if (settings.tile_px == 16) kept = first;
            assert_true(first == kept);
            msc_features_in_clear(&in);
        }
    }
    o.dem = made_path("absent.tif");
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_ENOFILE);
}

static void units_values_and_plain_layers(void **state)
{
    (void)state;
    const made_spec map = spec_of("k.tif", GDT_Byte, 0, blocks);
    const char *out = made_path("k.gpkg");
    const int only = 1, skip = 2;
    msc_settings settings;
    msc_vectorize_options o;
    msc_vectorize_counts counts;
    msc_error err = {0};
    quiet(&settings);
    msc_vectorize_defaults(&o);
    o.raster = made_file(&map);
    o.patches = &out;
    o.n_patches = 1;
    o.is_plain = 1;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_OK);
    assert_int_equal(counts.n_patches, 12);
    assert_int_equal(counts.n_px, 120 * 99);
    o.mmu_m2 = 24 * 50 * 100;                  /* the unit itself stays */
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_OK);
    assert_int_equal(counts.n_patches + counts.n_dropped, 12);
    assert_int_equal(counts.n_dropped, 4);
    assert_int_equal(counts.n_px_dropped, 24 * 20 + 3 * 25 * 20);
    o.is_plain = 0;
    o.only = &only;
    o.n_only = 1;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_OK);
    assert_int_equal(counts.n_patches + counts.n_dropped, 4);
    o.only = NULL;
    o.skip = &skip;
    o.n_skip = 1;
    o.mmu_m2 = 0;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_OK);
    assert_int_equal(counts.n_patches, 8);
}

/* No class has such a code. */
static double halves(int x, int y, int b)
{
    (void)x, (void)b;
    return 1 + 0.5 * y;
}

static void bad_input(void **state)
{
    (void)state;
    made_spec map = spec_of("b.tif", GDT_Byte, 0, blocks), other = spec_of("o.tif", GDT_Byte, 0, sureness);
    other.w = 60;
    const char *out = made_path("b.gpkg"), *nowhere = made_path("no/such/b.gpkg");
    msc_settings settings;
    msc_vectorize_options o;
    msc_vectorize_counts counts;
    msc_error err = {0};
    quiet(&settings);
    msc_vectorize_defaults(&o);
    o.raster = made_path("nothing.tif");
    o.patches = &out;
    o.n_patches = 1;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_ENOFILE);
    o.raster = made_file(&map);
    o.connectivity = 6;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_EVALUE);
    o.connectivity = 4;
    const msc_zone zone = {"行政区划", "nothing.gpkg", "行政区划"};
    o.zones = &zone;
    o.n_zones = 1;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_EVALUE);
    assert_string_equal(err.subject, "zones");
    o.n_zones = 0;
    o.confidence = made_file(&other);
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_EGRID);
    o.confidence = NULL;
    o.patches = &nowhere;
    assert_int_not_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_OK);
    map.name = "f.tif";
    map.type = GDT_Float32;
    map.value = halves;
    o.raster = made_file(&map);
    o.patches = &out;
    assert_int_equal(msc_vectorize(&settings, &o, &counts, &err), MSC_EFORMAT);
    assert_int_equal(access(out, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(change_patches_have_the_whole_table),
        cmocka_unit_test(new_damage_extends_what_it_lies_beside),
        cmocka_unit_test(surfaces_of_a_hillside),
        cmocka_unit_test(units_values_and_plain_layers),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
