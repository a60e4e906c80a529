/* blocks.h - blocks that lie evenly over a raster, as the tiles of a made raster: a look at all of it without reading all of it. */
#ifndef MSC_JOBS_BLOCKS_H
#define MSC_JOBS_BLOCKS_H
#include "stream/stream.h"

typedef struct msc_blocks {
    msc_source inner;
    int32_t side_px, n_across, n_down;
} msc_blocks;

/* Blocks of side_px (a tile size), at most `most` across and down, at least one. Run the source in tiles of side_px; what a raster
 * smaller than a block lacks is not observed. Both stay the caller's while the stream runs. */
void msc_blocks_source(msc_blocks *self, const msc_source *inner, int32_t side_px, int32_t most, msc_source *source);
#endif
