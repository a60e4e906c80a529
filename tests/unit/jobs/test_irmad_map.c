/* test_irmad_map.c - two images to evidence: the changed cell is found, collars and class maps are left out, bands go by name,
 * the same bytes for any tile and thread count, a full sample agrees with the lattice; what is refused. */
#include "made_job.h"
#include <json.h>

static const char *before, *after;

static msc_irmad_options options_of(const char *evidence, const char *report)
{
    msc_irmad_options o;
    msc_irmad_defaults(&o);
    if (!before) {
        before = made_image("before.tif", 4, made_year_1);
        after = made_image("after.tif", 4, made_year_2);
    }
    o.before = (msc_image){ .paths = &before, .n_paths = 1, .bands = "blue:1,green:2,red:3,nir:4" };
    o.after = (msc_image){ .paths = &after, .n_paths = 1, .bands = "blue:1,green:2,red:3,nir:4" };
    o.evidence = evidence;
    o.report = report;
    return o;
}

static msc_status detect(const msc_irmad_options *o, int tile_px, int n_threads, msc_irmad_result *r, msc_error *err)
{
    const msc_settings settings = made_settings(tile_px, n_threads);
    return msc_irmad(&settings, o, r, err);
}

static void read_evidence(const char *path, made_all *got)
{
    msc_error err;
    const msc_raster_spec in = { .image = { .paths = &path, .n_paths = 1 } };
    assert_int_equal(made_read_all(&in, 0, 1, 0, got, &err), MSC_OK);
}

static void a_changed_cell_is_found(void **state)
{
    (void)state;
    const char *evidence = job_path("evidence.tif"), *report = job_path("evidence.json");
    const msc_irmad_options o = options_of(evidence, report);
    msc_irmad_result r;
    msc_error err = { 0 };
    made_all got;
    assert_int_equal(detect(&o, 64, 2, &r, &err), MSC_OK);
    assert_true(r.is_converged && r.rho_least >= 0 && r.rho_most <= 1 && r.rho_most > 0.9);
    read_evidence(evidence, &got);
    int n = 0, n_changed = 0, n_hit = 0, n_wrong = 0;
    for (int y = 0; y < JOB_H; y++)
        for (int x = 0; x < JOB_W; x++) {
            assert_int_equal(got.valid[y * JOB_W + x], x >= 10);       /* the collar */
            if (x < 10) continue;
            const int is_changed = made_class(x, y) != made_class_later(x, y), is_flagged = made_at(&got, 0, x, y) < 3;
            n++;
            n_changed += is_changed;
            n_hit += is_changed && is_flagged;
            n_wrong += !is_changed && is_flagged;
        }
    assert_true(n_changed > 1000 && n_hit > 0.99 * n_changed && n_wrong < 0.03 * n);
    made_clear(&got);
    GDALDatasetH file = GDALOpen(evidence, GA_ReadOnly);
    int has_scale = 0;
    assert_true(fabs(GDALGetRasterScale(GDALGetRasterBand(file, 1), &has_scale) * 254 - 1) < 1e-12 && has_scale);
    GDALClose(file);
    json_object *top = json_object_from_file(report), *rho = NULL, *of = NULL;
    assert_true(json_object_object_get_ex(top, "rho", &rho) && json_object_array_length(rho) == 4);
    assert_true(fabs(json_object_get_double(json_object_array_get_idx(rho, 0)) - r.rho_most) < 1e-15);
    assert_true(json_object_object_get_ex(top, "variates", &of) && json_object_array_length(of) == 4);
    json_object_put(top);
}

static int is_full(int x, int y) { return x >= 50 && x < 90 && y >= 30 && y < 60; }
static int is_bright(int x, int y) { return x >= 200 && x < 220 && y >= 100 && y < 110; }
static double full_in_red(int x, int y, int b) { return b == 2 && is_full(x, y) ? 65535 : made_year_1(x, y, b); }
static double bright_in_nir(int x, int y, int b) { return b == 3 && is_bright(x, y) ? 4100 : made_year_2(x, y, b); }

/* What is saturated is no witness; it is counted by year, and moves nothing elsewhere but by its absence. */
static void what_is_saturated_has_no_evidence(void **state)
{
    (void)state;
    const char *evidence = job_path("saturated.tif"), *report = job_path("saturated.json");
    const char *full = made_image("full.tif", 4, full_in_red), *bright = made_image("bright.tif", 4, bright_in_nir);
    msc_irmad_options o = options_of(evidence, report);
    msc_irmad_result r;
    msc_error err = { 0 };
    o.before.paths = &full;
    o.after.paths = &bright;
    for (int i = 0; i < 2; i++) {
        made_all got;
        o.after.saturated = i ? 4095 : 0;
        assert_int_equal(detect(&o, i ? 64 : 256, 1 + i, &r, &err), MSC_OK);
        assert_true(r.saturated_px[0] == 40 * 30 && r.saturated_px[1] == i * 20 * 10);
        read_evidence(evidence, &got);
        for (int y = 0; y < JOB_H; y++)
            for (int x = 0; x < JOB_W; x++)
                assert_int_equal(got.valid[y * JOB_W + x], x >= 10 && !is_full(x, y) && !(i && is_bright(x, y)));
        made_clear(&got);
    }
    json_object *top = json_object_from_file(report), *year = NULL, *ha = NULL;
    assert_true(json_object_object_get_ex(top, "saturated_before", &year) && json_object_object_get_ex(year, "ha", &ha));
    assert_true(fabs(json_object_get_double(ha) / (40 * 30 * 4 / 1e4) - 1) < 2e-3);
    json_object_put(top);
}

