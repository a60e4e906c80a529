/* simulate.c - writes a made mining scene of two years, with its exact truth and a job that runs on it. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/simulate.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "io/raster_out.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { N_OUT_MAX = 7, MAX_SIZE_PX = 1000000 };

void msc_simulate_defaults(msc_simulate_options *options)
{
    *options = (msc_simulate_options){.size_px = 2048, .pixel_m = 2.0, .seed = 1, .haze = 1.0, .noise = 1.0, .clouds = 1.0,
                                      .shift_px = 0.4, .season = 1.0, .has_dem = 1, .dem_noise_m = 0.2, .n_polygons = 36};
}

static msc_status check_options(const msc_simulate_options *o, msc_error *err)
{
    const struct { const char *name; double value, low, high; } range[] = {
        {"--size-px", o->size_px, 16, MAX_SIZE_PX}, {"--pixel-m", o->pixel_m, 0.1, 30}, {"--haze", o->haze, 0, 10},
        {"--noise", o->noise, 0, 20}, {"--clouds", o->clouds, 0, 10}, {"--shift-px", o->shift_px, 0, 3},
        {"--season", o->season, 0, 1.5}, {"--dem-noise-m", o->dem_noise_m, 0, 10}, {"--polygons", o->n_polygons, 1, MSC_SIM_MAX_POLYGONS}};
    if (!o->dir || !o->dir[0])
        return msc_fail(err, MSC_EUSAGE, "DIR", "missing");
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        if (!(range[i].value >= range[i].low && range[i].value <= range[i].high))
            return msc_fail(err, MSC_EVALUE, range[i].name, "%g; %g..%g", range[i].value, range[i].low, range[i].high);
    return MSC_OK;
}

/* Passes tiles on to the rasters and draws samples from the truths. */
typedef struct sim_sink { msc_sink inner; msc_sim *sim; } sim_sink;

static msc_status prepare(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const sim_sink *s = self;
    return s->inner.prepare ? s->inner.prepare(s->inner.self, tile, slot, err) : MSC_OK;
}

static msc_status put(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    const sim_sink *s = self;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *before = msc_row_u8(tile, MSC_SCENE_TRUTH_PLANE, y), *after = msc_row_u8(tile, MSC_SCENE_TRUTH_PLANE + 1, y);
        for (int32_t x = 0; x < tile->core.w; x++) {
            const uint8_t code[MSC_SCENE_YEARS] = {before[x], after[x]};
            msc_sim_draws_offer(s->sim->draws, s->sim->scene.seed + 77U, tile->core.x + x, tile->core.y + y, code);
        }
    }
    return s->inner.put(s->inner.self, tile, slot, index, err);
}

static void slot_clear(void *self, void *slot)
{
    const sim_sink *s = self;
    if (s->inner.slot_clear)
        s->inner.slot_clear(s->inner.self, slot);
}

/* The rasters in the order of the source's planes. */
enum { KIND_IMAGE, KIND_TRUTH, KIND_CHANGE, KIND_DEM };
static const struct { const char *file; int kind; } output[N_OUT_MAX] = {
    {"image_2024.tif", KIND_IMAGE}, {"image_2025.tif", KIND_IMAGE}, {"truth_2024.tif", KIND_TRUTH}, {"truth_2025.tif", KIND_TRUTH},
    {"truth_change.tif", KIND_CHANGE}, {"dem_2024.tif", KIND_DEM}, {"dem_2025.tif", KIND_DEM}};

static int n_outputs(const msc_sim *sim) { return sim->options->has_dem ? N_OUT_MAX : N_OUT_MAX - MSC_SCENE_YEARS; }

