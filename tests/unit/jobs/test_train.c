/* Training end to end on a made region: the same model for any tiles and threads; what cannot be used is refused. */
#include "made_job.h"
#include "model/model.h"

static int n_warned;
static void count_warning(void *self, const msc_error *what)
{
    (void)self, (void)what;
    n_warned++;
}

static void a_model_holds_what_it_was_made_of(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 2);
    msc_train_options o = made_training(job_path("held.msm"));
    msc_model m = { 0 };
    msc_error err;
    o.report = job_path("held.json");
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_int_equal(msc_model_read(o.model, &m, &err), MSC_OK);
    assert_int_equal(m.n_bands, 4);
    assert_string_equal(m.band[3], "nir");
    assert_int_equal(m.n_features, 4 + 1 + 8 + 2);
    assert_string_equal(m.feature[5], "mean:5:blue");
    assert_int_equal(m.needs_dem, 1);
    assert_int_equal(m.n_classes, 3);
    assert_int_equal(m.code[2], 5);
    assert_string_equal(m.name[2], "class 5");
    assert_true(fabs(m.pixel_m - 2) < 1e-6);
    assert_non_null(strstr(m.provenance, "\"sha256\""));
    size_t n = 0;
    char *report = made_bytes(o.report, &n);
    assert_string_equal(report, m.provenance);
    msc_release(report);
    msc_model_clear(&m);
}

static void the_model_does_not_depend_on_tiles_or_threads(void **state)
{
    (void)state;
    static const int tiles[] = { 64, 256, 511, 1024 }, threads[] = { 1, 2, 4, 7 };
    msc_train_options o = made_training(job_path("one.msm"));
    msc_settings s = made_settings(1024, 1);
    msc_error err;
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    o.model = job_path("other.msm");
    for (int i = 0; i < 16; i++) {
        s = made_settings(tiles[i / 4], threads[i % 4]);
        assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
        assert_true(made_same_bytes(job_path("one.msm"), o.model));
    }
}

static void signatures_are_of_the_bands(void **state)
{
    (void)state;
    msc_settings s = made_settings(64, 1);
    msc_train_options o = made_training(job_path("gauss.msm"));
    msc_model m = { 0 };
    msc_error err;
    o.method = "gauss";
    o.features = NULL;
    s.warn = count_warning;
    n_warned = 0;
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_int_equal(msc_model_read(o.model, &m, &err), MSC_OK);
    assert_int_equal(m.method, MSC_GAUSS);
    assert_int_equal(m.n_features, 4);
    assert_int_equal(m.needs_dem, 0);
    assert_int_equal(m.gauss.n_signatures, 3);
    assert_int_equal(n_warned, 0);
    msc_model_clear(&m);
    s = made_settings(511, 7);
    o.model = job_path("gauss_again.msm");
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_true(made_same_bytes(job_path("gauss.msm"), o.model));
    s.warn = count_warning;
    o.features = "bands,brightness";     /* the mean of the bands: singular in every class */
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_int_equal(n_warned, 3);
}

/* The made classes differ in every band, so that one feature does; the report says what each was worth. */
static void what_training_can_do_without_goes(void **state)
{
    (void)state;
    msc_settings s = made_settings(256, 2);
    msc_train_options o = made_training(job_path("select.msm"));
    msc_model m = { 0 };
    msc_error err;
    char *text = NULL;
    o.is_selecting = 1;
    o.n_trees = 10;
    o.summary = &text;
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_non_null(strstr(text, "  yes  "));
    assert_non_null(strstr(text, "   no  "));
    assert_int_equal(msc_model_read(o.model, &m, &err), MSC_OK);
    assert_in_range(m.n_features, 1, 10);
    assert_int_equal(m.forest.n_features, m.n_features);
    assert_non_null(strstr(m.provenance, "\"selection\""));
    for (int f = 0; f < m.n_features; f++) assert_non_null(strstr(text, m.feature[f]));
    msc_model_clear(&m);
    msc_text_free(&text);
    s = made_settings(64, 4);
    s.lang = "zh";
    o.model = job_path("select_again.msm");
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_true(made_same_bytes(job_path("select.msm"), o.model));
    assert_non_null(strstr(text, "  否  "));
    msc_text_free(&text);
    o.method = "gauss";
    assert_int_equal(msc_train(&s, &o, &err), MSC_EUSAGE);
}

static void expect(msc_train_options *o, msc_status status, const char *subject)
{
    const msc_settings s = made_settings(0, 2);
    msc_error err = { 0 };
    o->model = job_path("refused.msm");
    o->report = job_path("refused.json");
    assert_int_equal(msc_train(&s, o, &err), status);
    assert_non_null(strstr(err.subject, subject));
    assert_int_equal(made_count_files("refused"), 0);
}

static void bad_samples_are_refused(void **state)
{
    (void)state;
    msc_train_options o = made_training(NULL);
    o.class_field = "kind";
    expect(&o, MSC_EFIELD, "samples.gpkg");
    o.class_field = "name";
    expect(&o, MSC_EFIELD, "samples.gpkg");
    o = made_training(NULL);
    o.samples = made_samples("far.gpkg", (const int[]){ 1, 5, 0 }, 100000);
    expect(&o, MSC_ETRAIN, "far.gpkg");
    o.samples = made_samples("single.gpkg", (const int[]){ 5, 0 }, 0);
    expect(&o, MSC_EONECLASS, "single.gpkg");
    o.samples = job_path("absent.gpkg");
    expect(&o, MSC_ENOFILE, "absent.gpkg");
    o = made_training(NULL);
    o.classes = (const msc_class[]){ { .code = 77, .name = "moon" } };
    o.n_classes = 1;
    expect(&o, MSC_ETRAIN, "samples.gpkg");
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    msc_train_options o = made_training(NULL);
    o.n_trees = 0;
    expect(&o, MSC_EVALUE, "trees");
    o = made_training(NULL);
    o.method = "svm";
    expect(&o, MSC_EVALUE, "method");
    o.method = "gauss";
    o.max_per_class = 15;                /* as many as features */
    expect(&o, MSC_ETRAIN, "samples.gpkg");
    o = made_training(NULL);
    o.features = "bands,mean:4";
    expect(&o, MSC_EVALUE, "features");
    o = made_training(NULL);
    o.years = NULL;
    expect(&o, MSC_EUSAGE, "year-field");
    o = made_training(NULL);
    msc_image *images = (msc_image *)o.images;
    images[1].bands = "blue:1,green:2,red:3,swir1:4";
    expect(&o, MSC_EBAND, "");
    o = made_training(NULL);
    images[0].dem = NULL;
    expect(&o, MSC_EVALUE, "features");
}

static void pixels_not_observed_are_left_out(void **state)
{
    (void)state;
    msc_settings s = made_settings(0, 1);
    msc_train_options o = made_training(job_path("collar.msm"));
    msc_error err;
    s.warn = count_warning;
    n_warned = 0;
    o.samples = made_samples("collar.gpkg", (const int[]){ 1, 2, 5, 0 }, -9);   /* some lie in the collar now */
    assert_int_equal(msc_train(&s, &o, &err), MSC_OK);
    assert_int_equal(n_warned, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_model_holds_what_it_was_made_of),
                                        cmocka_unit_test(the_model_does_not_depend_on_tiles_or_threads),
                                        cmocka_unit_test(signatures_are_of_the_bands),
                                        cmocka_unit_test(what_training_can_do_without_goes),
                                        cmocka_unit_test(bad_samples_are_refused), cmocka_unit_test(bad_options_are_refused),
                                        cmocka_unit_test(pixels_not_observed_are_left_out) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
