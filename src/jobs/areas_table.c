/* areas_table.c - counted areas as CSV, XLSX and JSON. */
#include "jobs/areas.h"
#include "jobs/areas_parts.h"
#include "base/mem.h"
#include "io/layer.h"
#include "jobs/assess.h"
#include "jobs/legend.h"
#include "jobs/report.h"
#include "patch/patches.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYER, ZONE, CODE, FROM, FROM_LABEL, TO, TO_LABEL, PIXELS, FIRST_AREA, KINDS = 3, N_COLUMNS = FIRST_AREA + KINDS * MSC_ASSESS_UNITS };
static const char *const kinds[KINDS] = { "projected", "ellipsoidal", "surface" };
static const msc_field fields[FIRST_AREA] = { { "zone_layer", MSC_FIELD_TEXT, 0, 0 }, { "zone", MSC_FIELD_TEXT, 0, 0 }, { "code", MSC_FIELD_INT, 0, 0 },
    { "from", MSC_FIELD_INT, 0, 0 }, { "from_label", MSC_FIELD_TEXT, 0, 0 }, { "to", MSC_FIELD_INT, 0, 0 }, { "to_label", MSC_FIELD_TEXT, 0, 0 },
    { "pixels", MSC_FIELD_INT64, 0, 0 } };

static int by_value(const void *a, const void *b) { return ((const msc_area_cell *)a)->value - ((const msc_area_cell *)b)->value; }

static void sort(msc_area_place *p)
{
    if (p->n > 1) qsort(p->cell, p->n, sizeof *p->cell, by_value);
}

void msc_areas_sort(msc_areas *a)
{
    sort(&a->whole);
    for (int k = 0; k < a->options.n_zones; k++)
        for (int z = 0; z < a->layer[k].n_zones; z++) sort(&a->place[k][z]);
}

static void areas_of(const msc_areas *a, const msc_area_cell *c, double m2[KINDS])
{
    m2[0] = (double)c->px * a->pixel_m2;
    m2[1] = (double)c->units * MSC_AREA_UNIT_M2;
    m2[2] = c->ground_px > 0 ? m2[1] * ((double)c->ground / ((double)c->ground_px * MSC_SURFACE_ONE)) : NAN;
}

/* Calls `add` for every row: of the whole, then of each layer's zones. */
typedef msc_status adder(void *to, const msc_areas *a, const char *layer, const char *zone, const msc_area_cell *cell, msc_error *err);
static msc_status each_row(const msc_areas *a, adder *add, void *to, msc_error *err)
{
    for (size_t i = 0; i < a->whole.n; i++) MSC_TRY(add(to, a, "", "", &a->whole.cell[i], err));
    for (int k = 0; k < a->options.n_zones; k++)
        for (int z = 0; z < a->layer[k].n_zones; z++)
            for (size_t i = 0; i < a->place[k][z].n; i++) MSC_TRY(add(to, a, a->layer[k].zone->name, a->layer[k].name[z], &a->place[k][z].cell[i], err));
    return MSC_OK;
}

static const char *label_of(const msc_areas *a, int code) { return msc_class_label(a->options.classes, a->options.n_classes, code); }

static int n_kinds(const msc_areas *a) { return a->options.dem ? KINDS : KINDS - 1; }

static msc_status add_to_table(void *to, const msc_areas *a, const char *layer, const char *zone, const msc_area_cell *c, msc_error *err)
{
    const int from = c->value >> 8, after = c->value & 255;
    double m2[KINDS];
    areas_of(a, c, m2);
    msc_value row[N_COLUMNS] = {
        [LAYER] = { .is_set = layer[0] != 0, .text = layer }, [ZONE] = { .is_set = zone[0] != 0, .text = zone }, [CODE] = { .is_set = 1, .integer = c->value },
        [FROM] = { .is_set = 1, .integer = from }, [FROM_LABEL] = { .is_set = 1, .text = label_of(a, from) }, [TO] = { .is_set = 1, .integer = after },
        [TO_LABEL] = { .is_set = 1, .text = label_of(a, after) }, [PIXELS] = { .is_set = 1, .integer = c->px } };
    for (int k = 0; k < n_kinds(a); k++)
        for (int u = 0; u < MSC_ASSESS_UNITS; u++)
            row[FIRST_AREA + k * MSC_ASSESS_UNITS + u] = (msc_value){ .is_set = isfinite(m2[k]), .real = msc_assess_area_in(m2[k], u) };
    return msc_layer_add(to, NULL, row, err);
}

msc_status msc_areas_table(const msc_settings *settings, const msc_areas *a, const char *path, msc_error *err)
{
    msc_field field[N_COLUMNS];
    char name[KINDS * MSC_ASSESS_UNITS][24];
    msc_settings own = *settings;
    msc_layer_out *out = NULL;
    memcpy(field, fields, sizeof fields);
    for (int k = 0; k < KINDS * MSC_ASSESS_UNITS; k++) {
        snprintf(name[k], sizeof name[k], "%s_%s", kinds[k / MSC_ASSESS_UNITS], msc_assess_unit_name(k % MSC_ASSESS_UNITS));
        field[FIRST_AREA + k] = (msc_field){ name[k], MSC_FIELD_REAL, 0, 0 };
    }
    const msc_layer_spec spec = { .path = path, .name = "areas", .is_table = 1, .fields = field, .n_fields = FIRST_AREA + n_kinds(a) * MSC_ASSESS_UNITS, .encoding = "UTF-8" };
    own.format = NULL;
    own.n_creation = 0;
    MSC_TRY(msc_layer_create(&own, &spec, &out, err));
    msc_status status = each_row(a, add_to_table, out, err);
    if (status == MSC_OK) status = msc_layer_commit(&out, err);
    else msc_layer_abandon(&out);
    return status;
}

static msc_status add_to_json(void *to, const msc_areas *a, const char *layer, const char *zone, const msc_area_cell *c, msc_error *err)
{
    json_object *o = json_object_new_object();
    double m2[KINDS];
    char key[24];
    (void)err;
    areas_of(a, c, m2);
    json_object_object_add(o, "zone_layer", layer[0] ? json_object_new_string(layer) : NULL);
    json_object_object_add(o, "zone", zone[0] ? json_object_new_string(zone) : NULL);
    json_object_object_add(o, "from", json_object_new_int(c->value >> 8));
    json_object_object_add(o, "from_label", json_object_new_string(label_of(a, c->value >> 8)));
    json_object_object_add(o, "to", json_object_new_int(c->value & 255));
    json_object_object_add(o, "to_label", json_object_new_string(label_of(a, c->value & 255)));
    json_object_object_add(o, "pixels", json_object_new_int64(c->px));
    for (int k = 0; k < n_kinds(a); k++)
        for (int u = 0; u < MSC_ASSESS_UNITS; u++) {
            snprintf(key, sizeof key, "%s_%s", kinds[k], msc_assess_unit_name(u));
            json_object_object_add(o, key, isfinite(m2[k]) ? json_object_new_double(msc_assess_area_in(m2[k], u)) : NULL);
        }
    json_object_array_add(to, o);
    return MSC_OK;
}

msc_status msc_areas_json(const msc_areas *a, char **text, size_t *n_bytes, msc_error *err)
{
    json_object *list = json_object_new_array();
    each_row(a, add_to_json, list, err);
    const msc_status status = msc_report_print(list, a->options.change, text, err);
    *n_bytes = *text ? strlen(*text) : 0;
    json_object_put(list);
    return status;
}
