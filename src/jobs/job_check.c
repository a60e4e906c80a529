/* job_check.c - what no single key of a job file can tell: whether its parts go together. */
#include "jobs/job_check.h"
#include "jobs/impossible.h"
#include "jobs/vectorize_row.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Samples name a class by its name or its label: no label is another class's name. (Two of one label have names to be told apart by.) */
static msc_status check_words(const msc_class *a, const msc_class *b, const char *path, msc_error *err)
{
    const char *word = !strcmp(a->label, b->name) ? b->name : !strcmp(a->name, b->label) ? a->name : NULL;
    return word ? msc_fail(err, MSC_EJOB, path, "classes: '%.60s' stands for code %d and for code %d", word, a->code, b->code) : MSC_OK;
}

static msc_status check_classes(msc_job *job, const char *path, msc_error *err)
{
    if (job->n_classes < 2) return msc_fail(err, MSC_EJOB, path, "classes: %d given, at least 2 are needed", job->n_classes);
    for (int i = 0; i < job->n_classes; i++) {
        msc_class *one = &job->classes[i];
        for (const char *c = one->name; *c; c++)
            if ((unsigned char)*c < 33 || (unsigned char)*c > 126)
                return msc_fail(err, MSC_EJOB, path, "classes: name '%.60s' is not ASCII without spaces (label may be any text)", one->name);
        if (!one->label) one->label = one->name;
        for (int k = 0; k < i; k++) {
            if (job->classes[k].code == one->code)
                return msc_fail(err, MSC_EJOB, path, "classes: code %d is used twice", one->code);
            if (!strcmp(job->classes[k].name, one->name))
                return msc_fail(err, MSC_EJOB, path, "classes: name '%.60s' is used twice", one->name);
            MSC_TRY(check_words(&job->classes[k], one, path, err));
        }
    }
    return MSC_OK;
}

msc_status msc_job_text_init(const msc_job *job, const char *path, msc_layer_text *text, msc_error *err)
{
    int is_shp = 0;
    for (int i = 0; i < job->n_deliver; i++) is_shp |= strcmp(job->deliver[i], "shp") == 0;
    return msc_layer_text_init(text, is_shp ? job->encoding : "UTF-8", is_shp, path, err);
}

/* The labels of classes become texts of the patch table. */
static msc_status check_labels(const msc_job *job, const char *path, msc_error *err)
{
    msc_layer_text text = { 0 };
    msc_error why = { 0 };
    const char *encoded;
    MSC_TRY(msc_job_text_init(job, path, &text, err));
    msc_status status = MSC_OK;
    for (int i = 0; i < job->n_classes && status == MSC_OK; i++) {
        status = msc_layer_text_encode(&text, job->classes[i].label, MSC_PATCH_NAME_WIDTH, path, "TBLX", &encoded, &why);
        if (status != MSC_OK) status = msc_fail(err, MSC_EJOB, path, "classes: label of code %d: %s", job->classes[i].code, why.detail);
    }
    msc_layer_text_clear(&text);
    return status;
}

/* The zones' names become fields. */
static msc_status check_zones(const msc_job *job, const char *path, msc_error *err)
{
    msc_error why = { 0 };
    const msc_status status = msc_patch_check_zones(job->zones, job->n_zones, &why);
    return status == MSC_OK ? MSC_OK : msc_fail(err, MSC_EJOB, path, "zones: %s", why.detail);
}

/* The sun in the words of an image. */
static void tell_sun(msc_job_epoch *e)
{
    if (!(e->sun.elevation_deg > 0)) return;
    snprintf(e->sun_text, sizeof e->sun_text, "%.17g,%.17g", e->sun.azimuth_deg, e->sun.elevation_deg);
    e->image.sun = e->sun_text;
}

static msc_status check_masks(const msc_job *job, const char *path, msc_error *err)
{
    for (int i = 0; i < job->n_epochs && job->masks.terrain_shadow; i++) {
        const msc_job_epoch *e = &job->epochs[i];
        if (e->sun.elevation_deg > 0 && e->image.dem) continue;
        return msc_fail(err, MSC_EJOB, path, "masks: terrain_shadow needs %s of %d", e->image.dem ? "the sun" : "the dem", e->year);
    }
    return MSC_OK;
}

