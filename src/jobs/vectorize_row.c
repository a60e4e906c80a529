/* vectorize_row.c - fills the patch table's rows. */
#include "jobs/vectorize_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The table's columns in order; areas to 0.01 m2, degrees to 1e-8 (a millimetre). */
static const msc_field fields[MSC_PATCH_FIXED_FIELDS] = {
    {"BSM", MSC_FIELD_INT64, 18, 0},  {"TBBH", MSC_FIELD_TEXT, 24, 0},  {"QTBBH", MSC_FIELD_TEXT, 80, 0},
    {"QDM", MSC_FIELD_INT, 6, 0},     {"TBDM", MSC_FIELD_INT, 6, 0},    {"QLX", MSC_FIELD_TEXT, MSC_PATCH_NAME_WIDTH, 0},
    {"TBLX", MSC_FIELD_TEXT, MSC_PATCH_NAME_WIDTH, 0},  {"BHLX", MSC_FIELD_TEXT, 20, 0},  {"BHDJ", MSC_FIELD_TEXT, 4, 0},
    {"TBMJ", MSC_FIELD_REAL, 18, 2},  {"TQMJ", MSC_FIELD_REAL, 18, 2},  {"BMMJ", MSC_FIELD_REAL, 18, 2},
    {"MJGQ", MSC_FIELD_REAL, 16, 6},  {"MJM", MSC_FIELD_REAL, 16, 4},   {"ZXJD", MSC_FIELD_REAL, 14, 8},  {"ZXWD", MSC_FIELD_REAL, 14, 8},
    {"ZXD", MSC_FIELD_INT, 4, 0},     {"PDYJ", MSC_FIELD_TEXT, 80, 0},  {"YXJ", MSC_FIELD_INT, 9, 0},
    {"HCZT", MSC_FIELD_TEXT, 20, 0},  {"HCLX", MSC_FIELD_TEXT, 40, 0},  {"HCJL", MSC_FIELD_TEXT, 80, 0},
    {"HCR", MSC_FIELD_TEXT, 40, 0},   {"HCRQ", MSC_FIELD_TEXT, 20, 0},  {"ZPBH", MSC_FIELD_TEXT, 80, 0},
    {"SJJ", MSC_FIELD_TEXT, 40, 0},
};
enum { N_BEFORE_ZONES = 19, N_LISTED = 26, REASON_BYTES = 80 };

static const msc_field plain = {"DN", MSC_FIELD_INT, 0, 0};

/* Fields that the formats add, or readers take for their own, and those of the two zone layers that are known. */
static const char *const reserved[] = {"XZQMC", "LYMC", "fid", "ogc_fid", "geom", "geometry", "shape", "wkt"};

static const char *field_of_zone(const char *name)
{
    return strcmp(name, "district") == 0 ? "XZQMC" : strcmp(name, "watershed") == 0 ? "LYMC" : name;
}

static int is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static int is_field_name(const char *name)
{
    const size_t n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        if (!is_letter(name[i]) && (i == 0 || (name[i] != '_' && (name[i] < '0' || name[i] > '9')))) {
            return 0;
        }
    }
    return n >= 1 && n <= MSC_PATCH_FIELD_BYTES;
}

static int is_taken(const char *name)
{
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (strcasecmp(name, reserved[i]) == 0) {
            return 1;
        }
    }
    for (int f = 0; f < N_LISTED; f++) {
        if (strcasecmp(name, fields[f].name) == 0) {
            return 1;
        }
    }
    return 0;
}

msc_status msc_patch_check_zones(const msc_zone *zones, int n_zones, msc_error *err)
{
    if (n_zones > MSC_PATCH_MAX_ZONES) {
        return msc_fail(err, MSC_EVALUE, "zones", "%d layers; at most %d", n_zones, MSC_PATCH_MAX_ZONES);
    }
    for (int z = 0; z < n_zones; z++) {
        const char *name = zones[z].name, *field = field_of_zone(name);
        if (!is_field_name(field)) {
            return msc_fail(err, MSC_EVALUE, "zones", "a name becomes a field: 1 to %d ASCII letters, digits and _, a letter first, not %s",
                            MSC_PATCH_FIELD_BYTES, name);
        }
        if (field == name && is_taken(name)) {
            return msc_fail(err, MSC_EVALUE, "zones", "a name becomes a field, and the patch table has one called %s already", name);
        }
        for (int k = 0; k < z; k++) {
            if (strcasecmp(field, field_of_zone(zones[k].name)) == 0) {
                return msc_fail(err, MSC_EVALUE, "zones", "two names, %s and %s, become the same field", zones[k].name, name);
            }
        }
    }
    return MSC_OK;
}

