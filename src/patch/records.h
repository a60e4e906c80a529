/* records.h - what pass 1 leaves of each tile for pass 2: its record, and an answer to each of its regions that waits for one.
 *
 *      pass 1: tile --keep--> record, answers that are known      front --answer--> the others, as regions end
 *      pass 2: record and answers --get--> tile */
#ifndef MSC_PATCH_RECORDS_H
#define MSC_PATCH_RECORDS_H
#include "base/file.h"
#include "patch/store.h"
#include "stream/stream.h"

typedef struct msc_records_spec {
    int64_t front_bytes;         /* what unfinished regions may take; more gives EMEMCAP while pass 1 runs */
    int64_t record_bytes;        /* of records in memory; the rest goes to a file without a name in `tmpdir` */
    char tmpdir[MSC_PATH_MAX];
} msc_records_spec;

/* What the settings' memory cap leaves beside the layout; files go to the settings' directory, or to that of the file `beside`. */
msc_status msc_records_share(const msc_settings *settings, const msc_layout *layout, const char *beside, msc_records_spec *spec,
                             msc_error *err);

typedef struct msc_records {
    const char *name;            /* of the pass, in errors */
    msc_records_spec spec;
    int32_t tile_px, n_across, n_down;
    int n_workers;
    size_t answer_bytes;         /* of one answer */
    msc_spool spool;
    struct msc_records_place *place;     /* [tiles] */
    struct msc_records_reader *reader;   /* [workers] */
} msc_records;

/* Stays where it is until it is cleared. */
msc_status msc_records_init(msc_records *records, const char *name, const msc_records_spec *spec, const msc_layout *layout,
                            size_t answer_bytes, msc_error *err);
void msc_records_clear(msc_records *records);

typedef struct msc_tile_record {
    const uint8_t *bytes;
    size_t n_bytes;
    const void *answers;         /* [n_answers], not aligned */
    size_t n_answers, n_missing; /* that come later; with all of them missing `answers` may be NULL */
} msc_tile_record;

/* Copies what tile `index` leaves. */
msc_status msc_records_keep(msc_records *records, int64_t index, const msc_tile_record *record, msc_error *err);
/* Gives a missing answer, once each. */
msc_status msc_records_answer(msc_records *records, int64_t index, size_t which, const void *answer, msc_error *err);
/* EMEMCAP when so many unfinished regions take too many bytes; is_full: or when there are no more numbers for them. */
msc_status msc_records_check_front(const msc_records *records, size_t n_regions, size_t bytes, int is_full, msc_error *err);
/* Whatever tile `tile` left; lives until this worker's next call. */
msc_status msc_records_get(msc_records *records, int worker, const msc_tile *tile, msc_tile_record *record, msc_error *err);
#endif
