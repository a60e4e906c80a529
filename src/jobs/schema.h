/* schema.h - YAML into C structs through tables: what a key is called, what it holds, where it goes. */
#ifndef MSC_JOBS_SCHEMA_H
#define MSC_JOBS_SCHEMA_H
#include "base/error.h"

typedef enum msc_rule_kind {
    MSC_RULE_TEXT,               /* const char * */
    MSC_RULE_PATH,               /* const char *, joined to the document's directory */
    MSC_RULE_DATE,               /* const char *, YYYY-MM-DD */
    MSC_RULE_INT,                /* int in low..high */
    MSC_RULE_SEED,               /* uint64_t */
    MSC_RULE_REAL,               /* double in low..high */
    MSC_RULE_BOOL,               /* int, true or false */
    MSC_RULE_CHOICE,             /* const char *, one of `choices` separated by spaces */
    MSC_RULE_CHOICES,            /* list of those: const char **, int at `count_at` */
    MSC_RULE_PATHS,              /* one path or a list: const char *const *, int at `count_at` */
    MSC_RULE_NAMES,              /* a list of texts joined with commas: const char * */
    MSC_RULE_PAIRS,              /* map of name: number, joined as "name:number,...": const char * */
    MSC_RULE_TWOS,               /* list of lists of two texts: const char ** of twice as many, int at `count_at` */
    MSC_RULE_RGB,                /* list of three numbers 0..255: uint8_t[3] */
    MSC_RULE_MAP,                /* nested keys, stored from `at` on */
    MSC_RULE_LIST                /* list of maps of `item_bytes`: pointer at `at`, int at `count_at` */
} msc_rule_kind;

/* One key of a map. A table ends with a row whose name is NULL. */
typedef struct msc_rule {
    const char *name;
    msc_rule_kind kind;
    size_t at;
    int is_required;
    double low, high;
    size_t count_at, item_bytes;
    const char *choices;
    const struct msc_rule *keys; /* of MAP and LIST */
} msc_rule;

/* Storage that a document's values live in: a chain of blocks, released in one go. */
typedef struct msc_job_block msc_job_block;
void msc_job_blocks_free(msc_job_block **blocks);

/* Parses one YAML document by `rules` into `target` (zeroed or holding defaults; left half filled on failure; what was
 * stored so far stays in *blocks). Unknown, repeated and missing keys, wrong types and values out of range are EJOB with
 * "line N: ...". `path` names the file in messages and gives the directory for paths. */
msc_status msc_schema_read(const char *text, size_t n_bytes, const char *path, const msc_rule *rules, void *target,
                           msc_job_block **blocks, msc_error *err);
#endif
