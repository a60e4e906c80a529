/* boundary.c - which differences between two class maps a displacement of one against the other explains.
 *
 * Questions are asked for eight classes at once: a class is a bit of a byte. Whether it occurs near a pixel: the bytes of a
 * window are or-ed, along rows and then along columns, in steps of 1, 2, 4, ... px. Whether a square of one class holds the
 * pixel: bytes are inverted, or-ed over the square and inverted again (erosion), then or-ed back (opening). The work grows
 * with the logarithm of the reach. Only classes that some difference of the strip names are looked at. */
#include "ops/boundary.h"
#include "kernels/kernels.h"
#include <string.h>

enum { N_PLANES = 7 };

/* Rows y0 - halo..y0 + h + halo - 1 of a tile, columns x0 - halo..x0 + w + halo - 1, in planes of one stride. */
typedef struct strip {
    const msc_boundary *self;
    const msc_tile *in;
    const msc_rows *rows;
    int32_t halo, x0, y0, w, h;  /* w and h without the surroundings */
    size_t stride;
    uint8_t *bits, *other;
    uint8_t *differs;            /* observed in both years, and not the same; with surroundings */
    uint8_t *near[2];            /* [h][w] after's code occurs near before, before's code occurs near after */
    uint8_t *wide[2];            /* [h][w] a square of differences from before's code, to after's code, holds the pixel */
    uint8_t *own;                /* one row: bits of the pixels themselves */
} strip;

int32_t msc_boundary_halo_px(const msc_boundary *self)
{
    if (self->reach_px == 0 || self->side_px <= 1) return 0;
    return self->reach_px > self->side_px - 1 ? self->reach_px : self->side_px - 1;
}

static size_t stride_of(int32_t w_px) { return ((size_t)w_px + 63) / 64 * 64; }

size_t msc_boundary_bytes(const msc_boundary *self, int32_t w_px)
{
    const size_t rows = MSC_BOUNDARY_ROWS + 2 * (size_t)msc_boundary_halo_px(self);
    return (N_PLANES * rows + 1) * stride_of(w_px);
}

static void place(strip *s, void *scratch)
{
    uint8_t *at = scratch;
    s->stride = stride_of(s->w + 2 * s->halo);
    const size_t plane = s->stride * (size_t)(MSC_BOUNDARY_ROWS + 2 * s->halo);
    uint8_t **to[N_PLANES] = { &s->bits, &s->other, &s->differs, &s->near[0], &s->near[1], &s->wide[0], &s->wide[1] };
    for (int i = 0; i < N_PLANES; i++, at += plane) *to[i] = at;
    s->own = at;
}

static const uint8_t *codes(const strip *s, int year, int32_t y) { return msc_row_u8(s->in, year, s->y0 + y) + s->x0; }
static const uint8_t *valid(const strip *s, int32_t y) { return msc_row_valid(s->in, s->y0 + y) + s->x0; }
static uint8_t *differs(const strip *s, int32_t y) { return s->differs + (size_t)(y + s->halo) * s->stride + s->halo; }

/* Marks the differences, and lists the codes that those of the strip itself name in either year. Returns their number. */
static int list_codes(const strip *s, uint8_t code[256])
{
    uint8_t is_named[256] = { 0 };
    int n = 0;
    for (int32_t y = -s->halo; y < s->h + s->halo; y++) {
        const uint8_t *restrict a = codes(s, 0, y), *restrict b = codes(s, 1, y), *restrict v = valid(s, y);
        uint8_t *restrict to = differs(s, y);
        for (int32_t x = -s->halo; x < s->w + s->halo; x++) to[x] = (uint8_t)(v[x] & (a[x] != b[x]) & (a[x] != 0) & (b[x] != 0));
        for (int32_t x = 0; y >= 0 && y < s->h && x < s->w; x++)
            if (to[x]) is_named[a[x]] = is_named[b[x]] = 1;
    }
    for (int c = 1; c < 256; c++)
        if (is_named[c]) code[n++] = (uint8_t)c;
    return n;
}

static void swap(strip *s)
{
    uint8_t *done = s->other;
    s->other = s->bits;
    s->bits = done;
}

/* bits[y][x] |= bits[y'][x'] for y' - y, x' - x of 0..window - 1; the plane has w x h pixels before, window - 1 fewer after. */
static void spread(strip *s, int32_t window, int32_t w, int32_t h)
{
    for (int32_t have = 1, step; have < window; have += step) {
        step = have < window - have ? have : window - have;
        const size_t n = (size_t)(w - (have - 1) - step);
        for (int32_t y = 0; y < h; y++) {
            const uint8_t *from = s->bits + (size_t)y * s->stride;
            s->rows->or_rows(s->other + (size_t)y * s->stride, from, from + step, n);
        }
        swap(s);
    }
    for (int32_t have = 1, step; have < window; have += step) {
        step = have < window - have ? have : window - have;
        for (int32_t y = 0; y < h - (have - 1) - step; y++) {
            const uint8_t *from = s->bits + (size_t)y * s->stride;
            s->rows->or_rows(s->other + (size_t)y * s->stride, from, from + (size_t)step * s->stride, (size_t)(w - window + 1));
        }
        swap(s);
    }
}

