/* receipt.h - the record of a run: what went in, what was done with it, what came out. */
#ifndef MSC_JOBS_RECEIPT_H
#define MSC_JOBS_RECEIPT_H
#include "base/error.h"

typedef struct msc_receipt msc_receipt;

/* Starts a receipt; a receipt that an earlier, unfinished run with the same id left at `path` is taken up, so that
 * its stages count as done. path is borrowed until the receipt is closed. */
msc_status msc_receipt_open(const char *path, const char *run_id, const char *job, msc_receipt **receipt, msc_error *err);
void msc_receipt_close(msc_receipt **receipt);

int msc_receipt_has_stage(const msc_receipt *receipt, const char *stage);   /* done, with all its outputs in place */
int msc_receipt_is_complete(const msc_receipt *receipt);

/* Takes over stages, figures and warnings of another receipt of the same run at `path`, such as that of a shard; nothing
 * when there is none. */
void msc_receipt_join(msc_receipt *receipt, const char *path);

/* Records an input with its size and SHA-256. */
msc_status msc_receipt_input(msc_receipt *receipt, const char *role, const char *path, const char *sha256, msc_error *err);
/* A parameter, a count or an area of the stage at work; later ones of one name replace earlier ones. */
msc_status msc_receipt_number(msc_receipt *receipt, const char *group, const char *name, double value, msc_error *err);
msc_status msc_receipt_text(msc_receipt *receipt, const char *group, const char *name, const char *value, msc_error *err);
msc_status msc_receipt_warning(msc_receipt *receipt, const msc_error *what, msc_error *err);

/* Ends a stage: records seconds, peak memory and its output files with size and SHA-256, and saves the receipt. */
msc_status msc_receipt_stage(msc_receipt *receipt, const char *stage, double seconds, const char *const *outputs,
                             int n_outputs, msc_error *err);
/* Marks the run complete and saves. */
msc_status msc_receipt_finish(msc_receipt *receipt, msc_error *err);
#endif
