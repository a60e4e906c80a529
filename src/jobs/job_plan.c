/* job_plan.c - checks every input of a job and says what a run would do, on which grid, with how much. Writes nothing. */
#define _POSIX_C_SOURCE 200809L
#include "base/file.h"
#include "base/mem.h"
#include "grid/area.h"
#include "jobs/describe.h"
#include "jobs/imagery.h"
#include "jobs/impossible.h"
#include "jobs/job_grid.h"
#include "jobs/job_plan.h"
#include "jobs/shift_map.h"
#include "ops/features.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Widest halo of the default features (relief:63), used to size tiles before the model is known. */
enum { HALO_PX = 32 };

/* Processor seconds a pixel: of classifying and tracing an epoch, of comparing and tracing a pair; and of growing a
 * forest. `/usr/bin/time -f %U` of train, classify, change and vectorize on `simulate --size-px 1024`, 4 bands and DEM. */
#define EPOCH_S_PER_PX 3.6e-6
#define EPOCH_GAUSS_S_PER_PX 0.35e-6
#define PAIR_S_PER_PX 0.3e-6
#define EVIDENCE_S_PER_PX 0.13e-6
#define TRAIN_S 6.0
#define TRAIN_GAUSS_S 0.2

/* Bytes a pixel that outputs take at most: class, confidence and their overviews; change likewise. */
#define EPOCH_BYTES_PER_PX (2 * 4.0 / 3)
#define PAIR_BYTES_PER_PX (2 * 4.0 / 3)
#define EVIDENCE_BYTES_PER_PX (4.0 / 3)

static void say_bands(msc_sheet *sheet, const msc_raster *raster)
{
    char names[1024] = "";
    for (int i = 0; i < msc_raster_n_bands(raster); i++) {
        const char *name = msc_raster_band_name(raster, i);
        if (strlen(names) + strlen(name) + 3 > sizeof names) break;
        if (i) strcat(names, ", ");
        strcat(names, name);
    }
    msc_sheet_text(sheet, "bands", "%s", names);
}

/* Tiles and memory of a pass over this image, as the stream would lay it out. */
static msc_status say_layout(const msc_planning *p, msc_raster *raster, msc_error *err)
{
    msc_rasters all = { .raster = { raster }, .n = 1, .required = 1 };
    msc_source source = { 0 };
    const msc_sink sink = { .halo_px = HALO_PX };
    msc_layout layout;
    char bytes[32];
    MSC_TRY(msc_rasters_source(&all, &source, err));
    MSC_TRY(msc_stream_plan(p->settings, &source, NULL, 0, &sink, 0, &layout, err));
    msc_describe_bytes((double)layout.bytes, bytes, sizeof bytes);
    msc_sheet_number(p->sheet, "tile_px", layout.tile_px, "%d", (int)layout.tile_px);
    msc_sheet_number(p->sheet, "n_tiles", (double)layout.n_across * layout.n_down, "%lld", (long long)layout.n_across * layout.n_down);
    msc_sheet_number(p->sheet, "tile_bytes", (double)layout.bytes, "%s", bytes);
    return MSC_OK;
}

/* What there is beside the bands when a model is made: elevations and the place of the sun, where all years have them. */
static msc_status count_beside(msc_planning *p, msc_error *err)
{
    p->has_dem = p->has_sun = 1;
    for (int i = 0; i < p->job->n_epochs; i++) {
        const msc_image *image = &p->job->epochs[i].image;
        msc_sun_place sun;
        MSC_TRY(msc_imagery_sun(image, &sun, err));
        p->has_dem &= image->dem != NULL;
        p->has_sun &= sun.elevation_deg > 0.0;
    }
    return MSC_OK;
}

