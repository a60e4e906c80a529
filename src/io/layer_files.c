/* layer_files.c - the files that make up one vector output. */
#define _GNU_SOURCE
#include "io/layer_files.h"
#include "base/mem.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const no_sidecars[] = { NULL };
/* The indexes and metadata of an old shapefile describe the old one: they go when it is replaced. */
static const char *const shapefile_sidecars[] = { "shx", "dbf", "prj", "cpg", "qix", "qpj", "sbn", "sbx", "idm", "ind",
                                                  "shp.xml", NULL };

static size_t stem_length(const char *path)
{
    const char *name = msc_file_name(path), *dot = strrchr(name, '.');
    return dot && dot != name ? (size_t)(dot - path) : strlen(path);
}

void msc_layer_files_sibling(const char *path, const char *extension, char out[MSC_PATH_MAX])
{
    snprintf(out, MSC_PATH_MAX, "%.*s.%s", (int)stem_length(path), path, extension);
}

msc_status msc_layer_files_init(const char *path, int is_shapefile, int overwrite, msc_layer_files *files, msc_error *err)
{
    const char *name = msc_file_name(path);
    if (strlen(path) + 64 > MSC_PATH_MAX || strlen(name) > 200)
        return msc_fail(err, MSC_EVALUE, path, "name of %zu bytes", strlen(path));
    if (!name[0]) return msc_fail(err, MSC_EVALUE, path, "no file name");
    files->sidecars = is_shapefile ? shapefile_sidecars : no_sidecars;
    snprintf(files->path, sizeof files->path, "%s", path);
    /* The extension stands once only, at the end: GDAL looks for the first one in the name of an XLSX file. */
    const char *extension = path + stem_length(path);
    char mark[MSC_TEMP_MARK];
    msc_file_temp_mark(mark);
    snprintf(files->temp, sizeof files->temp, "%.*s.%.*s_%s.%s%s", (int)(name - path), path, (int)(extension - name), name,
             *extension ? extension + 1 : "", mark, extension);
    MSC_TRY(msc_file_check_output(path, overwrite, err));
    for (int i = 0; is_shapefile && i < 2; i++) {
        char sibling[MSC_PATH_MAX];
        msc_layer_files_sibling(path, shapefile_sidecars[i], sibling);
        MSC_TRY(msc_file_check_output(sibling, overwrite, err));
    }
    return MSC_OK;
}

msc_status msc_layer_files_commit(const msc_layer_files *files, msc_error *err)
{
    char from[MSC_PATH_MAX], to[MSC_PATH_MAX];
    int n = 0;
    while (files->sidecars[n]) n++;
    for (int i = 0; i < n; i++) {
        msc_layer_files_sibling(files->temp, files->sidecars[i], from);
        if (msc_file_exists(from)) MSC_TRY(msc_file_sync(from, files->path, err));
    }
    MSC_TRY(msc_file_sync(files->temp, files->path, err));
    /* The main file is what makes the output exist: it leaves first and arrives last. */
    if (n > 0 && unlink(files->path) != 0 && errno != ENOENT) return msc_fail_errno(err, errno, MSC_EWRITE, files->path);
    for (int i = 0; i < n; i++) {
        msc_layer_files_sibling(files->temp, files->sidecars[i], from);
        msc_layer_files_sibling(files->path, files->sidecars[i], to);
        if (msc_file_exists(from)) MSC_TRY(msc_file_rename(from, to, err));
        else if (unlink(to) != 0 && errno != ENOENT) return msc_fail_errno(err, errno, MSC_EWRITE, to);
    }
    MSC_TRY(msc_file_rename(files->temp, files->path, err));
    return msc_file_sync_directory(files->path, err);
}

void msc_layer_files_discard(const msc_layer_files *files)
{
    char dir[MSC_PATH_MAX], victim[MSC_PATH_MAX];
    const char *slash = strrchr(files->temp, '/'), *name = slash ? slash + 1 : files->temp;
    const size_t stem = stem_length(files->temp) - (size_t)(name - files->temp);
    if (slash) snprintf(dir, sizeof dir, "%.*s", (int)(slash - files->temp) + 1, files->temp);
    else snprintf(dir, sizeof dir, ".");
    DIR *stream = opendir(dir);
    if (!stream) return;
    for (struct dirent *entry = readdir(stream); entry; entry = readdir(stream)) {
        const char *found = entry->d_name;
        if (strncmp(found, name, stem) != 0 || (found[stem] && !strchr(".-_", found[stem]))) continue;
        if (msc_file_join(slash ? dir : "", found, victim, NULL) == MSC_OK) unlink(victim);
    }
    closedir(stream);
}

