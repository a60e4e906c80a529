/* verify_layers.c - delivered patches: valid, apart, numbered, with areas, codes, labels and places that are their own. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/verify.h"
#include "jobs/vectorize_row.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "io/layer.h"
#include "patch/topology.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const checked_names[MSC_N_CHECKED_FIELDS] = { "BSM", "TBBH", "QTBBH", "QDM", "TBDM", "QLX", "TBLX", "BHLX", "BHDJ",
                                                                  "TBMJ", "TQMJ", "BMMJ", "MJGQ", "MJM", "ZXJD", "ZXWD", "YXJ", "SJJ" };
/* Formats that keep types; what is checked here of a KML or CSV is its hash. */
static const char *const checked[] = { "shp", "gpkg", "fgb", "geojson" };

const msc_value *msc_patch_value(const msc_patch_layer *l, size_t i, int column)
{
    return &l->features.value[l->order[i] * (size_t)l->features.n_fields + (size_t)column];
}
const msc_value *msc_patch_checked(const msc_patch_layer *l, size_t i, int field) { return msc_patch_value(l, i, l->at[field]); }
const msc_shape *msc_patch_shape(const msc_patch_layer *l, size_t i) { return &l->features.shape[l->order[i]]; }
const char *msc_patch_text(const msc_value *value) { return value->is_set && value->text ? value->text : ""; }

void msc_verify_note_patches(const msc_patch_layer *l, const char *key, size_t n_bad, size_t first, const char *words)
{
    if (n_bad == 0) msc_verify_note(l->v, 1, key, "%zu %s", l->features.n, msc_sheet_words(l->v->sheet, "patches", "个图斑"));
    else msc_verify_note(l->v, 0, key, msc_sheet_words(l->v->sheet, "%zu patches, the first TBBH %s%s%s", "%zu 个图斑，第一个 TBBH %s%s%s"),
                         n_bad, msc_patch_text(msc_patch_checked(l, first, MSC_TBBH)), words[0] ? ": " : "", words);
}

static void check_rows(const msc_patch_layer *l, const char *key, int (*is_good)(const msc_patch_layer *, size_t))
{
    size_t n_bad = 0, first = 0;
    for (size_t i = 0; i < l->features.n; i++)
        if (!is_good(l, i) && n_bad++ == 0) first = i;
    msc_verify_note_patches(l, key, n_bad, first, "");
}

/* BSM counts from 1 in the order of TBBH, which rises and so occurs once. */
static int is_numbered(const msc_patch_layer *l, size_t i)
{
    if (msc_patch_checked(l, i, MSC_BSM)->integer != (int64_t)i + 1 || !msc_patch_text(msc_patch_checked(l, i, MSC_TBBH))[0]) return 0;
    return i == 0 || strcmp(msc_patch_text(msc_patch_checked(l, i - 1, MSC_TBBH)), msc_patch_text(msc_patch_checked(l, i, MSC_TBBH))) < 0;
}

static int is_of_run(const msc_patch_layer *l, size_t i) { return strcmp(msc_patch_text(msc_patch_checked(l, i, MSC_SJJ)), l->v->run_id) == 0; }

static int is_labelled(const msc_patch_layer *l, size_t i, int code_field, int label_field)
{
    const int64_t code = msc_patch_checked(l, i, code_field)->integer;
    for (int k = 0; k < l->v->job->n_classes; k++) {
        const msc_class *class = &l->v->job->classes[k];
        const char *label = class->label && class->label[0] ? class->label : class->name;
        if (class->code == code) return strcmp(msc_patch_text(msc_patch_checked(l, i, label_field)), label) == 0;
    }
    return 0;
}
static int has_codes(const msc_patch_layer *l, size_t i)
{
    if (!is_labelled(l, i, MSC_TBDM, MSC_TBLX)) return 0;
    return !l->is_change || (is_labelled(l, i, MSC_QDM, MSC_QLX) && msc_patch_checked(l, i, MSC_QDM)->integer != msc_patch_checked(l, i, MSC_TBDM)->integer);
}

