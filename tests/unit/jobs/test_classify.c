/* Classification end to end: right on a made region, the same for any tiles, threads and kernels; refusals. */
#include "made_job.h"

static const char *model(void)
{
    const char *path = job_path("model.msm");
    const msc_settings s = made_settings(0, 2);
    msc_error err;
    if (msc_file_exists(path)) return path;
    msc_train_options o = made_training(path);
    o.n_trees = 60;       /* more than have to agree */
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    return path;
}

static msc_classify_options usual(const char *classes, const char *confidence)
{
    const msc_train_options t = made_training(NULL);
    msc_classify_options o;
    msc_classify_defaults(&o);
    o.image = t.images[0];
    o.model = model();
    o.classes = classes;
    o.confidence = confidence;
    return o;
}

static made_all read_map(const char *path)
{
    made_all all;
    msc_error err;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 } };
    assert_int_equal(made_read_all(&spec, 64, 1, 0, &all, &err), MSC_OK);
    return all;
}

static void classes_are_right_and_the_collar_is_not_observed(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 2);
    const msc_classify_options o = usual(job_path("classes.tif"), job_path("confidence.tif"));
    msc_error err;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    made_all map = read_map(o.classes), sure = read_map(o.confidence);
    int n_right = 0;
    for (int y = 0; y < JOB_H; y++)
        for (int x = 0; x < JOB_W; x++) {
            const size_t at = (size_t)y * JOB_W + x;
            assert_int_equal(map.valid[at], x >= 10);
            assert_int_equal(sure.valid[at], x >= 10);
            if (x < 10) continue;
            n_right += made_at(&map, 0, x, y) == made_class(x, y);
            assert_true(made_at(&sure, 0, x, y) > 33 && made_at(&sure, 0, x, y) <= 100);
        }
    assert_true(n_right > 0.97 * (JOB_W - 10) * JOB_H);
    assert_string_equal(msc_raster_category(map.raster, 5), "class 5");
    made_clear(&map);
    made_clear(&sure);
}

static void compare_maps(const char *a, const char *b)
{
    made_all p = read_map(a), q = read_map(b);
    assert_memory_equal(p.value, q.value, sizeof(double) * JOB_W * JOB_H);
    made_clear(&p);
    made_clear(&q);
}

static void check_invariance(int objects)
{
    static const int tiles[] = { 64, 256, 511, 1024 }, threads[] = { 1, 2, 4, 7 };
    static const char *const cpus[] = { "scalar", "avx2", "avx512" };
    msc_classify_options o = usual(job_path("want.tif"), job_path("want_sure.tif"));
    msc_settings s = made_settings(256, 1);
    o.objects = objects;
    msc_error err;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    o.classes = job_path("got.tif");
    o.confidence = job_path("got_sure.tif");
    for (int i = 0; i < 48; i++) {
        setenv("MINESCAR_CPU", cpus[i / 16], 1);
        s = made_settings(tiles[i % 4], threads[i / 4 % 4]);
        assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
        if (tiles[i % 4] == 256) {
            assert_true(made_same_bytes(job_path("want.tif"), o.classes));
            assert_true(made_same_bytes(job_path("want_sure.tif"), o.confidence));
        }
        compare_maps(job_path("want.tif"), o.classes);
        compare_maps(job_path("want_sure.tif"), o.confidence);
    }
    unsetenv("MINESCAR_CPU");
}

static void maps_do_not_depend_on_tiles_threads_or_kernels(void **state)
{
    (void)state;
    check_invariance(0);
    check_invariance(2);
}

/* Where the first trees agree the class has all votes; where not, as many as there are. All trees are asked when told to. */
static void agreement_settles_a_pixel(void **state)
{
    (void)state;
    const msc_settings s = made_settings(256, 2);
    msc_classify_options o = usual(job_path("agreed.tif"), job_path("agreed_sure.tif"));
    msc_error err;
    int n_settled = 0, n_alike = 0;
    o.smooth = 0;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    o.all_trees = 1;
    o.classes = job_path("asked.tif");
    o.confidence = job_path("asked_sure.tif");
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    made_all agreed = read_map(job_path("agreed.tif")), asked = read_map(o.classes);
    made_all agreed_sure = read_map(job_path("agreed_sure.tif")), asked_sure = read_map(o.confidence);
    for (int y = 0; y < JOB_H; y++)
        for (int x = 10; x < JOB_W; x++) {
            const double sure = made_at(&agreed_sure, 0, x, y), of_all = made_at(&asked_sure, 0, x, y);
            assert_true(sure == of_all || (sure == 100 && of_all >= 33));   /* 20 of 60 */
            assert_true(made_at(&agreed, 0, x, y) == made_at(&asked, 0, x, y));
            n_settled += sure > of_all;
            n_alike += sure == of_all && sure < 100;
        }
    assert_true(n_settled > 100 && n_alike > 100);
    made_clear(&agreed);
    made_clear(&asked);
    made_clear(&agreed_sure);
    made_clear(&asked_sure);
}

