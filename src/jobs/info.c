/* info.c - what rasters are, and whether two of them can be compared. */
#include "grid/area.h"
#include "grid/crs.h"
#include "base/mem.h"
#include "jobs/describe.h"
#include "jobs/job_grid.h"
#include "jobs/shift_map.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

void msc_describe_bytes(double bytes, char *text, size_t size)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
    int unit = 0;
    for (; bytes >= 1024 && unit < 4; unit++) bytes /= 1024;
    snprintf(text, size, unit ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

void msc_describe_grid(msc_sheet *sheet, const msc_grid *g)
{
    char name[256];
    const int is_geographic = g->crs[0] && msc_crs_is_geographic(g->crs);
    snprintf(name, sizeof name, "%s", msc_sheet_words(sheet, "none", "无"));
    if (g->crs[0]) msc_crs_name(g->crs, name, sizeof name);
    msc_sheet_number(sheet, "width_px", g->width_px, "%d", (int)g->width_px);
    msc_sheet_number(sheet, "height_px", g->height_px, "%d", (int)g->height_px);
    msc_sheet_text(sheet, "crs", "%s", name);
    msc_sheet_text(sheet, "pixel", "%.10g x %.10g %s", g->pixel_e, g->pixel_n,
                   is_geographic ? msc_sheet_words(sheet, "degrees", "度") : msc_sheet_words(sheet, "units of the CRS", "坐标系单位"));
    msc_sheet_number(sheet, "pixel_m2", msc_area_pixel_m2(g), "%.6g", msc_area_pixel_m2(g));
    msc_sheet_text(sheet, "extent", "%.10g %.10g .. %.10g %.10g", g->e0, msc_grid_n(g, g->height_px), msc_grid_e(g, g->width_px), g->n0);
}

void msc_describe_raster(msc_sheet *sheet, const msc_raster_facts *f)
{
    char bytes[32];
    msc_describe_bytes((double)f->file_bytes, bytes, sizeof bytes);
    msc_sheet_text(sheet, "format", "%s, %s", f->driver,
                   f->compression[0] ? f->compression : msc_sheet_words(sheet, "not compressed", "未压缩"));
    msc_sheet_number(sheet, "file_bytes", (double)f->file_bytes, "%s", bytes);
    msc_sheet_text(sheet, "type", "%s", f->type);
    msc_sheet_text(sheet, "blocks", "%d x %d", f->block_w, f->block_h);
    msc_describe_grid(sheet, &f->grid);
    if (f->is_rotated) msc_sheet_text(sheet, "rotated", "%s", msc_sheet_words(sheet, "yes: not north-up", "是：非正北朝上"));
    msc_sheet_number(sheet, "n_bands", f->n_bands, "%d", f->n_bands);
    msc_sheet_text(sheet, "bands", "%s", f->band_names[0] ? f->band_names : msc_sheet_words(sheet, "no names", "无名称"));
    msc_sheet_text(sheet, "nodata", "%s", f->nodata[0] ? f->nodata : msc_sheet_words(sheet, "none", "无"));
    if (f->sun_elevation_deg > 0.0) msc_sheet_text(sheet, "sun", "%.4g,%.4g", f->sun_azimuth_deg, f->sun_elevation_deg);
}

/* Which of two names is not in the other's comma list; "" when both hold the same. */
static void band_difference(const char *a, const char *b, char *missing, size_t size)
{
    *missing = 0;
    for (const char *c = a; *c;) {
        const size_t n = strcspn(c, ",");
        int is_found = 0;
        for (const char *d = b; *d && !is_found;) {
            const size_t m = strcspn(d, ",");
            is_found = n == m && !memcmp(c, d, n);
            d += m + (d[m] == ',');
        }
        if (!is_found && strlen(missing) + n + 3 < size) {
            if (*missing) strcat(missing, ",");
            strncat(missing, c, n);
        }
        c += n + (c[n] == ',');
    }
}

static void compare_bands(msc_sheet *sheet, const msc_raster_facts *a, const msc_raster_facts *b)
{
    char lost[512], more[512];
    const char *same = msc_sheet_words(sheet, "same", "相同"), *differs = msc_sheet_words(sheet, "differs", "不同"),
               *none = msc_sheet_words(sheet, "none", "无");
    band_difference(a->band_names, b->band_names, lost, sizeof lost);
    band_difference(b->band_names, a->band_names, more, sizeof more);
    if (a->n_bands != b->n_bands)
        msc_sheet_text(sheet, "bands", "%s: %d %s %d", msc_sheet_words(sheet, "differ", "不同"), a->n_bands,
                       msc_sheet_words(sheet, "and", "与"), b->n_bands);
    else if (*lost || *more)
        msc_sheet_text(sheet, "bands", "%s: %s | %s", msc_sheet_words(sheet, "names differ", "名称不同"), *lost ? lost : "-", *more ? more : "-");
    else msc_sheet_text(sheet, "bands", "%s (%d)", same, a->n_bands);
    msc_sheet_text(sheet, "type", "%s (%s, %s)", strcmp(a->type, b->type) ? differs : same, a->type, b->type);
    msc_sheet_text(sheet, "nodata", "%s (%s, %s)", strcmp(a->nodata, b->nodata) ? differs : same,
                   a->nodata[0] ? a->nodata : none, b->nodata[0] ? b->nodata : none);
}

/* What a warp would have to do; `share` is negative where one cannot be placed on the other. */
static const char *verdict(const msc_sheet *sheet, const msc_raster_facts *a, const msc_raster_facts *b, double ratio, double share)
{
    const int is_same_crs = msc_crs_same(a->grid.crs, b->grid.crs), has_crs = a->grid.crs[0] && b->grid.crs[0];
    if (a->is_rotated || b->is_rotated)
        return msc_sheet_words(sheet, "no: one is not north-up; warp it first", "否：其一非正北朝上，请先用 gdalwarp 校正");
    if (!is_same_crs && !has_crs)
        return msc_sheet_words(sheet, "no: one has no coordinate system; assign it first", "否：其一没有坐标系，请先指定");
    if (share < 0)
        return msc_sheet_words(sheet, "no: one cannot be brought to the other's coordinate system", "否：其一无法转换到另一坐标系");
    if (share <= 0) return msc_sheet_words(sheet, "no: they do not overlap", "否：范围没有重叠");
    if (msc_grid_same(&a->grid, &b->grid)) return msc_sheet_words(sheet, "yes: on one grid, pixel by pixel", "能：在同一网格上，逐像元对应");
    if (is_same_crs && fabs(ratio - 1) < 1e-6)
        return msc_sheet_words(sheet, "yes, after a shift onto one grid (run does it)", "能：需平移到同一网格（run 自动完成）");
    return msc_sheet_words(sheet, "yes, after a warp onto one grid (run does it)", "能：需重采样到同一网格（run 自动完成）");
}

/* How far the second lies from the first, measured in a few windows. */
static void compare_ground(const msc_settings *settings, msc_sheet *sheet, const char *path_a, const char *path_b)
{
    msc_shift_options o;
    msc_shift_defaults(&o);
    o.before = (msc_image){ .paths = &path_a, .n_paths = 1 };
    o.after = (msc_image){ .paths = &path_b, .n_paths = 1 };
    msc_shift_describe(settings, &o, NULL, sheet);
}

static void compare(const msc_settings *settings, msc_sheet *sheet, const char *path_a, const msc_raster_facts *a, const char *path_b,
                    const msc_raster_facts *b)
{
    char name[1100];
    double share = -1;
    msc_error err = { 0 };
    snprintf(name, sizeof name, "%.500s %s %.500s", path_a, msc_sheet_words(sheet, "and", "与"), path_b);
    msc_sheet_section(sheet, "comparison", name);
    const int has_crs = a->grid.crs[0] && b->grid.crs[0], is_same_crs = msc_crs_same(a->grid.crs, b->grid.crs);
    const char *same = msc_sheet_words(sheet, "same", "相同"), *differs = msc_sheet_words(sheet, "differs", "不同");
    msc_sheet_text(sheet, "crs", "%s", is_same_crs ? same : has_crs ? differs : msc_sheet_words(sheet, "missing in one of the two", "其一缺少"));
    const double ratio = sqrt(msc_area_pixel_m2(&b->grid) / msc_area_pixel_m2(&a->grid));
    msc_sheet_text(sheet, "pixel", "%s", fabs(ratio - 1) < 1e-6 ? same : differs);
    if (fabs(ratio - 1) >= 1e-6) msc_sheet_number(sheet, "pixel_ratio", ratio, "%.4g", ratio);
    compare_bands(sheet, a, b);
    if ((is_same_crs || has_crs) && msc_grid_share(&a->grid, &b->grid, &share, &err) == MSC_OK)
        msc_sheet_number(sheet, "overlap", share, "%.2f %%%s", 100 * share, msc_sheet_words(sheet, " of the first", "（占第一幅）"));
    else share = -1;
    if (share > 0 && !a->is_rotated && !b->is_rotated) compare_ground(settings, sheet, path_a, path_b);
    msc_sheet_text(sheet, "verdict", "%s", verdict(sheet, a, b, ratio, share));
}

msc_status msc_info(const msc_settings *settings, const char *const *paths, int n_paths, int as_json, char **text, msc_error *err)
{
    msc_sheet *sheet = NULL;
    if (n_paths < 1) return msc_fail(err, MSC_EUSAGE, "IMAGE", "none given");
    msc_raster_facts *facts = msc_alloc_zero((size_t)n_paths, sizeof *facts);
    if (!facts) return msc_fail(err, MSC_ENOMEM, paths[0], "%d rasters", n_paths);
    msc_status status = msc_sheet_new(settings, as_json, &sheet, err);
    for (int i = 0; i < n_paths && status == MSC_OK; i++) {
        status = msc_raster_facts_read(paths[i], &facts[i], err);
        if (status != MSC_OK) break;
        msc_sheet_section(sheet, "image", paths[i]);
        msc_describe_raster(sheet, &facts[i]);
    }
    for (int i = 1; i < n_paths && status == MSC_OK; i++) compare(settings, sheet, paths[0], &facts[0], paths[i], &facts[i]);
    if (status == MSC_OK) status = msc_sheet_finish(sheet, text, err);
    msc_sheet_free(&sheet);
    msc_release(facts);
    return status;
}
