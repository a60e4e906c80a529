/* layer_files.h - the files that make up one vector output: temporary names, checks, sync, rename, removal. */
#ifndef MSC_IO_LAYER_FILES_H
#define MSC_IO_LAYER_FILES_H
#include "base/file.h"
#include <stddef.h>
#include <stdint.h>

/* One output: `path` is its final name, `temp` the one it is written under, ".<name>.part-<pid><ext>" beside it.
 * Sidecars share the stem of either. */
typedef struct msc_layer_files {
    char path[MSC_PATH_MAX], temp[MSC_PATH_MAX];
    const char *const *sidecars; /* extensions beside the main one, NULL-terminated, without dot */
} msc_layer_files;

/* Derives the names and checks that the output may be written: EEXISTS when the file or, for a shapefile, any of its
 * vital parts is there and `overwrite` is 0; EPERM, EWRITE. `is_shapefile` picks the sidecars. */
msc_status msc_layer_files_init(const char *path, int is_shapefile, int overwrite, msc_layer_files *files, msc_error *err);

/* `path` with another extension (no dot) in `out`. */
void msc_layer_files_sibling(const char *path, const char *extension, char out[MSC_PATH_MAX]);

/* Syncs every temporary file, removes old parts of the output and renames the new ones, the main file last. */
msc_status msc_layer_files_commit(const msc_layer_files *files, msc_error *err);

/* Removes everything that bears the temporary stem. */
void msc_layer_files_discard(const msc_layer_files *files);

/* True when the file system of `path` has no room for another 256 KiB: drivers do not pass ENOSPC on. */
int msc_layer_files_disk_is_full(const char *path);

/* A file that grows by large pieces. Its pages go to the disk as they come, so that the sync at the end is short. */
typedef struct msc_layer_sink { int fd; int64_t n_bytes, n_sent; } msc_layer_sink;
/* Opens a file that is there and stands at its end. `path` is for errors: EWRITE, EPERM, ENOSPACE. */
msc_status msc_layer_sink_open(msc_layer_sink *sink, const char *name, const char *path, msc_error *err);
/* Makes a file and takes its name away: it goes when it is closed, and its pages are not sent to the disk. */
msc_status msc_layer_sink_open_nameless(msc_layer_sink *sink, const char *name, const char *path, msc_error *err);
msc_status msc_layer_sink_add(msc_layer_sink *sink, const void *bytes, size_t n, const char *path, msc_error *err);
/* Overwrites bytes that are there. */
msc_status msc_layer_sink_put(msc_layer_sink *sink, int64_t at, const void *bytes, size_t n, const char *path, msc_error *err);
/* Waits until it is on the disk and closes it. The same errors. */
msc_status msc_layer_sink_sync(msc_layer_sink *sink, const char *path, msc_error *err);
/* Closes it; nothing when it is not open (fd < 0). The same errors, where the file system tells late. */
msc_status msc_layer_sink_close(msc_layer_sink *sink, const char *path, msc_error *err);
#endif
