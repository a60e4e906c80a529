/* patches_rings.c - turns boundary steps into simple rings.
 *
 * A region that touches itself at a corner has a boundary that visits the corner twice. Cut there, every loop visits
 * each vertex once: one loop has the interior inside (positive area), the others are holes that touch it or each
 * other in points, which is what OGC 06-103r4, 6.1.11 asks of a valid polygon. */
#include "base/mem.h"
#include "base/sort.h"
#include "patch/polygon.h"
#include "patch/steps.h"
#include "patch/trace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static msc_status add_point(msc_polygon *g, int32_t x, int32_t y, unsigned flags, msc_error *err)
{
    MSC_TRY(msc_trace_room(&g->xy, &g->xy_cap, 2 * (g->n_points + 1), sizeof *g->xy, err));
    MSC_TRY(msc_trace_room(&g->flags, &g->flags_cap, g->n_points + 1, 1, err));
    g->xy[2 * g->n_points] = x;
    g->xy[2 * g->n_points + 1] = y;
    g->flags[g->n_points++] = (uint8_t)flags;
    return MSC_OK;
}

/* Copies steps with their links into the spool followed, depth first; the pending pieces are kept on a stack. */
static msc_status unroll(msc_polygon *g, const msc_spool *spool, const uint8_t *steps, size_t n_bytes, msc_error *err)
{
    size_t n_pending = 0;
    g->n_bytes = 0;
    int64_t offset = -1;         /* of the piece at hand; -1: `steps` itself, which the caller keeps */
    size_t at = 0;
    for (;;) {
        const uint8_t *piece = steps;
        size_t n = n_bytes;
        if (offset >= 0) {
            MSC_TRY(msc_spool_get(spool, &g->window, offset, &piece, &n, err));
        }
        const uint8_t *p = piece + at, *end = piece + n;
        uint64_t code = 1;
        while (p < end && code != 0) {
            const uint8_t *next = msc_get_number(p, &code);
            if (code != 0) {
                MSC_TRY(msc_trace_room(&g->bytes, &g->bytes_cap, g->n_bytes + (size_t)(next - p), 1, err));
                memcpy(g->bytes + g->n_bytes, p, (size_t)(next - p));
                g->n_bytes += (size_t)(next - p);
            }
            p = next;
        }
        if (code == 0) {
            uint64_t link = 0;
            p = msc_get_number(p, &link);
            MSC_TRY(msc_trace_room(&g->pending, &g->pending_cap, n_pending + 2, sizeof *g->pending, err));
            g->pending[n_pending++] = offset;
            g->pending[n_pending++] = (int64_t)(p - piece);
            offset = (int64_t)link;
            at = 0;
        } else if (n_pending == 0) {
            return MSC_OK;
        } else {
            at = (size_t)g->pending[--n_pending];
            offset = g->pending[--n_pending];
        }
    }
}

/* Shoelace sum over points of axis-parallel edges: the integral of x dy. */
static int64_t area_of(const int32_t *xy, size_t n)
{
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const size_t j = i + 1 < n ? i + 1 : 0;
        sum += (int64_t)xy[2 * i] * (xy[2 * j + 1] - xy[2 * i + 1]);
    }
    return sum;
}

/* Brings `n` items of `size` bytes to begin with item `first`; what has to give way waits in scratch. */
static msc_status rotate(msc_polygon *g, void *items, size_t n, size_t first, size_t size, msc_error *err)
{
    uint8_t *at = items;
    const size_t front = first * size, back = (n - first) * size, held = front < back ? front : back;
    MSC_TRY(msc_trace_room(&g->bytes, &g->bytes_cap, held, 1, err));
    if (front < back) {
        memcpy(g->bytes, at, front);
        memmove(at, at + front, back);
        memcpy(at + back, g->bytes, front);
    } else {
        memcpy(g->bytes, at + front, back);
        memmove(at + back, at, front);
        memcpy(at, g->bytes, back);
    }
    return MSC_OK;
}

/* Ends the ring that begins at point `start`: begins it anew at its topmost, then leftmost vertex. */
static msc_status end_ring(msc_polygon *g, size_t start, msc_error *err)
{
    const size_t n = g->n_points - start;
    int32_t *xy = g->xy + 2 * start, top = xy[1], left = xy[0];
    size_t first = 0;
    MSC_TRY(msc_trace_room(&g->ring, &g->ring_cap, g->n_rings + 1, sizeof *g->ring, err));
    for (size_t i = 1; i < n; i++) {
        const int32_t x = xy[2 * i], y = xy[2 * i + 1];
        if (y < top || (y == top && x < left)) {
            top = y;
            left = x;
            first = i;
        }
    }
    if (first != 0) {
        MSC_TRY(rotate(g, xy, n, first, 2 * sizeof *xy, err));
        MSC_TRY(rotate(g, g->flags + start, n, first, 1, err));
    }
    g->ring[g->n_rings++] = (msc_ring){start, n, area_of(xy, n), 0};
    return MSC_OK;
}

