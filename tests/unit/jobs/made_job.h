/* made_job.h - a small region of three classes in two years, with samples: what the jobs' tests work on. */
#ifndef TEST_JOBS_MADE_JOB_H
#define TEST_JOBS_MADE_JOB_H
#include "../io/raster_made.h"
#include "base/hash.h"
#include "io/layer.h"

enum { JOB_W = 320, JOB_H = 240, JOB_CELL = 40 };

/* Class code 1, 2 or 5 of a pixel; the second year has cell (2, 1) changed from 5 to 1... see made_class_later. */
static inline int made_class(int x, int y)
{
    static const int codes[3] = { 1, 2, 5 };
    return codes[(x / JOB_CELL + y / JOB_CELL) % 3];
}
static inline int made_class_later(int x, int y)
{
    return x / JOB_CELL == 1 && y / JOB_CELL == 1 ? 1 : made_class(x, y);
}
static inline double made_signal(int code, int x, int y, int b, int year)
{
    static const int base[6][4] = { { 0 }, { 300, 320, 340, 360 }, { 100, 140, 90, 80 }, { 0 }, { 0 }, { 60, 90, 70, 420 } };
    return base[code][b] + (double)(msc_random((uint64_t)year, (uint64_t)(y * 1000 + x), (uint64_t)b) % 41);
}
/* A collar of 10 px to the west is not observed. */
static inline double made_year_1(int x, int y, int b) { return x < 10 ? 0 : made_signal(made_class(x, y), x, y, b, 1); }
static inline double made_year_2(int x, int y, int b) { return x < 10 ? 0 : made_signal(made_class_later(x, y), x, y, b, 2); }
static inline double made_height(int x, int y, int b) { (void)b; return 100 + 0.5 * x - 0.25 * y; }

/* A path in the test's directory that stays what it is; made_path's are used again after sixteen. */
static inline const char *job_path(const char *name)
{
    static char paths[64][300];
    static int n;
    const char *path = made_path(name);
    for (int i = 0; i < n; i++)
        if (strcmp(paths[i], path) == 0) return paths[i];
    assert_true(n < 64);
    return strcpy(paths[n++], path);
}

static inline const char *made_image(const char *name, int bands, double (*value)(int, int, int))
{
    made_file(&(made_spec){ .name = name, .w = JOB_W, .h = JOB_H, .bands = bands, .type = bands == 1 ? GDT_Float32 : GDT_UInt16,
                                   .e0 = 500000, .n0 = 2500000, .pixel = 2, .epsg = 4548, .has_nodata = bands > 1, .value = value });
    return job_path(name);
}

/* One square polygon of pixels [x0, x1) x [y0, y1). */
static inline void made_square(msc_layer_out *layer, int x0, int y0, int x1, int y1, int64_t code, int64_t year, msc_error *err)
{
    const double w = 500000 + 2 * x0, e = 500000 + 2 * x1, n = 2500000 - 2 * y0, s = 2500000 - 2 * y1;
    const double xy[10] = { w, s, w, n, e, n, e, s, w, s };
    const size_t start[2] = { 0, 5 };
    const uint8_t outer[1] = { 1 };
    const msc_shape shape = { .n_rings = 1, .ring_start = start, .is_outer = outer, .xy = xy };
    char text[8];
    snprintf(text, sizeof text, "c%d", (int)code);
    const msc_value values[3] = { { .is_set = 1, .integer = code, .real = (double)code }, { .is_set = 1, .integer = year, .real = (double)year },
                                  { .is_set = 1, .text = text } };
    assert_int_equal(msc_layer_add(layer, &shape, values, err), MSC_OK);
}

