/* machine.c - reads grants from sched_getaffinity, cgroup v1 and v2, resource limits and the environment. */
#define _GNU_SOURCE
#include "stream/machine.h"
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_LEN = 4096 };

static void lower(msc_grant *grant, int64_t amount, const char *why)
{
    if (amount >= 1 && amount < grant->amount) *grant = (msc_grant){ amount, why };
}

/* Reads up to two whole numbers from a small file. "max" and what is not a number read as -1. Returns how many. */
static int read_numbers(const char *path, int64_t number[2])
{
    FILE *f = fopen(path, "r");
    if (!f) return 0;
    char word[2][32] = { "", "" };
    const int n = fscanf(f, "%31s %31s", word[0], word[1]);
    fclose(f);
    for (int i = 0; i < 2; i++) {
        char *end = word[i];
        number[i] = i < n ? strtoll(word[i], &end, 10) : -1;
        if (end == word[i] || *end) number[i] = -1;
    }
    return n > 0 ? n : 0;
}

/* One group's directory: lowers `grant` by the limit that stands there. */
typedef void (*look_fn)(const char *dir, msc_grant *grant);

static void look_processors(const char *dir, msc_grant *grant)
{
    char path[PATH_LEN + 64];
    int64_t v2[2], quota[2], period[2];
    snprintf(path, sizeof path, "%s/cpu.max", dir);
    if (read_numbers(path, v2) == 2 && v2[0] > 0 && v2[1] > 0) lower(grant, (v2[0] + v2[1] - 1) / v2[1], "cgroup");
    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", dir);
    if (read_numbers(path, quota) < 1 || quota[0] <= 0) return;
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", dir);
    if (read_numbers(path, period) >= 1 && period[0] > 0)
        lower(grant, (quota[0] + period[0] - 1) / period[0], "cgroup");
}

static void look_memory(const char *dir, msc_grant *grant)
{
    static const char *const names[] = { "memory.max", "memory.high", "memory.limit_in_bytes" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[PATH_LEN + 64];
        int64_t bytes[2];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        if (read_numbers(path, bytes) >= 1 && bytes[0] > 0) lower(grant, bytes[0], "cgroup");
    }
}

/* Looks at base + group and at every group above it, base itself included. */
static void climb(const char *base, const char *group, look_fn look, msc_grant *grant)
{
    char dir[PATH_LEN];
    const int n = snprintf(dir, sizeof dir, "%s%s", base, group);
    if (n < 0 || (size_t)n >= sizeof dir) return;
    const size_t least = strlen(base);
    for (;;) {
        look(dir, grant);
        char *slash = strrchr(dir, '/');
        if (!slash || (size_t)(slash - dir) < least) return;
        *slash = '\0';
    }
}

/* Follows /proc/self/cgroup: lines "0::/group" (v2) and "4:cpu,cpuacct:/group" (v1, one tree per controller). Inside
 * a container the group may name a directory of the host that is not there; climbing still reaches the root. */
static msc_grant cgroup_limit(const char *root, const char *controller, look_fn look)
{
    msc_grant grant = { INT64_MAX, "machine" };
    char path[PATH_LEN], line[PATH_LEN];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "r");
    if (!f) return grant;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *names = strchr(line, ':');
        char *group = names ? strchr(names + 1, ':') : NULL;
        if (!group) continue;
        names++;
        *group++ = '\0';
        char base[PATH_LEN];
        if (*names == '\0') {
            snprintf(base, sizeof base, "%s/sys/fs/cgroup", root);
            climb(base, group, look, &grant);
        } else {
            snprintf(base, sizeof base, "%s/sys/fs/cgroup/%s", root, controller);
            for (char *save, *name = strtok_r(names, ",", &save); name; name = strtok_r(NULL, ",", &save))
                if (!strcmp(name, controller)) climb(base, group, look, &grant);
        }
    }
    fclose(f);
    return grant;
}

msc_grant msc_cgroup_processors(const char *root) { return cgroup_limit(root, "cpu", look_processors); }
msc_grant msc_cgroup_memory(const char *root) { return cgroup_limit(root, "memory", look_memory); }

/* A whole number from the environment; 0 when it is absent or not a number (GDAL_NUM_THREADS=ALL_CPUS). A list like
 * OMP_NUM_THREADS=4,2 counts by its first level. */
static int64_t from_environment(const char *name)
{
    const char *text = getenv(name);
    if (!text) return 0;
    char *end;
    const int64_t value = strtoll(text, &end, 10);
    return end == text || (*end && *end != ',') || value < 0 ? 0 : value;
}

msc_grant msc_machine_processors(const char *root)
{
    static const char *const names[] = { "SLURM_CPUS_PER_TASK", "OMP_NUM_THREADS", "GDAL_NUM_THREADS" };
    msc_grant grant = { INT64_MAX, "machine" };
    lower(&grant, sysconf(_SC_NPROCESSORS_ONLN), "machine");
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) lower(&grant, CPU_COUNT(&set), "affinity");
    const msc_grant group = msc_cgroup_processors(root);
    lower(&grant, group.amount, group.why);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) lower(&grant, from_environment(names[i]), names[i]);
    if (grant.amount == INT64_MAX) grant.amount = 1;
    return grant;
}

msc_grant msc_machine_memory(const char *root)
{
    msc_grant grant = { INT64_MAX, "machine" };
    lower(&grant, (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE), "machine");
    const msc_grant group = msc_cgroup_memory(root);
    lower(&grant, group.amount, group.why);
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < (rlim_t)INT64_MAX)
        lower(&grant, (int64_t)limit.rlim_cur, "ulimit");
    lower(&grant, from_environment("SLURM_MEM_PER_NODE") * 1024 * 1024, "SLURM_MEM_PER_NODE");
    if (grant.amount == INT64_MAX) grant.amount = (int64_t)1 << 30;
    return grant;
}
