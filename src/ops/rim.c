/* rim.c - the rims of clouds. */
#include "ops/rim.h"
#include <assert.h>
#include <math.h>
#include <string.h>

static int32_t halo_px(const msc_rim *self) { return self->margin_px > 0.0 ? (int32_t)floor(self->margin_px) + 2 : 0; }

typedef struct pass {
    const msc_rim *self;
    const msc_tile *in, *out;
    int32_t halo, w, h;          /* of out with its padding; x and y count from its corner */
    uint8_t *is_rim;             /* [h][w] */
    uint8_t *source;             /* [3][w + 2 halo], rows in turn */
    int is_empty;                /* no rim so far: is_rim was not even cleared */
} pass;

static size_t scratch_bytes(const void *op, int32_t w_px, int32_t h_px)
{
    const msc_rim *self = op;
    return self->margin_px > 0.0 ? (size_t)w_px * (size_t)h_px + 3 * (size_t)w_px : 0;
}

/* Marks what is within the margin of the squares whose middles are x0..x1 of row y. */
static void mark(pass *p, int32_t y, int32_t x0, int32_t x1)
{
    const double r = p->self->margin_px;
    const int32_t reach = (int32_t)floor(r);
    if (p->is_empty) memset(p->is_rim, 0, (size_t)p->w * (size_t)p->h);
    p->is_empty = 0;
    for (int32_t dy = -reach - 1; dy <= reach + 1; dy++) {
        const int32_t from_square = dy < -1 ? -1 - dy : dy > 1 ? dy - 1 : 0;
        const int32_t wide = (int32_t)floor(sqrt(r * r - (double)from_square * from_square)) + 1;
        const int32_t a = x0 - wide > 0 ? x0 - wide : 0, b = x1 + wide < p->w - 1 ? x1 + wide : p->w - 1;
        if (y + dy >= 0 && y + dy < p->h && a <= b) memset(p->is_rim + (size_t)(y + dy) * (size_t)p->w + a, 1, (size_t)(b - a + 1));
    }
}

/* Row y of the classes with rims, as 0 and 1, into its place of three; returns whether there are any. */
static int find_sources(const pass *p, int32_t y)
{
    const int32_t more = p->out->pad_px + p->halo, n = p->w + 2 * p->halo;
    const uint8_t *restrict code = msc_row_u8(p->in, 0, y - p->out->pad_px) - more, *restrict has_rim = p->self->has_rim;
    uint8_t *restrict to = p->source + (size_t)((y + p->halo) % 3) * (size_t)n;
    unsigned any = 0;
    if (!memchr(msc_row_valid(p->in, y - p->out->pad_px) - more, 0, (size_t)n)) {
        memset(to, 0, (size_t)n);
        return 0;
    }
    for (int32_t x = 0; x < n; x++) any |= to[x] = has_rim[code[x]];
    return any != 0;
}

/* Runs of middles of whole squares, whose last row was read last; `middle` is their row. */
static void mark_row(pass *p, int32_t middle)
{
    const int32_t n = p->w + 2 * p->halo;
    const uint8_t *a = p->source, *b = a + n, *c = b + n;
    int32_t first = -1, run = 0;
    for (int32_t x = 0; x <= n; x++) {
        const int is_in = x < n && (a[x] & b[x] & c[x]);
        if (is_in && run++ == 0) first = x;
        if (is_in) continue;
        if (run >= 3) mark(p, middle, first + 1 - p->halo, x - 2 - p->halo);
        run = 0;
    }
}

static void find_rims(pass *p)
{
    int n_rows = 0;              /* that have sources, without a gap */
    for (int32_t y = -p->halo; y < p->h + p->halo; y++) {
        n_rows = find_sources(p, y) ? n_rows + 1 : 0;
        if (n_rows >= 3) mark_row(p, y - 1);
    }
}

/* The planes of a row where it is observed still, 0 elsewhere; then why. */
static void settle_row(const pass *p, int32_t y)
{
    const msc_tile *in = p->in, *out = p->out;
    const int32_t pad = out->pad_px, at = y - pad, n_planes = in->n_planes - p->self->carried.n;
    const size_t w = (size_t)p->w;
    const uint8_t *restrict code = msc_row_u8(in, 0, at) - pad, *restrict was = msc_row_valid(in, at) - pad;
    const uint8_t *restrict is_rim = p->is_empty ? NULL : p->is_rim + (size_t)y * w;
    uint8_t *restrict seen = msc_row_valid(out, at) - pad;
    for (size_t x = 0; x < w; x++) seen[x] = was[x] & (uint8_t)!(is_rim && is_rim[x]);
    for (int b = 0; b < n_planes; b++) {
        const uint8_t *restrict from = msc_row_u8(in, b, at) - pad;
        uint8_t *restrict to = msc_row_u8(out, b, at) - pad;
        for (size_t x = 0; x < w; x++) to[x] = from[x] & (uint8_t)-seen[x];
    }
    if (!p->self->has_reason) return;
    uint8_t *restrict why = msc_row_u8(out, n_planes, at) - pad;
    for (size_t x = 0; x < w; x++)
        why[x] = seen[x] ? MSC_RIM_NONE : was[x] ? MSC_RIM_MARGIN : code[x] ? MSC_RIM_CLASS : MSC_RIM_NONE;
}

static void rim_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_rim *self = op;
    const int32_t pad = out->pad_px;
    pass p = { .self = self, .in = in, .out = out, .halo = halo_px(self), .w = in->core.w + 2 * pad, .h = in->core.h + 2 * pad,
               .is_rim = scratch, .is_empty = 1 };
    if (p.halo > 0) {
        p.source = p.is_rim + (size_t)p.w * (size_t)p.h;
        find_rims(&p);
    }
    for (int32_t y = 0; y < p.h; y++) settle_row(&p, y);
    msc_carried_copy(&self->carried, in, in->n_planes - self->carried.n, out, out->n_planes - self->carried.n);
}

void msc_rim_op(const msc_rim *self, int n_planes, msc_op *op)
{
    assert(self->margin_px <= MSC_RIM_MAX_PX && n_planes + 1 <= MSC_MAX_PLANES);
    *op = (msc_op){ .name = "rim", .self = self, .halo_px = halo_px(self), .n_planes_out = n_planes + (self->has_reason != 0),
                    .scratch_bytes = scratch_bytes, .tile = rim_tile };
    for (int b = 0; b < op->n_planes_out; b++) op->types_out[b] = MSC_U8;
    msc_carried_append(&self->carried, op);
}
