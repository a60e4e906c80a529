/* run_summary.c - what a finished run found, for people and as JSON: from its receipt and reports, so that a run which finds all done says it again. */
#include "base/mem.h"
#include "jobs/legend.h"
#include "jobs/report.h"
#include "jobs/run_stages.h"
#include "jobs/sheet.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAINED, LOST, TURNED, OTHER, N_WAYS, LIST_BYTES = 3000 };
static const char *const way_key[N_WAYS] = { "gained_ha", "lost_ha", "turned_ha", "other_ha" };

typedef struct summary {
    const msc_job_run *run;
    msc_sheet *sheet;
    json_object *receipt;
} summary;

static double number_at(json_object *parent, const char *name) { return json_object_get_double(msc_report_at(parent, name)); }

static const char *name_of(const summary *s, const msc_class *c) { return msc_sheet_words(s->sheet, c->name, c->label); }

/* Adds the accepted area of a from-to pair to the damage class that it is about: the new one, or the old one where damage ends. */
static void add_pair(const msc_job *job, json_object *pair, double ha[N_WAYS][256])
{
    const int from = (int)number_at(pair, "from"), to = (int)number_at(pair, "to");
    const msc_class *before = msc_class_of(job->classes, job->n_classes, from), *after = msc_class_of(job->classes, job->n_classes, to);
    const int was = before && before->is_damage, is = after && after->is_damage;
    const double area_ha = number_at(msc_report_at(pair, "accepted"), "ha");
    if (is) ha[was ? TURNED : GAINED][to] += area_ha;
    else if (was) ha[LOST][from] += area_ha;
    else if (to >= 0 && to < 256) ha[OTHER][to] += area_ha;
}

/* "3.16: quarry 1.20, heap 1.96". */
static void put_way(const summary *s, const char *key, const double ha[256])
{
    const msc_job *job = s->run->job;
    char list[LIST_BYTES] = "";
    size_t used = 0;
    double sum_ha = 0;
    for (int i = 0; i < job->n_classes; i++) {
        const msc_class *c = &job->classes[i];
        sum_ha += ha[c->code];
        if (!(ha[c->code] >= 0.005)) continue;
        if (used + 200 < sizeof list) used += (size_t)snprintf(list + used, sizeof list - used, "%s%.120s %.2f", used ? ", " : ": ", name_of(s, c), ha[c->code]);
    }
    msc_sheet_number(s->sheet, key, sum_ha, "%.2f%s", sum_ha, list);
}

static void put_changes(const summary *s, json_object *report)
{
    double ha[N_WAYS][256] = { { 0 } };
    json_object *pairs = msc_report_at(report, "transitions"), *removed = msc_report_at(report, "removed");
    for (size_t i = 0; pairs && i < json_object_array_length(pairs); i++) add_pair(s->run->job, json_object_array_get_idx(pairs, i), ha);
    const double boundary_ha = number_at(msc_report_at(removed, "boundary"), "ha"), unseen_ha = number_at(msc_report_at(msc_report_at(report, "not_observed"), "either"), "ha"),
                 accepted_ha = number_at(msc_report_at(report, "accepted"), "ha"), raw_ha = number_at(msc_report_at(report, "raw"), "ha");
    msc_sheet_number(s->sheet, "accepted_ha", accepted_ha, "%.2f", accepted_ha);
    for (int way = 0; way < N_WAYS; way++) put_way(s, way_key[way], ha[way]);
    msc_sheet_number(s->sheet, "labels_differ_ha", raw_ha, msc_sheet_words(s->sheet, "%.2f (%.2f of them at edges, by misregistration)", "%.2f（其中 %.2f 为错位造成的边缘）"), raw_ha, boundary_ha);
    msc_sheet_number(s->sheet, "not_observed_ha", unseen_ha, "%.2f", unseen_ha);
}

