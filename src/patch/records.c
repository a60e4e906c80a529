/* records.c - places of tiles' records and answers in a spool, and readers of it. */
#include "patch/records.h"
#include "base/mem.h"
#include <string.h>

/* Of the memory cap: all that a pass holds, and the share of records. */
enum { ALL_PERCENT = 90, RECORD_PERCENT = 6 };

/* Answers wait in `answers` until the last of them is known. */
typedef struct msc_records_place {
    int64_t record, late;        /* in the spool */
    uint8_t *answers;
    uint32_t n, n_missing;
} place;

typedef struct msc_records_reader { msc_window record, late; } reader;

msc_status msc_records_share(const msc_settings *settings, const msc_layout *layout, const char *beside, msc_records_spec *spec,
                             msc_error *err)
{
    const int64_t percent = msc_settings_memory(settings, NULL) / 100, left = (ALL_PERCENT - RECORD_PERCENT) * percent - layout->bytes;
    spec->front_bytes = left > 0 ? left : 0;
    spec->record_bytes = RECORD_PERCENT * percent;
    return msc_file_temp_dir(settings, beside, spec->tmpdir, err);
}

msc_status msc_records_init(msc_records *r, const char *name, const msc_records_spec *spec, const msc_layout *layout,
                            size_t answer_bytes, msc_error *err)
{
    const size_t n_tiles = (size_t)layout->n_across * (size_t)layout->n_down;
    *r = (msc_records){ .name = name, .spec = *spec, .tile_px = layout->tile_px, .n_across = layout->n_across, .n_down = layout->n_down,
                        .n_workers = layout->n_threads, .answer_bytes = answer_bytes };
    msc_spool_init(&r->spool, (size_t)spec->record_bytes, r->spec.tmpdir);
    r->place = msc_alloc_zero(n_tiles, sizeof *r->place);
    r->reader = msc_alloc_zero((size_t)r->n_workers, sizeof *r->reader);
    return r->place && r->reader ? MSC_OK : msc_fail(err, MSC_ENOMEM, name, "%zu tiles", n_tiles);
}

void msc_records_clear(msc_records *r)
{
    for (int i = 0; r->reader && i < r->n_workers; i++) {
        msc_release(r->reader[i].record.bytes);
        msc_release(r->reader[i].late.bytes);
    }
    for (int64_t i = 0; r->place && i < (int64_t)r->n_across * r->n_down; i++) msc_release(r->place[i].answers);
    msc_release(r->place);
    msc_release(r->reader);
    msc_spool_clear(&r->spool);
}

msc_status msc_records_keep(msc_records *r, int64_t index, const msc_tile_record *record, msc_error *err)
{
    place *p = &r->place[index];
    const size_t bytes = record->n_answers * r->answer_bytes;
    p->n = (uint32_t)record->n_answers;
    p->n_missing = (uint32_t)record->n_missing;
    MSC_TRY(msc_spool_add(&r->spool, record->bytes, record->n_bytes, &p->record, err));
    if (!p->n) return MSC_OK;
    if (!p->n_missing) return msc_spool_add(&r->spool, record->answers, bytes, &p->late, err);
    if (!(p->answers = msc_alloc(bytes, 1))) return msc_fail(err, MSC_ENOMEM, r->name, "%u regions of a tile", (unsigned)p->n);
    if (record->answers) memcpy(p->answers, record->answers, bytes);
    return MSC_OK;
}

msc_status msc_records_answer(msc_records *r, int64_t index, size_t which, const void *answer, msc_error *err)
{
    place *p = &r->place[index];
    memcpy(p->answers + which * r->answer_bytes, answer, r->answer_bytes);
    if (--p->n_missing) return MSC_OK;
    MSC_TRY(msc_spool_add(&r->spool, p->answers, p->n * r->answer_bytes, &p->late, err));
    msc_release(p->answers);
    p->answers = NULL;
    return MSC_OK;
}

msc_status msc_records_check_front(const msc_records *r, size_t n_regions, size_t bytes, int is_full, msc_error *err)
{
    if (bytes <= (size_t)r->spec.front_bytes && !is_full) return MSC_OK;
    return msc_fail(err, MSC_EMEMCAP, r->name, "%zu unfinished regions take %zu MiB, %lld MiB are left for them", n_regions, bytes >> 20,
                    (long long)(r->spec.front_bytes >> 20));
}

msc_status msc_records_get(msc_records *r, int worker, const msc_tile *tile, msc_tile_record *record, msc_error *err)
{
    const place *p = &r->place[(int64_t)(tile->core.y / r->tile_px) * r->n_across + tile->core.x / r->tile_px];
    const uint8_t *late = NULL;
    size_t n_late = 0;
    *record = (msc_tile_record){ .n_answers = p->n };
    if (p->n) MSC_TRY(msc_spool_get(&r->spool, &r->reader[worker].late, p->late, &late, &n_late, err));
    record->answers = late;
    return msc_spool_get(&r->spool, &r->reader[worker].record, p->record, &record->bytes, &record->n_bytes, err);
}
