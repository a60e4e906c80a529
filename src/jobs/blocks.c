/* blocks.c - blocks that lie evenly over a raster, as the tiles of a made raster. */
#include "jobs/blocks.h"

/* First column (or row) of block i of n that lie evenly in size_px. */
static int32_t place(const msc_blocks *self, int32_t i, int32_t n, int32_t size_px)
{
    const int64_t room = size_px - (int64_t)n * self->side_px;
    return i * self->side_px + (int32_t)((2 * i + 1) * room / (2 * n));
}

static int32_t n_blocks(int32_t size_px, int32_t side_px, int32_t most)
{
    const int32_t n = size_px / side_px;
    return n < 1 ? 1 : n > most ? most : n;
}

static msc_status read_block(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_blocks *b = self;
    msc_tile block = *tile;
    block.core.x = place(b, tile->core.x / b->side_px, b->n_across, b->inner.width_px);
    block.core.y = place(b, tile->core.y / b->side_px, b->n_down, b->inner.height_px);
    return b->inner.read(b->inner.self, worker, &block, err);
}

void msc_blocks_source(msc_blocks *self, const msc_source *inner, int32_t side_px, int32_t most, msc_source *source)
{
    *self = (msc_blocks){ .inner = *inner, .side_px = side_px, .n_across = n_blocks(inner->width_px, side_px, most),
                          .n_down = n_blocks(inner->height_px, side_px, most) };
    *source = *inner;
    source->self = self;
    source->read = read_block;
    source->width_px = self->n_across * side_px;
    source->height_px = self->n_down * side_px;
}