/* Whether the features that the job asks for can be made of an image. */
static msc_status check_features(const msc_planning *p, const msc_raster *raster, msc_error *err)
{
    const char *bands[MSC_MAX_BANDS];
    const msc_feature_input input = { bands, msc_raster_n_bands(raster), p->has_dem, p->has_sun, sqrt(msc_area_pixel_m2(&p->grid)) };
    msc_settings quiet = *p->settings;
    msc_features *features = NULL;
    if (!p->job->training.samples || !p->job->features) return MSC_OK;
    quiet.warn = NULL;
    for (int b = 0; b < input.n_bands && b < MSC_MAX_BANDS; b++) bands[b] = msc_raster_band_name(raster, b);
    MSC_TRY(msc_features_open(&quiet, p->job->features, &input, &features, err));
    msc_features_close(&features);
    return MSC_OK;
}

static msc_status plan_epoch(const msc_planning *p, const msc_job_epoch *epoch, msc_error *err)
{
    char name[32];
    msc_raster_facts facts;
    msc_raster *raster = NULL;
    snprintf(name, sizeof name, "%s %d", msc_sheet_words(p->sheet, "epoch", "年份"), epoch->year);
    msc_sheet_section(p->sheet, "epoch", name);
    if (epoch->date) msc_sheet_text(p->sheet, "date", "%s", epoch->date);
    double most = 0;
    int is_warped = 0;
    for (int i = 0; i < epoch->image.n_paths; i++) {
        double share = 0;
        MSC_TRY(msc_raster_facts_read(epoch->image.paths[i], &facts, err));
        if (!facts.grid.crs[0]) return msc_fail(err, MSC_ECRS, epoch->image.paths[i], "no coordinate system");
        MSC_TRY(msc_grid_share(&p->grid, &facts.grid, &share, err));
        if (share > most) most = share;
        is_warped |= !msc_grid_same(&p->grid, &facts.grid);
        msc_sheet_text(p->sheet, "image", "%s: %s, %s, %s %s", epoch->image.paths[i], facts.driver, facts.type,
                       msc_sheet_words(p->sheet, "nodata", "无效值"), facts.nodata[0] ? facts.nodata : msc_sheet_words(p->sheet, "none", "无"));
    }
    if (!(most > 0)) return msc_fail(err, MSC_EOVERLAP, epoch->image.paths[0], "outside the job's grid");
    msc_sheet_number(p->sheet, "overlap", most, "%.2f %%%s%s", 100 * most, msc_sheet_words(p->sheet, " of the job's grid", "（占任务网格）"),
                     epoch->image.n_paths > 1 ? msc_sheet_words(p->sheet, " (largest file)", "，最大的文件") : "");
    msc_sheet_text(p->sheet, "resampling", "%s", is_warped ? msc_sheet_words(p->sheet, "onto the job's grid", "重采样到任务网格")
                   : msc_sheet_words(p->sheet, "none: on the job's grid already", "无需：已在任务网格上"));
    msc_sheet_text(p->sheet, "nodata", "%s", epoch->image.nodata ? epoch->image.nodata
                   : msc_sheet_words(p->sheet, "auto (tag, mask band, alpha)", "自动（标记、掩膜波段、alpha）"));
    const msc_raster_spec spec = { .image = epoch->image, .grid = &p->grid, .resample = MSC_BILINEAR, .n_workers = 1 };
    MSC_TRY(msc_raster_open(&spec, p->settings, &raster, err));
    say_bands(p->sheet, raster);
    msc_status status = check_features(p, raster, err);
    if (status == MSC_OK) status = say_layout(p, raster, err);
    msc_raster_close(&raster);
    const char *const others[] = { epoch->image.mask, epoch->image.dem };
    for (int i = 0; i < 2 && status == MSC_OK; i++) {
        if (!others[i]) continue;
        status = msc_raster_facts_read(others[i], &facts, err);
        if (status == MSC_OK) msc_sheet_text(p->sheet, i ? "dem" : "mask", "%s: %s, %s", others[i], facts.driver, facts.type);
    }
    double share = 0;
    if (status != MSC_OK || !epoch->image.dem) return status;
    MSC_TRY(msc_grid_check_dem(p->settings, &p->grid, epoch->image.dem, &share, err));
    msc_sheet_number(p->sheet, "dem_overlap", share, "%.2f %%%s", 100 * share, msc_sheet_words(p->sheet, " of the job's grid", "（占任务网格）"));
    return MSC_OK;
}

