/* run_classify.c - the stage that maps an epoch, and the posteriors that it leaves to the comparison of years. */
#include "jobs/run_stages.h"
#include <stdio.h>

static msc_status posterior_path(const msc_job_run *run, int epoch, char path[MSC_PATH_MAX], msc_error *err)
{
    return msc_run_path(run, path, err, ".posterior_%d.tif", msc_run_year(run, epoch));
}

typedef struct mapped { char classes[MSC_PATH_MAX], confidence[MSC_PATH_MAX], reason[MSC_PATH_MAX]; } mapped;

/* The same bytes each time it is asked. */
static msc_status map_epoch(const msc_job_run *run, int epoch, mapped *made, msc_error *err)
{
    char model[MSC_PATH_MAX], posterior[MSC_PATH_MAX];
    const int year = msc_run_year(run, epoch);
    msc_classify_options o;
    msc_classify_defaults(&o);
    if (run->job->training.model) snprintf(model, sizeof model, "%s", run->job->training.model);
    else MSC_TRY(msc_run_path(run, model, err, "model.msm"));
    MSC_TRY(msc_run_path(run, made->classes, err, "classes_%d.tif", year));
    MSC_TRY(msc_run_path(run, made->confidence, err, "confidence_%d.tif", year));
    MSC_TRY(msc_run_path(run, made->reason, err, "unobserved_%d.tif", year));
    MSC_TRY(posterior_path(run, epoch, posterior, err));
    o.image = run->job->epochs[epoch].image;
    o.model = model; o.classes = made->classes; o.confidence = made->confidence; o.posterior = posterior; o.reason = made->reason;
    o.margin_m = run->job->masks.margin_m;
    o.all_trees = run->job->classify.all_trees;
    o.smooth = run->job->classify.smooth; o.smooth_px = run->job->classify.smooth_px;
    o.objects = run->job->classify.objects;
    o.grid_like = run->grid_like; o.run_id = run->id;
    return msc_classify(&run->settings, &o, err);
}

msc_status msc_run_classify(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    mapped made;
    MSC_TRY(map_epoch(run, stage->epoch, &made, err));
    msc_run_note_output(run, made.classes);
    msc_run_note_output(run, made.confidence);
    msc_run_note_output(run, made.reason);
    return MSC_OK;
}

msc_status msc_run_need_posterior(msc_job_run *run, int epoch, char path[MSC_PATH_MAX], msc_error *err)
{
    mapped made;
    MSC_TRY(posterior_path(run, epoch, path, err));
    return msc_file_exists(path) ? MSC_OK : map_epoch(run, epoch, &made, err);
}

msc_status msc_run_drop_posteriors(const msc_job_run *run, int epoch, msc_error *err)
{
    char path[MSC_PATH_MAX];
    for (int e = epoch - 1; e < epoch + (epoch == run->job->n_epochs - 1); e++) {
        MSC_TRY(posterior_path(run, e, path, err));
        msc_run_remove_raster(path);
    }
    return MSC_OK;
}
