/* raster_warp.c - resamples one grid's pixels onto another: pure maths on memory.
 *
 * The source position of a target pixel is exact (PROJ) at the nodes of a lattice of 16 target px, counted
 * from the target's own corner, and bilinear between; so it depends on the pixel alone, never on tile or
 * thread. */
#include "io/raster_file.h"
#include <math.h>
#include <string.h>

/* Positions on a pixel's edge must not fall to either side by the last bit of a sum. */
#define EDGE_PX 1e-7
enum { TAPS_MAX = 64 };

size_t msc_mesh_nodes(const msc_rect *rect, msc_mesh *lattice)
{
    lattice->cell_x = rect->x / MSC_WARP_STEP_PX;
    lattice->cell_y = rect->y / MSC_WARP_STEP_PX;
    lattice->n_x = (rect->x + rect->w - 1) / MSC_WARP_STEP_PX - lattice->cell_x + 2;
    lattice->n_y = (rect->y + rect->h - 1) / MSC_WARP_STEP_PX - lattice->cell_y + 2;
    return (size_t)lattice->n_x * (size_t)lattice->n_y;
}

void msc_mesh_fill(const msc_place *place, msc_mesh *lattice)
{
    const msc_grid *target = place->target, *source = place->source;
    const size_t n = (size_t)lattice->n_x * (size_t)lattice->n_y;
    size_t i = 0;
    for (int32_t v = 0; v < lattice->n_y; v++)
        for (int32_t u = 0; u < lattice->n_x; u++, i++) {
            const double x = (double)(lattice->cell_x + u) * MSC_WARP_STEP_PX, y = (double)(lattice->cell_y + v) * MSC_WARP_STEP_PX;
            double d[2] = { 0, 0 };
            for (int k = 0; k < place->n_shifts; k++) msc_displacement_add(&place->shift[k], x, y, d);
            lattice->x[i] = msc_grid_e(target, x - d[0]);
            lattice->y[i] = msc_grid_n(target, y - d[1]);
        }
    if (place->crs) msc_crs_forward(place->crs, lattice->x, lattice->y, n, 1);
    for (i = 0; i < n; i++) {
        if (!isfinite(lattice->x[i]) || !isfinite(lattice->y[i])) {
            lattice->x[i] = lattice->y[i] = NAN;
            continue;
        }
        lattice->x[i] = (lattice->x[i] - source->e0) / source->pixel_e;
        lattice->y[i] = (source->n0 - lattice->y[i]) / source->pixel_n;
    }
}

static double kernel_reach(const msc_file *file)
{
    return file->resample == MSC_NEAREST ? 1 : (file->resample == MSC_CUBIC ? 2 : 1) * file->scale + 1;
}

static int32_t clamp_px(double v, int32_t top) { return v < 0 ? 0 : v > (double)top ? top : (int32_t)v; }

msc_rect msc_mesh_window(const msc_mesh *lattice, const msc_file *file, const msc_rect *rect)
{
    const double reach = kernel_reach(file);
    double x0 = HUGE_VAL, y0 = HUGE_VAL, x1 = -HUGE_VAL, y1 = -HUGE_VAL;
    const int32_t u0 = rect->x / MSC_WARP_STEP_PX - lattice->cell_x,
                  v0 = rect->y / MSC_WARP_STEP_PX - lattice->cell_y;
    const int32_t u1 = (rect->x + rect->w - 1) / MSC_WARP_STEP_PX - lattice->cell_x + 1;
    const int32_t v1 = (rect->y + rect->h - 1) / MSC_WARP_STEP_PX - lattice->cell_y + 1;
    for (int32_t v = v0; v <= v1; v++)
        for (int32_t u = u0; u <= u1; u++) {
            const double x = lattice->x[(size_t)v * (size_t)lattice->n_x + (size_t)u];
            const double y = lattice->y[(size_t)v * (size_t)lattice->n_x + (size_t)u];
            if (isnan(x)) continue;
            x0 = fmin(x0, x);
            x1 = fmax(x1, x);
            y0 = fmin(y0, y);
            y1 = fmax(y1, y);
        }
    msc_rect none = { 0, 0, 0, 0 };
    if (x0 > x1) return none;
    const int32_t left = clamp_px(floor(x0 - reach), file->grid.width_px),
                  top = clamp_px(floor(y0 - reach), file->grid.height_px);
    const int32_t right = clamp_px(ceil(x1 + reach), file->grid.width_px),
                  bottom = clamp_px(ceil(y1 + reach), file->grid.height_px);
    const msc_rect window = { left, top, right - left, bottom - top };
    return window.w > 0 && window.h > 0 ? window : none;
}