static void tiles_and_threads_do_not_matter(void **state)
{
    (void)state;
    const char *report = job_path("r.json"), *other = job_path("s.json"), *first = job_path("t64.tif"), *again = job_path("t.tif");
    static const int tile[] = { 64, 64, 100, 256 }, threads[] = { 1, 3, 2, 1 };
    msc_irmad_result r;
    msc_error err = { 0 };
    made_all want, got;
    for (int i = 0; i < 4; i++) {
        msc_irmad_options o = options_of(i ? again : first, i ? other : report);
        o.sample_px = 5000;
        assert_int_equal(detect(&o, tile[i], threads[i], &r, &err), MSC_OK);
        assert_true(r.n_px <= 5000 && r.n_px > 3000);
        if (i == 0) continue;
        assert_true(made_same_bytes(report, other));
        read_evidence(first, &want);
        read_evidence(again, &got);
        for (int y = 0; y < JOB_H; y++)
            for (int x = 0; x < JOB_W; x++) assert_true(made_at(&want, 0, x, y) == made_at(&got, 0, x, y));
        made_clear(&want);
        made_clear(&got);
        if (tile[i] == 64) assert_true(made_same_bytes(first, again));
    }
}

/* Bands by name: an image with its bands in another order, and one band more, is the same image. */
static double turned(int x, int y, int b) { return b == 4 ? 1 + x % 7 : made_year_2(x, y, 3 - b); }

static void bands_go_by_name(void **state)
{
    (void)state;
    const char *report = job_path("named.json"), *other = job_path("turned.json"), *path = made_image("turned.tif", 5, turned);
    msc_irmad_options o = options_of(NULL, report);
    msc_irmad_result a, b;
    msc_error err = { 0 };
    assert_int_equal(detect(&o, 64, 1, &a, &err), MSC_OK);
    o.after.paths = &path;
    o.after.bands = "nir:1,red:2,green:3,blue:4,strange:5";
    o.report = other;
    assert_int_equal(detect(&o, 64, 1, &b, &err), MSC_OK);
    assert_true(a.rho_most == b.rho_most && a.rho_least == b.rho_least && a.n_px == b.n_px);
    o.after.bands = "a:1,b:2";
    assert_int_equal(detect(&o, 64, 1, &b, &err), MSC_EBAND);
}

/* Pixels of code 0 in a class map are neither counted nor judged. */
static double half_masked(int x, int y, int b) { (void)y, (void)b; return x < JOB_W / 2 ? 0 : 5; }

static void class_maps_mask(void **state)
{
    (void)state;
    made_file(&(made_spec){ .name = "classes.tif", .w = JOB_W, .h = JOB_H, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000,
                            .pixel = 2, .epsg = 4548, .value = half_masked });
    msc_irmad_options o = options_of(job_path("masked.tif"), NULL);
    msc_irmad_result r;
    msc_error err = { 0 };
    made_all got;
    o.classes_after = job_path("classes.tif");
    o.sample_px = 0;
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_OK);
    assert_int_equal(r.n_px, JOB_W / 2 * JOB_H);
    read_evidence(o.evidence, &got);
    for (int y = 0; y < JOB_H; y++)
        for (int x = 0; x < JOB_W; x++) assert_int_equal(got.valid[y * JOB_W + x], x >= JOB_W / 2);
    made_clear(&got);
}

static double flat_year(int x, int y, int b) { (void)x, (void)y, (void)b; return 7; }

static void what_is_refused(void **state)
{
    (void)state;
    msc_irmad_options o = options_of(NULL, NULL);
    msc_irmad_result r;
    msc_error err = { 0 };
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_EUSAGE);
    o.evidence = job_path("refused.tif");
    o.max_iterations = 0;
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_EVALUE);
    o.max_iterations = 50;
    o.tolerance = 0;
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_EVALUE);
    o.tolerance = 0.001;
    const char *absent = job_path("absent.tif");
    o.after.paths = &absent;
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_ENOFILE);
    assert_false(msc_file_exists(o.evidence));
    const char *flat = made_image("flat.tif", 4, flat_year);
    o.after.paths = &flat;
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_ENODATA);
    assert_false(msc_file_exists(o.evidence));
    o.may_be_empty = 1;                  /* what a run asks for: a raster where nothing is observed */
    o.report = job_path("empty.json");
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_OK);
    made_all got;
    read_evidence(o.evidence, &got);
    for (int i = 0; i < JOB_W * JOB_H; i++) assert_int_equal(got.valid[i], 0);
    made_clear(&got);
    o.after.paths = o.before.paths;      /* the same year twice: nothing changed */
    assert_int_equal(detect(&o, 64, 1, &r, &err), MSC_OK);
    assert_true(r.no_change > 0.9999);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_changed_cell_is_found), cmocka_unit_test(what_is_saturated_has_no_evidence),
                                        cmocka_unit_test(tiles_and_threads_do_not_matter),
        cmocka_unit_test(bands_go_by_name), cmocka_unit_test(class_maps_mask), cmocka_unit_test(what_is_refused) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
