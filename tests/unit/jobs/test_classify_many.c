/* Classification by a model of more classes than objects can vote on. */
#include "made_job.h"

/* Shares of all classes and bands travel side by side; where they are too many there are no objects, unless somebody asks. */
static void many_classes_have_no_objects_by_themselves(void **state)
{
    (void)state;
    enum { N = 45 };
    static const msc_field fields[] = { { "code", MSC_FIELD_INT, 0, 0 }, { "year", MSC_FIELD_INT, 0, 0 }, { "name", MSC_FIELD_TEXT, 8, 0 } };
    const msc_settings s = made_settings(0, 2);
    const char *samples = job_path("many.gpkg");
    msc_error err;
    msc_layer_out *layer = made_layer(samples, fields, 3);
    for (int k = 0; k < N; k++) {
        const int x = 12 + k % 15 * 20, y = 12 + k / 15 * 20;
        made_square(layer, x, y, x + 12, y + 12, k + 1, 2001, &err);
    }
    assert_int_equal(msc_layer_commit(&layer, &err), MSC_OK);
    msc_train_options t = made_training(job_path("many.msm"));
    msc_classify_options o, without;
    t.samples = samples;
    msc_image image = t.images[0];
    image.dem = NULL;
    t.images = &image;
    t.n_images = 1;
    t.features = "bands";
    t.n_trees = 5;
    assert_int_equal(msc_train(&s, &t, &err), MSC_OK);
    msc_classify_defaults(&o);
    o.image = image;
    o.model = t.model;
    o.classes = job_path("many.tif");
    without = o;
    without.classes = job_path("many_without.tif");
    without.objects = 0;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_OK);
    assert_int_equal(msc_classify(&s, &without, &err), MSC_OK);
    assert_true(made_same_bytes(o.classes, without.classes));
    o.objects = 2;
    assert_int_equal(msc_classify(&s, &o, &err), MSC_EVALUE);
    assert_string_equal(err.subject, "objects");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(many_classes_have_no_objects_by_themselves) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
