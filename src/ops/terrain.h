/* terrain.h - slope from the elevation plane of a tile. */
#ifndef MSC_OPS_TERRAIN_H
#define MSC_OPS_TERRAIN_H
#include "ops/window.h"

/* Slope in degrees, 0..90, of row y over the core's width, by Horn's weights (Horn 1981, eq. 3; the form of Burrough
 * & McDonnell 1998); 0 where the pixel is not valid. pixel_m: side of a pixel. A neighbour that is not valid is
 * extrapolated through the pixel from the opposite one, or taken level with the pixel when that is missing too. Needs
 * 1 px of padding and msc_terrain_scratch() bytes. */
size_t msc_terrain_scratch(int32_t width_px);
void msc_terrain_slope(const msc_window_rows *rows, const msc_tile *tile, int plane, int32_t y, double pixel_m,
                       float *slope_deg, void *scratch);
#endif
