/* job_grid.h - the grid that all outputs of a job share, and where other images lie on it. */
#ifndef MSC_JOBS_JOB_GRID_H
#define MSC_JOBS_JOB_GRID_H
#include "grid/grid.h"
#include "jobs/job.h"

/* The box (west, south, east, north) round a grid's outline in the CRS `to`. ECRS when it cannot be brought there. */
msc_status msc_grid_box(const msc_grid *from, const char *to, double box[4], msc_error *err);

/* The share (0..1) of grid `a` that grid `b` covers, by the boxes of both in a's CRS. ECRS. */
msc_status msc_grid_share(const msc_grid *a, const msc_grid *b, double *share, msc_error *err);

/* Warns when `dem` does not reach over all of `grid`; *share as above. ECRS, EOVERLAP, and errors of opening it. */
msc_status msc_grid_check_dem(const msc_settings *settings, const msc_grid *grid, const char *dem, double *share, msc_error *err);

/* The grid of a job: that of the first epoch's image (*is_own becomes 0), or a lattice of its own in the CRS and pixel
 * that the job asks for, whose origin lies on whole multiples of the pixel. ENOFILE, EFORMAT, ECRS, EGRID; EJOB: a lattice in degrees is asked for. */
msc_status msc_job_grid(const msc_job *job, msc_grid *grid, int *is_own, msc_error *err);
#endif