static int by_place(const void *a, const void *b)
{
    const msc_pin *p = a, *q = b;
    return p->y != q->y ? (p->y > q->y) - (p->y < q->y) : (p->x > q->x) - (p->x < q->x);
}

/* Splits the points from `start` on at vertices that are visited twice. */
static msc_status split(msc_polygon *g, size_t start, msc_error *err)
{
    size_t n_pins = 0, n_stack = 0;
    const size_t n = g->n_points - start;
    for (size_t i = start; i < g->n_points; i++) {
        if (g->flags[i] & MSC_STEP_PINCH) {
            MSC_TRY(msc_trace_room(&g->pin, &g->pin_cap, n_pins + 1, sizeof *g->pin, err));
            g->pin[n_pins++] = (msc_pin){g->xy[2 * i + 1], g->xy[2 * i], SIZE_MAX};
        }
    }
    size_t n_twice = 0;
    if (n_pins > 1) {
        qsort(g->pin, n_pins, sizeof *g->pin, by_place);
        for (size_t k = 1; k < n_pins; k++) {
            if (by_place(&g->pin[k - 1], &g->pin[k]) == 0) {
                g->pin[n_twice++] = g->pin[k];
            }
        }
    }
    if (n_twice == 0) {
        return end_ring(g, start, err);
    }
    MSC_TRY(msc_trace_room(&g->stack, &g->stack_cap, n, sizeof *g->stack, err));
    /* Loops are copied behind the points, the source stays until the end and is then left as unused points. */
    for (size_t i = start; i < start + n; i++) {
        msc_pin *pin = NULL;
        if (g->flags[i] & MSC_STEP_PINCH) {
            const msc_pin key = {g->xy[2 * i + 1], g->xy[2 * i], 0};
            pin = bsearch(&key, g->pin, n_twice, sizeof *g->pin, by_place);
        }
        if (pin != NULL && pin->at != SIZE_MAX) {
            const size_t loop = g->n_points, bottom = pin->at;
            for (size_t k = bottom; k < n_stack; k++) {
                const size_t s = g->stack[k];
                MSC_TRY(add_point(g, g->xy[2 * s], g->xy[2 * s + 1], g->flags[s], err));
                const msc_pin key = {g->xy[2 * s + 1], g->xy[2 * s], 0};
                msc_pin *inner = g->flags[s] & MSC_STEP_PINCH
                                     ? bsearch(&key, g->pin, n_twice, sizeof *g->pin, by_place) : NULL;
                if (inner != NULL && inner != pin) {
                    inner->at = SIZE_MAX;
                }
            }
            MSC_TRY(end_ring(g, loop, err));
            n_stack = bottom;
        }
        if (pin != NULL) {
            pin->at = n_stack;
        }
        g->stack[n_stack++] = i;
    }
    const size_t loop = g->n_points;
    for (size_t k = 0; k < n_stack; k++) {
        const size_t s = g->stack[k];
        MSC_TRY(add_point(g, g->xy[2 * s], g->xy[2 * s + 1], g->flags[s], err));
    }
    return end_ring(g, loop, err);
}

msc_status msc_polygon_add_ring(msc_polygon *g, const msc_spool *spool, int32_t x, int32_t y, const uint8_t *steps,
                                size_t n_bytes, msc_error *err)
{
    const size_t start = g->n_points;
    const int32_t first_x = x, first_y = y;
    int first_dir = -1, dir = -1;
    if (memchr(steps, 0, n_bytes) != NULL) {    /* no number but a link's begins with, or holds, a 0 */
        MSC_TRY(unroll(g, spool, steps, n_bytes, err));
        steps = g->bytes;
        n_bytes = g->n_bytes;
    }
    /* A step takes a byte or more, so there is room for all points from here on. */
    MSC_TRY(msc_trace_room(&g->xy, &g->xy_cap, 2 * (start + n_bytes), sizeof *g->xy, err));
    MSC_TRY(msc_trace_room(&g->flags, &g->flags_cap, start + n_bytes, 1, err));
    int32_t *xy = g->xy + 2 * start;
    uint8_t *flags = g->flags + start;
    size_t n = 0;
    unsigned any = 0;
    for (const uint8_t *p = steps, *end = p + n_bytes; p < end;) {
        uint64_t code = 0;
        p = msc_get_number(p, &code);
        const int now = (int)(code >> 2 & 3);
        const int32_t length = (int32_t)(code >> 4), signed_length = now < MSC_WEST ? length : -length;
        x += now & 1 ? 0 : signed_length;
        y += now & 1 ? signed_length : 0;
        if (now == dir && flags[n - 1] == 0) {
            n--;                 /* the step before was cut at a seam only */
        }
        xy[2 * n] = x;
        xy[2 * n + 1] = y;
        flags[n++] = (uint8_t)(code & 3);
        any |= (unsigned)code;
        first_dir = first_dir < 0 ? now : first_dir;
        dir = now;
    }
    assert(x == first_x && y == first_y);
    (void)first_x;
    (void)first_y;
    if (dir == first_dir && flags[n - 1] == 0) {
        n--;                     /* the ring was begun at a seam */
    }
    g->n_points = start + n;
    return any & MSC_STEP_PINCH ? split(g, start, err) : end_ring(g, start, err);
}

