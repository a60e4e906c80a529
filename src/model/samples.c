/* samples.c - training polygons to training pixels: an even-odd scanline over all polygons at once. */
#include "model/samples.h"
#include "base/hash.h"
#include "base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An edge that crosses the centre lines of rows first..last, always from its upper to its lower end, so that the two
 * polygons beside it see the same crossings. Coordinates are in pixels, y down. */
typedef struct edge { int32_t first, last; uint32_t polygon; double x0, y0, dx_dy; } edge;
typedef struct crossing { uint32_t polygon; double x; } crossing;
typedef struct bag { msc_sample_px *px; size_t n, capacity; } bag;

typedef struct sweep {
    const msc_grid *grid;
    const msc_sample_polygons *polygons;
    edge *edges;
    size_t n_edges, edges_capacity;
    crossing *crossings;
    int32_t *owner_row;          /* [width] 1 + the last row in which the column was taken */
    bag *bags;                   /* one a polygon */
    msc_sample_list *list;
} sweep;

static int by_edge(const void *a, const void *b)
{
    const edge *p = a, *q = b;
    if (p->first != q->first) return p->first < q->first ? -1 : 1;
    return p->polygon < q->polygon ? -1 : p->polygon > q->polygon;
}

static int by_crossing(const void *a, const void *b)
{
    const crossing *p = a, *q = b;
    if (p->polygon != q->polygon) return p->polygon < q->polygon ? -1 : 1;
    return p->x < q->x ? -1 : p->x > q->x;
}

static int by_draw(const void *a, const void *b)
{
    const msc_sample_px *p = a, *q = b;
    if (p->draw != q->draw) return p->draw < q->draw ? -1 : 1;
    return p->pixel < q->pixel ? -1 : p->pixel > q->pixel;
}

static int by_pixel(const void *a, const void *b)
{
    const msc_sample_px *p = a, *q = b;
    return p->pixel < q->pixel ? -1 : p->pixel > q->pixel;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t p = *(const uint64_t *)a, q = *(const uint64_t *)b;
    return p < q ? -1 : p > q;
}

/* Centre lines at y + 0.5 with top <= centre < bottom, kept inside the raster; 0 when there is none. */
static int rows_of(double top, double bottom, int32_t height_px, int32_t *first, int32_t *last)
{
    const double a = ceil(top - 0.5), b = ceil(bottom - 0.5) - 1.0;
    if (!(a <= b) || b < 0.0 || a > height_px - 1) return 0;
    *first = a < 0.0 ? 0 : (int32_t)a;
    *last = b > height_px - 1 ? height_px - 1 : (int32_t)b;
    return 1;
}

static int add_edge(sweep *s, uint32_t polygon, const double *from, const double *to)
{
    const msc_grid *g = s->grid;
    double x0 = (from[0] - g->e0) / g->pixel_e, y0 = (g->n0 - from[1]) / g->pixel_n;
    double x1 = (to[0] - g->e0) / g->pixel_e, y1 = (g->n0 - to[1]) / g->pixel_n;
    if (y0 > y1) {
        const double x = x0, y = y0;
        x0 = x1, y0 = y1;
        x1 = x, y1 = y;
    }
    edge e = { .polygon = polygon, .x0 = x0, .y0 = y0 };
    if (!isfinite(x0) || !isfinite(x1) || !rows_of(y0, y1, g->height_px, &e.first, &e.last)) return 1;
    e.dx_dy = (x1 - x0) / (y1 - y0);
    if (!msc_reserve((void **)&s->edges, &s->edges_capacity, s->n_edges + 1, sizeof *s->edges)) return 0;
    s->edges[s->n_edges++] = e;
    return 1;
}

static int add_shape(sweep *s, uint32_t polygon, const msc_shape *shape)
{
    if (shape->is_point) return 1;
    for (size_t r = 0; r < shape->n_rings; r++)
        for (size_t i = shape->ring_start[r]; i + 1 < shape->ring_start[r + 1]; i++)
            if (!add_edge(s, polygon, shape->xy + 2 * i, shape->xy + 2 * i + 2)) return 0;
    return 1;
}

/* Cuts a bag to its `cap` least draws. */
static void cut(bag *b, int64_t cap)
{
    if (cap <= 0 || b->n <= (size_t)cap) return;
    qsort(b->px, b->n, sizeof *b->px, by_draw);
    b->n = (size_t)cap;
}

/* Takes pixels x0..x1-1 of row y for a polygon. A bag is cut when it holds twice its cap, so that memory follows the
 * caps and not the polygons' areas. */
