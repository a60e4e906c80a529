/* spans.c - points and polygons as spans of pixels. */
#include "model/spans.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>

typedef struct crossing { int32_t y; double x; } crossing;
typedef struct crossings { crossing *at; size_t n, capacity; } crossings;

static int by_row_then_x(const void *a, const void *b)
{
    const crossing *p = a, *q = b;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return p->x < q->x ? -1 : p->x > q->x;
}

static int by_raster_order(const void *a, const void *b)
{
    const msc_span *p = a, *q = b;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    if (p->x0 != q->x0) return p->x0 < q->x0 ? -1 : 1;
    return p->feature < q->feature ? -1 : p->feature > q->feature;
}

static int add_span(msc_spans *spans, msc_span span)
{
    if (!msc_reserve((void **)&spans->span, &spans->capacity, spans->n + 1, sizeof *spans->span)) return 0;
    spans->span[spans->n++] = span;
    return 1;
}

/* Column or row of the first pixel whose centre is not before `v`, held within 0..limit. */
static int32_t first_centre(double v, int32_t limit)
{
    const double i = ceil(v - 0.5);
    return i < 0 ? 0 : i > limit ? limit : (int32_t)i;
}

/* Where an edge crosses the centre lines of rows; half-open, so that a vertex counts once. */
static int cross(crossings *c, const msc_grid *g, const double *a, const double *b)
{
    double x0 = (a[0] - g->e0) / g->pixel_e, y0 = (g->n0 - a[1]) / g->pixel_n;
    double x1 = (b[0] - g->e0) / g->pixel_e, y1 = (g->n0 - b[1]) / g->pixel_n;
    if (y0 > y1) {
        const double x = x0, y = y0;
        x0 = x1; y0 = y1; x1 = x; y1 = y;
    }
    const int32_t last = first_centre(y1, g->height_px);
    for (int32_t y = first_centre(y0, g->height_px); y < last; y++) {
        if (!msc_reserve((void **)&c->at, &c->capacity, c->n + 1, sizeof *c->at)) return 0;
        c->at[c->n++] = (crossing){ y, x0 + (x1 - x0) * (y + 0.5 - y0) / (y1 - y0) };
    }
    return 1;
}

static int add_polygon(msc_spans *spans, crossings *c, const msc_shape *shape, const msc_grid *g, uint32_t feature)
{
    c->n = 0;
    for (size_t r = 0; r < shape->n_rings; r++)
        for (size_t i = shape->ring_start[r]; i + 1 < shape->ring_start[r + 1]; i++)
            if (!cross(c, g, shape->xy + 2 * i, shape->xy + 2 * i + 2)) return 0;
    if (c->n > 0) qsort(c->at, c->n, sizeof *c->at, by_row_then_x);
    for (size_t i = 0; i + 1 < c->n; i += 2) {
        if (c->at[i].y != c->at[i + 1].y) {      /* a ring that is not closed: leave its odd crossing out */
            i--;
            continue;
        }
        const msc_span span = { c->at[i].y, first_centre(c->at[i].x, g->width_px), first_centre(c->at[i + 1].x, g->width_px), feature };
        if (span.x0 < span.x1 && !add_span(spans, span)) return 0;
    }
    return 1;
}

static int add_point(msc_spans *spans, const msc_shape *shape, const msc_grid *g, uint32_t feature)
{
    const double x = floor((shape->xy[0] - g->e0) / g->pixel_e), y = floor((g->n0 - shape->xy[1]) / g->pixel_n);
    if (!(x >= 0 && y >= 0 && x < g->width_px && y < g->height_px)) return 1;
    return add_span(spans, (msc_span){ (int32_t)y, (int32_t)x, (int32_t)x + 1, feature });
}

msc_status msc_spans_find(const msc_features_in *features, const uint8_t *use, const msc_grid *grid, msc_spans *spans,
                          int64_t *n_outside, msc_error *err)
{
    crossings c = { 0 };
    int is_good = 1;
    *n_outside = 0;
    for (size_t i = 0; i < features->n && is_good; i++) {
        const size_t before = spans->n;
        const msc_shape *shape = &features->shape[i];
        if (use && !use[i]) continue;
        if (shape->is_point) is_good = add_point(spans, shape, grid, (uint32_t)i);
        else is_good = add_polygon(spans, &c, shape, grid, (uint32_t)i);
        *n_outside += spans->n == before;
    }
    msc_release(c.at);
    if (!is_good) return msc_fail(err, MSC_ENOMEM, "spans", "%zu spans", spans->n);
    if (spans->n > 0) qsort(spans->span, spans->n, sizeof *spans->span, by_raster_order);
    return MSC_OK;
}

size_t msc_spans_row(const msc_spans *spans, int32_t y)
{
    size_t low = 0, high = spans->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (spans->span[middle].y < y) low = middle + 1;
        else high = middle;
    }
    return low;
}

void msc_spans_paint(const msc_spans *spans, int32_t x, int32_t y, int32_t w, int32_t *row)
{
    for (int32_t i = 0; i < w; i++) row[i] = -1;
    for (size_t k = msc_spans_row(spans, y); k < spans->n && spans->span[k].y == y; k++) {
        const msc_span *s = &spans->span[k];
        const int32_t first = s->x0 > x ? s->x0 - x : 0, end = s->x1 < x + w ? s->x1 - x : w;
        for (int32_t i = first; i < end; i++)
            if (row[i] < 0 || (int32_t)s->feature < row[i]) row[i] = (int32_t)s->feature;
    }
}

/* Spans first..end-1 are those of one row; puts what is painted of it into `out`. */
static int share_out_row(const msc_spans *spans, size_t first, size_t end, int32_t width_px, int32_t *row, msc_spans *out)
{
    const msc_spans one = { spans->span + first, end - first, 0 };
    const int32_t y = one.span[0].y;
    int32_t reach = -1, is_shared = 0;
    for (size_t k = 0; k < one.n; k++) {
        is_shared |= one.span[k].x0 < reach;
        reach = one.span[k].x1 > reach ? one.span[k].x1 : reach;
    }
    for (size_t k = 0; k < one.n && !is_shared; k++)
        if (!add_span(out, one.span[k])) return 0;
    if (!is_shared) return 1;
    msc_spans_paint(&one, 0, y, width_px, row);
    for (int32_t x = 0, x0 = 0; x < width_px; x0 = x) {
        while (x < width_px && row[x] == row[x0]) x++;
        if (row[x0] >= 0 && !add_span(out, (msc_span){ y, x0, x, (uint32_t)row[x0] })) return 0;
    }
    return 1;
}

msc_status msc_spans_share_out(msc_spans *spans, int32_t width_px, msc_error *err)
{
    msc_spans out = { 0 };
    int32_t *row = msc_alloc((size_t)width_px, sizeof *row);
    int is_good = row != NULL;
    for (size_t first = 0, end; first < spans->n && is_good; first = end) {
        for (end = first + 1; end < spans->n && spans->span[end].y == spans->span[first].y; end++) { }
        is_good = share_out_row(spans, first, end, width_px, row, &out);
    }
    msc_release(row);
    msc_spans_clear(is_good ? spans : &out);
    if (!is_good) return msc_fail(err, MSC_ENOMEM, "spans", "%zu spans", spans->n);
    *spans = out;
    return MSC_OK;
}

void msc_spans_clear(msc_spans *spans)
{
    msc_release(spans->span);
    *spans = (msc_spans){ 0 };
}
