/* verify_layers.c - delivered patches: valid, apart, numbered, with areas, codes, labels and places that are their own. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/verify.h"
#include "base/mem.h"
#include "grid/crs.h"
#include "io/layer.h"
#include "patch/topology.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BSM, TBBH, QTBBH, QDM, TBDM, QLX, TBLX, TBMJ, TQMJ, MJGQ, MJM, ZXJD, ZXWD, SJJ, N_FIELDS };
static const char *const fields[N_FIELDS] = { "BSM", "TBBH", "QTBBH", "QDM", "TBDM", "QLX", "TBLX", "TBMJ", "TQMJ", "MJGQ", "MJM",
                                              "ZXJD", "ZXWD", "SJJ" };
/* Formats that keep types; what is checked here of a KML or CSV is its hash. */
static const char *const checked[] = { "shp", "gpkg", "fgb", "geojson" };

typedef struct patch_layer {
    msc_verification *v;
    const char *group;           /* "changes_2016_2018" */
    int is_change;
    msc_features_in features;
    size_t *order;               /* features by BSM, which FlatGeobuf does not keep to; as they come when it is no numbering */
} patch_layer;

static const msc_value *value_of(const patch_layer *l, size_t i, int field)
{
    return &l->features.value[l->order[i] * (size_t)l->features.n_fields + (size_t)field];
}
static const msc_shape *shape_of(const patch_layer *l, size_t i) { return &l->features.shape[l->order[i]]; }
static const char *text_of(const msc_value *value) { return value->is_set && value->text ? value->text : ""; }

/* Notes how many rows fail a check, and the first that does. */
static void note_rows(const patch_layer *l, const char *key, size_t n_bad, size_t first, const char *words)
{
    if (n_bad == 0) msc_verify_note(l->v, 1, key, "%zu %s", l->features.n, msc_sheet_words(l->v->sheet, "patches", "个图斑"));
    else msc_verify_note(l->v, 0, key, msc_sheet_words(l->v->sheet, "%zu patches, the first TBBH %s%s", "%zu 个图斑，第一个 TBBH %s%s"),
                         n_bad, text_of(value_of(l, first, TBBH)), words);
}

static void check_rows(const patch_layer *l, const char *key, int (*is_good)(const patch_layer *, size_t))
{
    size_t n_bad = 0, first = 0;
    for (size_t i = 0; i < l->features.n; i++)
        if (!is_good(l, i) && n_bad++ == 0) first = i;
    note_rows(l, key, n_bad, first, "");
}

/* BSM counts from 1 in the order of TBBH, which rises and so occurs once. */
static int is_numbered(const patch_layer *l, size_t i)
{
    if (value_of(l, i, BSM)->integer != (int64_t)i + 1 || !text_of(value_of(l, i, TBBH))[0]) return 0;
    return i == 0 || strcmp(text_of(value_of(l, i - 1, TBBH)), text_of(value_of(l, i, TBBH))) < 0;
}

static int is_of_run(const patch_layer *l, size_t i) { return strcmp(text_of(value_of(l, i, SJJ)), l->v->run_id) == 0; }