static int take_span(sweep *s, uint32_t polygon, int32_t y, int32_t x0, int32_t x1)
{
    bag *b = &s->bags[polygon];
    const int64_t cap = s->polygons->max_per_polygon;
    for (int32_t x = x0; x < x1; x++) {
        s->list->n_inside++;
        if (s->owner_row[x] == y + 1) {
            s->list->n_overlapping++;
            continue;
        }
        s->owner_row[x] = y + 1;
        if (!msc_reserve((void **)&b->px, &b->capacity, b->n + 1, sizeof *b->px)) return 0;
        const int64_t pixel = (int64_t)y * s->grid->width_px + x;
        b->px[b->n++] = (msc_sample_px){ pixel, msc_random(s->polygons->seed, (uint64_t)pixel, s->polygons->image), polygon,
                                         (uint8_t)s->polygons->label[polygon] };
        if (cap > 0 && b->n >= 2 * (size_t)cap) cut(b, cap);
    }
    return 1;
}

static int32_t column_of(double x, int32_t width_px)
{
    const double column = ceil(x - 0.5);
    return column < 0.0 ? 0 : column > width_px ? width_px : (int32_t)column;
}

static int sweep_row(sweep *s, int32_t y, const edge *active, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s->crossings[i] = (crossing){ active[i].polygon, active[i].x0 + (y + 0.5 - active[i].y0) * active[i].dx_dy };
    qsort(s->crossings, n, sizeof *s->crossings, by_crossing);
    for (size_t i = 0; i + 1 < n; i += 2) {
        const crossing *c = s->crossings + i;
        if (c[0].polygon != c[1].polygon) {      /* a ring that is not closed: leave its odd crossing out */
            i--;
            continue;
        }
        const int32_t x0 = column_of(c[0].x, s->grid->width_px), x1 = column_of(c[1].x, s->grid->width_px);
        if (!take_span(s, c[0].polygon, y, x0, x1)) return 0;
    }
    return 1;
}

/* Edges sorted by first row; the active ones are kept at the front of their own array. */
static int sweep_all(sweep *s)
{
    if (s->n_edges == 0) return 1;
    qsort(s->edges, s->n_edges, sizeof *s->edges, by_edge);
    edge *active = msc_alloc(s->n_edges, sizeof *active);
    s->crossings = msc_alloc(s->n_edges, sizeof *s->crossings);
    int is_good = active && s->crossings;
    size_t next = 0, n = 0;
    for (int32_t y = s->edges[0].first; is_good && (n > 0 || next < s->n_edges); y++) {
        if (n == 0 && next < s->n_edges && s->edges[next].first > y) y = s->edges[next].first;
        while (next < s->n_edges && s->edges[next].first == y) active[n++] = s->edges[next++];
        is_good = sweep_row(s, y, active, n);
        size_t kept = 0;
        for (size_t i = 0; i < n; i++)
            if (active[i].last > y) active[kept++] = active[i];
        n = kept;
    }
    msc_release(active);
    return is_good;
}

static int collect(sweep *s)
{
    size_t n = 0;
    for (size_t p = 0; p < s->polygons->n; p++) {
        cut(&s->bags[p], s->polygons->max_per_polygon);
        n += s->bags[p].n;
    }
    s->list->px = msc_alloc(n, sizeof *s->list->px);
    if (!s->list->px) return 0;
    for (size_t p = 0; p < s->polygons->n; p++) {
        if (s->bags[p].n) memcpy(s->list->px + s->list->n, s->bags[p].px, s->bags[p].n * sizeof *s->list->px);
        s->list->n += s->bags[p].n;
    }
    qsort(s->list->px, n, sizeof *s->list->px, by_pixel);
    return 1;
}

msc_status msc_sample_list_init(const msc_grid *grid, const msc_sample_polygons *polygons, msc_sample_list *list,
                                msc_error *err)
{
    *list = (msc_sample_list){ 0 };
    sweep s = { .grid = grid, .polygons = polygons, .list = list };
    s.owner_row = msc_alloc_zero((size_t)grid->width_px, sizeof *s.owner_row);
    s.bags = msc_alloc_zero(polygons->n, sizeof *s.bags);
    int is_good = s.owner_row && s.bags && polygons->n < UINT32_MAX;
    for (size_t p = 0; is_good && p < polygons->n; p++)
        if (polygons->label[p] >= 0) is_good = add_shape(&s, (uint32_t)p, &polygons->shape[p]);
    is_good = is_good && sweep_all(&s) && collect(&s);
    for (size_t p = 0; s.bags && p < polygons->n; p++) msc_release(s.bags[p].px);
    msc_release(s.bags);
    msc_release(s.owner_row);
    msc_release(s.crossings);
    msc_release(s.edges);
    if (is_good) return MSC_OK;
    msc_sample_list_clear(list);
    return msc_fail(err, MSC_ENOMEM, "samples", "%zu polygons", polygons->n);
}

void msc_sample_list_clear(msc_sample_list *list)
{
    msc_release(list->px);
    *list = (msc_sample_list){ 0 };
}

/* Drops the pixels of `label` whose draw is above `most`. */
static void drop(msc_sample_list *list, uint8_t label, uint64_t most)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->px[i].label != label || list->px[i].draw <= most) list->px[kept++] = list->px[i];
    list->n = kept;
}

