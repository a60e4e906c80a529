/* shift_map.c - the displacement between two images, measured in windows on a lattice over their common grid. */
#include "jobs/shift_map.h"
#include "base/file.h"
#include "base/mem.h"
#include "jobs/imagery.h"
#include <stdio.h>
#include <string.h>

/* Windows lie 256 px apart; closer in scenes that would have few of them, wider in those that would have more than the
 * options allow. */
enum { STEP_PX = 256, LEAST_STEP_PX = 128, ENOUGH_WINDOWS = 64 };

typedef struct measuring {
    const msc_settings *settings;
    const msc_shift_options *options;
    const msc_grid *grid;        /* NULL: the options name it */
    msc_shift_facts *facts;
    msc_raster *raster[2];
    msc_rasters rasters;
    msc_source inner;            /* both images on the grid; the lattice reads windows of it */
} measuring;

/* What a slot of the pass keeps. */
typedef struct slot {
    msc_shift_window window;
    _Alignas(64) unsigned char scratch[];
} slot;

void msc_shift_defaults(msc_shift_options *options) { *options = (msc_shift_options){ .max_windows = 4096 }; }

static const char *name_of(const msc_image *image) { return image->n_paths ? image->paths[0] : "image"; }

/* ---- the lattice as a source: tile (i, j) of a made raster is the window of cell (i, j) ---- */

static void lay_lattice(const msc_grid *grid, int32_t step_px, msc_shift_facts *f)
{
    f->step_px = step_px;
    f->n_across = (grid->width_px + step_px / 2) / step_px;
    f->n_down = (grid->height_px + step_px / 2) / step_px;
    if (f->n_across < 1) f->n_across = 1;
    if (f->n_down < 1) f->n_down = 1;
    f->n_tiles = f->n_across * f->n_down;
}

/* Middle of cell i of n cells that share `size_px` evenly. */
static int32_t middle(int32_t i, int32_t n, int32_t size_px) { return (int32_t)((2 * (int64_t)i + 1) * size_px / (2 * n)); }

static msc_status read_window(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const measuring *m = self;
    const msc_shift_facts *f = m->facts;
    const int32_t i = tile->core.x / MSC_SHIFT_TILE_PX, j = tile->core.y / MSC_SHIFT_TILE_PX;
    msc_tile window = *tile;
    window.core.x = middle(i, f->n_across, f->grid.width_px) - MSC_SHIFT_TILE_PX / 2;
    window.core.y = middle(j, f->n_down, f->grid.height_px) - MSC_SHIFT_TILE_PX / 2;
    return m->inner.read(m->inner.self, worker, &window, err);
}

static msc_status measure(void *self, const msc_tile *tile, void *kept, msc_error *err)
{
    slot *s = kept;
    (void)self, (void)err;
    msc_shift_measure(tile, s->scratch, &s->window);
    return MSC_OK;
}

static msc_status keep(void *self, const msc_tile *tile, void *kept, int64_t index, msc_error *err)
{
    msc_shift_facts *f = ((const measuring *)self)->facts;
    (void)tile, (void)err;
    msc_shift_tile *t = &f->tile[index];
    t->x = middle((int32_t)(index % f->n_across), f->n_across, f->grid.width_px);
    t->y = middle((int32_t)(index / f->n_across), f->n_down, f->grid.height_px);
    t->window = ((const slot *)kept)->window;
    f->n_of[t->window.state]++;
    return MSC_OK;
}

static msc_status run_windows(measuring *m, msc_error *err)
{
    msc_settings settings = *m->settings;
    settings.tile_px = MSC_SHIFT_TILE_PX;
    msc_source source = m->inner;
    source.self = m;
    source.read = read_window;
    source.width_px = m->facts->n_across * MSC_SHIFT_TILE_PX;
    source.height_px = m->facts->n_down * MSC_SHIFT_TILE_PX;
    const msc_sink sink = { .self = m, .slot_bytes = sizeof(slot) + msc_shift_scratch_bytes(), .prepare = measure, .put = keep,
                            .is_put_blind = 1 };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(&settings, &source, NULL, 0, &sink, 0, &layout, err));
    return msc_stream_run(&settings, &layout, &source, NULL, 0, &sink, "shift", err);
}

/* ---- what is compared ---- */

static int has_band(const msc_raster *raster, const char *name)
{
    for (int i = 0; i < msc_raster_n_bands(raster); i++)
        if (strcmp(msc_raster_band_name(raster, i), name) == 0) return 1;
    return 0;
}

/* The band asked for; else red, green or the near infrared, where vegetation and bare ground differ most; else the first
 * that both have; else the first of each. */