/* The nearest directory above `path` that exists. */
static void existing_parent(const char *path, char found[MSC_PATH_MAX])
{
    snprintf(found, MSC_PATH_MAX, "%s", path);
    while (access(found, F_OK) != 0) {
        char *slash = strrchr(found, '/');
        if (!slash) {
            snprintf(found, MSC_PATH_MAX, ".");
            return;
        }
        *(slash == found ? slash + 1 : slash) = 0;
        if (slash == found) return;
    }
}

static msc_status plan_output(const msc_planning *p, msc_error *err)
{
    char parent[MSC_PATH_MAX], words[32], free_words[32];
    struct statvfs disk;
    const int has_evidence = strcmp(p->job->evidence.method, "irmad") == 0;
    const double bytes = p->n_px * (p->job->n_epochs * EPOCH_BYTES_PER_PX + (p->job->n_epochs - 1) * (PAIR_BYTES_PER_PX + has_evidence * EVIDENCE_BYTES_PER_PX));
    existing_parent(p->job->output, parent);
    msc_sheet_section(p->sheet, "output", msc_sheet_words(p->sheet, "output", "输出"));
    msc_sheet_text(p->sheet, "directory", "%s", p->job->output);
    if (access(parent, W_OK) != 0) return msc_fail(err, MSC_EPERM, p->job->output, "%s cannot be written", parent);
    msc_describe_bytes(bytes, words, sizeof words);
    msc_sheet_number(p->sheet, "disk_bytes", bytes, "%s%s", words, msc_sheet_words(p->sheet, " at most for rasters", "（栅格，至多）"));
    if (statvfs(parent, &disk) == 0) {
        const double n_free = (double)disk.f_bavail * (double)disk.f_frsize;
        msc_describe_bytes(n_free, free_words, sizeof free_words);
        msc_sheet_number(p->sheet, "disk_free_bytes", n_free, "%s", free_words);
        if (n_free < bytes) msc_warn(p->settings, MSC_WOTHER, p->job->output, msc_settings_words(p->settings, "%s free, up to %s needed", "可用 %s，最多需要 %s"), free_words, words);
    }
    char deliver[128] = "";
    for (int i = 0; i < p->job->n_deliver; i++) {
        if (i) strcat(deliver, ", ");
        strcat(deliver, p->job->deliver[i]);
    }
    msc_sheet_text(p->sheet, "deliver", "%s (%s)", deliver, p->job->encoding);
    return MSC_OK;
}

/* Who granted threads or memory; names of variables and of the kernel's limits stay as they are. */
static const char *reason(const msc_sheet *sheet, const char *why)
{
    return strcmp(why, "machine") == 0    ? msc_sheet_words(sheet, why, "本机")
           : strcmp(why, "settings") == 0 ? msc_sheet_words(sheet, why, "命令行")
           : strcmp(why, "affinity") == 0 ? msc_sheet_words(sheet, why, "处理器亲和性")
                                          : why;
}

