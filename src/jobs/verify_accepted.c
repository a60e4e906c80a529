/* verify_accepted.c - the change map made again from what was graded: every pixel, exactly.
 *
 * Accepted is what has grade A or B; the run sieves it twice, once among changes alone, once in its surroundings. Class maps and
 * grades are delivered, so both can be done again. */
#define _XOPEN_SOURCE 700      /* mkdtemp */
#include "jobs/verify.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include "ops/decide.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BEFORE, AFTER, GRADE, N_MAPS, N_FILES = 3 };

typedef struct remaking {
    msc_verification *v;
    msc_settings settings;       /* quiet, and of files that nobody looks at */
    msc_rasters rasters;
    msc_source maps;
    msc_raster_outs outs;
    char dir[MSC_PATH_MAX], file[N_FILES][MSC_PATH_MAX];   /* accepted, joined, sieved */
    int64_t n_px, n_differ;
} remaking;

/* Plane 0 is what was accepted; the maps are read into the planes behind it. */
static msc_status read_accepted(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const remaking *r = self;
    msc_tile maps = *tile;
    memcpy(maps.plane, tile->plane + 1, N_MAPS * sizeof maps.plane[0]);
    maps.n_planes = N_MAPS;
    MSC_TRY(r->maps.read(r->maps.self, worker, &maps, err));
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *before = msc_row_u8(&maps, BEFORE, y), *after = msc_row_u8(&maps, AFTER, y), *grade = msc_row_u8(&maps, GRADE, y);
        uint16_t *accepted = msc_row_u16(tile, 0, y);
        uint8_t *valid = msc_row_valid(tile, y);
        for (int32_t x = 0; x < tile->core.w; x++) {
            valid[x] = (uint8_t)(grade[x] == MSC_GRADE_A || grade[x] == MSC_GRADE_B);
            accepted[x] = (uint16_t)((unsigned)before[x] << 8 | after[x]);
        }
    }
    return MSC_OK;
}

static msc_status open_maps(remaking *r, const char *const *path, int n, msc_error *err)
{
    for (int k = 0; k < n; k++) {
        const msc_raster_spec spec = { .image = { .paths = &path[k], .n_paths = 1, .nodata = "none" }, .n_workers = msc_settings_threads(&r->settings, NULL) };
        MSC_TRY(msc_raster_open(&spec, &r->settings, &r->rasters.raster[k], err));
        r->rasters.n++;
    }
    r->rasters.required = 1;
    return msc_rasters_source(&r->rasters, &r->maps, err);
}

static void close_maps(remaking *r)
{
    for (int k = 0; k < r->rasters.n; k++) msc_raster_close(&r->rasters.raster[k]);
    r->rasters = (msc_rasters){ .n = 0 };
}

static msc_status write_accepted(remaking *r, msc_error *err)
{
    msc_source source = r->maps;
    msc_sink sink;
    msc_layout layout;
    source.self = r;
    source.read = read_accepted;
    source.types[0] = MSC_U16;
    for (int k = 0; k < N_MAPS; k++) source.types[1 + k] = MSC_U8;
    source.n_planes = 1 + N_MAPS;
    r->outs.n = 1;
    msc_raster_outs_sink(&r->outs, &sink);
    const msc_raster_out_spec spec = { .path = r->file[0], .grid = *msc_raster_grid(r->rasters.raster[0]), .n_bands = 1, .type = MSC_U16, .has_nodata = 1,
                                       .nodata = 65535, .is_change = 1 };
    MSC_TRY(msc_stream_plan(&r->settings, &source, NULL, 0, &sink, 0, &layout, err));
    MSC_TRY(msc_raster_out_open(&r->settings, &spec, &layout, &r->outs.out[0], err));
    msc_status status = msc_stream_run(&r->settings, &layout, &source, NULL, 0, &sink, "verify", err);
    if (status == MSC_OK) status = msc_raster_out_commit(&r->outs.out[0], err);
    msc_raster_out_abandon(&r->outs.out[0]);
    return status;
}

static msc_status sieve(remaking *r, const char *in, const char *out, const char *observed, msc_error *err)
{
    msc_sieve_options o;
    msc_sieve_counts counts;
    msc_sieve_defaults(&o);
    o.in = in; o.out = out; o.observed = observed;
    o.mmu_m2 = r->v->job->vectorize.mmu_m2;
    o.connectivity = r->v->job->vectorize.connectivity;
    return msc_sieve(&r->settings, &o, &counts, err);
}

static msc_status compare_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    remaking *r = self;
    (void)slot; (void)index; (void)err;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint16_t *made = msc_row_u16(tile, 0, y), *delivered = msc_row_u16(tile, 1, y);
        for (int32_t x = 0; x < tile->core.w; x++) r->n_differ += made[x] != delivered[x];
        r->n_px += tile->core.w;
    }
    return MSC_OK;
}

