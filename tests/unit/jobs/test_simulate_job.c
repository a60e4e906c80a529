/* test_simulate_job.c - the job file that simulate writes is one that the product reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>
#include "jobs/job.h"
#include "jobs/simulate.h"

static void read_back(int has_dem)
{
    msc_settings settings;
    msc_settings_defaults(&settings);
    msc_simulate_options options;
    msc_simulate_defaults(&options);
    options.dir = "sim_job";
    options.has_dem = has_dem;
    (void)mkdir("sim_job", 0777);
    msc_sim sim;
    memset(&sim, 0, sizeof sim);
    sim.settings = &settings;
    sim.options = &options;
    msc_error err = {0};
    assert_int_equal(msc_sim_write_job(&sim, &err), MSC_OK);
    msc_job *job = NULL;
    if (msc_job_read("sim_job/job.yaml", &job, &err) != MSC_OK)
        fail_msg("%s: %s", err.subject, err.detail);
    assert_int_equal(job->n_epochs, 2);
    assert_int_equal(job->epochs[1].year, 2025);
    assert_int_equal(job->epochs[0].image.dem != NULL, has_dem);
    assert_int_equal(job->n_classes, 13);
    assert_string_equal(job->classes[2].label, "矿渣堆");
    assert_true(job->classes[12].is_masked && job->classes[4].is_damage);
    assert_int_equal(job->n_zones, 2);
    assert_int_equal(job->n_deliver, 2);
    msc_job_free(&job);
}

static void test_job_is_readable(void **state)
{
    (void)state;
    read_back(1);
    read_back(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_job_is_readable)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
