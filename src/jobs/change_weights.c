/* change_weights.c - a look at both years before they are compared. */
#include "jobs/change_weights.h"
#include "base/mem.h"
#include <string.h>

enum { BLOCK_PX = 256, MOST_ACROSS = 16 };

typedef int64_t counts[MSC_ODDS_STEPS][256];

typedef struct looking {
    msc_source inner;
    int32_t n_across, n_down;
    counts *count;
} looking;

/* First column (or row) of block i of n that lie evenly in size_px. */
static int32_t place(int32_t i, int32_t n, int32_t size_px)
{
    const int64_t room = size_px - (int64_t)n * BLOCK_PX;
    return i * BLOCK_PX + (int32_t)((2 * i + 1) * room / (2 * n));
}

static int32_t n_blocks(int32_t size_px)
{
    const int32_t n = size_px / BLOCK_PX;
    return n < 1 ? 1 : n > MOST_ACROSS ? MOST_ACROSS : n;
}

/* Tile (i, j) of the made raster is block (i, j); what a scene smaller than a block lacks is not observed. */
static msc_status read_block(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const looking *l = self;
    msc_tile block = *tile;
    block.core.x = place(tile->core.x / BLOCK_PX, l->n_across, l->inner.width_px);
    block.core.y = place(tile->core.y / BLOCK_PX, l->n_down, l->inner.height_px);
    return l->inner.read(l->inner.self, worker, &block, err);
}

static msc_status add(void *self, const msc_tile *tile, void *slot, int64_t index, msc_error *err)
{
    const looking *l = self;
    (void)slot, (void)index, (void)err;
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *step = msc_row_u8(tile, 0, y), *evidence = msc_row_u8(tile, 1, y), *seen = msc_row_valid(tile, y);
        for (int32_t x = 0; x < tile->core.w; x++)
            if (seen[x]) (*l->count)[step[x]][evidence[x]]++;
    }
    return MSC_OK;
}

static msc_status look(const msc_settings *settings, looking *l, const msc_weigh *weigh, msc_error *err)
{
    msc_settings in_blocks = *settings;
    in_blocks.tile_px = BLOCK_PX;
    msc_source source = l->inner;
    source.self = l;
    source.read = read_block;
    source.width_px = l->n_across * BLOCK_PX;
    source.height_px = l->n_down * BLOCK_PX;
    msc_op op;
    msc_weigh_op(weigh, &op);
    const msc_sink sink = { .self = l, .put = add };
    msc_layout layout;
    MSC_TRY(msc_stream_plan(&in_blocks, &source, &op, 1, &sink, (int64_t)sizeof(counts), &layout, err));
    return msc_stream_run(&in_blocks, &layout, &source, &op, 1, &sink, "change", err);
}

msc_status msc_change_weights(const msc_settings *settings, const msc_source *source, const msc_decide *decide,
                              const msc_weights_known *known, msc_weights *weights, msc_error *err)
{
    double odds[MSC_ODDS_STEPS], usual_ratio[256];
    looking l = { .inner = *source, .n_across = n_blocks(source->width_px), .n_down = n_blocks(source->height_px),
                  .count = msc_alloc_zero(1, sizeof(counts)) };
    if (!l.count) return msc_fail(err, MSC_ENOMEM, "change", "%zu bytes", sizeof(counts));
    msc_weigh weigh = { .boundary = decide->boundary, .posterior = decide->posterior, .evidence = decide->evidence, .shares = decide->shares };
    for (int s = 0; s < MSC_ODDS_STEPS; s++) odds[s] = (double)msc_odds_of_step(s) / MSC_LOG_UNIT;
    for (int e = 0; e < 256; e++) usual_ratio[e] = (double)decide->ratio[e] / MSC_LOG_UNIT;
    const msc_status status = look(settings, &l, &weigh, err);
    msc_weights_known all = *known;
    all.odds = odds;
    all.n_steps = MSC_ODDS_STEPS;
    all.usual_ratio = usual_ratio;
    if (status == MSC_OK) msc_weights_fit((const int64_t (*)[256])*l.count, &all, weights);
    msc_release(l.count);
    return status;
}
