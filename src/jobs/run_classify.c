/* run_classify.c - the stage that maps an epoch, and the posteriors that it leaves to the comparison of years. */
#include "jobs/kinds_map.h"
#include "jobs/run_stages.h"
#include <stdio.h>

static msc_status posterior_path(const msc_job_run *run, int epoch, char path[MSC_PATH_MAX], msc_error *err)
{
    return msc_run_path(run, path, err, ".posterior_%d.tif", msc_run_year(run, epoch));
}

typedef struct mapped { char classes[MSC_PATH_MAX], confidence[MSC_PATH_MAX], reason[MSC_PATH_MAX]; } mapped;

/* What names damage by its sites in a class map; returns whether there is anything to name. */
static int kinds_of(const msc_job_run *run, int damage[255], msc_kinds_options *kinds)
{
    *kinds = (msc_kinds_options){ .site_m = run->job->classify.site_m, .damage = damage, .n_damage = msc_job_damage(run->job, damage), .run_id = run->id };
    return msc_kinds_can_differ(kinds);
}

msc_status msc_run_labels_path(const msc_job_run *run, int epoch, char path[MSC_PATH_MAX], msc_error *err)
{
    int damage[255];
    msc_kinds_options kinds;
    return msc_run_path(run, path, err, kinds_of(run, damage, &kinds) ? ".labels_%d.tif" : "classes_%d.tif", msc_run_year(run, epoch));
}

/* The same bytes each time it is asked. Years are compared by what the classifier says of a pixel: named by sites, a heap that a pit became
 * would be of the kind that is commoner round it in both years. */
static msc_status map_epoch(const msc_job_run *run, int epoch, mapped *made, msc_error *err)
{
    char model[MSC_PATH_MAX], posterior[MSC_PATH_MAX], labels[MSC_PATH_MAX];
    int damage[255];
    msc_kinds_options kinds;
    const int year = msc_run_year(run, epoch);
    msc_classify_options o;
    msc_classify_defaults(&o);
    if (run->job->training.model) snprintf(model, sizeof model, "%s", run->job->training.model);
    else MSC_TRY(msc_run_path(run, model, err, "model.msm"));
    MSC_TRY(msc_run_path(run, made->classes, err, "classes_%d.tif", year));
    MSC_TRY(msc_run_path(run, made->confidence, err, "confidence_%d.tif", year));
    MSC_TRY(msc_run_path(run, made->reason, err, "unobserved_%d.tif", year));
    MSC_TRY(posterior_path(run, epoch, posterior, err));
    MSC_TRY(msc_run_labels_path(run, epoch, labels, err));
    o.image = run->job->epochs[epoch].image;
    o.model = model; o.classes = labels; o.confidence = made->confidence; o.posterior = posterior; o.reason = made->reason;
    o.margin_m = run->job->masks.margin_m;
    o.all_trees = run->job->classify.all_trees;
    o.smooth = run->job->classify.smooth; o.smooth_px = run->job->classify.smooth_px;
    o.objects = run->job->classify.objects;
    o.grid_like = run->grid_like; o.run_id = run->id;
    MSC_TRY(msc_classify(&run->settings, &o, err));
    if (!kinds_of(run, damage, &kinds)) return MSC_OK;
    kinds.change = labels; kinds.posterior_before = posterior; kinds.out = made->classes;
    return msc_kinds_map(&run->settings, &kinds, err);
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
    char labels[MSC_PATH_MAX];
    mapped made;
    MSC_TRY(posterior_path(run, epoch, path, err));
    MSC_TRY(msc_run_labels_path(run, epoch, labels, err));
    return msc_file_exists(path) && msc_file_exists(labels) ? MSC_OK : map_epoch(run, epoch, &made, err);
}

msc_status msc_run_drop_posteriors(const msc_job_run *run, int epoch, msc_error *err)
{
    char path[MSC_PATH_MAX];
    for (int e = epoch - 1; e < epoch + (epoch == run->job->n_epochs - 1); e++) {
        MSC_TRY(posterior_path(run, e, path, err));
        msc_run_remove_raster(path);
        MSC_TRY(msc_run_path(run, path, err, ".labels_%d.tif", msc_run_year(run, e)));
        msc_run_remove_raster(path);
    }
    return MSC_OK;
}