msc_status msc_sample_cap_classes(msc_sample_list *lists, size_t n_lists, int64_t max_per_class, msc_error *err)
{
    size_t total = 0, n_of[256] = { 0 };
    for (size_t l = 0; l < n_lists; l++)
        for (size_t i = 0; i < lists[l].n; i++, total++) n_of[lists[l].px[i].label]++;
    if (max_per_class <= 0) return MSC_OK;
    uint64_t *draws = msc_alloc(total, sizeof *draws);
    if (!draws) return msc_fail(err, MSC_ENOMEM, "samples", "%zu pixels", total);
    for (int c = 0; c < 256; c++) {
        if (n_of[c] <= (size_t)max_per_class) continue;
        size_t n = 0;
        for (size_t l = 0; l < n_lists; l++)
            for (size_t i = 0; i < lists[l].n; i++)
                if (lists[l].px[i].label == c) draws[n++] = lists[l].px[i].draw;
        qsort(draws, n, sizeof *draws, by_number);
        for (size_t l = 0; l < n_lists; l++) drop(&lists[l], (uint8_t)c, draws[max_per_class - 1]);
    }
    msc_release(draws);
    return MSC_OK;
}

/* The first sample at or after a pixel. */
static size_t lower_bound(const msc_sample_list *list, int64_t pixel)
{
    size_t low = 0, high = list->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (list->px[middle].pixel < pixel) low = middle + 1;
        else high = middle;
    }
    return low;
}

typedef struct slot { void *scratch; float *rows; size_t bytes, n_floats; } slot;

static int make_room(slot *s, size_t bytes, size_t n_floats)
{
    if (s->bytes < bytes) {
        msc_release(s->scratch);
        s->scratch = msc_alloc(bytes, 1);
        s->bytes = s->scratch ? bytes : 0;
    }
    if (s->n_floats < n_floats) {
        msc_release(s->rows);
        s->rows = msc_alloc(n_floats, sizeof *s->rows);
        s->n_floats = s->rows ? n_floats : 0;
    }
    return s->bytes >= bytes && s->n_floats >= n_floats;
}

/* Only rows that hold samples are computed. */
static msc_status prepare(void *self, const msc_tile *tile, void *kept, msc_error *err)
{
    msc_sample_pass *pass = self;
    slot *s = kept;
    const int32_t w = tile->core.w;
    const int n_features = pass->rows.n_features;
    int is_begun = 0;
    float *out[MSC_MAX_FEATURES];
    for (int32_t y = 0; y < tile->core.h; y++) {
        const int64_t begin = (int64_t)(tile->core.y + y) * pass->width_px + tile->core.x;
        size_t i = lower_bound(pass->list, begin);
        if (i == pass->list->n || pass->list->px[i].pixel >= begin + w) continue;
        if (!make_room(s, pass->rows.scratch_bytes(pass->rows.self, w), (size_t)n_features * (size_t)w))
            return msc_fail(err, MSC_ENOMEM, "samples", "%d features", n_features);
        for (int f = 0; f < n_features; f++) out[f] = s->rows + (size_t)f * (size_t)w;
        if (!is_begun) pass->rows.begin(pass->rows.self, w, s->scratch);
        is_begun = 1;
        pass->rows.row(pass->rows.self, tile, y, out, s->scratch);
        for (; i < pass->list->n && pass->list->px[i].pixel < begin + w; i++) {
            const int64_t x = pass->list->px[i].pixel - begin;
            pass->is_observed[pass->first + i] = msc_row_valid(tile, y)[x] != 0;
            for (int f = 0; f < n_features; f++) pass->x[(size_t)f * pass->n + pass->first + i] = out[f][x];
        }
    }
    return MSC_OK;
}

static msc_status put(void *self, const msc_tile *tile, void *kept, int64_t index, msc_error *err)
{
    (void)self, (void)tile, (void)kept, (void)index, (void)err;   /* prepare has done it all */
    return MSC_OK;
}

static void slot_clear(void *self, void *kept)
{
    (void)self;
    slot *s = kept;
    msc_release(s->scratch);
    msc_release(s->rows);
    *s = (slot){ 0 };
}

void msc_sample_sink(msc_sample_pass *pass, msc_sink *sink)
{
    *sink = (msc_sink){ .self = pass, .halo_px = pass->rows.halo_px, .slot_bytes = sizeof(slot), .prepare = prepare,
                        .put = put, .slot_clear = slot_clear, .is_put_blind = 1 };
}

/* Polygons lie on a small part of an image; what costs is reading the rest. */
static msc_status read_sampled(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_sample_pass *pass = self;
    const msc_sample_list *list = pass->list;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const int64_t begin = (int64_t)(tile->core.y + y) * pass->width_px + tile->core.x;
        const size_t i = lower_bound(list, begin);
        if (i < list->n && list->px[i].pixel < begin + tile->core.w) return pass->image->read(pass->image->self, worker, tile, err);
    }
    return MSC_OK;
}

void msc_sample_source(msc_sample_pass *pass, const msc_source *image, msc_source *source)
{
    pass->image = image;
    *source = *image;
    source->self = pass;
    source->read = read_sampled;
}
