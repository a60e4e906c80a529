/* assess_table.c - the areas of an assessment as a table for the report: a row a class, of the whole and of each zone. */
#include "base/mem.h"
#include "io/layer.h"
#include "jobs/assess.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LAYER, ZONE, CODE, NAME, LABEL, N_MAP, N_REFERENCE, USERS, USERS_HALF, PRODUCERS, PRODUCERS_HALF, MAP_PROJECTED_M2, MAP_M2, MAP_HA, MAP_MU,
       AREA_PROJECTED_M2, AREA_M2, AREA_HA, AREA_MU, HALF_HA, HALF_MU, UNSEEN_HA, N_COLUMNS };

/* "projected" areas are pixels times pixel area on the map plane; the others are ellipsoidal. */
static const msc_field fields[N_COLUMNS] = {
    { "zone_layer", MSC_FIELD_TEXT, 0, 0 }, { "zone", MSC_FIELD_TEXT, 0, 0 }, { "code", MSC_FIELD_INT, 0, 0 }, { "name", MSC_FIELD_TEXT, 0, 0 },
    { "label", MSC_FIELD_TEXT, 0, 0 }, { "n_map", MSC_FIELD_INT64, 0, 0 }, { "n_reference", MSC_FIELD_INT64, 0, 0 },
    { "users_accuracy", MSC_FIELD_REAL, 0, 0 }, { "users_half_width_95", MSC_FIELD_REAL, 0, 0 },
    { "producers_accuracy", MSC_FIELD_REAL, 0, 0 }, { "producers_half_width_95", MSC_FIELD_REAL, 0, 0 },
    { "map_projected_m2", MSC_FIELD_REAL, 0, 0 }, { "map_ellipsoidal_m2", MSC_FIELD_REAL, 0, 0 }, { "map_ellipsoidal_ha", MSC_FIELD_REAL, 0, 0 },
    { "map_ellipsoidal_mu", MSC_FIELD_REAL, 0, 0 }, { "adjusted_projected_m2", MSC_FIELD_REAL, 0, 0 },
    { "adjusted_ellipsoidal_m2", MSC_FIELD_REAL, 0, 0 }, { "adjusted_ellipsoidal_ha", MSC_FIELD_REAL, 0, 0 },
    { "adjusted_ellipsoidal_mu", MSC_FIELD_REAL, 0, 0 }, { "half_width_95_ha", MSC_FIELD_REAL, 0, 0 },
    { "half_width_95_mu", MSC_FIELD_REAL, 0, 0 }, { "unseen_upper_95_ha", MSC_FIELD_REAL, 0, 0 } };

#define MU_M2 (2000.0 / 3)

/* Not set where there is no figure; `digits` after the point, so that a table can be read. */
static msc_value real(double x, double scale)
{
    if (!isfinite(x)) return (msc_value){ 0 };
    return (msc_value){ .is_set = 1, .real = round(x * scale) / scale };
}
static msc_value text(const char *t) { return (msc_value){ .is_set = t && *t, .text = t }; }
static msc_value integer(int64_t i) { return (msc_value){ .is_set = 1, .integer = i }; }

/* One domain: the whole, or a zone; e NULL where it was refused. */
typedef struct domain {
    const char *layer, *zone;
    const int64_t *px;
    const double *m2;            /* ellipsoidal, of each value */
    const msc_accuracy *e;
} domain;