static void plan_machine(const msc_planning *p)
{
    const char *why_threads = "", *why_memory = "";
    char bytes[32];
    const int n_threads = msc_settings_threads(p->settings, &why_threads);
    const int64_t memory = msc_settings_memory(p->settings, &why_memory);
    const int is_gauss = p->job->training.method && strcmp(p->job->training.method, "gauss") == 0;
    const double epoch_s = is_gauss ? EPOCH_GAUSS_S_PER_PX : EPOCH_S_PER_PX, train_s = is_gauss ? TRAIN_GAUSS_S : TRAIN_S;
    const int has_evidence = strcmp(p->job->evidence.method, "irmad") == 0;
    const double seconds = p->n_px * (p->job->n_epochs * epoch_s + (p->job->n_epochs - 1) * (PAIR_S_PER_PX + has_evidence * EVIDENCE_S_PER_PX)) / n_threads
                           + (p->job->training.samples ? train_s / n_threads : 0);
    msc_describe_bytes((double)memory, bytes, sizeof bytes);
    msc_sheet_section(p->sheet, "machine", msc_sheet_words(p->sheet, "machine", "机器"));
    msc_sheet_number(p->sheet, "threads", n_threads, "%d (%s)", n_threads, reason(p->sheet, why_threads));
    msc_sheet_number(p->sheet, "memory_bytes", (double)memory, "%s (%s)", bytes, reason(p->sheet, why_memory));
    msc_sheet_number(p->sheet, "time_s", seconds, "%s %.0f s", msc_sheet_words(p->sheet, "about", "约"), seconds < 1 ? 1 : seconds);
}

static void say_measured(const msc_planning *p, const char *name, double value)
{
    if (value > 0) msc_sheet_number(p->sheet, name, value, "%g", value);
    else msc_sheet_number(p->sheet, name, value, "%s", msc_sheet_words(p->sheet, "measured", "实测"));
}

/* How the maps of the years are made, as the run will make them. */
static void say_maps(const msc_planning *p)
{
    const msc_job *job = p->job;
    msc_sheet_section(p->sheet, "classify", msc_sheet_words(p->sheet, "class maps", "类别图"));
    msc_sheet_number(p->sheet, "smooth", job->classify.smooth, "%d", job->classify.smooth);
    if (job->classify.objects < 0) msc_sheet_text(p->sheet, "objects", "%s", msc_sheet_words(p->sheet, "where the model knows no elevations", "模型不含高程时采用"));
    else msc_sheet_number(p->sheet, "objects", job->classify.objects, "%d", job->classify.objects);
    msc_sheet_number(p->sheet, "all_trees", job->classify.all_trees, "%d", job->classify.all_trees);
    msc_sheet_number(p->sheet, "site_m", job->classify.site_m, "%g", job->classify.site_m);
}

/* The thresholds of the decision, as the run will use them; the displacement comes with the measured one. */
static msc_status say_decision(const msc_planning *p, msc_error *err)
{
    const msc_job *job = p->job;
    int impossible[MSC_IMPOSSIBLE_MAX], n = 0;
    MSC_TRY(msc_impossible_list(job, job->path, impossible, &n, err));
    msc_sheet_section(p->sheet, "change", msc_sheet_words(p->sheet, "change", "变化"));
    msc_sheet_number(p->sheet, "min_confidence", job->change.min_confidence, "%d", job->change.min_confidence);
    msc_sheet_number(p->sheet, "edge_tolerance_px", job->change.edge_tolerance_px, "%d", job->change.edge_tolerance_px);
    msc_sheet_number(p->sheet, "shift_quantile", job->change.shift_quantile, "%g: %.2f x RMSE",
                     job->change.shift_quantile, sqrt(-log1p(-job->change.shift_quantile)));
    say_measured(p, "change_rate", job->change.change_rate);
    say_measured(p, "evidence_weak", job->change.evidence_weak);
    msc_sheet_number(p->sheet, "by_region", job->change.is_by_region, "%d", job->change.is_by_region);
    msc_sheet_number(p->sheet, "site_m", job->change.site_m, "%g", job->change.site_m);
    msc_sheet_number(p->sheet, "evidence_sure", job->change.evidence_sure, "%g", job->change.evidence_sure);
    msc_sheet_number(p->sheet, "n_impossible", n, "%d", n);
    return MSC_OK;
}

