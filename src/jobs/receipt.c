/* receipt.c - receipt.json: read back to resume, saved whole after every stage. */
#define _XOPEN_SOURCE 700    /* realpath */
#include "jobs/receipt.h"
#include "base/file.h"
#include "base/mem.h"
#include "jobs/report.h"
#include "stream/stream.h"
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

struct msc_receipt {
    const char *path;
    json_object *root;
};

static json_object *child(json_object *parent, const char *name)
{
    json_object *found = NULL;
    if (json_object_object_get_ex(parent, name, &found)) return found;
    found = json_object_new_object();
    if (found) json_object_object_add(parent, name, found);
    return found;
}

static const char *text_of(json_object *parent, const char *name)
{
    json_object *found = NULL;
    return json_object_object_get_ex(parent, name, &found) ? json_object_get_string(found) : "";
}

static int64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

/* A receipt that is there already; NULL: none that can be read. The caller puts it. */
static json_object *earlier(const char *path)
{
    json_object *root = NULL;
    if (msc_file_exists(path)) msc_report_read(path, &root, NULL);
    return root;
}

static int is_of_run(json_object *root, const char *run_id) { return root && strcmp(text_of(root, "run_id"), run_id) == 0; }

/* What the receipt of another run lists, and what that one had superseded and not yet removed. */
static json_object *superseded_by(json_object *other)
{
    json_object *files = msc_receipt_outputs(other), *older = msc_report_at(other, "superseded");
    for (size_t i = 0; files && older && i < json_object_array_length(older); i++)
        json_object_array_add(files, json_object_get(json_object_array_get_idx(older, i)));
    return files;
}

msc_status msc_receipt_open(const char *path, const char *run_id, const char *job, msc_receipt **receipt, msc_error *err)
{
    msc_receipt *r = msc_alloc_zero(1, sizeof *r);
    if (!r) return msc_fail(err, MSC_ENOMEM, path, "receipt");
    json_object *was = earlier(path);
    const int is_taken_up = is_of_run(was, run_id);
    r->path = path;
    r->root = is_taken_up ? was : json_object_new_object();
    if (r->root && !is_taken_up) {
        json_object_object_add(r->root, "minescar", json_object_new_string(msc_version()));
        json_object_object_add(r->root, "run_id", json_object_new_string(run_id));
        json_object_object_add(r->root, "job", json_object_new_string(job));
        json_object_object_add(r->root, "complete", json_object_new_boolean(0));
        json_object_object_add(r->root, "note", json_object_new_string(
            "candidate changes; to be confirmed by interpretation or in the field (候选变化，需人工/野外核实)"));
        json_object_object_add(r->root, "superseded", superseded_by(was));
    }
    if (!is_taken_up) json_object_put(was);
    if (!r->root) {
        msc_release(r);
        return msc_fail(err, MSC_ENOMEM, path, "receipt");
    }
    *receipt = r;
    return MSC_OK;
}

void msc_receipt_close(msc_receipt **receipt)
{
    if (!receipt || !*receipt) return;
    json_object_put((*receipt)->root);
    msc_release(*receipt);
    *receipt = NULL;
}

json_object *msc_receipt_root(const msc_receipt *receipt) { return receipt->root; }

int msc_receipt_is_complete(const msc_receipt *receipt)
{
    return json_object_get_boolean(msc_report_at(receipt->root, "complete"));
}

const char *msc_receipt_superseded(const msc_receipt *receipt, size_t i, const char **sha256)
{
    json_object *files = msc_report_at(receipt->root, "superseded");
    if (!files || i >= json_object_array_length(files)) return NULL;
    json_object *file = json_object_array_get_idx(files, i);
    *sha256 = text_of(file, "sha256");
    return text_of(file, "path");
}

int msc_receipt_has_output(const msc_receipt *receipt, const char *name)
{
    int is_there = 0;
    json_object *files = msc_receipt_outputs(receipt->root);
    for (size_t i = 0; files && i < json_object_array_length(files); i++)
        is_there |= strcmp(text_of(json_object_array_get_idx(files, i), "path"), name) == 0;
    json_object_put(files);
    return is_there;
}

int msc_receipt_is_new(const msc_receipt *receipt) { return !msc_report_at(receipt->root, "stages"); }

void msc_receipt_forget(msc_receipt *receipt, const char *stage)
{
    json_object *stages = msc_report_at(receipt->root, "stages");
    if (stages) json_object_object_del(stages, stage);
}

int msc_receipt_agrees(const msc_receipt *receipt, const char *stage, const msc_receipt_file *outputs, int n_outputs)
{
    json_object *was = msc_report_at(msc_report_at(msc_report_at(receipt->root, "stages"), stage), "outputs");
    if (!was || (int)json_object_array_length(was) != n_outputs) return 0;
    for (int i = 0; i < n_outputs; i++) {
        json_object *file = json_object_array_get_idx(was, (size_t)i);
        if (strcmp(text_of(file, "path"), msc_file_name(outputs[i].path)) != 0 || strcmp(text_of(file, "sha256"), outputs[i].sha256) != 0) return 0;
    }
    return 1;
}

