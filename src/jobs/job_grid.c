/* job_grid.c - the grid that all outputs of a job share. */
#include "jobs/job_grid.h"
#include "grid/crs.h"
#include "io/raster_in.h"
#include <math.h>
#include <string.h>

enum { EDGE_POINTS = 33 };

/* The box round the source grid's outline in the target CRS; 33 points an edge follow its curvature. */
msc_status msc_grid_box(const msc_grid *from, const char *to, double box[4], msc_error *err)
{
    msc_crs *crs = NULL;
    MSC_TRY(msc_crs_open(from->crs, to, &crs, err));
    box[0] = box[1] = HUGE_VAL;
    box[2] = box[3] = -HUGE_VAL;
    for (int edge = 0; edge < 4; edge++)
        for (int i = 0; i < EDGE_POINTS; i++) {
            const double t = (double)i / (EDGE_POINTS - 1);
            const double fx = edge == 0 ? t : edge == 1 ? 1.0 : edge == 2 ? t : 0.0;
            const double fy = edge == 0 ? 0.0 : edge == 1 ? t : edge == 2 ? 1.0 : t;
            double e = msc_grid_e(from, fx * from->width_px), n = msc_grid_n(from, fy * from->height_px);
            msc_crs_forward(crs, &e, &n, 1, 1);
            if (!isfinite(e) || !isfinite(n)) continue;
            box[0] = fmin(box[0], e); box[1] = fmin(box[1], n);
            box[2] = fmax(box[2], e); box[3] = fmax(box[3], n);
        }
    msc_crs_close(&crs);
    return box[0] < box[2] ? MSC_OK : msc_fail(err, MSC_ECRS, "grid: crs", "the image cannot be brought to %.60s", to);
}

msc_status msc_grid_share(const msc_grid *a, const msc_grid *b, double *share, msc_error *err)
{
    double own[4], other[4];
    MSC_TRY(msc_grid_box(a, a->crs, own, err));
    MSC_TRY(msc_grid_box(b, a->crs, other, err));
    const double w = fmin(own[2], other[2]) - fmax(own[0], other[0]), h = fmin(own[3], other[3]) - fmax(own[1], other[1]);
    *share = w > 0 && h > 0 ? fmin(1, w * h / ((own[2] - own[0]) * (own[3] - own[1]))) : 0;
    return MSC_OK;
}

/* The system and the pixel that a job asks for; metres need a projected system. */
static msc_status ask_lattice(const msc_job *job, msc_grid *all, msc_error *err)
{
    char name[80];
    if (job->grid.crs) MSC_TRY(msc_crs_wkt(job->grid.crs, all->crs, err));
    if (msc_crs_is_geographic(all->crs) && (job->grid.crs || job->grid.pixel_m > 0)) {
        msc_crs_name(all->crs, name, sizeof name);
        return msc_fail(err, MSC_EJOB, job->path, job->grid.crs ? "grid: crs %s is in degrees; a projected one is needed, such as EPSG:4547"
                        : "grid: pixel_m is given, but the image's %s is in degrees; name a projected crs too, such as EPSG:4547", name);
    }
    if (job->grid.pixel_m > 0) all->pixel_e = all->pixel_n = job->grid.pixel_m / msc_crs_metres_per_unit(all->crs);
    return MSC_OK;
}

/* Less is what the boxes of two coordinate systems are wrong by. */
#define WHOLE_SHARE 0.9999

msc_status msc_grid_check_dem(const msc_settings *settings, const msc_grid *grid, const char *dem, double *share, msc_error *err)
{
    msc_raster_facts facts;
    MSC_TRY(msc_raster_facts_read(dem, &facts, err));
    if (!facts.grid.crs[0]) memcpy(facts.grid.crs, grid->crs, sizeof facts.grid.crs);     /* as reading takes it */
    MSC_TRY(msc_grid_share(grid, &facts.grid, share, err));
    if (!(*share > 0)) return msc_fail(err, MSC_EOVERLAP, dem, "nothing of it lies on the wanted grid");
    if (*share < WHOLE_SHARE)
        msc_warn(settings, MSC_WDEMGAP, dem, msc_settings_words(settings, "%.2f %% of the grid lies outside it", "网格的 %.2f %% 在其范围之外"), 100 * (1 - *share));
    return MSC_OK;
}

/* The box of all files of the first epoch, on the lattice that the job asks for. */
static msc_status own_grid(const msc_job *job, msc_grid *all, msc_error *err)
{
    msc_raster_facts facts;
    double box[4] = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    for (int i = 0; i < job->epochs[0].image.n_paths; i++) {
        double one[4];
        MSC_TRY(msc_raster_facts_read(job->epochs[0].image.paths[i], &facts, err));
        if (i == 0) {
            *all = facts.grid;
            MSC_TRY(ask_lattice(job, all, err));
        }
        MSC_TRY(msc_grid_box(&facts.grid, all->crs, one, err));
        box[0] = fmin(box[0], one[0]); box[1] = fmin(box[1], one[1]);
        box[2] = fmax(box[2], one[2]); box[3] = fmax(box[3], one[3]);
    }
    const double slack = 1e-6;   /* of a pixel: an outline that lies on the lattice stays on it */
    all->e0 = floor(box[0] / all->pixel_e + slack) * all->pixel_e;
    all->n0 = ceil(box[3] / all->pixel_n - slack) * all->pixel_n;
    const double w = ceil((box[2] - all->e0) / all->pixel_e - slack), h = ceil((all->n0 - box[1]) / all->pixel_n - slack);
    if (!(w >= 1 && h >= 1 && w < 1e8 && h < 1e8))
        return msc_fail(err, MSC_EGRID, "grid: pixel_m", "%g would make %.0f x %.0f pixels", job->grid.pixel_m, w, h);
    all->width_px = (int32_t)w;
    all->height_px = (int32_t)h;
    return MSC_OK;
}

msc_status msc_job_grid(const msc_job *job, msc_grid *grid, int *is_own, msc_error *err)
{
    msc_raster_facts facts;
    *is_own = job->grid.crs != NULL || job->grid.pixel_m > 0 || job->epochs[0].image.n_paths != 1;
    if (*is_own) return own_grid(job, grid, err);
    MSC_TRY(msc_raster_facts_read(job->epochs[0].image.paths[0], &facts, err));
    *grid = facts.grid;
    return MSC_OK;
}
