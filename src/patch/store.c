/* store.c - an append-only store that spills to an unlinked file, and the index over it. */
#define _GNU_SOURCE
#include "patch/store.h"
#include "base/mem.h"
#include "base/sort.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FLUSH_BYTES = 1 << 20,       /* written at once after the first overflow */
    WINDOW_BYTES = 1 << 13,      /* read at once: neighbours in the spool are often neighbours in the output */
    BLOCK_ENTRIES = 256          /* of an index bucket, before they go to the spool */
};

msc_status msc_spool_temp_file(const char *dir, int *fd, msc_error *err)
{
    char name[4096];
    const int n = snprintf(name, sizeof name, "%s/.minescar-XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof name) {
        return msc_fail(err, MSC_EWRITE, dir, "name too long");
    }
    const int made = mkstemp(name);
    if (made < 0) {
        return msc_fail_errno(err, errno, MSC_EWRITE, dir);
    }
    unlink(name);
    *fd = made;
    return MSC_OK;
}

void msc_spool_init(msc_spool *spool, size_t limit_bytes, const char *tmpdir)
{
    *spool = (msc_spool){.limit_bytes = limit_bytes, .tmpdir = tmpdir, .fd = -1};
}

void msc_spool_clear(msc_spool *spool)
{
    msc_release(spool->bytes);
    if (spool->fd >= 0) {
        close(spool->fd);
    }
    memset(spool, 0, sizeof *spool);
    spool->fd = -1;
}

static msc_status flush(msc_spool *spool, msc_error *err)
{
    if (spool->fd < 0) {
        MSC_TRY(msc_spool_temp_file(spool->tmpdir, &spool->fd, err));
        if (spool->limit_bytes > FLUSH_BYTES) {
            spool->limit_bytes = FLUSH_BYTES;
        }
    }
    for (size_t done = 0; done < spool->n_bytes;) {
        const ssize_t n = pwrite(spool->fd, spool->bytes + done, spool->n_bytes - done, spool->n_written);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return msc_fail_errno(err, n < 0 ? errno : ENOSPC, MSC_EWRITE, spool->tmpdir);
        }
        done += (size_t)n;
        spool->n_written += n;
    }
    spool->n_bytes = 0;
    return MSC_OK;
}

static msc_status room(msc_spool *spool, size_t n, msc_error *err)
{
    if (spool->n_bytes + n > spool->limit_bytes && spool->n_bytes > 0) {
        MSC_TRY(flush(spool, err));
        if (spool->capacity > 2 * spool->limit_bytes && spool->capacity > 2 * n) {
            msc_release(spool->bytes);
            spool->bytes = NULL;
            spool->capacity = 0;
        }
    }
    if (spool->n_bytes + n > spool->capacity
        && !msc_reserve((void **)&spool->bytes, &spool->capacity, spool->n_bytes + n, 1)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu bytes of finished patches", spool->n_bytes + n);
    }
    return MSC_OK;
}

msc_status msc_spool_add_raw(msc_spool *spool, const void *bytes, size_t n, int64_t *offset, msc_error *err)
{
    MSC_TRY(room(spool, n, err));
    *offset = spool->n_written + (int64_t)spool->n_bytes;
    memcpy(spool->bytes + spool->n_bytes, bytes, n);
    spool->n_bytes += n;
    return MSC_OK;
}

msc_status msc_spool_add(msc_spool *spool, const void *bytes, size_t n, int64_t *offset, msc_error *err)
{
    const uint64_t head = n;
    MSC_TRY(room(spool, n + MSC_SPOOL_HEAD, err));
    *offset = spool->n_written + (int64_t)spool->n_bytes;
    memcpy(spool->bytes + spool->n_bytes, &head, MSC_SPOOL_HEAD);
    memcpy(spool->bytes + spool->n_bytes + MSC_SPOOL_HEAD, bytes, n);
    spool->n_bytes += MSC_SPOOL_HEAD + n;
    return MSC_OK;
}

/* Brings n bytes from the file into the window. */
static msc_status read_window(const msc_spool *spool, msc_window *w, int64_t offset, size_t n, msc_error *err)
{
    if (w->n > 0 && offset >= w->at && offset + (int64_t)n <= w->at + (int64_t)w->n) {
        return MSC_OK;
    }
    size_t wanted = n < WINDOW_BYTES ? WINDOW_BYTES : n;
    if ((int64_t)wanted > spool->n_written - offset) {
        wanted = (size_t)(spool->n_written - offset);
    }
    if (wanted < n) {
        return msc_fail(err, MSC_EREAD, spool->tmpdir, "overflow file ends at %lld", (long long)spool->n_written);
    }
    if (!msc_reserve((void **)&w->bytes, &w->capacity, wanted, 1)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%zu bytes of a patch", wanted);
    }
    w->n = 0;
    for (size_t done = 0; done < wanted;) {
        const ssize_t got = pread(spool->fd, w->bytes + done, wanted - done, offset + (int64_t)done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return msc_fail_errno(err, got < 0 ? errno : EIO, MSC_EREAD, spool->tmpdir);
        }
        done += (size_t)got;
    }
    w->n = wanted;
    w->at = offset;
    return MSC_OK;
}

