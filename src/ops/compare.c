/* compare.c - two years' class codes to from-to codes.
 *
 * Whether a class occurs near a pixel is asked for eight classes at once: a class is a bit of a byte, and the bytes of a
 * window are or-ed, along rows and then along columns, in steps of 1, 2, 4, ... px. The work grows with the logarithm of the
 * tolerance. Only classes that some changed pixel of the strip names are looked at. */
#include "ops/compare.h"
#include "kernels/kernels.h"
#include <string.h>

/* Rows that are worked on together; with their surroundings they stay in the second cache. */
enum { STRIP_ROWS = 64, N_PLANES = 5 };

/* Rows y0 - r..y0 + h + r - 1 of a tile, columns -pad - r..w + pad + r - 1, in planes of one stride. */
typedef struct strip {
    const msc_tile *in;
    const msc_rows *rows;
    int32_t r, x0, y0, w, h;     /* w and h without the surroundings; x0 is the first column without them */
    size_t stride;
    uint8_t *bits[2];            /* classes of before and after, then what they are or-ed to */
    uint8_t *other;
    uint8_t *near[2];            /* [h][w] the other year's class occurs near: after's code before, before's code after */
    uint8_t *own;                /* one row: bits of the pixels themselves */
} strip;

static size_t strip_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    const msc_compare *c = self;
    (void)h_px;
    const size_t stride = ((size_t)w_px + 63) / 64 * 64, rows = STRIP_ROWS + 2 * (size_t)c->edge_tolerance_px;
    return c->edge_tolerance_px > 0 ? (N_PLANES * rows + 1) * stride : 0;
}

static void place(strip *s, void *scratch, int32_t w_in)
{
    uint8_t *at = scratch;
    s->stride = ((size_t)w_in + 63) / 64 * 64;
    const size_t plane = s->stride * (size_t)(STRIP_ROWS + 2 * s->r);
    s->bits[0] = at;
    s->bits[1] = at + plane;
    s->other = at + 2 * plane;
    s->near[0] = at + 3 * plane;
    s->near[1] = at + 4 * plane;
    s->own = at + 5 * plane;
}

/* Classes that changed pixels of the strip name in either year. Returns their number. */
static int list_codes(const strip *s, uint8_t code[256])
{
    uint8_t is_named[256] = { 0 };
    int n = 0;
    for (int32_t y = s->y0; y < s->y0 + s->h; y++) {
        const uint8_t *a = msc_row_u8(s->in, 0, y) + s->x0, *b = msc_row_u8(s->in, 1, y) + s->x0;
        const uint8_t *valid = msc_row_valid(s->in, y) + s->x0;
        for (int32_t x = 0; x < s->w; x++)
            if (a[x] != b[x] && valid[x]) is_named[a[x]] = is_named[b[x]] = 1;
    }
    for (int c = 1; c < 256; c++)
        if (is_named[c]) code[n++] = (uint8_t)c;
    return n;
}

/* plane[y][x] |= plane[y'][x'] for y' - y, x' - x of 0..2r: in place, by way of `other`. */
static void spread(const strip *s, uint8_t **plane, uint8_t **other)
{
    const int32_t window = 2 * s->r + 1, rows = s->h + 2 * s->r;
    const size_t w = (size_t)(s->w + 2 * s->r);
    for (int32_t have = 1, step; have < window; have += step) {
        step = have < window - have ? have : window - have;
        const size_t n = w - (size_t)(have - 1) - (size_t)step;
        for (int32_t y = 0; y < rows; y++) {
            const uint8_t *from = *plane + (size_t)y * s->stride;
            s->rows->or_rows(*other + (size_t)y * s->stride, from, from + step, n);
        }
        uint8_t *done = *other;
        *other = *plane;
        *plane = done;
    }
    for (int32_t have = 1, step; have < window; have += step) {
        step = have < window - have ? have : window - have;
        for (int32_t y = 0; y < rows - (have - 1) - step; y++) {
            const uint8_t *from = *plane + (size_t)y * s->stride;
            s->rows->or_rows(*other + (size_t)y * s->stride, from, from + (size_t)step * s->stride, (size_t)s->w);
        }
        uint8_t *done = *other;
        *other = *plane;
        *plane = done;
    }
}

/* near[0]: after's code occurs before within r px; near[1]: before's code occurs after. */
static void find_near(strip *s)
{
    uint8_t code[256];
    const int n_codes = list_codes(s, code);
    for (int32_t y = 0; y < s->h; y++)
        for (int year = 0; year < 2; year++) memset(s->near[year] + (size_t)y * s->stride, 0, (size_t)s->w);
    for (int k = 0; k < n_codes; k += 8) {
        const int n = n_codes - k < 8 ? n_codes - k : 8;
        for (int year = 0; year < 2; year++) {
            for (int32_t y = 0; y < s->h + 2 * s->r; y++) {
                const int32_t from = s->y0 - s->r + y;
                s->rows->class_bits(s->bits[year] + (size_t)y * s->stride, msc_row_u8(s->in, year, from) + s->x0 - s->r,
                                    msc_row_valid(s->in, from) + s->x0 - s->r, (size_t)(s->w + 2 * s->r), code + k, n);
            }
            spread(s, &s->bits[year], &s->other);
            for (int32_t y = 0; y < s->h; y++) {
                s->rows->class_bits(s->own, msc_row_u8(s->in, 1 - year, s->y0 + y) + s->x0,
                                    msc_row_valid(s->in, s->y0 + y) + s->x0, (size_t)s->w, code + k, n);
                s->rows->or_both(s->near[year] + (size_t)y * s->stride, s->bits[year] + (size_t)y * s->stride, s->own, (size_t)s->w);
            }
        }
    }
}

static void compare_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_compare *c = self;
    const int32_t pad = out->pad_px, rows = in->core.h + pad;
    strip s = { .in = in, .rows = msc_kernels_select()->rows, .r = c->edge_tolerance_px, .x0 = -pad, .w = in->core.w + 2 * pad };
    if (s.r > 0) place(&s, scratch, s.w + 2 * s.r);
    for (s.y0 = -pad; s.y0 < rows; s.y0 += STRIP_ROWS) {
        s.h = rows - s.y0 < STRIP_ROWS ? rows - s.y0 : STRIP_ROWS;
        if (s.r > 0) find_near(&s);
        for (int32_t y = 0; y < s.h; y++) {
            uint16_t *code = msc_row_u16(out, 0, s.y0 + y) + s.x0;
            const uint8_t *before = s.r > 0 ? s.near[0] + (size_t)y * s.stride : NULL;
            s.rows->change_codes(code, msc_row_valid(out, s.y0 + y) + s.x0, msc_row_u8(in, 0, s.y0 + y) + s.x0,
                                 msc_row_u8(in, 1, s.y0 + y) + s.x0, msc_row_valid(in, s.y0 + y) + s.x0, before,
                                 before ? s.near[1] + (size_t)y * s.stride : NULL, (size_t)s.w);
            if (c->min_confidence > 0)
                s.rows->drop_below(code, msc_row_u8(in, 2, s.y0 + y) + s.x0, msc_row_u8(in, 3, s.y0 + y) + s.x0,
                                   (uint8_t)c->min_confidence, (size_t)s.w);
        }
    }
}

void msc_compare_op(const msc_compare *self, msc_op *op)
{
    *op = (msc_op){ .name = "compare", .self = self, .halo_px = self->edge_tolerance_px, .n_planes_out = 1,
                    .types_out = { MSC_U16 }, .scratch_bytes = strip_bytes, .tile = compare_tile };
}
