/* assess_reference.c - reference features: their labels, strata and weights. */
#include "base/mem.h"
#include "jobs/assess.h"
#include "jobs/legend.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INVALID = -1, UNLABELLED = -2 };

static msc_status no_memory(const msc_assessment *a, msc_error *err)
{
    return msc_fail(err, MSC_ENOMEM, a->options->reference, "%zu features", a->features.n);
}

/* The code that a label means, below n_codes: a number, or the name or label of a class. */
static int32_t code_of(const msc_assessment *a, const msc_value *value, int n_codes)
{
    char *end = NULL;
    if (!value->is_set || !value->text || !value->text[0]) return UNLABELLED;
    const double number = strtod(value->text, &end);
    if (end != value->text && *end == '\0') return number >= 0 && number < n_codes && number == floor(number) ? (int32_t)number : INVALID;
    const int named = msc_class_named(a->options->classes, a->options->n_classes, value->text);
    if (named >= 0) return named;
    for (int code = 1; code < 256; code++) {
        char key[32];
        snprintf(key, sizeof key, "CLASS_%d_NAME", code);
        const char *label = msc_raster_category(a->rasters.raster[0], code), *name = msc_raster_meta(a->rasters.raster[0], key);
        if ((label && strcmp(label, value->text) == 0) || (name && strcmp(name, value->text) == 0)) return code;
    }
    return INVALID;
}

/* A label such as cloud says that the truth was not seen. */
static int is_masked(const msc_assessment *a, int32_t code)
{
    const msc_class *found = msc_class_of(a->options->classes, a->options->n_classes, code);
    return found && found->is_masked;
}

/* Class maps: 0 is no label. Change maps: one code, of which 0 is no change, or the classes before and after. */
static int32_t label_of(const msc_assessment *a, int32_t code, const int32_t *before)
{
    if (!a->is_change) return code == 0 ? UNLABELLED : code;
    if (!before) return code;
    const int32_t from = *before;
    if (code <= 0 || from <= 0 || is_masked(a, code) || is_masked(a, from)) return UNLABELLED;
    return code == from ? 0 : from * 256 + code;
}

static int32_t stratum_number(msc_assessment *a, const char *name)
{
    for (int h = 0; h < a->n_strata; h++)
        if (strcmp(a->strata[h].name, name) == 0) return h;
    if (a->n_strata == MSC_ASSESS_STRATA || !(a->strata[a->n_strata].name = msc_copy_text(name))) return -1;
    return a->n_strata++;
}

static msc_status take_code(const msc_assessment *a, const char *field, const msc_value *value, int n_codes, int32_t *code, msc_error *err)
{
    *code = code_of(a, value, n_codes);
    return *code != INVALID ? MSC_OK : msc_fail(err, MSC_EFIELD, a->options->reference, "%s: %.100s is no class code (0..%d) or name", field, value->text, n_codes - 1);
}

static msc_status take_label(msc_assessment *a, size_t i, const msc_value *value, const msc_value *before, msc_error *err)
{
    int32_t code, from = UNLABELLED;
    MSC_TRY(take_code(a, a->options->class_field, value, before ? 256 : a->n_values, &code, err));
    if (before) MSC_TRY(take_code(a, a->options->before_field, before, 256, &from, err));
    a->label[i] = label_of(a, code, before ? &from : NULL);
    a->use[i] = a->label[i] != UNLABELLED;
    a->n_unlabelled += !a->use[i];
    return MSC_OK;
}

static msc_status take_design(msc_assessment *a, size_t i, const msc_value *stratum, const msc_value *weight, msc_error *err)
{
    const msc_assess_options *o = a->options;
    a->weight[i] = !weight ? 1 : weight->is_set ? weight->real : NAN;
    if (!(a->weight[i] > 0) || !isfinite(a->weight[i]))
        return msc_fail(err, MSC_EFIELD, o->reference, "%s: %g in feature %zu; a weight is positive", o->weight_field, a->weight[i], i + 1);
    a->stratum_of[i] = stratum_number(a, stratum && stratum->is_set ? stratum->text : "");
    if (a->stratum_of[i] >= 0) return MSC_OK;
    return a->n_strata == MSC_ASSESS_STRATA ? msc_fail(err, MSC_EFIELD, o->reference, "%s: over %d strata", o->stratum_field, MSC_ASSESS_STRATA)
                                            : no_memory(a, err);
}

msc_status msc_assess_read_reference(msc_assessment *a, msc_error *err)
{
    const msc_assess_options *o = a->options;
    const char *fields[5] = { o->class_field };
    int n = 1, at_before = 0, at_stratum = 0, at_weight = 0, at_id = 0;
    if (o->before_field) fields[at_before = n++] = o->before_field;
    if (o->stratum_field || o->sample) fields[at_stratum = n++] = o->stratum_field ? o->stratum_field : "stratum";
    if (o->weight_field) fields[at_weight = n++] = o->weight_field;
    if (o->sample) fields[at_id = n++] = "id";
    const msc_grid *grid = msc_raster_grid(a->rasters.raster[0]);
    MSC_TRY(msc_layer_read(o->reference, o->layer, o->where, grid->crs, fields, n, &a->features, err));
    if (a->features.n > 0 && a->features.shape[0].n_rings == 0)
        return msc_fail(err, MSC_EFIELD, o->reference, "%s", msc_settings_words(a->settings, "a table without fields x and y, in the coordinates of the map",
                                                                               "表格缺少 x、y 字段（采用分类图的坐标）"));
    a->use = msc_alloc_zero(a->features.n + 1, 1);
    a->label = msc_alloc_zero(a->features.n + 1, sizeof *a->label);
    a->stratum_of = msc_alloc_zero(a->features.n + 1, sizeof *a->stratum_of);
    a->weight = msc_alloc_zero(a->features.n + 1, sizeof *a->weight);
    if (!a->use || !a->label || !a->stratum_of || !a->weight) return no_memory(a, err);
    const msc_value *value = a->features.value;
    for (size_t i = 0; i < a->features.n; i++, value += n) {
        MSC_TRY(take_label(a, i, value, at_before ? value + at_before : NULL, err));
        if (!o->sample) MSC_TRY(take_design(a, i, at_stratum ? value + at_stratum : NULL, at_weight ? value + at_weight : NULL, err));
    }
    if (o->sample && a->features.n > 0)
        MSC_TRY(msc_assess_read_frozen(a, a->features.value + at_id, a->features.value + at_stratum, (size_t)n, err));
    return msc_spans_find(&a->features, a->use, grid, &a->spans, &a->n_outside, err);
}
