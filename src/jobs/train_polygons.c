/* train_polygons.c - training polygons: which class and which year each stands for. */
#include "jobs/train.h"
#include "base/mem.h"
#include "jobs/legend.h"
#include "jobs/palette.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The integer that a value holds, whatever the field's type; 0 when it holds none. */
static int read_integer(const msc_value *value, long *integer)
{
    char *end = NULL;
    const double real = strtod(value->text, &end);
    while (*end == ' ') end++;
    if (end == value->text || *end || real != floor(real) || fabs(real) > 1e9) return 0;
    *integer = (long)real;
    return 1;
}

static int class_index(const msc_model *model, long code)
{
    for (int c = 0; c < model->n_classes; c++)
        if (model->code[c] == code) return c;
    return -1;
}

static msc_status add_class(msc_model *model, const msc_class *class, msc_error *err)
{
    if (class->code < 1 || class->code > 255) return msc_fail(err, MSC_EVALUE, "classes", "code %d; 1..255", class->code);
    if (class_index(model, class->code) >= 0) return msc_fail(err, MSC_EVALUE, "classes", "code %d twice", class->code);
    if (model->n_classes == MSC_MAX_CLASSES) return msc_fail(err, MSC_EVALUE, "classes", "more than %d", MSC_MAX_CLASSES);
    const int c = model->n_classes++;
    model->code[c] = class->code;
    if (class->name) snprintf(model->name[c], MSC_NAME_MAX, "%s", class->name);
    else snprintf(model->name[c], MSC_NAME_MAX, "class %d", class->code);
    snprintf(model->label[c], MSC_NAME_MAX, "%s", class->label ? class->label : model->name[c]);
    msc_trim_text(model->name[c]);
    msc_trim_text(model->label[c]);
    model->is_damage[c] = class->is_damage != 0;
    model->is_masked[c] = class->is_masked != 0;
    memcpy(model->rgb[c], class->rgb, 3);
    msc_palette_fill(model->name[c], class->code, model->rgb[c]);
    return MSC_OK;
}

/* The classes given, or else the codes found, ascending. */
static msc_status settle_classes(msc_training *t, const uint8_t found[256], msc_error *err)
{
    for (int i = 0; i < t->options->n_classes; i++) MSC_TRY(add_class(&t->model, &t->options->classes[i], err));
    if (t->options->n_classes > 0) return MSC_OK;
    for (int code = 1; code < 256; code++)
        if (found[code]) MSC_TRY(add_class(&t->model, &(msc_class){ .code = code }, err));
    return MSC_OK;
}

static int is_year_used(const msc_train_options *o, long year)
{
    for (int i = 0; i < o->n_images; i++)
        if (o->years && o->years[i] == year) return 1;
    return 0;
}

/* The code and year of polygon p; code 0 when it has none. */
static msc_status read_polygon(msc_training *t, size_t p, long *code, msc_error *err)
{
    const msc_train_options *o = t->options;
    const msc_value *value = t->polygons.value + p * (size_t)t->polygons.n_fields;
    *code = 0;
    if (value[0].is_set && !read_integer(&value[0], code) && (*code = msc_class_named(o->classes, o->n_classes, value[0].text)) < 0)
        return msc_fail(err, MSC_EFIELD, o->samples, "%s: '%.40s' is neither a class code nor the name of a class that is given", o->class_field, value[0].text);
    if (!o->year_field) return MSC_OK;
    t->year[p] = value[1].is_set ? (int)strtol(value[1].text, NULL, 10) : 0;   /* of a date, the year leads */
    if (!is_year_used(o, t->year[p])) t->year[p] = -1;
    return MSC_OK;
}

static msc_status label_polygons(msc_training *t, msc_error *err)
{
    const size_t n = t->polygons.n;
    uint8_t found[256] = { 0 };
    int64_t n_strange = 0, n_other_year = 0;
    long *code = msc_alloc(n, sizeof *code);
    if (!code) return msc_fail(err, MSC_ENOMEM, t->options->samples, "%zu polygons", n);
    msc_status status = MSC_OK;
    for (size_t p = 0; p < n && status == MSC_OK; p++) {
        status = read_polygon(t, p, &code[p], err);
        if (status == MSC_OK && code[p] >= 1 && code[p] <= 255) found[code[p]] = 1;
    }
    if (status == MSC_OK) status = settle_classes(t, found, err);
    for (size_t p = 0; p < n && status == MSC_OK; p++) {
        const int c = t->polygons.shape[p].is_point ? -1 : class_index(&t->model, code[p]);
        n_strange += c < 0;
        n_other_year += c >= 0 && t->year[p] < 0;
        t->label[p] = (int16_t)(t->year[p] < 0 ? -1 : c);
        if (t->label[p] >= 0) t->n_polygons[c]++;
    }
    msc_release(code);
    if (n_strange)
        msc_warn(t->settings, MSC_WDROPPED, t->options->samples, msc_settings_words(t->settings, "%lld features without a polygon or a known class code", "%lld 个要素没有面或类别代码未知"),
                 (long long)n_strange);
    if (n_other_year)
        msc_warn(t->settings, MSC_WDROPPED, t->options->samples, msc_settings_words(t->settings, "%lld polygons of years without an image", "%lld 个面所属年份没有影像"), (long long)n_other_year);
    return status;
}

msc_status msc_training_read_polygons(msc_training *t, msc_error *err)
{
    const msc_train_options *o = t->options;
    const char *fields[2] = { o->class_field, o->year_field };
    MSC_TRY(msc_layer_read(o->samples, o->layer, NULL, t->grid.crs, fields, o->year_field ? 2 : 1, &t->polygons, err));
    if (t->polygons.n_skipped)
        msc_warn(t->settings, MSC_WDROPPED, o->samples, msc_settings_words(t->settings, "%zu features without a usable geometry", "%zu 个要素没有可用的几何"), t->polygons.n_skipped);
    t->label = msc_alloc_zero(t->polygons.n, sizeof *t->label);
    t->year = msc_alloc_zero(t->polygons.n, sizeof *t->year);
    if (!t->label || !t->year) return msc_fail(err, MSC_ENOMEM, o->samples, "%zu polygons", t->polygons.n);
    MSC_TRY(label_polygons(t, err));
    int64_t n = 0;
    for (int c = 0; c < t->model.n_classes; c++) n += t->n_polygons[c];
    return n ? MSC_OK : msc_fail(err, MSC_ETRAIN, o->samples, "none of %zu features can be used", t->polygons.n);
}
