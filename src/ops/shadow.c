/* shadow.c - where ground lies in the shadow of other ground. */
#include "ops/shadow.h"
#include "kernels/kernels.h"
#include "ops/window.h"
#include <math.h>
#include <string.h>

/* Places between pixels are taken to this part of one, so that the last bit of a sine does not reach for a neighbour. */
#define PARTS 1024.0
#define RAD_PER_DEG 0.017453292519943295

void msc_shadow_init(msc_shadow *shadow, double azimuth_deg, double elevation_deg, double reach_m, double pixel_m)
{
    const double east = sin(azimuth_deg * RAD_PER_DEG), south = -cos(azimuth_deg * RAD_PER_DEG);
    const double larger = fmax(fabs(east), fabs(south)), step_m = pixel_m / larger;
    const double n = ceil(reach_m / step_m);
    shadow->per_step_x = fabs(east) == larger ? copysign(1.0, east) : east / larger;
    shadow->per_step_y = fabs(south) == larger ? copysign(1.0, south) : south / larger;
    shadow->drop = step_m * tan(elevation_deg * RAD_PER_DEG);
    shadow->n_steps = n < MSC_SHADOW_MAX_PX ? (int32_t)n : MSC_SHADOW_MAX_PX;
    shadow->has_mask = 0;
}

/* dark[x] where the ground between a and b, `part` of the way, is higher than the ray that leaves `here`. */
static void shade(uint8_t *restrict dark, const float *restrict here, const float *restrict a, const float *restrict b, float part,
                  float rise, size_t n)
{
    for (size_t x = 0; x < n; x++) {
        const float ground = a[x] + part * (b[x] - a[x]);
        dark[x] |= ground > here[x] + rise;
    }
}

/* The tile's elevation as floats with its padding, not a number where not valid. */
typedef struct field { const float *origin; ptrdiff_t stride; } field;

static void shade_row(const msc_shadow *s, const field *f, int32_t y, size_t w, uint8_t *dark)
{
    const float *here = f->origin + y * f->stride;
    const int is_steep = fabs(s->per_step_y) == 1.0;    /* a step goes to the next row, else to the next column */
    const ptrdiff_t along = is_steep ? (ptrdiff_t)s->per_step_y * f->stride : (ptrdiff_t)s->per_step_x;
    const ptrdiff_t beside = is_steep ? 1 : f->stride;
    const double drift = is_steep ? s->per_step_x : s->per_step_y;
    memset(dark, 0, w);
    for (int32_t k = 1; k <= s->n_steps; k++) {
        const double at = round(k * drift * PARTS) / PARTS, whole = floor(at);
        const float part = (float)(at - whole);
        const float *a = here + k * along + (ptrdiff_t)whole * beside;
        shade(dark, here, a, part > 0.0f ? a + beside : a, part, (float)(k * s->drop), w);
    }
}

static size_t scratch_bytes(const void *self, int32_t w_px, int32_t h_px)
{
    (void)self;
    return (size_t)w_px * (size_t)h_px * sizeof(float);
}

static void shadow_tile(const void *self, const msc_tile *in, msc_tile *out, void *scratch)
{
    const msc_shadow *s = self;
    const msc_window_rows *rows = msc_kernels_select()->window;
    const int32_t pad = in->pad_px, more = out->pad_px;
    const size_t w = (size_t)in->core.w + 2 * (size_t)pad;
    const field f = { (const float *)scratch + (size_t)pad * w + (size_t)pad, (ptrdiff_t)w };
    for (int32_t y = -pad; y < in->core.h + pad; y++)
        msc_window_load(rows, in, 0, y, -pad, w, NAN, (float *)scratch + (size_t)(y + pad) * w);
    for (int32_t y = -more; y < in->core.h + more; y++) {
        const field at = { f.origin - more, f.stride };
        shade_row(s, &at, y, (size_t)(in->core.w + 2 * more), msc_row_u8(out, 0, y) - more);
        if (s->has_mask) memcpy(msc_row_u8(out, 1, y) - more, msc_row_u8(in, 1, y) - more, (size_t)(in->core.w + 2 * more));
        memcpy(msc_row_valid(out, y) - more, msc_row_valid(in, y) - more, (size_t)(in->core.w + 2 * more));
    }
}

void msc_shadow_op(const msc_shadow *shadow, msc_op *op)
{
    *op = (msc_op){ .name = "shadow", .self = shadow, .halo_px = shadow->n_steps + 1,
                    .n_planes_out = 1 + (shadow->has_mask != 0), .types_out = { MSC_U8, MSC_U8 },
                    .scratch_bytes = scratch_bytes, .tile = shadow_tile };
}
