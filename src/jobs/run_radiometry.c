/* run_radiometry.c - the stage that brings a year's image to the radiometry of the year that the model was trained on. */
#include "io/layer.h"
#include "jobs/run_stages.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The only epoch that has training samples, or -1. */
static msc_status only_trained(const msc_job *job, int *epoch, msc_error *err)
{
    msc_features_in samples = { 0 };
    *epoch = -1;
    if (!job->training.samples || !job->training.year_field) return MSC_OK;
    MSC_TRY(msc_layer_read(job->training.samples, NULL, NULL, NULL, &job->training.year_field, 1, &samples, err));
    int n_trained = 0;
    for (int i = 0; i < job->n_epochs; i++) {
        size_t s = 0;
        while (s < samples.n && !(samples.value[s].is_set && strtol(samples.value[s].text, NULL, 10) == job->epochs[i].year)) s++;
        if (s == samples.n) continue;
        n_trained++;
        *epoch = i;
    }
    if (n_trained != 1) *epoch = -1;      /* each year has its own samples: nothing is gained */
    msc_features_in_clear(&samples);
    return MSC_OK;
}

msc_status msc_run_choose_reference(msc_job_run *run, msc_error *err)
{
    const char *to = run->job->radiometry.normalize;
    run->reference = -1;
    if (strcmp(to, "off") == 0) return MSC_OK;
    if (strcmp(to, "auto") == 0) MSC_TRY(only_trained(run->job, &run->reference, err));
    else
        for (int i = 0; i < run->job->n_epochs; i++)
            if (msc_run_year(run, i) == atoi(to)) run->reference = i;
    if (run->reference < 0) return MSC_OK;
    if (run->job->n_epochs > 64) return msc_fail(err, MSC_EJOB, "epochs", "%d; at most 64", run->job->n_epochs);
    for (int i = 0; i < run->job->n_epochs; i++) {
        if (i == run->reference) continue;
        MSC_TRY(msc_run_path(run, run->radiometry[i], err, "radiometry_%d.json", msc_run_year(run, i)));
        run->job->epochs[i].image.radiometry = run->radiometry[i];
    }
    return MSC_OK;
}

msc_status msc_run_radiometry(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    msc_irmad_options o;
    msc_irmad_result r = { 0 };
    msc_irmad_defaults(&o);
    o.before = run->job->epochs[run->reference].image;
    o.after = run->job->epochs[stage->epoch].image;
    o.after.radiometry = NULL;
    /* Gains are known before displacements are: a part of a pixel matters little to a regression over a scene. */
    o.before.n_shifts = o.after.n_shifts = 0;
    o.report = run->radiometry[stage->epoch];
    o.grid_like = run->grid_like;
    MSC_TRY(msc_irmad(&run->settings, &o, &r, err));
    msc_run_note_output(run, o.report);
    return msc_receipt_number(run->receipt, stage->name, "pixels_sampled", (double)r.n_px, err);
}
