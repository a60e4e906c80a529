/* irmad_map.c - two images to the probability that nothing changed: a sample, the iteration on it, one pass that writes. */
#include "jobs/irmad_map.h"
#include "base/file.h"
#include "base/mem.h"
#include "grid/area.h"
#include "io/raster_out.h"
#include "jobs/origin.h"
#include "ops/evidence.h"
#include <json.h>
#include <string.h>

typedef struct detection {
    const msc_settings *settings;
    const msc_irmad_options *options;
    msc_pair pair;
    msc_lattice lattice;
    msc_lattice_pixels pixels;
    msc_irmad_fit fit;
    msc_variates variates;
    msc_irmad_sums unchanged;
    int64_t n_unchanged;         /* by the last variates */
    msc_area area;
    msc_amount saturated[2];
    struct json_object *report;
    msc_sink next;               /* writes the evidence */
    msc_raster_outs outs;
} detection;

void msc_irmad_defaults(msc_irmad_options *options)
{
    *options = (msc_irmad_options){ .max_iterations = 50, .tolerance = 0.001, .sample_px = 131072 };
}

static msc_status check_options(const msc_settings *settings, const msc_irmad_options *o, msc_error *err)
{
    if (o->before.n_paths < 1) return msc_fail(err, MSC_EUSAGE, "before", "none given");
    if (o->after.n_paths < 1) return msc_fail(err, MSC_EUSAGE, "after", "none given");
    if (!o->evidence && !o->report) return msc_fail(err, MSC_EUSAGE, "evidence", "no output given");
    if (o->normalized && !o->report) return msc_fail(err, MSC_EUSAGE, "normalized", "needs the report");
    if (o->max_iterations < 1) return msc_fail(err, MSC_EVALUE, "max-iterations", "%d; 1 or more", o->max_iterations);
    if (!(o->tolerance > 0)) return msc_fail(err, MSC_EVALUE, "tolerance", "%g; above 0", o->tolerance);
    if (o->sample_px < 0) return msc_fail(err, MSC_EVALUE, "sample-px", "%lld", (long long)o->sample_px);
    if (o->normalized) MSC_TRY(msc_file_check_output(o->normalized, settings->overwrite, err));
    if (o->report) MSC_TRY(msc_file_check_output(o->report, settings->overwrite, err));
    return o->evidence ? msc_file_check_output(o->evidence, settings->overwrite, err) : MSC_OK;
}

/* Bands that say nothing are named; so is an iteration that did not end. */
static void say(const detection *d)
{
    const char *subject = d->options->after.paths[0];
    const int n = d->pair.n_bands;
    for (int p = 0; p < 2 * n; p++)
        if (!d->variates.is_used[p])
            msc_warn(d->settings, MSC_WDROPPED, d->options->after.paths[0], msc_settings_words(d->settings, "%s, band %s: constant or determined by other bands", "%s，波段 %s：为常数或可由其他波段算出"),
                     p < n ? msc_settings_words(d->settings, "before", "前期") : msc_settings_words(d->settings, "after", "后期"), d->pair.band[p % n]);
    if (d->fit.max_iterations > 1 && !d->fit.is_converged)
        msc_warn(d->settings, MSC_WOTHER, subject, msc_settings_words(d->settings, "not converged after %d iterations, correlations still moved by %.4f", "迭代 %d 次仍未收敛，相关系数仍变动 %.4f"),
                 d->fit.n_iterations, d->fit.delta);
}

static msc_status fit(detection *d, msc_error *err)
{
    const msc_irmad_options *o = d->options;
    const msc_pair_spec spec = { .before = &o->before, .after = &o->after, .grid_like = o->grid_like,
                                 .class_map = { o->classes_before, o->classes_after }, .is_flat = o->is_flat };
    MSC_TRY(msc_pair_open(d->settings, &spec, &d->pair, err));
    const int n = d->pair.n_bands;
    if (n > MSC_IRMAD_BANDS) return msc_fail(err, MSC_EBAND, o->before.paths[0], "%d bands; at most %d", n, MSC_IRMAD_BANDS);
    d->lattice = msc_lattice_for(d->pair.source.width_px, d->pair.source.height_px, o->sample_px);
    msc_source sampled;
    msc_pair_sample(&d->pair, &d->lattice, &sampled);
    MSC_TRY(msc_lattice_collect(d->settings, &d->lattice, &sampled, 2 * n, &d->pixels, err));
    const msc_irmad_sample sample = { .value = d->pixels.value, .n = d->pixels.n, .n_before = n, .n_after = n };
    d->fit.max_iterations = o->max_iterations;
    d->fit.tolerance = o->tolerance;
    const msc_status status = msc_irmad_iterate(d->settings, &sample, &d->fit, &d->variates, err);
    if (status == MSC_ENODATA && o->may_be_empty) {
        msc_warn(d->settings, MSC_WOTHER, o->after.paths[0], msc_settings_words(d->settings, "no evidence of change: %s", "没有变化证据：%s"), err->detail);
        memset(&d->variates, 0, sizeof d->variates);
        msc_irmad_sums_begin(&d->unchanged, 2 * n, (const double[MSC_IRMAD_PLANES]){ 0 });
        return MSC_OK;
    }
    MSC_TRY(status);
    say(d);
    if (!o->is_plain) MSC_TRY(msc_irmad_calibrate(&sample, &d->variates, err));
    MSC_TRY(msc_irmad_unchanged(d->settings, &sample, &d->variates, MSC_IRMAD_UNCHANGED, -1, &d->unchanged, err));
    d->n_unchanged = d->unchanged.n_px;
    return msc_irmad_unchanged(d->settings, &sample, &d->fit.first, MSC_IRMAD_UNCHANGED, -1, &d->unchanged, err);
}

