/* differences.c - NDVI, brightness and elevation of two years against each other, where a change map has a change. */
#include "jobs/differences.h"
#include "jobs/pair.h"
#include "patch/patches.h"
#include <math.h>
#include <string.h>

/* Brightness bands first, so that they are planes 0..n_bright - 1. */
static int choose_bands(msc_differences *d, char band[][MSC_NAME_MAX], int n, const char *want[4])
{
    static const char *const known[] = { "blue", "green", "red", "nir" };
    int n_want = 0, at[4] = { -1, -1, -1, -1 };
    for (int k = 0; k < 4; k++)
        for (int b = 0; b < n && at[k] < 0; b++)
            if (strcmp(band[b], known[k]) == 0) {
                at[k] = n_want;
                want[n_want++] = known[k];
            }
    d->red = at[2];
    d->nir = at[2] >= 0 ? at[3] : -1;
    d->n_bright = n_want - (at[3] >= 0);
    return n_want;
}

msc_status msc_differences_open(const msc_settings *settings, const msc_differences_spec *spec, msc_differences *d, int *has_any, msc_error *err)
{
    char band[MSC_MAX_BANDS][MSC_NAME_MAX];
    const char *want[4];
    int n = 0;
    memset(d, 0, sizeof *d);
    *has_any = 0;
    MSC_TRY(msc_pair_share_bands(settings, spec->before, spec->after, band, &n, err));
    const int n_want = choose_bands(d, band, n, want);
    if (d->n_bright == 0) return MSC_OK;
    d->is_left_out = spec->is_left_out;
    d->has_dem = spec->before->dem && spec->after->dem && strcmp(spec->before->dem, spec->after->dem) != 0;
    for (int i = 0; i < 2; i++) {
        const msc_imagery_spec one = { .image = i ? spec->after : spec->before, .want = want, .n_want = n_want, .grid = spec->grid,
                                       .has_dem = d->has_dem };
        const msc_status status = msc_imagery_open(settings, &one, &d->image[i], err);
        if (status != MSC_OK) {
            msc_differences_close(d);
            return status;
        }
    }
    *has_any = 1;
    return MSC_OK;
}

void msc_differences_close(msc_differences *d)
{
    for (int i = 1; i >= 0; i--) msc_imagery_close(&d->image[i]);
}

static double value_at(const msc_tile *tile, int plane, int32_t x, int32_t y)
{
    switch (tile->plane[plane].type) {
    case MSC_U8: return msc_row_u8(tile, plane, y)[x];
    case MSC_U16: return msc_row_u16(tile, plane, y)[x];
    default: return (double)msc_row_f32(tile, plane, y)[x];
    }
}

/* (a - b) / (a + b); 0 where that is not between -1 and 1. */
static double contrast(double a, double b)
{
    const double c = (a - b) / (a + b);
    return fabs(c) <= 1 ? c : 0;
}

/* A whole number of units about MSC_DIFFERENCE_ZERO, at most 32767 of them; so never 0. */
static uint16_t coded(double units)
{
    const double held = fmax(-32767, fmin(32767, units));
    return (uint16_t)(MSC_DIFFERENCE_ZERO + lrint(held));
}

static void compare(const msc_differences *d, const msc_tile year[2], int32_t x, int32_t y, uint16_t *to[MSC_PATCH_DIFFERENCES])
{
    double ndvi[2] = { 0 }, bright[2] = { 0 }, height[2] = { 0 };
    for (int i = 0; i < 2; i++) {
        for (int b = 0; b < d->n_bright; b++) bright[i] += value_at(&year[i], b, x, y);
        if (d->nir >= 0) ndvi[i] = contrast(value_at(&year[i], d->nir, x, y), value_at(&year[i], d->red, x, y));
        if (d->has_dem) height[i] = value_at(&year[i], d->image[i].n_bands, x, y);
    }
    to[0][x] = coded(1000 * (ndvi[1] - ndvi[0]));
    to[1][x] = coded(10000 * contrast(bright[1], bright[0]));
    to[2][x] = coded(10 * (height[1] - height[0]));
}

static int is_asked(const msc_differences *d, const msc_tile *tile, int32_t x, int32_t y)
{
    return msc_row_valid(tile, y)[x] && !d->is_left_out[msc_row_u16(tile, 0, y)[x]];
}

static int has_asked(const msc_differences *d, const msc_tile *tile)
{
    for (int32_t y = 0; y < tile->core.h; y++)
        for (int32_t x = 0; x < tile->core.w; x++)
            if (is_asked(d, tile, x, y)) return 1;
    return 0;
}

/* The planes of one image within a tile: its validity, then its own; returns the first behind them. Only the core is
 * wanted, and so no block twice. */
static int part_of(const msc_tile *tile, int at, int n_planes, msc_tile *part)
{
    *part = *tile;
    part->pad_px = 0;
    part->valid = tile->plane[at++].data;
    part->n_planes = n_planes;
    for (int b = 0; b < n_planes; b++) part->plane[b] = tile->plane[at++];
    return at;
}

static msc_status read_all(void *self, int worker, msc_tile *tile, msc_error *err)
{
    msc_differences *d = self;
    msc_tile maps = *tile, year[2];
    const int first = d->maps.n_planes;
    maps.n_planes = first;
    MSC_TRY(d->maps.read(d->maps.self, worker, &maps, err));
    for (int k = 0; k < MSC_PATCH_DIFFERENCES; k++)
        for (int32_t y = 0; y < tile->core.h; y++) memset(msc_row_u16(tile, first + k, y), 0, (size_t)tile->core.w * sizeof(uint16_t));
    if (!has_asked(d, tile)) return MSC_OK;
    for (int i = 0, at = first + MSC_PATCH_DIFFERENCES; i < 2; i++) {
        at = part_of(tile, at, d->image[i].source.n_planes, &year[i]);
        MSC_TRY(d->image[i].source.read(d->image[i].source.self, worker, &year[i], err));
    }
    for (int32_t y = 0; y < tile->core.h; y++) {
        uint16_t *to[MSC_PATCH_DIFFERENCES];
        for (int k = 0; k < MSC_PATCH_DIFFERENCES; k++) to[k] = msc_row_u16(tile, first + k, y);
        for (int32_t x = 0; x < tile->core.w; x++)
            if (is_asked(d, tile, x, y) && msc_row_valid(&year[0], y)[x] && msc_row_valid(&year[1], y)[x]) compare(d, year, x, y, to);
    }
    return MSC_OK;
}

void msc_differences_source(msc_differences *d, msc_source *source)
{
    d->maps = *source;
    source->self = d;
    source->read = read_all;
    for (int k = 0; k < MSC_PATCH_DIFFERENCES; k++) source->types[source->n_planes++] = MSC_U16;
    for (int i = 0; i < 2; i++) {
        source->types[source->n_planes++] = MSC_U8;
        for (int b = 0; b < d->image[i].source.n_planes; b++) source->types[source->n_planes++] = d->image[i].source.types[b];
    }
}
