/* adjoin.c - what belongs to a region of differences that are judged together: those with a word of their own, and the edges beside them.
 *
 *      marks of a row -> counts by column over the rows in reach -> sums across the columns in reach -> the row in the middle */
#include "ops/adjoin.h"
#include <string.h>

typedef struct work {
    uint8_t *marks;              /* [side][w] of the rows that the columns hold: 1 where a difference has a word */
    uint16_t *n_marks;           /* [w] */
    int32_t w, side;
} work;

static size_t marks_bytes(int32_t side, int32_t w_px) { return ((size_t)side * (size_t)w_px + 63) / 64 * 64; }

static size_t scratch_bytes(const void *op, int32_t w_px, int32_t h_px)
{
    const msc_adjoin *self = op;
    (void)h_px;
    return marks_bytes(2 * self->reach_px + 1, w_px) + (size_t)w_px * sizeof(uint16_t);
}

static int is_counted(const msc_adjoin *self, uint16_t difference)
{
    return difference != 0 && (self->is_counted[difference >> 8] || self->is_counted[difference & 255]);
}

static void mark_row(const msc_adjoin *self, const msc_tile *in, int32_t y, uint8_t *restrict mark, int32_t w)
{
    const int32_t x0 = -in->pad_px;
    const uint16_t *restrict difference = msc_row_u16(in, 2, y) + x0, *restrict word = msc_row_u16(in, 4, y) + x0;
    const uint8_t *restrict seen = msc_row_valid(in, y) + x0;
    for (int32_t x = 0; x < w; x++) mark[x] = seen[x] && word[x] && is_counted(self, difference[x]);
}

/* Adds the row's marks to the columns, or with sign -1 takes them away. */
static void count_row(const work *k, const uint8_t *restrict mark, int sign)
{
    uint16_t *restrict n = k->n_marks;
    for (int32_t x = 0; x < k->w; x++) n[x] = (uint16_t)(n[x] + sign * mark[x]);
}

static void copy_row(const msc_tile *in, const msc_tile *out, int32_t y)
{
    const size_t w = (size_t)(out->core.w + 2 * out->pad_px);
    const int32_t x0 = -out->pad_px;
    for (int b = 0; b < out->n_planes; b++) {
        if (out->plane[b].type == MSC_U8) memcpy(msc_row_u8(out, b, y) + x0, msc_row_u8(in, b, y) + x0, w);
        else memcpy(msc_row_u16(out, b, y) + x0, msc_row_u16(in, b, y) + x0, w * sizeof(uint16_t));
    }
    memcpy(msc_row_valid(out, y) + x0, msc_row_valid(in, y) + x0, w);
}

/* `mark` are those of row y, from the padding's first column on. */
static void settle_row(const msc_adjoin *self, const work *k, const uint8_t *mark, const msc_tile *out, int32_t y)
{
    const int32_t w = out->core.w + 2 * out->pad_px, r = self->reach_px;
    const uint16_t *difference = msc_row_u16(out, 2, y) - out->pad_px;
    const uint8_t *removed = msc_row_u8(out, 3, y) - out->pad_px, *seen = msc_row_valid(out, y) - out->pad_px;
    uint16_t *word = msc_row_u16(out, 4, y) - out->pad_px;
    int32_t n = 0;
    for (int32_t x = 0; x < 2 * r; x++) n += k->n_marks[x];
    for (int32_t x = 0; x < w; x++) {
        n += k->n_marks[x + 2 * r];
        const int is_edge = n > 0 && seen[x] && removed[x] == MSC_BY_BOUNDARY && is_counted(self, difference[x]);
        if (!mark[x + r]) word[x] = (uint16_t)(is_edge && r > 0 ? MSC_WORD_NONE : 0);
        n -= k->n_marks[x];
    }
}

static void adjoin_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_adjoin *self = op;
    const int32_t r = self->reach_px, pad = in->pad_px, side = 2 * r + 1, w = in->core.w + 2 * pad;
    const work k = { .marks = scratch, .n_marks = (uint16_t *)(void *)((char *)scratch + marks_bytes(side, w)), .w = w, .side = side };
    memset(k.n_marks, 0, (size_t)w * sizeof *k.n_marks);
    for (int32_t y = -pad, n = 0; y < in->core.h + pad; y++, n++) {
        uint8_t *mark = k.marks + (size_t)(n % side) * (size_t)w;
        if (n >= side) count_row(&k, mark, -1);
        mark_row(self, in, y, mark, w);
        count_row(&k, mark, 1);
        if (n < side - 1) continue;
        copy_row(in, out, y - r);
        settle_row(self, &k, k.marks + (size_t)((n - r) % side) * (size_t)w, out, y - r);
    }
}

void msc_adjoin_op(const msc_adjoin *self, msc_op *op)
{
    *op = (msc_op){ .name = "adjoin", .self = self, .halo_px = self->reach_px, .n_planes_out = 5,
                    .types_out = { MSC_U16, MSC_U8, MSC_U16, MSC_U8, MSC_U16 }, .scratch_bytes = scratch_bytes, .tile = adjoin_tile };
}
