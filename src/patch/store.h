/* store.h - finished regions on their way to the output: bytes in memory, beyond a limit in an unlinked file, and an
 * index that gives them back in order of their first pixel. */
#ifndef MSC_PATCH_STORE_H
#define MSC_PATCH_STORE_H
#include "base/error.h"

/* Append-only bytes. */
typedef struct msc_spool {
    uint8_t *bytes;              /* what is not in the file yet */
    size_t n_bytes, capacity, limit_bytes;
    int64_t n_written;           /* bytes in the file */
    int fd;                      /* -1: no file yet */
    const char *tmpdir;          /* borrowed */
} msc_spool;

/* The last piece that a reader took from the file of a spool; zeroed at first. */
typedef struct msc_window { uint8_t *bytes; size_t n, capacity; int64_t at; } msc_window;

void msc_spool_init(msc_spool *spool, size_t limit_bytes, const char *tmpdir);
/* Appends n bytes preceded by their number; *offset finds them again. ENOMEM, ENOSPACE, EWRITE. */
msc_status msc_spool_add(msc_spool *spool, const void *bytes, size_t n, int64_t *offset, msc_error *err);
/* Appends bytes as they are (already in the form that msc_spool_add gives them). */
msc_status msc_spool_add_raw(msc_spool *spool, const void *bytes, size_t n, int64_t *offset, msc_error *err);
/* The bytes added at an offset; valid until the next call with this window, or until more is added. Readers with windows
 * of their own do not disturb each other. EREAD. */
msc_status msc_spool_get(const msc_spool *spool, msc_window *window, int64_t offset, const uint8_t **bytes, size_t *n,
                         msc_error *err);
void msc_spool_clear(msc_spool *spool);

enum { MSC_SPOOL_HEAD = 8 };     /* bytes of the number that precedes each entry */

/* A temporary file without a name in `dir`. EPERM, ENOSPACE, EWRITE. */
msc_status msc_spool_temp_file(const char *dir, int *fd, msc_error *err);

typedef struct msc_entry { int64_t key, offset, n_px; uint32_t n_bytes; uint16_t value; uint8_t grade, spare; } msc_entry;   /* n_bytes: of steps */
typedef struct msc_bucket { msc_entry *entry; size_t n, capacity; int64_t chain; int64_t n_all; } msc_bucket;

/* Entries sorted by key, in buckets of equal key ranges; full blocks of a bucket go to a spool. */
typedef struct msc_index {
    msc_spool spool;
    msc_bucket *bucket;
    size_t n_buckets;
    int64_t keys_per_bucket;
} msc_index;

/* Keys are 0..n_keys-1. ENOMEM. */
msc_status msc_index_init(msc_index *index, int64_t n_keys, int64_t keys_per_bucket, size_t limit_bytes,
                          const char *tmpdir, msc_error *err);
msc_status msc_index_add(msc_index *index, const msc_entry *entry, msc_error *err);
/* All entries of a bucket in order of the key; *entries is released by the caller. What the bucket held in memory is
 * let go. */
msc_status msc_index_bucket(msc_index *index, size_t bucket, msc_entry **entries, size_t *n, msc_error *err);
void msc_index_clear(msc_index *index);
#endif
