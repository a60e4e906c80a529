/* smooth.c - each pixel's classes weighed against those of the window round it, a few times over.
 *
 * All sweeps go down the tile together, each as far behind the one before as its window reaches, so that what one makes
 * is still in the cache when the next reads it:
 *
 *      rows of the tile -> columns of sweep 1 -> its last side + 1 rows -> columns of sweep 2 -> ... -> the map
 */
#include "ops/smooth.h"
#include "kernels/kernels.h"
#include <assert.h>
#include <string.h>

typedef struct work {
    const msc_smooth_rows *rows;
    int32_t w, r, ring;          /* width with padding; half window; rows that a sweep keeps of the one before */
    size_t n_classes;
    uint16_t *column[MSC_SMOOTH_MAX_SWEEPS];   /* [class][w] */
    uint8_t *kept[MSC_SMOOTH_MAX_SWEEPS];      /* [ring][class][w] what sweep i reads; the first reads the tile */
    uint8_t *none;               /* [w] zeros */
    uint16_t *sum;               /* [class][MSC_SHOW_PX], and from here on of the piece in hand */
    float *all;                  /* [MSC_SHOW_PX] */
    msc_shown shown;
} work;

static void carve(const msc_smooth *self, int32_t w_px, msc_space *space, work *k)
{
    const size_t w = (size_t)w_px, n = (size_t)self->show.classes.n_classes, ring = (size_t)self->side_px + 1;
    *k = (work){ .rows = msc_kernels_select()->smooth, .w = w_px, .r = self->side_px / 2, .ring = self->side_px + 1, .n_classes = n };
    for (int i = 0; i < self->n_sweeps; i++) {
        k->column[i] = msc_space_take(space, n * w * sizeof(uint16_t));
        k->kept[i] = i ? msc_space_take(space, ring * n * w) : NULL;
    }
    k->none = msc_space_take(space, w);
    k->sum = msc_space_take(space, n * MSC_SHOW_PX * sizeof *k->sum);
    k->all = msc_space_take(space, MSC_SHOW_PX * sizeof *k->all);
    msc_shown_lay(&k->shown, n, space);
}

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)h_px;
    msc_space space = { 0 };
    work k;
    carve(self, w_px, &space, &k);
    return space.used;
}

/* A tile under way. */
typedef struct pass {
    const msc_smooth *self;
    const msc_tile *in;
    msc_tile *out;
    work k;
    int32_t first[MSC_SMOOTH_MAX_SWEEPS];   /* row that each sweep is given first */
} pass;

/* Class c of row y as sweep i reads it, from the padding's first column on. */
static uint8_t *row_of(const pass *p, int i, size_t c, int32_t y)
{
    const work *k = &p->k;
    if (i == 0) return msc_row_u8(p->in, (int)c, y) - p->in->pad_px;
    const size_t at = (size_t)(y - p->first[0]) % (size_t)k->ring;
    return k->kept[i] + (at * k->n_classes + c) * (size_t)k->w;
}

/* Weighs n pixels of row y, from column x on, by the columns of sweep i. Classes that no window holds are passed over. */
static void weigh_piece(pass *p, int i, int32_t y, int32_t x, size_t n)
{
    work *k = &p->k;
    uint8_t *is_there = k->shown.is_there;
    memset(k->all, 0, n * sizeof *k->all);
    memset(k->shown.total, 0, n * sizeof *k->shown.total);
    for (size_t c = 0; c < k->n_classes; c++)
        is_there[c] = (uint8_t)k->rows->across(k->sum + c * MSC_SHOW_PX, k->all, k->column[i] + c * (size_t)k->w + x - k->r,
                                               (size_t)p->self->side_px, n);
    for (size_t c = 0; c < k->n_classes; c++)
        if (is_there[c])
            k->rows->weigh(k->shown.weight + c * MSC_SHOW_PX, k->shown.total, row_of(p, 0, c, y) + x, k->sum + c * MSC_SHOW_PX, k->all,
                           msc_show_doubt, msc_show_chance, p->self->strength, n);
}

/* Makes row y of sweep i + 1: for the next sweep, or for the map. */
static void make_row(pass *p, int i, int32_t y)
{
    work *k = &p->k;
    const int is_last = i == p->self->n_sweeps - 1;
    const int32_t margin = k->r * (i + 1), end = k->w - margin, pad = p->in->pad_px;
    for (int32_t x = margin; x < end; x += MSC_SHOW_PX) {
        const size_t n = end - x < MSC_SHOW_PX ? (size_t)(end - x) : MSC_SHOW_PX;
        const uint8_t *ok = msc_row_valid(p->in, y) - pad + x;
        weigh_piece(p, i, y, x, n);
        if (is_last) {
            msc_shown_soften(&k->shown, n);
            (p->self->has_shares ? msc_show_shares : msc_show_piece)(&p->self->show, &k->shown, ok, p->out, x - pad, y, n);
            continue;
        }
        for (size_t c = 0; c < k->n_classes; c++) {
            uint8_t *to = row_of(p, i + 1, c, y) + x;
            if (k->shown.is_there[c]) k->rows->share(to, k->shown.weight + c * MSC_SHOW_PX, k->shown.total, ok, n);
            else memset(to, 0, n);
        }
    }
}

/* Gives row y to sweep i: its columns move down, and where they stand on whole windows it makes a row for the next. */
static void feed(pass *p, int i, int32_t y)
{
    const work *k = &p->k;
    for (; i < p->self->n_sweeps; i++, y -= k->r) {
        const int32_t n_given = y - p->first[i], margin = k->r * i;
        const size_t n = (size_t)(k->w - 2 * margin);
        for (size_t c = 0; c < k->n_classes; c++)
            k->rows->slide(k->column[i] + c * (size_t)k->w + margin, row_of(p, i, c, y) + margin,
                           (n_given > 2 * k->r ? row_of(p, i, c, y - 2 * k->r - 1) : k->none) + margin, n);
        if (n_given < 2 * k->r) return;
        make_row(p, i, y - k->r);
    }
}

static void smooth_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_smooth *self = op;
    const int32_t pad = in->pad_px;
    pass p = { .self = self, .in = in, .out = out };
    carve(self, in->core.w + 2 * pad, &(msc_space){ .base = scratch }, &p.k);
    memset(p.k.none, 0, (size_t)p.k.w);
    for (int i = 0; i < self->n_sweeps; i++) {
        p.first[i] = p.k.r * i - pad;
        memset(p.k.column[i], 0, p.k.n_classes * (size_t)p.k.w * sizeof(uint16_t));
    }
    for (int32_t y = -pad; y < in->core.h + pad; y++) feed(&p, 0, y);
    msc_carried_copy(&self->carried, in, self->show.classes.n_classes, out, 1 + self->show.classes.n_classes);
}

void msc_smooth_op(const msc_smooth *self, msc_op *op)
{
    assert(self->n_sweeps <= MSC_SMOOTH_MAX_SWEEPS && self->show.classes.n_classes <= MSC_MAX_PLANES);
    *op = (msc_op){ .name = "smooth", .self = self, .halo_px = self->side_px / 2 * self->n_sweeps,
                    .n_planes_out = self->has_shares ? 1 + self->show.classes.n_classes : msc_show_n_planes(&self->show),
                    .scratch_bytes = scratch_bytes, .tile = smooth_tile };
    for (int b = 0; b < op->n_planes_out; b++) op->types_out[b] = MSC_U8;
    msc_carried_append(&self->carried, op);
}