/* The posterior's first class and share are what the other maps say, and asking for it changes nothing of them. */
static void check_posterior(int smooth)
{
    const char *alone = job_path(smooth ? "alone_smooth.tif" : "alone.tif"), *alone_sure = job_path(smooth ? "alone_smooth_sure.tif" : "alone_sure.tif");
    msc_classify_options o = usual(alone, alone_sure);
    o.smooth = smooth;
    msc_settings s = made_settings(256, 2);
    msc_error err;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    o.posterior = job_path("posterior.tif");
    for (int i = 0; i < 3; i++) {
        static const int tiles[] = { 256, 64, 511 };
        s = made_settings(tiles[i], 1 + i);
        o.classes = job_path("with.tif");
        o.confidence = i == 1 ? NULL : job_path("with_sure.tif");
        assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
        compare_maps(alone, o.classes);
        if (o.confidence) compare_maps(alone_sure, o.confidence);
        made_all map = read_map(alone), sure = read_map(alone_sure), all = read_map(o.posterior);
        for (int y = 0; y < JOB_H; y++)
            for (int x = 0; x < JOB_W; x++) {
                const double share = made_at(&all, 1, x, y), second = made_at(&all, 3, x, y), third = made_at(&all, 5, x, y);
                assert_int_equal(made_at(&all, 0, x, y), made_at(&map, 0, x, y));
                if (x >= 10) assert_true(fabs(share / 2.55 - made_at(&sure, 0, x, y)) <= 0.7);
                else assert_true(share == 0 && second == 0 && third == 0);
                assert_true(share >= second && second >= third && share + second + third <= 256);
                assert_int_equal(second > 0, made_at(&all, 2, x, y) > 0);
            }
        made_clear(&map);
        made_clear(&sure);
        made_clear(&all);
    }
}

static void posteriors_agree_with_class_and_confidence(void **state)
{
    (void)state;
    check_posterior(0);
    check_posterior(2);
}

/* Pixels that stand alone among their neighbours become fewer the more the window weighs. */
static void smoothing_takes_specks_away(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 2);
    msc_error err;
    int n_alone[3] = { 0 }, n_right[3] = { 0 };
    for (int i = 0; i < 3; i++) {
        msc_classify_options o = usual(job_path(i == 0 ? "smooth0.tif" : i == 1 ? "smooth1.tif" : "smooth2.tif"), NULL);
        o.smooth = 2 * i;
        assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
        made_all map = read_map(o.classes);
        for (int y = 1; y < JOB_H - 1; y++)
            for (int x = 11; x < JOB_W - 1; x++) {
                const double c = made_at(&map, 0, x, y);
                n_alone[i] += c != made_at(&map, 0, x - 1, y) && c != made_at(&map, 0, x + 1, y) && c != made_at(&map, 0, x, y - 1) && c != made_at(&map, 0, x, y + 1);
                n_right[i] += c == made_class(x, y);
            }
        made_clear(&map);
    }
    assert_true(n_alone[1] <= n_alone[0] && n_alone[2] <= n_alone[1]);
    assert_true(n_alone[2] < n_alone[0]);
    assert_true(n_right[1] > 0.99 * n_right[0] && n_right[2] > 0.99 * n_right[0]);   /* corners of the cells are rounded */
}

static void masked_classes_are_not_observed(void **state)
{
    (void)state;
    static const msc_class classes[] = { { .code = 1, .name = "quarry" }, { .code = 2, .name = "cloud", .is_masked = 1 }, { .code = 5 } };
    const msc_settings s = made_settings(0, 2);
    msc_train_options t = made_training(job_path("masked.msm"));
    msc_error err;
    t.classes = classes;
    t.n_classes = 3;
    assert_int_equal(msc_train(&s, &t, &err), MSC_OK);
    msc_classify_options o = usual(job_path("masked.tif"), NULL);
    o.model = t.model;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    made_all map = read_map(o.classes);
    assert_int_equal(map.valid[20 * JOB_W + 60], 0);
    assert_int_equal(made_class(60, 20), 2);
    made_clear(&map);
    o.keep_masked = 1;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    map = read_map(o.classes);
    assert_int_equal(map.valid[20 * JOB_W + 60], 1);
    assert_true(made_at(&map, 0, 60, 20) == 2);
    made_clear(&map);
}