static void put_layers(const summary *s, const char *stage)
{
    const msc_job *job = s->run->job;
    const double n = number_at(msc_report_at(s->receipt, stage), "patches");
    char list[256] = "";
    size_t used = 0;
    for (int i = 0; i < job->n_deliver && used < sizeof list - 128; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s.%.32s", i ? ", " : "", stage, job->deliver[i]);
    msc_sheet_number(s->sheet, "change_polygons", n, "%.0f: %s", n, list);
}

static msc_status put_pair(const summary *s, int epoch, msc_error *err)
{
    char path[MSC_PATH_MAX], name[64];
    json_object *report = NULL;
    const int y0 = msc_run_year(s->run, epoch - 1), y1 = msc_run_year(s->run, epoch);
    MSC_TRY(msc_run_path(s->run, path, err, "change_%d_%d.json", y0, y1));
    MSC_TRY(msc_report_read(path, &report, err));
    snprintf(name, sizeof name, "%d - %d", y0, y1);
    msc_sheet_section(s->sheet, "change", name);
    snprintf(name, sizeof name, "changes_%d_%d", y0, y1);
    put_layers(s, name);
    put_changes(s, report);
    json_object_put(report);
    return MSC_OK;
}

static void put_accuracy(const summary *s, const char *stage, const char *name)
{
    json_object *of = msc_report_at(s->receipt, stage);
    if (!of) return;
    const double overall = number_at(of, "overall_accuracy");
    msc_sheet_section(s->sheet, "accuracy", name);
    json_object *low = msc_report_at(of, "overall_accuracy_low_95"), *high = msc_report_at(of, "overall_accuracy_high_95");
    if (low && high) msc_sheet_number(s->sheet, "overall_accuracy", overall, "%.3f (%.3f .. %.3f)", overall, json_object_get_double(low), json_object_get_double(high));
    else msc_sheet_number(s->sheet, "overall_accuracy", overall, "%.3f", overall);
    json_object *verdict = msc_report_at(of, "verdict");
    if (verdict) msc_sheet_text(s->sheet, "acceptance", "%s", json_object_get_string(verdict));
    msc_sheet_number(s->sheet, "n_points", number_at(of, "points"), "%.0f", number_at(of, "points"));
}

static void put_accuracies(const summary *s)
{
    char stage[80], name[200];
    for (int i = 0; i < s->run->job->n_epochs; i++) {
        const int y = msc_run_year(s->run, i);
        snprintf(stage, sizeof stage, "assess_%d", y);
        snprintf(name, sizeof name, "%s %d", msc_sheet_words(s->sheet, "accuracy by the reference,", "参考点检验，"), y);
        put_accuracy(s, stage, name);
        if (i == 0) continue;
        snprintf(stage, sizeof stage, "assess_change_%d_%d", msc_run_year(s->run, i - 1), y);
        snprintf(name, sizeof name, "%s %d - %d", msc_sheet_words(s->sheet, "accuracy by the reference,", "参考点检验，"), msc_run_year(s->run, i - 1), y);
        put_accuracy(s, stage, name);
    }
}

/* Classes whose polygons hold no pixel are never mapped. */
static void put_untrained(const summary *s, json_object *classes)
{
    char list[LIST_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; classes && i < json_object_array_length(classes); i++) {
        json_object *one = json_object_array_get_idx(classes, i);
        const msc_class *c = msc_class_of(s->run->job->classes, s->run->job->n_classes, (int)number_at(one, "code"));
        if (c && !(number_at(one, "pixels") > 0) && used + 200 < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%.120s", used ? ", " : "", name_of(s, c));
    }
    if (used) msc_sheet_text(s->sheet, "never_mapped", "%s", list);
}

static msc_status put_training(const summary *s, msc_error *err)
{
    char path[MSC_PATH_MAX];
    json_object *report = NULL;
    if (!s->run->job->training.samples) return MSC_OK;
    MSC_TRY(msc_run_path(s->run, path, err, "training.json"));
    MSC_TRY(msc_report_read(path, &report, err));
    json_object *cv = msc_report_at(report, "cross_validation"), *all = msc_report_at(cv, "accuracy"), *half = msc_report_at(cv, "accuracy_by_half");
    msc_sheet_section(s->sheet, "training", msc_sheet_words(s->sheet, "training", "训练"));
    if (all) msc_sheet_number(s->sheet, "right_at_unseen", json_object_get_double(all), "%.4f", json_object_get_double(all));
    if (half) msc_sheet_number(s->sheet, "right_by_half", json_object_get_double(half), "%.4f", json_object_get_double(half));
    put_untrained(s, msc_report_at(report, "classes"));
    json_object_put(report);
    return MSC_OK;
}

static void put_job(const summary *s)
{
    char name[300];
    snprintf(name, sizeof name, "%s %.200s", msc_sheet_words(s->sheet, "job", "任务"), s->run->job->name);
    msc_sheet_section(s->sheet, "job", name);
    msc_sheet_text(s->sheet, "directory", "%s", s->run->job->output);
    msc_sheet_text(s->sheet, "run_id", "%s", s->run->id);
}

static msc_status put_all(const summary *s, msc_error *err)
{
    put_job(s);
    MSC_TRY(put_training(s, err));
    for (int i = 1; i < s->run->job->n_epochs; i++) MSC_TRY(put_pair(s, i, err));
    put_accuracies(s);
    return MSC_OK;
}

msc_status msc_run_summary(const msc_job_run *run, int as_json, char **text, msc_error *err)
{
    summary s = { .run = run, .receipt = msc_receipt_root(run->receipt) };
    MSC_TRY(msc_sheet_new(&run->settings, as_json, &s.sheet, err));
    msc_status status = put_all(&s, err);
    if (status == MSC_OK) status = msc_sheet_finish(s.sheet, text, err);
    msc_sheet_free(&s.sheet);
    return status;
}
