/* bench_cost.c - runs a command and writes what it cost: wall s, CPU s, peak kB of the largest process among it and its children.
 *
 *   bench_cost REPORT COMMAND [ARGUMENT...]
 *
 * A process made by a large one starts with that one's peak memory in its books; made by this small one it does not. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t) { return (double)t.tv_sec + 1e-6 * (double)t.tv_usec; }

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "bench_cost REPORT COMMAND [ARGUMENT...]\n");
        return 2;
    }
    struct rusage usage;
    int status = 0;
    const double start = now();
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (wait4(child, &status, 0, &usage) != child) return 1;
    const double wall = now() - start;
    FILE *report = fopen(argv[1], "w");
    if (!report) return 1;
    fprintf(report, "%.6f %.6f %ld\n", wall, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
    if (fclose(report) != 0) return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
