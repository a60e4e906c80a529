/* test_accuracy.c - published accuracy tables; every row of tests/oracles/accuracy.txt is looked up here. */
#include "model/accuracy.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

typedef struct example { const char *name; int n; double population[9]; int counts[81]; msc_accuracy a; double total; } example;

static example examples[] = {
    { .name = "A", .n = 4, .population = { 200000, 150000, 3200000, 6450000 },
      .counts = { 66, 0, 5, 4, 0, 55, 8, 12, 1, 0, 153, 11, 2, 1, 9, 313 } },
    { .name = "B", .n = 3, .population = { 22353, 1122543, 610228 }, .counts = { 97, 0, 3, 3, 279, 18, 2, 1, 97 } },
    { .name = "B2", .n = 3, .population = { 7, 295, 698 }, .counts = { 127, 66, 54, 2, 322, 17, 0, 15, 540 } },
    { .name = "C", .n = 4 },
    { .name = "D", .n = 2, .population = { 60, 40 }, .counts = { 8, 2, 1, 9 } },
    { .name = "K1", .n = 9, .counts = { 19, 1, 0, 0, 0, 0, 0, 0, 0, 3, 35, 0, 1, 0, 0, 0, 0, 0, 0, 0, 17, 3, 19, 0, 1, 0, 2,
        0, 0, 12, 77, 12, 0, 1, 0, 2, 0, 0, 8, 13, 74, 0, 0, 0, 0, 0, 0, 0, 1, 1, 19, 2, 0, 0, 0, 0, 1, 4, 3, 2, 9, 1, 0,
        0, 0, 0, 5, 3, 0, 0, 13, 0, 0, 0, 3, 10, 7, 0, 0, 0, 0 } },
    { .name = "K2", .n = 4, .counts = { 65, 4, 22, 24, 6, 81, 5, 8, 0, 11, 85, 19, 4, 7, 3, 90 } },
    { .name = "K3", .n = 4, .counts = { 45, 4, 12, 24, 6, 91, 5, 8, 0, 8, 55, 9, 4, 7, 3, 55 } },
};
enum { N_EXAMPLES = sizeof examples / sizeof examples[0] };

static void compute_matrix(example *e)
{
    msc_sample_cell cells[81];
    size_t n = 0;
    const int is_stratified = e->population[0] > 0;
    for (int i = 0; i < e->n; i++) {
        int in_row = 0;
        for (int j = 0; j < e->n; j++) in_row += e->counts[i * e->n + j];
        for (int j = 0; j < e->n; j++)
            if (e->counts[i * e->n + j] > 0)
                cells[n++] = (msc_sample_cell){ i, j, is_stratified ? i : 0, is_stratified ? e->population[i] / in_row : 1, e->counts[i * e->n + j] };
        e->total += e->population[i];
    }
    msc_error err;
    assert_int_equal(msc_accuracy_estimate(cells, n, e->n, is_stratified ? e->n : 1, &e->a, &err), MSC_OK);
}

static void compute_stehman(example *e)
{
    const char *map = "AAAAAAABBBABBBBBBBBBBBCCCCCCBBDDDDDDDDDD", *ref = "AAAAACBABCABBBBBAABBCCCCCDDBBADDDDDDDCCB";
    const double weight[] = { 4000, 3000, 2000, 1000 };
    msc_sample_cell cells[40];
    msc_error err;
    assert_int_equal(strlen(map), 40);
    assert_int_equal(strlen(ref), 40);
    for (int i = 0; i < 40; i++) cells[i] = (msc_sample_cell){ map[i] - 'A', ref[i] - 'A', i / 10, weight[i / 10], 1 };
    assert_int_equal(msc_accuracy_estimate(cells, 40, 4, 4, &e->a, &err), MSC_OK);
    e->total = 100000;
}

static int compute(void **state)
{
    (void)state;
    for (int i = 0; i < N_EXAMPLES; i++) {
        if (strcmp(examples[i].name, "C") == 0) compute_stehman(&examples[i]);
        else compute_matrix(&examples[i]);
    }
    return 0;
}

