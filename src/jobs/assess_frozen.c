/* assess_frozen.c - the design that was frozen when the sample was drawn: the points must still be those, each stratum's
 * weight is its pixels over its labelled points. */
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "jobs/assess.h"
#include "jobs/report.h"
#include "jobs/sample.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static msc_status not_a_receipt(const msc_assessment *a, const char *what, msc_error *err)
{
    return msc_fail(err, MSC_EFORMAT, a->options->sample, "no receipt of 'minescar sample': %s", what);
}

static const char *text_at(json_object *o, const char *key)
{
    json_object *v;
    return json_object_object_get_ex(o, key, &v) && json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
}

static double number_at(json_object *o, const char *key)
{
    json_object *v;
    return json_object_object_get_ex(o, key, &v) && (json_object_is_type(v, json_type_double) || json_object_is_type(v, json_type_int))
               ? json_object_get_double(v) : NAN;
}

static msc_status read_strata(msc_assessment *a, json_object *top, msc_error *err)
{
    json_object *list;
    if (!json_object_object_get_ex(top, "strata", &list) || !json_object_is_type(list, json_type_array)) return not_a_receipt(a, "strata", err);
    const size_t n = json_object_array_length(list);
    if (n == 0 || n > MSC_ASSESS_STRATA) return not_a_receipt(a, "strata", err);
    for (size_t h = 0; h < n; h++) {
        json_object *o = json_object_array_get_idx(list, h);
        const double pixels = number_at(o, "pixels"), drawn = number_at(o, "n");
        if (!(pixels >= 0) || !(drawn >= 0) || number_at(o, "stratum") != (double)h + 1) return not_a_receipt(a, "a stratum", err);
        msc_assess_stratum *s = &a->strata[h];
        if (!(s->name = msc_copy_text(text_at(o, "name")))) return msc_fail(err, MSC_ENOMEM, a->options->sample, "%zu strata", n);
        a->n_strata = (int)h + 1;
        s->n_pixels = (int64_t)pixels;
        s->n_drawn = (int64_t)drawn;
    }
    return MSC_OK;
}

/* The points in order of their ids must give the receipt's key again: none missing, added, moved, or put into another
 * stratum. */
static msc_status check_points(msc_assessment *a, json_object *top, const msc_value *ids, size_t stride, msc_error *err)
{
    json_object *grid;
    const size_t n = a->features.n;
    char key[65];
    msc_status status = MSC_OK;
    if (!json_object_object_get_ex(top, "grid", &grid)) return not_a_receipt(a, "grid", err);
    const double west = number_at(grid, "west"), north = number_at(grid, "north"), pixel_e = number_at(grid, "pixel_e"),
                 pixel_n = number_at(grid, "pixel_n"), width = number_at(grid, "width_px");
    if (!(pixel_e > 0 && pixel_n > 0 && width >= 1 && width <= INT32_MAX)) return not_a_receipt(a, "grid", err);
    if ((double)n != number_at(top, "n"))
        return msc_fail(err, MSC_ECHECK, a->options->reference, "%zu points; %.0f were drawn", n, number_at(top, "n"));
    msc_sample_point *points = msc_alloc_zero(n, sizeof *points);
    if (!points) return msc_fail(err, MSC_ENOMEM, a->options->reference, "%zu points", n);
    for (size_t i = 0; i < n; i++) {
        const int64_t id = ids[i * stride].is_set ? ids[i * stride].integer : 0;
        const msc_shape *shape = &a->features.shape[i];
        if (id < 1 || (size_t)id > n || points[id - 1].draw || !shape->is_point) {
            status = msc_fail(err, MSC_ECHECK, a->options->reference, "id %lld: not a point of the sample, or twice", (long long)id);
            break;
        }
        const double x = floor((shape->xy[0] - west) / pixel_e), y = floor((north - shape->xy[1]) / pixel_n);
        points[id - 1] = (msc_sample_point){ .pixel = (int64_t)(y * width + x), .draw = 1, .stratum = a->stratum_of[i] };
    }
    if (status == MSC_OK) status = msc_sample_key(points, n, (int32_t)width, key, err);
    msc_release(points);
    if (status == MSC_OK && strcmp(key, text_at(top, "points_sha256")) != 0)
        status = msc_fail(err, MSC_ECHECK, a->options->reference, "points were moved, or their strata changed, since they were drawn");
    return status;
}

static msc_status take_receipt(msc_assessment *a, json_object *top, const msc_value *ids, const msc_value *numbers, size_t stride, msc_error *err)
{
    char sha[MSC_SHA256_TEXT] = "", sealed[MSC_SHA256_TEXT];
    if (!text_at(top, "minescar_sample")[0]) return not_a_receipt(a, "minescar_sample", err);
    snprintf(sealed, sizeof sealed, "%s", text_at(top, "sha256"));
    MSC_TRY(msc_sample_seal(top, sha, err));
    if (strcmp(sha, sealed) != 0) return msc_fail(err, MSC_ECHECK, a->options->sample, "the frozen design was changed since the points were drawn");
    MSC_TRY(read_strata(a, top, err));
    snprintf(a->design, sizeof a->design, "%.31s", text_at(top, "design"));
    if (number_at(top, "pixels_excluded") > 0 && !a->options->training)
        return msc_fail(err, MSC_EUSAGE, "training", "the sample left out %.0f pixels of %s, which are to be named here too",
                        number_at(top, "pixels_excluded"), text_at(top, "excluded"));
    if (a->options->is_poststratified && strcmp(a->design, "stratified") == 0)
        return msc_fail(err, MSC_EUSAGE, "poststratify", "the sample is stratified already");
    for (size_t i = 0; i < a->features.n; i++) {
        const int64_t number = numbers[i * stride].is_set ? numbers[i * stride].integer : 0;
        if (number < 1 || number > a->n_strata)
            return msc_fail(err, MSC_ECHECK, a->options->reference, "feature %zu: stratum %lld of %d", i + 1, (long long)number, a->n_strata);
        a->stratum_of[i] = (int32_t)number - 1;
        a->strata[number - 1].n_labelled += a->use[i];
    }
    MSC_TRY(check_points(a, top, ids, stride, err));
    for (size_t i = 0; i < a->features.n; i++) {
        const msc_assess_stratum *s = &a->strata[a->stratum_of[i]];
        a->weight[i] = s->n_labelled > 0 ? (double)s->n_pixels / (double)s->n_labelled : 1;
        if (!(a->weight[i] > 0)) return not_a_receipt(a, "a stratum without pixels has points", err);
    }
    a->is_same_map = -1;
    if (text_at(top, "map_sha256")[0] && msc_file_exists(a->options->map)) {
        MSC_TRY(msc_sha256_file(a->options->map, sha, err));
        a->is_same_map = strcmp(sha, text_at(top, "map_sha256")) == 0;
    }
    if (a->n_unlabelled > 0)
        msc_warn(a->settings, MSC_WDROPPED, a->options->reference, msc_settings_words(a->settings, "%lld points of the sample have no label; the others stand for them",
                 "%lld 个样点未标注，由其余样点代表"), (long long)a->n_unlabelled);
    return MSC_OK;
}

msc_status msc_assess_read_frozen(msc_assessment *a, const msc_value *ids, const msc_value *numbers, size_t stride, msc_error *err)
{
    json_object *top = NULL;
    MSC_TRY(msc_report_read(a->options->sample, &top, err));
    const msc_status status = take_receipt(a, top, ids, numbers, stride, err);
    json_object_put(top);
    return status;
}