/* Area of a shape by the surveyor's formula about its first point, in units of the CRS squared. */
static double area_of(const msc_shape *s)
{
    double twice = 0;
    for (size_t r = 0; r < s->n_rings; r++) {
        double ring = 0;
        for (size_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            const double x0 = s->xy[2 * i] - s->xy[0], y0 = s->xy[2 * i + 1] - s->xy[1];
            const double x1 = s->xy[2 * i + 2] - s->xy[0], y1 = s->xy[2 * i + 3] - s->xy[1];
            ring += x0 * y1 - x1 * y0;
        }
        twice += s->is_outer[r] ? fabs(ring) : -fabs(ring);
    }
    return twice / 2;
}

/* Attributes against geometry, to the decimals that are written: m2 .01, ha 1e-6, mu 1e-4. */
static int has_areas(const msc_patch_layer *l, size_t i)
{
    const msc_value *surface = msc_patch_checked(l, i, MSC_BMMJ);
    const double ellipsoidal = msc_patch_checked(l, i, MSC_TBMJ)->real, projected = msc_patch_checked(l, i, MSC_TQMJ)->real;
    if (surface->is_set && surface->real < ellipsoidal - 0.01) return 0;     /* the ground has as much as the map at least */
    if (fabs(msc_patch_checked(l, i, MSC_MJGQ)->real - ellipsoidal / 1e4) > 2e-6 || fabs(msc_patch_checked(l, i, MSC_MJM)->real - ellipsoidal * 3 / 2000) > 2e-4) return 0;
    if (msc_crs_is_geographic(l->v->grid.crs)) return 1;
    const double unit_m = msc_crs_metres_per_unit(l->v->grid.crs), found = area_of(msc_patch_shape(l, i)) * unit_m * unit_m;
    return fabs(found - projected) <= 0.02 + 1e-9 * found && fabs(ellipsoidal / projected - 1) < 0.01;
}

/* Even-odd rule. */
static int is_inside(const msc_shape *s, double x, double y)
{
    int is_in = 0;
    for (size_t r = 0; r < s->n_rings; r++)
        for (size_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            const double *a = s->xy + 2 * i, *b = a + 2;
            if ((a[1] > y) != (b[1] > y) && x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])) is_in = !is_in;
        }
    return is_in;
}

/* ZXJD, ZXWD brought back to the map lie in their own patch. */
static void check_places(const msc_patch_layer *l)
{
    msc_crs *back = NULL;
    size_t n_bad = 0, first = 0;
    if (msc_crs_open("lonlat", l->v->grid.crs, &back, NULL) != MSC_OK) return;     /* a local system has no longitudes */
    for (size_t i = 0; i < l->features.n; i++) {
        double e = msc_patch_checked(l, i, MSC_ZXJD)->real, n = msc_patch_checked(l, i, MSC_ZXWD)->real;
        msc_crs_forward(back, &e, &n, 1, 1);
        if (!is_inside(msc_patch_shape(l, i), e, n) && n_bad++ == 0) first = i;
    }
    msc_crs_close(&back);
    msc_verify_note_patches(l, "places", n_bad, first, "");
}

/* What the run counted: patches, and the sum of their areas to the cents that rounding may add. */
static void check_sums(const msc_patch_layer *l)
{
    const double n_wanted = msc_verify_number(l->v, l->group, "patches", -1);
    const double wanted = msc_verify_number(l->v, l->group, "area_of_polygons_m2", NAN);
    double sum = 0;
    for (size_t i = 0; i < l->features.n; i++) sum += msc_patch_checked(l, i, MSC_TQMJ)->real;
    msc_verify_note(l->v, (double)l->features.n == n_wanted && l->features.n_skipped == 0, "n_features", msc_sheet_words(l->v->sheet,
                    "%zu; the run wrote %.0f", "%zu；运行时写出 %.0f"), l->features.n, n_wanted);
    msc_verify_note(l->v, fabs(sum - wanted) <= 0.01 * (double)l->features.n + 1e-9 * sum, "area_sum", msc_sheet_words(l->v->sheet,
                    "%.2f m2; the run wrote %.2f", "%.2f m²；运行时写出 %.2f"), sum, wanted);
}

/* Where a feature stands in the order. */
static size_t rank_of(const msc_patch_layer *l, size_t feature)
{
    size_t i = 0;
    while (i + 1 < l->features.n && l->order[i] != feature) i++;
    return i;
}