/* Bits of a year's classes within `margin` px of the strip, where `is_seen` has a pixel of the same place. */
static void take_bits(strip *s, int year, int32_t margin, int is_difference, const uint8_t *code, int n)
{
    for (int32_t y = -margin; y < s->h + margin; y++)
        s->rows->class_bits(s->bits + (size_t)(y + margin) * s->stride, codes(s, year, y) - margin,
                            (is_difference ? differs(s, y) : valid(s, y)) - margin, (size_t)(s->w + 2 * margin), code, n);
}

/* to[y][x] |= the plane's bit of the pixel's own class in `year`. */
static void ask(const strip *s, uint8_t *to, int year, const uint8_t *code, int n)
{
    for (int32_t y = 0; y < s->h; y++) {
        s->rows->class_bits(s->own, codes(s, year, y), valid(s, y), (size_t)s->w, code, n);
        s->rows->or_both(to + (size_t)y * s->stride, s->bits + (size_t)y * s->stride, s->own, (size_t)s->w);
    }
}

static void invert(const strip *s, int32_t w, int32_t h)
{
    for (int32_t y = 0; y < h; y++) {
        uint8_t *restrict row = s->bits + (size_t)y * s->stride;
        for (int32_t x = 0; x < w; x++) row[x] ^= 0xff;
    }
}

static void ask_classes(strip *s, const uint8_t *code, int n)
{
    const int32_t r = s->self->reach_px, side = s->self->side_px, margin = side - 1;
    for (int year = 0; year < 2; year++) {
        take_bits(s, year, r, 0, code, n);
        spread(s, 2 * r + 1, s->w + 2 * r, s->h + 2 * r);
        ask(s, s->near[year], 1 - year, code, n);
        take_bits(s, year, margin, 1, code, n);
        invert(s, s->w + 2 * margin, s->h + 2 * margin);
        spread(s, side, s->w + 2 * margin, s->h + 2 * margin);
        invert(s, s->w + margin, s->h + margin);
        spread(s, side, s->w + margin, s->h + margin);
        ask(s, s->wide[year], year, code, n);
    }
}

void msc_boundary_strip(const msc_boundary *self, const msc_tile *in, int32_t x0, int32_t w, int32_t y0, int32_t h,
                        void *scratch, const uint8_t **rows, size_t *stride)
{
    uint8_t code[256];
    strip s = { .self = self, .in = in, .rows = msc_kernels_select()->rows, .halo = msc_boundary_halo_px(self),
                .x0 = x0, .y0 = y0, .w = w, .h = h };
    place(&s, scratch);
    for (int32_t y = 0; y < h; y++) {
        const size_t at = (size_t)y * s.stride;
        for (int i = 0; i < 2; i++) memset(s.near[i] + at, 0, (size_t)w), memset(s.wide[i] + at, 0, (size_t)w);
    }
    const int n_codes = s.halo > 0 ? list_codes(&s, code) : 0;
    for (int k = 0; k < n_codes; k += 8) ask_classes(&s, code + k, n_codes - k < 8 ? n_codes - k : 8);
    for (int32_t y = 0; y < h; y++) {
        const size_t at = (size_t)y * s.stride;
        uint8_t *restrict to = s.near[0] + at;
        const uint8_t *restrict near = s.near[1] + at, *restrict from = s.wide[0] + at, *restrict into = s.wide[1] + at;
        for (int32_t x = 0; x < w; x++) to[x] = (uint8_t)((to[x] != 0) & (near[x] != 0) & !(from[x] | into[x]));
    }
    *rows = s.near[0];
    *stride = s.stride;
}

void msc_boundary_walk(const msc_boundary *self, const void *op, msc_boundary_row *row, const msc_tile *in, const msc_tile *out, void *scratch)
{
    const int32_t pad = out->pad_px, y_end = in->core.h + pad, w = in->core.w + 2 * pad;
    const int has_boundary = msc_boundary_halo_px(self) > 0;
    for (int32_t y0 = -pad; y0 < y_end; y0 += MSC_BOUNDARY_ROWS) {
        const int32_t h = y_end - y0 < MSC_BOUNDARY_ROWS ? y_end - y0 : MSC_BOUNDARY_ROWS;
        const uint8_t *boundary = NULL;
        size_t stride = 0;
        if (has_boundary) msc_boundary_strip(self, in, -pad, w, y0, h, scratch, &boundary, &stride);
        for (int32_t y = 0; y < h; y++) row(op, in, out, y0 + y, -pad, w, has_boundary ? boundary + (size_t)y * stride : NULL);
    }
}
