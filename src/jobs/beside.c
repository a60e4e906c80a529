/* beside.c - patches of another layer at the boundary of a patch.
 *
 * The other layer is spans of pixels, so that a patch of a million vertices with ten thousand beside it takes as long as its boundary. */
#include "jobs/beside.h"
#include "base/mem.h"
#include "grid/area.h"
#include <math.h>
#include <stdlib.h>

/* Distances of points on crack boundaries from pixels are whole or half pixels; what lies at the reach itself is within it. */
static const double slack_px = 0.01;

msc_status msc_beside_open(const msc_features_in *features, const msc_grid *grid, double reach_px, msc_beside *b, msc_error *err)
{
    int64_t n_outside;
    *b = (msc_beside){ .grid = grid, .reach_px = reach_px + slack_px };
    MSC_TRY(msc_spans_find(features, NULL, grid, &b->spans, &n_outside, err));
    b->row = msc_alloc((size_t)grid->height_px + 1, sizeof *b->row);
    if (!b->row) return msc_fail(err, MSC_ENOMEM, "patches", "%d rows", (int)grid->height_px);
    for (size_t y = 0, k = 0; y <= (size_t)grid->height_px; y++) {
        while (k < b->spans.n && (size_t)b->spans.span[k].y < y) k++;
        b->row[y] = k;
    }
    return MSC_OK;
}

double msc_beside_reach(const msc_grid *grid, double reach_px, double simplify_m) { return reach_px + simplify_m / sqrt(msc_area_pixel_m2(grid)); }

void msc_beside_clear(msc_beside *b)
{
    msc_spans_clear(&b->spans);
    msc_release(b->row);
    b->row = NULL;
}

void msc_touches_clear(msc_touches *t)
{
    msc_release(t->touch);
    msc_release(t->met);
    *t = (msc_touches){ 0 };
}

/* Adds a feature unless the point (whose features begin at `first`) has met it. */
static int meet(msc_touches *t, size_t first, uint32_t feature)
{
    for (size_t i = first; i < t->n_met; i++)
        if (t->met[i] == feature) return 1;
    if (!msc_reserve((void **)&t->met, &t->met_cap, t->n_met + 1, sizeof *t->met)) return 0;
    t->met[t->n_met++] = feature;
    return 1;
}

/* Features with a pixel of row y whose square meets the columns west..east of the map plane. */
static int look_at_row(const msc_beside *b, int32_t y, double west, double east, msc_touches *t, size_t first)
{
    size_t low = b->row[y], high = b->row[y + 1];
    const size_t end = high;
    while (low < high) {         /* the first span that does not end before `west` */
        const size_t middle = low + (high - low) / 2;
        if (b->spans.span[middle].x1 < west) low = middle + 1;
        else high = middle;
    }
    for (size_t k = low; k < end && b->spans.span[k].x0 <= east; k++)
        if (!meet(t, first, b->spans.span[k].feature)) return 0;
    return 1;
}

static int look_round(const msc_beside *b, double x, double y, msc_touches *t)
{
    const size_t first = t->n_met;
    const int32_t top = (int32_t)fmax(ceil(y - b->reach_px) - 1, 0), bottom = (int32_t)fmin(floor(y + b->reach_px), b->grid->height_px - 1);
    for (int32_t row = top; row <= bottom; row++) {
        const double away = fmax(fmax(row - y, y - (row + 1)), 0), room = b->reach_px * b->reach_px - away * away;
        if (room >= 0 && !look_at_row(b, row, x - sqrt(room), x + sqrt(room), t, first)) return 0;
    }
    return 1;
}

static int walk_edge(const msc_beside *b, const double *from, const double *to, msc_touches *t)
{
    const msc_grid *g = b->grid;
    const double x = (from[0] - g->e0) / g->pixel_e, y = (g->n0 - from[1]) / g->pixel_n;
    const double dx = (to[0] - from[0]) / g->pixel_e, dy = -(to[1] - from[1]) / g->pixel_n;
    const int64_t n = (int64_t)ceil(hypot(dx, dy) - 1e-9);
    for (int64_t k = 0; k < n; k++) {
        const double part = ((double)k + 0.5) / (double)n;
        if (!look_round(b, x + part * dx, y + part * dy, t)) return 0;
    }
    return 1;
}

static int by_feature(const void *a, const void *b)
{
    const uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;
    return (p > q) - (p < q);
}

static int by_touch(const void *a, const void *b)
{
    const msc_touch *p = a, *q = b;
    if (p->n != q->n) return p->n > q->n ? -1 : 1;
    return (p->at > q->at) - (p->at < q->at);
}

static int count(msc_touches *t)
{
    t->n = 0;
    if (t->n_met > 1) qsort(t->met, t->n_met, sizeof *t->met, by_feature);
    for (size_t i = 0; i < t->n_met; i++) {
        if (t->n > 0 && t->touch[t->n - 1].at == t->met[i]) {
            t->touch[t->n - 1].n++;
            continue;
        }
        if (!msc_reserve((void **)&t->touch, &t->cap, t->n + 1, sizeof *t->touch)) return 0;
        t->touch[t->n++] = (msc_touch){ t->met[i], 1 };
    }
    if (t->n > 1) qsort(t->touch, t->n, sizeof *t->touch, by_touch);
    return 1;
}

msc_status msc_beside_find(const msc_beside *b, const msc_shape *s, msc_touches *t, msc_error *err)
{
    int has_room = 1;
    t->n_met = t->n = 0;
    for (size_t r = 0; r < s->n_rings && has_room; r++)
        for (size_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1] && has_room; i++)
            has_room = walk_edge(b, s->xy + 2 * i, s->xy + 2 * i + 2, t);
    return has_room && count(t) ? MSC_OK : msc_fail(err, MSC_ENOMEM, "patches", "%zu touches", t->n_met);
}