static msc_status check_topology(const msc_patch_layer *l, const char *path, msc_error *err)
{
    msc_topology t;
    if (msc_topology_check(&l->features, path, &t, err) != MSC_OK) return msc_verify_note_error(l->v, "valid", err);
    msc_verify_note_patches(l, "valid", t.n_invalid, rank_of(l, t.first_invalid), t.why);
    msc_verify_note_patches(l, "overlaps", t.n_overlaps, rank_of(l, t.overlap[0]), "");
    return MSC_OK;
}

/* West and south end of a shape: formats may turn rings round. */
static void corner_of(const msc_shape *s, double corner[2])
{
    for (int k = 0; k < 2; k++) {
        corner[k] = s->n_rings ? s->xy[k] : 0;
        for (size_t i = 1; s->n_rings && i < s->ring_start[s->n_rings]; i++) corner[k] = fmin(corner[k], s->xy[2 * i + (size_t)k]);
    }
}

/* A column of two formats: numbers to the decimals that are written. */
static int is_same_value(const msc_field *field, const msc_value *a, const msc_value *b)
{
    if (field->type == MSC_FIELD_TEXT) return strcmp(msc_patch_text(a), msc_patch_text(b)) == 0;
    if (field->type != MSC_FIELD_REAL) return a->is_set == b->is_set && a->integer == b->integer;
    return a->is_set == b->is_set && fabs(a->real - b->real) <= 0.51 * pow(10, -field->precision) + 1e-12 * fabs(a->real);
}

/* Two formats of one layer hold the same patches, with the same attributes all. */
static void check_twin(const msc_patch_layer *l, const msc_patch_layer *first)
{
    size_t n_bad = l->features.n != first->features.n, at = 0;
    const char *what = "";
    for (size_t i = 0; i < l->features.n && i < first->features.n; i++) {
        double a_corner[2], b_corner[2];
        corner_of(msc_patch_shape(l, i), a_corner);
        corner_of(msc_patch_shape(first, i), b_corner);
        const char *differs = fabs(area_of(msc_patch_shape(l, i)) - area_of(msc_patch_shape(first, i))) <= 0.01 &&
                              fabs(a_corner[0] - b_corner[0]) < 1e-3 && fabs(a_corner[1] - b_corner[1]) < 1e-3 ? NULL : "geometry";
        for (int f = 0; f < l->n_fields && !differs; f++)
            if (!is_same_value(&l->field[f], msc_patch_value(l, i, f), msc_patch_value(first, i, f))) differs = l->field[f].name;
        if (!differs || n_bad++ > 0) continue;
        at = i;
        what = differs;
    }
    if (l->features.n == 0 && n_bad) msc_verify_note(l->v, 0, "same_in_formats", "0");
    else msc_verify_note_patches(l, "same_in_formats", n_bad, at, what);
}

static msc_status check_layer(msc_patch_layer *l, const char *path, msc_error *err)
{
    check_sums(l);
    MSC_TRY(check_topology(l, path, err));
    check_rows(l, "numbers", is_numbered);
    check_rows(l, "codes", has_codes);
    check_rows(l, "areas", has_areas);
    check_places(l);
    check_rows(l, "run_id", is_of_run);
    MSC_TRY(msc_verify_zones(l, err));
    return msc_verify_lineage(l, err);
}

/* The columns of the run's patch table, as `run` lays them out. */
static void lay_out(const msc_verification *v, msc_patch_table *table, msc_patch_layer *l)
{
    const msc_vectorize_options options = { .zones = v->job->zones, .n_zones = v->job->n_zones };
    table->options = &options;
    msc_patch_table_fields(table);
    table->options = NULL;
    l->field = table->field;
    l->n_fields = table->n_fields;
    for (int k = 0; k < MSC_N_CHECKED_FIELDS; k++)
        for (int f = 0; f < l->n_fields; f++)
            if (strcmp(l->field[f].name, checked_names[k]) == 0) l->at[k] = f;
    l->first_zone = l->at[MSC_YXJ] + 1;
}

