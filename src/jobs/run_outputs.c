/* run_outputs.c - where the stages of a run put what they make, and what they note of it. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/run_stages.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int msc_run_year(const msc_job_run *run, int epoch) { return run->job->epochs[epoch].year; }

const char *msc_run_dem_of_change(const msc_job_run *run, int epoch)
{
    const char *now = run->job->epochs[epoch].image.dem;
    return now ? now : run->job->epochs[epoch - 1].image.dem;
}

msc_status msc_run_path(const msc_job_run *run, char path[MSC_PATH_MAX], msc_error *err, const char *fmt, ...)
{
    char name[128];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(name, sizeof name, fmt, ap);
    va_end(ap);
    return msc_file_join(run->job->output, name, path, err);
}

void msc_run_note_output(msc_job_run *run, const char *path)
{
    if (run->n_outputs < MSC_RUN_MAX_OUTPUTS) snprintf(run->output[run->n_outputs++], sizeof run->output[0], "%s", path);
}

void msc_run_note_layer(msc_job_run *run, const char *path)
{
    static const char *const parts[] = { ".shx", ".dbf", ".prj", ".cpg" };
    msc_run_note_output(run, path);
    const char *dot = strrchr(path, '.');
    if (!dot || strcmp(dot, ".shp") != 0) return;
    for (int i = 0; i < 4; i++) {
        char part[MSC_PATH_MAX + 8];
        snprintf(part, sizeof part, "%.*s%s", (int)(dot - path), path, parts[i]);
        if (msc_file_exists(part)) msc_run_note_output(run, part);
    }
}

msc_settings msc_run_step_settings(const msc_job_run *run)
{
    static const char *const creation[] = { "OVERVIEWS=NONE", "COMPRESS=ZSTD", "ZSTD_LEVEL=1" };
    msc_settings settings = run->settings;
    settings.creation = creation;
    settings.n_creation = 3;
    return settings;
}

void msc_run_remove_raster(const char *path)
{
    char beside[MSC_PATH_MAX + 16];
    snprintf(beside, sizeof beside, "%s.aux.xml", path);
    unlink(beside);
    unlink(path);
}
