/* run_evidence.c - the stage that asks both years' images, not their maps, what changed. */
#include "jobs/run_stages.h"

/* What the class maps do not observe, masked classes among it, is left out of the statistics. */
msc_status msc_run_evidence(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    char before[MSC_PATH_MAX], after[MSC_PATH_MAX], evidence[MSC_PATH_MAX], report[MSC_PATH_MAX];
    const int y0 = msc_run_year(run, stage->epoch - 1), y1 = msc_run_year(run, stage->epoch);
    msc_irmad_options o;
    msc_irmad_result r = { 0 };
    msc_irmad_defaults(&o);
    MSC_TRY(msc_run_path(run, before, err, "classes_%d.tif", y0));
    MSC_TRY(msc_run_path(run, after, err, "classes_%d.tif", y1));
    MSC_TRY(msc_run_path(run, evidence, err, "evidence_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, report, err, "evidence_%d_%d.json", y0, y1));
    o.before = run->job->epochs[stage->epoch - 1].image;
    o.after = run->job->epochs[stage->epoch].image;
    o.before.radiometry = o.after.radiometry = NULL;      /* gains do not matter here */
    o.classes_before = before; o.classes_after = after;
    o.evidence = evidence; o.report = report;
    o.may_be_empty = o.is_flat = 1;
    o.grid_like = run->grid_like; o.run_id = run->id;
    MSC_TRY(msc_irmad(&run->settings, &o, &r, err));
    msc_run_note_output(run, evidence);
    msc_run_note_output(run, report);
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "pixels_sampled", (double)r.n_px, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "iterations", r.n_iterations, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "is_converged", r.is_converged, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "largest_correlation", r.rho_most, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "saturated_px_before", (double)r.saturated_px[0], err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "saturated_px_after", (double)r.saturated_px[1], err));
    return msc_receipt_number(run->receipt, stage->name, "unchanged_share", r.no_change, err);
}