static int is_square(const made_all *map, int x, int y)
{
    for (int v = y - 1; v <= y + 1; v++)
        for (int u = x - 1; u <= x + 1; u++)
            if (!map->valid[v * JOB_W + u] || made_at(map, 0, u, v) != 2) return 0;
    return 1;
}

/* Of the map with the cloud class in it: what lies within r px of a whole square of it. */
static void mark_near_cloud(const made_all *map, double r, uint8_t near[JOB_H][JOB_W])
{
    const int reach = (int)r + 1;
    memset(near, 0, JOB_H * JOB_W);
    for (int v = 1; v < JOB_H - 1; v++)
        for (int u = 1; u < JOB_W - 1; u++)
            for (int y = is_square(map, u, v) ? v - reach : JOB_H; y <= v + reach; y++)
                for (int x = u - reach; x <= u + reach; x++) {
                    const int dx = abs(u - x) > 1 ? abs(u - x) - 1 : 0, dy = abs(v - y) > 1 ? abs(v - y) - 1 : 0;
                    if (x >= 0 && y >= 0 && x < JOB_W && y < JOB_H && dx * dx + dy * dy <= r * r) near[y][x] = 1;
                }
}

/* What lies near a cloud is not observed, and the reason is told; of other masked classes nothing does. */
static void clouds_have_a_margin(void **state)
{
    (void)state;
    msc_class classes[] = { { .code = 1, .name = "quarry" }, { .code = 2, .name = "c", .label = "薄云", .is_masked = 1 }, { .code = 5 } };
    static const char *const names[] = { "cloud_model.msm", "shadow_model.msm" };
    msc_error err;
    for (int is_shadow = 0; is_shadow < 2; is_shadow++) {
        msc_settings s = made_settings(64, 2);
        msc_train_options t = made_training(job_path(names[is_shadow]));
        if (is_shadow) classes[1].label = "云影";
        t.classes = classes;
        t.n_classes = 3;
        assert_int_equal(msc_train(&s, &t, &err), MSC_OK);
        msc_classify_options o = usual(job_path("kept.tif"), NULL);
        s.overwrite = 1;
        o.model = t.model;
        o.keep_masked = 1;
        assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
        made_all kept = read_map(o.classes);
        o.keep_masked = 0;
        for (int k = 0; k < 6; k++) {
            s = made_settings(k % 2 ? 64 : 1024, 1 + k);
            s.overwrite = 1;
            o.margin_m = k < 2 ? -1.0 : k < 4 ? 7.0 : 0.0;       /* 2 m a pixel */
            const double r = is_shadow ? 0 : k < 2 ? 12.0 : 3.5;
            o.classes = job_path("margin.tif");
            o.reason = job_path("margin_why.tif");
            assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
            made_all map = read_map(o.classes), why = read_map(o.reason);
            static uint8_t near[JOB_H][JOB_W];
            int n_margin = 0;
            if (r > 0 && k < 4) mark_near_cloud(&kept, r, near);
            else memset(near, 0, sizeof near);
            for (int y = 0; y < JOB_H; y++)
                for (int x = 0; x < JOB_W; x++) {
                    const int at = y * JOB_W + x, is_there = kept.valid[at], is_cloud = is_there && made_at(&kept, 0, x, y) == 2;
                    const int is_rim = is_there && !is_cloud && near[y][x];
                    assert_int_equal(map.valid[at], is_there && !is_cloud && !is_rim);
                    assert_int_equal((int)made_at(&why, 0, x, y), is_rim ? 4 : is_cloud ? 3 : 0);
                    n_margin += is_rim;
                }
            assert_true(n_margin > 100 || is_shadow || k >= 4);
            made_clear(&map);
            made_clear(&why);
        }
        o.margin_m = 1e4;
        assert_int_equal(msc_classify(&s, &o, &err), is_shadow ? MSC_OK : MSC_EVALUE);
        if (!is_shadow) assert_string_equal(err.subject, "margin_m");
        made_clear(&kept);
    }
}

