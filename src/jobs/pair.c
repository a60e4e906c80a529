/* pair.c - opens two years' images on one grid, with the bands that both have. */
#include "jobs/pair.h"
#include "base/mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static msc_status name_bands(const msc_settings *settings, const msc_image *image, char band[][MSC_NAME_MAX], int *n, msc_error *err)
{
    msc_image as_it_is = *image;
    as_it_is.n_shifts = 0;       /* those are of the grid that it will be read on */
    const msc_imagery_spec spec = { .image = &as_it_is };
    msc_imagery opened;
    MSC_TRY(msc_imagery_open(settings, &spec, &opened, err));
    *n = opened.n_bands;
    for (int b = 0; b < opened.n_bands; b++) snprintf(band[b], MSC_NAME_MAX, "%s", opened.band[b]);
    msc_imagery_close(&opened);
    return MSC_OK;
}

msc_status msc_pair_share_bands(const msc_settings *settings, const msc_image *before, const msc_image *after,
                                char band[MSC_MAX_BANDS][MSC_NAME_MAX], int *n, msc_error *err)
{
    char early[MSC_MAX_BANDS][MSC_NAME_MAX], late[MSC_MAX_BANDS][MSC_NAME_MAX];
    int n_early = 0, n_late = 0;
    msc_settings silent = *settings;
    silent.warn = NULL;          /* what is assumed is said when the image is opened to be read */
    MSC_TRY(name_bands(&silent, before, early, &n_early, err));
    MSC_TRY(name_bands(&silent, after, late, &n_late, err));
    *n = 0;
    for (int i = 0; i < n_early; i++)
        for (int j = 0; j < n_late; j++)
            if (strcmp(early[i], late[j]) == 0) memcpy(band[(*n)++], early[i], MSC_NAME_MAX);
    return MSC_OK;
}

static msc_status open_classes(const msc_settings *settings, const char *path, msc_pair *pair, msc_raster **map, msc_error *err)
{
    if (!path) return MSC_OK;
    const msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1 }, .is_coded = 1, .is_class_map = 1,
                                   .grid = msc_raster_grid(pair->image[0].image), .n_workers = msc_settings_threads(settings, NULL) };
    MSC_TRY(msc_raster_open(&spec, settings, map, err));
    if (msc_raster_n_bands(*map) != 1) return msc_fail(err, MSC_EBAND, path, "%d bands; 1 is wanted", msc_raster_n_bands(*map));
    pair->rasters.raster[pair->rasters.n++] = *map;
    return MSC_OK;
}

/* From which value on a band of the type is saturated, all values being below infinity. */
static double limit_of(const msc_image *image, msc_type type)
{
    if (image->saturated > 0) return image->saturated;
    return type == MSC_U8 ? 255 : type == MSC_U16 ? 65535 : INFINITY;
}

static void mark_u8(const uint8_t *restrict row, double limit, int32_t n, uint8_t bit, uint8_t *restrict bits)
{
    const int least = (int)ceil(fmin(limit, 256));
    for (int32_t x = 0; x < n; x++) bits[x] |= row[x] >= least ? bit : 0;
}
static void mark_f32(const float *restrict row, double limit, int32_t n, uint8_t bit, uint8_t *restrict bits)
{
    const float least = (float)limit;
    for (int32_t x = 0; x < n; x++) bits[x] |= row[x] >= least ? bit : 0;
}

enum { PIECE = 256 };

/* A year's bands of 16 bits have one limit, so that the largest of a pixel decides. */
static void mark_u16(const msc_pair *p, const msc_tile *tile, int first, int32_t x0, int32_t y, int32_t n, uint8_t bit, uint8_t *restrict bits)
{
    uint16_t most[PIECE];
    if (p->limit[first] > UINT16_MAX) return;
    const uint16_t least = (uint16_t)ceil(p->limit[first]);
    memcpy(most, msc_row_u16(tile, first, y) + x0, (size_t)n * sizeof *most);
    for (int b = first + 1; b < first + p->n_bands; b++) {
        const uint16_t *restrict row = msc_row_u16(tile, b, y) + x0;
        for (int32_t x = 0; x < n; x++) most[x] = row[x] > most[x] ? row[x] : most[x];
    }
    for (int32_t x = 0; x < n; x++) bits[x] |= most[x] >= least ? bit : 0;
}

