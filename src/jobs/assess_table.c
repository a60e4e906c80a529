/* assess_table.c - the areas of an assessment as a table for the report: a row a class, of the whole and of each zone. */
#include "base/mem.h"
#include "io/layer.h"
#include "jobs/assess.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LAYER, ZONE, CODE, NAME, LABEL, N_MAP, N_REFERENCE, USERS, USERS_LOW, USERS_HIGH, PRODUCERS, PRODUCERS_LOW, PRODUCERS_HIGH, LOW_HA, HIGH_HA,
       LOW_MU, HIGH_MU, UNSEEN_HA, INTERVAL, FIRST_AREA, N_COLUMNS = FIRST_AREA + MSC_ASSESS_AREAS * MSC_ASSESS_UNITS };

/* The areas follow. Limits are those of the ellipsoidal adjusted area. */
static const msc_field fields[FIRST_AREA] = {
    { "zone_layer", MSC_FIELD_TEXT, 0, 0 }, { "zone", MSC_FIELD_TEXT, 0, 0 }, { "code", MSC_FIELD_INT, 0, 0 }, { "name", MSC_FIELD_TEXT, 0, 0 },
    { "label", MSC_FIELD_TEXT, 0, 0 }, { "n_map", MSC_FIELD_INT64, 0, 0 }, { "n_reference", MSC_FIELD_INT64, 0, 0 },
    { "users_accuracy", MSC_FIELD_REAL, 0, 0 }, { "users_low_95", MSC_FIELD_REAL, 0, 0 }, { "users_high_95", MSC_FIELD_REAL, 0, 0 },
    { "producers_accuracy", MSC_FIELD_REAL, 0, 0 }, { "producers_low_95", MSC_FIELD_REAL, 0, 0 }, { "producers_high_95", MSC_FIELD_REAL, 0, 0 },
    { "adjusted_low_95_ha", MSC_FIELD_REAL, 0, 0 }, { "adjusted_high_95_ha", MSC_FIELD_REAL, 0, 0 },
    { "adjusted_low_95_mu", MSC_FIELD_REAL, 0, 0 }, { "adjusted_high_95_mu", MSC_FIELD_REAL, 0, 0 }, { "unseen_upper_95_ha", MSC_FIELD_REAL, 0, 0 },
    { "interval", MSC_FIELD_TEXT, 0, 0 } };

typedef struct table {
    msc_assessment *a;
    msc_layer_out *out;
    msc_accuracy *zone_accuracy;
    msc_field field[N_COLUMNS];
    char area_name[MSC_ASSESS_AREAS * MSC_ASSESS_UNITS][40];
    int area[MSC_ASSESS_AREAS * MSC_ASSESS_UNITS];   /* area * units + unit of each column of areas */
    int n_areas;
} table;

/* Surface areas only where there is a DEM. */
static void lay_out(table *t)
{
    memcpy(t->field, fields, sizeof fields);
    for (int k = 0; k < MSC_ASSESS_AREAS; k++)
        for (int u = 0; u < MSC_ASSESS_UNITS && (t->a->ground_plane || k % 3 != 2); u++) {
            char *name = t->area_name[t->n_areas];
            snprintf(name, sizeof t->area_name[0], "%s_%s", msc_assess_area_name(k), msc_assess_unit_name(u));
            t->field[FIRST_AREA + t->n_areas] = (msc_field){ name, MSC_FIELD_REAL, 0, 0 };
            t->area[t->n_areas++] = k * MSC_ASSESS_UNITS + u;
        }
}

/* Not set where there is no figure. */
static msc_value real(double x) { return isfinite(x) ? (msc_value){ .is_set = 1, .real = x } : (msc_value){ 0 }; }
static msc_value share(double x) { return real(round(x * 1e6) / 1e6); }
static msc_value area(double m2, int unit) { return real(msc_assess_area_in(m2, unit)); }
static msc_value text(const char *t) { return (msc_value){ .is_set = t && *t, .text = t }; }
static msc_value integer(int64_t i) { return (msc_value){ .is_set = 1, .integer = i }; }

/* One domain: the whole, or a zone; e NULL where it was refused. */
typedef struct place { const char *layer, *zone; msc_assess_domain domain; const msc_accuracy *e; } place;

