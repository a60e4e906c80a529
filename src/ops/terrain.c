/* terrain.c - slope and topographic position from the elevation plane of a tile. */
#include "ops/terrain.h"
#include "ops/window.h"
#include <math.h>

static const double degrees_per_radian = 57.295779513082320877;

static double elevation(const msc_tile *tile, int plane, int32_t x, int32_t y)
{
    switch (tile->plane[plane].type) {
    case MSC_U8: return msc_row_u8(tile, plane, y)[x];
    case MSC_U16: return msc_row_u16(tile, plane, y)[x];
    case MSC_F32: break;
    }
    return (double)msc_row_f32(tile, plane, y)[x];
}

static double neighbour(const msc_tile *tile, int plane, int32_t x, int32_t y, int32_t dx, int32_t dy)
{
    const double here = elevation(tile, plane, x, y);
    if (msc_row_valid(tile, y + dy)[x + dx]) return elevation(tile, plane, x + dx, y + dy);
    if (msc_row_valid(tile, y - dy)[x - dx]) return 2.0 * here - elevation(tile, plane, x - dx, y - dy);
    return here;
}

static int all_valid(const msc_tile *tile, int32_t x, int32_t y)
{
    const uint8_t *a = msc_row_valid(tile, y - 1) + x, *b = msc_row_valid(tile, y) + x, *c = msc_row_valid(tile, y + 1) + x;
    return (a[-1] & a[0] & a[1] & b[-1] & b[1] & c[-1] & c[0] & c[1]) != 0;
}

/* The eight neighbours, row by row from the north-west. */
static void gather(const msc_tile *tile, int plane, int32_t x, int32_t y, double z[8])
{
    static const int8_t step[8][2] = { { -1, -1 }, { 0, -1 }, { 1, -1 }, { -1, 0 }, { 1, 0 }, { -1, 1 }, { 0, 1 }, { 1, 1 } };
    const int is_whole = all_valid(tile, x, y);
    for (int i = 0; i < 8; i++)
        z[i] = is_whole ? elevation(tile, plane, x + step[i][0], y + step[i][1])
                        : neighbour(tile, plane, x, y, step[i][0], step[i][1]);
}

void msc_terrain_slope(const msc_tile *tile, int plane, int32_t y, double pixel_m, float *slope_deg)
{
    const uint8_t *valid = msc_row_valid(tile, y);
    for (int32_t x = 0; x < tile->core.w; x++) {
        slope_deg[x] = 0.0f;
        if (!valid[x]) continue;
        double z[8];
        gather(tile, plane, x, y, z);
        const double east = ((z[2] + 2.0 * z[4] + z[7]) - (z[0] + 2.0 * z[3] + z[5])) / (8.0 * pixel_m);
        const double south = ((z[5] + 2.0 * z[6] + z[7]) - (z[0] + 2.0 * z[1] + z[2])) / (8.0 * pixel_m);
        slope_deg[x] = (float)(atan(sqrt(east * east + south * south)) * degrees_per_radian);
    }
}

void msc_terrain_tpi(const msc_tile *tile, int plane, int32_t y, int32_t side_px, const uint32_t *count, float *tpi_m,
                     void *scratch)
{
    msc_window_row(tile, plane, y, side_px, count, tpi_m, NULL, scratch);
    for (int32_t x = 0; x < tile->core.w; x++) tpi_m[x] = (float)(elevation(tile, plane, x, y) - (double)tpi_m[x]);
}
