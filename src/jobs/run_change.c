/* run_change.c - the stage that compares two epochs with all that is known of them, and the report of all comparisons. */
#define _POSIX_C_SOURCE 200809L
#include "base/mem.h"
#include "jobs/change.h"
#include "jobs/impossible.h"
#include "jobs/kinds_map.h"
#include "jobs/run_stages.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct pair {
    char before[MSC_PATH_MAX], after[MSC_PATH_MAX], sure_before[MSC_PATH_MAX], sure_after[MSC_PATH_MAX];
    char posterior_before[MSC_PATH_MAX], posterior_after[MSC_PATH_MAX], evidence[MSC_PATH_MAX];
    char raw[MSC_PATH_MAX], accepted[MSC_PATH_MAX], joined[MSC_PATH_MAX], change[MSC_PATH_MAX], grade[MSC_PATH_MAX], report[MSC_PATH_MAX];
    int impossible[MSC_IMPOSSIBLE_MAX], damage[255];
    msc_change_options options;
    msc_tally tally;
    msc_transitions sieved;
} pair;

static msc_status name_files(const msc_job_run *run, pair *p, int epoch, msc_error *err)
{
    const int y0 = msc_run_year(run, epoch - 1), y1 = msc_run_year(run, epoch);
    MSC_TRY(msc_run_labels_path(run, epoch - 1, p->before, err));
    MSC_TRY(msc_run_labels_path(run, epoch, p->after, err));
    MSC_TRY(msc_run_path(run, p->sure_before, err, "confidence_%d.tif", y0));
    MSC_TRY(msc_run_path(run, p->sure_after, err, "confidence_%d.tif", y1));
    MSC_TRY(msc_run_path(run, p->evidence, err, "evidence_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, p->raw, err, ".raw_change_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, p->accepted, err, "accepted_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, p->joined, err, ".joined_change_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, p->change, err, "change_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, p->grade, err, "grade_%d_%d.tif", y0, y1));
    return msc_run_path(run, p->report, err, "change_%d_%d.json", y0, y1);
}

static msc_status set_options(msc_job_run *run, const msc_stage *stage, pair *p, msc_error *err)
{
    const msc_job *job = run->job;
    msc_change_options *o = &p->options;
    msc_change_defaults(o);
    MSC_TRY(msc_run_need_posterior(run, stage->epoch - 1, p->posterior_before, err));
    MSC_TRY(msc_run_need_posterior(run, stage->epoch, p->posterior_after, err));
    MSC_TRY(msc_run_shift_rmse(run, stage->epoch, &o->shift_rmse_px, err));
    MSC_TRY(msc_impossible_list(job, job->path, p->impossible, &o->n_impossible, err));
    o->before = p->before; o->after = p->after;
    o->confidence_before = p->sure_before; o->confidence_after = p->sure_after;
    o->posterior_before = p->posterior_before; o->posterior_after = p->posterior_after;
    o->evidence = strcmp(job->evidence.method, "off") == 0 ? NULL : p->evidence;
    if (job->evidence.elevation) {
        o->dem_before = job->epochs[stage->epoch - 1].image.dem;
        o->dem_after = job->epochs[stage->epoch].image.dem;
    }
    o->change = p->raw; o->grade = p->grade;
    o->min_confidence = job->change.min_confidence;
    o->edge_tolerance_px = job->change.edge_tolerance_px;
    o->shift_quantile = job->change.shift_quantile;
    o->change_rate = job->change.change_rate;
    o->evidence_weak = job->change.evidence_weak;
    o->evidence_sure = job->change.evidence_sure;
    o->impossible = p->impossible;
    o->is_by_region = job->change.is_by_region;
    o->damage = p->damage; o->n_damage = msc_job_damage(job, p->damage);
    o->run_id = run->id;
    return MSC_OK;
}

static msc_status record(msc_job_run *run, const char *group, const pair *p, msc_error *err)
{
    static const char *const names[MSC_N_GRADES] = { "pixels_same", "pixels_A", "pixels_B", "pixels_C", "pixels_boundary", "pixels_impossible" };
    static const char *const rates[MSC_N_GROUNDS] = { "change_rate", "change_rate_damage_in_both_years" };
    static const char *const measured[MSC_N_GROUNDS] = { "is_evidence_measured", "is_evidence_measured_damage_in_both_years" };
    static const char *const region_rates[MSC_N_GROUNDS] = { "region_rate", "region_rate_damage_in_both_years" };
    const msc_change_options *o = &p->options;
    for (int g = 0; g < MSC_N_GRADES; g++) MSC_TRY(msc_receipt_number(run->receipt, group, names[g], (double)p->tally.grade[g].px, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "shift_px", msc_change_shift_px(o), err));
    for (int g = 0; g < MSC_N_GROUNDS; g++) {
        const msc_weights *w = &p->tally.weights[g];
        MSC_TRY(msc_receipt_number(run->receipt, group, rates[g], w->rate, err));
        MSC_TRY(msc_receipt_number(run->receipt, group, measured[g], w->is_ratio_measured, err));
        MSC_TRY(msc_receipt_number(run->receipt, group, region_rates[g], p->tally.region_rate[g], err));
    }
    MSC_TRY(msc_receipt_number(run->receipt, group, "site_m", run->job->change.site_m, err));
    MSC_TRY(msc_receipt_number(run->receipt, group, "elevation_noise_m", (double)p->tally.heights.noise_m, err));
    return msc_receipt_number(run->receipt, group, "evidence_sure", o->evidence_sure, err);
}

/* The changes that grades accept, before the mapping unit; damage classes are those of their sites. */
static msc_status accept(msc_job_run *run, pair *p, msc_error *err)
{
    msc_change_options *o = &p->options;
    const msc_settings step = msc_run_step_settings(run);
    const msc_change_way way = { .of_grade = &run->settings, .rest = MSC_CHANGE_NODATA };
    const msc_kinds_options kinds = { .change = p->raw, .posterior_before = o->posterior_before, .posterior_after = o->posterior_after,
                                      .out = p->accepted, .site_m = run->job->change.site_m, .damage = o->damage, .n_damage = o->n_damage,
                                      .impossible = o->impossible, .n_impossible = o->n_impossible };
    if (!msc_kinds_can_differ(&kinds)) {
        o->change = p->accepted;
        return msc_change_counted(&run->settings, &way, o, &p->tally, err);
    }
    msc_status status = msc_change_counted(&step, &way, o, &p->tally, err);
    if (status == MSC_OK) status = msc_kinds_map(&run->settings, &kinds, err);
    msc_run_remove_raster(p->raw);
    return status;
}

/* A new site that is several classes to the classifier is one site: what is under the unit joins the change beside it
 * first, as if there were nothing else; then what is left under the unit joins its surroundings. */
static msc_status sieve_twice(msc_job_run *run, const msc_stage *stage, pair *p, msc_error *err)
{
    char group[80];
    const msc_settings step = msc_run_step_settings(run);
    snprintf(group, sizeof group, "%s_joined", stage->name);
    const msc_run_sieving join = { group, p->accepted, p->joined, NULL }, all = { stage->name, p->joined, p->change, p->grade };
    msc_status status = msc_run_sieve(run, &step, &join, err);
    if (status == MSC_OK) status = msc_run_sieve(run, &run->settings, &all, err);
    msc_run_remove_raster(p->joined);
    return status;
}

static msc_status compare(msc_job_run *run, const msc_stage *stage, pair *p, msc_error *err)
{
    const int y0 = msc_run_year(run, stage->epoch - 1), y1 = msc_run_year(run, stage->epoch);
    MSC_TRY(name_files(run, p, stage->epoch, err));
    MSC_TRY(set_options(run, stage, p, err));
    MSC_TRY(accept(run, p, err));
    MSC_TRY(sieve_twice(run, stage, p, err));
    MSC_TRY(msc_transitions_count(&run->settings, p->before, p->change, &p->sieved, err));
    msc_tally_context context = { .options = &p->options, .classes = run->job->classes, .n_classes = run->job->n_classes,
                                  .year_before = y0, .year_after = y1, .sieved = &p->sieved };
    MSC_TRY(msc_change_write_report(&p->tally, &context, p->report, err));
    MSC_TRY(record(run, stage->name, p, err));
    msc_run_note_output(run, p->change);
    msc_run_note_output(run, p->accepted);
    msc_run_note_output(run, p->grade);
    msc_run_note_output(run, p->report);
    return msc_run_drop_posteriors(run, stage->epoch, err);
}

msc_status msc_run_change(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    pair *p = msc_alloc_zero(1, sizeof *p);
    if (!p) return msc_fail(err, MSC_ENOMEM, stage->name, "%zu bytes", sizeof *p);
    const msc_status status = compare(run, stage, p, err);
    msc_release(p);
    return status;
}

/* The reports of the pairs of years are JSON already; here they only become items of a list. */
static msc_status append_reports(const msc_job_run *run, const char *verb, FILE *memory, msc_error *err)
{
    for (int e = 1; e < run->job->n_epochs; e++) {
        char path[MSC_PATH_MAX], *bytes = NULL;
        size_t n = 0;
        MSC_TRY(msc_run_path(run, path, err, "%s_%d_%d.json", verb, msc_run_year(run, e - 1), msc_run_year(run, e)));
        MSC_TRY(msc_file_read(path, &bytes, &n, err));
        while (n > 0 && bytes[n - 1] == '\n') n--;
        fprintf(memory, "%s\n", e > 1 ? "," : "");
        fwrite(bytes, 1, n, memory);
        msc_release(bytes);
    }
    return MSC_OK;
}

msc_status msc_run_report(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    char path[MSC_PATH_MAX], *text = NULL;
    size_t size = 0;
    (void)stage;
    MSC_TRY(msc_run_path(run, path, err, "report.json"));
    FILE *memory = open_memstream(&text, &size);
    if (!memory) return msc_fail(err, MSC_ENOMEM, path, "report");
    fprintf(memory, "{\n\"minescar\":\"%s\",\n\"run_id\":\"%s\",\n\"changes\":[", MSC_VERSION, run->id);
    msc_status status = append_reports(run, "change", memory, err);
    fprintf(memory, "\n],\n\"evidence\":[");
    if (status == MSC_OK && strcmp(run->job->evidence.method, "off") != 0) status = append_reports(run, "evidence", memory, err);
    fprintf(memory, "\n]\n}\n");
    const msc_status closed = msc_file_close_text(memory, path, status == MSC_OK ? err : NULL);
    if (status == MSC_OK) status = closed;
    if (status == MSC_OK) status = msc_file_write(path, text, size, err);
    free(text);
    if (status == MSC_OK) msc_run_note_output(run, path);
    return status;
}
