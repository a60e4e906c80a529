/* verify.h - what the checks of a delivered directory share. */
#ifndef MSC_JOBS_VERIFY_H
#define MSC_JOBS_VERIFY_H
#include "base/file.h"
#include "grid/grid.h"
#include "io/layer.h"
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

/* Columns of the patch table that checks ask for by name; zones follow YXJ in the table, each in a column of its own. */
enum { MSC_BSM, MSC_TBBH, MSC_QTBBH, MSC_QDM, MSC_TBDM, MSC_QLX, MSC_TBLX, MSC_BHLX, MSC_BHDJ, MSC_TBMJ, MSC_TQMJ, MSC_BMMJ, MSC_MJGQ, MSC_MJM,
       MSC_ZXJD, MSC_ZXWD, MSC_YXJ, MSC_SJJ, MSC_N_CHECKED_FIELDS };

/* One patch layer in one format. */
typedef struct msc_patch_layer {
    msc_verification *v;
    const char *group;           /* "changes_2016_2018" */
    const char *earlier;         /* "patches_2016", the layer that QTBBH names patches of; "" for the first year */
    const char *extension;       /* "shp" */
    int is_change;
    const msc_field *field;      /* [n_fields], as the patch table lays them out */
    int n_fields, first_zone;
    int at[MSC_N_CHECKED_FIELDS];
    msc_features_in features;
    size_t *order;               /* features by BSM, which FlatGeobuf does not keep to; as they come when it is no numbering */
} msc_patch_layer;

/* A column, and a value in it, of the i-th patch by BSM; the text of a value, "" when there is none. */
const msc_value *msc_patch_value(const msc_patch_layer *layer, size_t i, int column);
const msc_value *msc_patch_checked(const msc_patch_layer *layer, size_t i, int checked_field);
const msc_shape *msc_patch_shape(const msc_patch_layer *layer, size_t i);
const char *msc_patch_text(const msc_value *value);
/* Notes how many patches fail a check, and the first that does; `words` follow it. */
void msc_verify_note_patches(const msc_patch_layer *layer, const char *key, size_t n_bad, size_t first, const char *words);

/* verify_rasters.c: maps on one grid, codes that the job knows, the from-to table counted again. */
msc_status msc_verify_rasters(msc_verification *v, msc_error *err);
/* verify_zones.c: a table with zones has a row of the whole, and rows of each zone layer that sum to it. */
msc_status msc_verify_zone_tables(msc_verification *v, msc_error *err);
/* Every zone of a patch is one of the year's table, and what patches cover of a zone is no more than the zone. */
msc_status msc_verify_zones(const msc_patch_layer *layer, msc_error *err);
/* verify_lineage.c: earlier numbers that exist, of patches that the later one lies on; the kind of change. */
msc_status msc_verify_lineage(const msc_patch_layer *layer, msc_error *err);
/* verify_accepted.c: the change map of an epoch and the one before, made again from classes and grades in a directory of its own
 * (settings->tmpdir, $TMPDIR or /tmp) that is removed at the end. EWRITE when there is no room for it. */
msc_status msc_verify_accepted(msc_verification *v, int epoch, msc_error *err);
/* verify_beside.c: new damage beside earlier damage extends it, ended damage beside later damage is what shrank; counted again. */
msc_status msc_verify_beside(const msc_patch_layer *layer, msc_error *err);
/* verify_grades.c: patches of changes against the change map's pixels and their grades. */
msc_status msc_verify_grades(const msc_patch_layer *layer, msc_error *err);
/* verify_text.c: `path` says its encoding where it can, and every text in it is whole in that encoding. */
msc_status msc_verify_encoding(msc_verification *v, const char *path, const char *extension, msc_error *err);
/* verify_layers.c: every patch layer in every format. */
msc_status msc_verify_layers(msc_verification *v, msc_error *err);
#endif
