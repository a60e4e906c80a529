/* run_grid.c - the grid of a run as a file that the stages can name. */
#include "jobs/job_grid.h"
#include "jobs/run_stages.h"
#include <stdio.h>
#include <string.h>

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
    msc_grid grid;
    int is_own = 0;
    snprintf(run->grid_like, sizeof run->grid_like, "%s", run->job->epochs[0].image.paths[0]);
    MSC_TRY(msc_job_grid(run->job, &grid, &is_own, err));
    if (!is_own) return MSC_OK;
    MSC_TRY(msc_file_join(run->job->output, "grid.vrt", run->grid_like, err));
    return write_vrt(run->grid_like, &grid, err);
}
