/* objects.c - each pixel's classes weighed against those of the object that it lies in.
 *
 *      cell with its margin -> objects -> mean share of each class -> pieces of rows: own share and mean -> what is shown */
#include "ops/objects.h"
#include "ops/rim.h"
#include "ops/segment.h"
#include <assert.h>
#include <string.h>

enum { WINDOW_PX = MSC_OBJECTS_CELL_PX + 2 * MSC_OBJECTS_MARGIN_PX, MEAN_UNIT = 256 };

typedef struct work {
    const msc_objects *self;
    msc_segment segment;
    msc_shown shown;
    uint32_t *votes;             /* [object] */
    uint16_t *mean[MSC_MAX_PLANES];     /* by class index, [object] in 1/MEAN_UNIT of a share's 1/255 */
    uint8_t has_votes[MSC_MAX_PLANES];
    uint8_t is_masked[256];      /* by code */
    uint8_t *ok;                 /* [MSC_SHOW_PX] there and in no margin */
    uint16_t *sum;               /* [class][MSC_SHOW_PX] */
    float *all;                  /* [MSC_SHOW_PX] */
} work;

/* Where the code lies among the planes in. */
static int code_plane(const msc_objects *self) { return self->has_reason != 0; }

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/* Lays the work out for tiles of w x h px, padding included. */
static void carve(const msc_objects *self, int32_t w_px, int32_t h_px, msc_space *space, work *k)
{
    const int32_t w = smaller(w_px, WINDOW_PX), h = smaller(h_px, WINDOW_PX);
    const size_t n = (size_t)w * (size_t)h, n_classes = (size_t)self->show.classes.n_classes;
    k->self = self;
    msc_segment_lay(&k->segment, w, h, self->n_bands, space);
    msc_shown_lay(&k->shown, n_classes, space);
    k->votes = msc_space_take(space, n * sizeof *k->votes);
    for (size_t c = 0; c < n_classes; c++) k->mean[c] = msc_space_take(space, n * sizeof **k->mean);
    k->sum = msc_space_take(space, n_classes * MSC_SHOW_PX * sizeof *k->sum);
    k->all = msc_space_take(space, MSC_SHOW_PX * sizeof *k->all);
    k->ok = msc_space_take(space, MSC_SHOW_PX);
}

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    msc_space space = { 0 };
    work k;
    carve(self, w_px, h_px, &space, &k);
    return space.used;
}

/* Adds a class' shares up, object by object; returns whether there are any. */
static int sum_votes(const work *k, const msc_tile *in, int c, msc_rect window, uint32_t n_objects)
{
    const uint32_t *object = k->segment.parent;
    int any = 0;
    for (int32_t y = 0; y < window.h; y++, object += window.w) {
        const uint8_t *share = msc_row_u8(in, code_plane(k->self) + 1 + c, window.y + y) + window.x;
        for (int32_t x = 0; x < window.w;) {
            const uint32_t of = object[x];
            uint32_t sum = 0;
            for (; x < window.w && object[x] == of; x++) sum += share[x];
            if (of == MSC_SEGMENT_NONE || sum == 0) continue;
            if (!any) memset(k->votes, 0, n_objects * sizeof *k->votes);
            any = 1;
            k->votes[of] += sum;
        }
    }
    return any;
}

static void find_means(work *k, const msc_tile *in, msc_rect window, uint32_t n_objects)
{
    for (int c = 0; c < k->self->show.classes.n_classes; c++) {
        k->has_votes[c] = (uint8_t)sum_votes(k, in, c, window, n_objects);
        if (!k->has_votes[c]) continue;
        for (uint32_t i = 0; i < n_objects; i++) {
            const uint32_t n_px = (uint32_t)k->segment.n_px[i];
            k->mean[c][i] = (uint16_t)(((uint64_t)MEAN_UNIT * k->votes[i] + n_px / 2) / n_px);
        }
    }
}

