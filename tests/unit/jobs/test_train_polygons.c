/* Which class and year a polygon stands for; codes that are not among the classes are counted, not guessed. */
#include "made_job.h"
#include "jobs/train.h"

static int n_warned;
static char last_warning[768];
static void keep_warning(void *self, const msc_error *what)
{
    (void)self;
    n_warned++;
    snprintf(last_warning, sizeof last_warning, "%s", what->detail);
}

static msc_status read_samples(const msc_train_options *o, msc_training *t, msc_error *err)
{
    static msc_settings s;
    s = made_settings(0, 1);
    s.warn = keep_warning;
    n_warned = 0;
    memset(t, 0, sizeof *t);
    t->settings = &s;
    t->options = o;
    return msc_training_read_polygons(t, err);
}

static void clear(msc_training *t)
{
    msc_features_in_clear(&t->polygons);
    msc_release(t->label);
    msc_release(t->year);
}

static void classes_are_the_codes_found(void **state)
{
    (void)state;
    static msc_training t;
    msc_train_options o = made_training(NULL);
    msc_error err;
    assert_int_equal(read_samples(&o, &t, &err), MSC_OK);
    assert_int_equal(n_warned, 0);
    assert_int_equal(t.model.n_classes, 3);
    assert_int_equal(t.n_polygons[0] + t.n_polygons[1] + t.n_polygons[2], t.polygons.n);
    for (size_t p = 0; p < t.polygons.n; p++) {
        assert_true(t.label[p] >= 0 && t.label[p] < 3);
        assert_int_equal(t.year[p], p < t.polygons.n / 2 ? 2001 : 2002);
    }
    clear(&t);
}

static void other_codes_and_years_are_counted(void **state)
{
    (void)state;
    static msc_training t;
    static const msc_class classes[] = { { .code = 5, .name = "forest", .label = "林地" }, { .code = 1, .name = "pit" } };
    static const int years[] = { 2001, 1999 };
    msc_train_options o = made_training(NULL);
    msc_error err;
    o.classes = classes;
    o.n_classes = 2;
    assert_int_equal(read_samples(&o, &t, &err), MSC_OK);
    assert_int_equal(n_warned, 1);
    assert_int_equal(t.model.code[0], 5);
    assert_string_equal(t.model.label[0], "林地");
    assert_string_equal(t.model.label[1], "pit");
    clear(&t);
    o = made_training(NULL);
    o.years = years;
    assert_int_equal(read_samples(&o, &t, &err), MSC_OK);
    assert_int_equal(n_warned, 1);
    assert_non_null(strstr(last_warning, "48 polygons"));
    clear(&t);
}

static void a_long_label_ends_with_a_character(void **state)
{
    (void)state;
    static msc_training t;
    static const msc_class classes[] = { { .code = 5, .name = "forest", .label = "a林地林地林地林地林地林地林地林地林地林地林地林地" }, { .code = 1, .name = "pit" } };
    msc_train_options o = made_training(NULL);
    msc_error err;
    o.classes = classes;
    o.n_classes = 2;
    assert_int_equal(read_samples(&o, &t, &err), MSC_OK);
    assert_string_equal(t.model.label[0], "a林地林地林地林地林地林地林地林地林地林地");
    clear(&t);
}

static void classes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static msc_training t;
    static const msc_class twice[] = { { .code = 5 }, { .code = 5 } }, large[] = { { .code = 256 } };
    msc_train_options o = made_training(NULL);
    msc_error err;
    o.classes = twice;
    o.n_classes = 2;
    assert_int_equal(read_samples(&o, &t, &err), MSC_EVALUE);
    clear(&t);
    o.classes = large;
    o.n_classes = 1;
    assert_int_equal(read_samples(&o, &t, &err), MSC_EVALUE);
    clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(classes_are_the_codes_found), cmocka_unit_test(other_codes_and_years_are_counted),
                                        cmocka_unit_test(a_long_label_ends_with_a_character),
                                        cmocka_unit_test(classes_that_cannot_be_are_refused) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