/* With signatures: right on the made region, the same for tiles, threads and kernels, with and without confidence. */
static void signatures_map_as_forests_do(void **state)
{
    (void)state;
    static const int tiles[] = { 64, 256, 511, 1024 }, threads[] = { 1, 4 };
    static const char *const cpus[] = { "scalar", "avx2", "avx512" };
    msc_settings s = made_settings(256, 1);
    msc_train_options t = made_training(job_path("signatures.msm"));
    msc_error err;
    t.method = "gauss";
    t.features = NULL;
    assert_int_equal(msc_train(&s, &t, &err), MSC_OK);
    msc_classify_options o = usual(job_path("gauss_want.tif"), job_path("gauss_want_sure.tif"));
    o.model = t.model;
    o.image.dem = NULL;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    made_all map = read_map(o.classes), sure = read_map(o.confidence);
    int n_right = 0;
    for (int y = 0; y < JOB_H; y++)
        for (int x = 10; x < JOB_W; x++) {
            n_right += made_at(&map, 0, x, y) == made_class(x, y);
            assert_true(made_at(&sure, 0, x, y) > 33 && made_at(&sure, 0, x, y) <= 100);
        }
    assert_true(n_right > 0.97 * (JOB_W - 10) * JOB_H);
    assert_int_equal(map.valid[0], 0);
    made_clear(&map);
    made_clear(&sure);
    for (int i = 0; i < 24; i++) {
        setenv("MINESCAR_CPU", cpus[i / 8], 1);
        s = made_settings(tiles[i % 4], threads[i / 4 % 2]);
        o.classes = job_path("gauss_got.tif");
        o.confidence = i % 4 == 3 ? NULL : job_path("gauss_got_sure.tif");
        assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
        compare_maps(job_path("gauss_want.tif"), o.classes);
        if (o.confidence) compare_maps(job_path("gauss_want_sure.tif"), o.confidence);
    }
    unsetenv("MINESCAR_CPU");
}

static double nothing(int x, int y, int b)
{
    (void)x, (void)y, (void)b;
    return 0;
}

static void refusals_leave_nothing_behind(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 2);
    msc_classify_options o = usual(job_path("refused.tif"), job_path("refused_sure.tif"));
    const msc_classify_options good = o;
    msc_error err;
    o.image.bands = "blue:1,green:2,red:3,swir1:4";
    assert_int_equal(msc_classify(&s, &o, &err), MSC_EMODELBANDS);
    assert_non_null(strstr(err.detail, "blue,green,red,nir"));
    assert_non_null(strstr(err.detail, "blue,green,red,swir1"));
    o = good;
    o.image.dem = NULL;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_EUSAGE);
    o = good;
    static const int wrong[][2] = { { -1, 0 }, { 5, 0 }, { 2, 1 }, { 2, 4 }, { 2, 17 }, { 2, -3 } };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        o.smooth = wrong[i][0];
        o.smooth_px = wrong[i][1];
        assert_int_equal(msc_classify(&s, &o, &err), MSC_EVALUE);
        assert_string_equal(err.subject, wrong[i][1] ? "smooth_px" : "smooth");
    }
    o = good;
    o.objects = 5;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_EVALUE);
    assert_string_equal(err.subject, "objects");
    o = good;
    const char *empty = made_image("empty.tif", 4, nothing);
    o.image.paths = &empty;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_ENODATA);
    o = good;
    o.model = job_path("samples.gpkg");
    assert_int_equal(msc_classify(&s, &o, &err), MSC_EMODEL);
    o.model = job_path("absent.msm");
    assert_int_equal(msc_classify(&s, &o, &err), MSC_ENOFILE);
    assert_int_equal(made_count_files("refused"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(classes_are_right_and_the_collar_is_not_observed),
                                        cmocka_unit_test(maps_do_not_depend_on_tiles_threads_or_kernels),
                                        cmocka_unit_test(agreement_settles_a_pixel),
                                        cmocka_unit_test(posteriors_agree_with_class_and_confidence),
                                        cmocka_unit_test(smoothing_takes_specks_away),
                                        cmocka_unit_test(masked_classes_are_not_observed),
                                        cmocka_unit_test(clouds_have_a_margin),
                                        cmocka_unit_test(signatures_map_as_forests_do),
                                        cmocka_unit_test(refusals_leave_nothing_behind) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