static int is_labelled(const patch_layer *l, size_t i, int code_field, int label_field)
{
    const int64_t code = value_of(l, i, code_field)->integer;
    for (int k = 0; k < l->v->job->n_classes; k++) {
        const msc_class *class = &l->v->job->classes[k];
        const char *label = class->label && class->label[0] ? class->label : class->name;
        if (class->code == code) return strcmp(text_of(value_of(l, i, label_field)), label) == 0;
    }
    return 0;
}
static int has_codes(const patch_layer *l, size_t i)
{
    if (!is_labelled(l, i, TBDM, TBLX)) return 0;
    return !l->is_change || (is_labelled(l, i, QDM, QLX) && value_of(l, i, QDM)->integer != value_of(l, i, TBDM)->integer);
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
static int has_areas(const patch_layer *l, size_t i)
{
    const double ellipsoidal = value_of(l, i, TBMJ)->real, projected = value_of(l, i, TQMJ)->real;
    if (fabs(value_of(l, i, MJGQ)->real - ellipsoidal / 1e4) > 2e-6 || fabs(value_of(l, i, MJM)->real - ellipsoidal * 3 / 2000) > 2e-4) return 0;
    if (msc_crs_is_geographic(l->v->grid.crs)) return 1;
    const double unit_m = msc_crs_metres_per_unit(l->v->grid.crs), found = area_of(shape_of(l, i)) * unit_m * unit_m;
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
static void check_places(const patch_layer *l)
{
    msc_crs *back = NULL;
    size_t n_bad = 0, first = 0;
    if (msc_crs_open("lonlat", l->v->grid.crs, &back, NULL) != MSC_OK) return;     /* a local system has no longitudes */
    for (size_t i = 0; i < l->features.n; i++) {
        double e = value_of(l, i, ZXJD)->real, n = value_of(l, i, ZXWD)->real;
        msc_crs_forward(back, &e, &n, 1, 1);
        if (!is_inside(shape_of(l, i), e, n) && n_bad++ == 0) first = i;
    }
    msc_crs_close(&back);
    note_rows(l, "places", n_bad, first, "");
}

/* Numbers of earlier patches, separated by commas, semicolons or blanks, are numbers of the earlier layer. */
static msc_status check_lineage(const patch_layer *l, const char *earlier, const char *extension, msc_error *err)
{
    char path[MSC_PATH_MAX], name[96];
    msc_features_in before = { 0 };
    static const char *const number[] = { "TBBH" };
    size_t n_bad = 0, first = 0, n_named = 0;
    for (size_t i = 0; i < l->features.n; i++) n_named += text_of(value_of(l, i, QTBBH))[0] != 0;
    if (n_named == 0) return MSC_OK;
    snprintf(name, sizeof name, "%s.%s", earlier, extension);
    if (!msc_verify_file(l->v, name, path) || msc_layer_read(path, NULL, NULL, NULL, number, 1, &before, err) != MSC_OK)
        return msc_verify_note_error(l->v, "lineage", err);
    for (size_t i = 0; i < l->features.n; i++) {
        int is_known = 1;
        for (const char *at = text_of(value_of(l, i, QTBBH)); is_known && *(at += strspn(at, ",;，； ")); at += strcspn(at, ",;，； ")) {
            const size_t n = strcspn(at, ",;，； ");
            is_known = 0;
            for (size_t k = 0; k < before.n && !is_known; k++)
                is_known = strlen(text_of(&before.value[k])) == n && memcmp(before.value[k].text, at, n) == 0;
        }
        if (!is_known && n_bad++ == 0) first = i;
    }
    msc_features_in_clear(&before);
    note_rows(l, "lineage", n_bad, first, "");
    return MSC_OK;
}

/* What the run counted: patches, and the sum of their areas to the cents that rounding may add. */
static void check_sums(const patch_layer *l)
{
    const double n_wanted = msc_verify_number(l->v, l->group, "patches", -1);
    const double wanted = msc_verify_number(l->v, l->group, "area_of_polygons_m2", NAN);
    double sum = 0;
    for (size_t i = 0; i < l->features.n; i++) sum += value_of(l, i, TQMJ)->real;
    msc_verify_note(l->v, (double)l->features.n == n_wanted && l->features.n_skipped == 0, "n_features", msc_sheet_words(l->v->sheet,
                    "%zu; the run wrote %.0f", "%zu；运行时写出 %.0f"), l->features.n, n_wanted);
    msc_verify_note(l->v, fabs(sum - wanted) <= 0.01 * (double)l->features.n + 1e-9 * sum, "area_sum", msc_sheet_words(l->v->sheet,
                    "%.2f m2; the run wrote %.2f", "%.2f m²；运行时写出 %.2f"), sum, wanted);
}

/* Where a feature stands in the order. */
static size_t rank_of(const patch_layer *l, size_t feature)
{
    size_t i = 0;
    while (i + 1 < l->features.n && l->order[i] != feature) i++;
    return i;
}

static msc_status check_topology(const patch_layer *l, const char *path, msc_error *err)
{
    msc_topology t;
    if (msc_topology_check(&l->features, path, &t, err) != MSC_OK) return msc_verify_note_error(l->v, "valid", err);
    note_rows(l, "valid", t.n_invalid, rank_of(l, t.first_invalid), t.why);
    note_rows(l, "overlaps", t.n_overlaps, rank_of(l, t.overlap[0]), "");
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

/* Two formats of one layer hold the same patches. */
static void check_twin(const patch_layer *l, const patch_layer *first)
{
    size_t n_bad = l->features.n != first->features.n, at = 0;
    for (size_t i = 0; i < l->features.n && i < first->features.n; i++) {
        double a_corner[2], b_corner[2];
        corner_of(shape_of(l, i), a_corner);
        corner_of(shape_of(first, i), b_corner);
        int is_same = fabs(area_of(shape_of(l, i)) - area_of(shape_of(first, i))) <= 0.01 && fabs(a_corner[0] - b_corner[0]) < 1e-3 &&
                      fabs(a_corner[1] - b_corner[1]) < 1e-3;
        for (int f = 0; f < N_FIELDS; f++) {
            const msc_value *a = value_of(l, i, f), *b = value_of(first, i, f);
            const int is_text = f == TBBH || f == QTBBH || f == QLX || f == TBLX || f == SJJ;
            is_same &= is_text ? strcmp(text_of(a), text_of(b)) == 0 : fabs(a->real - b->real) <= 0.01;
        }
        if (!is_same && n_bad++ == 0) at = i;
    }
    if (l->features.n == 0 && n_bad) msc_verify_note(l->v, 0, "same_in_formats", "0");
    else note_rows(l, "same_in_formats", n_bad, at, "");
}

static msc_status check_layer(patch_layer *l, const char *earlier, const char *path, const char *extension, msc_error *err)
{
    check_sums(l);
    MSC_TRY(check_topology(l, path, err));
    check_rows(l, "numbers", is_numbered);
    check_rows(l, "codes", has_codes);
    check_rows(l, "areas", has_areas);
    check_places(l);
    check_rows(l, "run_id", is_of_run);
    return check_lineage(l, earlier, extension, err);
}

/* Reads a layer and sets its order. */
static msc_status open_layer(patch_layer *l, const char *path, msc_error *err)
{
    MSC_TRY(msc_layer_read(path, NULL, NULL, l->v->grid.crs, fields, N_FIELDS, &l->features, err));
    const size_t n = l->features.n;
    int is_numbering = 1;
    l->order = msc_alloc(n + 1, sizeof *l->order);
    if (!l->order) return msc_fail(err, MSC_ENOMEM, path, "%zu patches", n);
    for (size_t i = 0; i < n; i++) l->order[i] = n;
    for (size_t i = 0; i < n; i++) {
        const int64_t number = l->features.value[i * N_FIELDS + BSM].integer;
        if (number < 1 || number > (int64_t)n || l->order[number - 1] != n) is_numbering = 0;
        else l->order[number - 1] = i;
    }
    for (size_t i = 0; i < n && !is_numbering; i++) l->order[i] = i;
    return MSC_OK;
}

static void close_layer(patch_layer *l)
{
    msc_features_in_clear(&l->features);
    msc_release(l->order);
    l->order = NULL;
}

/* All formats of one layer; the second and later ones are held against the first too. */
static msc_status check_group(msc_verification *v, const char *group, int is_change, const char *earlier, msc_error *err)
{
    patch_layer first = { 0 };
    msc_status status = MSC_OK;
    for (int i = 0; i < v->job->n_deliver && status == MSC_OK; i++) {
        char path[MSC_PATH_MAX], name[96];
        const char *extension = v->job->deliver[i];
        int is_checked = 0;
        for (size_t k = 0; k < sizeof checked / sizeof *checked; k++) is_checked |= strcmp(extension, checked[k]) == 0;
        snprintf(name, sizeof name, "%s.%s", group, extension);
        msc_sheet_section(v->sheet, "layers", name);
        if (!msc_verify_file(v, name, path)) {
            msc_verify_note(v, 0, "n_features", "%s", msc_sheet_words(v->sheet, "the file is missing", "文件缺失"));
            continue;
        }
        if (!is_checked) continue;
        patch_layer l = { .v = v, .group = group, .is_change = is_change };
        if (open_layer(&l, path, err) != MSC_OK) {
            status = msc_verify_note_error(v, "n_features", err);
            close_layer(&l);
            continue;
        }
        status = check_layer(&l, earlier, path, extension, err);
        if (first.v) check_twin(&l, &first);
        if (first.v) close_layer(&l);
        else first = l;
    }
    close_layer(&first);
    return status;
}

msc_status msc_verify_layers(msc_verification *v, msc_error *err)
{
    char group[64], earlier[64] = "";
    for (int i = 0; i < v->job->n_epochs; i++) {
        const int year = v->job->epochs[i].year;
        snprintf(group, sizeof group, "patches_%d", year);
        MSC_TRY(check_group(v, group, 0, earlier, err));
        snprintf(group, sizeof group, "changes_%d_%d", i ? v->job->epochs[i - 1].year : 0, year);
        if (i > 0) MSC_TRY(check_group(v, group, 1, earlier, err));
        snprintf(earlier, sizeof earlier, "patches_%d", year);
    }
    return MSC_OK;
}