/* MSC_SATURATED_... bits of n <= PIECE pixels of a row. */
static void mark(const msc_pair *p, const msc_tile *tile, int32_t x0, int32_t y, int32_t n, uint8_t *bits)
{
    memset(bits, 0, (size_t)n);
    for (int b = 0; b < 2 * p->n_bands; b++) {
        const uint8_t bit = b < p->n_bands ? MSC_SATURATED_BEFORE : MSC_SATURATED_AFTER;
        const msc_type type = tile->plane[b].type;
        if (type == MSC_U8) mark_u8(msc_row_u8(tile, b, y) + x0, p->limit[b], n, bit, bits);
        else if (type == MSC_U16 && b % p->n_bands == 0) mark_u16(p, tile, b, x0, y, n, bit, bits);
        else if (type == MSC_F32 && isfinite(p->limit[b])) mark_f32(msc_row_f32(tile, b, y) + x0, p->limit[b], n, bit, bits);
    }
}

/* A tile of both years' elevations with 1 px of padding, read aside: with padding the images would be read again and again, as their
 * blocks are wider than tiles. Its space, and before it scratch for rows of the tile's width, stays the worker's. */
static msc_status read_ground(const msc_pair *p, int worker, msc_rect core, msc_tile *ground, void **scratch, msc_error *err)
{
    const size_t stride = (size_t)core.w + 2, n = stride * ((size_t)core.h + 2), at = stride + 1, bytes = msc_terrain_flatten_scratch(core.w);
    struct msc_pair_space *space = &p->space[worker];
    *ground = (msc_tile){ .core = core, .pad_px = 1, .stride_px = (int32_t)stride, .n_planes = 2, .worker = worker };
    if (!msc_reserve(&space->bytes, &space->capacity, bytes + n * (2 * sizeof(float) + 1), 1)) return msc_fail(err, MSC_ENOMEM, "irmad", "%zu pixels", n);
    float *z = (float *)(void *)((char *)space->bytes + bytes);
    *scratch = space->bytes;
    for (int i = 0; i < 2; i++) ground->plane[i] = (msc_plane){ MSC_F32, z + (size_t)i * n + at };
    ground->valid = (uint8_t *)(z + 2 * n) + at;
    return p->ground.read(p->ground.self, worker, ground, err);
}

/* Bands of the core as on level ground. Light that falls on slopes is another one in every season; a variate of the whole scene does
 * not know slopes. */
static msc_status flatten(const msc_pair *p, int worker, msc_tile *tile, msc_error *err)
{
    msc_tile ground;
    void *scratch;
    MSC_TRY(read_ground(p, worker, tile->core, &ground, &scratch, err));
    for (int i = 0; i < 2; i++) msc_terrain_flatten(tile, i * p->n_bands, p->n_bands, &ground, i, &p->sun[i], p->image[0].pixel_m, scratch);
    return MSC_OK;
}

