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

/* Pixels whose numbers of all classes stay in the first caches. */
enum { PIECE_PX = 256 };

/* What a pixel's own word is doubted by, and what a class that the window does not hold keeps: 1 and 5 %. */
static const float doubt = 2.55f, chance = 0.05f;

typedef struct work {
    const msc_smooth_rows *rows;
    int32_t w, r, ring;          /* width with padding; half window; rows that a sweep keeps of the one before */
    size_t n_classes;
    uint16_t *column[MSC_SMOOTH_MAX_SWEEPS];   /* [class][w] */
    uint8_t *kept[MSC_SMOOTH_MAX_SWEEPS];      /* [ring][class][w] what sweep i reads; the first reads the tile */
    uint8_t *none;               /* [w] zeros */
    uint16_t *sum;               /* [class][PIECE_PX], and from here on of the piece in hand */
    float *weight;
    float *all, *total, *best;   /* [PIECE_PX] */
    int32_t *index;
    uint8_t *share;              /* [class][PIECE_PX] after the last sweep */
    uint8_t *winner;
} work;

static void *take(char *at, size_t *used, size_t bytes)
{
    void *place = at ? at + *used : NULL;
    *used += (bytes + 63) / 64 * 64;
    return place;
}

/* Lays the work out from `at`; returns its size. With at NULL only the size is of use. */
static size_t carve(const msc_smooth *self, int32_t w_px, char *at, work *k)
{
    const size_t w = (size_t)w_px, n = (size_t)self->classes.n_classes, ring = (size_t)self->side_px + 1;
    size_t used = 0;
    *k = (work){ .rows = msc_kernels_select()->smooth, .w = w_px, .r = self->side_px / 2, .ring = self->side_px + 1, .n_classes = n };
    for (int i = 0; i < self->n_sweeps; i++) {
        k->column[i] = take(at, &used, n * w * sizeof(uint16_t));
        k->kept[i] = i ? take(at, &used, ring * n * w) : NULL;
    }
    k->none = take(at, &used, w);
    k->sum = take(at, &used, n * PIECE_PX * sizeof *k->sum);
    k->weight = take(at, &used, n * PIECE_PX * sizeof *k->weight);
    k->all = take(at, &used, PIECE_PX * sizeof *k->all);
    k->total = take(at, &used, PIECE_PX * sizeof *k->total);
    k->best = take(at, &used, PIECE_PX * sizeof *k->best);
    k->index = take(at, &used, PIECE_PX * sizeof *k->index);
    k->share = take(at, &used, n * PIECE_PX);
    k->winner = take(at, &used, PIECE_PX);
    return used;
}

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)h_px;
    work k;
    return carve(self, w_px, NULL, &k);
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

/* Weighs n pixels of row y, from column x on, by the columns of sweep i. Classes that no window holds are passed over:
 * is_there[c] is 0 for them. */
static void weigh_piece(const pass *p, int i, int32_t y, int32_t x, size_t n, uint8_t is_there[MSC_MAX_PLANES])
{
    const work *k = &p->k;
    memset(k->all, 0, n * sizeof *k->all);
    memset(k->total, 0, n * sizeof *k->total);
    for (size_t c = 0; c < k->n_classes; c++)
        is_there[c] = (uint8_t)k->rows->across(k->sum + c * PIECE_PX, k->all, k->column[i] + c * (size_t)k->w + x - k->r,
                                               (size_t)p->self->side_px, n);
    for (size_t c = 0; c < k->n_classes; c++)
        if (is_there[c])
            k->rows->weigh(k->weight + c * PIECE_PX, k->total, row_of(p, 0, c, y) + x, k->sum + c * PIECE_PX, k->all, doubt, chance,
                           p->self->strength, n);
}

/* What the map shows of the piece weighed last, n pixels from (x, y) of the core on: class and, of the winner's share,
 * confidence. k->winner names the pixels' classes, none where the map shows none. */
static void show_classes(const pass *p, const uint8_t *ok, int32_t x, int32_t y, size_t n)
{
    enum { NONE = 255 };
    _Static_assert((int)MSC_MAX_PLANES < (int)NONE, "no class has this index");
    const work *k = &p->k;
    const msc_legend_codes *classes = &p->self->classes;
    uint8_t *restrict code = msc_row_u8(p->out, 0, y) + x, *restrict seen = msc_row_valid(p->out, y) + x;
    for (size_t i = 0; i < n; i++) code[i] = classes->code[k->index[i]];
    for (size_t i = 0; i < n; i++) seen[i] = (uint8_t)(ok[i] & !classes->is_masked[k->index[i]]);
    for (size_t i = 0; i < n; i++) {
        code[i] = ok[i] ? code[i] : 0;
        k->winner[i] = seen[i] ? (uint8_t)k->index[i] : NONE;
    }
    if (!p->self->has_confidence) return;
    uint8_t *restrict percent = msc_row_u8(p->out, 1, y) + x;
    k->rows->share(percent, k->best, k->total, seen, n);
    for (size_t i = 0; i < n; i++) percent[i] = (uint8_t)((200u * percent[i] + 255u) / 510u);
}

