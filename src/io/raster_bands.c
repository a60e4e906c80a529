/* raster_bands.c - binds band names to band numbers. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_file.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int msc_bands_find(const msc_bands *bands, const char *name)
{
    for (int i = 0; i < bands->n; i++)
        if (strcasecmp(bands->name[i], name) == 0) return bands->number[i];
    return 0;
}

int msc_bands_alpha(GDALDatasetH dataset)
{
    for (int b = 1; b <= GDALGetRasterCount(dataset); b++)
        if (GDALGetRasterColorInterpretation(GDALGetRasterBand(dataset, b)) == GCI_AlphaBand) return b;
    return 0;
}

static msc_status add(msc_bands *bands, const char *name, int number, const char *path, msc_error *err)
{
    if (bands->n == MSC_MAX_PLANES)
        return msc_fail(err, MSC_EBAND, path, "more than %d bands", MSC_MAX_PLANES);
    if (msc_bands_find(bands, name))
        return msc_fail(err, MSC_EBAND, path, "band name %s is given twice", name);
    snprintf(bands->name[bands->n], sizeof bands->name[0], "%s", name);
    bands->number[bands->n++] = number;
    return MSC_OK;
}

/* "blue:1,green:2" */
static msc_status bind_text(const char *text, const char *path, int n_file, msc_bands *bands, msc_error *err)
{
    for (const char *at = text; *at;) {
        const size_t length = strcspn(at, ",");
        char item[96];
        if (length >= sizeof item) return msc_fail(err, MSC_EBAND, path, "%s", text);
        memcpy(item, at, length);
        item[length] = 0;
        at += length + (at[length] == ',');
        char *name = item + strspn(item, " "), *colon = strchr(name, ':'), *end = NULL;
        const long number = colon ? strtol(colon + 1, &end, 10) : 0;
        while (end && *end == ' ') end++;
        if (!colon || colon == name || colon - name >= 64 || end == colon + 1 || *end)
            return msc_fail(err, MSC_EBAND, path, "%s is not name:number", item);
        *colon = 0;
        for (char *c = colon; c > name && c[-1] == ' '; c--) c[-1] = 0;
        if (number < 1 || number > n_file)
            return msc_fail(err, MSC_EBAND, path, "%s:%ld, the file has %d band%s", name, number, n_file,
                            n_file == 1 ? "" : "s");
        for (char *c = name; *c; c++) *c = (char)tolower((unsigned char)*c);
        MSC_TRY(add(bands, name, (int)number, path, err));
    }
    return bands->n ? MSC_OK : msc_fail(err, MSC_EBAND, path, "no band in \"%s\"", text);
}

/* A description as a name: lower case, anything but letters, digits and UTF-8 becomes '_'. 0 when it says
 * nothing. */
static int name_of_description(const char *text, char name[64])
{
    size_t n = 0;
    for (; *text && n < 63; text++) {
        const unsigned char c = (unsigned char)*text;
        name[n++] = (char)(isalnum(c) || c >= 0x80 ? tolower(c) : '_');
    }
    name[n] = 0;
    return n > 0;
}

/* Names for colours, or the customary order of four (blue green red nir) and three (red green blue) bands. */
static int assume(GDALDatasetH dataset, const int *number, int n, char name[][64])
{
    static const char *const three[] = { "red", "green", "blue" }, *const four[] = { "blue", "green", "red",
                                                                                     "nir" };
    if (n != 3 && n != 4) return 0;
    int n_coloured = 0;
    for (int i = 0; i < n; i++) {
        const GDALColorInterp is = GDALGetRasterColorInterpretation(GDALGetRasterBand(dataset, number[i]));
        const char *colour = is == GCI_RedBand     ? "red"
                             : is == GCI_GreenBand ? "green"
                             : is == GCI_BlueBand  ? "blue"
                                                   : NULL;
        snprintf(name[i], 64, "%s", colour ? colour : "nir");
        n_coloured += colour != NULL;
    }
    if (n_coloured != 3)
        for (int i = 0; i < n; i++) snprintf(name[i], 64, "%s", n == 3 ? three[i] : four[i]);
    return 1;
}

msc_status msc_bands_bind(const char *text, const char *path, GDALDatasetH dataset, msc_bands *bands,
                          int *is_assumed, msc_error *err)
{
    const int n_file = GDALGetRasterCount(dataset), alpha = msc_bands_alpha(dataset);
    bands->n = 0;
    *is_assumed = 0;
    if (text && text[0]) return bind_text(text, path, n_file, bands, err);
    int number[MSC_RASTER_BANDS_MAX], n = 0, n_described = 0;
    char name[MSC_RASTER_BANDS_MAX][64];
    for (int b = 1; b <= n_file; b++) {
        if (b == alpha) continue;
        if (n == MSC_MAX_PLANES) return msc_fail(err, MSC_EBAND, path, "more than %d bands", MSC_MAX_PLANES);
        number[n] = b;
        if (name_of_description(GDALGetDescription(GDALGetRasterBand(dataset, b)), name[n])) n_described++;
        else snprintf(name[n], sizeof name[n], "band%d", b);
        n++;
    }
    if (n == 0) return msc_fail(err, MSC_EBAND, path, "no band beside alpha");
    if (n_described == 0) *is_assumed = assume(dataset, number, n, name);
    for (int i = 0; i < n; i++) {
        /* Descriptions that repeat say nothing: the number tells such bands apart. */
        if (msc_bands_find(bands, name[i])) snprintf(name[i], sizeof name[i], "band%d", number[i]);
        MSC_TRY(add(bands, name[i], number[i], path, err));
    }
    return MSC_OK;
}
