/* assess.c - a map against reference labels: gathers the map's values there, estimates, reports, gates. */
#include "jobs/assess.h"
#include "base/file.h"
#include "base/mem.h"
#include "grid/area.h"
#include "io/raster_in.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_VALUES = 65536, NOT_SEEN = 65536, N_STRATA_MAX = 4096 };

/* n pixels of the map that have `value` (NOT_SEEN: not observed) under one reference feature. */
typedef struct found { uint32_t feature; int32_t value; int64_t n; } found;

typedef struct assessment {
    const msc_settings *settings;
    const msc_assess_options *options;
    msc_rasters rasters;
    msc_source source;
    msc_features_in features;
    uint8_t *use;
    int32_t *label;              /* reference code of each feature */
    int32_t *stratum_of;
    double *weight;
    char **stratum;
    int64_t *stratum_n;
    double *stratum_weight;
    int n_strata;
    int64_t n_unlabelled, n_outside;
    msc_spans spans;
    found *found;
    size_t n_found, found_capacity;
    int64_t *px;                 /* [N_VALUES] pixels of each value in the map */
    msc_sample_cell *cells;
    size_t n_cells;
    int code[MSC_ACCURACY_CLASSES], n_classes;
    msc_accuracy accuracy;
} assessment;

void msc_assess_defaults(msc_assess_options *options) { *options = (msc_assess_options){ .class_field = "class" }; }

static msc_status check_options(const msc_settings *settings, const msc_assess_options *o, msc_error *err)
{
    if (!o->map) return msc_fail(err, MSC_EUSAGE, "map", "none given");
    if (!o->reference) return msc_fail(err, MSC_EUSAGE, "reference", "none given");
    if (!o->class_field || !o->class_field[0]) return msc_fail(err, MSC_EUSAGE, "class-field", "none given");
    if (!(o->oa_min >= 0 && o->oa_min <= 1)) return msc_fail(err, MSC_EVALUE, "oa-min", "%g; 0..1", o->oa_min);
    return o->report ? msc_file_check_output(o->report, settings->overwrite, err) : MSC_OK;
}

static msc_status no_memory(const assessment *a, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, a->options->reference, "%zu features", a->features.n);
}

static msc_status open_map(assessment *a, msc_error *err)
{
    const char *path = a->options->map;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .is_class_map = -1,
                                   .n_workers = msc_settings_threads(a->settings, NULL) };
    MSC_TRY(msc_raster_open(&spec, a->settings, &a->rasters.raster[0], err));
    a->rasters.n = 1;
    a->rasters.required = 1;
    const int n_bands = msc_raster_n_bands(a->rasters.raster[0]);
    if (n_bands != 1) return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", n_bands);
    return msc_rasters_source(&a->rasters, &a->source, err);
}

/* ---- reference ---- */

/* The code that a label means: a number, or the name or label of a class. -1: neither; 0: no label. */
static int32_t code_of(const assessment *a, const msc_value *value)
{
    char *end = NULL;
    if (!value->is_set || !value->text || !value->text[0]) return 0;
    const double number = strtod(value->text, &end);
    if (end != value->text && *end == '\0') return number >= 0 && number < N_VALUES && number == floor(number) ? (int32_t)number : -1;
    for (int i = 0; i < a->options->n_classes; i++) {
        const msc_class *class = &a->options->classes[i];
        if ((class->name && strcmp(class->name, value->text) == 0) || (class->label && strcmp(class->label, value->text) == 0))
            return class->code;
    }
    for (int code = 1; code < 256; code++) {
        char key[32];
        snprintf(key, sizeof key, "CLASS_%d_NAME", code);
        const char *label = msc_raster_category(a->rasters.raster[0], code), *name = msc_raster_meta(a->rasters.raster[0], key);
        if ((label && strcmp(label, value->text) == 0) || (name && strcmp(name, value->text) == 0)) return code;
    }
    return -1;
}

