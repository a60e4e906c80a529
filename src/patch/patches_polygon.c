/* patches_polygon.c - reads a finished region from the store and builds its polygon. */
#include "patch/polygon.h"
#include "base/mem.h"
#include "patch/simplify.h"
#include "patch/steps.h"
#include "patch/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void msc_polygon_clear(msc_polygon *g)
{
    msc_release(g->xy);
    msc_release(g->flags);
    msc_release(g->ring);
    msc_release(g->out_xy);
    msc_release(g->ring_start);
    msc_release(g->is_outer);
    msc_release(g->stack);
    msc_release(g->pin);
    msc_release(g->cross);
    msc_release(g->pending);
    msc_release(g->bytes);
    msc_release(g->window.bytes);
    memset(g, 0, sizeof *g);
}

/* Adds the ring whose place and steps begin at `at`; returns the place after it in *after. Bytes that may move when the
 * spool is read again are those with links only, and are copied then. */
static msc_status add_ring_at(msc_polygon *g, const msc_spool *spool, const uint8_t *at, const uint8_t **after, msc_error *err)
{
    uint64_t x = 0, y = 0, n = 0;
    at = msc_get_number(at, &x);
    at = msc_get_number(at, &y);
    at = msc_get_number(at, &n);
    *after = at + n;
    if (memchr(at, 0, n) == NULL) {
        return msc_polygon_add_ring(g, spool, (int32_t)x, (int32_t)y, at, n, err);
    }
    uint8_t *copy = msc_alloc(n, 1);
    if (copy == NULL) {
        return msc_fail(err, MSC_ENOMEM, "vectorize", "%llu bytes of a ring", (unsigned long long)n);
    }
    memcpy(copy, at, n);
    const msc_status status = msc_polygon_add_ring(g, spool, (int32_t)x, (int32_t)y, copy, n, err);
    msc_release(copy);
    return status;
}

/* Walks the tree of ring and join nodes that begins at `offset`. */
static msc_status add_listed_rings(msc_polygon *g, const msc_spool *spool, int64_t offset, msc_error *err)
{
    size_t n_waiting = 0, capacity = 0;
    int64_t *waiting = NULL;
    msc_status status = msc_trace_room(&waiting, &capacity, 1, sizeof *waiting, err);
    if (status == MSC_OK) {
        waiting[n_waiting++] = offset;
    }
    while (status == MSC_OK && n_waiting > 0) {
        const uint8_t *bytes = NULL, *ignored = NULL;
        size_t n = 0;
        uint64_t a = 0, b = 0;
        status = msc_trace_room(&waiting, &capacity, n_waiting + 2, sizeof *waiting, err);
        if (status == MSC_OK) {
            status = msc_spool_get(spool, &g->window, waiting[--n_waiting], &bytes, &n, err);
        }
        if (status == MSC_OK && bytes[0] == 1) {
            msc_get_number(msc_get_number(bytes + 1, &a), &b);
            waiting[n_waiting++] = (int64_t)a;
            waiting[n_waiting++] = (int64_t)b;
        } else if (status == MSC_OK) {
            const uint8_t *at = msc_get_number(bytes + 1, &a);
            if (a > 0) {
                waiting[n_waiting++] = (int64_t)a - 1;
            }
            status = add_ring_at(g, spool, at, &ignored, err);
        }
    }
    msc_release(waiting);
    return status;
}

/* Reads the figures of a record; *after is the place of its rings, *n_rings 0 when they are listed elsewhere. */
static msc_status read_head(msc_polygon *g, const msc_spool *spool, int64_t offset, msc_patch *patch, const uint8_t **after, uint64_t *n_rings,
                            msc_error *err)
{
    const uint8_t *at = NULL;
    size_t n = 0;
    uint64_t value = 0, n_px = 0, sum = 0, low = 0, high = 0;
    MSC_TRY(msc_spool_get(spool, &g->window, offset, &at, &n, err));
    at = msc_get_number(at, &value);
    at = msc_get_number(at, &n_px);
    for (int s = 0; s < MSC_PATCH_SUMS; s++) {
        at = msc_get_number(at, &sum);
        patch->sum[s] = (int64_t)sum;
    }
    at = msc_get_number(at, &low);
    at = msc_get_number(at, &high);
    *after = msc_get_number(at, n_rings);
    patch->value = (int)value;
    patch->grade = msc_patch_grade(patch->sum);
    patch->n_px = (int64_t)n_px;
    patch->area_units = (msc_area_sum)high << 64 | (msc_area_sum)low;
    return MSC_OK;
}

static msc_status read_record(msc_polygon *g, const msc_spool *spool, int64_t offset, msc_patch *patch, msc_error *err)
{
    const uint8_t *at = NULL;
    uint64_t n_rings = 0;
    MSC_TRY(read_head(g, spool, offset, patch, &at, &n_rings, err));
    if (n_rings == 0) {
        uint64_t list = 0;
        msc_get_number(at, &list);
        return add_listed_rings(g, spool, (int64_t)list, err);
    }
    for (uint64_t r = 0; r < n_rings; r++) {      /* records of one tile hold no links, so `at` stays valid */
        MSC_TRY(add_ring_at(g, spool, at, &at, err));
    }
    return MSC_OK;
}

