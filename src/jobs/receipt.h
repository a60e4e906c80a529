/* receipt.h - the record of a run: what went in, what was done with it, what came out. */
#ifndef MSC_JOBS_RECEIPT_H
#define MSC_JOBS_RECEIPT_H
#include "base/error.h"
#include "base/hash.h"

typedef struct msc_receipt msc_receipt;

typedef struct msc_receipt_file { const char *path; char sha256[MSC_SHA256_TEXT]; } msc_receipt_file;

/* What a stage took, its outputs' hashes included. */
typedef struct msc_receipt_cost {
    double seconds, cpu_seconds;
    msc_traffic traffic;         /* of its rasters */
} msc_receipt_cost;

/* Fills sha256 of every file, one file a thread. ENOFILE, EREAD of the first that fails. */
msc_status msc_receipt_hash(const msc_settings *settings, msc_receipt_file *files, int n_files, msc_error *err);

/* Starts a receipt; a receipt that an earlier run with the same id left at `path` is taken up, so that
 * its stages count as done; outputs of one with another id are superseded. path is borrowed until the receipt is closed. */
msc_status msc_receipt_open(const char *path, const char *run_id, const char *job, msc_receipt **receipt, msc_error *err);
void msc_receipt_close(msc_receipt **receipt);

/* The i-th output, by name, of the receipts of other runs that this one took the place of, and its hash then; NULL: no more. Borrowed. */
const char *msc_receipt_superseded(const msc_receipt *receipt, size_t i, const char **sha256);
int msc_receipt_has_output(const msc_receipt *receipt, const char *name);    /* of any stage */
int msc_receipt_is_new(const msc_receipt *receipt);       /* no stage is in it */
/* Takes a stage out of it. */
void msc_receipt_forget(msc_receipt *receipt, const char *stage);
/* Whether a stage is in it with these outputs, as msc_receipt_hash left them. */
int msc_receipt_agrees(const msc_receipt *receipt, const char *stage, const msc_receipt_file *outputs, int n_outputs);

int msc_receipt_has_stage(const msc_receipt *receipt, const char *stage);   /* done, with all its outputs in place */
int msc_receipt_is_complete(const msc_receipt *receipt);

/* Takes over stages, figures and warnings of another receipt of the same run at `path`, such as that of a shard; nothing
 * when there is none. */
void msc_receipt_join(msc_receipt *receipt, const char *path);

/* Records the job file whole, and the settings that outputs depend on, so that the run can be repeated from the receipt. */
msc_status msc_receipt_job(msc_receipt *receipt, const char *path, const char *text, size_t n_bytes, const msc_settings *settings,
                           msc_error *err);

/* Records an input with its whole path, size and SHA-256. */
msc_status msc_receipt_input(msc_receipt *receipt, const char *role, const char *path, const char *sha256, msc_error *err);
/* A parameter, a count or an area of the stage at work (null where it is not finite); later ones of one name replace earlier ones. */
msc_status msc_receipt_number(msc_receipt *receipt, const char *group, const char *name, double value, msc_error *err);
msc_status msc_receipt_text(msc_receipt *receipt, const char *group, const char *name, const char *value, msc_error *err);
msc_status msc_receipt_warning(msc_receipt *receipt, const msc_error *what, msc_error *err);

/* Ends a stage (its outputs lie beside the receipt and are recorded by their names): records its cost, the peak memory of the process so far and its output files, and saves the receipt, which is then not complete until the run is finished.
 * Outputs that are not rasters (no .tif) are added to the bytes written. */
msc_status msc_receipt_stage(msc_receipt *receipt, const char *stage, const msc_receipt_cost *cost,
                             const msc_receipt_file *outputs, int n_outputs, msc_error *err);
/* Marks the run complete and saves. */
msc_status msc_receipt_finish(msc_receipt *receipt, msc_error *err);

/* ---- receipts as others read them ---- */
struct json_object;
/* The receipt of a run that holds its job; json_object_put() frees it. ENOFILE, EREAD, EFORMAT; *root is NULL then. */
msc_status msc_receipt_read(const char *path, struct json_object **root, msc_error *err);
struct json_object *msc_receipt_root(const msc_receipt *receipt);     /* of one that is open; borrowed */
/* The records of the outputs of all stages, as a list that json_object_put() frees; NULL: no memory. */
struct json_object *msc_receipt_outputs(struct json_object *root);
#endif
