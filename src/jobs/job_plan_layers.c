/* job_plan_layers.c - the layers of a job before it runs: whether they can be read, and whether the patch table can hold their names. */
#include "io/layer.h"
#include "jobs/job_check.h"
#include "jobs/job_plan.h"
#include "jobs/vectorize_row.h"
#include <math.h>
#include <stdio.h>

/* True when the box round a shape and the grid have a point in common. */
static int is_on_grid(const msc_grid *g, const msc_shape *s)
{
    const size_t n = s->is_point ? 1 : s->n_rings ? s->ring_start[s->n_rings] : 0;
    double west = HUGE_VAL, south = HUGE_VAL, east = -HUGE_VAL, north = -HUGE_VAL;
    for (size_t i = 0; i < n; i++) {
        west = fmin(west, s->xy[2 * i]);
        east = fmax(east, s->xy[2 * i]);
        south = fmin(south, s->xy[2 * i + 1]);
        north = fmax(north, s->xy[2 * i + 1]);
    }
    return west <= msc_grid_e(g, g->width_px) && east >= g->e0 && south <= g->n0 && north >= msc_grid_n(g, g->height_px);
}

/* Whether the fields of the patch table will hold the names of the zones that a patch can lie in. */
static msc_status check_names(const msc_planning *p, const char *path, const char *field, const msc_features_in *in, msc_error *err)
{
    msc_layer_text text = { 0 };
    const char *encoded;
    MSC_TRY(msc_job_text_init(p->job, p->job->path, &text, err));
    msc_status status = MSC_OK;
    for (size_t i = 0; i < in->n && status == MSC_OK; i++)
        if (in->value[i].is_set && in->value[i].text && is_on_grid(&p->grid, &in->shape[i]))
            status = msc_layer_text_encode(&text, in->value[i].text, MSC_PATCH_NAME_WIDTH, path, field, &encoded, err);
    msc_layer_text_clear(&text);
    return status;
}

/* A layer that the run will read. */
typedef struct wanted_layer { const char *role, *path, *fields[3]; int is_zones; } wanted_layer;

static msc_status say_layer(const msc_planning *p, const wanted_layer *l, const msc_features_in *in, msc_error *err)
{
    if (in->n == 0) return msc_fail(err, l->path == p->job->training.samples ? MSC_ETRAIN : MSC_EFORMAT, l->path, "no feature");
    if (l->is_zones) MSC_TRY(check_names(p, l->path, l->fields[0], in, err));
    size_t n_on = 0;
    for (size_t i = 0; i < in->n; i++) n_on += (size_t)is_on_grid(&p->grid, &in->shape[i]);
    if (n_on == 0) msc_warn(p->settings, MSC_WOTHER, l->path, msc_settings_words(p->settings, "none of %zu features is on the job's grid", "%zu 个要素均不在任务网格内"), in->n);
    msc_sheet_section(p->sheet, "layer", l->role);
    msc_sheet_text(p->sheet, "path", "%s", l->path);
    msc_sheet_number(p->sheet, "n_features", (double)in->n, "%zu", in->n);
    msc_sheet_number(p->sheet, "n_on_grid", (double)n_on, "%zu", n_on);
    if (in->n_skipped) msc_sheet_number(p->sheet, "n_skipped", (double)in->n_skipped, "%zu%s", in->n_skipped, msc_sheet_words(p->sheet, " without geometry", "（没有几何）"));
    return MSC_OK;
}

/* Reads a layer with the fields that the run will ask for, and counts it. */
static msc_status plan_layer(const msc_planning *p, const wanted_layer *l, msc_error *err)
{
    msc_features_in in = { 0 };
    const char *used[3];
    int n_used = 0;
    for (int i = 0; i < 3; i++)
        if (l->fields[i]) used[n_used++] = l->fields[i];
    MSC_TRY(msc_layer_read(l->path, NULL, NULL, p->grid.crs, used, n_used, &in, err));
    const msc_status status = say_layer(p, l, &in, err);
    msc_features_in_clear(&in);
    return status;
}

msc_status msc_plan_layers(const msc_planning *p, msc_error *err)
{
    const msc_job *job = p->job;
    if (job->training.samples) {
        const wanted_layer training = { msc_sheet_words(p->sheet, "training", "训练样本"), job->training.samples,
                                        { job->training.class_field, job->training.year_field }, 0 };
        MSC_TRY(plan_layer(p, &training, err));
    }
    MSC_TRY(msc_job_check_model(job, err));
    for (int i = 0; i < job->n_zones; i++) {
        const wanted_layer zones = { job->zones[i].name, job->zones[i].path, { job->zones[i].field }, 1 };
        MSC_TRY(plan_layer(p, &zones, err));
    }
    for (int i = 0; i < job->n_epochs && job->reference.points; i++) {
        char field[128], role[48];
        MSC_TRY(msc_job_year_field(job->reference.year_field, job->epochs[i].year, field, sizeof field, err));
        snprintf(role, sizeof role, "%s %d", msc_sheet_words(p->sheet, "reference", "检验点"), job->epochs[i].year);
        const wanted_layer points = { role, job->reference.points, { field, job->reference.stratum, job->reference.weight }, 0 };
        MSC_TRY(plan_layer(p, &points, err));
    }
    return MSC_OK;
}