static int32_t stratum_number(assessment *a, const char *name)
{
    for (int h = 0; h < a->n_strata; h++)
        if (strcmp(a->stratum[h], name) == 0) return h;
    if (a->n_strata == N_STRATA_MAX || !(a->stratum[a->n_strata] = msc_copy_text(name))) return -1;
    return a->n_strata++;
}

static msc_status take_feature(assessment *a, size_t i, msc_error *err)
{
    const msc_assess_options *o = a->options;
    const msc_value *value = a->features.value + i * (size_t)a->features.n_fields;
    int at = 1;
    a->label[i] = code_of(a, &value[0]);
    a->weight[i] = 1;
    if (a->label[i] < 0) return msc_fail(err, MSC_EFIELD, o->reference, "%s: %.100s is no class code or name", o->class_field, value[0].text);
    if (a->label[i] == 0) a->n_unlabelled++;
    a->use[i] = a->label[i] > 0;
    const char *name = o->stratum_field && value[at].is_set ? value[at].text : "";
    if (o->stratum_field) at++;
    if (o->weight_field) a->weight[i] = value[at].is_set ? value[at].real : NAN;
    if (!(a->weight[i] > 0) || !isfinite(a->weight[i]))
        return msc_fail(err, MSC_EFIELD, o->reference, "%s: %g in feature %zu; a weight is positive", o->weight_field, a->weight[i], i + 1);
    a->stratum_of[i] = stratum_number(a, name);
    if (a->stratum_of[i] >= 0) return MSC_OK;
    return a->n_strata == N_STRATA_MAX ? msc_fail(err, MSC_EFIELD, o->reference, "%s: over %d strata", o->stratum_field, N_STRATA_MAX)
                                       : no_memory(a, err);
}

static msc_status read_reference(assessment *a, msc_error *err)
{
    const msc_assess_options *o = a->options;
    const char *fields[3] = { o->class_field };
    int n_fields = 1;
    if (o->stratum_field) fields[n_fields++] = o->stratum_field;
    if (o->weight_field) fields[n_fields++] = o->weight_field;
    const msc_grid *grid = msc_raster_grid(a->rasters.raster[0]);
    MSC_TRY(msc_layer_read(o->reference, o->layer, o->where, grid->crs, fields, n_fields, &a->features, err));
    const size_t n = a->features.n;
    a->use = msc_alloc_zero(n + 1, 1);
    a->label = msc_alloc_zero(n + 1, sizeof *a->label);
    a->stratum_of = msc_alloc_zero(n + 1, sizeof *a->stratum_of);
    a->weight = msc_alloc_zero(n + 1, sizeof *a->weight);
    a->stratum = msc_alloc_zero(N_STRATA_MAX, sizeof *a->stratum);
    a->px = msc_alloc_zero(N_VALUES, sizeof *a->px);
    if (!a->use || !a->label || !a->stratum_of || !a->weight || !a->stratum || !a->px) return no_memory(a, err);
    for (size_t i = 0; i < n; i++) MSC_TRY(take_feature(a, i, err));
    return msc_spans_find(&a->features, a->use, grid, &a->spans, &a->n_outside, err);
}

/* ---- the map under it ---- */

typedef struct slot { uint32_t n[N_VALUES]; } slot;

static int32_t value_at(const msc_tile *t, int32_t x, int32_t y)
{
    if (!msc_row_valid(t, y)[x]) return NOT_SEEN;
    return t->plane[0].type == MSC_U8 ? msc_row_u8(t, 0, y)[x] : msc_row_u16(t, 0, y)[x];
}

static msc_status count_tile(void *self, const msc_tile *t, void *space, msc_error *err)
{
    slot *s = space;
    (void)self;
    (void)err;
    memset(s->n, 0, (t->plane[0].type == MSC_U8 ? 256u : N_VALUES) * sizeof s->n[0]);
    for (int32_t y = 0; y < t->core.h; y++)
        for (int32_t x = 0; x < t->core.w; x++) {
            const int32_t value = value_at(t, x, y);
            if (value != NOT_SEEN) s->n[value]++;
        }
    return MSC_OK;
}

