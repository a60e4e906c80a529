/* job_model.c - whether a model that a job names speaks of the job's classes and can see what the job has. */
#include "jobs/job_check.h"
#include "base/mem.h"
#include "jobs/legend.h"
#include "model/model.h"
#include <stdio.h>
#include <string.h>

static msc_status check_class(const msc_job *job, const msc_model *m, int c, msc_error *err)
{
    char unnamed[MSC_NAME_MAX];
    const msc_class *own = msc_class_of(job->classes, job->n_classes, m->code[c]);
    if (!own) return msc_fail(err, MSC_EJOB, job->path, "classes: code %d is missing, '%s' of the model", m->code[c], m->name[c]);
    snprintf(unnamed, sizeof unnamed, "class %d", m->code[c]);
    if (strcmp(m->name[c], unnamed) == 0) return MSC_OK;       /* trained without names */
    if (strcmp(m->name[c], own->name) != 0)
        return msc_fail(err, MSC_EJOB, job->path, "classes: code %d is '%.60s', but '%s' in the model", own->code, own->name, m->name[c]);
    if (!m->is_masked[c] == !own->is_masked) return MSC_OK;
    return msc_fail(err, MSC_EJOB, job->path, "classes: '%.60s' is%s masked, but %s in the model", own->name, own->is_masked ? "" : " not", own->is_masked ? "not" : "is");
}

msc_status msc_job_check_model(const msc_job *job, msc_error *err)
{
    if (!job->training.model) return MSC_OK;
    msc_model *m = msc_alloc_zero(1, sizeof *m);
    if (!m) return msc_fail(err, MSC_ENOMEM, job->training.model, "model");
    msc_status status = msc_model_read(job->training.model, m, err);
    for (int c = 0; c < m->n_classes && status == MSC_OK; c++) status = check_class(job, m, c, err);
    for (int i = 0; i < job->n_epochs && status == MSC_OK && m->needs_dem; i++)
        if (!job->epochs[i].image.dem) status = msc_fail(err, MSC_EJOB, job->path, "epochs: %d has no dem, which the model needs", job->epochs[i].year);
    msc_model_clear(m);
    msc_release(m);
    return status;
}
