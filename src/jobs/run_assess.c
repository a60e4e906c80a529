/* run_assess.c - the stages that judge a run's maps by its reference, and say whether they are accepted. */
#include "jobs/assess.h"
#include "jobs/report.h"
#include "jobs/run_stages.h"
#include <stdio.h>
#include <string.h>

int msc_run_has_gate(const msc_job_run *run)
{
    const msc_job *job = run->job;
    return job->acceptance.oa_min > 0 || job->acceptance.miss_max < 1 || job->acceptance.false_max < 1 || job->acceptance.ci_max_ha > 0;
}

int msc_run_can_assess_change(const msc_job_run *run)
{
    return run->job->reference.points && run->job->reference.year_field && strstr(run->job->reference.year_field, "{year}");
}

/* Limits of damage and change do not fit a class map without damage classes. */
static int has_damage(const msc_job *job)
{
    for (int i = 0; i < job->n_classes; i++)
        if (job->classes[i].is_damage) return 1;
    return 0;
}

static void fill_options(const msc_job_run *run, int is_change, msc_assess_options *o)
{
    const msc_job *job = run->job;
    msc_assess_defaults(o);
    o->reference = job->reference.points;
    o->stratum_field = job->reference.stratum;
    o->weight_field = job->reference.weight;
    o->sample = job->reference.sample;
    o->training = job->training.samples;
    o->classes = job->classes; o->n_classes = job->n_classes;
    o->zones = job->zones;
    o->n_zones = job->n_zones < MSC_ASSESS_LAYERS ? job->n_zones : MSC_ASSESS_LAYERS;
    if (job->n_zones > MSC_ASSESS_LAYERS) msc_warn(&run->settings, MSC_WDROPPED, job->path, msc_settings_words(&run->settings, "accuracy by zone: only the first %d layers", "分区精度：只用前 %d 个图层"), MSC_ASSESS_LAYERS);
    o->is_report_only = 1;
    o->oa_min = job->acceptance.oa_min;
    if (!is_change && !has_damage(job)) return;
    o->miss_max = job->acceptance.miss_max;
    o->false_max = job->acceptance.false_max;
    o->ci_max_ha = job->acceptance.ci_max_ha;
}

static msc_status record(msc_job_run *run, const msc_stage *stage, const msc_assess_options *o, const msc_assess_result *r, msc_error *err)
{
    msc_run_note_output(run, o->report);
    for (int i = 0; i < o->n_tables; i++) msc_run_note_output(run, o->tables[i]);
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "points", (double)r->n, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "points_not_observed", (double)r->n_not_observed, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "points_in_training", (double)r->n_trained, err));
    if (r->verdict_en[0]) MSC_TRY(msc_receipt_text(run->receipt, stage->name, "verdict", r->verdict_en, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "overall_accuracy", r->overall, err));
    MSC_TRY(msc_receipt_number(run->receipt, stage->name, "overall_accuracy_low_95", r->overall_low, err));
    return msc_receipt_number(run->receipt, stage->name, "overall_accuracy_high_95", r->overall_high, err);
}

/* A reference of which nothing was observed says nothing, and takes nothing from the maps; only a gate needs it. */
static msc_status judge(msc_job_run *run, const msc_stage *stage, const msc_assess_options *o, msc_error *err)
{
    msc_assess_result r;
    const msc_status status = msc_assess(&run->settings, o, &r, err);
    if (status == MSC_OK) return record(run, stage, o, &r, err);
    if (status != MSC_ENODATA || msc_run_has_gate(run)) return status;
    msc_warn(&run->settings, MSC_WOTHER, stage->name, msc_settings_words(&run->settings, "no point of the reference was observed, so that no accuracy can be told",
             "参考点均未观测，无法评定精度"));
    return MSC_OK;
}

