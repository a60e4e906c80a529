/* run.c - the whole job: a list of stages, each of which leaves finished files and a line in the receipt. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/job_check.h"
#include "jobs/report.h"
#include "jobs/run_stages.h"
#include "base/hash.h"
#include "base/mem.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

void msc_run_defaults(msc_run_options *options) { *options = (msc_run_options){ 0 }; }

/* What a run is: the same id for the same job file, inputs and version, whenever and wherever it runs. */
static msc_status make_run_id(msc_job_run *run, msc_error *err)
{
    char hex[MSC_SHA256_TEXT], all[MSC_SHA256_TEXT * 2 + 32];
    msc_sha256(run->job_text, run->n_job_text, hex);
    MSC_TRY(msc_receipt_hash(&run->settings, run->input, run->n_inputs, err));
    snprintf(all, sizeof all, "%s %s", MSC_VERSION, hex);
    for (int i = 0; i < run->n_inputs; i++) {
        char mixed[sizeof all + MSC_SHA256_TEXT + 1];
        snprintf(mixed, sizeof mixed, "%s %s", all, run->input[i].sha256);
        msc_sha256(mixed, strlen(mixed), hex);
        snprintf(all, sizeof all, "%s", hex);
    }
    msc_sha256(all, strlen(all), hex);
    snprintf(run->id, sizeof run->id, "%.16s", hex);
    return MSC_OK;
}

static msc_status make_directory(const char *path, msc_error *err)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST) return msc_fail_errno(err, errno, MSC_EWRITE, path);
    return MSC_OK;
}

static void warn_and_record(void *self, const msc_error *what)
{
    msc_job_run *run = self;
    if (run->receipt) msc_receipt_warning(run->receipt, what, NULL);
    if (run->caller->warn) run->caller->warn(run->caller->self, what);
}

static void pass_progress(void *self, const char *stage, double done)
{
    msc_job_run *run = self;
    if (run->caller->progress) run->caller->progress(run->caller->self, run->stage ? run->stage : stage, done);
}

/* "classify" names classify_2016 and classify_2018; "classify_2018" only that one. */
static int stage_matches(const char *stage, const char *wanted)
{
    const size_t n = strlen(wanted);
    return strncmp(stage, wanted, n) == 0 && (stage[n] == '\0' || stage[n] == '_');
}

/* Every stage of the run, or those of a shard: its epochs, and the model, which each shard grows for itself to the same
 * bytes. Pairs of epochs wait for the run that joins the shards. */
static int is_in_shard(const msc_job_run *run, const msc_stage *stage)
{
    if (run->n_shards == 0) return 1;
    return stage->epoch < 0 || stage->is_shared || (!stage->is_pair && stage->epoch % run->n_shards == run->shard);
}

/* "2/3" is the share with index 1 of 3. */
static msc_status parse_shard(const char *text, msc_job_run *run, msc_error *err)
{
    int i = 0, n = 0, end = 0;
    if (!text) return MSC_OK;
    if (sscanf(text, "%4d/%4d%n", &i, &n, &end) != 2 || text[end] || i < 1 || i > n)
        return msc_fail(err, MSC_EVALUE, "--shard", "'%s'; 1/1, 1/2, 2/2...", text);
    run->shard = i - 1;
    run->n_shards = n;
    return MSC_OK;
}

/* A shard keeps its receipt apart, named after its first epoch. */
static msc_status receipt_path(const msc_job_run *run, int shard, char path[MSC_PATH_MAX], msc_error *err)
{
    char name[64] = "receipt.json";
    if (shard >= 0) snprintf(name, sizeof name, "receipt_%d.json", run->job->epochs[shard].year);
    return msc_file_join(run->job->output, name, path, err);
}

/* A shard takes up what the whole run has done, a whole run what shards have. */
static msc_status join_receipts(msc_job_run *run, msc_error *err)
{
    char path[MSC_PATH_MAX];
    for (int e = -1; e < run->job->n_epochs; e++) {
        if ((e < 0) != (run->n_shards > 0)) continue;
        MSC_TRY(receipt_path(run, e, path, err));
        msc_receipt_join(run->receipt, path);
    }
    return MSC_OK;
}

/* A finished receipt holds those of the shards, and its directory nothing that is of another job or only a step. */
static msc_status finish_receipt(msc_job_run *run, msc_error *err)
{
    char path[MSC_PATH_MAX];
    MSC_TRY(msc_run_remove_superseded(run, err));
    MSC_TRY(msc_run_sweep(run, 1, err));
    MSC_TRY(msc_receipt_finish(run->receipt, err));
    for (int e = 0; e < run->job->n_epochs; e++) {
        MSC_TRY(receipt_path(run, e, path, err));
        unlink(path);
    }
    return MSC_OK;
}