static void choose_bands(const msc_shift_options *o, msc_raster *const both[2], char band[2][64])
{
    static const char *const liked[] = { "red", "green", "nir", "pan" };
    const char *choice = o->band;
    for (int i = 0; !choice && i < 4; i++)
        if (has_band(both[0], liked[i]) && has_band(both[1], liked[i])) choice = liked[i];
    for (int i = 0; !choice && i < msc_raster_n_bands(both[0]); i++)
        if (has_band(both[1], msc_raster_band_name(both[0], i))) choice = msc_raster_band_name(both[0], i);
    for (int k = 0; k < 2; k++) snprintf(band[k], 64, "%s", choice ? choice : msc_raster_band_name(both[k], 0));
}

/* Opens both with all their bands (band NULL), or with the chosen ones. */
static msc_status open_both(const measuring *m, const msc_settings *settings, const msc_grid *grid, const char (*band)[64],
                            msc_raster *both[2], msc_error *err)
{
    const msc_image *images[2] = { &m->options->before, &m->options->after };
    for (int k = 0; k < 2; k++) {
        const char *want = band ? band[k] : NULL;
        const msc_raster_spec spec = { .image = *images[k], .want = want ? &want : NULL, .n_want = want != NULL, .grid = grid,
                                       .resample = MSC_BILINEAR, .n_workers = want ? msc_settings_threads(settings, NULL) : 1 };
        MSC_TRY(msc_raster_open(&spec, settings, &both[k], err));
    }
    return MSC_OK;
}

/* The grid, and the bands that both images are compared by. What this opening has to say, the next one says. */
static msc_status look(const measuring *m, msc_error *err)
{
    const msc_grid *like = NULL;
    msc_settings silent = *m->settings;
    silent.warn = NULL;
    silent.traffic = NULL;
    if (m->grid) like = m->grid;
    else MSC_TRY(msc_imagery_grid_like(m->options->grid_like, &m->facts->grid, &like, err));
    msc_raster *both[2] = { NULL, NULL };
    msc_status status = open_both(m, &silent, like, NULL, both, err);
    if (status == MSC_OK) {
        choose_bands(m->options, both, m->facts->band);
        m->facts->grid = *msc_raster_grid(both[1]);
    }
    msc_raster_close(&both[0]);
    msc_raster_close(&both[1]);
    return status;
}

/* Windows come in rows, and a row of them shares a row of blocks; the images' caches, a sixteenth of the cap, need hold no more
 * than two: blocks of 512 rows of 8 bytes a pixel. */
static msc_settings modest(const measuring *m)
{
    msc_settings s = *m->settings;
    const int64_t enough = 16 * 8 * 512 * (2 * (int64_t)m->facts->grid.width_px + 1024), cap = msc_settings_memory(&s, NULL);
    s.memory_bytes = enough < cap ? enough : cap;
    return s;
}

static msc_status open_images(measuring *m, msc_error *err)
{
    const msc_shift_options *o = m->options;
    if (o->before.n_paths < 1 || o->after.n_paths < 1) return msc_fail(err, MSC_EUSAGE, o->before.n_paths ? "after" : "before", "none given");
    if (o->max_windows < 1) return msc_fail(err, MSC_EVALUE, "max-windows", "%d; 1 or more", o->max_windows);
    MSC_TRY(look(m, err));
    const msc_settings settings = modest(m);
    MSC_TRY(open_both(m, &settings, &m->facts->grid, (const char (*)[64])m->facts->band, m->raster, err));
    m->rasters = (msc_rasters){ .raster = { m->raster[0], m->raster[1] }, .n = 2, .required = 3u };
    return msc_rasters_source(&m->rasters, &m->inner, err);
}

static msc_status make_lattice(measuring *m, msc_error *err)
{
    msc_shift_facts *f = m->facts;
    int32_t step_px = STEP_PX;
    for (lay_lattice(&f->grid, step_px, f); f->n_tiles < ENOUGH_WINDOWS && step_px > LEAST_STEP_PX;) lay_lattice(&f->grid, step_px /= 2, f);
    while (f->n_tiles > m->options->max_windows && f->n_tiles > 1) lay_lattice(&f->grid, step_px *= 2, f);
    f->tile = msc_alloc_zero((size_t)f->n_tiles, sizeof *f->tile);
    return f->tile ? MSC_OK : msc_fail(err, MSC_ENOMEM, name_of(&m->options->after), "%d windows", f->n_tiles);
}