static int64_t twice_area(const int32_t *xy, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        sum += (int64_t)xy[2 * i] * xy[2 * i + 3] - (int64_t)xy[2 * i + 2] * xy[2 * i + 1];
    }
    return sum;
}

/* Copies the rings, simplified or not, closed, into the output arrays. */
static msc_status finish_rings(msc_polygon *g, msc_simplifier *simplifier, msc_patch *patch, msc_error *err)
{
    size_t n_all = 0;
    for (size_t r = 0; r < g->n_rings; r++) {
        n_all += g->ring[r].n + 1;
    }
    MSC_TRY(msc_trace_room(&g->out_xy, &g->out_cap, 2 * n_all, sizeof *g->out_xy, err));
    MSC_TRY(msc_trace_room(&g->ring_start, &g->start_cap, g->n_rings + 1, sizeof *g->ring_start, err));
    MSC_TRY(msc_trace_room(&g->is_outer, &g->outer_cap, g->n_rings, 1, err));
    g->n_out = 0;
    patch->area_px_x2 = 0;
    for (size_t r = 0; r < g->n_rings; r++) {
        const msc_ring *ring = &g->ring[r];
        int32_t *out = g->out_xy + 2 * g->n_out;
        size_t n = ring->n;
        if (simplifier != NULL) {
            MSC_TRY(msc_simplifier_ring(simplifier, g->xy + 2 * ring->start, g->flags + ring->start, ring->n, out, &n, err));
        } else {
            memcpy(out, g->xy + 2 * ring->start, 2 * n * sizeof *out);
        }
        out[2 * n] = out[0];
        out[2 * n + 1] = out[1];
        g->ring_start[r] = g->n_out;
        g->is_outer[r] = ring->area_px > 0;
        g->n_out += n + 1;
        patch->area_px_x2 += twice_area(out, n + 1);
    }
    g->ring_start[g->n_rings] = g->n_out;
    patch->n_rings = g->n_rings;
    patch->ring_start = g->ring_start;
    patch->is_outer = g->is_outer;
    patch->xy = g->out_xy;
    return MSC_OK;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle of the longest stretch inside, on the row of pixel centres at middle height of the first part. No vertex
 * lies on that row, so the boundary crosses it at points, an even number of them, and every stretch has a length. */
static msc_status find_inside(msc_polygon *g, msc_patch *patch, msc_error *err)
{
    size_t n = 0, n_rings = 1;
    int32_t top = INT32_MAX, bottom = INT32_MIN;
    for (size_t i = 0; i < patch->ring_start[1]; i++) {
        const int32_t y = patch->xy[2 * i + 1];
        top = y < top ? y : top;
        bottom = y > bottom ? y : bottom;
    }
    const double row = top + (bottom - top) / 2 + (bottom - top > 1 ? -0.5 : 0.5);
    while (n_rings < patch->n_rings && !patch->is_outer[n_rings]) {
        n_rings++;
    }
    for (size_t r = 0; r < n_rings; r++) {
        for (size_t i = patch->ring_start[r]; i + 1 < patch->ring_start[r + 1]; i++) {
            const int32_t *a = patch->xy + 2 * i, *b = a + 2;
            if ((a[1] < row) != (b[1] < row)) {
                MSC_TRY(msc_trace_room(&g->cross, &g->cross_cap, n + 1, sizeof *g->cross, err));
                g->cross[n++] = a[0] + (row - a[1]) * (b[0] - a[0]) / (b[1] - a[1]);
            }
        }
    }
    assert(n >= 2 && n % 2 == 0);
    if (n == 2 && g->cross[0] > g->cross[1]) {
        const double held = g->cross[0];
        g->cross[0] = g->cross[1];
        g->cross[1] = held;
    } else if (n > 2) {
        qsort(g->cross, n, sizeof *g->cross, by_size);
    }
    size_t best = 0;
    for (size_t k = 2; k + 1 < n; k += 2) {
        best = g->cross[k + 1] - g->cross[k] > g->cross[best + 1] - g->cross[best] ? k : best;
    }
    patch->inside_x = (g->cross[best] + g->cross[best + 1]) / 2;
    patch->inside_y = row;
    return MSC_OK;
}

msc_status msc_polygon_read(msc_polygon *g, const msc_spool *spool, int64_t offset, msc_simplifier *simplifier,
                            msc_patch *patch, msc_error *err)
{
    int64_t sum = 0;
    g->n_points = g->n_rings = 0;
    MSC_TRY(read_record(g, spool, offset, patch, err));
    for (size_t r = 0; r < g->n_rings; r++) {
        sum += g->ring[r].area_px;
    }
    assert(sum == patch->n_px);
    (void)sum;
    MSC_TRY(msc_polygon_order(g, &patch->n_parts, err));
    MSC_TRY(finish_rings(g, simplifier, patch, err));
    return find_inside(g, patch, err);
}