static msc_status open_output(detection *d, const msc_layout *layout, msc_error *err)
{
    const msc_irmad_options *o = d->options;
    static const char *const names[] = { "no_change" };
    msc_origin origin;
    msc_origin_init(&origin, NULL, o->run_id);
    const msc_raster_out_spec spec = { .path = o->evidence, .grid = *msc_raster_grid(d->pair.image[0].image), .n_bands = 1,
        .type = MSC_U8, .has_nodata = 1, .nodata = MSC_EVIDENCE_NODATA, .scale = 1.0 / MSC_EVIDENCE_FULL, .band_names = names,
        .meta = origin.meta, .n_meta = origin.n, .has_overviews = 1 };
    return msc_raster_out_open(d->settings, &spec, layout, &d->outs.out[0], err);
}

static msc_status prepare(void *self, const msc_tile *tile, void *slot, msc_error *err)
{
    const detection *d = self;
    return d->next.prepare ? d->next.prepare(d->next.self, tile, slot, err) : MSC_OK;
}

static void add_row(detection *d, const uint8_t *bits, int32_t x0, int32_t y, int32_t n)
{
    const int64_t *px_area = d->area.px_area + (size_t)(y / MSC_AREA_BLOCK) * (size_t)d->area.n_across;
    for (int32_t x = 0; x < n; x++)
        for (int i = 0; bits[x] && i < 2; i++) {
            if (!(bits[x] & (i ? MSC_SATURATED_AFTER : MSC_SATURATED_BEFORE))) continue;
            d->saturated[i].px++;
            d->saturated[i].units += px_area[(x0 + x) / MSC_AREA_BLOCK];
        }
}

static msc_status count_saturated(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    detection *d = self;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *bits = msc_row_u8(tile, 1, y);
        uint8_t any = 0;
        for (int32_t x = 0; x < tile->core.w; x++) any |= bits[x];
        if (any) add_row(d, bits, tile->core.x, tile->core.y + y, tile->core.w);
    }
    return d->next.put(d->next.self, tile, slot, index, err);
}

static void clear_slot(void *self, void *slot)
{
    const detection *d = self;
    if (d->next.slot_clear) d->next.slot_clear(d->next.self, slot);
}

/* A sink that counts, then hands on to the next. */
static msc_sink counting(detection *d)
{
    msc_raster_outs_sink(&d->outs, &d->next);
    return (msc_sink){ .self = d, .halo_px = d->next.halo_px, .slot_bytes = d->next.slot_bytes, .prepare = prepare, .put = count_saturated,
                       .slot_clear = clear_slot };
}

static msc_status write_evidence(detection *d, msc_error *err)
{
    const msc_evidence evidence = { &d->variates, d->pixels.limit, d->pair.whole.n_planes };
    msc_op op;
    msc_layout layout;
    msc_evidence_op(&evidence, &op);
    d->outs.n = 1;
    MSC_TRY(msc_area_init(msc_raster_grid(d->pair.image[0].image), msc_settings_threads(d->settings, NULL), &d->area, err));
    msc_sink sink = counting(d);
    MSC_TRY(msc_stream_plan(d->settings, &d->pair.source, &op, 1, &sink, 0, &layout, err));
    MSC_TRY(open_output(d, &layout, err));
    sink = counting(d);
    MSC_TRY(msc_stream_run(d->settings, &layout, &d->pair.source, &op, 1, &sink, "evidence", err));
    return msc_raster_out_commit(&d->outs.out[0], err);
}

static msc_status detect(detection *d, msc_irmad_result *result, msc_error *err)
{
    MSC_TRY(fit(d, err));
    *result = (msc_irmad_result){ .n_px = (int64_t)d->pixels.n, .n_iterations = d->fit.n_iterations, .is_converged = d->fit.is_converged,
                                  .rho_least = d->variates.n > 0 ? d->variates.rho[d->variates.n - 1] : 0, .rho_most = d->variates.rho[0],
                                  .no_change = d->pixels.n > 0 ? (double)d->n_unchanged / (double)d->pixels.n : 0 };
    const msc_irmad_facts facts = { d->options, &d->pair, &d->lattice, &d->pixels, &d->fit, &d->variates, &d->unchanged };
    if (d->options->report) MSC_TRY(msc_irmad_report(d->settings, &facts, &d->report, err));
    msc_lattice_drop(&d->pixels);
    if (d->options->evidence) MSC_TRY(write_evidence(d, err));
    for (int i = 0; i < 2; i++) result->saturated_px[i] = d->saturated[i].px;
    if (d->options->report) MSC_TRY(msc_irmad_report_write(d->options, d->report, d->saturated, err));
    return d->options->normalized ? msc_irmad_write_normalized(d->settings, d->options, msc_raster_grid(d->pair.image[0].image), err) : MSC_OK;
}

msc_status msc_irmad(const msc_settings *settings, const msc_irmad_options *options, msc_irmad_result *result, msc_error *err)
{
    MSC_TRY(check_options(settings, options, err));
    detection *d = msc_alloc_zero(1, sizeof *d);
    if (!d) return msc_fail(err, MSC_ENOMEM, "irmad", "%zu bytes", sizeof *d);
    d->settings = settings;
    d->options = options;
    const msc_status status = detect(d, result, err);
    msc_raster_out_abandon(&d->outs.out[0]);
    json_object_put(d->report);
    msc_area_clear(&d->area);
    msc_lattice_clear(&d->pixels);
    msc_pair_close(&d->pair);
    msc_release(d);
    return status;
}