/* Weighs and shows n pixels from (x, y) of the tile's core on, whose objects are `object`. */
static void show_piece(work *k, const msc_tile *in, msc_tile *out, int32_t x, int32_t y, const uint32_t *object, size_t n)
{
    const msc_objects *self = k->self;
    msc_shown *p = &k->shown;
    const uint8_t *restrict code = msc_row_u8(in, code_plane(self), y) + x, *restrict valid = msc_row_valid(in, y) + x;
    uint8_t *restrict ok = k->ok;
    for (size_t i = 0; i < n; i++) ok[i] = (uint8_t)((code[i] != 0) & (valid[i] | k->is_masked[code[i]]));
    memset(k->all, 0, n * sizeof *k->all);
    memset(p->total, 0, n * sizeof *p->total);
    for (int c = 0; c < self->show.classes.n_classes; c++) {
        uint16_t *sum = k->sum + (size_t)c * MSC_SHOW_PX;
        unsigned any = 0;
        p->is_there[c] = 0;
        if (!k->has_votes[c]) continue;
        for (size_t i = 0; i < n; i++) any |= sum[i] = code[i] ? k->mean[c][object[i]] : 0;
        p->is_there[c] = any != 0;
        for (size_t i = 0; i < n; i++) k->all[i] += sum[i];
    }
    for (int c = 0; c < self->show.classes.n_classes; c++)
        if (p->is_there[c])
            p->rows->weigh(p->weight + (size_t)c * MSC_SHOW_PX, p->total, msc_row_u8(in, code_plane(self) + 1 + c, y) + x, k->sum + (size_t)c * MSC_SHOW_PX, k->all,
                           msc_show_doubt, msc_show_chance, self->strength, n);
    msc_shown_soften(p, n);
    msc_show_piece(&self->show, p, ok, out, x, y, n);
    if (!self->has_reason) return;
    const uint8_t *restrict seen = msc_row_valid(out, y) + x;
    uint8_t *restrict why = msc_row_u8(out, msc_show_n_planes(&self->show), y) + x;
    for (size_t i = 0; i < n; i++) why[i] = seen[i] || !code[i] ? MSC_RIM_NONE : ok[i] ? MSC_RIM_CLASS : MSC_RIM_MARGIN;
}

/* Makes the cell's part of the tile, w x h px from (x, y) of its core on. */
static void make_cell(work *k, const msc_tile *in, msc_tile *out, msc_rect cell)
{
    enum { MARGIN = MSC_OBJECTS_MARGIN_PX };
    const msc_rect window = { cell.x - MARGIN, cell.y - MARGIN, cell.w + 2 * MARGIN, cell.h + 2 * MARGIN };
    msc_tile there = *in;        /* margins and masked classes are ground as well */
    there.valid = in->plane[code_plane(k->self)].data;
    const uint32_t n_objects = msc_segment_part(&k->segment, &there, in->n_planes - k->self->n_bands, window);
    find_means(k, in, window, n_objects);
    for (int32_t y = 0; y < cell.h; y++)
        for (int32_t x = 0; x < cell.w; x += MSC_SHOW_PX)
            show_piece(k, in, out, cell.x + x, cell.y + y, k->segment.parent + (size_t)(y + MARGIN) * (size_t)window.w + MARGIN + x,
                       (size_t)smaller(cell.w - x, MSC_SHOW_PX));
}

static void objects_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    enum { CELL = MSC_OBJECTS_CELL_PX };
    const msc_objects *self = op;
    const int32_t pad = in->pad_px;
    work k;
    assert(pad == MSC_OBJECTS_MARGIN_PX && in->core.x % CELL == 0 && in->core.y % CELL == 0);
    carve(self, in->core.w + 2 * pad, in->core.h + 2 * pad, &(msc_space){ .base = scratch }, &k);
    memset(k.is_masked, 0, sizeof k.is_masked);
    for (int c = 0; c < self->show.classes.n_classes; c++) k.is_masked[self->show.classes.code[c]] = self->show.classes.is_masked[c];
    for (int32_t y = 0; y < in->core.h; y += CELL)
        for (int32_t x = 0; x < in->core.w; x += CELL)
            make_cell(&k, in, out, (msc_rect){ x, y, smaller(in->core.w - x, CELL), smaller(in->core.h - y, CELL) });
}

void msc_objects_op(const msc_objects *self, msc_op *op)
{
    assert(self->strength >= 1 && self->strength <= MSC_OBJECTS_MAX_STRENGTH);
    *op = (msc_op){ .name = "objects", .self = self, .halo_px = MSC_OBJECTS_MARGIN_PX, .cell_px = MSC_OBJECTS_CELL_PX,
                    .n_planes_out = msc_show_n_planes(&self->show) + (self->has_reason != 0), .scratch_bytes = scratch_bytes, .tile = objects_tile };
    for (int b = 0; b < op->n_planes_out; b++) op->types_out[b] = MSC_U8;
}
