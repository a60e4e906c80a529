/* gradient.c - gradient density by columns that gain a row and lose one. */
#include "ops/gradient.h"
#include <math.h>
#include <string.h>

#define STEPS 16384.0
#define LARGEST 16777216.0

void msc_gradient_lay(msc_gradient *g, const msc_window_rows *rows, const msc_gradient_spec *spec, int n_bands, int32_t width_px,
                      msc_space *space)
{
    const size_t side = (size_t)spec->side_px, n = (size_t)width_px + side - 1;
    *g = (msc_gradient){ .rows = rows, .spec = *spec, .n_bands = n_bands, .width_px = width_px };
    g->loaded = msc_space_take(space, (n + 2) * sizeof(float));
    for (int i = 0; i < 3; i++) g->value[i] = msc_space_take(space, (n + 2) * sizeof(double));
    g->steep = msc_space_take(space, side * n * sizeof(double));
    g->is_steep = msc_space_take(space, side * n);
    g->sum = msc_space_take(space, n * sizeof(double));
    g->n = msc_space_take(space, n * sizeof(double));
    g->made = msc_space_take(space, (size_t)width_px * sizeof(float));
}

/* Adds a plane's row to `to`; whole numbers already, or made so. */
static void add_plane(const msc_gradient *g, const msc_tile *tile, int plane, int32_t y, double *restrict to, size_t n)
{
    msc_window_load(g->rows, tile, plane, y, -(g->spec.side_px / 2 + 1), n, 0.0f, g->loaded);
    if (tile->plane[plane].type != MSC_F32) {
        for (size_t x = 0; x < n; x++) to[x] += (double)g->loaded[x];
        return;
    }
    for (size_t x = 0; x < n; x++) to[x] += rint(fmin(fmax((double)g->loaded[x], -LARGEST), LARGEST) * STEPS) / STEPS;
}

static void load(const msc_gradient *g, const msc_tile *tile, int32_t y)
{
    const size_t n = (size_t)g->width_px + (size_t)g->spec.side_px + 1;
    double *to = g->value[(y % 3 + 3) % 3];
    memset(to, 0, n * sizeof *to);
    if (g->spec.plane != MSC_OPENING_BRIGHTNESS) {
        add_plane(g, tile, g->spec.plane, y, to, n);
        return;
    }
    for (int b = 0; b < g->n_bands; b++) add_plane(g, tile, b, y, to, n);
}

/* Puts the gradients of row y into their place of the window, and the row that was there out of it. */
static void take_row(msc_gradient *g, const msc_tile *tile, int32_t y)
{
    const int32_t more = g->spec.side_px / 2 + 1, side = g->spec.side_px;
    const size_t n = (size_t)g->width_px + (size_t)side - 1, at = (size_t)((y % side + side) % side) * n;
    const double *restrict above = g->value[(y % 3 + 5) % 3];
    const double *restrict here = g->value[(y % 3 + 3) % 3], *restrict below = g->value[(y % 3 + 4) % 3];
    const uint8_t *ok = msc_row_valid(tile, y) - more, *ok_above = msc_row_valid(tile, y - 1) - more, *ok_below = msc_row_valid(tile, y + 1) - more;
    double *restrict steep = g->steep + at, *restrict sum = g->sum, *restrict count = g->n;
    uint8_t *restrict is_steep = g->is_steep + at;
    for (size_t x = 0; x < n; x++) {
        const uint8_t is = (uint8_t)(ok[x] & ok[x + 1] & ok[x + 2] & ok_above[x + 1] & ok_below[x + 1]);
        const double now = is ? fabs(here[x + 2] - here[x]) + fabs(below[x + 1] - above[x + 1]) : 0.0;
        sum[x] += now - steep[x];
        count[x] += (double)is - (double)is_steep[x];
        steep[x] = now;
        is_steep[x] = is;
    }
}

void msc_gradient_step(msc_gradient *g, const msc_tile *tile, int32_t y)
{
    const int32_t r = g->spec.side_px / 2, side = g->spec.side_px;
    const size_t n = (size_t)g->width_px + (size_t)side - 1;
    const double unit = 0.5 / (g->spec.plane == MSC_OPENING_BRIGHTNESS ? g->n_bands : 1);
    int32_t next = y + r;
    if (!g->is_begun || y != g->y + 1) {
        memset(g->steep, 0, (size_t)side * n * sizeof *g->steep);
        memset(g->is_steep, 0, (size_t)side * n);
        memset(g->sum, 0, n * sizeof *g->sum);
        memset(g->n, 0, n * sizeof *g->n);
        next = y - r;
        load(g, tile, next - 1);
        load(g, tile, next);
    }
    for (; next <= y + r; next++) {
        load(g, tile, next + 1);
        take_row(g, tile, next);
    }
    double sum = 0.0, count = 0.0;
    for (size_t x = 0; x < n; x++) {
        sum += g->sum[x];
        count += g->n[x];
        if (x + 1 < (size_t)side) continue;
        const size_t first = x + 1 - (size_t)side;
        g->made[first] = count > 0.0 ? (float)(sum * unit / count) : 0.0f;
        sum -= g->sum[first];
        count -= g->n[first];
    }
    g->y = y;
    g->is_begun = 1;
}
