/* verify_rasters.c - delivered maps: one grid, codes that the job knows, a from-to table that can be counted again. */
#include "jobs/verify.h"
#include "jobs/areas.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "io/raster_in.h"
#include "jobs/legend.h"
#include "jobs/transitions.h"
#include <stdio.h>
#include <string.h>

enum { N_VALUES = 65536 };

static msc_status count_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    (void)slot; (void)index; (void)err;
    int64_t *count = self;
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w; x++)
            count[tile->plane[0].type == MSC_U8 ? msc_row_u8(tile, 0, y)[x] : msc_row_u16(tile, 0, y)[x]]++;
    return MSC_OK;
}

/* How often each value of a map occurs; its grid and type. EFORMAT when it is not of bytes or UInt16. */
static msc_status count_values(msc_verification *v, const char *path, int64_t count[N_VALUES], msc_grid *grid, msc_error *err)
{
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1, .nodata = "none" },
                                   .n_workers = msc_settings_threads(v->settings, NULL) };
    msc_raster *raster = NULL;
    msc_source source;
    msc_layout layout;
    MSC_TRY(msc_raster_open(&spec, v->settings, &raster, err));
    msc_rasters alone = { .raster = { raster }, .n = 1, .required = 1 };
    const msc_sink sink = { .self = count, .put = count_tile };
    msc_status status = MSC_OK;
    *grid = *msc_raster_grid(raster);
    if (msc_raster_type(raster) == MSC_F32 || msc_raster_n_bands(raster) != 1) status = msc_fail(err, MSC_EFORMAT, path, "not one band of codes");
    if (status == MSC_OK) status = msc_rasters_source(&alone, &source, err);
    if (status == MSC_OK) status = msc_stream_plan(v->settings, &source, NULL, 0, &sink, 0, &layout, err);
    if (status == MSC_OK) status = msc_stream_run(v->settings, &layout, &source, NULL, 0, &sink, "verify", err);
    msc_raster_close(&raster);
    return status;
}

static int is_class(const msc_job *job, int code) { return msc_class_of(job->classes, job->n_classes, code) != NULL; }

static int is_known(const msc_job *job, int value, int is_change)
{
    if (value == 0 || (is_change && value == 65535)) return 1;
    if (!is_change) return is_class(job, value);
    return value >> 8 != (value & 255) && is_class(job, value >> 8) && is_class(job, value & 255);
}

/* Grid and codes of one map. */
static msc_status check_map(msc_verification *v, const char *name, int is_change, int64_t *count, msc_error *err)
{
    char path[MSC_PATH_MAX];
    msc_grid grid;
    int64_t n_px = 0, n_strange = 0;
    int first = -1;
    msc_sheet_section(v->sheet, "maps", name);
    if (!msc_verify_file(v, name, path)) {
        msc_verify_note(v, 0, "grid", "%s", msc_sheet_words(v->sheet, "the file is missing", "文件缺失"));
        return MSC_OK;
    }
    memset(count, 0, N_VALUES * sizeof *count);
    if (count_values(v, path, count, &grid, err) != MSC_OK) return msc_verify_note_error(v, "grid", err);
    if (v->grid.width_px == 0) v->grid = grid;
    char crs[200];
    msc_crs_name(grid.crs, crs, sizeof crs);
    msc_verify_note(v, msc_grid_same(&grid, &v->grid), "grid", "%d x %d, %s", (int)grid.width_px, (int)grid.height_px, crs);
    for (int value = 0; value < N_VALUES; value++) {
        n_px += count[value];
        if (count[value] == 0 || is_known(v->job, value, is_change)) continue;
        n_strange += count[value];
        if (first < 0) first = value;
    }
    if (n_strange == 0) msc_verify_note(v, 1, "codes", "%lld px", (long long)n_px);
    else msc_verify_note(v, 0, "codes", msc_sheet_words(v->sheet, "%lld px with codes that the job does not have, the first %d",
                         "%lld 个像元的代码不在任务中，第一个为 %d"), (long long)n_strange, first);
    return MSC_OK;
}

