/* evidence.c - scores pixels, a piece of a row at a time. */
#include "ops/evidence.h"
#include <string.h>

enum { PIECE = 256 };

static void score_piece(const msc_evidence *e, const msc_tile *in, int32_t y, int32_t x, int32_t n, uint8_t *out, uint8_t *valid)
{
    float value[MSC_IRMAD_PLANES][PIECE];
    const float *plane[MSC_IRMAD_PLANES] = { NULL };
    const uint8_t *is_observed = msc_row_valid(in, y) + x;
    double z[PIECE];
    memset(out, MSC_EVIDENCE_NODATA, (size_t)n);
    memset(valid, 0, (size_t)n);
    if (e->irmad->n == 0) return;
    memcpy(valid, is_observed, (size_t)n);
    if (!memchr(is_observed, 1, (size_t)n)) return;
    for (int p = 0; p < e->irmad->n_before + e->irmad->n_after; p++) {
        const msc_type type = in->plane[p].type;
        const uint8_t *row = (const uint8_t *)in->plane[p].data + ((ptrdiff_t)y * in->stride_px + x) * (ptrdiff_t)msc_type_bytes(type);
        msc_irmad_load(type, row, (size_t)n, &e->limit[p], value[p]);
        plane[p] = value[p];
    }
    msc_irmad_score(e->irmad, plane, (size_t)n, z);
    msc_irmad_no_change_row(e->irmad, z, (size_t)n, MSC_EVIDENCE_FULL, out);
    for (int32_t i = 0; i < n; i++) out[i] = is_observed[i] ? out[i] : MSC_EVIDENCE_NODATA;
}

static void evidence_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const int32_t pad = out->pad_px;
    (void)scratch;
    for (int32_t y = -pad; y < in->core.h + pad; y++)
        for (int32_t x = -pad; x < in->core.w + pad; x += PIECE) {
            const int32_t left = in->core.w + pad - x;
            score_piece(self, in, y, x, left < PIECE ? left : PIECE, msc_row_u8(out, 0, y) + x, msc_row_valid(out, y) + x);
        }
    const msc_evidence *e = self;
    for (int32_t y = -pad; e->saturated && y < in->core.h + pad; y++)
        memcpy(msc_row_u8(out, 1, y) - pad, msc_row_u8(in, e->saturated, y) - pad, (size_t)(in->core.w + 2 * pad));
}

void msc_evidence_op(const msc_evidence *self, msc_op *op)
{
    *op = (msc_op){ .name = "evidence", .self = self, .n_planes_out = 1 + (self->saturated > 0), .types_out = { MSC_U8, MSC_U8 }, .tile = evidence_tile };
}