static msc_status compare(remaking *r, const char *change, msc_error *err)
{
    const char *const path[2] = { r->file[2], change };
    const msc_sink sink = { .self = r, .put = compare_tile };
    msc_layout layout;
    MSC_TRY(open_maps(r, path, 2, err));
    for (int k = 0; k < 2; k++)
        if (msc_raster_type(r->rasters.raster[k]) != MSC_U16 || msc_raster_n_bands(r->rasters.raster[k]) != 1) return msc_fail(err, MSC_EFORMAT, path[k], "not one band of codes");
    MSC_TRY(msc_stream_plan(&r->settings, &r->maps, NULL, 0, &sink, 0, &layout, err));
    return msc_stream_run(&r->settings, &layout, &r->maps, NULL, 0, &sink, "verify", err);
}

static msc_status make_dir(remaking *r, msc_error *err)
{
    static const char *const names[N_FILES] = { "accepted.tif", "joined.tif", "sieved.tif" };
    const char *tmpdir = r->v->settings->tmpdir ? r->v->settings->tmpdir : getenv("TMPDIR");
    MSC_TRY(msc_file_join(tmpdir && tmpdir[0] ? tmpdir : "/tmp", "minescar-verify-XXXXXX", r->dir, err));
    if (!mkdtemp(r->dir)) {
        char named[MSC_PATH_MAX];
        snprintf(named, sizeof named, "%s", r->dir);
        r->dir[0] = 0;
        return msc_fail(err, MSC_EWRITE, named, "no directory could be made; name another with --tmpdir");
    }
    for (int k = 0; k < N_FILES; k++) MSC_TRY(msc_file_join(r->dir, names[k], r->file[k], err));
    return MSC_OK;
}

static msc_status remake(remaking *r, const char *const maps[N_MAPS], const char *change, msc_error *err)
{
    MSC_TRY(make_dir(r, err));
    MSC_TRY(open_maps(r, maps, N_MAPS, err));
    for (int k = 0; k < N_MAPS; k++)
        if (msc_raster_type(r->rasters.raster[k]) != MSC_U8 || msc_raster_n_bands(r->rasters.raster[k]) != 1) return msc_fail(err, MSC_EFORMAT, maps[k], "not one band of codes");
    MSC_TRY(write_accepted(r, err));
    close_maps(r);
    MSC_TRY(sieve(r, r->file[0], r->file[1], NULL, err));
    MSC_TRY(sieve(r, r->file[1], r->file[2], maps[GRADE], err));
    return compare(r, change, err);
}

msc_status msc_verify_accepted(msc_verification *v, int epoch, msc_error *err)
{
    static const char *const creation[] = { "OVERVIEWS=NONE", "COMPRESS=ZSTD", "ZSTD_LEVEL=1" };
    const int y0 = v->job->epochs[epoch - 1].year, y1 = v->job->epochs[epoch].year;
    char name[N_MAPS + 1][64], path[N_MAPS + 1][MSC_PATH_MAX];
    const char *maps[N_MAPS] = { path[0], path[1], path[2] };
    remaking r = { .v = v, .settings = *v->settings };
    r.settings.warn = NULL;
    r.settings.creation = creation;
    r.settings.n_creation = 3;
    snprintf(name[BEFORE], sizeof name[0], "classes_%d.tif", y0);
    snprintf(name[AFTER], sizeof name[0], "classes_%d.tif", y1);
    snprintf(name[GRADE], sizeof name[0], "grade_%d_%d.tif", y0, y1);
    snprintf(name[N_MAPS], sizeof name[0], "change_%d_%d.tif", y0, y1);
    for (int k = 0; k <= N_MAPS; k++)
        if (!msc_verify_file(v, name[k], path[k])) return MSC_OK;      /* which is told by its hash */
    msc_sheet_section(v->sheet, "maps", name[N_MAPS]);
    msc_status status = remake(&r, maps, path[N_MAPS], err);
    if (status == MSC_OK)
        msc_verify_note(v, r.n_differ == 0, "accepted", msc_sheet_words(v->sheet, "made again from grades A and B and the sieve: %lld of %lld px differ",
                        "由 A、B 级与碎斑归并重做：%lld / %lld 个像元不同"), (long long)r.n_differ, (long long)r.n_px);
    else if (err->status != MSC_EWRITE && err->status != MSC_ENOSPACE) status = msc_verify_note_error(v, "accepted", err);
    close_maps(&r);
    for (int k = 0; k < N_FILES && r.dir[0]; k++) unlink(r.file[k]);
    if (r.dir[0]) rmdir(r.dir);
    return status;
}