static msc_status fit_field(msc_shift_facts *f, msc_error *err)
{
    const int n = f->n_of[MSC_SHIFT_MEASURED];
    if (n == 0) return MSC_OK;
    msc_shift_point *points = msc_alloc_zero((size_t)n, sizeof *points);
    if (!points) return msc_fail(err, MSC_ENOMEM, "shift", "%d windows", n);
    for (int i = 0, k = 0; i < f->n_tiles; i++) {
        const msc_shift_tile *t = &f->tile[i];
        if (t->window.state != MSC_SHIFT_MEASURED) continue;
        points[k++] = (msc_shift_point){ .x = t->x, .y = t->y, .dx_px = t->window.dx_px, .dy_px = t->window.dy_px,
                                         .sigma_px = t->window.sigma_px };
    }
    const msc_status status = msc_shift_fit_field(points, n, &f->fit, err);
    for (int i = 0, k = 0; i < f->n_tiles && status == MSC_OK; i++)
        if (f->tile[i].window.state == MSC_SHIFT_MEASURED) f->tile[i].is_outlier = points[k++].is_outlier;
    msc_release(points);
    return status;
}

msc_status msc_shift_find(const msc_settings *settings, const msc_shift_options *options, const msc_grid *grid,
                          msc_shift_facts *facts, msc_error *err)
{
    measuring m = { .settings = settings, .options = options, .grid = grid, .facts = facts };
    memset(facts, 0, sizeof *facts);
    msc_status status = open_images(&m, err);
    if (status == MSC_OK) status = make_lattice(&m, err);
    if (status == MSC_OK) status = run_windows(&m, err);
    if (status == MSC_OK) status = fit_field(facts, err);
    msc_raster_close(&m.raster[1]);
    msc_raster_close(&m.raster[0]);
    return status;
}

void msc_shift_facts_clear(msc_shift_facts *facts)
{
    msc_release(facts->tile);
    memset(facts, 0, sizeof *facts);
}

static msc_status shift_on(const msc_settings *settings, const msc_shift_options *options, const msc_grid *grid,
                           msc_shift_result *result, msc_error *err)
{
    msc_shift_facts *f = msc_alloc_zero(1, sizeof *f);
    if (!f) return msc_fail(err, MSC_ENOMEM, "shift", "%zu bytes", sizeof *f);
    msc_status status = msc_shift_find(settings, options, grid, f, err);
    if (status == MSC_OK && options->report) status = msc_shift_report(f, options, err);
    if (status == MSC_OK && result)
        *result = (msc_shift_result){ .n_windows = f->n_tiles, .n_abstained = f->n_tiles - f->n_of[MSC_SHIFT_MEASURED],
                                      .n_outliers = f->fit.n_outliers, .degree = f->fit.field.degree,
                                      .median_dx_px = f->fit.median_dx_px, .median_dy_px = f->fit.median_dy_px,
                                      .rmse_before_px = f->fit.rmse_before_px, .rmse_px = f->fit.rmse_px };
    if (status == MSC_OK && f->n_of[MSC_SHIFT_MEASURED] == 0)
        msc_warn(settings, MSC_WNOSHIFT, options->after.paths[0], msc_settings_words(settings, "all %d windows abstain", "全部 %d 个窗口弃权"), f->n_tiles);
    msc_shift_facts_clear(f);
    msc_release(f);
    return status;
}

msc_status msc_shift(const msc_settings *settings, const msc_shift_options *options, msc_shift_result *result, msc_error *err)
{
    if (options->report) MSC_TRY(msc_file_check_output(options->report, settings->overwrite, err));
    return shift_on(settings, options, NULL, result, err);
}

enum { FEW_WINDOWS = 36 };

double msc_shift_describe(const msc_settings *settings, const msc_shift_options *options, const msc_grid *grid, msc_sheet *sheet)
{
    msc_settings silent = *settings;
    msc_shift_options few = *options;
    msc_shift_result r = { 0 };
    msc_error err = { .status = MSC_OK };
    silent.warn = NULL;
    silent.progress = NULL;
    few.report = NULL;
    few.max_windows = FEW_WINDOWS;
    if (shift_on(&silent, &few, grid, &r, &err) != MSC_OK || r.n_abstained == r.n_windows) {
        msc_sheet_text(sheet, "displacement", "%s", msc_sheet_words(sheet, "could not be measured", "未能测量"));
        return -1;
    }
    msc_sheet_number(sheet, "median_dx_px", r.median_dx_px, "%+.2f px", r.median_dx_px);
    msc_sheet_number(sheet, "median_dy_px", r.median_dy_px, "%+.2f px", r.median_dy_px);
    msc_sheet_number(sheet, "rmse_before_px", r.rmse_before_px, "%.2f px (%d / %d %s)", r.rmse_before_px,
                     r.n_windows - r.n_abstained, r.n_windows, msc_sheet_words(sheet, "windows", "个窗口"));
    msc_sheet_number(sheet, "rmse_px", r.rmse_px, "%.2f px", r.rmse_px);
    return r.rmse_before_px;
}