/* A saturated value is at least what it says: it cannot be compared. So the pixel is no witness, though its class may be plain. */
static msc_status read_unsaturated(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_pair *p = self;
    msc_tile whole = *tile;
    whole.n_planes = p->whole.n_planes;
    MSC_TRY(p->whole.read(p->whole.self, worker, &whole, err));
    const int32_t pad = tile->pad_px, end = tile->core.w + pad;
    for (int32_t y = -pad; y < tile->core.h + pad; y++)
        for (int32_t x0 = -pad; x0 < end; x0 += PIECE) {
            const int32_t n = end - x0 < PIECE ? end - x0 : PIECE;
            uint8_t *restrict bits = msc_row_u8(tile, whole.n_planes, y) + x0, *restrict ok = msc_row_valid(tile, y) + x0;
            mark(p, tile, x0, y, n, bits);
            for (int32_t x = 0; x < n; x++) {
                bits[x] = ok[x] ? bits[x] : 0;
                ok[x] = ok[x] && !bits[x];
            }
        }
    return p->is_flat ? flatten(p, worker, tile, err) : MSC_OK;
}

/* One pixel of a tile's core as a tile of its own. */
static msc_tile pixel_of(const msc_tile *tile, int32_t x, int32_t y)
{
    msc_tile one = *tile;
    const ptrdiff_t at = (ptrdiff_t)y * tile->stride_px + x;
    one.core = (msc_rect){ tile->core.x + x, tile->core.y + y, 1, 1 };
    one.valid = tile->valid + at;
    for (int b = 0; b < tile->n_planes; b++) one.plane[b].data = (char *)tile->plane[b].data + at * (ptrdiff_t)msc_type_bytes(tile->plane[b].type);
    return one;
}

typedef struct sampling { const msc_pair *pair; const msc_tile *tile, *ground; void *scratch; } sampling;

static void make_pixel(void *self, int64_t cell, int32_t x, int32_t y)
{
    const sampling *s = self;
    const msc_pair *p = s->pair;
    msc_tile one = pixel_of(s->tile, x - s->tile->core.x, y - s->tile->core.y);
    uint8_t bits;
    (void)cell;
    mark(p, &one, 0, 0, 1, &bits);
    *one.valid = *one.valid && !bits;
    if (!*one.valid || !p->is_flat) return;
    const msc_tile ground = pixel_of(s->ground, x - s->tile->core.x, y - s->tile->core.y);
    for (int i = 0; i < 2; i++) msc_terrain_flatten(&one, i * p->n_bands, p->n_bands, &ground, i, &p->sun[i], p->image[0].pixel_m, s->scratch);
}

/* As read_unsaturated, at the pixels of a lattice alone. */
static msc_status read_sampled(void *self, int worker, msc_tile *tile, msc_error *err)
{
    const msc_pair *p = self;
    msc_tile whole = *tile, ground = { 0 };
    sampling s = { p, &whole, &ground, NULL };
    whole.n_planes = p->whole.n_planes;
    MSC_TRY(p->whole.read(p->whole.self, worker, &whole, err));
    if (p->is_flat) MSC_TRY(read_ground(p, worker, tile->core, &ground, &s.scratch, err));
    msc_lattice_each(p->sampled, &tile->core, make_pixel, &s);
    return MSC_OK;
}

void msc_pair_sample(msc_pair *pair, const msc_lattice *lattice, msc_source *source)
{
    pair->sampled = lattice;
    *source = pair->source;
    source->read = read_sampled;
}

static void leave_saturated_out(const msc_pair_spec *spec, msc_pair *pair)
{
    pair->whole = pair->source;
    for (int b = 0; b < 2 * pair->n_bands; b++) pair->limit[b] = limit_of(b < pair->n_bands ? spec->before : spec->after, pair->source.types[b]);
    pair->source.self = pair;
    pair->source.read = read_unsaturated;
    pair->source.types[pair->source.n_planes++] = MSC_U8;
}

