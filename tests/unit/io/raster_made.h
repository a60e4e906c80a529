/* raster_made.h - small rasters made with GDAL or with raster_out, and whole rasters read through the stream.
 */
#ifndef TEST_IO_RASTER_MADE_H
#define TEST_IO_RASTER_MADE_H
#define _DEFAULT_SOURCE
#include "base/file.h"
#include "base/mem.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include <cpl_string.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char made_dir[200];

static inline int made_setup(void **state)
{
    (void)state;
    GDALAllRegister();
    snprintf(made_dir, sizeof made_dir, "/tmp/minescar-raster-XXXXXX");
    return mkdtemp(made_dir) ? 0 : -1;
}

static inline int made_teardown(void **state)
{
    char command[256];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", made_dir);
    return system(command);
}

static inline const char *made_path(const char *name)
{
    static char paths[16][300];
    static int next;
    char *path = paths[next++ % 16];
    snprintf(path, 300, "%s/%s", made_dir, name);
    return path;
}

/* A value of pixel (x, y) of band b, below 200, never 0. */
static inline double made_value(int x, int y, int b)
{
    return 1 + (x * 7 + y * 13 + b * 31 + (x / 16) * (y / 16)) % 199;
}

/* What a test file is like. */
typedef struct made_spec {
    const char *name, *driver, *creation; /* creation: space-separated NAME=VALUE */
    int w, h, bands;
    GDALDataType type;
    double e0, n0, pixel;
    int epsg; /* 0 none */
    int has_nodata;
    double nodata;
    double (*value)(int x, int y, int b); /* NULL: made_value */
} made_spec;

static inline const char *made_file(const made_spec *s)
{
    const char *path = made_path(s->name);
    char **options = CSLTokenizeString2(s->creation ? s->creation : "", " ", 0);
    GDALDatasetH ds = GDALCreate(GDALGetDriverByName(s->driver ? s->driver : "GTiff"), path, s->w, s->h,
                                 s->bands, s->type, options);
    assert_non_null(ds);
    double gt[6] = { s->e0, s->pixel, 0, s->n0, 0, -s->pixel };
    GDALSetGeoTransform(ds, gt);
    if (s->epsg) {
        OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
        OSRImportFromEPSG(srs, s->epsg);
        OSRSetAxisMappingStrategy(srs, OAMS_TRADITIONAL_GIS_ORDER);
        GDALSetSpatialRef(ds, srs);
        OSRRelease(srs);
    }
    double *row = malloc(sizeof(double) * (size_t)s->w);
    for (int b = 0; b < s->bands; b++) {
        GDALRasterBandH band = GDALGetRasterBand(ds, b + 1);
        if (s->has_nodata) GDALSetRasterNoDataValue(band, s->nodata);
        for (int y = 0; y < s->h; y++) {
            for (int x = 0; x < s->w; x++) row[x] = (s->value ? s->value : made_value)(x, y, b);
            assert_int_equal(GDALRasterIO(band, GF_Write, 0, y, s->w, 1, row, s->w, 1, GDT_Float64, 0, 0),
                             CE_None);
        }
    }
    free(row);
    GDALClose(ds);
    CSLDestroy(options);
    return path;
}

/* A whole raster in memory as doubles, read through the stream with a halo that is checked against the core.
 */
typedef struct made_all {
    int w, h, bands;
    double *value;
    uint8_t *valid;
    msc_raster *raster;
} made_all;

static inline double made_get(const msc_tile *t, int b, int x, int y)
{
    return t->plane[b].type == MSC_U8    ? msc_row_u8(t, b, y)[x]
           : t->plane[b].type == MSC_U16 ? msc_row_u16(t, b, y)[x]
                                         : msc_row_f32(t, b, y)[x];
}

static inline msc_status made_keep(void *self, const msc_tile *t, void *slot, int64_t index, msc_error *err)
{
    made_all *all = self;
    (void)slot;
    (void)index;
    (void)err;
    for (int y = 0; y < t->core.h; y++)
        for (int x = 0; x < t->core.w; x++) {
            const size_t at = (size_t)(t->core.y + y) * (size_t)all->w + (size_t)(t->core.x + x);
            all->valid[at] = msc_row_valid(t, y)[x];
            for (int b = 0; b < t->n_planes; b++)
                all->value[(size_t)b * (size_t)all->w * (size_t)all->h + at] = made_get(t, b, x, y);
        }
    return MSC_OK;
}

/* Second pass: every padding pixel equals the core pixel that another tile owns, or is 0 and not valid
 * outside. */
static inline msc_status made_compare(void *self, const msc_tile *t, void *slot, int64_t index,
                                      msc_error *err)
{
    made_all *all = self;
    (void)slot;
    (void)index;
    for (int y = -t->pad_px; y < t->core.h + t->pad_px; y++)
        for (int x = -t->pad_px; x < t->core.w + t->pad_px; x++) {
            const int ix = t->core.x + x, iy = t->core.y + y,
                      in = ix >= 0 && iy >= 0 && ix < all->w && iy < all->h;
            const size_t at = in ? (size_t)iy * (size_t)all->w + (size_t)ix : 0;
            if (msc_row_valid(t, y)[x] != (in ? all->valid[at] : 0))
                return msc_fail(err, MSC_EBUG, "valid", "%d %d", ix, iy);
            for (int b = 0; b < t->n_planes; b++)
                if (made_get(t, b, x, y) !=
                    (in ? all->value[(size_t)b * (size_t)all->w * (size_t)all->h + at] : 0))
                    return msc_fail(err, MSC_EBUG, "value", "%d %d", ix, iy);
        }
    return MSC_OK;
}

static msc_traffic made_traffic; /* of the raster that was closed last, with those before */

static inline msc_status made_read_all(const msc_raster_spec *spec, int tile_px, int threads, int halo,
                                       made_all *all, msc_error *err)
{
    msc_settings settings;
    msc_settings_defaults(&settings);
    settings.n_threads = threads;
    settings.tile_px = tile_px;
    settings.memory_bytes = (int64_t)2 << 30;
    settings.traffic = &made_traffic;
    msc_raster_spec own = *spec;
    own.n_workers = threads;
    memset(all, 0, sizeof *all);
    MSC_TRY(msc_raster_open(&own, &settings, &all->raster, err));
    msc_rasters rasters = { .raster = { all->raster }, .n = 1, .required = 1 };
    msc_source source;
    msc_layout layout;
    MSC_TRY(msc_rasters_source(&rasters, &source, err));
    all->w = source.width_px;
    all->h = source.height_px;
    all->bands = source.n_planes;
    all->value = calloc((size_t)all->w * (size_t)all->h * (size_t)all->bands, sizeof(double));
    all->valid = calloc((size_t)all->w * (size_t)all->h, 1);
    msc_sink sink = { .self = all, .put = made_keep, .halo_px = halo };
    MSC_TRY(msc_stream_plan(&settings, &source, NULL, 0, &sink, 0, &layout, err));
    MSC_TRY(msc_stream_run(&settings, &layout, &source, NULL, 0, &sink, "read", err));
    if (halo == 0) return MSC_OK;
    sink.put = made_compare;
    return msc_stream_run(&settings, &layout, &source, NULL, 0, &sink, "read", err);
}

static inline void made_clear(made_all *all)
{
    msc_raster_close(&all->raster);
    free(all->value);
    free(all->valid);
    memset(all, 0, sizeof *all);
}

static inline double made_at(const made_all *all, int b, int x, int y)
{
    return all->value[((size_t)b * (size_t)all->h + (size_t)y) * (size_t)all->w + (size_t)x];
}
#endif