static msc_status open_outputs(const msc_sim *sim, const msc_layout *layout, msc_raster_outs *outs, msc_error *err)
{
    static const char *const bands[MSC_SCENE_BANDS] = {"blue", "green", "red", "nir"};
    static const char *const height[] = {"height"}, *const truth[] = {"truth"}, *const change[] = {"change"};
    static const char *const *const names[] = {bands, truth, change, height};
    static const msc_type types[] = {MSC_U16, MSC_U8, MSC_U16, MSC_F32};
    char seed[48], azimuth[MSC_SCENE_YEARS][48], elevation[MSC_SCENE_YEARS][48];
    for (int year = 0; year < MSC_SCENE_YEARS; year++) {
        double azimuth_deg, elevation_deg;
        msc_scene_sun(year, &azimuth_deg, &elevation_deg);
        snprintf(azimuth[year], sizeof azimuth[year], "SUN_AZIMUTH=%g", azimuth_deg);
        snprintf(elevation[year], sizeof elevation[year], "SUN_ELEVATION=%g", elevation_deg);
    }
    snprintf(seed, sizeof seed, "MINESCAR_SEED=%llu", (unsigned long long)sim->options->seed);
    for (outs->n = 0; outs->n < n_outputs(sim); outs->n++) {
        const int kind = output[outs->n].kind;
        char path[MSC_PATH_MAX];
        MSC_TRY(msc_file_join(sim->options->dir, output[outs->n].file, path, err));
        const int year = outs->n % MSC_SCENE_YEARS;      /* of an image */
        const char *const meta[] = {seed, azimuth[year], elevation[year]};
        msc_raster_out_spec spec = {.path = path, .grid = sim->grid, .meta = meta, .n_meta = kind == KIND_IMAGE ? 3 : 1};
        spec.n_bands = kind == KIND_IMAGE ? MSC_SCENE_BANDS : 1;
        spec.type = types[kind];
        spec.band_names = names[kind];
        spec.has_nodata = kind != KIND_DEM;
        spec.nodata = kind == KIND_CHANGE ? 65535.0 : 0.0;
        spec.is_change = kind == KIND_CHANGE;
        if (kind == KIND_TRUTH || kind == KIND_CHANGE) {
            spec.classes = msc_scene_classes;
            spec.n_classes = MSC_N_SCENE_CLASSES - 1;
        }
        MSC_TRY(msc_raster_out_open(sim->settings, &spec, layout, &outs->out[outs->n], err));
    }
    return MSC_OK;
}

static msc_status new_works(int n, msc_scene_work ***works, msc_error *err)
{
    *works = msc_alloc_zero((size_t)n, sizeof **works);
    if (!*works)
        return msc_fail(err, MSC_ENOMEM, "simulate", "%d working spaces", n);
    for (int i = 0; i < n; i++)
        if (((*works)[i] = msc_scene_work_new()) == NULL)
            return msc_fail(err, MSC_ENOMEM, "simulate", "%zu bytes", msc_scene_work_bytes());
    return MSC_OK;
}

static void free_works(int n, msc_scene_work **works)
{
    for (int i = 0; works && i < n; i++)
        msc_scene_work_free(&works[i]);
    msc_release(works);
}

/* The rasters, and the samples drawn while they are made. */
static msc_status write_rasters(msc_sim *sim, msc_error *err)
{
    msc_raster_outs outs = {.n = 0};
    sim_sink own = {.sim = sim};
    msc_scene_source source_self = {.scene = &sim->scene, .has_dem = sim->options->has_dem};
    msc_source source;
    msc_layout layout;
    const int32_t size = sim->options->size_px;
    const int n_threads = msc_settings_threads(sim->settings, NULL);
    msc_scene_as_source(&source_self, size, size, &source);
    outs.n = n_outputs(sim);
    msc_raster_outs_sink(&outs, &own.inner);
    const msc_sink sink = {.self = &own, .halo_px = own.inner.halo_px, .slot_bytes = own.inner.slot_bytes,
                           .prepare = prepare, .put = put, .slot_clear = slot_clear};
    const int64_t fixed = n_threads * (int64_t)msc_scene_work_bytes();
    msc_status status = msc_stream_plan(sim->settings, &source, NULL, 0, &sink, fixed, &layout, err);
    if (status == MSC_OK)
        status = new_works(n_threads, &source_self.works, err);
    if (status == MSC_OK)
        status = open_outputs(sim, &layout, &outs, err);
    if (status == MSC_OK) {
        msc_raster_outs_sink(&outs, &own.inner);
        status = msc_stream_run(sim->settings, &layout, &source, NULL, 0, &sink, "simulate", err);
    }
    for (int i = 0; i < N_OUT_MAX; i++) {
        if (status == MSC_OK && outs.out[i])
            status = msc_raster_out_commit(&outs.out[i], err);
        msc_raster_out_abandon(&outs.out[i]);
    }
    free_works(n_threads, source_self.works);
    return status;
}