static msc_status look_up(void *self, const msc_tile *t, void *space, int64_t index, msc_error *err)
{
    assessment *a = self;
    const slot *s = space;
    const msc_rect core = t->core;
    (void)index;
    for (int v = 0; v < (t->plane[0].type == MSC_U8 ? 256 : N_VALUES); v++) a->px[v] += s->n[v];
    for (size_t i = msc_spans_row(&a->spans, core.y); i < a->spans.n && a->spans.span[i].y < core.y + core.h; i++) {
        const msc_span *span = &a->spans.span[i];
        const int32_t x0 = span->x0 > core.x ? span->x0 : core.x;
        const int32_t x1 = span->x1 < core.x + core.w ? span->x1 : core.x + core.w;
        for (int32_t x = x0; x < x1; x++) {
            const int32_t value = value_at(t, x - core.x, span->y - core.y);
            found *last = a->n_found ? &a->found[a->n_found - 1] : NULL;
            if (last && last->feature == span->feature && last->value == value) {
                last->n++;
                continue;
            }
            if (!msc_reserve((void **)&a->found, &a->found_capacity, a->n_found + 1, sizeof *a->found)) return no_memory(a, err);
            a->found[a->n_found++] = (found){ span->feature, value, 1 };
        }
    }
    return MSC_OK;
}

static msc_status sweep_map(assessment *a, msc_error *err)
{
    const msc_sink sink = { .self = a, .slot_bytes = sizeof(slot), .prepare = count_tile, .put = look_up };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(a->settings, &a->source, NULL, 0, &sink, 0, &layout, err));
    return msc_stream_run(a->settings, &layout, &a->source, NULL, 0, &sink, "assess", err);
}

/* ---- estimates ---- */

static int class_of(const assessment *a, int code)
{
    for (int i = 0; i < a->n_classes; i++)
        if (a->code[i] == code) return i;
    return -1;
}

static msc_status note_class(assessment *a, int code, msc_error *err)
{
    if (class_of(a, code) >= 0) return MSC_OK;
    if (a->n_classes == MSC_ACCURACY_CLASSES) return msc_fail(err, MSC_EVALUE, a->options->reference, "over %d classes", MSC_ACCURACY_CLASSES);
    int i = a->n_classes++;
    for (; i > 0 && a->code[i - 1] > code; i--) a->code[i] = a->code[i - 1];
    a->code[i] = code;
    return MSC_OK;
}

static int by_all(const void *x, const void *y)
{
    const msc_sample_cell *p = x, *q = y;
    if (p->stratum != q->stratum) return p->stratum < q->stratum ? -1 : 1;
    if (p->map != q->map) return p->map < q->map ? -1 : 1;
    if (p->reference != q->reference) return p->reference < q->reference ? -1 : 1;
    return p->weight < q->weight ? -1 : p->weight > q->weight;
}

/* Units that agree in everything become one cell; the order is that of the values, whatever the tiles were. */
static msc_status make_cells(assessment *a, msc_error *err)
{
    for (size_t i = 0; i < a->n_found; i++) {
        if (a->found[i].value != NOT_SEEN) MSC_TRY(note_class(a, a->found[i].value, err));
        MSC_TRY(note_class(a, a->label[a->found[i].feature], err));
    }
    a->cells = msc_alloc_zero(a->n_found + 1, sizeof *a->cells);
    a->stratum_n = msc_alloc_zero((size_t)a->n_strata + 1, sizeof *a->stratum_n);
    a->stratum_weight = msc_alloc_zero((size_t)a->n_strata + 1, sizeof *a->stratum_weight);
    if (!a->cells || !a->stratum_n || !a->stratum_weight) return no_memory(a, err);
    for (size_t i = 0; i < a->n_found; i++) {
        const found *f = &a->found[i];
        a->cells[i] = (msc_sample_cell){ f->value == NOT_SEEN ? MSC_NOT_OBSERVED : class_of(a, f->value),
                                         class_of(a, a->label[f->feature]), a->stratum_of[f->feature], a->weight[f->feature], f->n };
    }
    if (a->n_found > 0) qsort(a->cells, a->n_found, sizeof *a->cells, by_all);
    for (size_t i = 0; i < a->n_found; i++) {
        const msc_sample_cell *cell = &a->cells[i];
        a->stratum_n[cell->stratum] += cell->n;
        a->stratum_weight[cell->stratum] += cell->weight * (double)cell->n;
        if (a->n_cells > 0 && by_all(&a->cells[a->n_cells - 1], cell) == 0) a->cells[a->n_cells - 1].n += cell->n;
        else a->cells[a->n_cells++] = *cell;
    }
    return MSC_OK;
}

