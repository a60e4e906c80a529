/* What a comparison counts: sums over rules and grades agree with the differences, and the report says the same. */
#include "made_job.h"
#include "jobs/change.h"
#include <json-c/json.h>

static double before(int x, int y, int b)
{
    (void)b;
    return y < 4 ? 0 : x / 8 % 5 + 1;
}
static double after(int x, int y, int b)
{
    (void)b;
    return x < 6 ? 0 : (x + y / 16) / 8 % 5 + 1;
}
static double evidence(int x, int y, int b)
{
    (void)b;
    return (x * 7 + y * 13) % 256;
}

static const char *map(const char *name, double (*value)(int, int, int))
{
    made_file(&(made_spec){ .name = name, .w = JOB_W, .h = JOB_H, .bands = 1, .type = GDT_Byte, .e0 = 500000, .n0 = 2500000,
                            .pixel = 2, .epsg = 4548, .has_nodata = value != evidence, .value = value });
    return job_path(name);
}

static const int impossible[] = { 2 * 256 + 3 };

static msc_change_options usual(void)
{
    msc_change_options o;
    msc_change_defaults(&o);
    o.before = map("before.tif", before);
    o.after = map("after.tif", after);
    o.evidence = map("evidence.tif", evidence);
    o.change = job_path("change.tif");
    o.grade = job_path("grade.tif");
    o.report = job_path("report.json");
    o.shift_rmse_px = 0.7;
    o.impossible = impossible;
    o.n_impossible = 1;
    return o;
}

static json_object *at(json_object *object, const char *key)
{
    json_object *found = NULL;
    assert_true(json_object_object_get_ex(object, key, &found));
    return found;
}

static int64_t px(json_object *amount) { return json_object_get_int64(at(amount, "px")); }

static void counts_sum_to_the_differences(void **state)
{
    (void)state;
    const msc_settings s = made_settings(64, 2);
    const msc_change_options o = usual();
    const msc_change_way way = { .of_grade = &s };
    static msc_tally tally;
    msc_error err;
    int64_t raw[65536] = { 0 }, n_unseen[3] = { 0 }, n_raw = 0, by_grade = 0;
    for (int y = 0; y < JOB_H; y++)
        for (int x = 0; x < JOB_W; x++) {
            const int a = (int)before(x, y, 0), b = (int)after(x, y, 0);
            if (!a || !b) n_unseen[a ? 1 : b ? 0 : 2]++;
            else if (a != b) raw[a * 256 + b]++, n_raw++;
        }
    assert_int_equal(msc_change_counted(&s, &way, &o, &tally, &err), MSC_OK);
    for (int c = 0; c < 65536; c++) {
        int64_t n = 0;
        for (int r = 0; r <= MSC_BORNE_OUT; r++) n += tally.pair[r][c].px;
        assert_int_equal(n, raw[c]);
    }
    for (int g = 1; g < MSC_N_GRADES; g++) by_grade += tally.grade[g].px;
    assert_int_equal(by_grade, n_raw);
    assert_true(tally.pair[MSC_BY_IMPOSSIBLE][2 * 256 + 3].px > 0);
    assert_int_equal(tally.pair[MSC_BY_NOTHING][2 * 256 + 3].px, 0);
    assert_int_equal(tally.grade[MSC_GRADE_IMPOSSIBLE].px, tally.pair[MSC_BY_IMPOSSIBLE][2 * 256 + 3].px);
    for (int i = 0; i < 3; i++) assert_int_equal(tally.unseen[i].px, n_unseen[i]);
    int64_t all = 0;
    for (int i = 0; i < 3; i++) all += tally.unseen[i].px;
    for (int g = 0; g < MSC_N_GRADES; g++) all += tally.grade[g].px;
    assert_int_equal(all, (int64_t)JOB_W * JOB_H);
}