static msc_status write_all(msc_sim *sim, msc_error *err)
{
    MSC_TRY(msc_sim_draws_init(sim->draws, sim->options->n_polygons, err));
    MSC_TRY(write_rasters(sim, err));
    msc_sim_draws_close(sim->draws);
    MSC_TRY(msc_sim_write_reference(sim, err));
    MSC_TRY(msc_sim_write_training(sim, err));
    MSC_TRY(msc_sim_write_zones(sim, err));
    MSC_TRY(msc_sim_write_change(sim, err));
    return msc_sim_write_job(sim, err);
}

/* All names are checked before any work: a scene of hours must not end with "exists". */
static msc_status check_outputs(const msc_sim *sim, msc_error *err)
{
    static const char *const layer[] = {"reference.gpkg", "training.gpkg", "districts.gpkg", "watersheds.gpkg",
                                        "truth_change.gpkg", "job.yaml"};
    char path[MSC_PATH_MAX];
    for (int i = 0; i < n_outputs(sim); i++) {
        MSC_TRY(msc_file_join(sim->options->dir, output[i].file, path, err));
        MSC_TRY(msc_file_check_output(path, sim->settings->overwrite, err));
    }
    for (size_t i = 0; i < sizeof layer / sizeof layer[0]; i++) {
        MSC_TRY(msc_file_join(sim->options->dir, layer[i], path, err));
        MSC_TRY(msc_file_check_output(path, sim->settings->overwrite, err));
    }
    return MSC_OK;
}

msc_status msc_simulate(const msc_settings *settings, const msc_simulate_options *options, msc_error *err)
{
    MSC_TRY(check_options(options, err));
    if (mkdir(options->dir, 0777) != 0 && errno != EEXIST)
        return msc_fail_errno(err, errno, MSC_EWRITE, options->dir);
    msc_sim *sim = msc_alloc_zero(1, sizeof *sim);
    if (!sim)
        return msc_fail(err, MSC_ENOMEM, "simulate", "%zu bytes", sizeof *sim);
    sim->settings = settings;
    sim->options = options;
    sim->scene = (msc_scene){options->seed, options->pixel_m, options->haze, options->noise, options->clouds,
                             options->shift_px, options->season, options->dem_noise_m};
    sim->grid = (msc_grid){options->size_px, options->size_px, 430000.0, 4430000.0, options->pixel_m, options->pixel_m, ""};
    sim->draws = msc_alloc_zero(1, sizeof *sim->draws);
    sim->work = msc_scene_work_new();
    msc_status status = MSC_OK;
    if (!sim->draws || !sim->work)
        status = msc_fail(err, MSC_ENOMEM, "simulate", "%zu bytes", msc_scene_work_bytes());
    if (status == MSC_OK)
        status = msc_crs_wkt("EPSG:4548", sim->grid.crs, err);
    if (status == MSC_OK)
        status = check_outputs(sim, err);
    if (status == MSC_OK)
        status = write_all(sim, err);
    if (sim->draws)
        msc_sim_draws_clear(sim->draws);
    msc_release(sim->draws);
    msc_scene_work_free(&sim->work);
    msc_release(sim);
    return status;
}