/* Catmull-Rom's cubic, Keys 1981 with a = -1/2, as gdalwarp's "cubic"; and the triangle of "bilinear". */
static double kernel(msc_resample resample, double d)
{
    d = fabs(d);
    if (resample != MSC_CUBIC) return d < 1 ? 1 - d : 0;
    if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
    return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

/* Weights of source pixels *first.. for position u (pixel centres are integers); returns their number. */
static int weigh(msc_resample resample, double u, double scale, int32_t *first, double *weight)
{
    const double radius = (resample == MSC_CUBIC ? 2 : 1) * scale;
    const int32_t from = (int32_t)floor(u - radius) + 1, to = (int32_t)ceil(u + radius) - 1;
    int n = 0;
    for (int32_t i = from; i <= to && n < TAPS_MAX; i++)
        weight[n++] = kernel(resample, ((double)i - u) / scale);
    *first = from;
    return n;
}

typedef struct taps {
    int32_t x, y;
    int n_x, n_y;
    double weight_x[TAPS_MAX], weight_y[TAPS_MAX];
} taps;

static inline double value_at(const msc_window *w, size_t i)
{
    return w->type == MSC_U8    ? ((const uint8_t *)w->data)[i]
           : w->type == MSC_U16 ? ((const uint16_t *)w->data)[i]
                                : (double)((const float *)w->data)[i];
}

/* Adds weighted values of observed pixels; returns the weight, *n_missing counts taps without one. */
static double gather(const msc_window *w, const taps *t, double *sum, int *n_missing)
{
    const size_t plane = (size_t)w->rect.w * (size_t)w->rect.h;
    double total = 0;
    memset(sum, 0, (size_t)w->n_bands * sizeof *sum);
    *n_missing = 0;
    for (int j = 0; j < t->n_y; j++) {
        const int32_t y = t->y + j - w->rect.y;
        for (int i = 0; i < t->n_x; i++) {
            const int32_t x = t->x + i - w->rect.x;
            const double weight = t->weight_x[i] * t->weight_y[j];
            const size_t at = (size_t)y * (size_t)w->rect.w + (size_t)x;
            if (x < 0 || y < 0 || x >= w->rect.w || y >= w->rect.h || !w->valid[at]) {
                *n_missing += weight != 0;
                continue;
            }
            if (weight == 0) continue;
            total += weight;
            for (int b = 0; b < w->n_bands; b++) sum[b] += weight * value_at(w, (size_t)b * plane + at);
        }
    }
    return total;
}

#define BLEND(T)                                                                                             \
    for (int b = 0; b < n_bands; b++) {                                                                      \
        const T *p = (const T *)w->data + (size_t)b * plane + at;                                            \
        out[b] = (p[0] * (1 - fx) + p[1] * fx) * (1 - fy) + (p[row] * (1 - fx) + p[row + 1] * fx) * fy;      \
    }

/* The common case: four observed pixels round (u, v), pixel centres being integers. 0 when one of them is not
 * there. */
static int blend_four(const msc_window *w, int n_bands, double u, double v, double *out)
{
    const int32_t x = (int32_t)floor(u) - w->rect.x, y = (int32_t)floor(v) - w->rect.y;
    const size_t row = (size_t)w->rect.w, plane = row * (size_t)w->rect.h;
    if (x < 0 || y < 0 || x + 1 >= w->rect.w || y + 1 >= w->rect.h) return 0;
    const size_t at = (size_t)y * row + (size_t)x;
    const uint8_t *valid = w->valid + at;
    if (!(valid[0] & valid[1] & valid[row] & valid[row + 1])) return 0;
    const double fx = u - floor(u), fy = v - floor(v);
    if (w->type == MSC_U8) {
        BLEND(uint8_t)
    } else if (w->type == MSC_U16) {
        BLEND(uint16_t)
    } else {
        BLEND(float)
    }
    return 1;
}

#define BLEND_ROWS(T)                                                                                        \
    for (int b = 0; b < n_bands; b++) {                                                                      \
        const T *p = (const T *)w->data + (size_t)b * plane + at;                                            \
        double sum = 0;                                                                                      \
        for (int j = 0; j < 4; j++, p += row)                                                                \
            sum += wy[j] * (wx[0] * p[0] + wx[1] * p[1] + wx[2] * p[2] + wx[3] * p[3]);                      \
        out[b] = sum;                                                                                        \
    }

/* The common case of the cubic: sixteen observed pixels round (u, v), whose weights sum to 1. 0 when one of them is not
 * there. */
static int blend_sixteen(const msc_window *w, int n_bands, double u, double v, double *out)
{
    const int32_t x = (int32_t)floor(u) - 1 - w->rect.x, y = (int32_t)floor(v) - 1 - w->rect.y;
    const size_t row = (size_t)w->rect.w, plane = row * (size_t)w->rect.h;
    if (x < 0 || y < 0 || x + 3 >= w->rect.w || y + 3 >= w->rect.h) return 0;
    const size_t at = (size_t)y * row + (size_t)x;
    uint8_t all = 1;
    for (size_t j = 0; j < 4; j++)
        for (size_t i = 0; i < 4; i++) all &= w->valid[at + j * row + i];
    if (!all) return 0;
    double wx[4], wy[4];
    for (int i = 0; i < 4; i++) {
        wx[i] = kernel(MSC_CUBIC, u - floor(u) + 1 - i);
        wy[i] = kernel(MSC_CUBIC, v - floor(v) + 1 - i);
    }
    if (w->type == MSC_U8) {
        BLEND_ROWS(uint8_t)
    } else if (w->type == MSC_U16) {
        BLEND_ROWS(uint16_t)
    } else {
        BLEND_ROWS(float)
    }
    return 1;
}

/* Interpolates at source position (x, y) whose own pixel is observed. */
static void interpolate(const msc_file *file, const msc_window *w, double x, double y, size_t nearest,
                        double *out)
{
    const size_t plane = (size_t)w->rect.w * (size_t)w->rect.h;
    msc_resample resample = file->resample;
    double total = 0;
    if (resample == MSC_BILINEAR && file->scale <= 1 && blend_four(w, file->n_bands, x - 0.5, y - 0.5, out))
        return;
    if (resample == MSC_CUBIC && file->scale <= 1 && blend_sixteen(w, file->n_bands, x - 0.5, y - 0.5, out)) return;
    if (resample != MSC_NEAREST) {
        taps t;
        int n_missing = 0;
        t.n_x = weigh(resample, x - 0.5, file->scale, &t.x, t.weight_x);
        t.n_y = weigh(resample, y - 0.5, file->scale, &t.y, t.weight_y);
        total = gather(w, &t, out, &n_missing);
        if (resample == MSC_CUBIC && n_missing && (file->scale <= 1 || total < 0.25)) {
            /* Negative lobes without their partners overshoot: near gaps and borders the triangle is used.
             * Wide kernels keep partners enough and are only brought back to a sum of 1. */
            t.n_x = weigh(MSC_BILINEAR, x - 0.5, file->scale, &t.x, t.weight_x);
            t.n_y = weigh(MSC_BILINEAR, y - 0.5, file->scale, &t.y, t.weight_y);
            total = gather(w, &t, out, &n_missing);
        }
    }
    for (int b = 0; b < file->n_bands; b++)
        out[b] = total > 1e-6 ? out[b] / total : value_at(w, (size_t)b * plane + nearest);
}

static void put_pixel(const msc_file *file, const double *value, msc_tile *tile, ptrdiff_t at)
{
    for (int b = 0; b < file->n_bands; b++) {
        const double v = value[b];
        if (file->as == MSC_F32) ((float *)tile->plane[b].data)[at] = (float)v;
        else if (file->as == MSC_U8)
            ((uint8_t *)tile->plane[b].data)[at] = (uint8_t)(v <= 0 ? 0 : v >= 255 ? 255 : v + 0.5);
        else ((uint16_t *)tile->plane[b].data)[at] = (uint16_t)(v <= 0 ? 0 : v >= 65535 ? 65535 : v + 0.5);
    }
    tile->valid[at] = 1;
}

void msc_warp_tile(const msc_mesh *lattice, const msc_file *file, const msc_window *w, const msc_rect *rect,
                   msc_tile *tile)
{
    const size_t n_x = (size_t)lattice->n_x;
    double value[MSC_RASTER_BANDS_MAX];
    for (int32_t y = rect->y; y < rect->y + rect->h; y++) {
        const double fy = ((double)(y % MSC_WARP_STEP_PX) + 0.5) / MSC_WARP_STEP_PX;
        const size_t row = (size_t)(y / MSC_WARP_STEP_PX - lattice->cell_y) * n_x;
        const ptrdiff_t line = (ptrdiff_t)(y - tile->core.y) * tile->stride_px;
        for (int32_t x = rect->x; x < rect->x + rect->w; x++) {
            const double fx = ((double)(x % MSC_WARP_STEP_PX) + 0.5) / MSC_WARP_STEP_PX;
            const size_t i = row + (size_t)(x / MSC_WARP_STEP_PX - lattice->cell_x);
            const double *px = lattice->x + i, *py = lattice->y + i;
            const double left_x = px[0] + (px[n_x] - px[0]) * fy,
                         right_x = px[1] + (px[n_x + 1] - px[1]) * fy;
            const double left_y = py[0] + (py[n_x] - py[0]) * fy,
                         right_y = py[1] + (py[n_x + 1] - py[1]) * fy;
            const double sx = left_x + (right_x - left_x) * fx, sy = left_y + (right_y - left_y) * fx;
            /* Comparisons that a NaN fails: positions that PROJ could not give are outside. */
            if (!(sx + EDGE_PX >= 0 && sy + EDGE_PX >= 0 && sx + EDGE_PX < (double)file->grid.width_px &&
                  sy + EDGE_PX < (double)file->grid.height_px))
                continue;
            const int32_t wx = (int32_t)floor(sx + EDGE_PX) - w->rect.x,
                          wy = (int32_t)floor(sy + EDGE_PX) - w->rect.y;
            const size_t nearest = (size_t)wy * (size_t)w->rect.w + (size_t)wx;
            if (!w->valid[nearest]) continue;
            interpolate(file, w, sx, sy, nearest, value);
            put_pixel(file, value, tile, line + (x - tile->core.x));
        }
    }
}

static int is_close_px(double a, double b) { return fabs(a - b) < 1e-3; }

static int is_on_lattice(const msc_grid *target, msc_file *file)
{
    const msc_grid *g = &file->grid;
    const double x = (target->e0 - g->e0) / g->pixel_e, y = (g->n0 - target->n0) / g->pixel_n;
    const double drift_x = (target->pixel_e / g->pixel_e - 1) * target->width_px;
    const double drift_y = (target->pixel_n / g->pixel_n - 1) * target->height_px;
    if (fabs(x) > 1e9 || fabs(y) > 1e9 || !is_close_px(x, round(x)) || !is_close_px(y, round(y)) ||
        !is_close_px(drift_x, 0) || !is_close_px(drift_y, 0))
        return 0;
    file->shift_x = (int64_t)llround(x);
    file->shift_y = (int64_t)llround(y);
    return 1;
}

static msc_rect reach_of_aligned(const msc_grid *target, const msc_file *file)
{
    const int64_t x0 = -file->shift_x > 0 ? -file->shift_x : 0, y0 = -file->shift_y > 0 ? -file->shift_y : 0;
    int64_t x1 = file->grid.width_px - file->shift_x, y1 = file->grid.height_px - file->shift_y;
    if (x1 > target->width_px) x1 = target->width_px;
    if (y1 > target->height_px) y1 = target->height_px;
    const msc_rect none = { 0, 0, 0, 0 };
    if (x1 <= x0 || y1 <= y0) return none;
    const msc_rect reach = { (int32_t)x0, (int32_t)y0, (int32_t)(x1 - x0), (int32_t)(y1 - y0) };
    return reach;
}

/* The target pixels round the file, from a mesh of points over it; the whole target where some cannot be
 * brought over. */
static msc_rect reach_of_mesh(const msc_grid *target, const msc_file *file, msc_crs *back)
{
    enum { N = 33 };
    const msc_rect all = { 0, 0, target->width_px, target->height_px };
    double x0 = HUGE_VAL, y0 = HUGE_VAL, x1 = -HUGE_VAL, y1 = -HUGE_VAL;
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++) {
            double e = msc_grid_e(&file->grid, (double)file->grid.width_px * i / (N - 1));
            double n = msc_grid_n(&file->grid, (double)file->grid.height_px * j / (N - 1));
            if (back) msc_crs_forward(back, &e, &n, 1, 1);
            if (!isfinite(e) || !isfinite(n)) return all;
            x0 = fmin(x0, (e - target->e0) / target->pixel_e);
            x1 = fmax(x1, (e - target->e0) / target->pixel_e);
            y0 = fmin(y0, (target->n0 - n) / target->pixel_n);
            y1 = fmax(y1, (target->n0 - n) / target->pixel_n);
        }
    const double margin = MSC_WARP_STEP_PX + 0.02 * (x1 - x0 + y1 - y0);
    const int32_t left = clamp_px(floor(x0 - margin), target->width_px),
                  top = clamp_px(floor(y0 - margin), target->height_px);
    const int32_t right = clamp_px(ceil(x1 + margin), target->width_px),
                  bottom = clamp_px(ceil(y1 + margin), target->height_px);
    const msc_rect reach = { left, top, right - left, bottom - top };
    return reach;
}

