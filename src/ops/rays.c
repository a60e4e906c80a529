/* rays.c - how far ground lies below, or above, all that surrounds it: depth of hollows and height of heaps. */
#include "ops/rays.h"
#include <math.h>

static size_t columns_of(const msc_rays *r) { return (size_t)r->width_px + (size_t)r->side_px - 1; }

void msc_rays_lay(msc_rays *rays, const msc_window_rows *rows, int plane, int32_t side_px, int32_t width_px, msc_space *space)
{
    *rays = (msc_rays){ .rows = rows, .plane = plane, .side_px = side_px, .width_px = width_px };
    rays->row = msc_space_take(space, columns_of(rays) * (size_t)side_px * sizeof(float));
    rays->ray = msc_space_take(space, (size_t)width_px * sizeof(float));
    rays->rim = msc_space_take(space, (size_t)width_px * sizeof(float));
}

/* Where row y is kept, pointing at the core's first pixel. */
static float *kept(const msc_rays *r, int32_t y)
{
    const int32_t place = (y % r->side_px + r->side_px) % r->side_px;
    return r->row + (size_t)place * columns_of(r) + r->side_px / 2;
}

void msc_rays_step(msc_rays *r, const msc_tile *tile, int32_t y)
{
    const int32_t reach = r->side_px / 2;
    const int32_t first = r->is_begun && y == r->y + 1 ? y + reach : y - reach;
    for (int32_t v = first; v <= y + reach; v++)
        msc_window_load(r->rows, tile, r->plane, v, -reach, columns_of(r), NAN, kept(r, v) - reach);
    r->y = y;
    r->is_begun = 1;
}

/* A comparison with what is not a number is false in both kernels, so such pixels leave a ray as it is. */
void msc_rays_row(msc_rays *r, msc_rays_kind kind, float *out)
{
    static const int8_t way[8][2] = { { -1, -1 }, { 0, -1 }, { 1, -1 }, { -1, 0 }, { 1, 0 }, { -1, 1 }, { 0, 1 }, { 1, 1 } };
    void (*const rim)(void *, const void *, const float *, size_t) = kind == MSC_RAYS_DEPTH ? r->rows->stack_high : r->rows->stack_low;
    void (*const gap)(void *, const void *, const float *, size_t) = kind == MSC_RAYS_DEPTH ? r->rows->stack_low : r->rows->stack_high;
    const int32_t reach = r->side_px / 2, n = reach < MSC_RAYS_SAMPLES ? reach : MSC_RAYS_SAMPLES;
    const size_t w = (size_t)r->width_px;
    const float *here = kept(r, r->y);
    for (int d = 0; d < 8; d++) {
        float *ray = d ? r->ray : r->rim;
        const void *on = here;
        for (int32_t k = 1; k <= n; k++) {
            const int32_t far = k * reach / n;
            rim(ray, on, kept(r, r->y + way[d][1] * far) + way[d][0] * far, w);
            on = ray;
        }
        if (d) gap(r->rim, r->rim, r->ray, w);
    }
    if (kind == MSC_RAYS_DEPTH) r->rows->range(out, here, r->rim, w);
    else r->rows->range(out, r->rim, here, w);
}