/* How far the images of two years lie apart, from a few windows, and what the job does about it. */
static msc_status plan_pair(const msc_planning *p, int epoch, msc_error *err)
{
    const msc_job_epoch *before = &p->job->epochs[epoch - 1], *after = &p->job->epochs[epoch];
    const char *mode = p->job->alignment.mode;
    char name[64];
    msc_shift_options o;
    msc_shift_defaults(&o);
    o.before = before->image;
    o.after = after->image;
    snprintf(name, sizeof name, "%d - %d", before->year, after->year);
    msc_sheet_section(p->sheet, "pair", name);
    msc_sheet_text(p->sheet, "alignment", "%s", strcmp(mode, "resample") == 0 ? msc_sheet_words(p->sheet, "resample: the older image is moved onto the newer", "resample：旧影像移到新影像上")
                   : strcmp(mode, "off") == 0 ? msc_sheet_words(p->sheet, "off: not measured", "off：不测量")
                                              : msc_sheet_words(p->sheet, "report: measured, nothing is moved", "report：只测量，不移动影像"));
    if (strcmp(mode, "off") == 0) return MSC_OK;
    const double found_px = msc_shift_describe(p->settings, &o, &p->grid, p->sheet);
    if (found_px < 0) msc_warn(p->settings, MSC_WNOSHIFT, name, "%s", "");
    const int is_moved = strcmp(mode, "resample") == 0;
    if (found_px > p->job->alignment.refuse_px && !is_moved)
        return msc_fail(err, MSC_ESHIFT, name, "%.2f px RMSE, limit %.2f px", found_px, p->job->alignment.refuse_px);
    if (found_px > p->job->alignment.warn_px && !is_moved) msc_warn(p->settings, MSC_WSHIFT, name, msc_settings_words(p->settings, "%.2f px RMSE", "均方根 %.2f 像元"), found_px);
    return MSC_OK;
}

static msc_status plan_job(msc_planning *p, msc_error *err)
{
    int is_own = 0;
    char name[300];
    MSC_TRY(msc_job_grid(p->job, &p->grid, &is_own, err));
    if (!p->grid.crs[0]) return msc_fail(err, MSC_ECRS, p->job->epochs[0].image.paths[0], "no coordinate system");
    p->n_px = (double)p->grid.width_px * p->grid.height_px;
    MSC_TRY(count_beside(p, err));
    snprintf(name, sizeof name, "%s %.200s", msc_sheet_words(p->sheet, "job", "任务"), p->job->name);
    msc_sheet_section(p->sheet, "grid", name);
    msc_sheet_text(p->sheet, "grid", "%s", is_own ? msc_sheet_words(p->sheet, "as the job asks", "任务指定")
                   : msc_sheet_words(p->sheet, "the first epoch's", "取第一个年份的"));
    msc_describe_grid(p->sheet, &p->grid);
    for (int i = 0; i < p->job->n_epochs; i++) MSC_TRY(plan_epoch(p, &p->job->epochs[i], err));
    for (int i = 1; i < p->job->n_epochs; i++) MSC_TRY(plan_pair(p, i, err));
    say_maps(p);
    MSC_TRY(say_decision(p, err));
    MSC_TRY(msc_plan_layers(p, err));
    MSC_TRY(plan_output(p, err));
    plan_machine(p);
    return MSC_OK;
}

msc_status msc_plan(const msc_settings *settings, const char *job_path, int as_json, char **text, msc_error *err)
{
    msc_job *job = NULL;
    msc_sheet *sheet = NULL;
    msc_planning *p = NULL;
    msc_status status = msc_job_read(job_path, &job, err);
    if (status == MSC_OK) status = msc_sheet_new(settings, as_json, &sheet, err);
    if (status != MSC_OK) goto done;
    p = msc_alloc_zero(1, sizeof *p);
    if (!p) {
        status = msc_fail(err, MSC_ENOMEM, job_path, "plan");
        goto done;
    }
    p->settings = settings;
    p->job = job;
    p->sheet = sheet;
    status = plan_job(p, err);
    if (status == MSC_OK) status = msc_sheet_finish(sheet, text, err);
done:
    msc_release(p);
    msc_sheet_free(&sheet);
    msc_job_free(&job);
    return status;
}
