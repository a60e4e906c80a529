/* job_plan.h - a plan in the making. */
#ifndef MSC_JOBS_JOB_PLAN_H
#define MSC_JOBS_JOB_PLAN_H
#include "grid/grid.h"
#include "jobs/job.h"
#include "jobs/sheet.h"

typedef struct msc_planning {
    const msc_settings *settings;
    const msc_job *job;
    msc_sheet *sheet;
    msc_grid grid;
    double n_px;
    int has_dem, has_sun;        /* elevations and the place of the sun are there for every year */
} msc_planning;

/* Reads every layer that the run will read, with its fields, and tells how many features it has. Errors of msc_layer_read; ETRAIN,
 * EFORMAT: none; ETEXT: a zone whose name no field can hold; ENOFILE: the model. */
msc_status msc_plan_layers(const msc_planning *planning, msc_error *err);
#endif
