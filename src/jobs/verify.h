/* verify.h - what the checks of a delivered directory share. */
#ifndef MSC_JOBS_VERIFY_H
#define MSC_JOBS_VERIFY_H
#include "base/file.h"
#include "grid/grid.h"
#include "jobs/job.h"
#include "jobs/sheet.h"
#include <json-c/json.h>

typedef struct msc_verification {
    const msc_settings *settings;
    const char *dir;
    json_object *receipt;
    msc_job *job;                /* as the receipt holds it */
    const char *run_id;
    msc_grid grid;               /* of the first class map; width 0 until it was read */
    msc_sheet *sheet;
    int64_t n_checks, n_failed;
} msc_verification;

/* One check: a fact of the section at hand, "ok" or "FAILED" before the words. */
void msc_verify_note(msc_verification *v, int has_held, const char *key, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A check that could not be made because a file could not be read: a failure in the words of `err`; ENOMEM and ECANCELLED are
 * passed on instead. */
msc_status msc_verify_note_error(msc_verification *v, const char *key, msc_error *err);

/* A number of a stage's group in the receipt; `otherwise` when there is none. */
double msc_verify_number(const msc_verification *v, const char *group, const char *name, double otherwise);
/* `name` in the directory; 0 when there is no such file. */
int msc_verify_file(const msc_verification *v, const char *name, char path[MSC_PATH_MAX]);

/* verify_rasters.c: maps on one grid, codes that the job knows, the from-to table counted again. */
msc_status msc_verify_rasters(msc_verification *v, msc_error *err);
/* verify_layers.c: every patch layer in every format. */
msc_status msc_verify_layers(msc_verification *v, msc_error *err);
#endif