/* off, auto, or a year that is there. */
static msc_status check_radiometry(const msc_job *job, const char *path, msc_error *err)
{
    const char *to = job->radiometry.normalize;
    char year[16];
    if (strcmp(to, "off") == 0 || strcmp(to, "auto") == 0) return MSC_OK;
    for (int i = 0; i < job->n_epochs; i++) {
        snprintf(year, sizeof year, "%d", job->epochs[i].year);
        if (strcmp(to, year) == 0) return MSC_OK;
    }
    return msc_fail(err, MSC_EJOB, path, "radiometry: normalize is '%.60s', not off, auto or a year of the epochs", to);
}

static msc_status check_epochs(const msc_job *job, const char *path, msc_error *err)
{
    if (job->n_epochs < 2) return msc_fail(err, MSC_EJOB, path, "epochs: %d given, at least 2 are needed", job->n_epochs);
    for (int i = 0; i < job->n_epochs; i++) {
        const msc_job_epoch *e = &job->epochs[i];
        if (i > 0 && e->year <= e[-1].year)
            return msc_fail(err, MSC_EJOB, path, "epochs: %d comes after %d, the order is oldest first and each year once", e->year, e[-1].year);
        if (e->date && strtol(e->date, NULL, 10) != e->year)
            return msc_fail(err, MSC_EJOB, path, "epochs: the date %s is not in the year %d", e->date, e->year);
    }
    return MSC_OK;
}

msc_status msc_job_check(msc_job *job, const char *path, msc_error *err)
{
    MSC_TRY(check_classes(job, path, err));
    MSC_TRY(check_labels(job, path, err));
    MSC_TRY(check_epochs(job, path, err));
    MSC_TRY(check_radiometry(job, path, err));
    if (!job->training.samples == !job->training.model)
        return msc_fail(err, MSC_EJOB, path, "training: %s", job->training.model ? "both samples and model are given, one is needed"
                                                                                 : "neither samples nor model is given");
    if (job->training.model && job->training.method)
        return msc_fail(err, MSC_EJOB, path, "training: method is given beside model, which has its own");
    if (job->training.n_folds == 1 || (job->training.is_selecting && job->training.n_folds == 0))
        return msc_fail(err, MSC_EJOB, path, "training: folds is %d; 2..100, or 0 for none where nothing is selected", job->training.n_folds);
    if (job->training.is_selecting && (job->training.model || (job->training.method && strcmp(job->training.method, "forest") != 0)))
        return msc_fail(err, MSC_EJOB, path, "training: select is given, but no forest is grown");
    for (int i = 0; i < job->n_epochs; i++) tell_sun(&job->epochs[i]);
    MSC_TRY(check_masks(job, path, err));
    if (job->vectorize.connectivity != 4 && job->vectorize.connectivity != 8)
        return msc_fail(err, MSC_EJOB, path, "vectorize: connectivity is %d, not 4 or 8", job->vectorize.connectivity);
    if (job->reference.sample && job->reference.weight)
        return msc_fail(err, MSC_EJOB, path, "reference: weight is given beside sample, which has its own");
    if (!job->reference.points && (job->acceptance.oa_min > 0 || job->acceptance.miss_max < 1 || job->acceptance.false_max < 1 ||
                                   job->acceptance.ci_max_ha > 0))
        return msc_fail(err, MSC_EJOB, path, "acceptance: there is no reference to judge by");
    if (job->classify.smooth_px != 0 && (job->classify.smooth_px < 3 || job->classify.smooth_px % 2 == 0))
        return msc_fail(err, MSC_EJOB, path, "classify: smooth_px is %d, not odd and from 3 on", job->classify.smooth_px);
    MSC_TRY(check_zones(job, path, err));
    int impossible[MSC_IMPOSSIBLE_MAX], n_impossible;
    MSC_TRY(msc_impossible_list(job, path, impossible, &n_impossible, err));
    for (int i = 0; i < job->n_deliver; i++)
        for (int k = 0; k < i; k++)
            if (!strcmp(job->deliver[i], job->deliver[k]))
                return msc_fail(err, MSC_EJOB, path, "deliver: %s is named twice", job->deliver[i]);
    if (job->n_deliver_grades > 2 || (job->n_deliver_grades == 2 && !strcmp(job->deliver_grades[0], job->deliver_grades[1])))
        return msc_fail(err, MSC_EJOB, path, "deliver_grades: a grade is named twice");
    return MSC_OK;
}
