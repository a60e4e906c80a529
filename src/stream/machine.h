/* machine.h - what this process may use: processors and memory, as the kernel and the batch system grant them. */
#ifndef MSC_STREAM_MACHINE_H
#define MSC_STREAM_MACHINE_H
#include <stdint.h>

typedef struct msc_grant {
    int64_t amount;              /* processors, or bytes; INT64_MAX when nothing limits */
    const char *why;             /* what set it: "machine", "affinity", "cgroup", "SLURM_CPUS_PER_TASK"... (static) */
} msc_grant;

/* Smallest cgroup limit on the way from this process' group up to the root: whole processors (rounded up, at least 1)
 * and bytes. `root` stands before /proc and /sys: "" on a real machine, a directory in tests. Never fails: a file that
 * is absent or says "max" is no limit. */
msc_grant msc_cgroup_processors(const char *root);
msc_grant msc_cgroup_memory(const char *root);

/* The same with affinity, physical memory, address space limit and the environment taken into account. amount >= 1. */
msc_grant msc_machine_processors(const char *root);
msc_grant msc_machine_memory(const char *root);
#endif