int msc_layer_files_disk_is_full(const char *path)
{
    enum { PROBE_BYTES = 262144 };
    char probe[MSC_PATH_MAX];
    const int length = snprintf(probe, sizeof probe, "%.*s.probe", (int)stem_length(path), path);
    if (length >= MSC_PATH_MAX) return 0;
    const int fd = open(probe, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) return errno == ENOSPC || errno == EDQUOT;
    char *bytes = msc_alloc_zero(PROBE_BYTES, 1);
    int is_full = 0;
    if (bytes) {
        const ssize_t written = write(fd, bytes, PROBE_BYTES);
        is_full = written < 0 ? errno == ENOSPC || errno == EDQUOT || errno == EFBIG : written < PROBE_BYTES;
        if (!is_full && fsync(fd) != 0) is_full = errno == ENOSPC || errno == EDQUOT;
    }
    msc_release(bytes);
    close(fd);
    unlink(probe);
    return is_full;
}

/* Pieces that are worth a call to the disk, and that keep few pages dirty. */
enum { SEND_BYTES = 16 << 20 };

msc_status msc_layer_sink_open_nameless(msc_layer_sink *sink, const char *name, const char *path, msc_error *err)
{
    *sink = (msc_layer_sink){ .fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600), .n_sent = INT64_MAX / 2 };
    if (sink->fd < 0) return msc_fail_errno(err, errno, MSC_EWRITE, path);
    return unlink(name) == 0 ? MSC_OK : msc_fail_errno(err, errno, MSC_EWRITE, path);
}

msc_status msc_layer_sink_open(msc_layer_sink *sink, const char *name, const char *path, msc_error *err)
{
    *sink = (msc_layer_sink){ .fd = open(name, O_RDWR) };
    if (sink->fd < 0) return msc_fail_errno(err, errno, MSC_EWRITE, path);
    const off_t end = lseek(sink->fd, 0, SEEK_END);
    if (end < 0) return msc_fail_errno(err, errno, MSC_EWRITE, path);
    sink->n_bytes = sink->n_sent = end;
    return MSC_OK;
}

msc_status msc_layer_sink_put(msc_layer_sink *sink, int64_t at, const void *bytes, size_t n, const char *path, msc_error *err)
{
    for (const char *from = bytes; n > 0;) {
        const ssize_t done = pwrite(sink->fd, from, n, at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return msc_fail_errno(err, done < 0 ? errno : ENOSPC, MSC_EWRITE, path);
        from += done;
        at += done;
        n -= (size_t)done;
    }
    return MSC_OK;
}

msc_status msc_layer_sink_add(msc_layer_sink *sink, const void *bytes, size_t n, const char *path, msc_error *err)
{
    MSC_TRY(msc_layer_sink_put(sink, sink->n_bytes, bytes, n, path, err));
    sink->n_bytes += (int64_t)n;
    if (sink->n_bytes - sink->n_sent >= SEND_BYTES) {
        sync_file_range(sink->fd, sink->n_sent, sink->n_bytes - sink->n_sent, SYNC_FILE_RANGE_WRITE);
        sink->n_sent = sink->n_bytes;
    }
    return MSC_OK;
}

msc_status msc_layer_sink_sync(msc_layer_sink *sink, const char *path, msc_error *err)
{
    if (fsync(sink->fd) != 0) return msc_fail_errno(err, errno, MSC_EWRITE, path);
    return msc_layer_sink_close(sink, path, err);
}

msc_status msc_layer_sink_close(msc_layer_sink *sink, const char *path, msc_error *err)
{
    const int fd = sink->fd;
    sink->fd = -1;
    return fd < 0 || close(fd) == 0 ? MSC_OK : msc_fail_errno(err, errno, MSC_EWRITE, path);
}
