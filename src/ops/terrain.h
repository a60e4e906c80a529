/* terrain.h - slope and topographic position from the elevation plane of a tile. */
#ifndef MSC_OPS_TERRAIN_H
#define MSC_OPS_TERRAIN_H
#include "stream/stream.h"

/* Slope in degrees, 0..90, of row y over the core's width, by Horn's weights (Horn 1981, eq. 3; the form of Burrough
 * & McDonnell 1998). pixel_m: side of a pixel. A neighbour that is not valid is extrapolated through the pixel from
 * the opposite one, or taken level with the pixel when that is missing too. Needs 1 px of padding. */
void msc_terrain_slope(const msc_tile *tile, int plane, int32_t y, double pixel_m, float *slope_deg);

/* Topographic position index (Weiss 2001): elevation minus the mean elevation of the window's valid pixels, in m.
 * count, scratch: as for msc_window_row, of the same side. */
void msc_terrain_tpi(const msc_tile *tile, int plane, int32_t y, int32_t side_px, const uint32_t *count, float *tpi_m,
                     void *scratch);
#endif
