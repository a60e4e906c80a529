/* irmad_map_report.c - what IR-MAD found, as JSON: correlations, coefficients in the images' own units, iterations. */
#include "base/file.h"
#include "jobs/irmad_map.h"
#include "jobs/report.h"

static json_object *numbers(const double *value, int n)
{
    json_object *list = json_object_new_array();
    for (int i = 0; i < n; i++) json_object_array_add(list, json_object_new_double(value[i]));
    return list;
}

/* Coefficients of one image in one variate, by band; 0 for a band that is left out. */
static json_object *coefficients(const msc_irmad_facts *f, int variate, int is_after)
{
    json_object *o = json_object_new_object();
    for (int b = 0; b < f->pair->n_bands; b++) {
        const int p = b + is_after * f->pair->n_bands;
        const double value = f->variates->row[variate][p] * f->variates->sigma[variate];
        json_object_object_add(o, f->pair->band[b], json_object_new_double(is_after ? -value : value));
    }
    return o;
}

static json_object *variates(const msc_irmad_facts *f)
{
    json_object *list = json_object_new_array();
    for (int i = 0; i < f->variates->n; i++) {
        json_object *o = json_object_new_object();
        json_object_object_add(o, "rho", json_object_new_double(f->variates->rho[i]));
        json_object_object_add(o, "before", coefficients(f, i, 0));
        json_object_object_add(o, "after", coefficients(f, i, 1));
        json_object_array_add(list, o);
    }
    return list;
}

static json_object *left_out(const msc_irmad_facts *f, int is_after)
{
    json_object *list = json_object_new_array();
    for (int b = 0; b < f->pair->n_bands; b++)
        if (!f->variates->is_used[b + is_after * f->pair->n_bands]) json_object_array_add(list, json_object_new_string(f->pair->band[b]));
    return list;
}

msc_status msc_irmad_report(const msc_settings *settings, const msc_irmad_facts *f, json_object **report, msc_error *err)
{
    json_object *top = *report = json_object_new_object(), *bands = json_object_new_array(), *radiometry = NULL;
    msc_status status = f->pair->is_flat ? MSC_OK : msc_irmad_radiometry(settings, f, &radiometry, err);
    msc_report_text(top, "software", "minescar " MSC_VERSION);
    msc_report_text(top, "before", msc_file_name(f->options->before.paths[0]));
    msc_report_text(top, "after", msc_file_name(f->options->after.paths[0]));
    for (int b = 0; b < f->pair->n_bands; b++) json_object_array_add(bands, json_object_new_string(f->pair->band[b]));
    json_object_object_add(top, "bands", bands);
    json_object_object_add(top, "is_flat", json_object_new_boolean(f->pair->is_flat));
    json_object_object_add(top, "left_out_before", left_out(f, 0));
    json_object_object_add(top, "left_out_after", left_out(f, 1));
    msc_report_integer(top, "lattice_step_px", f->lattice->step_px);
    msc_report_integer(top, "sampled_px", (int64_t)f->pixels->n);
    msc_report_integer(top, "iterations", f->fit->n_iterations);
    json_object_object_add(top, "is_converged", json_object_new_boolean(f->fit->is_converged));
    json_object_object_add(top, "last_step_of_rho", json_object_new_double(f->fit->delta));
    json_object_object_add(top, "rho_without_weights", numbers(f->fit->first.rho, f->variates->n));
    json_object_object_add(top, "rho", numbers(f->variates->rho, f->variates->n));
    json_object_object_add(top, "variates", variates(f));
    json_object_object_add(top, "scale", json_object_new_double(f->variates->scale));
    json_object_object_add(top, "radiometry_from_px", json_object_new_int64(f->unchanged->n_px));
    json_object_object_add(top, "radiometry", radiometry);
    return status;
}

msc_status msc_irmad_report_write(const msc_irmad_options *options, json_object *top, const msc_amount saturated[2], msc_error *err)
{
    if (options->evidence) {
        json_object_object_add(top, "saturated_before", msc_report_amount(saturated[0]));
        json_object_object_add(top, "saturated_after", msc_report_amount(saturated[1]));
    }
    return msc_report_write(top, options->report, err);
}
