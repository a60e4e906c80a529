/* file.c - temporary names, sync and rename. */
#define _DEFAULT_SOURCE        /* getentropy */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"
#include "base/mem.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int msc_file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static msc_status directory_of(const char *path, char dir[MSC_PATH_MAX], msc_error *err)
{
    if (strlen(path) + 1 > MSC_PATH_MAX) return msc_fail(err, MSC_EVALUE, path, "path longer than %d", MSC_PATH_MAX);
    char copy[MSC_PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    snprintf(dir, MSC_PATH_MAX, "%s", dirname(copy));
    return MSC_OK;
}

msc_status msc_file_temp_dir(const msc_settings *settings, const char *path, char dir[MSC_PATH_MAX], msc_error *err)
{
    return settings->tmpdir ? msc_file_join(NULL, settings->tmpdir, dir, err) : directory_of(path, dir, err);
}

msc_status msc_file_check_output(const char *path, int overwrite, msc_error *err)
{
    char dir[MSC_PATH_MAX];
    struct stat st;
    MSC_TRY(directory_of(path, dir, err));
    if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
        return msc_fail(err, MSC_EWRITE, path, "no directory %s", dir);
    if (access(dir, W_OK) != 0) return msc_fail_errno(err, errno, MSC_EWRITE, path);
    if (stat(path, &st) != 0) return MSC_OK;
    if (S_ISDIR(st.st_mode)) return msc_fail(err, MSC_EWRITE, path, "is a directory");
    return overwrite ? MSC_OK : msc_fail(err, MSC_EEXISTS, path, "%lld bytes", (long long)st.st_size);
}

msc_status msc_file_check_apart(const char *const *paths, int n, msc_error *err)
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            if (paths[i] && paths[k] && strcmp(paths[i], paths[k]) == 0) return msc_fail(err, MSC_EUSAGE, paths[i], "named for two outputs");
    return MSC_OK;
}

const char *msc_file_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

msc_status msc_file_beside(const char *path, const char *name, char joined[MSC_PATH_MAX], msc_error *err)
{
    const int n = snprintf(joined, MSC_PATH_MAX, "%.*s%s", (int)(msc_file_name(path) - path), path, name);
    return n < MSC_PATH_MAX ? MSC_OK : msc_fail(err, MSC_EVALUE, name, "path longer than %d", MSC_PATH_MAX);
}

void msc_file_temp_mark(char mark[MSC_TEMP_MARK])
{
    static _Atomic uint32_t own;
    uint32_t none = 0, made = 0;
    if (!own) {
        if (getentropy(&made, sizeof made) != 0) made = 0;      /* a system without it: the process number alone */
        atomic_compare_exchange_strong(&own, &none, made | 1);
    }
    snprintf(mark, MSC_TEMP_MARK, "part-%ld-%08x", (long)getpid(), (unsigned)own);
}

int msc_file_is_left_over(const char *name)
{
    const char *mark = name[0] == '.' ? strstr(name, ".part-") : NULL;
    char own[MSC_TEMP_MARK];
    long pid = 0;
    unsigned random = 0;
    int n = 0;
    if (!mark || sscanf(mark, ".part-%ld-%8x%n", &pid, &random, &n) != 2 || pid <= 0 || mark[n - 9] != '-' || (mark[n] && mark[n] != '.')) return 0;
    msc_file_temp_mark(own);
    if (strncmp(mark + 1, own, strlen(own)) == 0) return 0;
    return pid == (long)getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}

msc_status msc_file_temp_name(const char *path, char temp[MSC_PATH_MAX], msc_error *err)
{
    const char *name = msc_file_name(path), *dot = strrchr(name, '.');
    char mark[MSC_TEMP_MARK];
    if (!dot || dot == name) dot = name + strlen(name);
    msc_file_temp_mark(mark);
    const int n = snprintf(temp, MSC_PATH_MAX, "%.*s.%.*s.%s%s", (int)(name - path), path, (int)(dot - name), name, mark, dot);
    return n < MSC_PATH_MAX ? MSC_OK : msc_fail(err, MSC_EVALUE, path, "path longer than %d", MSC_PATH_MAX);
}