static msc_status add_class(table *t, const place *p, int i, double frame_m2, msc_error *err)
{
    enum { HA = 1, MU = 2 };
    const msc_assessment *a = t->a;
    const msc_accuracy *e = p->e;
    const msc_estimate none = { NAN, NAN, NAN, NAN }, users = e ? e->users[i] : none, producers = e ? e->producers[i] : none;
    const msc_estimate adjusted = e && !a->refusal[0][0] ? e->reference_share[i] : none;
    const int code = a->code[i];
    char name[200], label[200];
    double m2[MSC_ASSESS_AREAS];
    int64_t n_map = 0, n_reference = 0;
    for (int j = 0; e && j < e->n_classes; j++) {
        n_map += e->matrix[i][j];
        n_reference += e->matrix[j][i];
    }
    if (n_map + n_reference + p->domain.px[code] == 0) return MSC_OK;
    msc_assess_class_name(a, code, name, label, sizeof name);
    msc_assess_areas(a, &p->domain, e, i, m2);
    const double unseen = !e ? NAN : n_reference == 0 ? e->absent_upper : n_reference == e->matrix[i][i] ? e->miss_upper[i] : NAN;
    msc_value row[N_COLUMNS] = {
        [LAYER] = text(p->layer), [ZONE] = text(p->zone), [CODE] = integer(code), [NAME] = text(name), [LABEL] = text(label),
        [N_MAP] = integer(n_map), [N_REFERENCE] = integer(n_reference), [USERS] = share(users.value), [USERS_LOW] = share(users.low),
        [USERS_HIGH] = share(users.high), [PRODUCERS] = share(producers.value), [PRODUCERS_LOW] = share(producers.low),
        [PRODUCERS_HIGH] = share(producers.high), [LOW_HA] = area(adjusted.low * frame_m2, HA), [HIGH_HA] = area(adjusted.high * frame_m2, HA),
        [LOW_MU] = area(adjusted.low * frame_m2, MU), [HIGH_MU] = area(adjusted.high * frame_m2, MU), [UNSEEN_HA] = area(unseen * frame_m2, HA),
        [INTERVAL] = text(a->options->is_wald ? "wald" : "mover") };
    for (int k = 0; k < t->n_areas; k++) row[FIRST_AREA + k] = area(m2[t->area[k] / MSC_ASSESS_UNITS], t->area[k] % MSC_ASSESS_UNITS);
    return msc_layer_add(t->out, NULL, row, err);
}

static msc_status add_place(table *t, const place *p, msc_error *err)
{
    double frame_m2 = 0;
    for (int v = 0; v < t->a->n_values; v++) frame_m2 += (double)p->domain.units[v] * MSC_AREA_UNIT_M2;
    for (int i = 0; i < t->a->n_classes; i++) MSC_TRY(add_class(t, p, i, frame_m2, err));
    return MSC_OK;
}

static msc_status add_rows(table *t, msc_error *err)
{
    msc_assessment *a = t->a;
    const place whole = { "", "", msc_assess_whole(a), a->accuracy };
    MSC_TRY(add_place(t, &whole, err));
    for (int k = 0; k < a->options->n_zones; k++)
        for (int z = 0; z < a->layer[k].zones.n_zones; z++) {
            msc_assess_target target;
            int is_refused;
            if (!msc_assess_has_zone(a, k, z)) continue;
            MSC_TRY(msc_assess_zone(a, k, z, t->zone_accuracy, &target, &is_refused, err));
            const place one = { a->layer[k].zones.zone->name, a->layer[k].zones.name[z], msc_assess_domain_of(a, k, z), is_refused ? NULL : t->zone_accuracy };
            MSC_TRY(add_place(t, &one, err));
        }
    return MSC_OK;
}

msc_status msc_assess_table(msc_assessment *a, const char *path, msc_error *err)
{
    msc_settings settings = *a->settings;
    table t = { .a = a, .zone_accuracy = msc_alloc_zero(1, sizeof *t.zone_accuracy) };
    lay_out(&t);
    const msc_layer_spec spec = { .path = path, .name = "accuracy", .is_table = 1, .fields = t.field, .n_fields = FIRST_AREA + t.n_areas, .encoding = "UTF-8" };
    settings.format = NULL;
    settings.n_creation = 0;
    msc_status status = t.zone_accuracy ? msc_layer_create(&settings, &spec, &t.out, err) : msc_fail(err, MSC_ENOMEM, path, "table");
    if (status == MSC_OK) status = add_rows(&t, err);
    if (status == MSC_OK) status = msc_layer_commit(&t.out, err);
    else msc_layer_abandon(&t.out);
    msc_release(t.zone_accuracy);
    return status;
}