int msc_receipt_has_stage(const msc_receipt *receipt, const char *stage)
{
    json_object *outputs = msc_report_at(msc_report_at(msc_report_at(receipt->root, "stages"), stage), "outputs");
    if (!outputs) return 0;
    for (size_t i = 0; i < json_object_array_length(outputs); i++) {
        json_object *file = json_object_array_get_idx(outputs, i), *bytes = NULL;
        char hex[MSC_SHA256_TEXT];
        char path[MSC_PATH_MAX];
        if (msc_file_beside(receipt->path, text_of(file, "path"), path, NULL) != MSC_OK) return 0;
        if (!json_object_object_get_ex(file, "bytes", &bytes) || size_of(path) != json_object_get_int64(bytes)) return 0;
        if (msc_sha256_file(path, hex, NULL) != MSC_OK || strcmp(hex, text_of(file, "sha256")) != 0) return 0;
    }
    return 1;
}

/* Takes `one`. */
static void add_once(json_object *list, json_object *one)
{
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        if (!json_object_equal(json_object_array_get_idx(list, i), one)) continue;
        json_object_put(one);
        return;
    }
    json_object_array_add(list, one);
}

/* Adds what `to` does not hold yet; `from` keeps what it has. */
static void join(json_object *to, json_object *from)
{
    json_object_object_foreach(from, key, value) {
        json_object *mine = NULL;
        if (!json_object_object_get_ex(to, key, &mine)) {
            json_object_object_add(to, key, json_object_get(value));
        } else if (json_object_is_type(mine, json_type_object) && json_object_is_type(value, json_type_object)) {
            join(mine, value);
        } else if (json_object_is_type(mine, json_type_array) && json_object_is_type(value, json_type_array)) {
            for (size_t i = 0; i < json_object_array_length(value); i++) add_once(mine, json_object_get(json_object_array_get_idx(value, i)));
        }
    }
}

void msc_receipt_join(msc_receipt *receipt, const char *path)
{
    json_object *other = earlier(path);
    if (is_of_run(other, text_of(receipt->root, "run_id"))) join(receipt->root, other);
    json_object_put(other);
}

msc_status msc_receipt_job(msc_receipt *receipt, const char *path, const char *text, size_t n_bytes, const msc_settings *settings,
                           msc_error *err)
{
    char hex[MSC_SHA256_TEXT], whole[PATH_MAX];
    json_object *job = json_object_new_object(), *set = json_object_new_object(), *creation = json_object_new_array();
    if (!job || !set || !creation) return msc_fail(err, MSC_ENOMEM, receipt->path, "receipt");
    msc_sha256(text, n_bytes, hex);
    json_object_object_add(job, "path", json_object_new_string(realpath(path, whole) ? whole : path));
    json_object_object_add(job, "sha256", json_object_new_string(hex));
    json_object_object_add(job, "text", json_object_new_string_len(text, (int)n_bytes));
    json_object_object_add(receipt->root, "job_file", job);
    json_object_object_add(set, "memory_bytes", json_object_new_int64(msc_settings_memory(settings, NULL)));
    json_object_object_add(set, "tile_px", json_object_new_int(settings->tile_px));
    for (int i = 0; i < settings->n_creation; i++) json_object_array_add(creation, json_object_new_string(settings->creation[i]));
    json_object_object_add(set, "creation", creation);
    json_object_object_add(receipt->root, "settings", set);
    return MSC_OK;
}

/* `named`: how the record calls the file at `path`. */
static json_object *file_record(const char *path, const char *named, const char *sha256)
{
    json_object *file = json_object_new_object();
    json_object_object_add(file, "path", json_object_new_string(named));
    json_object_object_add(file, "bytes", json_object_new_int64(size_of(path)));
    json_object_object_add(file, "sha256", json_object_new_string(sha256));
    return file;
}

msc_status msc_receipt_input(msc_receipt *receipt, const char *role, const char *path, const char *sha256, msc_error *err)
{
    json_object *inputs = child(receipt->root, "inputs");
    if (!inputs) return msc_fail(err, MSC_ENOMEM, receipt->path, "receipt");
    char whole[PATH_MAX];
    json_object_object_add(inputs, role, file_record(path, realpath(path, whole) ? whole : path, sha256));
    return MSC_OK;
}

static msc_status put(msc_receipt *receipt, const char *group, const char *name, json_object *value, msc_error *err)
{
    json_object *at = child(receipt->root, group);
    if (!at || !value) return msc_fail(err, MSC_ENOMEM, receipt->path, "receipt");
    json_object_object_add(at, name, value);
    return MSC_OK;
}

msc_status msc_receipt_number(msc_receipt *receipt, const char *group, const char *name, double value, msc_error *err)
{
    json_object *at = child(receipt->root, group);
    if (at && !isfinite(value)) return json_object_object_add(at, name, NULL), MSC_OK;
    const int is_whole = fabs(value) < 9e15 && value == (double)(int64_t)value;
    return put(receipt, group, name, is_whole ? json_object_new_int64((int64_t)value) : json_object_new_double(value), err);
}

