/* sample_points.c - the points to be labelled: what the labeller must know, and nothing that the map says. */
#include "base/hash.h"
#include "base/mem.h"
#include "jobs/legend.h"
#include "jobs/sample.h"
#include <stdio.h>
#include <string.h>

enum { ID, STRATUM, PROB, WEIGHT, LABEL, N_CLASS = 6, N_CHANGE = 7 };   /* of change maps a label has two fields; then the note, x and y */

static msc_status add_point(const msc_sample *s, const int64_t *n_in, const int64_t *units_in, size_t i, msc_layer_out *out, msc_error *err)
{
    const msc_sample_point *p = &s->points[i];
    const int32_t w = s->grid->width_px, h = s->is_stratified ? p->stratum : 0;
    const double xy[] = { msc_grid_e(s->grid, (double)(p->pixel % w) + 0.5), msc_grid_n(s->grid, (double)(p->pixel / w) + 0.5) };
    const msc_shape shape = { .is_point = 1, .xy = xy };
    const double prob = (double)n_in[h] / (double)units_in[h];
    msc_value values[N_CHANGE + 2] = { [ID] = { .is_set = 1, .integer = (int64_t)i + 1 }, [STRATUM] = { .is_set = 1, .integer = h + 1 },
                                  [PROB] = { .is_set = 1, .real = prob }, [WEIGHT] = { .is_set = 1, .real = 1 / prob } };
    for (int k = 0; k < 2; k++) values[(s->is_change ? N_CHANGE : N_CLASS) + k] = (msc_value){ .is_set = 1, .real = xy[k] };
    return msc_layer_add(out, &shape, values, err);
}

msc_status msc_sample_write_points(const msc_settings *settings, const msc_sample *s, msc_error *err)
{
    static const msc_field class_fields[] = { { "id", MSC_FIELD_INT, 0, 0 }, { "stratum", MSC_FIELD_INT, 0, 0 }, { "prob", MSC_FIELD_REAL, 24, 15 },
        { "weight", MSC_FIELD_REAL, 24, 6 }, { "class", MSC_FIELD_INT, 0, 0 }, { "note", MSC_FIELD_TEXT, 100, 0 },
        { "x", MSC_FIELD_REAL, 0, 0 }, { "y", MSC_FIELD_REAL, 0, 0 } };
    static const msc_field change_fields[] = { { "id", MSC_FIELD_INT, 0, 0 }, { "stratum", MSC_FIELD_INT, 0, 0 }, { "prob", MSC_FIELD_REAL, 24, 15 },
        { "weight", MSC_FIELD_REAL, 24, 6 }, { "before", MSC_FIELD_INT, 0, 0 }, { "after", MSC_FIELD_INT, 0, 0 }, { "note", MSC_FIELD_TEXT, 100, 0 },
        { "x", MSC_FIELD_REAL, 0, 0 }, { "y", MSC_FIELD_REAL, 0, 0 } };
    const int is_table = msc_layer_is_table(settings, s->options->points);
    const msc_layer_spec spec = { .path = s->options->points, .crs = s->grid->crs, .is_point = !is_table, .is_table = is_table, .encoding = "UTF-8",
                                  .fields = s->is_change ? change_fields : class_fields,
                                  .n_fields = (s->is_change ? N_CHANGE : N_CLASS) + (is_table ? 2 : 0) };
    const int n_strata = s->is_stratified ? s->frame->n_strata : 1;
    msc_layer_out *out = NULL;
    int64_t *n_in = msc_alloc_zero(2 * (size_t)n_strata, sizeof *n_in);
    if (!n_in) return msc_fail(err, MSC_ENOMEM, spec.path, "%d strata", n_strata);
    int64_t *units_in = n_in + n_strata;
    for (int h = 0; h < s->frame->n_strata; h++) {
        n_in[s->is_stratified ? h : 0] += s->design[h].n;
        units_in[s->is_stratified ? h : 0] += s->design[h].units;
    }
    msc_status status = msc_layer_create(settings, &spec, &out, err);
    for (size_t i = 0; i < s->n_points && status == MSC_OK; i++) status = add_point(s, n_in, units_in, i, out, err);
    if (status == MSC_OK) status = msc_layer_commit(&out, err);
    else msc_layer_abandon(&out);
    msc_release(n_in);
    return status;
}

msc_status msc_sample_key(const msc_sample_point *points, size_t n, int32_t width_px, char hex[65], msc_error *err)
{
    enum { LINE = 64 };
    char *text = msc_alloc_zero(n + 1, LINE);
    size_t used = 0;
    if (!text) return msc_fail(err, MSC_ENOMEM, "points", "%zu points", n);
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, LINE, "%zu %lld %lld %d\n", i + 1, (long long)(points[i].pixel % width_px),
                                 (long long)(points[i].pixel / width_px), (int)points[i].stratum + 1);
    msc_sha256(text, used, hex);
    msc_release(text);
    return MSC_OK;
}

static void value_name(const msc_sample *s, int code, char *name, size_t size)
{
    const msc_class *found = msc_class_of(s->classes, s->n_classes, code);
    if (found && found->name && found->name[0]) snprintf(name, size, "%s", found->name);
    else if (found && found->label) snprintf(name, size, "%s", found->label);
    else snprintf(name, size, "%d", code);
    msc_trim_text(name);
}

void msc_sample_stratum_name(const msc_sample *s, int h, int is_chinese, char *name, size_t size)
{
    const msc_frame_stratum *f = &s->frame->strata[h];
    char from[96], to[96], what[200] = "", zone[101];
    if (f->value == MSC_SAMPLE_BUFFER) snprintf(what, sizeof what, "%s", is_chinese ? "缓冲层" : "buffer");
    else if (f->value == MSC_SAMPLE_OTHER_TARGET) snprintf(what, sizeof what, "%s", is_chinese ? "其他目标" : "other target");
    else if (f->value == MSC_SAMPLE_OTHER) snprintf(what, sizeof what, "%s", is_chinese ? "其他" : "other");
    else if (f->value == 0) snprintf(what, sizeof what, "%s", is_chinese ? "无变化" : "no change");
    else if (f->value > 0) {
        value_name(s, s->is_change ? f->value >> 8 : f->value, from, sizeof from);
        value_name(s, f->value & 255, to, sizeof to);
        if (s->is_change) snprintf(what, sizeof what, "%s > %s", from, to);
        else snprintf(what, sizeof what, "%s", from);
    }
    snprintf(zone, sizeof zone, "%s", !s->frame->zones ? "" : f->zone >= 0 ? s->zone_name[f->zone] : is_chinese ? "分区之外" : "outside the zones");
    msc_trim_text(zone);
    snprintf(name, size, "%s%s%s", zone, *zone && *what ? " / " : "", what);
    msc_trim_text(name);
}