/* The table again from the maps, byte by byte. */
static msc_status check_table(msc_verification *v, int y0, int y1, msc_error *err)
{
    char name[64], before[MSC_PATH_MAX], map[MSC_PATH_MAX], table[MSC_PATH_MAX], *bytes = NULL, *made = NULL;
    size_t n = 0, n_made = 0;
    snprintf(name, sizeof name, "classes_%d.tif", y0);
    const int has_before = msc_verify_file(v, name, before);
    snprintf(name, sizeof name, "change_%d_%d.tif", y0, y1);
    const int has_map = msc_verify_file(v, name, map);
    snprintf(name, sizeof name, "transitions_%d_%d.csv", y0, y1);
    msc_sheet_section(v->sheet, "maps", name);
    if (!msc_verify_file(v, name, table) || !has_map || !has_before) {
        msc_verify_note(v, 0, "table", "%s", msc_sheet_words(v->sheet, "a file is missing", "文件缺失"));
        return MSC_OK;
    }
    msc_transitions *t = msc_alloc_zero(1, sizeof *t);
    if (!t) return msc_fail(err, MSC_ENOMEM, table, "%zu bytes", sizeof *t);
    msc_status status = msc_transitions_count(v->settings, before, map, t, err);
    if (status == MSC_OK) status = msc_transitions_text(t, v->job->classes, v->job->n_classes, &made, &n_made, err);
    if (status == MSC_OK) status = msc_file_read(table, &bytes, &n, err);
    if (status == MSC_OK)
        msc_verify_note(v, n == n_made && memcmp(bytes, made, n) == 0, "table", "%s",
                        msc_sheet_words(v->sheet, "counted again from the maps", "由栅格重新统计核对"));
    else status = msc_verify_note_error(v, "table", err);
    msc_release(bytes);
    msc_release(made);
    msc_release(t);
    return status;
}

static int is_at_hand(const char *path) { return !path || msc_file_exists(path); }

/* The areas by from-to and zone again, byte by byte, where the DEM and the zones that they are made of are at hand. */
static msc_status check_areas(msc_verification *v, int epoch, msc_error *err)
{
    const msc_job *job = v->job;
    const int y0 = job->epochs[epoch - 1].year, y1 = job->epochs[epoch].year;
    char name[64], before[MSC_PATH_MAX], map[MSC_PATH_MAX], table[MSC_PATH_MAX], *bytes = NULL, *made = NULL;
    size_t n = 0, n_made = 0;
    msc_areas *areas = NULL;
    const char *now = job->epochs[epoch].image.dem;
    const msc_areas_options o = { .before = before, .change = map, .dem = now ? now : job->epochs[epoch - 1].image.dem, .zones = job->zones, .n_zones = job->n_zones,
                                  .classes = job->classes, .n_classes = job->n_classes };
    int is_ready = is_at_hand(o.dem);
    for (int z = 0; z < job->n_zones; z++) is_ready &= is_at_hand(job->zones[z].path);
    snprintf(name, sizeof name, "classes_%d.tif", y0);
    is_ready &= msc_verify_file(v, name, before);
    snprintf(name, sizeof name, "change_%d_%d.tif", y0, y1);
    is_ready &= msc_verify_file(v, name, map);
    snprintf(name, sizeof name, "areas_%d_%d.json", y0, y1);
    if (!msc_verify_file(v, name, table) || !is_ready) return MSC_OK;      /* whether it should be there is told by its hash */
    msc_sheet_section(v->sheet, "maps", name);
    msc_status status = msc_areas_count(v->settings, &o, &areas, err);
    if (status == MSC_OK) status = msc_areas_json(areas, &made, &n_made, err);
    if (status == MSC_OK) status = msc_file_read(table, &bytes, &n, err);
    if (status == MSC_OK)
        msc_verify_note(v, n == n_made && memcmp(bytes, made, n) == 0, "table", "%s", msc_sheet_words(v->sheet, "counted again from the maps", "由栅格重新统计核对"));
    else status = msc_verify_note_error(v, "table", err);
    msc_release(bytes);
    msc_release(made);
    msc_areas_free(&areas);
    return status;
}

static msc_status check_all(msc_verification *v, int64_t *count, msc_error *err)
{
    char name[64];
    for (int i = 0; i < v->job->n_epochs; i++) {
        snprintf(name, sizeof name, "classes_%d.tif", v->job->epochs[i].year);
        MSC_TRY(check_map(v, name, 0, count, err));
    }
    for (int i = 1; i < v->job->n_epochs; i++) {
        const int y0 = v->job->epochs[i - 1].year, y1 = v->job->epochs[i].year;
        snprintf(name, sizeof name, "change_%d_%d.tif", y0, y1);
        MSC_TRY(check_map(v, name, 1, count, err));
        MSC_TRY(check_table(v, y0, y1, err));
        MSC_TRY(check_areas(v, i, err));
        MSC_TRY(msc_verify_accepted(v, i, err));
    }
    return MSC_OK;
}

msc_status msc_verify_rasters(msc_verification *v, msc_error *err)
{
    int64_t *count = msc_alloc(N_VALUES, sizeof *count);
    if (!count) return msc_fail(err, MSC_ENOMEM, v->dir, "counts");
    const msc_status status = check_all(v, count, err);
    msc_release(count);
    return status;
}