/* The figure that a row names: EXAMPLE.figure[.part][.index]. */
static double look_up(const char *name)
{
    const example *e = NULL;
    const double halves[] = { 0.5, 0.5 }, fifty[] = { 50, 50 }, whole = 1, n_175 = 175;
    if (strcmp(name, "Z.none.single") == 0) return msc_bound_of_none(&whole, &n_175, 1, 0.05);
    if (strcmp(name, "Z.none.three") == 0) return 175 * msc_bound_of_none(&whole, &n_175, 1, 0.05);
    if (strcmp(name, "Z.none.ha") == 0) return 0.95 * 250000 * msc_bound_of_none(&whole, &n_175, 1, 0.05);
    if (strcmp(name, "Z.none.equal") == 0) return msc_bound_of_none(halves, fifty, 2, 0.05);
    for (int i = 0; i < N_EXAMPLES; i++)
        if (strncmp(name, examples[i].name, strcspn(name, ".")) == 0 && strlen(examples[i].name) == strcspn(name, ".")) e = &examples[i];
    assert_non_null(e);
    const char *figure = strchr(name, '.') + 1;
    const char *last = strrchr(name, '.') + 1;
    const int k = *last >= '0' && *last <= '9' ? atoi(last) : 0;
    const msc_accuracy *a = &e->a;
    int i, j;
    const struct { const char *prefix; msc_estimate estimate; } estimates[] = {
        { "users", a->users[k] }, { "producers", a->producers[k] }, { "overall", a->overall }, { "area", a->reference_share[k] } };
    if (strcmp(figure, "kappa") == 0) return a->kappa;
    if (strcmp(figure, "tau") == 0) return (a->overall.value - 1.0 / a->n_classes) / (1 - 1.0 / a->n_classes);
    if (strcmp(figure, "z") == 0) return (a->kappa - e[1].a.kappa) / hypot(a->kappa_se, e[1].a.kappa_se);
    if (strcmp(figure, "kappa.se") == 0) return a->kappa_se;
    if (strcmp(figure, "kappa.variance") == 0) return a->kappa_se * a->kappa_se;
    if (sscanf(figure, "share.%d.%d", &i, &j) == 2) return a->share[i][j].value;
    if (strcmp(figure, "size") == 0) {
        const double share[] = { 0.02, 0.015, 0.32, 0.645 }, users[] = { 0.7, 0.6, 0.9, 0.95 };
        return msc_accuracy_sample_size(share, users, 4, 0.01);
    }
    for (size_t m = 0; m < sizeof estimates / sizeof estimates[0]; m++) {
        const size_t n = strlen(estimates[m].prefix);
        if (strncmp(figure, estimates[m].prefix, n) != 0) continue;
        double value = strstr(figure, ".half") ? msc_estimate_half_width(msc_estimate_wald(estimates[m].estimate))
                       : strstr(figure, ".se") ? estimates[m].estimate.se : estimates[m].estimate.value;
        if (strstr(figure, ".units")) value *= e->total;
        if (strstr(figure, ".ha")) value *= strstr(figure, ".half") == strstr(figure, ".ha") ? 1 : e->total * 0.09;
        return value;
    }
    fail_msg("no figure %s", name);
    return NAN;
}

static void published_numbers(void **state)
{
    (void)state;
    char line[512], name[64];
    double value, tolerance;
    int n = 0, n_off = 0;
    FILE *file = fopen(ORACLES "/accuracy.txt", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#' || sscanf(line, "%63s %lf %lf", name, &value, &tolerance) != 3) continue;
        const double got = look_up(name);
        n++;
        if (fabs(got - value) <= tolerance) continue;
        print_message("%s: %.9g, published %.9g\n", name, got, value);
        n_off++;
    }
    fclose(file);
    assert_int_equal(n_off, 0);
    assert_true(n > 85);
}

static void not_observed_is_outside_the_domain(void **state)
{
    (void)state;
    const msc_sample_cell cells[] = { { 0, 0, 0, 2, 5 }, { 1, 1, 0, 2, 3 }, { 0, 1, 0, 2, 2 }, { MSC_NOT_OBSERVED, 1, 0, 2, 7 } };
    static msc_accuracy a;
    msc_error err;
    assert_int_equal(msc_accuracy_estimate(cells, 4, 2, 1, &a, &err), MSC_OK);
    assert_int_equal(a.n, 10);
    assert_int_equal(a.n_not_observed, 7);
    assert_true(fabs(a.overall.value - 0.8) < 1e-12);
    assert_true(a.overall.se > 0.1 && a.overall.se < 0.2);
    assert_int_equal(msc_accuracy_estimate(cells + 3, 1, 2, 1, &a, &err), MSC_ENODATA);
    const msc_sample_cell alone[] = { { 0, 0, 0, 2, 5 }, { 1, 1, 1, 2, 1 } };
    assert_int_equal(msc_accuracy_estimate(alone, 2, 2, 2, &a, &err), MSC_OK);
    assert_true(isnan(a.overall.se) && a.overall.value == 1.0);
    assert_true(isnan(a.kappa) || a.kappa == 1.0);
}

