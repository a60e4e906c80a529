/* terrain.c - slope and aspect from the elevation plane of a tile. */
#include "ops/terrain.h"
#include <math.h>

size_t msc_terrain_scratch(int32_t width_px) { return ((size_t)width_px + 2) * 4 * sizeof(float); }

static float neighbour(const msc_tile *tile, const float *const *row, int32_t x, int32_t y, int32_t dx, int32_t dy)
{
    const float here = row[1][x];
    if (msc_row_valid(tile, y + dy)[x + dx]) return row[1 + dy][x + dx];
    if (msc_row_valid(tile, y - dy)[x - dx]) return 2.0f * here - row[1 - dy][x - dx];
    return here;
}

/* One pixel beside a hole. */
static void beside_hole(msc_window_of_three *of_three, const msc_tile *tile, const float *const *row, int32_t x, int32_t y, float per,
                        float *out)
{
    float z[3][3];
    for (int32_t dy = -1; dy <= 1; dy++)
        for (int32_t dx = -1; dx <= 1; dx++) z[1 + dy][1 + dx] = neighbour(tile, row, x, y, dx, dy);
    of_three(out, z[0] + 1, z[1] + 1, z[2] + 1, per, 1);
}

void msc_terrain_row(const msc_window_rows *rows, msc_terrain what, const msc_tile *tile, int plane, int32_t y, double pixel_m, float *out,
                     void *scratch)
{
    msc_window_of_three *of_three = what == MSC_TERRAIN_SLOPE ? rows->slope : what == MSC_TERRAIN_NORTHNESS ? rows->northness : rows->eastness;
    const int32_t w = tile->core.w;
    const size_t n = (size_t)w + 2;
    const float per = (float)(1.0 / (8.0 * pixel_m));
    const float *row[3];
    int n_holed = 0;
    for (int32_t dy = -1; dy <= 1; dy++) {
        float *made = (float *)scratch + (size_t)(dy + 1) * n;
        msc_window_load(rows, tile, plane, y + dy, -1, n, 0.0f, made);
        row[1 + dy] = made + 1;
        n_holed += msc_window_has_hole(tile, y + dy, -1, n);
    }
    of_three(out, row[0], row[1], row[2], per, (size_t)w);
    if (n_holed == 0) return;
    const uint8_t *a = msc_row_valid(tile, y - 1), *b = msc_row_valid(tile, y), *c = msc_row_valid(tile, y + 1);
    for (int32_t x = 0; x < w; x++) {
        if (!b[x]) out[x] = 0.0f;
        else if (!(a[x - 1] & a[x] & a[x + 1] & b[x - 1] & b[x + 1] & c[x - 1] & c[x] & c[x + 1]))
            beside_hole(of_three, tile, row, x, y, per, &out[x]);
    }
}

void msc_terrain_light_row(const msc_window_rows *rows, const msc_beam *sun, const msc_tile *tile, int plane, int32_t y, double pixel_m, float *out,
                           void *scratch)
{
    const int32_t w = tile->core.w;
    float *north = (float *)scratch + ((size_t)w + 2) * 3;
    msc_terrain_row(rows, MSC_TERRAIN_NORTHNESS, tile, plane, y, pixel_m, north, scratch);
    msc_terrain_row(rows, MSC_TERRAIN_EASTNESS, tile, plane, y, pixel_m, out, scratch);
    const float direct = (1.0f - MSC_SKYLIGHT) / sun->up;
    for (int32_t x = 0; x < w; x++) {
        const float e = out[x], n = north[x], level = 1.0f - e * e - n * n;
        const float facing = e * sun->east + n * sun->north + sqrtf(level > 0.0f ? level : 0.0f) * sun->up;
        out[x] = MSC_SKYLIGHT + direct * (facing > 0.0f ? facing : 0.0f);
    }
}

/* A triangle between the middle, a neighbour by side and one by corner rises by the first along one axis and by the rest along
 * the other; all eight have the same level area, so that the mean of what they stretch it by is the pixel's. */
/* How much higher a neighbour lies than the middle; `opposite` is the neighbour across. */
static inline float rise(float middle, float neighbour, float opposite)
{
    const float own = neighbour - middle, across = middle - opposite;
    return own == own ? own : across == across ? across : 0;
}

/* The two triangles of a corner: c its rise, x and y those of the neighbours by side, u and v one over the sides of a pixel. */
static inline float corner(float c, float x, float y, float u, float v)
{
    const float p = x * u, q = (c - x) * v, r = y * v, s = (c - y) * u;
    return sqrtf(1 + p * p + q * q) + sqrtf(1 + r * r + s * s);
}

void msc_terrain_surface_row(const float *north, const float *middle, const float *south, int32_t w, double dx_m, double dy_m, float *ratio)
{
    const float u = (float)(1 / dx_m), v = (float)(1 / dy_m);
    for (int32_t x = 0; x < w; x++) {
        const float z = middle[x];
        const float n = rise(z, north[x], south[x]), s = rise(z, south[x], north[x]);
        const float e = rise(z, middle[x + 1], middle[x - 1]), o = rise(z, middle[x - 1], middle[x + 1]);
        const float nw = rise(z, north[x - 1], south[x + 1]), se = rise(z, south[x + 1], north[x - 1]);
        const float ne = rise(z, north[x + 1], south[x - 1]), sw = rise(z, south[x - 1], north[x + 1]);
        const float sum = corner(nw, o, n, u, v) + corner(ne, e, n, u, v) + corner(sw, o, s, u, v) + corner(se, e, s, u, v);
        ratio[x] = z == z ? sum / 8 : 0;
    }
}
