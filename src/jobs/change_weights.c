/* change_weights.c - a look at both years before they are compared. */
#include "jobs/change_weights.h"
#include "base/mem.h"
#include "jobs/blocks.h"

enum { BLOCK_PX = 256, MOST_ACROSS = 16 };

typedef struct looking {
    msc_blocks blocks;
    msc_weights_count *count;    /* [MSC_N_GROUNDS * MSC_ODDS_STEPS] */
} looking;

static msc_status add(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    const looking *l = self;
    (void)slot, (void)index, (void)err;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *step = msc_row_u8(tile, 0, y), *evidence = msc_row_u8(tile, 1, y), *height = msc_row_u8(tile, 2, y), *ground = msc_row_u8(tile, 3, y), *seen = msc_row_valid(tile, y);
        for (int32_t x = 0; x < tile->core.w; x++)
            if (seen[x]) l->count[ground[x] * MSC_ODDS_STEPS + step[x]][height[x]][evidence[x]]++;
    }
    return MSC_OK;
}

static msc_status look(const msc_settings *settings, const msc_source *whole, looking *l, const msc_weigh *weigh, msc_error *err)
{
    msc_settings in_blocks = *settings;
    in_blocks.tile_px = BLOCK_PX;
    msc_source source;
    msc_blocks_source(&l->blocks, whole, BLOCK_PX, MOST_ACROSS, &source);
    msc_op op;
    msc_weigh_op(weigh, &op);
    const msc_sink sink = { .self = l, .put = add };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(&in_blocks, &source, &op, 1, &sink, (int64_t)(MSC_N_GROUNDS * MSC_ODDS_STEPS * sizeof *l->count), &layout, err));
    return msc_stream_run(&in_blocks, &layout, &source, &op, 1, &sink, "change", err);
}

msc_status msc_change_weights(const msc_settings *settings, const msc_source *source, const msc_decide *decide,
                              const msc_weights_known *known, msc_weights weights[MSC_N_GROUNDS], msc_error *err)
{
    _Static_assert((int)MSC_N_GROUNDS == 2, "msc_weights_fit_both knows two kinds");
    double odds[MSC_ODDS_STEPS], usual_ratio[256];
    const size_t n_counts = MSC_N_GROUNDS * MSC_ODDS_STEPS;
    looking l = { .count = msc_alloc_zero(n_counts, sizeof *l.count) };
    if (!l.count) return msc_fail(err, MSC_ENOMEM, "change", "%zu bytes", n_counts * sizeof *l.count);
    msc_weigh weigh = { .boundary = decide->boundary, .posterior = decide->posterior, .evidence = decide->evidence, .height = decide->height,
                        .shares = decide->shares, .is_damage = decide->is_damage };
    for (int s = 0; s < MSC_ODDS_STEPS; s++) odds[s] = (double)msc_odds_of_step(s) / MSC_LOG_UNIT;
    for (int e = 0; e < 256; e++) usual_ratio[e] = (double)decide->worth[MSC_GROUND_OTHER].ratio[e] / MSC_LOG_UNIT;
    const msc_status status = look(settings, source, &l, &weigh, err);
    msc_weights_known all = *known;
    all.odds = odds;
    all.n_steps = MSC_ODDS_STEPS;
    all.usual_ratio = usual_ratio;
    if (status == MSC_OK) msc_weights_fit_both((const msc_weights_count *)l.count, &all, weights);
    msc_release(l.count);
    return status;
}
