/* compare.c - two years' class codes to from-to codes. */
#include "ops/compare.h"

/* Whether `code` occurs in a plane at a valid pixel within r px of (x, y). */
static int occurs(const msc_tile *tile, int plane, uint8_t code, int32_t x, int32_t y, int32_t r)
{
    for (int32_t dy = -r; dy <= r; dy++) {
        const uint8_t *row = msc_row_u8(tile, plane, y + dy) + x, *valid = msc_row_valid(tile, y + dy) + x;
        for (int32_t dx = -r; dx <= r; dx++)
            if (row[dx] == code && valid[dx]) return 1;
    }
    return 0;
}

static int is_accepted(const msc_compare *self, const msc_tile *in, int32_t x, int32_t y)
{
    const uint8_t a = msc_row_u8(in, 0, y)[x], b = msc_row_u8(in, 1, y)[x];
    if (self->min_confidence > 0 &&
        (msc_row_u8(in, 2, y)[x] < self->min_confidence || msc_row_u8(in, 3, y)[x] < self->min_confidence))
        return 0;
    const int32_t r = self->edge_tolerance_px;
    return r == 0 || !occurs(in, 0, b, x, y, r) || !occurs(in, 1, a, x, y, r);
}

static void compare_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    (void)scratch;
    const int32_t pad = out->pad_px;
    for (int32_t y = -pad; y < in->core.h + pad; y++) {
        const uint8_t *a = msc_row_u8(in, 0, y), *b = msc_row_u8(in, 1, y), *valid = msc_row_valid(in, y);
        uint16_t *code = msc_row_u16(out, 0, y);
        uint8_t *seen = msc_row_valid(out, y);
        for (int32_t x = -pad; x < in->core.w + pad; x++) {
            seen[x] = valid[x] && a[x] && b[x];
            code[x] = seen[x] ? 0 : MSC_CHANGE_NODATA;
            if (seen[x] && a[x] != b[x] && is_accepted(self, in, x, y)) code[x] = (uint16_t)(a[x] * 256 + b[x]);
        }
    }
}

void msc_compare_op(const msc_compare *self, msc_op *op)
{
    *op = (msc_op){ .name = "compare", .self = self, .halo_px = self->edge_tolerance_px, .n_planes_out = 1,
                    .types_out = { MSC_U16 }, .tile = compare_tile };
}
