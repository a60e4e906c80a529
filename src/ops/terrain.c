/* terrain.c - slope and aspect from the elevation plane of a tile. */
#include "ops/terrain.h"
#include "kernels/kernels.h"
#include <assert.h>
#include <math.h>

size_t msc_terrain_scratch(int32_t width_px) { return ((size_t)width_px + 2) * 3 * sizeof(float); }

static float neighbour(const msc_tile *tile, const float *const *row, int32_t x, int32_t y, int32_t dx, int32_t dy)
{
    const float here = row[1][x];
    if (msc_row_valid(tile, y + dy)[x + dx]) return row[1 + dy][x + dx];
    if (msc_row_valid(tile, y - dy)[x - dx]) return 2.0f * here - row[1 - dy][x - dx];
    return here;
}

/* What is asked of three rows; of_three NULL: the light of the sun. */
typedef struct question { const msc_window_rows *rows; msc_window_of_three *of_three; msc_window_sun sun; } question;

static void ask(const question *q, float *out, const float *const row[3], float per, size_t n)
{
    if (q->of_three) q->of_three(out, row[0], row[1], row[2], per, n);
    else q->rows->light(out, row[0], row[1], row[2], per, &q->sun, n);
}

/* One pixel beside a hole. */
static void beside_hole(const question *q, const msc_tile *tile, const float *const *row, int32_t x, int32_t y, float per, float *out)
{
    float z[3][3];
    for (int32_t dy = -1; dy <= 1; dy++)
        for (int32_t dx = -1; dx <= 1; dx++) z[1 + dy][1 + dx] = neighbour(tile, row, x, y, dx, dy);
    ask(q, out, (const float *[3]){ z[0] + 1, z[1] + 1, z[2] + 1 }, per, 1);
}

static void answer(const question *q, const msc_tile *tile, int plane, int32_t y, double pixel_m, float *out, void *scratch)
{
    const int32_t w = tile->core.w;
    const size_t n = (size_t)w + 2;
    const float per = (float)(1.0 / (8.0 * pixel_m));
    const float *row[3];
    int n_holed = 0;
    for (int32_t dy = -1; dy <= 1; dy++) {
        float *made = (float *)scratch + (size_t)(dy + 1) * n;
        msc_window_load(q->rows, tile, plane, y + dy, -1, n, 0.0f, made);
        row[1 + dy] = made + 1;
        n_holed += msc_window_has_hole(tile, y + dy, -1, n);
    }
    ask(q, out, row, per, (size_t)w);
    if (n_holed == 0) return;
    const uint8_t *a = msc_row_valid(tile, y - 1), *b = msc_row_valid(tile, y), *c = msc_row_valid(tile, y + 1);
    for (int32_t x = 0; x < w; x++) {
        if (!b[x]) out[x] = 0.0f;
        else if (!(a[x - 1] & a[x] & a[x + 1] & b[x - 1] & b[x + 1] & c[x - 1] & c[x] & c[x + 1]))
            beside_hole(q, tile, row, x, y, per, &out[x]);
    }
}

void msc_terrain_row(const msc_window_rows *rows, msc_terrain what, const msc_tile *tile, int plane, int32_t y, double pixel_m, float *out,
                     void *scratch)
{
    const question q = { .rows = rows, .of_three = what == MSC_TERRAIN_SLOPE ? rows->slope : what == MSC_TERRAIN_NORTHNESS ? rows->northness : rows->eastness };
    answer(&q, tile, plane, y, pixel_m, out, scratch);
}

msc_window_sun msc_terrain_sun(double azimuth_deg, double elevation_deg)
{
    const double degree = 3.14159265358979323846 / 180.0, azimuth = azimuth_deg * degree, elevation = elevation_deg * degree;
    const float up = (float)sin(elevation);
    return (msc_window_sun){ (float)(cos(elevation) * sin(azimuth)), (float)(cos(elevation) * cos(azimuth)), up, MSC_SKYLIGHT, (1.0f - MSC_SKYLIGHT) / up };
}

void msc_terrain_light_row(const msc_window_rows *rows, const msc_window_sun *sun, const msc_tile *tile, int plane, int32_t y, double pixel_m, float *out,
                           void *scratch)
{
    const question q = { .rows = rows, .sun = *sun };
    answer(&q, tile, plane, y, pixel_m, out, scratch);
}

static void flatten_row(const msc_window_rows *rows, msc_tile *tile, int plane, int32_t y, const float *light, float *flat)
{
    const size_t w = (size_t)tile->core.w;
    if (tile->plane[plane].type == MSC_U16) {
        rows->from_u16(flat, msc_row_u16(tile, plane, y), msc_row_valid(tile, y), 0.0f, w);
        rows->over(flat, flat, light, w);
        rows->to_u16(msc_row_u16(tile, plane, y), flat, w);
    } else if (tile->plane[plane].type == MSC_F32) {
        rows->over(msc_row_f32(tile, plane, y), msc_row_f32(tile, plane, y), light, w);
    }
}

size_t msc_terrain_flatten_scratch(int32_t width_px) { return msc_terrain_scratch(width_px) + 2 * (size_t)width_px * sizeof(float); }

void msc_terrain_flatten(msc_tile *tile, int first, int n, const msc_tile *ground, int plane, const msc_window_sun *sun, double pixel_m, void *scratch)
{
    const msc_window_rows *rows = msc_kernels_select()->window;
    float *light = (float *)(void *)((char *)scratch + msc_terrain_scratch(tile->core.w)), *flat = light + tile->core.w;
    for (int32_t y = 0; y < tile->core.h; y++) {
        uint8_t *ok = msc_row_valid(tile, y);
        const uint8_t *is_ground = msc_row_valid(ground, y);
        for (int32_t x = 0; x < tile->core.w; x++) ok[x] &= is_ground[x];
        msc_terrain_light_row(rows, sun, ground, plane, y, pixel_m, light, scratch);
        for (int b = first; b < first + n; b++) flatten_row(rows, tile, b, y, light, flat);
    }
}

static void surface(const msc_window_rows *rows, const float *const row[3], size_t n, double dx_m, double dy_m, float *ratio)
{
    rows->surface(ratio, row[0], row[1], row[2], (float)(1 / dx_m), (float)(1 / dy_m), n);
}

void msc_terrain_surface_row(const float *north, const float *middle, const float *south, int32_t w, double dx_m, double dy_m, float *ratio)
{
    surface(msc_kernels_select()->window, (const float *[3]){ north, middle, south }, (size_t)w, dx_m, dy_m, ratio);
}

void msc_terrain_surface_of_tile(const msc_tile *dem, int32_t x, int32_t y, int32_t n, double dx_m, double dy_m, float *ratio)
{
    float z[3][MSC_TERRAIN_RUN_PX + 2];
    const msc_window_rows *rows = msc_kernels_select()->window;
    assert(n <= MSC_TERRAIN_RUN_PX);
    for (int k = 0; k < 3; k++) msc_window_load(rows, dem, 0, y + k - 1, x - 1, (size_t)n + 2, NAN, z[k]);
    surface(rows, (const float *[3]){ z[0] + 1, z[1] + 1, z[2] + 1 }, (size_t)n, dx_m, dy_m, ratio);
}