msc_status msc_run_assess(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    char map[MSC_PATH_MAX], report[MSC_PATH_MAX], csv[MSC_PATH_MAX], xlsx[MSC_PATH_MAX], field[64];
    const char *tables[] = { csv, xlsx };
    const int year = msc_run_year(run, stage->epoch);
    msc_assess_options o;
    fill_options(run, 0, &o);
    MSC_TRY(msc_run_path(run, map, err, "classes_%d.tif", year));
    MSC_TRY(msc_run_path(run, report, err, "accuracy_%d.json", year));
    MSC_TRY(msc_run_path(run, csv, err, "accuracy_%d.csv", year));
    MSC_TRY(msc_run_path(run, xlsx, err, "accuracy_%d.xlsx", year));
    if (run->job->reference.year_field) {
        MSC_TRY(msc_job_year_field(run->job->reference.year_field, year, field, sizeof field, err));
        o.class_field = field;
    }
    o.map = map; o.report = report;
    o.dem = run->job->epochs[stage->epoch].image.dem;
    o.tables = tables; o.n_tables = 2;
    return judge(run, stage, &o, err);
}

msc_status msc_run_assess_change(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    char map[MSC_PATH_MAX], report[MSC_PATH_MAX], csv[MSC_PATH_MAX], xlsx[MSC_PATH_MAX], before[64], after[64];
    const char *tables[] = { csv, xlsx };
    const int y0 = msc_run_year(run, stage->epoch - 1), y1 = msc_run_year(run, stage->epoch);
    msc_assess_options o;
    fill_options(run, 1, &o);
    MSC_TRY(msc_run_path(run, map, err, "change_%d_%d.tif", y0, y1));
    MSC_TRY(msc_run_path(run, report, err, "accuracy_%d_%d.json", y0, y1));
    MSC_TRY(msc_run_path(run, csv, err, "accuracy_%d_%d.csv", y0, y1));
    MSC_TRY(msc_run_path(run, xlsx, err, "accuracy_%d_%d.xlsx", y0, y1));
    MSC_TRY(msc_job_year_field(run->job->reference.year_field, y0, before, sizeof before, err));
    MSC_TRY(msc_job_year_field(run->job->reference.year_field, y1, after, sizeof after, err));
    o.before_field = before; o.class_field = after;
    o.dem = msc_run_dem_of_change(run, stage->epoch);
    o.map = map; o.report = report;
    o.tables = tables; o.n_tables = 2;
    return judge(run, stage, &o, err);
}

/* The verdict of a report: 1 holds or has none, 0 not; then in *words the verdict. */
static msc_status read_verdict(msc_job_run *run, const char *path, int *holds, char words[600], msc_error *err)
{
    json_object *top = NULL;
    MSC_TRY(msc_report_read(path, &top, err));
    json_object *gate = msc_report_at(top, "acceptance");
    json_object *verdict = msc_report_at(gate, msc_settings_words(&run->settings, "verdict", "verdict_zh"));
    *holds = !gate || json_object_get_boolean(msc_report_at(gate, "holds"));
    if (verdict) snprintf(words, 600, "%s", json_object_get_string(verdict));
    json_object_put(top);
    return MSC_OK;
}

msc_status msc_run_accept(msc_job_run *run, const msc_stage *stage, msc_error *err)
{
    (void)stage;
    const int n = run->job->n_epochs, n_pairs = msc_run_can_assess_change(run) ? n - 1 : 0;
    for (int i = 0; i < n + n_pairs; i++) {
        char report[MSC_PATH_MAX], words[600] = "";
        int holds;
        if (i < n) MSC_TRY(msc_run_path(run, report, err, "accuracy_%d.json", msc_run_year(run, i)));
        else MSC_TRY(msc_run_path(run, report, err, "accuracy_%d_%d.json", msc_run_year(run, i - n), msc_run_year(run, i - n + 1)));
        MSC_TRY(read_verdict(run, report, &holds, words, err));
        if (!holds) return msc_fail(err, MSC_ECHECK, report, "%s", words);
    }
    return MSC_OK;
}