static msc_status report(const assessment *a, msc_error *err)
{
    int64_t map_px[MSC_ACCURACY_CLASSES] = { 0 }, observed_px = 0;
    for (int v = 0; v < N_VALUES; v++) observed_px += a->px[v];
    for (int i = 0; i < a->n_classes; i++) map_px[i] = a->px[a->code[i]];
    const msc_assess_facts facts = { .options = a->options, .code = a->code, .stratum = a->stratum, .stratum_n = a->stratum_n,
        .stratum_weight = a->stratum_weight, .n_strata = a->n_strata, .is_points = a->features.n > 0 && a->features.shape[0].is_point,
        .n_outside = a->n_outside, .n_unlabelled = a->n_unlabelled, .n_skipped = (int64_t)a->features.n_skipped,
        .observed_px = observed_px, .map_px = map_px, .pixel_m2 = msc_area_pixel_m2(msc_raster_grid(a->rasters.raster[0])) };
    return msc_assess_report(&facts, &a->accuracy, err);
}

static msc_status assess(assessment *a, msc_error *err)
{
    MSC_TRY(open_map(a, err));
    MSC_TRY(read_reference(a, err));
    if (a->spans.n == 0)
        return msc_fail(err, MSC_EOVERLAP, a->options->reference, "%zu features, %lld unlabelled, none on the map", a->features.n,
                        (long long)a->n_unlabelled);
    MSC_TRY(sweep_map(a, err));
    MSC_TRY(make_cells(a, err));
    MSC_TRY(msc_accuracy_estimate(a->cells, a->n_cells, a->n_classes, a->n_strata, &a->accuracy, err));
    return a->options->report ? report(a, err) : MSC_OK;
}

static void clear(assessment *a)
{
    msc_release(a->cells);
    msc_release(a->stratum_weight);
    msc_release(a->stratum_n);
    msc_release(a->px);
    msc_release(a->found);
    msc_spans_clear(&a->spans);
    for (int h = 0; h < a->n_strata; h++) msc_release(a->stratum[h]);
    msc_release(a->stratum);
    msc_release(a->weight);
    msc_release(a->stratum_of);
    msc_release(a->label);
    msc_release(a->use);
    if (a->features.owned) msc_features_in_clear(&a->features);
    msc_raster_close(&a->rasters.raster[0]);
    msc_release(a);
}

/* The report is written before the gate is looked at: it says why the gate does not hold. */
msc_status msc_assess(const msc_settings *settings, const msc_assess_options *options, msc_assess_result *result,
                      msc_error *err)
{
    MSC_TRY(check_options(settings, options, err));
    assessment *a = msc_alloc_zero(1, sizeof *a);
    if (!a) return msc_fail(err, MSC_ENOMEM, options->map, "%zu bytes", sizeof *a);
    a->settings = settings;
    a->options = options;
    msc_status status = assess(a, err);
    if (status == MSC_OK && result) {
        const msc_accuracy *e = &a->accuracy;
        *result = (msc_assess_result){ e->n, e->n_not_observed, a->n_outside, e->overall.value, msc_estimate_half_width(e->overall), e->kappa };
    }
    if (status == MSC_OK && options->oa_min > 0 && a->accuracy.overall.value < options->oa_min)
        status = msc_fail(err, MSC_ECHECK, options->map, "overall accuracy %.4f, wanted %.4f", a->accuracy.overall.value, options->oa_min);
    clear(a);
    return status;
}