void msc_patch_table_fields(msc_patch_table *t)
{
    const msc_vectorize_options *o = t->options;
    t->n_fields = 0;
    if (o->is_plain) {
        t->field[t->n_fields++] = plain;
        return;
    }
    for (int f = 0; f < N_BEFORE_ZONES; f++) {
        t->field[t->n_fields++] = fields[f];
    }
    for (int z = 0; z < o->n_zones; z++) {
        t->field[t->n_fields++] = (msc_field){field_of_zone(o->zones[z].name), MSC_FIELD_TEXT, MSC_PATCH_NAME_WIDTH, 0};
    }
    for (int f = N_BEFORE_ZONES; f < N_LISTED; f++) {
        t->field[t->n_fields++] = fields[f];
    }
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

int msc_patch_is_new_damage(const msc_patch_table *t, int value)
{
    return t->is_change && !t->label[value >> 8 & 255].is_damage && t->label[value & 255].is_damage;
}

int msc_patch_is_ended_damage(const msc_patch_table *t, int value)
{
    return t->is_change && t->label[value >> 8 & 255].is_damage && !t->label[value & 255].is_damage;
}

static const char *kind_of_change(const msc_patch_table *t, int value, int is_beside)
{
    if (msc_patch_is_new_damage(t, value)) {
        return is_beside ? "扩大" : "新增";
    }
    if (msc_patch_is_ended_damage(t, value)) {
        return is_beside ? "缩小" : "恢复";
    }
    return t->label[value & 255].is_damage && value >> 8 != (value & 255) ? "转变" : "";
}

/* Ground over map: the mean over those pixels of the patch that the DEM has. */
static double surface_of(const msc_patch *p) { return (double)p->sum[MSC_SUM_SURFACE] / ((double)p->sum[MSC_SUM_SURFACE_PX] * MSC_SURFACE_ONE); }

/* Appends text while there is room; returns its new end. */
static char *append(char *to, const char *end, const char *words)
{
    size_t n = strlen(words);
    n = n < (size_t)(end - to) ? n : (size_t)(end - to);
    memcpy(to, words, n);
    to[n] = 0;
    return to + n;
}

/* A number with at least `n_digits` digits; printf would take a tenth of the time of a row. */
static char *append_number(char *to, const char *end, int64_t number, int n_digits)
{
    char digits[24];
    int at = (int)sizeof digits;
    digits[--at] = 0;
    for (int n = 0; (number > 0 || n < n_digits) && at > 0; n++) {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    }
    return append(to, end, digits + at);
}

/* sum / n to the nearest whole number, halves away from 0. */
static int64_t mean_of(int64_t sum, int64_t n) { return sum < 0 ? -((n - 2 * sum) / (2 * n)) : (2 * sum + n) / (2 * n); }

/* What the sum of a difference is without the code's zero. */
static int64_t difference_of(const msc_patch *p, int sum) { return p->sum[sum] - MSC_DIFFERENCE_ZERO * p->sum[MSC_SUM_SEEN]; }

static char *append_signed(char *to, const char *end, const char *words, int64_t number)
{
    to = append(append(to, end, words), end, number < 0 ? "-" : "+");
    return append_number(to, end, number < 0 ? -number : number, 1);
}

/* ", 亮度 +35%, NDVI -0.31, 高程 -12 m": means over the pixels that both years' images show; what rounds to 0 is not said. */
static char *append_differences(const msc_patch *p, char *to, const char *end)
{
    const int64_t n = p->sum[MSC_SUM_SEEN];
    if (n == 0) {
        return to;
    }
    const double c = (double)difference_of(p, MSC_SUM_BRIGHTNESS) / (1e4 * (double)n);     /* so after / before is (1 + c) / (1 - c) */
    const int64_t percent = (int64_t)round(fmin(200 * c / (1 - c), 999));
    const int64_t ndvi = mean_of(difference_of(p, MSC_SUM_NDVI), 10 * n), metres = mean_of(difference_of(p, MSC_SUM_ELEVATION), 10 * n);
    if (percent != 0) {
        to = append(append_signed(to, end, ", 亮度 ", percent), end, "%");
    }
    if (ndvi != 0) {
        const int64_t size = ndvi < 0 ? -ndvi : ndvi;
        to = append_number(append(to, end, ndvi < 0 ? ", NDVI -" : ", NDVI +"), end, size / 100, 1);
        to = append_number(append(to, end, "."), end, size % 100, 2);
    }
    if (metres != 0) {
        to = append(append_signed(to, end, ", 高程 ", metres), end, " m");
    }
    return to;
}

/* "采场→植被, NDVI +0.31, 平均置信度 83"; without the confidence, which has a field of its own, or else with codes for labels,
 * where that would not fit. */
static void say_reason(const msc_patch_table *t, const msc_patch *p, int confidence, msc_patch_row *row)
{
    enum { LABEL_BYTES = 60, N_ATTEMPTS = 3 };
    char spare[2][16];
    const int code[2] = {p->value >> 8, p->value & 255};
    const char *label[2] = {label_of(t, code[0], spare[0]), label_of(t, code[1], spare[1])};
    const char *end = row->reason + MSC_PATCH_TEXT - 1;
    const int is_short = strlen(label[0]) <= LABEL_BYTES && strlen(label[1]) <= LABEL_BYTES;
    for (int attempt = is_short ? 0 : N_ATTEMPTS - 1; attempt < N_ATTEMPTS; attempt++) {
        const int is_coded = attempt == N_ATTEMPTS - 1;
        char *to = row->reason;
        for (int k = t->is_change ? 0 : 1; k < 2; k++) {
            to = is_coded ? append_number(to, end, code[k], 1) : append(to, end, label[k]);
            to = k == 0 ? append(to, end, "→") : to;
        }
        to = append_differences(p, to, end);
        if (t->has_confidence && attempt != 1) {
            to = append_number(append(to, end, ", 平均置信度 "), end, confidence, 1);
        }
        if (to - row->reason <= REASON_BYTES) {
            return;
        }
    }
}

static void number_patch(const msc_vectorize_options *o, int64_t number, char to[MSC_PATCH_TEXT])
{
    const char *end = to + MSC_PATCH_TEXT - 1;
    if (o->year_after > 0) {
        to = append(append_number(to, end, o->year_after, 1), end, "-");
    }
    append_number(to, end, number, 6);
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
    const int confidence = (int)((2 * p->sum[MSC_SUM_CONFIDENCE] + p->n_px) / (2 * p->n_px));
    /* The polygon's area on the ellipsoid: its projected area times what the projection does to its pixels. */
    const double projected_m2 = (double)p->area_px_x2 / 2 * t->pixel_m2;
    const double area_m2 = projected_m2 * ((double)p->area_units * MSC_AREA_UNIT_M2) / ((double)p->n_px * t->pixel_m2);
    number_patch(t->options, p->number, row->number);
    say_reason(t, p, confidence, row);
    *v++ = whole(p->number);
    *v++ = text(row->number);
    *v++ = text(row->earlier);
    *v++ = t->is_change ? whole(before) : (msc_value){0};
    *v++ = whole(after);
    *v++ = t->is_change ? text(label_of(t, before, row->code[0])) : (msc_value){0};
    *v++ = text(label_of(t, after, row->code[1]));
    *v++ = t->is_change ? text(kind_of_change(t, p->value, row->is_beside)) : (msc_value){0};
    *v++ = text(p->grade == 'A' ? "A" : p->grade == 'B' ? "B" : NULL);
    *v++ = real(area_m2);
    *v++ = real(projected_m2);
    *v++ = p->sum[MSC_SUM_SURFACE_PX] > 0 ? real(area_m2 * surface_of(p)) : (msc_value){0};
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