msc_status msc_receipt_text(msc_receipt *receipt, const char *group, const char *name, const char *value, msc_error *err)
{
    return put(receipt, group, name, json_object_new_string(value), err);
}

msc_status msc_receipt_warning(msc_receipt *receipt, const msc_error *what, msc_error *err)
{
    json_object *list = NULL;
    if (!json_object_object_get_ex(receipt->root, "warnings", &list)) {
        list = json_object_new_array();
        json_object_object_add(receipt->root, "warnings", list);
    }
    json_object *one = json_object_new_object();
    if (!list || !one) return msc_fail(err, MSC_ENOMEM, receipt->path, "receipt");
    json_object_object_add(one, "kind", json_object_new_string(msc_status_name(what->status)));
    json_object_object_add(one, "subject", json_object_new_string(what->subject));
    json_object_object_add(one, "detail", json_object_new_string(what->detail));
    add_once(list, one);
    return MSC_OK;
}

static msc_status save(msc_receipt *receipt, msc_error *err)
{
    return msc_report_write(receipt->root, receipt->path, err);
}

static msc_status hash_file(void *files, int i, msc_error *err)
{
    msc_receipt_file *file = (msc_receipt_file *)files + i;
    return msc_sha256_file(file->path, file->sha256, err);
}

msc_status msc_receipt_hash(const msc_settings *settings, msc_receipt_file *files, int n_files, msc_error *err)
{
    return msc_stream_each(settings, n_files, hash_file, files, err);
}

static int is_raster(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && strcmp(dot, ".tif") == 0;
}

static void record_traffic(json_object *stage, const msc_traffic *traffic, const msc_receipt_file *outputs, int n_outputs)
{
    int64_t written = traffic->written_bytes;
    for (int i = 0; i < n_outputs; i++)
        if (!is_raster(outputs[i].path) && size_of(outputs[i].path) > 0) written += size_of(outputs[i].path);
    json_object_object_add(stage, "bytes_read", json_object_new_int64(traffic->read_bytes));
    json_object_object_add(stage, "bytes_decoded", json_object_new_int64(traffic->decoded_bytes));
    json_object_object_add(stage, "bytes_encoded", json_object_new_int64(traffic->encoded_bytes));
    json_object_object_add(stage, "bytes_written", json_object_new_int64(written));
}

msc_status msc_receipt_stage(msc_receipt *receipt, const char *stage, const msc_receipt_cost *cost,
                             const msc_receipt_file *outputs, int n_outputs, msc_error *err)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    json_object *one = json_object_new_object(), *files = json_object_new_array();
    if (!one || !files) return msc_fail(err, MSC_ENOMEM, receipt->path, "receipt");
    json_object_object_add(one, "seconds", json_object_new_double(cost->seconds));
    json_object_object_add(one, "cpu_seconds", json_object_new_double(cost->cpu_seconds));
    json_object_object_add(one, "peak_memory_bytes", json_object_new_int64((int64_t)usage.ru_maxrss * 1024));
    record_traffic(one, &cost->traffic, outputs, n_outputs);
    json_object_object_add(one, "outputs", files);
    for (int i = 0; i < n_outputs; i++) 
        json_object_array_add(files, file_record(outputs[i].path, msc_file_name(outputs[i].path), outputs[i].sha256));
    json_object_object_add(child(receipt->root, "stages"), stage, one);
    json_object_object_add(receipt->root, "complete", json_object_new_boolean(0));
    return save(receipt, err);
}

msc_status msc_receipt_finish(msc_receipt *receipt, msc_error *err)
{
    json_object_object_add(receipt->root, "complete", json_object_new_boolean(1));
    json_object_object_del(receipt->root, "superseded");
    return save(receipt, err);
}

json_object *msc_receipt_outputs(json_object *root)
{
    json_object *files = json_object_new_array(), *stages = msc_report_at(root, "stages");
    if (!files || !stages) return files;
    json_object_object_foreach(stages, stage, one) {
        json_object *outputs = msc_report_at(one, "outputs");
        (void)stage;
        for (size_t i = 0; outputs && i < json_object_array_length(outputs); i++)
            json_object_array_add(files, json_object_get(json_object_array_get_idx(outputs, i)));
    }
    return files;
}

msc_status msc_receipt_read(const char *path, json_object **root, msc_error *err)
{
    json_object *read = NULL;
    *root = NULL;
    MSC_TRY(msc_report_read(path, &read, err));
    json_object *job = msc_report_at(read, "job_file");
    const int is_of_run = msc_report_at(read, "stages") && msc_report_at(read, "run_id");
    if (is_of_run && msc_report_at(job, "text") && msc_report_at(job, "path")) {
        *root = read;
        return MSC_OK;
    }
    json_object_put(read);
    return msc_fail(err, MSC_EFORMAT, path, is_of_run ? "it holds no job; made by an older version" : "not a receipt of a run");
}
