/* sieve_map.c - a class or change map with no region under the minimum mapping unit. */
#include "patch/sieve.h"
#include "base/file.h"
#include "base/mem.h"
#include "grid/area.h"
#include "io/raster_in.h"
#include "io/raster_out.h"
#include "jobs/legend.h"
#include "jobs/origin.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHANGE_NODATA = 65535 };

typedef struct sieving {
    const msc_settings *settings;
    const msc_sieve_options *options;
    msc_rasters rasters;
    msc_raster_outs outs;
    msc_sieve_pass *pass;
    msc_type type;
    int64_t mmu_px;
    msc_legend legend;
} sieving;

void msc_sieve_defaults(msc_sieve_options *options) { *options = (msc_sieve_options){ .connectivity = 4 }; }

static msc_status check_options(const msc_sieve_options *o, msc_error *err)
{
    if (!o->in) return msc_fail(err, MSC_EUSAGE, "in", "none given");
    if (!o->out) return msc_fail(err, MSC_EUSAGE, "out", "none given");
    if (o->connectivity != 4 && o->connectivity != 8) return msc_fail(err, MSC_EVALUE, "connectivity", "%d; 4 or 8", o->connectivity);
    if (!(o->mmu_m2 >= 0) || !isfinite(o->mmu_m2)) return msc_fail(err, MSC_EVALUE, "mmu-m2", "%g", o->mmu_m2);
    if (o->mmu_px < 0) return msc_fail(err, MSC_EVALUE, "mmu-px", "%lld", (long long)o->mmu_px);
    if (o->mmu_m2 > 0 && o->mmu_px > 0) return msc_fail(err, MSC_EUSAGE, "mmu-m2", "and mmu-px: one of the two");
    return MSC_OK;
}

/* UInt16 pixels are changes, of which 0 is no change; any others are classes, of which 0 is not observed. */
static msc_status open_map(sieving *s, msc_error *err)
{
    const char *path = s->options->in;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .is_class_map = -1,
                                   .n_workers = msc_settings_threads(s->settings, NULL) };
    MSC_TRY(msc_raster_open(&spec, s->settings, &s->rasters.raster[0], err));
    s->rasters.n = 1;
    s->rasters.required = 1;
    s->type = msc_raster_type(s->rasters.raster[0]);
    const int n_bands = msc_raster_n_bands(s->rasters.raster[0]);
    if (n_bands != 1) return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", n_bands);
    return MSC_OK;
}

/* Where the second raster is observed and the first is not, the first has no change. */
static void fill_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    (void)self, (void)scratch;
    for (int32_t y = 0; y < in->core.h; y++) {
        const uint16_t *restrict from = msc_row_u16(in, 0, y);
        const uint8_t *restrict valid = msc_row_valid(in, y);
        uint16_t *restrict to = msc_row_u16(out, 0, y);
        uint8_t *restrict seen = msc_row_valid(out, y);
        for (int32_t x = 0; x < in->core.w; x++) {
            to[x] = from[x] == CHANGE_NODATA ? 0 : from[x];
            seen[x] = valid[x];
        }
    }
}

static msc_status open_observed(sieving *s, msc_error *err)
{
    const char *path = s->options->observed;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .n_workers = msc_settings_threads(s->settings, NULL) };
    if (s->type != MSC_U16) return msc_fail(err, MSC_EFORMAT, s->options->in, "not a change map (UInt16)");
    MSC_TRY(msc_raster_open(&spec, s->settings, &s->rasters.raster[1], err));
    s->rasters.n = 2;
    s->rasters.required = 2;
    if (msc_raster_n_bands(s->rasters.raster[1]) != 1)
        return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", msc_raster_n_bands(s->rasters.raster[1]));
    return MSC_OK;
}

static void find_unit(sieving *s)
{
    s->mmu_px = s->options->mmu_px;
    if (s->options->mmu_m2 <= 0) return;
    const double px = ceil(s->options->mmu_m2 / msc_area_pixel_m2(msc_raster_grid(s->rasters.raster[0])) - 1e-9);
    s->mmu_px = px < 0x1p62 ? (int64_t)px : (int64_t)1 << 62;
}