static msc_status add_class(const msc_assessment *a, const domain *d, int i, double frame_px, double frame_m2, msc_layer_out *out, msc_error *err)
{
    const msc_accuracy *e = d->e;
    const int code = a->code[i];
    const double adjusted = !e || a->refusal[0][0] ? NAN : 1, area = e ? e->reference_share[i].value * adjusted : NAN;
    const double half = e ? msc_estimate_half_width(e->reference_share[i]) * adjusted : NAN;
    char name[200], label[200];
    int64_t n_map = 0, n_reference = 0;
    for (int j = 0; e && j < e->n_classes; j++) {
        n_map += e->matrix[i][j];
        n_reference += e->matrix[j][i];
    }
    if (n_map + n_reference + d->px[code] == 0) return MSC_OK;
    msc_assess_class_name(a, code, name, label, sizeof name);
    const double unseen = !e ? NAN : n_reference == 0 ? e->absent_upper : n_reference == e->matrix[i][i] ? e->miss_upper[i] : NAN;
    const msc_value row[N_COLUMNS] = {
        [LAYER] = text(d->layer), [ZONE] = text(d->zone), [CODE] = integer(code), [NAME] = text(name), [LABEL] = text(label),
        [N_MAP] = integer(n_map), [N_REFERENCE] = integer(n_reference),
        [USERS] = real(e ? e->users[i].value : NAN, 1e6), [USERS_HALF] = real(e ? msc_estimate_half_width(e->users[i]) : NAN, 1e6),
        [PRODUCERS] = real(e ? e->producers[i].value : NAN, 1e6), [PRODUCERS_HALF] = real(e ? msc_estimate_half_width(e->producers[i]) : NAN, 1e6),
        [MAP_PROJECTED_M2] = real((double)d->px[code] * a->pixel_m2, 100), [MAP_M2] = real(d->m2[code], 100), [MAP_HA] = real(d->m2[code] / 1e4, 1e4),
        [MAP_MU] = real(d->m2[code] / MU_M2, 100), [AREA_PROJECTED_M2] = real(area * frame_px * a->pixel_m2, 100), [AREA_M2] = real(area * frame_m2, 100),
        [AREA_HA] = real(area * frame_m2 / 1e4, 1e4), [AREA_MU] = real(area * frame_m2 / MU_M2, 100), [HALF_HA] = real(half * frame_m2 / 1e4, 1e4),
        [HALF_MU] = real(half * frame_m2 / MU_M2, 100), [UNSEEN_HA] = real(unseen * frame_m2 / 1e4, 1e4) };
    return msc_layer_add(out, NULL, row, err);
}

static msc_status add_domain(const msc_assessment *a, const domain *d, msc_layer_out *out, msc_error *err)
{
    double frame_px = 0, frame_m2 = 0;
    for (int v = 0; v < a->n_values; v++) {
        frame_px += (double)d->px[v];
        frame_m2 += d->m2[v];
    }
    for (int i = 0; i < a->n_classes; i++) MSC_TRY(add_class(a, d, i, frame_px, frame_m2, out, err));
    return MSC_OK;
}

static msc_status add_rows(msc_assessment *a, msc_layer_out *out, double *m2, msc_accuracy *zone_accuracy, msc_error *err)
{
    for (int v = 0; v < a->n_values; v++) m2[v] = (double)a->units[v] * MSC_AREA_UNIT_M2;
    const domain whole = { "", "", a->px, m2, a->accuracy };
    MSC_TRY(add_domain(a, &whole, out, err));
    for (int k = 0; k < a->options->n_zones; k++)
        for (int z = 0; z < a->layer[k].n_zones; z++) {
            const msc_assess_layer *layer = &a->layer[k];
            const size_t first = (size_t)z * (size_t)a->n_values;
            msc_assess_target target;
            int is_refused;
            if (!msc_assess_has_zone(a, k, z)) continue;
            MSC_TRY(msc_assess_zone(a, k, z, zone_accuracy, &target, &is_refused, err));
            for (int v = 0; v < a->n_values; v++) m2[v] = (double)layer->units[first + (size_t)v] * MSC_AREA_UNIT_M2;
            const domain one = { layer->zone->name, layer->name[z], layer->px + first, m2, is_refused ? NULL : zone_accuracy };
            MSC_TRY(add_domain(a, &one, out, err));
        }
    return MSC_OK;
}

msc_status msc_assess_table(msc_assessment *a, const char *path, msc_error *err)
{
    const msc_layer_spec spec = { .path = path, .name = "accuracy", .is_table = 1, .fields = fields, .n_fields = N_COLUMNS, .encoding = "UTF-8" };
    msc_settings settings = *a->settings;
    msc_layer_out *out = NULL;
    double *m2 = msc_alloc_zero((size_t)a->n_values, sizeof *m2);
    msc_accuracy *zone_accuracy = msc_alloc_zero(1, sizeof *zone_accuracy);
    settings.format = NULL;
    settings.n_creation = 0;
    msc_status status = m2 && zone_accuracy ? msc_layer_create(&settings, &spec, &out, err) : msc_fail(err, MSC_ENOMEM, path, "table");
    if (status == MSC_OK) status = add_rows(a, out, m2, zone_accuracy, err);
    if (status == MSC_OK) status = msc_layer_commit(&out, err);
    else msc_layer_abandon(&out);
    msc_release(zone_accuracy);
    msc_release(m2);
    return status;
}