static void check_report(int is_by_region)
{
    const msc_settings s = made_settings(0, 1);
    msc_change_options o = usual();
    msc_error err;
    o.is_by_region = is_by_region;
    assert_int_equal(msc_change(&s, &o, &err), MSC_OK);
    json_object *root = json_object_from_file(o.report), *removed = at(root, "removed"), *pairs = at(root, "transitions");
    int64_t left = px(at(root, "raw")), by_pair = 0;
    json_object_object_foreach(removed, rule, amount) left -= px(amount), assert_non_null(rule);
    left += px(at(root, "uncovered_by_region"));
    assert_int_equal(left, px(at(root, "accepted")));
    assert_true(left > 0 && px(at(removed, "boundary")) > 0 && (is_by_region || px(at(removed, "evidence")) > 0));
    assert_true(is_by_region ? px(at(root, "borne_out_by_region")) > 0 : px(at(removed, "region")) == 0);
    assert_true(is_by_region == (json_object_get_double(at(at(root, "thresholds"), "region_rate")) > 0));
    assert_true(is_by_region == (json_object_get_double(at(at(at(root, "thresholds"), "damage_in_both_years"), "region_rate")) > 0));
    for (size_t i = 0; i < json_object_array_length(pairs); i++) by_pair += px(at(json_object_array_get_idx(pairs, i), "accepted"));
    assert_int_equal(by_pair, left);
    assert_true(fabs(json_object_get_double(at(at(root, "thresholds"), "shift_px")) - 0.7 * 1.730818) < 1e-6);
    json_object_put(root);
}

static void the_report_says_what_was_counted(void **state)
{
    (void)state;
    check_report(0);
    check_report(1);
}

/* Ground that is damage in both years and does not tell its rate has the other's, measured or not. */
static void a_rate_is_measured_where_it_comes_from(void **state)
{
    (void)state;
    static const struct { int64_t n_other, n_mined; int tells, is_measured[2]; } cases[] = {
        { 0, 100, 0, { 0, 0 } }, { 100, 0, 0, { 1, 1 } }, { 100, 100, 0, { 1, 1 } }, { 0, 2000, 1, { 0, 1 } },
    };
    static msc_tally tally;
    const msc_change_options o = usual();
    const msc_tally_context context = { .options = &o };
    msc_error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        tally.weights[MSC_GROUND_OTHER].n_px = cases[i].n_other;
        tally.weights[MSC_GROUND_MINED].n_px = cases[i].n_mined;
        tally.weights[MSC_GROUND_MINED].is_ratio_measured = cases[i].tells;
        assert_int_equal(msc_tally_report(&tally, &context, &text, &err), MSC_OK);
        json_object *root = json_tokener_parse(text), *used = at(root, "thresholds");
        assert_int_equal(json_object_get_boolean(at(used, "is_change_rate_measured")), cases[i].is_measured[0]);
        assert_int_equal(json_object_get_boolean(at(at(used, "damage_in_both_years"), "is_change_rate_measured")), cases[i].is_measured[1]);
        json_object_put(root);
        msc_release(text);
    }
}

/* With the years swapped the matrix is transposed: the rule is symmetric but for the table of the impossible. */
static void swapped_years_transpose_the_matrix(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 1);
    msc_change_options o = usual();
    const msc_change_way way = { .of_grade = &s };
    static msc_tally forth, back;
    msc_error err;
    o.n_impossible = 0;
    assert_int_equal(msc_change_counted(&s, &way, &o, &forth, &err), MSC_OK);
    const char *first = o.before;
    o.before = o.after;
    o.after = first;
    assert_int_equal(msc_change_counted(&s, &way, &o, &back, &err), MSC_OK);
    for (int c = 0; c < 65536; c++)
        for (int r = 0; r < MSC_N_REMOVED_BY; r++) assert_int_equal(forth.pair[r][c].px, back.pair[r][(c & 255) << 8 | c >> 8].px);
    for (int g = 0; g < MSC_N_GRADES; g++) assert_true(forth.grade[g].px == back.grade[g].px && forth.grade[g].units == back.grade[g].units);
}

static void bad_thresholds_are_refused(void **state)
{
    (void)state;
    const msc_settings s = made_settings(0, 1);
    msc_error err;
    msc_change_options o = usual();
    o.evidence_weak = 0.4;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EVALUE);
    o = usual(), o.change_rate = 1;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EVALUE);
    o = usual(), o.shift_rmse_px = 40;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EVALUE);
    o = usual(), o.posterior_before = o.before;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EUSAGE);
    o.posterior_after = o.after;
    assert_int_equal(msc_change(&s, &o, &err), MSC_EBAND);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts_sum_to_the_differences), cmocka_unit_test(the_report_says_what_was_counted),
                                        cmocka_unit_test(a_rate_is_measured_where_it_comes_from),
                                        cmocka_unit_test(swapped_years_transpose_the_matrix), cmocka_unit_test(bad_thresholds_are_refused) };
    return cmocka_run_group_tests(tests, made_setup, made_teardown);
}
