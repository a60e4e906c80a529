/* file.h - outputs that appear whole or not at all: written under a temporary name, synced, then renamed. */
#ifndef MSC_BASE_FILE_H
#define MSC_BASE_FILE_H
#include "base/error.h"
#include <stdio.h>

enum { MSC_PATH_MAX = 4096, MSC_TEMP_MARK = 48 };

/* Checks that `path` may be written: its directory exists and is writable, and the file is absent or `overwrite`
 * is set. EEXISTS, EPERM, EWRITE. */
msc_status msc_file_check_output(const char *path, int overwrite, msc_error *err);

/* EUSAGE where two of n outputs are one file by name; NULL: not asked for. */
msc_status msc_file_check_apart(const char *const *paths, int n, msc_error *err);

/* "part-<pid>-<random>": what tells this process's temporary names from those of any other, on this machine or another one. */
void msc_file_temp_mark(char mark[MSC_TEMP_MARK]);
/* Whether a name (without directory) is a temporary one of a process that is no longer there, as far as this machine can tell. */
int msc_file_is_left_over(const char *name);
/* The temporary name that belongs to `path`: ".<stem>.<mark><ext>" in the same directory; the extension stays
 * last so that drivers know it. */
msc_status msc_file_temp_name(const char *path, char temp[MSC_PATH_MAX], msc_error *err);

/* fsyncs `temp`, renames it to `path`, fsyncs the directory. */
msc_status msc_file_commit(const char *temp, const char *path, msc_error *err);
/* Its three steps, for outputs of several files: all are synced first, which the file system does in one go, then
 * renamed, then their directory is synced once. Errors name `path`. EWRITE. */
msc_status msc_file_sync(const char *temp, const char *path, msc_error *err);
msc_status msc_file_rename(const char *temp, const char *path, msc_error *err);
msc_status msc_file_sync_directory(const char *path, msc_error *err);

/* Writes a whole small file by that route. */
msc_status msc_file_write(const char *path, const void *bytes, size_t n, msc_error *err);

/* Closes what open_memstream opened. ENOMEM, naming `subject`, when its text is not whole; it is freed by the caller all the same. */
msc_status msc_file_close_text(FILE *memory, const char *subject, msc_error *err);

/* Reads a whole file; *bytes is released by the caller and ends with a 0 that *n does not count. */
msc_status msc_file_read(const char *path, char **bytes, size_t *n, msc_error *err);

/* `dir`/`name` into joined; when `name` is absolute or begins with /vsi, it is copied alone. */
msc_status msc_file_join(const char *dir, const char *name, char joined[MSC_PATH_MAX], msc_error *err);

/* What follows the last slash of `path`; NULL for NULL. Reports name files so, that their bytes do not depend on where a
 * job lies; receipts hold whole paths. */
const char *msc_file_name(const char *path);

/* `name` in the directory of the file `path`. EVALUE when it is too long. */
msc_status msc_file_beside(const char *path, const char *name, char joined[MSC_PATH_MAX], msc_error *err);

/* Where temporary files go that belong to the output `path`: the settings' directory, or its own. EVALUE when it is too long. */
msc_status msc_file_temp_dir(const msc_settings *settings, const char *path, char dir[MSC_PATH_MAX], msc_error *err);

int msc_file_exists(const char *path);
#endif