msc_status msc_spool_get(const msc_spool *spool, msc_window *w, int64_t offset, const uint8_t **bytes, size_t *n,
                         msc_error *err)
{
    uint64_t head = 0;
    if (offset >= spool->n_written) {    /* entries never straddle the end of the file: room() comes before each */
        const uint8_t *at = spool->bytes + (offset - spool->n_written);
        memcpy(&head, at, sizeof head);
        *bytes = at + MSC_SPOOL_HEAD;
        *n = (size_t)head;
        return MSC_OK;
    }
    MSC_TRY(read_window(spool, w, offset, MSC_SPOOL_HEAD, err));
    memcpy(&head, w->bytes + (offset - w->at), sizeof head);
    MSC_TRY(read_window(spool, w, offset, MSC_SPOOL_HEAD + (size_t)head, err));
    *bytes = w->bytes + (offset - w->at) + MSC_SPOOL_HEAD;
    *n = (size_t)head;
    return MSC_OK;
}

msc_status msc_index_init(msc_index *index, int64_t n_keys, int64_t keys_per_bucket, size_t limit_bytes,
                          const char *tmpdir, msc_error *err)
{
    keys_per_bucket = keys_per_bucket < UINT32_MAX ? keys_per_bucket : UINT32_MAX;   /* half a word, to be sorted */
    *index = (msc_index){.keys_per_bucket = keys_per_bucket,
                         .n_buckets = (size_t)((n_keys + keys_per_bucket - 1) / keys_per_bucket)};
    msc_spool_init(&index->spool, limit_bytes, tmpdir);
    index->bucket = msc_alloc_zero(index->n_buckets + 1, sizeof *index->bucket);
    if (index->bucket == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "index of %zu buckets", index->n_buckets);
    }
    for (size_t b = 0; b < index->n_buckets; b++) {
        index->bucket[b].chain = -1;
    }
    return MSC_OK;
}

void msc_index_clear(msc_index *index)
{
    for (size_t b = 0; index->bucket != NULL && b < index->n_buckets; b++) {
        msc_release(index->bucket[b].entry);
    }
    msc_release(index->bucket);
    msc_spool_clear(&index->spool);
    index->bucket = NULL;
    index->n_buckets = 0;
}

msc_status msc_index_add(msc_index *index, const msc_entry *entry, msc_error *err)
{
    assert(entry->key >= 0 && entry->key / index->keys_per_bucket < (int64_t)index->n_buckets);
    msc_bucket *b = &index->bucket[entry->key / index->keys_per_bucket];
    if (b->n == BLOCK_ENTRIES) {
        b->entry[BLOCK_ENTRIES] = (msc_entry){.key = b->chain};    /* links the block before this one */
        MSC_TRY(msc_spool_add(&index->spool, b->entry, (BLOCK_ENTRIES + 1) * sizeof *b->entry, &b->chain, err));
        b->n = 0;
    }
    if (b->n + 1 >= b->capacity && b->capacity < BLOCK_ENTRIES + 1
        && !msc_reserve((void **)&b->entry, &b->capacity, b->n + 2, sizeof *b->entry)) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "index entries");
    }
    b->entry[b->n++] = *entry;
    b->n_all++;
    return MSC_OK;
}

/* Puts a bucket's entries in order of their keys, from `first_key` on. */
static msc_status sort_entries(msc_entry **entries, size_t n, int64_t first_key, msc_error *err)
{
    uint64_t *key = msc_alloc(n, sizeof *key);   /* and below it where the entry stands */
    msc_entry *sorted = msc_alloc(n + 1, sizeof *sorted);
    msc_status status = MSC_OK;
    for (size_t e = 0; e < n && key != NULL; e++) {
        key[e] = (uint64_t)((*entries)[e].key - first_key) << 32 | e;
    }
    if (key == NULL || sorted == NULL || n > UINT32_MAX || !msc_sort_words(key, n, 32)) {
        status = msc_fail(err, MSC_ENOMEM, "vectorize", "%zu index entries to sort", n);
        msc_release(sorted);
    } else {
        for (size_t e = 0; e < n; e++) {
            sorted[e] = (*entries)[key[e] & UINT32_MAX];
        }
        msc_release(*entries);
        *entries = sorted;
    }
    msc_release(key);
    return status;
}

msc_status msc_index_bucket(msc_index *index, size_t bucket, msc_entry **entries, size_t *n, msc_error *err)
{
    msc_bucket *b = &index->bucket[bucket];
    msc_entry *all = msc_alloc((size_t)b->n_all + 1, sizeof *all);
    msc_window window = {0};
    size_t filled = b->n;
    if (all == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%lld index entries", (long long)b->n_all);
    }
    if (b->n > 0) {
        memcpy(all, b->entry, b->n * sizeof *all);
    }
    msc_release(b->entry);
    b->entry = NULL;
    b->n = b->capacity = 0;
    msc_status status = MSC_OK;
    for (int64_t chain = b->chain; chain >= 0 && status == MSC_OK;) {
        const uint8_t *bytes = NULL;
        size_t n_bytes = 0;
        status = msc_spool_get(&index->spool, &window, chain, &bytes, &n_bytes, err);
        if (status == MSC_OK) {
            msc_entry link;
            memcpy(all + filled, bytes, BLOCK_ENTRIES * sizeof *all);
            memcpy(&link, bytes + BLOCK_ENTRIES * sizeof *all, sizeof link);
            filled += BLOCK_ENTRIES;
            chain = link.key;
        }
    }
    msc_release(window.bytes);
    if (status == MSC_OK) {
        assert((int64_t)filled == b->n_all);
        status = sort_entries(&all, filled, (int64_t)bucket * index->keys_per_bucket, err);
    }
    if (status != MSC_OK) {
        msc_release(all);
        return status;
    }
    *entries = all;
    *n = filled;
    return MSC_OK;
}
