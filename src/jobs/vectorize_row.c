/* vectorize_row.c - fills the patch table's rows. */
#include "jobs/vectorize_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The table's columns in order; areas to 0.01 m2, degrees to 1e-8 (a millimetre). */
static const msc_field fields[MSC_PATCH_FIXED_FIELDS] = {
    {"BSM", MSC_FIELD_INT64, 18, 0},  {"TBBH", MSC_FIELD_TEXT, 24, 0},  {"QTBBH", MSC_FIELD_TEXT, 80, 0},
    {"QDM", MSC_FIELD_INT, 6, 0},     {"TBDM", MSC_FIELD_INT, 6, 0},    {"QLX", MSC_FIELD_TEXT, 40, 0},
    {"TBLX", MSC_FIELD_TEXT, 40, 0},  {"BHLX", MSC_FIELD_TEXT, 20, 0},  {"TBMJ", MSC_FIELD_REAL, 18, 2},
    {"TQMJ", MSC_FIELD_REAL, 18, 2},  {"MJGQ", MSC_FIELD_REAL, 16, 6},  {"MJM", MSC_FIELD_REAL, 16, 4},
    {"ZXJD", MSC_FIELD_REAL, 14, 8},  {"ZXWD", MSC_FIELD_REAL, 14, 8},  {"ZXD", MSC_FIELD_INT, 4, 0},
    {"PDYJ", MSC_FIELD_TEXT, 80, 0},  {"YXJ", MSC_FIELD_INT, 9, 0},     {"HCZT", MSC_FIELD_TEXT, 20, 0},
    {"HCLX", MSC_FIELD_TEXT, 40, 0},  {"HCJL", MSC_FIELD_TEXT, 80, 0},  {"HCR", MSC_FIELD_TEXT, 40, 0},
    {"HCRQ", MSC_FIELD_TEXT, 20, 0},  {"ZPBH", MSC_FIELD_TEXT, 80, 0},  {"SJJ", MSC_FIELD_TEXT, 40, 0},
};
enum { N_BEFORE_ZONES = 17, N_LISTED = 24, REASON_BYTES = 80 };

static const msc_field plain = {"DN", MSC_FIELD_INT, 0, 0};

msc_status msc_patch_table_fields(msc_patch_table *t, msc_error *err)
{
    const msc_vectorize_options *o = t->options;
    if (o->is_plain) {
        t->field[0] = plain;
        t->n_fields = 1;
        return MSC_OK;
    }
    if (o->n_zones > MSC_PATCH_MAX_ZONES) {
        return msc_fail(err, MSC_EVALUE, "zones", "%d layers; at most %d", o->n_zones, MSC_PATCH_MAX_ZONES);
    }
    for (int f = 0; f < N_BEFORE_ZONES; f++) {
        t->field[t->n_fields++] = fields[f];
    }
    for (int z = 0; z < o->n_zones; z++) {
        const char *name = o->zones[z].name;
        const char *known = strcmp(name, "district") == 0 ? "XZQMC" : strcmp(name, "watershed") == 0 ? "LYMC" : name;
        snprintf(t->zone_field[z], sizeof t->zone_field[z], "%.10s", known);
        t->field[t->n_fields++] = (msc_field){t->zone_field[z], MSC_FIELD_TEXT, 40, 0};
    }
    for (int f = N_BEFORE_ZONES; f < N_LISTED; f++) {
        t->field[t->n_fields++] = fields[f];
    }
    for (int a = 0; a < t->n_fields; a++) {
        for (int b = 0; b < a; b++) {
            if (strcmp(t->field[a].name, t->field[b].name) == 0) {
                return msc_fail(err, MSC_EVALUE, "zones", "two fields are called %s", t->field[a].name);
            }
        }
    }
    return MSC_OK;
}

static msc_value whole(int64_t number) { return (msc_value){.is_set = 1, .integer = number, .real = (double)number}; }
static msc_value real(double number) { return (msc_value){.is_set = 1, .real = number}; }
static msc_value text(const char *words) { return (msc_value){.is_set = words != NULL && words[0] != 0, .text = words}; }

static const char *label_of(const msc_patch_table *t, int code, char spare[16])
{
    if (t->label[code].text != NULL && t->label[code].text[0] != 0) {
        return t->label[code].text;
    }
    snprintf(spare, 16, "%d", code);
    return spare;
}

