/* majority.c - each pixel takes the commonest class of the window round it.
 *
 * Blocks of a tile are worked on by themselves: a block that fits the first cache meets few of the map's classes, and
 * where it meets one only there is nothing to count. */
#include "ops/majority.h"
#include "kernels/kernels.h"
#include "ops/window.h"
#include <string.h>

enum { BLOCK_W = 256, BLOCK_H = 64, STRIDE = BLOCK_W + MSC_MAJORITY_MAX_PX - 1 };

typedef struct work {
    const msc_majority_rows *rows;
    int32_t r, w, h;             /* reach of the window; size of the block */
    uint8_t *code;               /* [h + 2 r][STRIDE] classes, 0 where not valid; starts r px before the block */
    uint8_t *column;             /* [n_present][STRIDE] */
    uint8_t *none;               /* a row of no class */
    int n_present;
    uint8_t present[256];        /* ascending */
    msc_majority_poll poll;
} work;

static void carve(const msc_majority_window *self, msc_space *space, work *k)
{
    const size_t n_rows = (size_t)(BLOCK_H + self->window_px - 1);
    *k = (work){ .rows = msc_kernels_select()->majority, .r = self->window_px / 2, .poll.side = (size_t)self->window_px };
    k->code = msc_space_take(space, n_rows * STRIDE);
    k->column = msc_space_take(space, (size_t)255 * STRIDE);
    k->none = msc_space_take(space, STRIDE);
    k->poll.best = msc_space_take(space, BLOCK_W * sizeof(uint16_t));
    k->poll.own = msc_space_take(space, BLOCK_W * sizeof(uint16_t));
    k->poll.winner = msc_space_take(space, BLOCK_W);
    k->poll.spare = msc_space_take(space, 3 * STRIDE * sizeof(uint16_t));
}

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)w_px, (void)h_px;
    msc_space space = { 0 };
    work k;
    carve(self, &space, &k);
    return space.used;
}

/* Marks the classes of a row; eight equal pixels after eight like them are passed over. */
static void mark(const uint8_t *code, size_t n, uint8_t *is_there)
{
    uint64_t last = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t eight;
        memcpy(&eight, code + i, sizeof eight);
        if (eight == last) continue;
        for (size_t k = 0; k < 8; k++) is_there[code[i + k]] = 1;
        last = eight;
    }
    for (; i < n; i++) is_there[code[i]] = 1;
}

/* Copies the block at (x0, y0) with its reach, and lists the classes in it. */
static void gather(work *k, const msc_tile *in, int32_t x0, int32_t y0)
{
    uint8_t is_there[256] = { 0 };
    const size_t n = (size_t)(k->w + 2 * k->r);
    for (int32_t y = 0; y < k->h + 2 * k->r; y++) {
        const uint8_t *restrict v = msc_row_u8(in, 0, y0 + y - k->r) + x0 - k->r;
        const uint8_t *restrict valid = msc_row_valid(in, y0 + y - k->r) + x0 - k->r;
        uint8_t *restrict code = k->code + (size_t)y * STRIDE;
        for (size_t x = 0; x < n; x++) {
            const uint8_t value = v[x];
            code[x] = valid[x] ? value : 0;
        }
        mark(code, n, is_there);
    }
    k->n_present = 0;
    for (int c = 1; c < 256; c++)
        if (is_there[c]) k->present[k->n_present++] = (uint8_t)c;
}

static const uint8_t *code_row(const work *k, int32_t y) { return k->code + (size_t)(y + k->r) * STRIDE; }

/* The columns of the block's first row. */
static void begin_columns(work *k)
{
    const size_t n = (size_t)(k->w + 2 * k->r);
    for (int i = 0; i < k->n_present; i++) {
        uint8_t *column = k->column + (size_t)i * STRIDE;
        memset(column, 0, n);
        for (int32_t y = -k->r; y <= k->r; y++) k->rows->slide(column, code_row(k, y), k->none, k->present[i], n);
    }
}

static void elect_row(work *k, int32_t y, uint8_t *out)
{
    const int is_narrow = k->poll.side <= MSC_MAJORITY_BYTE_SIDE;
    const size_t count_bytes = is_narrow ? sizeof(uint8_t) : sizeof(uint16_t), n = (size_t)(k->w + 2 * k->r);
    k->poll.centre = code_row(k, y) + k->r;
    k->poll.n = (size_t)k->w;
    memset(k->poll.best, 0, k->poll.n * count_bytes);
    memset(k->poll.own, 0, k->poll.n * count_bytes);
    memset(k->poll.winner, 0, k->poll.n);
    for (int i = 0; i < k->n_present; i++) {
        uint8_t *column = k->column + (size_t)i * STRIDE;
        if (y > 0) k->rows->slide(column, code_row(k, y + k->r), code_row(k, y - k->r - 1), k->present[i], n);
        if (is_narrow) k->rows->stand(&k->poll, column, k->present[i]);
        else k->rows->stand_wide(&k->poll, column, k->present[i]);
    }
    if (is_narrow) k->rows->settle(out, &k->poll);
    else k->rows->settle_wide(out, &k->poll);
}

static void filter_block(work *k, const msc_tile *in, msc_tile *out, int32_t x0, int32_t y0)
{
    gather(k, in, x0, y0);
    if (k->n_present > 1) begin_columns(k);
    for (int32_t y = 0; y < k->h; y++) {
        uint8_t *code = msc_row_u8(out, 0, y0 + y) + x0, *restrict seen = msc_row_valid(out, y0 + y) + x0;
        const int32_t w = k->w;
        const uint8_t *restrict centre = code_row(k, y) + k->r;
        if (k->n_present > 1) elect_row(k, y, code);
        else memcpy(code, centre, (size_t)w);
        for (int32_t x = 0; x < w; x++) seen[x] = centre[x] != 0;
    }
}

static void majority_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const int32_t pad = out->pad_px, x_end = in->core.w + pad, y_end = in->core.h + pad;
    work k;
    carve(self, &(msc_space){ .base = scratch }, &k);
    memset(k.none, 0, STRIDE);
    for (int32_t y = -pad; y < y_end; y += BLOCK_H)
        for (int32_t x = -pad; x < x_end; x += BLOCK_W) {
            k.w = x_end - x < BLOCK_W ? x_end - x : BLOCK_W;
            k.h = y_end - y < BLOCK_H ? y_end - y : BLOCK_H;
            filter_block(&k, in, out, x, y);
        }
}

void msc_majority_op(const msc_majority_window *self, msc_op *op)
{
    *op = (msc_op){ .name = "majority", .self = self, .halo_px = self->window_px / 2, .n_planes_out = 1, .types_out = { MSC_U8 },
                    .scratch_bytes = scratch_bytes, .tile = majority_tile };
}
