/* verify_zones.c - tables and layers with zones: the zones of each zone layer sum to the whole. */
#include "jobs/verify.h"
#include "base/mem.h"
#include "model/spans.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A table with one row, or one a class, for the whole and for each zone of each layer; the row of the whole has no layer. */
typedef struct zone_table {
    const char *const *fields;   /* zone layer, zone, class (or the zone again, where there are no classes), then what must add up */
    int n_fields, has_classes;
    double rounding;             /* of one figure */
} zone_table;
enum { LAYER, ZONE, CLASS, FIRST_FIGURE };

static const char *text_of(const msc_features_in *rows, size_t i, int field)
{
    const msc_value *value = &rows->value[i * (size_t)rows->n_fields + (size_t)field];
    return value->is_set && value->text ? value->text : "";
}

static double figure_of(const msc_features_in *rows, size_t i, int field) { return rows->value[i * (size_t)rows->n_fields + (size_t)field].real; }

/* The figures of one row of the whole against the sums over the zones of one layer; the name of the first that differs. */
static const char *find_difference(const zone_table *t, const msc_features_in *rows, size_t whole, const char *layer)
{
    for (int f = FIRST_FIGURE; f < t->n_fields; f++) {
        double sum = 0;
        int n = 1;
        for (size_t i = 0; i < rows->n; i++) {
            if (strcmp(text_of(rows, i, LAYER), layer) != 0 || (t->has_classes && strcmp(text_of(rows, i, CLASS), text_of(rows, whole, CLASS)) != 0)) continue;
            sum += figure_of(rows, i, f);
            n++;
        }
        if (!(fabs(sum - figure_of(rows, whole, f)) <= t->rounding * n + 1e-9 * fabs(sum))) return t->fields[f];
    }
    return NULL;
}

/* No row at all is right where nothing was observed in both years. */
static void judge_table(msc_verification *v, const zone_table *t, const msc_features_in *rows)
{
    for (int z = 0; z < v->job->n_zones; z++) {
        const char *layer = v->job->zones[z].name, *differs = NULL;
        size_t n_whole = 0;
        for (size_t i = 0; i < rows->n && !differs; i++) {
            if (text_of(rows, i, LAYER)[0]) continue;
            n_whole++;
            differs = find_difference(t, rows, i, layer);
        }
        msc_verify_note(v, !differs && (n_whole > 0 || rows->n == 0), "zones_sum", "%s%s%s", layer, differs ? ", " : "", differs ? differs : "");
    }
}

static msc_status check_table(msc_verification *v, const zone_table *t, const char *name, msc_error *err)
{
    char path[MSC_PATH_MAX];
    msc_features_in rows = { 0 };
    if (!msc_verify_file(v, name, path)) return MSC_OK;      /* whether it should be there is told by its hash */
    msc_sheet_section(v->sheet, "tables", name);
    if (msc_layer_read(path, NULL, NULL, NULL, t->fields, t->n_fields, &rows, err) != MSC_OK) return msc_verify_note_error(v, "zones_sum", err);
    judge_table(v, t, &rows);
    msc_features_in_clear(&rows);
    return MSC_OK;
}

static const char *const open_fields[] = { "zone", "name", "name", "area_ha", "not_observed_ha", "mask_ha", "terrain_shadow_ha",
                                           "masked_class_ha", "cloud_margin_ha", "no_elevation_ha", "no_data_ha" };
static const char *const area_fields[] = { "zone_layer", "zone", "code", "pixels", "projected_m2", "projected_ha", "projected_mu", "ellipsoidal_m2", "ellipsoidal_ha",
                                           "ellipsoidal_mu" };
static const char *const accuracy_fields[] = { "zone_layer", "zone", "code", "map_projected_m2", "map_ellipsoidal_m2", "map_ellipsoidal_ha",
                                               "map_ellipsoidal_mu" };

msc_status msc_verify_zone_tables(msc_verification *v, msc_error *err)
{
    /* Half of the last decimal that is written: hectares to 4, m2 and mu to 2. */
    static const zone_table open = { open_fields, 11, 0, 0.00005 }, accuracy = { accuracy_fields, 7, 1, 0.005 },
                            area = { area_fields, 10, 1, 0.005 };
    const msc_job *job = v->job;
    char name[80];
    for (int i = 0; i < job->n_epochs && job->n_zones > 0; i++) {
        const int year = job->epochs[i].year;
        snprintf(name, sizeof name, "unobserved_%d.csv", year);
        MSC_TRY(check_table(v, &open, name, err));
        snprintf(name, sizeof name, "accuracy_%d.csv", year);
        MSC_TRY(check_table(v, &accuracy, name, err));
        snprintf(name, sizeof name, "accuracy_%d_%d.csv", i ? job->epochs[i - 1].year : 0, year);
        if (i > 0) MSC_TRY(check_table(v, &accuracy, name, err));
        snprintf(name, sizeof name, "areas_%d_%d.csv", i ? job->epochs[i - 1].year : 0, year);
        if (i > 0) MSC_TRY(check_table(v, &area, name, err));
    }
    return MSC_OK;
}

/* Whether a zone of a patch has a row in the year's table; no name stands for what lies outside the zones, or in one without a name. */
static int has_row(const msc_features_in *rows, const char *layer, const char *zone)
{
    for (size_t i = 0; i < rows->n; i++) {
        const char *name = text_of(rows, i, ZONE);
        if (strcmp(text_of(rows, i, LAYER), layer) == 0 && (strcmp(name, zone) == 0 || (!zone[0] && strcmp(name, MSC_OUTSIDE_ZONES) == 0))) return 1;
    }
    return 0;
}

msc_status msc_verify_zones(const msc_patch_layer *l, msc_error *err)
{
    msc_verification *v = l->v;
    char path[MSC_PATH_MAX], name[80];
    const char *year = strrchr(l->group, '_');
    msc_features_in rows = { 0 };
    size_t n_bad = 0, first = 0;
    snprintf(name, sizeof name, "unobserved%s.csv", year);
    if (v->job->n_zones == 0 || !msc_verify_file(v, name, path)) return MSC_OK;
    if (msc_layer_read(path, NULL, NULL, NULL, open_fields, 2, &rows, err) != MSC_OK) return msc_verify_note_error(v, "zones", err);
    for (size_t i = 0; i < l->features.n; i++) {
        int is_known = 1;
        for (int z = 0; z < v->job->n_zones && is_known; z++)
            is_known = has_row(&rows, v->job->zones[z].name, msc_patch_text(msc_patch_value(l, i, l->first_zone + z)));
        if (!is_known && n_bad++ == 0) first = i;
    }
    msc_features_in_clear(&rows);
    msc_verify_note_patches(l, "zones", n_bad, first, "");
    return MSC_OK;
}
