/* terrain.h - slope and aspect from the elevation plane of a tile. */
#ifndef MSC_OPS_TERRAIN_H
#define MSC_OPS_TERRAIN_H
#include "ops/window.h"

typedef enum msc_terrain { MSC_TERRAIN_SLOPE, MSC_TERRAIN_NORTHNESS, MSC_TERRAIN_EASTNESS } msc_terrain;

/* Row y over the core's width of the slope in degrees, 0..90, by Horn's weights (Horn 1981, eq. 3; the form of Burrough
 * & McDonnell 1998), or of the component toward north or east, -1..1, of the unit normal of the surface that they say (sin slope x
 * cos or sin of the aspect); 0 where the pixel is not valid. pixel_m: side of a pixel. A neighbour that is not valid is
 * extrapolated through the pixel from the opposite one, or taken level with the pixel when that is missing too. Needs
 * 1 px of padding and msc_terrain_scratch() bytes. */
size_t msc_terrain_scratch(int32_t width_px);
void msc_terrain_row(const msc_window_rows *rows, msc_terrain what, const msc_tile *tile, int plane, int32_t y, double pixel_m, float *out,
                     void *scratch);

/* Row y over the core's width of the light on the ground over that on level ground in the open: a share MSC_SKYLIGHT from the whole sky,
 * the rest from the sun by the cosine of its angle to Horn's surface (Lambert; a cosine correction that knows of diffuse light: Sandmeier &
 * Itten 1997, IEEE TGRS 35:708), none from behind. At least MSC_SKYLIGHT, 0 where the pixel is not valid; of 1 px and scratch as above. */
#define MSC_SKYLIGHT 0.3f
msc_window_sun msc_terrain_sun(double azimuth_deg, double elevation_deg);   /* clockwise from north, above the horizon (over 0) */
void msc_terrain_light_row(const msc_window_rows *rows, const msc_window_sun *sun, const msc_tile *tile, int plane, int32_t y, double pixel_m, float *out,
                           void *scratch);

/* The core's pixels of n planes from `first` on as on level ground: over the light on `plane` of `ground`, a tile of the same core with 1 px
 * of padding; not valid where that is not. Planes of 16 bits are rounded and end at 65535, what is not valid becomes 0; of 8 bits, too
 * coarse for that, stay as they are. */
size_t msc_terrain_flatten_scratch(int32_t width_px);
void msc_terrain_flatten(msc_tile *tile, int first, int n, const msc_tile *ground, int plane, const msc_window_sun *sun, double pixel_m, void *scratch);

/* Surface of each pixel of a row on the ground over its level area, at least 1: of the eight triangles between its middle and those of
 * its neighbours, the parts within the pixel (Jenness 2004, Wildlife Society Bulletin 32:829). Rows of elevations in m, readable from -1
 * to w; a neighbour that is NAN is extrapolated from the opposite one through the middle, or taken level with it; 0 where the
 * middle is NAN. dx_m, dy_m: sides of a pixel, above 0. Single precision: relative error below 1e-6. */
void msc_terrain_surface_row(const float *north, const float *middle, const float *south, int32_t w, double dx_m, double dy_m, float *ratio);
/* The same of n <= MSC_TERRAIN_RUN_PX pixels from (x, y) on of a tile of elevations with 1 px of padding more than they reach; what is not
 * valid there has no elevation. */
enum { MSC_TERRAIN_RUN_PX = 256 };
void msc_terrain_surface_of_tile(const msc_tile *dem, int32_t x, int32_t y, int32_t n, double dx_m, double dy_m, float *ratio);
#endif
