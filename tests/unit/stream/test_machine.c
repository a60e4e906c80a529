/* Grants read from made-up /proc and /sys trees of both cgroup versions. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "stream/machine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

/* Writes root/path, making its directories. */
static void put(const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", root, path);
    for (char *p = full + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(full, 0700);
        *p = '/';
    }
    FILE *f = fopen(full, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static int fresh(void **state)
{
    (void)state;
    strcpy(root, "/tmp/msc-machine-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int gone(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", root);
    return system(command);
}

static void without_files_nothing_limits(void **state)
{
    (void)state;
    assert_true(msc_cgroup_processors(root).amount == INT64_MAX);
    assert_true(msc_cgroup_memory(root).amount == INT64_MAX);
    put("proc/self/cgroup", "rubbish\n0:\n0::/gone\n\n");
    assert_true(msc_cgroup_memory(root).amount == INT64_MAX);
}

static void version_2_smallest_on_the_way_up(void **state)
{
    (void)state;
    put("proc/self/cgroup", "0::/batch/job7\n");
    put("sys/fs/cgroup/batch/job7/cpu.max", "max 100000\n");
    put("sys/fs/cgroup/batch/cpu.max", "250000 100000\n");
    put("sys/fs/cgroup/batch/job7/memory.max", "4294967296\n");
    put("sys/fs/cgroup/batch/job7/memory.high", "max\n");
    put("sys/fs/cgroup/memory.max", "max\n");
    const msc_grant cpu = msc_cgroup_processors(root), memory = msc_cgroup_memory(root);
    assert_int_equal(cpu.amount, 3);
    assert_string_equal(cpu.why, "cgroup");
    assert_true(memory.amount == 4294967296);
    put("sys/fs/cgroup/batch/memory.max", "1048576\n");
    assert_int_equal(msc_cgroup_memory(root).amount, 1048576);
}

static void version_1_one_tree_a_controller(void **state)
{
    (void)state;
    put("proc/self/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/x\n");
    put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "50000\n");
    put("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "2097152\n");   /* the path inside is the host's: climb */
    assert_int_equal(msc_cgroup_processors(root).amount, 1);
    assert_int_equal(msc_cgroup_memory(root).amount, 2097152);
}

static void the_environment_lowers_but_never_raises(void **state)
{
    (void)state;
    unsetenv("SLURM_CPUS_PER_TASK");
    unsetenv("GDAL_NUM_THREADS");
    setenv("OMP_NUM_THREADS", "1,4", 1);
    msc_grant cpu = msc_machine_processors(root);
    assert_int_equal(cpu.amount, 1);
    setenv("OMP_NUM_THREADS", "100000", 1);
    setenv("GDAL_NUM_THREADS", "ALL_CPUS", 1);
    setenv("SLURM_CPUS_PER_TASK", "-2", 1);
    cpu = msc_machine_processors(root);
    assert_true(cpu.amount >= 1 && cpu.amount <= sysconf(_SC_NPROCESSORS_ONLN));
    setenv("SLURM_MEM_PER_NODE", "3", 1);   /* MiB */
    const msc_grant memory = msc_machine_memory(root);
    assert_int_equal(memory.amount, 3 << 20);
    assert_string_equal(memory.why, "SLURM_MEM_PER_NODE");
    unsetenv("SLURM_MEM_PER_NODE");
    assert_true(msc_machine_memory(root).amount > 3 << 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_files_nothing_limits, fresh, gone),
        cmocka_unit_test_setup_teardown(version_2_smallest_on_the_way_up, fresh, gone),
        cmocka_unit_test_setup_teardown(version_1_one_tree_a_controller, fresh, gone),
        cmocka_unit_test_setup_teardown(the_environment_lowers_but_never_raises, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
