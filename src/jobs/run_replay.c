/* run_replay.c - a run from its receipt, once more and elsewhere: do the same bytes come out? */
#define _XOPEN_SOURCE 700      /* mkdtemp, nftw */
#include "base/mem.h"
#include "jobs/report.h"
#include "jobs/run_stages.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CREATION = 64 };

typedef struct replay {
    const char *receipt;
    json_object *root;
    char dir[MSC_PATH_MAX];      /* where the outputs are made anew */
    const char *creation[MAX_CREATION];
    msc_settings settings;
} replay;

static msc_status read_receipt(replay *r, msc_error *err)
{
    MSC_TRY(msc_receipt_read(r->receipt, &r->root, err));
    const char *version = json_object_get_string(msc_report_at(r->root, "minescar"));
    if (!version || strcmp(version, MSC_VERSION) != 0)
        return msc_fail(err, MSC_EFORMAT, r->receipt, "made by version %s, this is %s", version ? version : "?", MSC_VERSION);
    return json_object_get_boolean(msc_report_at(r->root, "complete")) ? MSC_OK : msc_fail(err, MSC_EFORMAT, r->receipt, "of a run that is not complete");
}

/* What outputs depend on beside the job: memory and tile, which decide the order of blocks in files, and packing. */
static void take_settings(replay *r, const msc_settings *caller)
{
    json_object *set = msc_report_at(r->root, "settings"), *creation = msc_report_at(set, "creation");
    r->settings = *caller;
    r->settings.memory_bytes = json_object_get_int64(msc_report_at(set, "memory_bytes"));
    r->settings.tile_px = json_object_get_int(msc_report_at(set, "tile_px"));
    r->settings.creation = r->creation;
    r->settings.n_creation = 0;
    for (size_t i = 0; creation && i < json_object_array_length(creation) && i < MAX_CREATION; i++)
        r->creation[r->settings.n_creation++] = json_object_get_string(json_object_array_get_idx(creation, i));
}

/* An input that has changed is told as itself, not as outputs that differ. */
static msc_status check_inputs(const replay *r, msc_error *err)
{
    json_object *inputs = msc_report_at(r->root, "inputs");
    if (!inputs) return MSC_OK;
    json_object_object_foreach(inputs, role, file) {
        char hex[MSC_SHA256_TEXT];
        const char *path = json_object_get_string(msc_report_at(file, "path")), *wanted = json_object_get_string(msc_report_at(file, "sha256"));
        if (!path || !wanted) return msc_fail(err, MSC_EFORMAT, r->receipt, "input %s", role);
        MSC_TRY(msc_sha256_file(path, hex, err));
        if (strcmp(hex, wanted) != 0) return msc_fail(err, MSC_ECHECK, path, "not the %s that the run read; SHA-256 %.12s..., then %.12s...", role, hex, wanted);
    }
    return MSC_OK;
}

static msc_status make_directory(replay *r, msc_error *err)
{
    static const char name[] = ".minescar-replay-XXXXXX";
    if (r->settings.tmpdir) MSC_TRY(msc_file_join(r->settings.tmpdir, name, r->dir, err));
    else MSC_TRY(msc_file_beside(r->receipt, name, r->dir, err));
    if (mkdtemp(r->dir)) return MSC_OK;
    r->dir[0] = '\0';
    return msc_fail(err, MSC_EWRITE, r->settings.tmpdir ? r->settings.tmpdir : r->receipt, "no directory could be made; name another with --tmpdir");
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st; (void)kind; (void)where;
    return remove(path);
}

/* Compares the stages' outputs; tells of the first that differs and of how many there are. */
static msc_status compare(const replay *r, json_object *outputs, msc_error *err)
{
    int n_different = 0;
    char first[MSC_PATH_MAX] = "";
    const size_t n = json_object_array_length(outputs);
    for (size_t i = 0; i < n; i++) {
        char path[MSC_PATH_MAX], hex[MSC_SHA256_TEXT];
        json_object *file = json_object_array_get_idx(outputs, i);
        const char *was = json_object_get_string(msc_report_at(file, "path")), *wanted = json_object_get_string(msc_report_at(file, "sha256"));
        if (!was || !wanted) return msc_fail(err, MSC_EFORMAT, r->receipt, "output %zu", i + 1);
        MSC_TRY(msc_file_join(r->dir, msc_file_name(was), path, err));
        if (msc_sha256_file(path, hex, NULL) == MSC_OK && strcmp(hex, wanted) == 0) continue;
        if (n_different++ == 0) snprintf(first, sizeof first, "%s", msc_file_name(was));
    }
    if (n_different == 0) return MSC_OK;
    return msc_fail(err, MSC_ECHECK, first, "its bytes are not those of the receipt; %d of %zu outputs differ", n_different, n);
}

static msc_status play(replay *r, const msc_settings *caller, msc_run_text *run, msc_error *err)
{
    msc_run_options options;
    msc_run_defaults(&options);
    MSC_TRY(read_receipt(r, err));
    take_settings(r, caller);
    MSC_TRY(check_inputs(r, err));
    MSC_TRY(make_directory(r, err));
    json_object *job = msc_report_at(r->root, "job_file"), *text = msc_report_at(job, "text");
    const msc_run_source source = { .job_path = json_object_get_string(msc_report_at(job, "path")), .text = json_object_get_string(text),
                                    .n_bytes = (size_t)json_object_get_string_len(text), .output = r->dir };
    options.job = source.job_path;
    const msc_status ran = run(&r->settings, &options, &source, err);
    if (ran != MSC_OK && ran != MSC_ECHECK) return ran;        /* a gate that does not hold has outputs too */
    json_object *outputs = msc_receipt_outputs(r->root);
    const msc_status status = outputs ? compare(r, outputs, err) : msc_fail(err, MSC_ENOMEM, r->receipt, "outputs");
    json_object_put(outputs);
    return status;
}

msc_status msc_run_replay(const msc_settings *settings, const char *receipt, msc_run_text *run, msc_error *err)
{
    replay *r = msc_alloc_zero(1, sizeof *r);
    if (!r) return msc_fail(err, MSC_ENOMEM, receipt, "receipt");
    r->receipt = receipt;
    const msc_status status = play(r, settings, run, err);
    if (r->dir[0]) nftw(r->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    json_object_put(r->root);
    msc_release(r);
    return status;
}
