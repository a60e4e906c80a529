/* run_directory.c - an output directory belongs to one run at a time, and at its end holds what that run has made and nothing older. */
#define _DEFAULT_SOURCE        /* flock */
#define _POSIX_C_SOURCE 200809L
#include "jobs/run_stages.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Rasters that one stage leaves to another, and that nobody is given. */
static const char *const steps[] = { ".posterior_", ".labels_", ".raw_change_", ".joined_change_", ".sieved_" };

msc_status msc_run_lock(msc_job_run *run, msc_error *err)
{
    const char *dir = run->job->output;
    run->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->lock < 0) return msc_fail_errno(err, errno, MSC_EWRITE, dir);
    if (flock(run->lock, (run->n_shards > 0 ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 || errno != EWOULDBLOCK) return MSC_OK;
    return msc_fail(err, MSC_EBUSY, dir, "another run");
}

void msc_run_unlock(msc_job_run *run)
{
    if (run->lock >= 0) close(run->lock);
    run->lock = -1;
}

static int is_step(const char *name)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (strncmp(name, steps[i], strlen(steps[i])) == 0) return 1;
    return 0;
}

msc_status msc_run_sweep(const msc_job_run *run, int with_steps, msc_error *err)
{
    DIR *dir = opendir(run->job->output);
    const struct dirent *entry;
    if (!dir) return msc_fail_errno(err, errno, MSC_EWRITE, run->job->output);
    while ((entry = readdir(dir)) != NULL)
        if (msc_file_is_left_over(entry->d_name) || (with_steps && is_step(entry->d_name))) unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return MSC_OK;
}

msc_status msc_run_remove_superseded(const msc_job_run *run, msc_error *err)
{
    char path[MSC_PATH_MAX];
    for (size_t i = 0;; i++) {
        const char *name = msc_receipt_superseded(run->receipt, i);
        if (!name) return MSC_OK;
        if (msc_receipt_has_output(run->receipt, name) || strchr(name, '/')) continue;
        MSC_TRY(msc_file_join(run->job->output, name, path, err));
        msc_run_remove_raster(path);
    }
}
