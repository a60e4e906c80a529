/* run_directory.c - an output directory belongs to one run at a time, and at its end holds what that run has made and nothing of the job whose place it took. */
#define _DEFAULT_SOURCE        /* flock */
#define _POSIX_C_SOURCE 200809L
#include "base/hash.h"
#include "jobs/run_stages.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Rasters that one stage leaves to another, and that nobody is given. */
static const char *const steps[] = { ".posterior_", ".labels_", ".raw_change_", ".joined_change_", ".sieved_" };

msc_status msc_run_lock(msc_job_run *run, msc_error *err)
{
    const char *dir = run->job->output;
    run->lock = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (run->lock < 0) return msc_fail_errno(err, errno, MSC_EWRITE, dir);
    run->is_locked = flock(run->lock, (run->n_shards > 0 ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0;
    return run->is_locked || errno != EWOULDBLOCK ? MSC_OK : msc_fail(err, MSC_EBUSY, dir, "another run");
}

void msc_run_unlock(msc_job_run *run)
{
    if (run->lock >= 0) close(run->lock);
    run->lock = -1;
}

/* ".labels_2024.tif", ".raw_change_2024_2025.tif", and what GDAL keeps beside them. */
static int is_step(const char *name)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        int year, n = 0;
        if (strncmp(name, steps[i], strlen(steps[i])) != 0) continue;
        name += strlen(steps[i]);
        if (sscanf(name, "%4d%n", &year, &n) != 1 || n != 4) return 0;
        name += n;
        if (sscanf(name, "_%4d%n", &year, &n) == 1 && n == 5) name += n;
        return strcmp(name, ".tif") == 0 || strcmp(name, ".tif.aux.xml") == 0;
    }
    return 0;
}

msc_status msc_run_sweep(const msc_job_run *run, int with_steps, msc_error *err)
{
    if (!run->is_locked) return MSC_OK;      /* another run may be at work there */
    DIR *dir = opendir(run->job->output);
    const struct dirent *entry;
    if (!dir) return msc_fail_errno(err, errno, MSC_EWRITE, run->job->output);
    while ((entry = readdir(dir)) != NULL)
        if (msc_file_is_left_over(entry->d_name) || (with_steps && is_step(entry->d_name))) unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    return MSC_OK;
}

static int is_input(const msc_job_run *run, const char *path)
{
    struct stat of_path, of_input;
    if (stat(path, &of_path) != 0) return 0;
    for (int i = 0; i < run->n_inputs; i++)
        if (stat(run->input[i].path, &of_input) == 0 && of_input.st_dev == of_path.st_dev && of_input.st_ino == of_path.st_ino) return 1;
    return 0;
}

msc_status msc_run_remove_superseded(const msc_job_run *run, msc_error *err)
{
    char path[MSC_PATH_MAX], now[MSC_SHA256_TEXT];
    const char *was, *name;
    for (size_t i = 0; (name = msc_receipt_superseded(run->receipt, i, &was)) != NULL; i++) {
        if (msc_receipt_has_output(run->receipt, name) || strchr(name, '/')) continue;
        MSC_TRY(msc_file_join(run->job->output, name, path, err));
        if (!msc_file_exists(path) || is_input(run, path)) continue;
        if (msc_sha256_file(path, now, NULL) == MSC_OK && strcmp(now, was) == 0) msc_run_remove_raster(path);
        else msc_warn(&run->settings, MSC_WOTHER, path, msc_settings_words(&run->settings, "of the job as it was before, and changed since: left there", "属于修改前的任务，且之后被改动过：予以保留"));
    }
    return MSC_OK;
}