/* Source pixels a target pixel at the middle of `reach`, at least 1; small ratios are left, as gdalwarp does.
 */
static double scale_at(const msc_grid *target, const msc_file *file, msc_crs *crs, const msc_rect *reach)
{
    double x[3], y[3];
    for (int i = 0; i < 3; i++) {
        x[i] = msc_grid_e(target, (double)reach->x + (double)reach->w / 2 + (i == 1));
        y[i] = msc_grid_n(target, (double)reach->y + (double)reach->h / 2 + (i == 2));
    }
    if (crs) msc_crs_forward(crs, x, y, 3, 1);
    const msc_grid *g = &file->grid;
    const double area =
        fabs((x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])) / (g->pixel_e * g->pixel_n);
    const double scale = isfinite(area) ? sqrt(area) : 1, top = (double)(TAPS_MAX - 4) / 4;
    return scale < 1 / 0.95 ? 1 : scale > top ? top : scale;
}

msc_status msc_warp_place(const msc_grid *target, int is_moved, msc_file *file, msc_error *err)
{
    const int is_nameless = !target->crs[0] || !file->grid.crs[0],
              is_same = msc_crs_same(target->crs, file->grid.crs);
    msc_crs *there = NULL, *back = NULL;
    msc_status status = MSC_OK;
    file->scale = 1;
    const int is_on = (is_same || is_nameless) && is_on_lattice(target, file);
    file->is_aligned = is_on && !is_moved;
    if (file->is_aligned) {
        file->reach = reach_of_aligned(target, file);
        return MSC_OK;
    }
    if (is_nameless && !is_on)
        return msc_fail(err, MSC_ECRS, file->path, "no coordinate system in the %s, and the grids differ",
                        file->grid.crs[0] ? "wanted grid" : "file");
    if (!is_same && !is_nameless) {
        status = msc_crs_open(target->crs, file->grid.crs, &there, err);
        if (status == MSC_OK) status = msc_crs_open(file->grid.crs, target->crs, &back, err);
    }
    if (status == MSC_OK) {
        file->reach = reach_of_mesh(target, file, back);
        file->scale = scale_at(target, file, there, &file->reach);
    }
    msc_crs_close(&back);
    msc_crs_close(&there);
    return status;
}
