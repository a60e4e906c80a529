/* raster_shift.c - reads how an image is displaced from the reports of the command `shift`. */
#include "base/file.h"
#include "base/mem.h"
#include "io/raster_stack.h"
#include <json.h>
#include <math.h>

/* n numbers of a list, or of fewer in a list that may be shorter; 0 when it is none. */
static int read_numbers(json_object *from, const char *key, double *to, size_t n)
{
    json_object *list = NULL;
    if (!json_object_object_get_ex(from, key, &list) || !json_object_is_type(list, json_type_array)) return 0;
    if (json_object_array_length(list) != n) return 0;
    for (size_t i = 0; i < n; i++) {
        to[i] = json_object_get_double(json_object_array_get_idx(list, i));
        if (!isfinite(to[i])) return 0;
    }
    return 1;
}

static int is_near(double a, double b, double unit) { return fabs(a - b) < 1e-3 * unit; }

/* Whether the report was made on this grid. */
static int is_on_grid(json_object *root, const msc_grid *g)
{
    json_object *of = NULL, *w = NULL, *h = NULL;
    double origin[2], pixel[2];
    if (!json_object_object_get_ex(root, "grid", &of) || !json_object_object_get_ex(of, "width_px", &w) ||
        !json_object_object_get_ex(of, "height_px", &h))
        return 0;
    return json_object_get_int(w) == g->width_px && json_object_get_int(h) == g->height_px && read_numbers(of, "origin", origin, 2) &&
           read_numbers(of, "pixel", pixel, 2) && is_near(origin[0], g->e0, g->pixel_e) && is_near(origin[1], g->n0, g->pixel_n) &&
           is_near(pixel[0], g->pixel_e, g->pixel_e) && is_near(pixel[1], g->pixel_n, g->pixel_n);
}

static int read_field(json_object *field, msc_displacement *d)
{
    json_object *degree = NULL;
    double centre[2], box[4];
    *d = (msc_displacement){ 0 };
    if (!json_object_object_get_ex(field, "degree", &degree)) return 0;
    d->degree = json_object_get_int(degree);
    if (d->degree < 0 || d->degree > MSC_DISPLACEMENT_DEGREE) return 0;
    const size_t n = (size_t)msc_displacement_n_terms(d->degree);
    if (!read_numbers(field, "centre_px", centre, 2) || !read_numbers(field, "box_px", box, 4) ||
        !read_numbers(field, "radius_px", &d->radius_px, 1) || !read_numbers(field, "dx", d->dx, n) || !read_numbers(field, "dy", d->dy, n))
        return 0;
    d->centre_x = centre[0];
    d->centre_y = centre[1];
    d->x0 = box[0];
    d->y0 = box[1];
    d->x1 = box[2];
    d->y1 = box[3];
    return 1;
}

static msc_status read_shift(const char *path, const msc_grid *grid, msc_displacement *d, msc_error *err)
{
    char *bytes = NULL;
    size_t n = 0;
    MSC_TRY(msc_file_read(path, &bytes, &n, err));
    json_object *root = json_tokener_parse(bytes), *field = NULL;
    msc_release(bytes);
    msc_status status = MSC_OK;
    *d = (msc_displacement){ 0 };   /* what a report without a field says: nothing was measured */
    if (!root || !json_object_object_get_ex(root, "field", &field)) status = msc_fail(err, MSC_EFORMAT, path, "not a report of shift");
    else if (!is_on_grid(root, grid)) status = msc_fail(err, MSC_EGRID, path, "made on another grid");
    else if (field && !read_field(field, d)) status = msc_fail(err, MSC_EFORMAT, path, "no field of degree 0 to 3");
    json_object_put(root);
    return status;
}

msc_status msc_raster_read_shifts(const msc_image *image, msc_raster *raster, msc_error *err)
{
    if (image->n_shifts < 1) return MSC_OK;
    raster->shift = msc_alloc_zero((size_t)image->n_shifts, sizeof *raster->shift);
    if (!raster->shift) return msc_fail(err, MSC_ENOMEM, image->shifts[0], "%d reports", image->n_shifts);
    for (int i = 0; i < image->n_shifts; i++) MSC_TRY(read_shift(image->shifts[i], &raster->grid, &raster->shift[i], err));
    raster->n_shifts = image->n_shifts;
    return MSC_OK;
}
