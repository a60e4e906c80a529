/* run_grid.c - the grid that all outputs of a job share. */
#include "grid/crs.h"
#include "io/raster_in.h"
#include "jobs/run_stages.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { EDGE_POINTS = 33 };

/* The box round the source grid's outline in the target CRS; 33 points an edge follow its curvature. */
static msc_status outline_box(const msc_grid *from, const char *to, double box[4], msc_error *err)
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

static void escape_xml(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; *text && n + 7 < size; text++) {
        const char *word = *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : *text == '&' ? "&amp;" : *text == '"' ? "&quot;" : NULL;
        if (word) n += (size_t)snprintf(out + n, size - n, "%s", word);
        else out[n++] = *text;
    }
    out[n] = '\0';
}

static msc_status write_vrt(const char *path, const msc_grid *g, msc_error *err)
{
    static const char form[] = "<VRTDataset rasterXSize=\"%d\" rasterYSize=\"%d\"><SRS>%s</SRS>"
        "<GeoTransform>%.17g,%.17g,0,%.17g,0,%.17g</GeoTransform><VRTRasterBand dataType=\"Byte\" band=\"1\"/></VRTDataset>\n";
    char srs[2 * MSC_CRS_MAX], text[3 * MSC_CRS_MAX];
    escape_xml(g->crs, srs, sizeof srs);
    const int n = snprintf(text, sizeof text, form, g->width_px, g->height_px, srs, g->e0, g->pixel_e, g->n0, -g->pixel_n);
    return msc_file_write(path, text, (size_t)n, err);
}

msc_status msc_run_make_grid(msc_job_run *run, msc_error *err)
{
    const msc_job *job = run->job;
    msc_raster_facts facts;
    snprintf(run->grid_like, sizeof run->grid_like, "%s", job->epochs[0].image.paths[0]);
    if (!job->grid.crs && !(job->grid.pixel_m > 0) && job->epochs[0].image.n_paths == 1) return MSC_OK;
    msc_grid all = { 0 };
    double box[4] = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    for (int i = 0; i < job->epochs[0].image.n_paths; i++) {
        double one[4];
        MSC_TRY(msc_raster_facts_read(job->epochs[0].image.paths[i], &facts, err));
        if (i == 0) {
            all = facts.grid;
            if (job->grid.crs) MSC_TRY(msc_crs_wkt(job->grid.crs, all.crs, err));
            if (job->grid.pixel_m > 0) all.pixel_e = all.pixel_n = job->grid.pixel_m / msc_crs_metres_per_unit(all.crs);
        }
        MSC_TRY(outline_box(&facts.grid, all.crs, one, err));
        box[0] = fmin(box[0], one[0]); box[1] = fmin(box[1], one[1]);
        box[2] = fmax(box[2], one[2]); box[3] = fmax(box[3], one[3]);
    }
    const double slack = 1e-6;   /* of a pixel: an outline that lies on the lattice stays on it */
    all.e0 = floor(box[0] / all.pixel_e + slack) * all.pixel_e;
    all.n0 = ceil(box[3] / all.pixel_n - slack) * all.pixel_n;
    const double w = ceil((box[2] - all.e0) / all.pixel_e - slack), h = ceil((all.n0 - box[1]) / all.pixel_n - slack);
    if (!(w >= 1 && h >= 1 && w < 1e8 && h < 1e8))
        return msc_fail(err, MSC_EGRID, "grid: pixel_m", "%g would make %.0f x %.0f pixels", job->grid.pixel_m, w, h);
    all.width_px = (int32_t)w;
    all.height_px = (int32_t)h;
    MSC_TRY(msc_file_join(job->output, "grid.vrt", run->grid_like, err));
    return write_vrt(run->grid_like, &all, err);
}
