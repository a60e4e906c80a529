/* What was not observed, by reason and zone: zones that share the map out sum to the whole. */
#include "made_job.h"
#include "jobs/unobserved.h"

/* Not observed: the ten western columns, and a block that the mask explains by shadow or by itself. */
static int is_open(int x, int y) { return x < 10 || (x >= 100 && x < 140 && y >= 50 && y < 90); }
static double class_map(int x, int y, int b) { (void)b; return is_open(x, y) ? 0 : made_class(x, y); }
static double mask_map(int x, int y, int b)
{
    const int why = x >= 100 && x < 120 && y >= 50 && y < 90 ? MSC_MASK_TERRAIN_SHADOW : x >= 120 && x < 140 && y >= 50 && y < 90 ? MSC_MASK_USER : 0;
    return b == 0 ? why == 0 : why;
}
/* What the class map says of itself: part of the western columns is cloud with a margin; what it says inside the mask does not count. */
static double reason_map(int x, int y, int b)
{
    (void)b;
    return !is_open(x, y) ? 0 : x < 4 ? MSC_MASK_CLASS : x < 7 ? MSC_MASK_MARGIN : x < 9 ? 0 : x < 10 ? MSC_MASK_NO_ELEVATION : MSC_MASK_CLASS;
}

/* Two zones side by side that share the map out between west and east; `gap` px in the west lie in none, the second begins
 * `overlap` px before the first ends. */
static const char *made_zones(const char *file, int gap, int overlap)
{
    static const msc_field fields[] = { { "NAME", MSC_FIELD_TEXT, 20, 0 } };
    static const char *const names[] = { "west", "a \"quoted\", name" };
    static const int edge[] = { 0, 117, JOB_W };
    const char *path = job_path(file);
    msc_layer_out *layer = made_layer(path, fields, 1);
    msc_error err;
    for (int z = 0; z < 2; z++) {
        const double w = 500000 + 2 * (edge[z] + (z ? -overlap : gap)), e = 500000 + 2 * edge[z + 1], n = 2500000, s = 2500000 - 2 * JOB_H;
        const double xy[10] = { w, s, w, n, e, n, e, s, w, s };
        const size_t start[2] = { 0, 5 };
        const uint8_t outer[1] = { 1 };
        const msc_shape shape = { .n_rings = 1, .ring_start = start, .is_outer = outer, .xy = xy };
        assert_int_equal(msc_layer_add(layer, &shape, &(msc_value){ .is_set = 1, .text = names[z] }, &err), MSC_OK);
    }
    assert_int_equal(msc_layer_commit(&layer, &err), MSC_OK);
    return path;
}

static const char *made_bytes_map(const char *name, int bands, double (*value)(int, int, int))
{
    made_file(&(made_spec){ .name = name, .w = JOB_W, .h = JOB_H, .bands = bands, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000,
                            .pixel = 2, .epsg = 4548, .value = value });
    return job_path(name);
}

static void reasons_and_zones_add_up(void **state)
{
    (void)state;
    const msc_zone zone = { .name = "side", .path = made_zones("zones.gpkg", 0, 0), .field = "NAME" };
    const msc_unobserved_options o = { .classes = made_bytes_map("classes.tif", 1, class_map), .mask = made_bytes_map("why.tif", 2, mask_map),
                                       .reason = made_bytes_map("reason.tif", 1, reason_map),
                                       .zones = &zone, .n_zones = 1, .out = job_path("open.csv") };
    for (int tile = 64; tile <= 1024; tile *= 4) {
        const msc_settings s = made_settings(tile, 2);
        msc_unobserved_sum whole;
        msc_error err = { 0 };
        size_t n = 0;
        assert_int_equal(msc_unobserved(&s, &o, &whole, &err), MSC_OK);
        assert_int_equal(whole.px, JOB_W * JOB_H);
        assert_int_equal(whole.open_px[MSC_MASK_NONE], 2 * JOB_H);
        assert_int_equal(whole.open_px[MSC_MASK_NO_ELEVATION], JOB_H);
        assert_int_equal(whole.open_px[MSC_MASK_CLASS], 4 * JOB_H);
        assert_int_equal(whole.open_px[MSC_MASK_MARGIN], 3 * JOB_H);
        assert_int_equal(whole.open_px[MSC_MASK_USER], 800);
        assert_int_equal(whole.open_px[MSC_MASK_TERRAIN_SHADOW], 800);
        char *text = NULL;
        assert_int_equal(msc_file_read(o.out, &text, &n, &err), MSC_OK);
        double area[3], open[3], shadow[3], mask[3], class[3], margin[3], flat[3], other[3];
        char *line = strchr(text, '\n') + 1;
        static const char *const begin[] = { ",,", "side,west,", "side,\"a \"\"quoted\"\", name\"," };
        for (int row = 0; row < 3; row++, line = strchr(line, '\n') + 1) {
            assert_int_equal(strncmp(line, begin[row], strlen(begin[row])), 0);
            assert_int_equal(sscanf(line + strlen(begin[row]), "%lf,%lf,%lf,%lf,%lf,%lf,%lf,%lf", &area[row], &open[row], &mask[row], &shadow[row],
                                    &class[row], &margin[row], &flat[row], &other[row]), 8);
            assert_true(fabs(open[row] - mask[row] - shadow[row] - class[row] - margin[row] - flat[row] - other[row]) < 4e-4);
        }
        assert_int_equal(*line, 0);
        assert_true(fabs(area[0] - area[1] - area[2]) < 2e-4 && fabs(open[0] - open[1] - open[2]) < 2e-4);
        assert_true(area[0] > 30.0 && area[0] < 31.5);           /* 320 x 240 px of 4 m2, less what the projection stretches */
        assert_true(fabs(flat[0] - margin[0] / 3.0) < 1e-3 && fabs(other[0] - 2.0 * flat[0]) < 1e-3 && fabs(3.0 * class[0] - 4.0 * margin[0]) < 3e-3);
        assert_true(fabs(shadow[1] / shadow[0] - 17.0 / 20.0) < 1e-3 && mask[1] == 0.0);
        msc_release(text);
    }
}