static const char *kind_of_change(const msc_patch_table *t, int before, int after)
{
    const int was = t->label[before].is_damage, is = t->label[after].is_damage;
    return !was && is ? "新增" : was && !is ? "恢复" : was && is && before != after ? "转变" : "";
}

/* "采场→植被, 平均置信度 83"; with codes where labels would not fit. */
static void say_reason(const msc_patch_table *t, const msc_patch *p, int confidence, msc_patch_row *row)
{
    char before[16], after[16], sure[48] = "";
    const int a = p->value >> 8, b = p->value & 255;
    if (t->has_confidence) {
        snprintf(sure, sizeof sure, ", 平均置信度 %d", confidence);
    }
    int n = t->is_change ? snprintf(row->reason, MSC_PATCH_TEXT, "%.60s→%.60s%s", label_of(t, a, before), label_of(t, b, after), sure)
                         : snprintf(row->reason, MSC_PATCH_TEXT, "%.60s%s", label_of(t, b, after), sure);
    if (n > REASON_BYTES || strlen(label_of(t, a, before)) > 60 || strlen(label_of(t, b, after)) > 60) {
        n = t->is_change ? snprintf(row->reason, MSC_PATCH_TEXT, "%d→%d%s", a, b, sure)
                         : snprintf(row->reason, MSC_PATCH_TEXT, "%d%s", b, sure);
    }
    (void)n;
}

static void number_patch(const msc_vectorize_options *o, int64_t number, char to[MSC_PATCH_TEXT])
{
    if (o->year_after > 0) {
        snprintf(to, MSC_PATCH_TEXT, "%d-%06lld", o->year_after, (long long)number);
    } else {
        snprintf(to, MSC_PATCH_TEXT, "%06lld", (long long)number);
    }
}

void msc_patch_row_fill(const msc_patch_table *t, const msc_patch *p, int64_t order, const char *const *zone,
                        msc_patch_row *row)
{
    msc_value *v = row->value;
    memset(v, 0, sizeof row->value);
    if (t->options->is_plain) {
        v[0] = whole(p->value);
        return;
    }
    const int before = p->value >> 8 & 255, after = p->value & 255;
    const int confidence = (int)((2 * p->confidence_sum + p->n_px) / (2 * p->n_px));
    /* The polygon's area on the ellipsoid: its projected area times what the projection does to its pixels. */
    const double projected_m2 = (double)p->area_px_x2 / 2 * t->pixel_m2;
    const double area_m2 = projected_m2 * ((double)p->area_units * MSC_AREA_UNIT_M2) / ((double)p->n_px * t->pixel_m2);
    number_patch(t->options, p->number, row->number);
    say_reason(t, p, confidence, row);
    *v++ = whole(p->number);
    *v++ = text(row->number);
    v++;
    *v++ = t->is_change ? whole(before) : (msc_value){0};
    *v++ = whole(after);
    *v++ = t->is_change ? text(label_of(t, before, row->code[0])) : (msc_value){0};
    *v++ = text(label_of(t, after, row->code[1]));
    *v++ = t->is_change ? text(kind_of_change(t, before, after)) : (msc_value){0};
    *v++ = real(area_m2);
    *v++ = real(projected_m2);
    *v++ = real(area_m2 / 1e4);
    *v++ = real(area_m2 * 3 / 2000);       /* 1 mu is 2000/3 m2 */
    double e = msc_grid_e(t->grid, p->inside_x), n = msc_grid_n(t->grid, p->inside_y);
    if (row->to_lonlat != NULL) {
        msc_crs_forward(row->to_lonlat, &e, &n, 1, 1);
        v[0] = isfinite(e) && isfinite(n) ? real(e) : (msc_value){0};
        v[1] = isfinite(e) && isfinite(n) ? real(n) : (msc_value){0};
    }
    v += 2;
    *v++ = t->has_confidence ? whole(confidence) : (msc_value){0};
    *v++ = text(row->reason);
    *v++ = whole(order);
    for (int z = 0; z < t->options->n_zones; z++) {
        *v++ = text(zone[z]);
    }
    *v = text("待核查");
    v[N_LISTED - N_BEFORE_ZONES - 1] = text(t->options->run_id);
}