static int sync_path(const char *path, int flags)
{
    const int fd = open(path, flags);
    if (fd < 0) return -1;
    const int failed = fsync(fd);
    const int kept = errno;
    close(fd);
    errno = kept;
    /* Some file systems cannot sync a directory; the rename is then as durable as they make it. */
    return failed && errno != EINVAL ? -1 : 0;
}

msc_status msc_file_commit(const char *temp, const char *path, msc_error *err)
{
    MSC_TRY(msc_file_sync(temp, path, err));
    MSC_TRY(msc_file_rename(temp, path, err));
    return msc_file_sync_directory(path, err);
}

msc_status msc_file_sync(const char *temp, const char *path, msc_error *err)
{
    return sync_path(temp, O_RDONLY) == 0 ? MSC_OK : msc_fail_errno(err, errno, MSC_EWRITE, path);
}

msc_status msc_file_rename(const char *temp, const char *path, msc_error *err)
{
    return rename(temp, path) == 0 ? MSC_OK : msc_fail_errno(err, errno, MSC_EWRITE, path);
}

msc_status msc_file_sync_directory(const char *path, msc_error *err)
{
    char dir[MSC_PATH_MAX];
    MSC_TRY(directory_of(path, dir, err));
    return sync_path(dir, O_RDONLY) == 0 ? MSC_OK : msc_fail_errno(err, errno, MSC_EWRITE, path);
}

msc_status msc_file_write(const char *path, const void *bytes, size_t n, msc_error *err)
{
    char temp[MSC_PATH_MAX];
    MSC_TRY(msc_file_temp_name(path, temp, err));
    FILE *file = fopen(temp, "wb");
    if (!file) return msc_fail_errno(err, errno, MSC_EWRITE, path);
    const int short_write = fwrite(bytes, 1, n, file) != n;
    const int kept = errno, bad_close = fclose(file) != 0;
    msc_status status = MSC_OK;
    if (short_write || bad_close) status = msc_fail_errno(err, short_write ? kept : errno, MSC_EWRITE, path);
    else status = msc_file_commit(temp, path, err);
    if (status != MSC_OK) unlink(temp);
    return status;
}

msc_status msc_file_close_text(FILE *memory, const char *subject, msc_error *err)
{
    const int is_short = ferror(memory) != 0;
    return fclose(memory) != 0 || is_short ? msc_fail(err, MSC_ENOMEM, subject, "text") : MSC_OK;
}

msc_status msc_file_read(const char *path, char **bytes, size_t *n, msc_error *err)
{
    msc_status status = MSC_OK;
    char *text = NULL;
    size_t capacity = 0, length = 0;
    struct stat st;
    FILE *file = fopen(path, "rb");
    if (!file) return msc_fail_errno(err, errno, MSC_ENOFILE, path);
    if (fstat(fileno(file), &st) == 0 && S_ISDIR(st.st_mode)) {
        status = msc_fail(err, MSC_ENOFILE, path, "is a directory");
        goto done;
    }
    for (;;) {
        if (!msc_reserve((void **)&text, &capacity, length + 65536 + 1, 1)) {
            status = msc_fail(err, MSC_ENOMEM, path, "%zu bytes", length);
            goto done;
        }
        const size_t got = fread(text + length, 1, 65536, file);
        length += got;
        if (got == 0) break;
    }
    if (ferror(file)) {
        status = msc_fail_errno(err, errno, MSC_EREAD, path);
        goto done;
    }
    text[length] = '\0';
    *bytes = text;
    *n = length;
    text = NULL;
done:
    msc_release(text);
    fclose(file);
    return status;
}

msc_status msc_file_join(const char *dir, const char *name, char joined[MSC_PATH_MAX], msc_error *err)
{
    const int alone = name[0] == '/' || !dir || !dir[0];
    const int n = alone ? snprintf(joined, MSC_PATH_MAX, "%s", name) : snprintf(joined, MSC_PATH_MAX, "%s/%s", dir, name);
    return n < MSC_PATH_MAX ? MSC_OK : msc_fail(err, MSC_EVALUE, name, "path longer than %d", MSC_PATH_MAX);
}