/* Class, confidence and ranks of the piece weighed last. */
static void show_piece(const pass *p, const uint8_t is_there[MSC_MAX_PLANES], const uint8_t *ok, int32_t x, int32_t y, size_t n)
{
    const work *k = &p->k;
    const uint8_t *share[MSC_MAX_PLANES];
    uint8_t *rank[MSC_RANK_PLANES];
    memset(k->total, 0, n * sizeof *k->total);
    memset(k->index, 0, n * sizeof *k->index);
    memset(k->best, 0, n * sizeof *k->best);
    for (size_t c = 0; c < k->n_classes; c++) {
        if (!is_there[c]) continue;
        k->rows->soften(k->weight + c * PIECE_PX, k->total, n);
        k->rows->lead(k->index, k->best, k->weight + c * PIECE_PX, (int32_t)c, n);
    }
    show_classes(p, ok, x, y, n);
    if (!p->self->has_ranks) return;
    for (size_t c = 0; c < k->n_classes; c++) {
        share[c] = is_there[c] ? k->share + c * PIECE_PX : NULL;
        if (is_there[c]) k->rows->share(k->share + c * PIECE_PX, k->weight + c * PIECE_PX, k->total, ok, n);
    }
    for (int r = 0; r < MSC_RANK_PLANES; r++) rank[r] = msc_row_u8(p->out, (p->self->has_confidence ? 2 : 1) + r, y) + x;
    msc_rank_row(&p->self->classes, share, k->winner, n, rank);
}

/* Makes row y of sweep i + 1: for the next sweep, or for the map. */
static void make_row(const pass *p, int i, int32_t y)
{
    const work *k = &p->k;
    const int is_last = i == p->self->n_sweeps - 1;
    const int32_t margin = k->r * (i + 1), end = k->w - margin;
    uint8_t is_there[MSC_MAX_PLANES];
    for (int32_t x = margin; x < end; x += PIECE_PX) {
        const size_t n = end - x < PIECE_PX ? (size_t)(end - x) : PIECE_PX;
        const uint8_t *ok = msc_row_valid(p->in, y) - p->in->pad_px + x;
        weigh_piece(p, i, y, x, n, is_there);
        if (is_last) {
            show_piece(p, is_there, ok, x - p->in->pad_px, y, n);
            continue;
        }
        for (size_t c = 0; c < k->n_classes; c++) {
            uint8_t *to = row_of(p, i + 1, c, y) + x;
            if (is_there[c]) k->rows->share(to, k->weight + c * PIECE_PX, k->total, ok, n);
            else memset(to, 0, n);
        }
    }
}

/* Gives row y to sweep i: its columns move down, and where they stand on whole windows it makes a row for the next. */
static void feed(const pass *p, int i, int32_t y)
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
    carve(self, in->core.w + 2 * pad, scratch, &p.k);
    memset(p.k.none, 0, (size_t)p.k.w);
    for (int i = 0; i < self->n_sweeps; i++) {
        p.first[i] = p.k.r * i - pad;
        memset(p.k.column[i], 0, p.k.n_classes * (size_t)p.k.w * sizeof(uint16_t));
    }
    for (int32_t y = -pad; y < in->core.h + pad; y++) feed(&p, 0, y);
}

void msc_smooth_op(const msc_smooth *self, msc_op *op)
{
    assert(self->n_sweeps <= MSC_SMOOTH_MAX_SWEEPS && self->classes.n_classes <= MSC_MAX_PLANES);
    *op = (msc_op){ .name = "smooth", .self = self, .halo_px = self->side_px / 2 * self->n_sweeps,
                    .n_planes_out = 1 + (self->has_confidence != 0) + (self->has_ranks ? MSC_RANK_PLANES : 0),
                    .scratch_bytes = scratch_bytes, .tile = smooth_tile };
    for (int b = 0; b < op->n_planes_out; b++) op->types_out[b] = MSC_U8;
}
