/* verify.c - a delivered directory against its receipt and against itself. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/verify.h"
#include "base/hash.h"
#include "base/mem.h"
#include "jobs/receipt.h"
#include "jobs/report.h"
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void msc_verify_note(msc_verification *v, int has_held, const char *key, const char *fmt, ...)
{
    char words[900];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    v->n_checks++;
    v->n_failed += !has_held;
    const char *verdict = has_held ? msc_sheet_words(v->sheet, "ok", "通过") : msc_sheet_words(v->sheet, "FAILED", "不通过");
    msc_sheet_text(v->sheet, key, "%s%s%s", verdict, words[0] ? ": " : "", words);
}

msc_status msc_verify_note_error(msc_verification *v, const char *key, msc_error *err)
{
    if (err->status == MSC_ENOMEM || err->status == MSC_ECANCELLED || err->status == MSC_EMEMCAP) return err->status;
    msc_verify_note(v, 0, key, "%s", err->detail);
    *err = (msc_error){ 0 };
    return MSC_OK;
}

double msc_verify_number(const msc_verification *v, const char *group, const char *name, double otherwise)
{
    json_object *found = msc_report_at(msc_report_at(v->receipt, group), name);
    return found ? json_object_get_double(found) : otherwise;
}

int msc_verify_file(const msc_verification *v, const char *name, char path[MSC_PATH_MAX])
{
    return msc_file_join(v->dir, name, path, NULL) == MSC_OK && msc_file_exists(path);
}

static msc_status read_receipt(msc_verification *v, msc_error *err)
{
    char path[MSC_PATH_MAX];
    MSC_TRY(msc_file_join(v->dir, "receipt.json", path, err));
    MSC_TRY(msc_receipt_read(path, &v->receipt, err));
    json_object *text = msc_report_at(msc_report_at(v->receipt, "job_file"), "text");
    const char *job_path = json_object_get_string(msc_report_at(msc_report_at(v->receipt, "job_file"), "path"));
    v->run_id = json_object_get_string(msc_report_at(v->receipt, "run_id"));
    return msc_job_parse(json_object_get_string(text), (size_t)json_object_get_string_len(text), job_path, &v->job, err);
}

static void check_receipt(msc_verification *v)
{
    char hex[MSC_SHA256_TEXT];
    json_object *job = msc_report_at(v->receipt, "job_file"), *text = msc_report_at(job, "text");
    const char *wanted = json_object_get_string(msc_report_at(job, "sha256"));
    msc_sheet_section(v->sheet, "files", "receipt.json");
    msc_verify_note(v, json_object_get_boolean(msc_report_at(v->receipt, "complete")), "complete", "%d %s",
                    json_object_object_length(msc_report_at(v->receipt, "stages")), msc_sheet_words(v->sheet, "stages", "个步骤"));
    msc_sha256(json_object_get_string(text), (size_t)json_object_get_string_len(text), hex);
    msc_verify_note(v, wanted && strcmp(wanted, hex) == 0, "job_file", "SHA-256 %.12s...", hex);
}

/* Inputs lie where the run found them, or they do not, which is no fault of the delivery. */
static void check_inputs(msc_verification *v)
{
    json_object *inputs = msc_report_at(v->receipt, "inputs");
    int n = 0, n_absent = 0, n_changed = 0;
    char first[300] = "";
    if (!inputs) return;
    json_object_object_foreach(inputs, role, file) {
        char hex[MSC_SHA256_TEXT];
        const char *path = json_object_get_string(msc_report_at(file, "path")), *wanted = json_object_get_string(msc_report_at(file, "sha256"));
        n++;
        if (!path || !msc_file_exists(path)) n_absent++;
        else if (!wanted || msc_sha256_file(path, hex, NULL) != MSC_OK || strcmp(hex, wanted) != 0)
            if (n_changed++ == 0) snprintf(first, sizeof first, "; %.40s: %.200s", role, path);
    }
    msc_verify_note(v, n_changed == 0, "inputs", msc_sheet_words(v->sheet, "%d unchanged, %d changed, %d not at hand%s",
                    "%d 个未变，%d 个已变，%d 个不在手边%s"), n - n_changed - n_absent, n_changed, n_absent, first);
}

