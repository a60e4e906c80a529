/* layer_parts.c - the files that a raster or a vector layer is made of, as GDAL names them. */
#define _LARGEFILE64_SOURCE   /* VSIStatBufL is a stat64 */
#include "io/layer_parts.h"
#include "base/mem.h"
#include "io/raster_file.h"
#include <cpl_conv.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <string.h>

/* What programs that only show a file write beside it. */
static int is_of_viewers(const char *path)
{
    static const char *const ends[] = { ".aux.xml", ".ovr", ".qix", ".sbn", ".sbx" };
    const size_t n = strlen(path);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && EQUAL(path + n - strlen(ends[i]), ends[i])) return 1;
    return 0;
}

static int is_local_file(const char *path)
{
    VSIStatBufL st;
    return strncmp(path, "/vsi", 4) != 0 && VSIStatL(path, &st) == 0 && !VSI_ISDIR(st.st_mode);
}

static msc_status add(msc_parts *parts, const char *path, msc_error *err)
{
    char *copy = msc_reserve((void **)&parts->path, &parts->capacity, parts->n + 1, sizeof *parts->path) ? msc_copy_text(path) : NULL;
    if (!copy) return msc_fail(err, MSC_ENOMEM, path, "%zu files", parts->n);
    parts->path[parts->n++] = copy;
    return MSC_OK;
}

static char **files_of(const char *path)
{
    msc_say say;
    msc_gdal_start();
    msc_say_begin(&say);
    GDALDatasetH dataset = GDALOpenEx(path, GDAL_OF_RASTER | GDAL_OF_VECTOR | GDAL_OF_READONLY, NULL, NULL, NULL);
    char **files = dataset ? GDALGetFileList(dataset) : NULL;
    if (dataset) GDALClose(dataset);
    msc_say_end();
    return files;
}

static int is_among(const msc_parts *parts, size_t first, const char *path)
{
    for (size_t i = first; i < parts->n; i++)
        if (strcmp(parts->path[i], path) == 0) return 1;
    return 0;
}

/* GDAL names a VRT's sources, and not what they are made of. */
msc_status msc_parts_add(const char *path, msc_parts *parts, msc_error *err)
{
    const size_t first = parts->n;
    const char *whole = path;
    msc_status status = MSC_OK;
    for (size_t next = first; status == MSC_OK; next++) {
        char **files = files_of(whole);
        for (int i = 0; files && files[i] && status == MSC_OK; i++)
            if (strcmp(files[i], path) != 0 && !is_of_viewers(files[i]) && is_local_file(files[i]) && !is_among(parts, first, files[i]))
                status = add(parts, files[i], err);
        CSLDestroy(files);
        while (next < parts->n && !EQUAL(CPLGetExtension(parts->path[next]), "vrt")) next++;
        if (next >= parts->n) break;
        whole = parts->path[next];
    }
    return status;
}

void msc_parts_clear(msc_parts *parts)
{
    for (size_t i = 0; i < parts->n; i++) msc_release(parts->path[i]);
    msc_release(parts->path);
    *parts = (msc_parts){ 0 };
}
