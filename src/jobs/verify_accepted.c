/* verify_accepted.c - what was accepted against maps and grades, and the change map made again from it: every pixel, exactly.
 *
 * A change is accepted where the grade is A or B. Its classes are those of the class maps, but that a kind of damage may be another one
 * (that of its site, in the map or in the change), and that grade B may have uncovered a change under one class, or under one kind of
 * damage that the maps name differently. The run sieves it twice, once among changes alone,
 * once in its surroundings. */
#define _XOPEN_SOURCE 700      /* mkdtemp */
#include "jobs/verify.h"
#include "io/raster_in.h"
#include "ops/decide.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ACCEPTED, BEFORE, AFTER, GRADE, N_MAPS, N_FILES = 2 };

typedef struct remaking {
    msc_verification *v;
    msc_settings settings;       /* quiet, and of files that nobody looks at */
    msc_rasters rasters;
    msc_source maps;
    uint8_t is_damage[256];
    char dir[MSC_PATH_MAX], file[N_FILES][MSC_PATH_MAX];   /* joined, sieved */
    int64_t n_px, n_wrong, n_differ;
} remaking;

static int is_named(const remaking *r, int code, int mapped) { return code == mapped || (r->is_damage[code] && r->is_damage[mapped]); }

/* Whether a pixel was accepted as its grade and its classes allow. */
static int is_allowed(const remaking *r, int accepted, int before, int after, int grade)
{
    const int from = accepted >> 8, to = accepted & 255;
    if (accepted == 65535) return grade != MSC_GRADE_A && grade != MSC_GRADE_B;
    if (from == to || before == 0 || after == 0) return 0;
    if (grade == MSC_GRADE_B && is_named(r, before, after)) return 1;
    return (grade == MSC_GRADE_A || grade == MSC_GRADE_B) && is_named(r, from, before) && is_named(r, to, after);
}

static msc_status look_at_tile(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    remaking *r = self;
    (void)slot; (void)index; (void)err;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint16_t *accepted = msc_row_u16(tile, ACCEPTED, y);
        const uint8_t *before = msc_row_u8(tile, BEFORE, y), *after = msc_row_u8(tile, AFTER, y), *grade = msc_row_u8(tile, GRADE, y);
        for (int32_t x = 0; x < tile->core.w; x++) r->n_wrong += !is_allowed(r, accepted[x], before[x], after[x], grade[x]);
        r->n_px += tile->core.w;
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
    }
    return MSC_OK;
}

static msc_status compare(remaking *r, const char *change, msc_error *err)
{
    const char *const path[2] = { r->file[1], change };
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
    static const char *const names[N_FILES] = { "joined.tif", "sieved.tif" };
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
        if (msc_raster_type(r->rasters.raster[k]) != (k == ACCEPTED ? MSC_U16 : MSC_U8) || msc_raster_n_bands(r->rasters.raster[k]) != 1)
            return msc_fail(err, MSC_EFORMAT, maps[k], "not one band of codes");
    const msc_sink sink = { .self = r, .put = look_at_tile };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(&r->settings, &r->maps, NULL, 0, &sink, 0, &layout, err));
    MSC_TRY(msc_stream_run(&r->settings, &layout, &r->maps, NULL, 0, &sink, "verify", err));
    close_maps(r);
    MSC_TRY(sieve(r, maps[ACCEPTED], r->file[0], NULL, err));
    MSC_TRY(sieve(r, r->file[0], r->file[1], maps[GRADE], err));
    return compare(r, change, err);
}

msc_status msc_verify_accepted(msc_verification *v, int epoch, msc_error *err)
{
    static const char *const creation[] = { "OVERVIEWS=NONE", "COMPRESS=ZSTD", "ZSTD_LEVEL=1" };
    const int y0 = v->job->epochs[epoch - 1].year, y1 = v->job->epochs[epoch].year;
    char name[N_MAPS + 1][64], path[N_MAPS + 1][MSC_PATH_MAX];
    const char *maps[N_MAPS] = { path[0], path[1], path[2], path[3] };
    remaking r = { .v = v, .settings = *v->settings };
    r.settings.warn = NULL;
    r.settings.creation = creation;
    r.settings.n_creation = 3;
    for (int code = 1; code < 256; code++) r.is_damage[code] = (uint8_t)msc_job_is_damage(v->job, code);
    snprintf(name[ACCEPTED], sizeof name[0], "accepted_%d_%d.tif", y0, y1);
    snprintf(name[BEFORE], sizeof name[0], "classes_%d.tif", y0);
    snprintf(name[AFTER], sizeof name[0], "classes_%d.tif", y1);
    snprintf(name[GRADE], sizeof name[0], "grade_%d_%d.tif", y0, y1);
    snprintf(name[N_MAPS], sizeof name[0], "change_%d_%d.tif", y0, y1);
    for (int k = 0; k <= N_MAPS; k++)
        if (!msc_verify_file(v, name[k], path[k])) return MSC_OK;      /* which is told by its hash */
    msc_sheet_section(v->sheet, "maps", name[N_MAPS]);
    msc_status status = remake(&r, maps, path[N_MAPS], err);
    if (status == MSC_OK)
        msc_verify_note(v, r.n_wrong == 0 && r.n_differ == 0, "accepted",
                        msc_sheet_words(v->sheet, "of %lld px %lld are not as classes and grades allow, %lld are another change after the sieve",
                        "共 %lld 个像元：%lld 个与类别或等级不符，%lld 个在碎斑归并后不同"), (long long)r.n_px, (long long)r.n_wrong, (long long)r.n_differ);
    else if (err->status != MSC_EWRITE && err->status != MSC_ENOSPACE) status = msc_verify_note_error(v, "accepted", err);
    close_maps(&r);
    for (int k = 0; k < N_FILES && r.dir[0]; k++) unlink(r.file[k]);
    if (r.dir[0]) rmdir(r.dir);
    return status;
}