/* Reads a layer and sets its order. */
static msc_status open_layer(msc_patch_layer *l, const char *path, msc_error *err)
{
    const char *names[MSC_PATCH_FIXED_FIELDS + MSC_PATCH_MAX_ZONES];
    for (int f = 0; f < l->n_fields; f++) names[f] = l->field[f].name;
    MSC_TRY(msc_layer_read(path, NULL, NULL, l->v->grid.crs, names, l->n_fields, &l->features, err));
    const size_t n = l->features.n;
    int is_numbering = 1;
    l->order = msc_alloc(n + 1, sizeof *l->order);
    if (!l->order) return msc_fail(err, MSC_ENOMEM, path, "%zu patches", n);
    for (size_t i = 0; i < n; i++) l->order[i] = n;
    for (size_t i = 0; i < n; i++) {
        const int64_t number = l->features.value[i * (size_t)l->n_fields + (size_t)l->at[MSC_BSM]].integer;
        if (number < 1 || number > (int64_t)n || l->order[number - 1] != n) is_numbering = 0;
        else l->order[number - 1] = i;
    }
    for (size_t i = 0; i < n && !is_numbering; i++) l->order[i] = i;
    return MSC_OK;
}

static void close_layer(msc_patch_layer *l)
{
    if (l->features.owned) msc_features_in_clear(&l->features);
    msc_release(l->order);
    l->order = NULL;
}

/* One format; *first is the first that could be read, which the others are held against. */
static msc_status check_format(msc_patch_layer *l, msc_patch_layer *first, msc_error *err)
{
    char path[MSC_PATH_MAX], name[96];
    msc_verification *v = l->v;
    int is_checked = 0;
    for (size_t k = 0; k < sizeof checked / sizeof *checked; k++) is_checked |= strcmp(l->extension, checked[k]) == 0;
    snprintf(name, sizeof name, "%s.%s", l->group, l->extension);
    msc_sheet_section(v->sheet, "layers", name);
    if (!msc_verify_file(v, name, path)) {
        msc_verify_note(v, 0, "n_features", "%s", msc_sheet_words(v->sheet, "the file is missing", "文件缺失"));
        return MSC_OK;
    }
    MSC_TRY(msc_verify_encoding(v, path, l->extension, err));
    if (!is_checked) return MSC_OK;
    if (open_layer(l, path, err) != MSC_OK) {
        const msc_status status = msc_verify_note_error(v, "n_features", err);
        close_layer(l);
        return status;
    }
    msc_status status = check_layer(l, path, err);
    if (status == MSC_OK && !first->v && l->is_change) status = msc_verify_grades(l, err);
    const char *named = msc_job_shape_format(v->job);
    if (status == MSC_OK && l->is_change && named && strcmp(l->extension, named) == 0) status = msc_verify_beside(l, err);
    if (first->v) {
        check_twin(l, first);
        close_layer(l);
    } else *first = *l;
    return status;
}

static msc_status check_group(msc_patch_layer *plan, const char *group, int is_change, const char *earlier, msc_error *err)
{
    msc_patch_layer first = { 0 };
    msc_status status = MSC_OK;
    for (int i = 0; i < plan->v->job->n_deliver && status == MSC_OK; i++) {
        msc_patch_layer l = *plan;
        l.group = group;
        l.earlier = earlier;
        l.extension = plan->v->job->deliver[i];
        l.is_change = is_change;
        status = check_format(&l, &first, err);
    }
    close_layer(&first);
    return status;
}

static msc_status check_years(msc_patch_layer *plan, msc_error *err)
{
    char group[64], earlier[64] = "";
    const msc_job *job = plan->v->job;
    for (int i = 0; i < job->n_epochs; i++) {
        const int year = job->epochs[i].year;
        snprintf(group, sizeof group, "patches_%d", year);
        MSC_TRY(check_group(plan, group, 0, earlier, err));
        snprintf(group, sizeof group, "changes_%d_%d", i ? job->epochs[i - 1].year : 0, year);
        if (i > 0) MSC_TRY(check_group(plan, group, 1, earlier, err));
        snprintf(earlier, sizeof earlier, "patches_%d", year);
    }
    return MSC_OK;
}

msc_status msc_verify_layers(msc_verification *v, msc_error *err)
{
    msc_patch_layer plan = { .v = v };
    msc_patch_table *table = msc_alloc_zero(1, sizeof *table);
    if (!table) return msc_fail(err, MSC_ENOMEM, v->dir, "%zu bytes", sizeof *table);
    lay_out(v, table, &plan);
    const msc_status status = check_years(&plan, err);
    msc_release(table);
    return status;
}