static msc_status open_output(sieving *s, const msc_layout *layout, msc_error *err)
{
    msc_origin origin;
    char unit[64];
    snprintf(unit, sizeof unit, "MINIMUM_MAPPING_UNIT_PX=%lld", (long long)s->mmu_px);
    msc_origin_init(&origin, unit, s->options->run_id);
    const msc_raster_out_spec spec = { .path = s->options->out, .grid = *msc_raster_grid(s->rasters.raster[0]), .n_bands = 1,
        .type = s->type, .has_nodata = 1, .nodata = s->type == MSC_U8 ? 0 : CHANGE_NODATA,
        .classes = s->legend.n ? s->legend.classes : NULL, .n_classes = s->legend.n, .is_change = s->type == MSC_U16, .meta = origin.meta,
        .n_meta = origin.n, .has_overviews = 1 };
    return msc_raster_out_open(s->settings, &spec, layout, &s->outs.out[0], err);
}

static msc_status make_pass(sieving *s, const msc_layout *layout, msc_error *err)
{
    const msc_grid *grid = msc_raster_grid(s->rasters.raster[0]);
    msc_sieve_spec spec = { .width_px = grid->width_px, .height_px = grid->height_px, .type = s->type, .mmu_px = s->mmu_px,
                            .connectivity = s->options->connectivity };
    MSC_TRY(msc_records_share(s->settings, layout, s->options->out, &spec.records, err));
    return msc_sieve_new(&spec, layout, &s->pass, err);
}

static msc_status sieve(sieving *s, msc_sieve_counts *counts, msc_error *err)
{
    msc_source source, settled;
    msc_op ops[2];
    const msc_op fill = { .name = "fill", .n_planes_out = 1, .types_out = { MSC_U16 }, .tile = fill_tile };
    const int n_ops = s->options->observed != NULL;
    msc_sink gather, write;
    msc_layout layout;
    MSC_TRY(msc_file_check_output(s->options->out, s->settings->overwrite, err));
    MSC_TRY(open_map(s, err));
    if (s->options->observed) MSC_TRY(open_observed(s, err));
    find_unit(s);
    msc_legend_read(s->rasters.raster[0], &s->legend);
    MSC_TRY(msc_rasters_source(&s->rasters, &source, err));
    s->outs.n = 1;
    msc_raster_outs_sink(&s->outs, &write);
    /* One layout serves both passes: records are of tiles. */
    ops[0] = fill;
    msc_sieve_room(s->type, &ops[n_ops]);
    MSC_TRY(msc_stream_plan(s->settings, &source, ops, n_ops + 1, &write, 0, &layout, err));
    MSC_TRY(make_pass(s, &layout, err));
    msc_sieve_sink(s->pass, &gather);
    MSC_TRY(msc_stream_run(s->settings, &layout, &source, ops, n_ops, &gather, "regions", err));
    msc_sieve_count(s->pass, counts);
    MSC_TRY(open_output(s, &layout, err));
    msc_sieve_source(s->pass, &settled);
    MSC_TRY(msc_stream_run(s->settings, &layout, &settled, NULL, 0, &write, "sieve", err));
    return msc_raster_out_commit(&s->outs.out[0], err);
}

msc_status msc_sieve(const msc_settings *settings, const msc_sieve_options *options, msc_sieve_counts *counts, msc_error *err)
{
    msc_sieve_counts found = { 0 };
    MSC_TRY(check_options(options, err));
    sieving *s = msc_alloc_zero(1, sizeof *s);
    if (!s) return msc_fail(err, MSC_ENOMEM, options->in, "%zu bytes", sizeof *s);
    s->settings = settings;
    s->options = options;
    const msc_status status = sieve(s, &found, err);
    msc_raster_out_abandon(&s->outs.out[0]);
    msc_sieve_free(&s->pass);
    msc_raster_close(&s->rasters.raster[1]);
    msc_raster_close(&s->rasters.raster[0]);
    msc_release(s);
    if (status == MSC_OK && counts) *counts = found;
    return status;
}
