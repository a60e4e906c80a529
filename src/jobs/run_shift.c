/* run_shift.c - the stage that tells how far two years' images lie apart, and whether that is too far. */
#include "jobs/report.h"
#include "jobs/run_stages.h"
#include "jobs/shift_map.h"
#include <string.h>

static int is_mode(const msc_job_run *run, const char *mode) { return strcmp(run->job->alignment.mode, mode) == 0; }

/* The figures of a report. What was not measured is left as the caller set it. */
static msc_status read_figures(const char *path, double *before_px, double *after_px, msc_error *err)
{
    json_object *root = NULL, *found = NULL;
    MSC_TRY(msc_report_read(path, &root, err));
    const int is_report = json_object_object_get_ex(root, "rmse_before_px", &found);
    if (found) *before_px = json_object_get_double(found);
    found = msc_report_at(root, "rmse_px");
    if (found) *after_px = json_object_get_double(found);
    json_object_put(root);
    return is_report ? MSC_OK : msc_fail(err, MSC_EFORMAT, path, "not a report of the displacement");
}

msc_status msc_run_shift_rmse(const msc_job_run *run, int epoch, double *rmse_px, msc_error *err)
{
    char path[MSC_PATH_MAX];
    double before_px = run->job->alignment.warn_px, after_px = before_px;
    if (is_mode(run, "off")) {
        *rmse_px = 0;
        return MSC_OK;
    }
    MSC_TRY(msc_run_path(run, path, err, "shift_%d_%d.json", msc_run_year(run, epoch - 1), msc_run_year(run, epoch)));
    MSC_TRY(read_figures(path, &before_px, &after_px, err));
    *rmse_px = is_mode(run, "resample") ? after_px : before_px;
    return MSC_OK;
}

msc_status msc_run_align_epochs(msc_job_run *run, msc_error *err)
{
    const int n = run->job->n_epochs - 1;
    if (!is_mode(run, "resample")) return MSC_OK;
    if (n > MSC_RUN_MAX_SHIFTS) return msc_fail(err, MSC_EJOB, "epochs", "%d; at most %d with alignment", n + 1, MSC_RUN_MAX_SHIFTS + 1);
    for (int i = 0; i < n; i++) {
        MSC_TRY(msc_run_path(run, run->shift_path[i], err, "shift_%d_%d.json", msc_run_year(run, i), msc_run_year(run, i + 1)));
        run->shifts[i] = run->shift_path[i];
    }
    for (int i = 0; i < n; i++) {
        run->job->epochs[i].image.shifts = run->shifts + i;
        run->job->epochs[i].image.n_shifts = n - i;
    }
    return MSC_OK;
}

static msc_status record(const msc_job_run *run, const char *group, const msc_shift_result *r, msc_error *err)
{
    MSC_TRY(msc_receipt_number(run->receipt, group, "windows", r->n_windows, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "windows_abstained", r->n_abstained, err));
    if (r->n_abstained == r->n_windows) return MSC_OK;
    MSC_TRY(msc_receipt_number(run->receipt, group, "windows_outliers", r->n_outliers, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "median_dx_px", r->median_dx_px, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "median_dy_px", r->median_dy_px, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "rmse_before_px", r->rmse_before_px, err));
    return msc_receipt_number(run->receipt, group, "rmse_px", r->rmse_px, err);
}

msc_status msc_run_shift(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    const msc_job *job = run->job;
    char path[MSC_PATH_MAX];
    msc_shift_options o;
    msc_shift_result r;
    msc_shift_defaults(&o);
    MSC_TRY(msc_run_path(run, path, err, "%s.json", stage->name));
    o.before = job->epochs[stage->epoch - 1].image;
    o.after = job->epochs[stage->epoch].image;
    o.before.n_shifts = o.after.n_shifts = 0;
    o.grid_like = run->grid_like;
    o.report = path;
    MSC_TRY(msc_shift(&run->settings, &o, &r, err));
    msc_run_note_output(run, path);
    MSC_TRY(record(run, stage->name, &r, err));
    if (r.n_abstained == r.n_windows) return MSC_OK;
    const double left_px = is_mode(run, "resample") ? r.rmse_px : r.rmse_before_px;
    if (left_px > job->alignment.refuse_px)
        return msc_fail(err, MSC_ESHIFT, stage->name, "%.2f px RMSE, limit %.2f px", left_px, job->alignment.refuse_px);
    if (left_px > job->alignment.warn_px) msc_warn(&run->settings, MSC_WSHIFT, stage->name, msc_settings_words(&run->settings, "%.2f px RMSE", "均方根 %.2f 像元"), left_px);
    return MSC_OK;
}
