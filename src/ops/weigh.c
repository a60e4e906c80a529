/* weigh.c - what the posteriors and the evidence say of each pixel. */
#include "ops/weigh.h"
#include <string.h>

static uint8_t step_of(int32_t odds)
{
    const int32_t from_first = odds - msc_odds_of_step(0) + MSC_ODDS_STEP / 2;
    if (from_first < 0) return 0;
    const int32_t step = from_first / MSC_ODDS_STEP;
    return (uint8_t)(step < MSC_ODDS_STEPS ? step : MSC_ODDS_STEPS - 1);
}

static void pass_on(int plane, const msc_tile *in, int none, int32_t y, int32_t x0, int32_t w, uint8_t *to)
{
    if (plane) memcpy(to, msc_row_u8(in, plane, y) + x0, (size_t)w);
    else memset(to, none, (size_t)w);
}

static void weigh_row(const void *op, const msc_tile *in, const msc_tile *out, int32_t y, int32_t x0, int32_t w,
                      const uint8_t *boundary)
{
    const msc_weigh *self = op;
    const uint8_t *a = msc_row_u8(in, 0, y) + x0, *b = msc_row_u8(in, 1, y) + x0, *ok = msc_row_valid(in, y) + x0;
    const msc_posterior_rows posterior = msc_posterior_rows_of(in, self->posterior, 2, y, x0);
    uint8_t *step = msc_row_u8(out, 0, y) + x0, *ground = msc_row_u8(out, 3, y) + x0, *seen = msc_row_valid(out, y) + x0;
    pass_on(self->evidence, in, MSC_NO_EVIDENCE, y, x0, w, msc_row_u8(out, 1, y) + x0);
    pass_on(self->height, in, MSC_NO_HEIGHT, y, x0, w, msc_row_u8(out, 2, y) + x0);
    for (int32_t x = 0; x < w; x++) {
        ground[x] = (uint8_t)msc_ground_of(self->is_damage, a[x], b[x]);
        seen[x] = ok[x] && a[x] && b[x] && !(boundary && a[x] != b[x] && boundary[x]);
        step[x] = seen[x] ? step_of(msc_log_odds(&self->shares, &posterior, x, NULL)) : 0;
    }
}

static size_t scratch_bytes(const void *op, int32_t w_px, int32_t h_px)
{
    const msc_weigh *self = op;
    (void)h_px;
    return msc_boundary_bytes(&self->boundary, w_px);
}

static void weigh_tile(const void *op, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_weigh *self = op;
    msc_boundary_walk(&self->boundary, self, weigh_row, in, out, scratch);
}

void msc_weigh_op(const msc_weigh *self, msc_op *op)
{
    *op = (msc_op){ .name = "weigh", .self = self, .halo_px = msc_decide_halo_px(&self->boundary, self->height), .n_planes_out = 4,
                    .types_out = { MSC_U8, MSC_U8, MSC_U8, MSC_U8 }, .scratch_bytes = scratch_bytes, .tile = weigh_tile };
}