static void bounds_of_what_was_not_seen(void **state)
{
    (void)state;
    const double share[] = { 0.9, 0.1 }, n[] = { 100, 100 }, nothing[] = { 100, 0 };
    /* The small stratum is best taken as empty when the large one explains more for each unit; with no unit it counts whole. */
    const double both = msc_bound_of_none(share, n, 2, 0.05);
    assert_true(both >= 0.9 * (1 - pow(0.05, 0.01)) - 1e-15 && both < 0.9 * (1 - pow(0.05, 0.01)) + 1e-9);
    assert_true(fabs(msc_bound_of_none(share, nothing, 2, 0.05) - (0.1 + 0.9 * (1 - pow(0.05, 0.01)))) < 1e-12);
    static msc_accuracy a;
    msc_error err;
    const msc_sample_cell cells[] = { { 0, 0, 0, 10, 30 }, { 1, 1, 1, 70, 40 }, { 1, 0, 1, 70, 2 } };
    assert_int_equal(msc_accuracy_estimate(cells, 3, 2, 2, &a, &err), MSC_OK);
    const double w0 = 300 / (300 + 42 * 70.0);
    assert_true(fabs(a.none_upper[0] - w0 * (1 - pow(0.05, 1 / 30.0))) < 1e-12);
    assert_true(a.miss_upper[1] == a.none_upper[0] && a.miss_upper[0] == a.none_upper[1]);
    assert_int_equal(a.n_thin, 0);
}

static void post_strata(void **state)
{
    (void)state;
    /* 30 of class 0 and 10 of class 1 drawn without strata; one unit of class 2, which the map has on 500 px. */
    msc_sample_cell cells[] = { { 0, 0, 0, 1, 27 }, { 0, 1, 0, 1, 3 }, { 1, 1, 0, 1, 9 }, { 1, 0, 0, 1, 1 }, { 2, 1, 0, 1, 1 },
                                { MSC_NOT_OBSERVED, 0, 0, 1, 4 } };
    const int64_t units[] = { 6000, 3500, 500, 0 };
    int n_collapsed;
    static msc_accuracy a;
    msc_error err;
    const int n_strata = msc_accuracy_poststratify(cells, 6, units, 4, &n_collapsed);
    assert_int_equal(n_collapsed, 1);
    assert_int_equal(msc_accuracy_estimate(cells, 6, 4, n_strata, &a, &err), MSC_OK);
    /* Class 2 has joined class 0: 6500 px over 31 units. */
    assert_true(fabs(a.reference_share[0].value - (27 * 6500 / 31.0 + 350) / 10000) < 1e-12);
    assert_true(fabs(a.users[1].value - 0.9) < 1e-12 && fabs(a.users[1].se - sqrt(0.09 / 9)) < 1e-12);
    assert_int_equal(a.n_not_observed, 4);
    /* With every class sampled the shares of the map are exact. */
    const int64_t two[] = { 7000, 3000, 0, 0 };
    assert_int_equal(msc_accuracy_poststratify(cells, 4, two, 2, &n_collapsed), 4);
    assert_int_equal(n_collapsed, 0);
    assert_int_equal(msc_accuracy_estimate(cells, 4, 2, 4, &a, &err), MSC_OK);
    assert_true(fabs(a.map_share[0].value - 0.7) < 1e-12 && a.map_share[0].se < 1e-9);
}

/* All of one class, and all right: what was not drawn may be of another, whether or not there is a name for it. */
static void one_class_is_not_certain(void **state)
{
    (void)state;
    static msc_accuracy one, two;
    const msc_sample_cell cell = { 0, 0, 0, 1, 880 };
    msc_error err;
    assert_int_equal(msc_accuracy_estimate(&cell, 1, 1, 1, &one, &err), MSC_OK);
    assert_int_equal(msc_accuracy_estimate(&cell, 1, 2, 1, &two, &err), MSC_OK);
    assert_true(one.overall.value == 1 && one.overall.low < 1 && one.overall.low > 0.99);
    assert_true(one.overall.low == two.overall.low && one.users[0].low == two.users[0].low);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_class_is_not_certain), cmocka_unit_test(published_numbers), cmocka_unit_test(not_observed_is_outside_the_domain),
                                        cmocka_unit_test(bounds_of_what_was_not_seen), cmocka_unit_test(post_strata) };
    return cmocka_run_group_tests(tests, compute, NULL);
}
