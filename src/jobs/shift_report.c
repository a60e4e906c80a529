/* shift_report.c - the displacement between two images as JSON: the figures, the field and every window. */
#include "base/file.h"
#include "jobs/report.h"
#include "jobs/shift_map.h"

const char *msc_shift_state_name(msc_shift_state state)
{
    static const char *const names[MSC_SHIFT_N_STATES] = { "measured", "not_observed", "featureless", "ambiguous", "unsure", "far" };
    return names[state];
}

/* To 1e-6 px: what is below is rounding. */
static void put_px(json_object *to, const char *key, double value)
{
    json_object *number = json_object_new_double(value);
    json_object_set_serializer(number, json_object_double_to_json_string, (void *)(uintptr_t)"%.6f", NULL);
    json_object_object_add(to, key, number);
}

static void put_list(json_object *to, const char *key, const double *values, int n)
{
    json_object *list = json_object_new_array();
    for (int i = 0; i < n; i++) json_object_array_add(list, json_object_new_double(values[i]));
    json_object_object_add(to, key, list);
}

static json_object *grid_of(const msc_grid *g)
{
    json_object *o = json_object_new_object();
    const double origin[] = { g->e0, g->n0 }, pixel[] = { g->pixel_e, g->pixel_n };
    msc_report_integer(o, "width_px", g->width_px);
    msc_report_integer(o, "height_px", g->height_px);
    put_list(o, "origin", origin, 2);
    put_list(o, "pixel", pixel, 2);
    return o;
}

static json_object *field_of(const msc_displacement *f)
{
    json_object *o = json_object_new_object();
    const double centre[] = { f->centre_x, f->centre_y }, box[] = { f->x0, f->y0, f->x1, f->y1 };
    msc_report_integer(o, "degree", f->degree);
    put_list(o, "centre_px", centre, 2);
    put_list(o, "radius_px", &f->radius_px, 1);
    put_list(o, "box_px", box, 4);
    put_list(o, "dx", f->dx, msc_displacement_n_terms(f->degree));
    put_list(o, "dy", f->dy, msc_displacement_n_terms(f->degree));
    return o;
}

static json_object *tiles_of(const msc_shift_facts *f)
{
    json_object *list = json_object_new_array();
    for (int i = 0; i < f->n_tiles; i++) {
        const msc_shift_tile *t = &f->tile[i];
        json_object *o = json_object_new_object();
        msc_report_integer(o, "x_px", t->x);
        msc_report_integer(o, "y_px", t->y);
        msc_report_text(o, "state", msc_shift_state_name(t->window.state));
        if (t->window.state == MSC_SHIFT_MEASURED) {
            put_px(o, "dx_px", t->window.dx_px);
            put_px(o, "dy_px", t->window.dy_px);
            put_px(o, "sigma_px", t->window.sigma_px);
            put_px(o, "match", t->window.match);
            json_object_object_add(o, "is_outlier", json_object_new_boolean(t->is_outlier));
        }
        json_object_array_add(list, o);
    }
    return list;
}

msc_status msc_shift_report(const msc_shift_facts *f, const msc_shift_options *options, msc_error *err)
{
    const int n_measured = f->n_of[MSC_SHIFT_MEASURED];
    json_object *top = json_object_new_object(), *why = json_object_new_object();
    msc_report_text(top, "software", "minescar " MSC_VERSION);
    msc_report_text(top, "before", options->before.n_paths ? msc_file_name(options->before.paths[0]) : NULL);
    msc_report_text(top, "after", options->after.n_paths ? msc_file_name(options->after.paths[0]) : NULL);
    msc_report_text(top, "band_before", f->band[0]);
    msc_report_text(top, "band_after", f->band[1]);
    json_object_object_add(top, "grid", grid_of(&f->grid));
    msc_report_integer(top, "window_px", MSC_SHIFT_WINDOW_PX);
    msc_report_integer(top, "step_px", f->step_px);
    msc_report_integer(top, "n_tiles", f->n_tiles);
    msc_report_integer(top, "n_measured", n_measured);
    msc_report_integer(top, "n_abstained", f->n_tiles - n_measured);
    msc_report_integer(top, "n_outliers", f->fit.n_outliers);
    for (int s = MSC_SHIFT_MEASURED + 1; s < MSC_SHIFT_N_STATES; s++) msc_report_integer(why, msc_shift_state_name(s), f->n_of[s]);
    json_object_object_add(top, "abstained", why);
    if (n_measured > 0) {
        put_px(top, "median_dx_px", f->fit.median_dx_px);
        put_px(top, "median_dy_px", f->fit.median_dy_px);
        put_px(top, "rmse_before_px", f->fit.rmse_before_px);
        put_px(top, "rmse_px", f->fit.rmse_px);
        json_object_object_add(top, "field", field_of(&f->fit.field));
    } else {
        static const char *const figures[] = { "median_dx_px", "median_dy_px", "rmse_before_px", "rmse_px", "field" };
        for (int i = 0; i < 5; i++) json_object_object_add(top, figures[i], NULL);
    }
    json_object_object_add(top, "tiles", tiles_of(f));
    const msc_status status = msc_report_write(top, options->report, err);
    json_object_put(top);
    return status;
}
