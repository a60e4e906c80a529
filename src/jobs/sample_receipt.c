/* sample_receipt.c - the design as it was frozen before anyone labelled a point: strata, their pixels, their points. */
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "jobs/report.h"
#include "jobs/sample.h"
#include <string.h>

static void put(json_object *to, const char *key, json_object *value) { json_object_object_add(to, key, value); }

static json_object *grid_of(const msc_grid *g)
{
    json_object *o = json_object_new_object();
    put(o, "width_px", json_object_new_int(g->width_px));
    put(o, "height_px", json_object_new_int(g->height_px));
    put(o, "west", json_object_new_double(g->e0));
    put(o, "north", json_object_new_double(g->n0));
    put(o, "pixel_e", json_object_new_double(g->pixel_e));
    put(o, "pixel_n", json_object_new_double(g->pixel_n));
    msc_report_text(o, "crs", g->crs);
    return o;
}

static json_object *stratum_of(const msc_sample *s, int h)
{
    const msc_frame_stratum *f = &s->frame->strata[h];
    const msc_design_stratum *d = &s->design[h];
    char name[256];
    json_object *o = json_object_new_object();
    msc_sample_stratum_name(s, h, 0, name, sizeof name);
    put(o, "stratum", json_object_new_int(h + 1));
    msc_report_text(o, "name", name);
    msc_report_text(o, "zone", s->frame->zones && f->zone >= 0 ? s->zone_name[f->zone] : NULL);
    put(o, "code", f->value >= 0 && f->value < MSC_SAMPLE_BUFFER ? json_object_new_int(f->value) : NULL);
    put(o, "is_buffer", json_object_new_boolean(f->value == MSC_SAMPLE_BUFFER));
    put(o, "is_target", json_object_new_boolean(d->is_target));
    put(o, "pixels", json_object_new_int64(d->units));
    put(o, "pixels_excluded", json_object_new_int64(f->n_excluded));
    put(o, "area_ha", json_object_new_double((double)d->units * s->pixel_m2 / 1e4));
    put(o, "conjectured_accuracy", json_object_new_double(d->users));
    put(o, "n", json_object_new_int64(d->n));
    put(o, "weight", d->n > 0 ? json_object_new_double((double)d->units / (double)d->n) : NULL);
    return o;
}

/* Without strata one stratum holds all, and those of the map are only told of. */
static json_object *whole_of(const msc_sample *s)
{
    int64_t units = 0;
    for (int h = 0; h < s->frame->n_strata; h++) units += s->design[h].units;
    json_object *o = json_object_new_object();
    put(o, "stratum", json_object_new_int(1));
    msc_report_text(o, "name", "all");
    put(o, "pixels", json_object_new_int64(units));
    put(o, "n", json_object_new_int64((int64_t)s->n_points));
    put(o, "weight", json_object_new_double((double)units / (double)s->n_points));
    return o;
}

static json_object *estimate_of(msc_estimate e, double scale)
{
    json_object *o = json_object_new_object();
    put(o, "value", json_object_new_double(e.value * scale));
    put(o, "low_95", e.low == e.low ? json_object_new_double(e.low * scale) : NULL);
    put(o, "high_95", e.high == e.high ? json_object_new_double(e.high * scale) : NULL);
    return o;
}

static void put_options(json_object *top, const msc_sample *s)
{
    const msc_sample_options *o = s->options;
    msc_report_text(top, "design", o->design);
    put(top, "seed", json_object_new_uint64(o->seed));
    put(top, "n_wanted", json_object_new_int64(s->n_wanted));
    put(top, "standard_error_wanted", o->n > 0 ? NULL : json_object_new_double(o->se));
    msc_report_text(top, "allocation", s->is_stratified ? o->allocation : NULL);
    put(top, "least_points_a_stratum", s->is_stratified ? json_object_new_int64(o->n_min) : NULL);
    put(top, "buffer_m", json_object_new_double(o->buffer_m));
    put(top, "distance_m", json_object_new_double(o->distance_m));
    put(top, "step_px", s->step_px > 0 ? json_object_new_int(s->step_px) : NULL);
    msc_report_text(top, "zones", o->zone_path ? msc_file_name(o->zone_path) : NULL);
    msc_report_text(top, "zone_field", o->zone_field);
    msc_report_text(top, "excluded", o->exclude ? msc_file_name(o->exclude) : NULL);
}

msc_status msc_sample_seal(struct json_object *receipt, char hex[65], msc_error *err)
{
    json_object_object_del(receipt, "sha256");
    char *text = NULL;
    MSC_TRY(msc_report_print(receipt, "receipt", &text, err));
    msc_sha256(text, strlen(text), hex);
    msc_release(text);
    return MSC_OK;
}

msc_status msc_sample_write_receipt(const msc_sample *s, const char *path, msc_error *err)
{
    char key[65];
    int64_t n_excluded = 0;
    for (size_t i = 0; i < s->n_points && !s->is_stratified; i++) s->points[i].stratum = 0;
    MSC_TRY(msc_sample_key(s->points, s->n_points, s->grid->width_px, key, err));
    for (int h = 0; h < s->frame->n_strata; h++) n_excluded += s->frame->strata[h].n_excluded;
    json_object *top = json_object_new_object(), *strata = json_object_new_array(), *map_strata = json_object_new_array();
    msc_report_text(top, "minescar_sample", "1");
    msc_report_text(top, "software", "minescar " MSC_VERSION);
    msc_report_text(top, "map", msc_file_name(s->options->map));
    msc_report_text(top, "map_sha256", s->map_sha256);
    put(top, "is_change", json_object_new_boolean(s->is_change));
    put(top, "grid", grid_of(s->grid));
    msc_report_text(top, "points", msc_file_name(s->options->points));
    msc_report_text(top, "points_sha256", key);
    put(top, "n", json_object_new_int64((int64_t)s->n_points));
    put_options(top, s);
    put(top, "pixels_not_observed", json_object_new_int64(s->frame->n_not_observed));
    put(top, "pixels_excluded", json_object_new_int64(n_excluded));
    for (int h = 0; h < s->frame->n_strata; h++) json_object_array_add(s->is_stratified ? strata : map_strata, stratum_of(s, h));
    if (!s->is_stratified) json_object_array_add(strata, whole_of(s));
    put(top, "strata", strata);
    put(top, "map_values", map_strata);
    put(top, "expected_overall_accuracy", estimate_of(s->forecast.overall, 1));
    msc_status status = msc_sample_seal(top, key, err);
    if (status == MSC_OK) msc_report_text(top, "sha256", key);
    if (status == MSC_OK) status = msc_report_write(top, path, err);
    json_object_put(top);
    return status;
}