/* An empty layer in the scene's coordinate system. */
static inline msc_layer_out *made_layer(const char *path, const msc_field *fields, int n_fields)
{
    msc_settings settings;
    msc_settings_defaults(&settings);
    msc_layer_out *layer = NULL;
    msc_error err;
    char crs[MSC_CRS_MAX];
    OGRSpatialReferenceH srs = OSRNewSpatialReference(NULL);
    char *wkt = NULL;
    OSRImportFromEPSG(srs, 4548);
    OSRExportToWkt(srs, &wkt);
    snprintf(crs, sizeof crs, "%s", wkt);
    CPLFree(wkt);
    OSRRelease(srs);
    const msc_layer_spec spec = { .path = path, .crs = crs, .fields = fields, .n_fields = n_fields };
    assert_int_equal(msc_layer_create(&settings, &spec, &layer, &err), MSC_OK);
    return layer;
}

/* Samples inside every cell: of both years, of codes in `keep` (a list ending with 0), moved by dx pixels. */
static inline const char *made_samples(const char *name, const int *keep, int dx)
{
    static const msc_field fields[] = { { "code", MSC_FIELD_INT, 0, 0 }, { "year", MSC_FIELD_INT, 0, 0 }, { "name", MSC_FIELD_TEXT, 8, 0 } };
    const char *path = job_path(name);
    msc_layer_out *layer = made_layer(path, fields, 3);
    msc_error err;
    for (int year = 1; year <= 2; year++)
        for (int y = 0; y < JOB_H; y += JOB_CELL)
            for (int x = 0; x < JOB_W; x += JOB_CELL) {
                const int code = year == 1 ? made_class(x, y) : made_class_later(x, y);
                for (const int *k = keep; *k; k++)
                    if (*k == code) made_square(layer, x + 12 + dx, y + 12, x + 30 + dx, y + 30, code, 2000 + year, &err);
            }
    assert_int_equal(msc_layer_commit(&layer, &err), MSC_OK);
    return path;
}

static inline void *made_bytes(const char *path, size_t *n)
{
    char *bytes = NULL;
    msc_error err;
    assert_int_equal(msc_file_read(path, &bytes, n, &err), MSC_OK);
    return bytes;
}

static inline int made_same_bytes(const char *a, const char *b)
{
    size_t n = 0, m = 0;
    void *p = made_bytes(a, &n), *q = made_bytes(b, &m);
    const int is_same = n == m && memcmp(p, q, n) == 0;
    msc_release(p);
    msc_release(q);
    return is_same;
}

/* How many files of the test's directory hold `part` in their names. */
static inline int made_count_files(const char *part)
{
    int n = 0;
    DIR *dir = opendir(made_dir);
    for (struct dirent *e; (e = readdir(dir));) n += strstr(e->d_name, part) != NULL;
    closedir(dir);
    return n;
}

static inline msc_settings made_settings(int tile_px, int n_threads)
{
    msc_settings s;
    msc_settings_defaults(&s);
    s.tile_px = tile_px;
    s.n_threads = n_threads;
    s.memory_bytes = (int64_t)1 << 30;
    s.overwrite = 1;
    return s;
}

/* The usual job: two years with elevation, ten trees. Storage is static. */
static inline msc_train_options made_training(const char *model)
{
    static const int codes[] = { 1, 2, 5, 0 };
    static const int years[2] = { 2001, 2002 };
    static const char *paths[2];
    static msc_image images[2];
    paths[0] = job_path("year1.tif");
    paths[1] = job_path("year2.tif");
    if (!msc_file_exists(paths[0])) {
        made_image("year1.tif", 4, made_year_1);
        made_image("year2.tif", 4, made_year_2);
        made_image("dem.tif", 1, made_height);
        made_samples("samples.gpkg", codes, 0);
    }
    for (int i = 0; i < 2; i++)
        images[i] = (msc_image){ .paths = &paths[i], .n_paths = 1, .bands = "blue:1,green:2,red:3,nir:4", .dem = job_path("dem.tif") };
    msc_train_options o;
    msc_train_defaults(&o);
    o.images = images;
    o.years = years;
    o.n_images = 2;
    o.samples = job_path("samples.gpkg");
    o.class_field = "code";
    o.year_field = "year";
    o.features = "bands,ndvi,mean:5,std:5,slope,tpi:9";
    o.n_trees = 10;
    o.model = model;
    return o;
}
#endif