/* The elevations of both years and their suns, if bands are to be flat and can be. */
static msc_status open_ground(const msc_settings *settings, const msc_pair_spec *spec, msc_pair *pair, msc_error *err)
{
    const msc_image *image[2] = { spec->before, spec->after };
    if (!spec->is_flat || !image[0]->dem || !image[1]->dem) return MSC_OK;
    for (int i = 0; i < 2; i++) {
        msc_sun_place sun;
        MSC_TRY(msc_imagery_sun(image[i], &sun, err));
        if (!(sun.elevation_deg > 0.0)) return MSC_OK;
        pair->sun[i] = msc_terrain_sun(sun.azimuth_deg, sun.elevation_deg);
    }
    for (int i = 0; i < 2; i++) {
        MSC_TRY(msc_imagery_open_dem(settings, &pair->image[i], image[i], err));
        pair->dems.raster[pair->dems.n++] = pair->image[i].dem;
    }
    pair->n_spaces = msc_settings_threads(settings, NULL);
    pair->space = msc_alloc_zero((size_t)pair->n_spaces, sizeof *pair->space);
    if (!pair->space) return msc_fail(err, MSC_ENOMEM, "irmad", "%d workers", pair->n_spaces);
    pair->dems.required = 3u;
    pair->is_flat = 1;
    return msc_rasters_source(&pair->dems, &pair->ground, err);
}

/* The bands of both years, the class maps and the bits of what is saturated have to go through one pass. */
static msc_status check_planes(const msc_pair_spec *spec, const msc_pair *pair, msc_error *err)
{
    const int most = (MSC_MAX_PLANES - 1 - (spec->class_map[0] != NULL) - (spec->class_map[1] != NULL)) / 2;
    if (pair->n_bands == 0)
        return msc_fail(err, MSC_EBAND, spec->after->paths[0], "no band of the same name as in %s", spec->before->paths[0]);
    return pair->n_bands <= most ? MSC_OK : msc_fail(err, MSC_EBAND, spec->after->paths[0], "%d bands as in %s; at most %d can be compared", pair->n_bands,
                                                     spec->before->paths[0], most);
}

static msc_status open_all(const msc_settings *settings, const msc_pair_spec *spec, msc_pair *pair, msc_error *err)
{
    const char *want[MSC_MAX_BANDS];
    msc_grid storage;
    const msc_grid *grid = NULL;
    MSC_TRY(msc_pair_share_bands(settings, spec->before, spec->after, pair->band, &pair->n_bands, err));
    MSC_TRY(check_planes(spec, pair, err));
    MSC_TRY(msc_imagery_grid_like(spec->grid_like, &storage, &grid, err));
    for (int b = 0; b < pair->n_bands; b++) want[b] = pair->band[b];
    for (int i = 0; i < 2; i++) {
        const msc_imagery_spec one = { .image = i ? spec->after : spec->before, .want = want, .n_want = pair->n_bands, .grid = grid };
        MSC_TRY(msc_imagery_open(settings, &one, &pair->image[i], err));
        pair->rasters.raster[pair->rasters.n++] = pair->image[i].image;
        grid = msc_raster_grid(pair->image[0].image);
    }
    for (int i = 0; i < 2; i++) MSC_TRY(open_classes(settings, spec->class_map[i], pair, &pair->class_map[i], err));
    MSC_TRY(open_ground(settings, spec, pair, err));
    pair->rasters.required = (1u << pair->rasters.n) - 1;
    MSC_TRY(msc_rasters_source(&pair->rasters, &pair->source, err));
    leave_saturated_out(spec, pair);
    return MSC_OK;
}

msc_status msc_pair_open(const msc_settings *settings, const msc_pair_spec *spec, msc_pair *pair, msc_error *err)
{
    memset(pair, 0, sizeof *pair);
    const msc_status status = open_all(settings, spec, pair, err);
    if (status != MSC_OK) msc_pair_close(pair);
    return status;
}

void msc_pair_close(msc_pair *pair)
{
    for (int i = 0; i < pair->n_spaces && pair->space; i++) msc_release(pair->space[i].bytes);
    msc_release(pair->space);
    pair->space = NULL;
    for (int i = 1; i >= 0; i--) {
        if (pair->class_map[i]) msc_raster_close(&pair->class_map[i]);
        msc_imagery_close(&pair->image[i]);
    }
}
