/* run_masks.c - the stages about what was not observed: masks before anything is trained or mapped, areas after it. */
#include "jobs/run_stages.h"
#include "jobs/unobserved.h"
#include "grid/area.h"
#include <stdio.h>

msc_status msc_run_bind_masks(msc_job_run *run, int *is_wanted, msc_error *err)
{
    msc_job *job = run->job;
    *is_wanted = job->masks.terrain_shadow;
    if (!*is_wanted) return MSC_OK;
    if (job->n_epochs > MSC_RUN_MAX_EPOCHS) return msc_fail(err, MSC_EJOB, "epochs", "%d; at most %d", job->n_epochs, MSC_RUN_MAX_EPOCHS);
    for (int i = 0; i < job->n_epochs; i++) {
        MSC_TRY(msc_run_path(run, run->made_mask[i], err, "mask_%d.tif", msc_run_year(run, i)));
        run->own_mask[i] = job->epochs[i].image.mask;
        job->epochs[i].image.mask = run->made_mask[i];
    }
    return MSC_OK;
}

/* All years in one stage: training needs them all, in every shard. */
msc_status msc_run_masks(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    (void)stage;
    const msc_job *job = run->job;
    for (int i = 0; i < job->n_epochs; i++) {
        const msc_job_epoch *e = &job->epochs[i];
        const msc_mask_options o = { .dem = e->image.dem, .mask = run->own_mask[i], .out = run->made_mask[i], .grid_like = run->grid_like,
                                     .run_id = run->id, .azimuth_deg = e->sun.azimuth_deg, .elevation_deg = e->sun.elevation_deg,
                                     .shadow_reach_m = job->masks.shadow_reach_m };
        int64_t px[MSC_MASK_REASONS];
        char group[32];
        MSC_TRY(msc_mask_map(&run->settings, &o, px, err));
        snprintf(group, sizeof group, "mask_%d", e->year);
        MSC_TRY(msc_receipt_number(run->receipt, group, "pixels_terrain_shadow", (double)px[MSC_MASK_TERRAIN_SHADOW], err));
        MSC_TRY(msc_receipt_number(run->receipt, group, "pixels_masked_by_the_job", (double)px[MSC_MASK_USER], err));
        msc_run_note_output(run, run->made_mask[i]);
    }
    return MSC_OK;
}

msc_status msc_run_unobserved(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    static const char *const names[MSC_MASK_REASONS] = { "no_data_m2", "mask_m2", "terrain_shadow_m2", "masked_class_m2", "cloud_margin_m2",
                                                          "no_elevation_m2" };
    const msc_job *job = run->job;
    const int year = msc_run_year(run, stage->epoch);
    char classes[MSC_PATH_MAX], reason[MSC_PATH_MAX], table[MSC_PATH_MAX];
    msc_unobserved_sum whole;
    double open_m2 = 0.0;
    MSC_TRY(msc_run_path(run, classes, err, "classes_%d.tif", year));
    MSC_TRY(msc_run_path(run, reason, err, "unobserved_%d.tif", year));
    MSC_TRY(msc_run_path(run, table, err, "unobserved_%d.csv", year));
    const msc_unobserved_options o = { .classes = classes, .reason = reason, .mask = job->masks.terrain_shadow ? run->made_mask[stage->epoch] : NULL,
                                       .image = &job->epochs[stage->epoch].image,
                                       .zones = job->zones, .n_zones = job->n_zones, .out = table };
    MSC_TRY(msc_unobserved(&run->settings, &o, &whole, err));
    for (int r = 0; r < MSC_MASK_REASONS; r++) {
        const double m2 = (double)whole.open_units[r] * MSC_AREA_UNIT_M2;
        open_m2 += m2;
        MSC_TRY(msc_receipt_number(run->receipt, stage->name, names[r], m2, err));
    }
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "not_observed_m2", open_m2, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "area_m2", (double)whole.units * MSC_AREA_UNIT_M2, err));
    msc_run_note_output(run, table);
    return MSC_OK;
}
