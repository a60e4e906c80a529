/* support.c - a difference among changes that were accepted is a change too.
 *
 *      marks of a row -> counts by column over side_px rows -> sums across side_px columns -> the row in the middle */
#include "ops/support.h"
#include <string.h>

enum { ACCEPTED = 1, HELD_BACK = 2 };

typedef struct work {
    uint8_t *marks;              /* [side_px][w] of the rows that the columns hold */
    uint16_t *accepted, *all;    /* [w] */
    int32_t w;
} work;

static size_t marks_bytes(const msc_support *self, int32_t w_px) { return ((size_t)self->side_px * (size_t)w_px + 63) / 64 * 64; }

static size_t scratch_bytes(const void *op, int32_t w_px, int32_t h_px)
{
    (void)h_px;
    return marks_bytes(op, w_px) + 2 * (size_t)w_px * sizeof(uint16_t);
}

static void mark_row(const msc_support *self, const msc_tile *in, int32_t y, uint8_t *restrict mark, int32_t w)
{
    const int32_t x0 = -in->pad_px;
    const uint16_t *restrict difference = msc_row_u16(in, 2, y) + x0;
    const uint8_t *restrict removed = msc_row_u8(in, 3, y) + x0, *restrict seen = msc_row_valid(in, y) + x0;
    for (int32_t x = 0; x < w; x++) {
        mark[x] = 0;
        if (!seen[x] || difference[x] == 0) continue;
        if (!self->is_counted[difference[x] >> 8] && !self->is_counted[difference[x] & 255]) continue;
        if (removed[x] == MSC_BY_NOTHING) mark[x] = ACCEPTED;
        else if (removed[x] == MSC_BY_POSTERIOR || removed[x] == MSC_BY_EVIDENCE) mark[x] = HELD_BACK;
    }
}

/* Adds the row's marks to the columns, or with sign -1 takes them away. */
static void count_row(const work *k, const uint8_t *restrict mark, int sign)
{
    uint16_t *restrict accepted = k->accepted, *restrict all = k->all;
    for (int32_t x = 0; x < k->w; x++) {
        accepted[x] = (uint16_t)(accepted[x] + sign * (mark[x] == ACCEPTED));
        all[x] = (uint16_t)(all[x] + sign * (mark[x] != 0));
    }
}

static void copy_row(const msc_tile *in, const msc_tile *out, int32_t y)
{
    const size_t w = (size_t)(out->core.w + 2 * out->pad_px);
    const int32_t x0 = -out->pad_px;
    memcpy(msc_row_u16(out, 0, y) + x0, msc_row_u16(in, 0, y) + x0, w * sizeof(uint16_t));
    memcpy(msc_row_u8(out, 1, y) + x0, msc_row_u8(in, 1, y) + x0, w);
    memcpy(msc_row_u16(out, 2, y) + x0, msc_row_u16(in, 2, y) + x0, w * sizeof(uint16_t));
    memcpy(msc_row_u8(out, 3, y) + x0, msc_row_u8(in, 3, y) + x0, w);
    memcpy(msc_row_valid(out, y) + x0, msc_row_valid(in, y) + x0, w);
}

/* `mark` are those of row y, from the padding's first column on. */
static void lift_row(const msc_support *self, const work *k, const uint8_t *mark, const msc_tile *out, int32_t y)
{
    const int32_t w = out->core.w + 2 * out->pad_px, r = self->side_px / 2;
    uint16_t *accepted = msc_row_u16(out, 0, y) - out->pad_px, *difference = msc_row_u16(out, 2, y) - out->pad_px;
    uint8_t *grade = msc_row_u8(out, 1, y) - out->pad_px, *removed = msc_row_u8(out, 3, y) - out->pad_px;
    int64_t n_accepted = 0, n_all = 0;
    for (int32_t x = 0; x < 2 * r; x++) n_accepted += k->accepted[x], n_all += k->all[x];
    for (int32_t x = 0; x < w; x++) {
        n_accepted += k->accepted[x + 2 * r], n_all += k->all[x + 2 * r];
        if (mark[x + r] == HELD_BACK && 100 * n_accepted >= self->percent * n_all) {
            accepted[x] = difference[x];
            grade[x] = MSC_GRADE_B;
            removed[x] = MSC_BORNE_OUT;
        }
        n_accepted -= k->accepted[x], n_all -= k->all[x];
    }
}

static void support_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_support *self = op;
    const int32_t r = self->side_px / 2, pad = in->pad_px, side = self->side_px;
    const int32_t w = in->core.w + 2 * pad;
    uint16_t *columns = (uint16_t *)(void *)((char *)scratch + marks_bytes(self, w));
    const work k = { .marks = scratch, .accepted = columns, .all = columns + w, .w = w };
    memset(k.accepted, 0, (size_t)k.w * sizeof *k.accepted);
    memset(k.all, 0, (size_t)k.w * sizeof *k.all);
    for (int32_t y = -pad, n = 0; y < in->core.h + pad; y++, n++) {
        uint8_t *mark = k.marks + (size_t)(n % side) * (size_t)k.w;
        if (n >= side) count_row(&k, mark, -1);
        mark_row(self, in, y, mark, k.w);
        count_row(&k, mark, 1);
        if (n < side - 1) continue;
        copy_row(in, out, y - r);
        lift_row(self, &k, k.marks + (size_t)((n - r) % side) * (size_t)k.w, out, y - r);
    }
}

void msc_support_op(const msc_support *self, msc_op *op)
{
    *op = (msc_op){ .name = "support", .self = self, .halo_px = self->side_px / 2, .n_planes_out = 4,
                    .types_out = { MSC_U16, MSC_U8, MSC_U16, MSC_U8 }, .scratch_bytes = scratch_bytes, .tile = support_tile };
}