static double seconds_of(struct timeval t) { return (double)t.tv_sec + 1e-6 * (double)t.tv_usec; }

/* Wall and processor seconds of this process, counted from some moment before it began. */
static msc_receipt_cost cost_so_far(void)
{
    struct timespec now;
    struct rusage usage;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &usage);
    return (msc_receipt_cost){ .seconds = (double)now.tv_sec + 1e-9 * (double)now.tv_nsec,
                               .cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime) };
}

/* What is of a pair of years, or of all, rests on all that was before it; what is of one year on what is of that year or of all. */
static int rests_on(const msc_stage *later, const msc_stage *earlier)
{
    return later->is_pair || later->epoch < 0 || earlier->epoch < 0 || earlier->is_shared || (!earlier->is_pair && earlier->epoch == later->epoch);
}

/* A stage has come out otherwise than the receipt has it: what that says of stages after it is of something else. Saved with the stage. */
static void forget_what_rests_on(msc_job_run *run, const msc_stage *stage)
{
    for (msc_stage *later = run->stages + run->n_stages - 1; later > stage; later--)
        if (rests_on(later, stage)) msc_receipt_forget(run->receipt, later->name);
}

/* Done by an earlier run: the receipt says so, and its outputs are still what was written. */
static int is_done(const msc_job_run *run, msc_stage *stage)
{
    if (!stage->is_done) stage->is_done = msc_receipt_has_stage(run->receipt, stage->name);
    return stage->is_done;
}

/* ECHECK: the verdict of a gate, which is recorded as done all the same. */
static msc_status run_stage(msc_job_run *run, msc_stage *stage, msc_error *err)
{
    msc_receipt_file outputs[MSC_RUN_MAX_OUTPUTS];
    const msc_receipt_cost before = cost_so_far();
    msc_traffic traffic = { 0 };
    run->n_outputs = 0;
    run->stage = stage->name;
    run->settings.traffic = &traffic;
    const msc_status status = stage->work(run, stage, err), verdict = stage->is_gate && status == MSC_ECHECK ? status : MSC_OK;
    run->settings.traffic = NULL;
    if (status != verdict || (stage->is_gate && is_done(run, stage))) return status;
    for (int i = 0; i < run->n_outputs; i++) outputs[i].path = run->output[i];
    MSC_TRY(msc_receipt_hash(&run->settings, outputs, run->n_outputs, err));
    if (!msc_receipt_agrees(run->receipt, stage->name, outputs, run->n_outputs)) forget_what_rests_on(run, stage);
    msc_receipt_cost cost = cost_so_far();
    cost.seconds -= before.seconds;
    cost.cpu_seconds -= before.cpu_seconds;
    cost.traffic = traffic;
    MSC_TRY(msc_receipt_stage(run->receipt, stage->name, &cost, outputs, run->n_outputs, err));
    stage->is_done = 1;
    return verdict;
}

/* Where a run is asked for some stages only, those before them may still be of the job as it was. */
static void warn_of_older(msc_job_run *run, const msc_stage *first)
{
    const char *sha256;
    if (!msc_receipt_superseded(run->receipt, 0, &sha256)) return;
    for (const msc_stage *stage = run->stages; stage < first; stage++) {
        if (msc_receipt_has_stage(run->receipt, stage->name)) continue;
        msc_warn(&run->settings, MSC_WOTHER, stage->name, msc_settings_words(&run->settings,
                 "of the job as it was before; when the later stages are settled, run the whole job", "仍是任务修改前的结果；后续步骤确定后请完整执行一次任务"));
        return;
    }
}

static msc_status run_stages(msc_job_run *run, const msc_run_options *options, msc_error *err)
{
    int is_begun = options->from == NULL, n_met = 0;
    msc_status verdict = MSC_OK;
    for (int i = 0; i < run->n_stages; i++) {
        msc_stage *stage = &run->stages[i];
        if (options->from && stage_matches(stage->name, options->from)) is_begun = 1;
        if (options->only && !stage_matches(stage->name, options->only)) continue;
        if (!is_begun) continue;
        if (n_met++ == 0) warn_of_older(run, stage);
        if (!is_in_shard(run, stage)) continue;
        if (!options->only && !options->from && !stage->is_gate && is_done(run, stage)) continue;
        const msc_status status = run_stage(run, stage, err);
        if (stage->is_gate && status == MSC_ECHECK) verdict = status;
        else MSC_TRY(status);
        msc_give_back();         /* or the next stage would stand on what this one needed at its peak */
    }
    if (n_met == 0)
        return msc_fail(err, MSC_EUSAGE, options->only ? "--only" : "--from", "no stage '%s'",
                        options->only ? options->only : options->from);
    for (int i = 0; i < run->n_stages; i++)
        if (run->n_shards > 0 || !is_done(run, &run->stages[i])) return verdict;
    if (!msc_receipt_is_complete(run->receipt)) MSC_TRY(finish_receipt(run, verdict == MSC_OK ? err : NULL));      /* else nothing was left to do, and nothing is written */
    return verdict;
}