/* Pixels of two zones are the first one's, those of none have a row of their own. */
static void zones_that_overlap_or_leave_gaps_add_up_too(void **state)
{
    (void)state;
    const msc_zone zone = { .name = "side", .path = made_zones("uneven.gpkg", 7, 30), .field = "NAME" };
    const msc_unobserved_options o = { .classes = made_bytes_map("uneven.tif", 1, class_map), .zones = &zone, .n_zones = 1, .out = job_path("uneven.csv") };
    const msc_settings s = made_settings(64, 2);
    msc_unobserved_sum whole;
    msc_error err = { 0 };
    size_t n = 0;
    char *text = NULL;
    double area[4];
    assert_int_equal(msc_unobserved(&s, &o, &whole, &err), MSC_OK);
    assert_int_equal(msc_file_read(o.out, &text, &n, &err), MSC_OK);
    char *line = strchr(text, '\n') + 1;
    static const char *const begin[] = { ",,", "side,west,", "side,\"a \"\"quoted\"\", name\",", "side,outside the zones," };
    for (int row = 0; row < 4; row++, line = strchr(line, '\n') + 1) {
        assert_int_equal(strncmp(line, begin[row], strlen(begin[row])), 0);
        area[row] = strtod(line + strlen(begin[row]), NULL);
    }
    assert_true(fabs(area[0] - area[1] - area[2] - area[3]) < 2e-4);
    assert_true(fabs(area[1] / area[0] - 110.0 / JOB_W) < 1e-3 && fabs(area[3] / area[0] - 7.0 / JOB_W) < 1e-3);
    msc_release(text);
}

static void without_a_mask_all_reasons_are_one(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 1);
    const msc_unobserved_options o = { .classes = made_bytes_map("bare.tif", 1, class_map), .out = job_path("bare.csv") };
    msc_unobserved_sum whole;
    msc_error err = { 0 };
    assert_int_equal(msc_unobserved(&s, &o, &whole, &err), MSC_OK);
    assert_int_equal(whole.open_px[MSC_MASK_NONE], 10 * JOB_H + 1600);
    for (int r = MSC_MASK_NONE + 1; r < MSC_MASK_REASONS; r++) assert_int_equal(whole.open_px[r], 0);
    const msc_zone zone = { .name = "side", .path = job_path("zones.gpkg"), .field = "absent" };
    const msc_unobserved_options bad = { .classes = o.classes, .zones = &zone, .n_zones = 1, .out = job_path("bad.csv") };
    assert_int_equal(msc_unobserved(&s, &bad, &whole, &err), MSC_EFIELD);
    assert_int_equal(made_count_files("bad.csv"), 0);
}

static double own_mask(int x, int y, int b) { (void)b; return x < 5 || y < 60 ? 0 : 1; }

/* A mask of another extent than the map's: it counts what is 0 in it and what lies beyond it, whether or not there was an image. */
static void the_mask_of_an_image_is_a_mask(void **state)
{
    (void)state;
    const msc_settings s = made_settings(64, 2);
    made_file(&(made_spec){ .name = "own.tif", .w = JOB_W, .h = 80, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000, .pixel = 2,
                            .epsg = 4548, .value = own_mask });
    const msc_image image = { .mask = job_path("own.tif") };
    const msc_unobserved_options o = { .classes = made_bytes_map("under.tif", 1, class_map), .image = &image,
                                       .reason = made_bytes_map("under_why.tif", 1, reason_map), .out = job_path("under.csv") };
    msc_unobserved_sum whole;
    msc_error err = { 0 };
    assert_int_equal(msc_unobserved(&s, &o, &whole, &err), MSC_OK);
    assert_int_equal(whole.open_px[MSC_MASK_USER], 10 * JOB_H - 5 * 20 + 40 * 20);      /* but rows 60..79, of which 5 columns count */
    assert_int_equal(whole.open_px[MSC_MASK_MARGIN], 2 * 20);
    assert_int_equal(whole.open_px[MSC_MASK_NO_ELEVATION], 20);
    assert_int_equal(whole.open_px[MSC_MASK_CLASS], 40 * 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(reasons_and_zones_add_up), cmocka_unit_test(zones_that_overlap_or_leave_gaps_add_up_too), cmocka_unit_test(without_a_mask_all_reasons_are_one),
                                        cmocka_unit_test(the_mask_of_an_image_is_a_mask) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