static void check_file(msc_verification *v, json_object *file)
{
    char path[MSC_PATH_MAX], hex[MSC_SHA256_TEXT];
    const char *was = json_object_get_string(msc_report_at(file, "path")), *wanted = json_object_get_string(msc_report_at(file, "sha256"));
    const char *name = was ? msc_file_name(was) : "?";
    msc_sheet_section(v->sheet, "files", name);
    if (!msc_verify_file(v, name, path)) {
        msc_verify_note(v, 0, "hash", "%s", msc_sheet_words(v->sheet, "the file is missing", "文件缺失"));
        return;
    }
    const int has_held = wanted && msc_sha256_file(path, hex, NULL) == MSC_OK && strcmp(hex, wanted) == 0;
    msc_verify_note(v, has_held, "hash", "SHA-256 %.12s...%s", has_held ? hex : wanted ? wanted : "",
                    has_held ? "" : msc_sheet_words(v->sheet, " was delivered, the file has another", " 为交付时的值，文件与之不符"));
}

static int is_listed(json_object *outputs, const char *name)
{
    for (size_t i = 0; outputs && i < json_object_array_length(outputs); i++) {
        const char *path = json_object_get_string(msc_report_at(json_object_array_get_idx(outputs, i), "path"));
        if (path && strcmp(msc_file_name(path), name) == 0) return 1;
    }
    return 0;
}

/* Files that nobody's receipt answers for are named; GIS programs leave such beside rasters. */
static void name_strangers(msc_verification *v)
{
    DIR *dir = opendir(v->dir);
    json_object *outputs = msc_receipt_outputs(v->receipt);
    char names[700] = "";
    size_t used = 0;
    for (struct dirent *d; dir && (d = readdir(dir)) != NULL;) {
        if (d->d_name[0] == '.' || strcmp(d->d_name, "receipt.json") == 0 || is_listed(outputs, d->d_name)) continue;
        if (used + strlen(d->d_name) + 3 > sizeof names) break;
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", d->d_name);
    }
    if (dir) closedir(dir);
    json_object_put(outputs);
    if (!names[0]) return;
    msc_sheet_section(v->sheet, "files", msc_sheet_words(v->sheet, "not in the receipt", "回执中没有的文件"));
    msc_sheet_text(v->sheet, "path", "%s", names);
}

static void check_hashes(msc_verification *v)
{
    json_object *outputs = msc_receipt_outputs(v->receipt);
    for (size_t i = 0; outputs && i < json_object_array_length(outputs); i++) check_file(v, json_object_array_get_idx(outputs, i));
    json_object_put(outputs);
}

static void conclude(msc_verification *v)
{
    msc_sheet_section(v->sheet, "verdict", msc_sheet_words(v->sheet, "verdict", "结论"));
    msc_sheet_number(v->sheet, "n_checks", (double)v->n_checks, "%lld", (long long)v->n_checks);
    msc_sheet_number(v->sheet, "n_failed", (double)v->n_failed, "%lld", (long long)v->n_failed);
    msc_sheet_text(v->sheet, "result", "%s", v->n_failed == 0
        ? msc_sheet_words(v->sheet, "the delivery is what the run wrote, and agrees with itself", "成果与运行时写出的一致，且自身相符")
        : msc_sheet_words(v->sheet, "NOT ACCEPTED: see the checks that FAILED", "不予验收：见不通过的检查项"));
}

static msc_status verify(msc_verification *v, int as_json, char **text, msc_error *err)
{
    MSC_TRY(read_receipt(v, err));
    MSC_TRY(msc_sheet_new(v->settings, as_json, &v->sheet, err));
    check_receipt(v);
    check_inputs(v);
    check_hashes(v);
    MSC_TRY(msc_verify_rasters(v, err));
    MSC_TRY(msc_verify_zone_tables(v, err));
    MSC_TRY(msc_verify_layers(v, err));
    name_strangers(v);
    conclude(v);
    MSC_TRY(msc_sheet_finish(v->sheet, text, err));
    if (v->n_failed == 0) return MSC_OK;
    return msc_fail(err, MSC_ECHECK, v->dir, "%lld of %lld checks failed", (long long)v->n_failed, (long long)v->n_checks);
}

msc_status msc_verify(const msc_settings *settings, const char *dir, int as_json, char **text, msc_error *err)
{
    msc_verification *v = msc_alloc_zero(1, sizeof *v);
    msc_error own = { 0 };
    if (!v) return msc_fail(err, MSC_ENOMEM, dir, "verification");
    v->settings = settings;
    v->dir = dir;
    *text = NULL;
    const msc_status status = verify(v, as_json, text, err ? err : &own);
    msc_sheet_free(&v->sheet);
    msc_job_free(&v->job);
    json_object_put(v->receipt);
    msc_release(v);
    return status;
}
