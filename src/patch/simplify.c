/* simplify.c - Douglas & Peucker (1973) on the arcs between branching vertices, each taken in one direction.
 *
 * A chord may stand for a piece of boundary only when no corner of any other boundary lies between the piece and the
 * chord, or on the chord. Corners are those of the original boundaries, so the answer depends on nothing but the
 * raster: both sides of an arc get the same points in whatever order patches are written. Two chords can then not
 * cross: of two that did, one would enter the area between the other and its piece and leave it through that piece,
 * which puts a corner of the piece between the first chord and its own. */
#define _GNU_SOURCE
#include "patch/simplify.h"
#include "base/mem.h"
#include "patch/steps.h"
#include "patch/store.h"
#include "patch/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GOES = 0, STAYS, REFUSED };   /* of msc_simplifier.is_kept; REFUSED: goes, and may not come back */

msc_status msc_simplifier_init(msc_simplifier *s, int32_t width_px, int32_t height_px, const char *tmpdir, msc_error *err)
{
    int fd = -1;
    s->width_px = width_px;
    s->height_px = height_px;
    s->words_per_row = (size_t)width_px / 64 + 2;
    s->n_bytes = s->words_per_row * ((size_t)height_px + 1) * sizeof *s->corner;
    MSC_TRY(msc_spool_temp_file(tmpdir, &fd, err));
    const int failed = posix_fallocate(fd, 0, (off_t)s->n_bytes);
    if (failed != 0) {
        close(fd);
        return msc_fail_errno(err, failed, MSC_EWRITE, tmpdir);
    }
    void *map = mmap(NULL, s->n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const int why = errno;
    close(fd);
    if (map == MAP_FAILED) {
        return msc_fail_errno(err, why, MSC_ENOMEM, tmpdir);
    }
    s->corner = map;
    return MSC_OK;
}

void msc_simplifier_clear(msc_simplifier *s)
{
    if (s->corner != NULL && s->n_bytes > 0) {
        munmap(s->corner, s->n_bytes);
    }
    msc_release(s->arc);
    msc_release(s->is_kept);
    msc_release(s->stack);
    msc_release(s->event);
    msc_release(s->own);
    msc_release(s->ring);
    memset(s, 0, sizeof *s);
}

msc_simplifier msc_simplifier_share(const msc_simplifier *s)
{
    return (msc_simplifier){.tolerance_px = s->tolerance_px, .aspect = s->aspect, .width_px = s->width_px,
                            .height_px = s->height_px, .words_per_row = s->words_per_row, .corner = s->corner};
}

void msc_simplifier_mark(msc_simplifier *s, int32_t x, int32_t y, int32_t w, int32_t h, const uint64_t *corner)
{
    const size_t words = ((size_t)w + 64) / 64;
    const unsigned shift = (unsigned)x % 64;
    for (int32_t row = 0; row <= h; row++) {
        uint64_t *to = s->corner + (size_t)(y + row) * s->words_per_row + (size_t)x / 64;
        const uint64_t *from = corner + (size_t)row * words;
        for (size_t k = 0; k < words; k++) {
            to[k] |= from[k] << shift;
            if (shift > 0 && from[k] >> (64 - shift) != 0) {
                to[k + 1] |= from[k] >> (64 - shift);
            }
        }
    }
}

static int by_row(const void *a, const void *b)
{
    const msc_event *p = a, *q = b;
    return p->y != q->y ? (p->y > q->y) - (p->y < q->y) : (p->x > q->x) - (p->x < q->x);
}

static int lowest_bit(uint64_t bits)
{
    int n = 0;
    for (int width = 32; width > 0; width /= 2) {
        if ((bits & ((UINT64_C(1) << width) - 1)) == 0) {
            bits >>= width;
            n += width;
        }
    }
    return n;
}

/* True when a corner is a vertex of the piece at hand: those do not count. */
static int is_own(const msc_simplifier *s, int32_t y, int64_t x)
{
    const msc_event key = {.y = y, .x = (double)x};
    return bsearch(&key, s->own, s->n_own, sizeof *s->own, by_row) != NULL;
}

/* True when a corner of another boundary has its x in from..to. */
static int has_corner(const msc_simplifier *s, int32_t y, int64_t from, int64_t to)
{
    const uint64_t *row = s->corner + (size_t)y * s->words_per_row;
    if (from > to) {
        return 0;
    }
    const size_t a = (size_t)from / 64, b = (size_t)to / 64;
    for (size_t k = a; k <= b; k++) {
        uint64_t bits = row[k];
        bits &= k == a ? UINT64_MAX << ((size_t)from % 64) : UINT64_MAX;
        bits &= k == b ? UINT64_MAX >> (63 - (size_t)to % 64) : UINT64_MAX;
        for (; bits != 0; bits &= bits - 1) {
            if (!is_own(s, y, (int64_t)(k * 64) + lowest_bit(bits))) {
                return 1;
            }
        }
    }
    return 0;
}

/* Where the edge from a to b crosses the rows lower <= y < upper. x is exact where it is an integer: a quotient of
 * integers below 2^53 that divides evenly is computed exactly (IEEE 754), and another never rounds to an integer since
 * it is at least 1 / (rows) away from it. */
static msc_status add_edge(msc_simplifier *s, size_t *n, const int32_t *a, const int32_t *b, msc_error *err)
{
    const int32_t lower = a[1] < b[1] ? a[1] : b[1], upper = a[1] < b[1] ? b[1] : a[1];
    MSC_TRY(msc_trace_room(&s->event, &s->event_cap, *n + (size_t)(upper - lower), sizeof *s->event, err));
    for (int32_t y = lower; y < upper; y++) {
        const double x = a[0] + (double)((int64_t)(y - a[1]) * (b[0] - a[0])) / (double)(b[1] - a[1]);
        s->event[(*n)++] = (msc_event){y, a[1] < b[1] ? 1 : -1, x};
    }
    return MSC_OK;
}

/* True when a corner that does not belong to points first..last lies between them and their chord, or on the chord. */
static msc_status is_blocked(msc_simplifier *s, const int32_t *arc, size_t first, size_t last, int *is, msc_error *err)
{
    const int32_t *a = arc + 2 * first, *b = arc + 2 * last;
    size_t n = 0;
    for (size_t i = first; i < last; i++) {
        if (arc[2 * i + 1] != arc[2 * i + 3]) {
            MSC_TRY(add_edge(s, &n, arc + 2 * i, arc + 2 * i + 2, err));
        }
    }
    MSC_TRY(msc_trace_room(&s->own, &s->own_cap, last - first + 1, sizeof *s->own, err));
    s->n_own = 0;
    for (size_t i = first; i <= last; i++) {
        s->own[s->n_own++] = (msc_event){.y = arc[2 * i + 1], .x = arc[2 * i]};
    }
    qsort(s->own, s->n_own, sizeof *s->own, by_row);
    *is = 0;
    if (a[1] == b[1]) {
        *is = has_corner(s, a[1], a[0] < b[0] ? a[0] : b[0], a[0] < b[0] ? b[0] : a[0]);
    } else {
        const size_t chord = n;
        MSC_TRY(add_edge(s, &n, b, a, err));
        for (size_t k = chord; k < n && !*is; k++) {
            const double x = s->event[k].x;
            *is = x == floor(x) && has_corner(s, s->event[k].y, (int64_t)x, (int64_t)x);
        }
    }
    qsort(s->event, n, sizeof *s->event, by_row);
    int winding = 0;
    for (size_t k = 0; k + 1 < n && !*is; k++) {
        winding = k > 0 && s->event[k].y == s->event[k - 1].y ? winding + s->event[k].sign : s->event[k].sign;
        if (winding != 0 && s->event[k + 1].y == s->event[k].y) {
            *is = has_corner(s, s->event[k].y, (int64_t)floor(s->event[k].x) + 1, (int64_t)ceil(s->event[k + 1].x) - 1);
        }
    }
    return MSC_OK;
}

/* Squared distance of p from the segment a..b; a pixel is `aspect` times as high as wide. */
static double distance2(const int32_t *p, const int32_t *a, const int32_t *b, double aspect)
{
    const double px = p[0] - a[0], py = (p[1] - a[1]) * aspect, bx = b[0] - a[0], by = (b[1] - a[1]) * aspect;
    const double length2 = bx * bx + by * by;
    double t = length2 > 0 ? (px * bx + py * by) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    const double dx = px - t * bx, dy = py - t * by;
    return dx * dx + dy * dy;
}

static size_t farthest(const msc_simplifier *s, const int32_t *arc, size_t first, size_t last, double *d2)
{
    size_t best = first + 1;
    *d2 = -1;
    for (size_t i = first + 1; i < last; i++) {
        const double d = distance2(arc + 2 * i, arc + 2 * first, arc + 2 * last, s->aspect);
        if (d > *d2) {
            *d2 = d;
            best = i;
        }
    }
    return best;
}

/* Marks which of points first..last stay. The farthest one always does, so two arcs between the same ends, and the two
 * halves of a closed one, never fall on each other. */
static msc_status keep_points(msc_simplifier *s, const int32_t *arc, size_t first, size_t last, msc_error *err)
{
    size_t n_stack = 0;
    int is_whole = 1;
    MSC_TRY(msc_trace_room(&s->stack, &s->stack_cap, 2, sizeof *s->stack, err));
    s->stack[n_stack++] = first;
    s->stack[n_stack++] = last;
    s->is_kept[first] = s->is_kept[last] = STAYS;
    while (n_stack > 0) {
        const size_t b = s->stack[--n_stack], a = s->stack[--n_stack];
        double d2 = 0;
        int is_split = is_whole;
        if (b - a < 2) {
            is_whole = 0;
            continue;
        }
        const size_t middle = farthest(s, arc, a, b, &d2);
        is_split = is_split || d2 > s->tolerance_px * s->tolerance_px;
        if (!is_split) {
            MSC_TRY(is_blocked(s, arc, a, b, &is_split, err));
        }
        is_whole = 0;
        if (is_split) {
            MSC_TRY(msc_trace_room(&s->stack, &s->stack_cap, n_stack + 4, sizeof *s->stack, err));
            s->is_kept[middle] = STAYS;
            s->stack[n_stack++] = a;
            s->stack[n_stack++] = middle;
            s->stack[n_stack++] = middle;
            s->stack[n_stack++] = b;
        }
    }
    return MSC_OK;
}

/* Twice the signed area of the triangle a, b, c; no sum of them over an arc leaves 63 bits. */
static int64_t area_x2(const int32_t *a, const int32_t *b, const int32_t *c)
{
    return (int64_t)(b[0] - a[0]) * (c[1] - a[1]) - (int64_t)(c[0] - a[0]) * (b[1] - a[1]);
}

/* Twice the area that the points which stay cut off on one side of the arc, less that on the other. */
static int64_t area_lost_x2(const msc_simplifier *s, const int32_t *arc, size_t n)
{
    int64_t lost = 0;
    for (size_t i = 1, a = 0; i < n; i++) {
        lost += area_x2(arc, arc + 2 * i - 2, arc + 2 * i);
        if (s->is_kept[i] != STAYS) continue;
        lost -= area_x2(arc, arc + 2 * a, arc + 2 * i);
        a = i;
    }
    return lost;
}

/* The point whose return leaves the least of the area lost; its neighbours that stay are *a and *b. 0: none helps. */
static size_t best_return(const msc_simplifier *s, const int32_t *arc, size_t n, int64_t lost, size_t *a, size_t *b)
{
    int64_t least = llabs(lost);
    size_t best = 0, from = 0, to = 0;
    for (size_t i = 1; i + 1 < n; i++) {
        if (s->is_kept[i] == STAYS) {
            from = i;
            continue;
        }
        for (to = to > i ? to : i + 1; s->is_kept[to] != STAYS;) to++;
        const int64_t left = s->is_kept[i] == GOES ? llabs(lost - area_x2(arc + 2 * from, arc + 2 * i, arc + 2 * to)) : least;
        if (left >= least) continue;
        least = left;
        best = i;
        *a = from;
        *b = to;
    }
    return best;
}

/* Douglas & Peucker keep the points that stick out, so that convex patches shrink. Points come back, the most useful one
 * first, until both sides of the arc have won and lost the same area to half a pixel, or no point helps. */
static msc_status balance(msc_simplifier *s, const int32_t *arc, size_t n, msc_error *err)
{
    int64_t lost = area_lost_x2(s, arc, n);
    size_t a = 0, b = 0, i;
    while (llabs(lost) > 1 && (i = best_return(s, arc, n, lost, &a, &b)) != 0) {
        const double limit2 = s->tolerance_px * s->tolerance_px;
        double left2 = 0, right2 = 0;
        int is_refused = 0;
        if (i - a > 1) farthest(s, arc, a, i, &left2);
        if (b - i > 1) farthest(s, arc, i, b, &right2);
        is_refused = left2 > limit2 || right2 > limit2;
        if (!is_refused) MSC_TRY(is_blocked(s, arc, a, i, &is_refused, err));
        if (!is_refused) MSC_TRY(is_blocked(s, arc, i, b, &is_refused, err));
        s->is_kept[i] = is_refused ? REFUSED : STAYS;
        if (!is_refused) lost -= area_x2(arc + 2 * a, arc + 2 * i, arc + 2 * b);
    }
    return MSC_OK;
}

static int is_before(const int32_t *p, const int32_t *q) { return p[1] != q[1] ? p[1] < q[1] : p[0] < q[0]; }

/* Simplifies the arc of n points in s->arc and appends all but its last point to out. */
static msc_status add_arc(msc_simplifier *s, size_t n, int is_closed, int32_t *out, size_t *n_out, msc_error *err)
{
    int32_t *arc = s->arc;
    int is_turned = is_before(arc + 2 * (n - 1), arc);
    if (is_closed) {
        is_turned = is_before(arc + 2 * (n - 2), arc + 2);
    }
    for (size_t i = 0, j = n - 1; is_turned && i < j; i++, j--) {
        for (int c = 0; c < 2; c++) {
            const int32_t held = arc[2 * i + (size_t)c];
            arc[2 * i + (size_t)c] = arc[2 * j + (size_t)c];
            arc[2 * j + (size_t)c] = held;
        }
    }
    MSC_TRY(msc_trace_room(&s->is_kept, &s->kept_cap, n, 1, err));
    memset(s->is_kept, 0, n);
    if (is_closed) {
        double d2 = 0;
        const size_t middle = farthest(s, arc, 0, n - 1, &d2);
        MSC_TRY(keep_points(s, arc, 0, middle, err));
        MSC_TRY(keep_points(s, arc, middle, n - 1, err));
    } else {
        MSC_TRY(keep_points(s, arc, 0, n - 1, err));
    }
    MSC_TRY(balance(s, arc, n, err));
    for (size_t k = 0; k + 1 < n; k++) {
        const size_t i = is_turned ? n - 1 - k : k;
        if (s->is_kept[i] == STAYS) {
            out[2 * *n_out] = arc[2 * i];
            out[2 * *n_out + 1] = arc[2 * i + 1];
            ++*n_out;
        }
    }
    return MSC_OK;
}

msc_status msc_simplifier_ring(msc_simplifier *s, const int32_t *xy, const uint8_t *flags, size_t n, int32_t *out_xy,
                               size_t *n_out, msc_error *err)
{
    size_t first = 0, n_nodes = 0;
    for (size_t i = n; i-- > 0;) {
        if (flags[i] & MSC_STEP_NODE) {
            first = i;
            n_nodes++;
        }
    }
    *n_out = 0;
    MSC_TRY(msc_trace_room(&s->arc, &s->arc_cap, 2 * (n + 1), sizeof *s->arc, err));
    size_t n_arc = 0;
    for (size_t k = 0; k <= n; k++) {       /* without a node the ring begins at its first vertex, the lowest in order */
        const size_t i = (first + k) % n;
        s->arc[2 * n_arc] = xy[2 * i];
        s->arc[2 * n_arc + 1] = xy[2 * i + 1];
        n_arc++;
        if (k == n || (k > 0 && (flags[i] & MSC_STEP_NODE))) {
            MSC_TRY(add_arc(s, n_arc, n_nodes <= 1, out_xy, n_out, err));
            s->arc[0] = xy[2 * i];
            s->arc[1] = xy[2 * i + 1];
            n_arc = 1;
        }
    }
    return MSC_OK;
}