/* What a run, or a shard, of other inputs or another job has made is only replaced when the user says so. */
static msc_status guard_outputs(const msc_job_run *run, msc_error *err)
{
    for (int e = -1; e < run->job->n_epochs && !run->caller->overwrite; e++) {
        char path[MSC_PATH_MAX];
        json_object *receipt = NULL;
        MSC_TRY(receipt_path(run, e, path, err));
        if (!msc_file_exists(path)) continue;
        if (msc_report_read(path, &receipt, err) != MSC_OK) return msc_fail(err, MSC_EEXISTS, path, "a receipt that cannot be read");
        const char *id = json_object_get_string(msc_report_at(receipt, "run_id"));
        const int is_same = id && strcmp(id, run->id) == 0;
        json_object_put(receipt);
        if (!is_same) return msc_fail(err, MSC_EEXISTS, path, "outputs of another job or of other inputs");
    }
    return MSC_OK;
}

static msc_status run_job(msc_job_run *run, const msc_run_options *options, msc_error *err)
{
    char own[MSC_PATH_MAX];
    MSC_TRY(parse_shard(options->shard, run, err));
    if (run->shard >= run->job->n_epochs) return MSC_OK;
    MSC_TRY(receipt_path(run, run->n_shards > 0 ? run->shard : -1, own, err));
    MSC_TRY(msc_job_check_model(run->job, err));
    MSC_TRY(msc_run_list_inputs(run, err));
    MSC_TRY(make_run_id(run, err));
    MSC_TRY(make_directory(run->job->output, err));
    MSC_TRY(msc_run_lock(run, err));
    MSC_TRY(guard_outputs(run, err));
    MSC_TRY(msc_run_list_stages(run, err));
    MSC_TRY(msc_run_make_grid(run, err));
    msc_status status = msc_receipt_open(own, run->id, run->job->name, &run->receipt, err);
    if (status == MSC_OK) status = msc_receipt_job(run->receipt, run->job_path, run->job_text, run->n_job_text, &run->settings, err);
    for (int i = 0; i < run->n_inputs && status == MSC_OK; i++)
        status = msc_receipt_input(run->receipt, run->role[i], run->input[i].path, run->input[i].sha256, err);
    if (status == MSC_OK) status = join_receipts(run, err);
    if (status == MSC_OK && run->n_shards == 0) status = msc_run_sweep(run, msc_receipt_is_new(run->receipt), err);
    if (status == MSC_OK) status = run_stages(run, options, err);
    if ((status == MSC_OK || status == MSC_ECHECK) && options->summary && msc_receipt_is_complete(run->receipt)) {
        const msc_status said = msc_run_summary(run, options->as_json, options->summary, status == MSC_OK ? err : NULL);
        if (status == MSC_OK) status = said;
    }
    msc_receipt_close(&run->receipt);
    return status;
}

/* The whole job from its text; `output` replaces the job's own directory where it is given. */
static msc_status run_text(const msc_settings *settings, const msc_run_options *options, const msc_run_source *source, msc_error *err)
{
    msc_job_run *run = msc_alloc_zero(1, sizeof *run);
    if (!run) return msc_fail(err, MSC_ENOMEM, source->job_path, "job");
    run->caller = settings;
    run->settings = *settings;
    run->settings.self = run;
    run->settings.warn = warn_and_record;
    run->settings.progress = pass_progress;
    run->settings.overwrite = 1;      /* of this run's own files; guard_outputs looks after everybody else's */
    run->job_path = source->job_path;
    run->job_text = source->text;
    run->n_job_text = source->n_bytes;
    msc_status status = msc_job_parse(source->text, source->n_bytes, source->job_path, &run->job, err);
    if (status == MSC_OK && source->output) run->job->output = source->output;
    run->lock = -1;
    if (status == MSC_OK) status = run_job(run, options, err);
    msc_run_unlock(run);
    msc_run_free_inputs(run);
    msc_job_free(&run->job);
    msc_release(run);
    return status;
}

msc_status msc_run(const msc_settings *settings, const msc_run_options *options, msc_error *err)
{
    char *text = NULL;
    msc_run_source source = { .job_path = options->job };
    if (options->is_replay) return msc_run_replay(settings, options->job, run_text, err);
    MSC_TRY(msc_file_read(options->job, &text, &source.n_bytes, err));
    source.text = text;
    const msc_status status = run_text(settings, options, &source, err);
    msc_release(text);
    return status;
}