static const int32_t *first_vertex(const msc_polygon *g, const msc_ring *r) { return g->xy + 2 * r->start; }

/* In order of rows, then of columns. */
static uint64_t place_key(const int32_t *v) { return (uint64_t)(uint32_t)v[1] << 32 | (uint32_t)v[0]; }

/* Finds for each hole the outer ring of its part: from the pixel above its first vertex the first boundary to the
 * left is one of the same part, and begins higher up. */
static msc_status assign_holes(msc_polygon *g, msc_error *err)
{
    size_t n = 0;
    for (uint32_t r = 0; r < g->n_rings; r++) {
        const msc_ring *ring = &g->ring[r];
        for (size_t i = 0; i < ring->n; i++) {
            const int32_t *p = g->xy + 2 * (ring->start + i);
            const int32_t *q = g->xy + 2 * (ring->start + (i + 1 < ring->n ? i + 1 : 0));
            for (int32_t y = q[1]; y < p[1]; y++) {
                MSC_TRY(msc_trace_room(&g->pin, &g->pin_cap, n + 1, sizeof *g->pin, err));
                g->pin[n++] = (msc_pin){y, p[0], r};
            }
        }
    }
    qsort(g->pin, n, sizeof *g->pin, by_place);
    for (uint32_t r = 0; r < g->n_rings; r++) {
        if (g->ring[r].area_px > 0) {
            g->ring[r].outer = r;
            continue;
        }
        const int32_t *v = first_vertex(g, &g->ring[r]);
        const msc_pin key = {v[1] - 1, v[0], 0};
        size_t low = 0, high = n;                  /* the last pin that is not beyond the key */
        while (high - low > 1) {
            const size_t middle = (low + high) / 2;
            if (by_place(&g->pin[middle], &key) <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        assert(g->pin[low].y == key.y && g->pin[low].x <= key.x);
        g->ring[r].outer = (uint32_t)g->pin[low].at;
    }
    for (uint32_t r = 0; r < g->n_rings; r++) {
        uint32_t outer = g->ring[r].outer;
        while (g->ring[outer].area_px < 0) {
            outer = g->ring[outer].outer;
        }
        for (uint32_t k = r; k != outer;) {        /* paths are shortened, so no hole is walked over often */
            const uint32_t next = g->ring[k].outer;
            g->ring[k].outer = outer;
            k = next;
        }
    }
    return MSC_OK;
}

/* An outer ring begins above its holes: no hole reaches its top row but in a corner, which is not where it begins. So
 * rings in order of their first vertices are in order within their parts, and parts then follow by a stable sort. */
static int sort_rings(msc_polygon *g, size_t n_parts, msc_keyed *key, msc_ring *copy)
{
    for (uint32_t r = 0; r < g->n_rings; r++) {
        key[r] = (msc_keyed){place_key(first_vertex(g, &g->ring[r])), r};
    }
    if (!msc_sort_keys(key, g->n_rings)) {
        return 0;
    }
    for (size_t r = 0; r < g->n_rings && n_parts > 1; r++) {
        key[r].key = place_key(first_vertex(g, &g->ring[g->ring[key[r].at].outer]));
    }
    if (n_parts > 1 && !msc_sort_keys(key, g->n_rings)) {
        return 0;
    }
    memcpy(copy, g->ring, g->n_rings * sizeof *copy);
    for (size_t r = 0; r < g->n_rings; r++) {
        g->ring[r] = copy[key[r].at];
    }
    return 1;
}

msc_status msc_polygon_order(msc_polygon *g, size_t *n_parts, msc_error *err)
{
    *n_parts = 0;
    for (uint32_t r = 0; r < g->n_rings; r++) {
        *n_parts += g->ring[r].area_px > 0;
    }
    assert(*n_parts > 0);
    if (g->n_rings == 1) {
        return MSC_OK;
    }
    if (*n_parts > 1) {
        MSC_TRY(assign_holes(g, err));
    }
    msc_keyed *key = msc_alloc(g->n_rings, sizeof *key);
    msc_ring *copy = msc_alloc(g->n_rings, sizeof *copy);
    const int is_ok = key != NULL && copy != NULL && sort_rings(g, *n_parts, key, copy);
    msc_release(copy);
    msc_release(key);
    return is_ok ? MSC_OK : msc_fail(err, MSC_ENOMEM, "vectorize", "%zu rings", g->n_rings);
}
