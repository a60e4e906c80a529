/* run_areas.c - the tables of areas of a run's changes. */
#include "jobs/areas.h"
#include "jobs/run_stages.h"
#include "base/mem.h"

msc_status msc_run_areas(msc_job_run *run, const msc_stage *stage, const char *before, const char *change, msc_error *err)
{
    static const char *const extensions[] = { "csv", "xlsx" };
    const msc_job *job = run->job;
    const int y0 = msc_run_year(run, stage->epoch - 1), y1 = msc_run_year(run, stage->epoch);
    const msc_areas_options o = { .before = before, .change = change, .dem = msc_run_dem_of_change(run, stage->epoch), .zones = job->zones,
                                  .n_zones = job->n_zones, .classes = job->classes, .n_classes = job->n_classes };
    char path[3][MSC_PATH_MAX], *text = NULL;
    size_t n = 0;
    msc_areas *areas = NULL;
    for (int k = 0; k < 2; k++) MSC_TRY(msc_run_path(run, path[k], err, "areas_%d_%d.%s", y0, y1, extensions[k]));
    MSC_TRY(msc_run_path(run, path[2], err, "areas_%d_%d.json", y0, y1));
    msc_status status = msc_areas_count(&run->settings, &o, &areas, err);
    for (int k = 0; k < 2 && status == MSC_OK; k++) status = msc_areas_table(&run->settings, areas, path[k], err);
    if (status == MSC_OK) status = msc_areas_json(areas, &text, &n, err);
    if (status == MSC_OK) status = msc_file_write(path[2], text, n, err);
    for (int k = 0; k < 3 && status == MSC_OK; k++) msc_run_note_output(run, path[k]);
    msc_release(text);
    msc_areas_free(&areas);
    return status;
}
