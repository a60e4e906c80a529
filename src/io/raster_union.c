/* raster_union.c - one grid over several files, and several rasters as one source. */
#include "io/raster_stack.h"
#include "base/mem.h"
#include <assert.h>
#include <math.h>
#include <string.h>

typedef struct extent {
    double x0, y0, x1, y1;
} extent; /* px of the first file */

static msc_status grow_extent(const msc_file *first, const msc_file *file, extent *all, msc_error *err)
{
    enum { N = 33 };
    msc_crs *crs = NULL;
    if (!msc_crs_same(first->grid.crs, file->grid.crs)) {
        if (!first->grid.crs[0] || !file->grid.crs[0])
            return msc_fail(err, MSC_ECRS, file->path,
                            "one of the files has a coordinate system, another has none");
        MSC_TRY(msc_crs_open(file->grid.crs, first->grid.crs, &crs, err));
    }
    msc_status status = MSC_OK;
    for (int j = 0; j < N && status == MSC_OK; j++)
        for (int i = 0; i < N; i++) {
            double e = msc_grid_e(&file->grid, (double)file->grid.width_px * i / (N - 1));
            double n = msc_grid_n(&file->grid, (double)file->grid.height_px * j / (N - 1));
            if (crs) msc_crs_forward(crs, &e, &n, 1, 1);
            if (!isfinite(e) || !isfinite(n)) {
                status = msc_fail(err, MSC_ECRS, file->path,
                                  "cannot be brought to the first file's coordinate system");
                break;
            }
            const double x = (e - first->grid.e0) / first->grid.pixel_e,
                         y = (first->grid.n0 - n) / first->grid.pixel_n;
            all->x0 = fmin(all->x0, x);
            all->x1 = fmax(all->x1, x);
            all->y0 = fmin(all->y0, y);
            all->y1 = fmax(all->y1, y);
        }
    msc_crs_close(&crs);
    return status;
}

msc_status msc_raster_union(const msc_file *file, int n, msc_grid *grid, msc_error *err)
{
    *grid = file[0].grid;
    extent all = { 0, 0, grid->width_px, grid->height_px };
    for (int i = 1; i < n; i++) MSC_TRY(grow_extent(&file[0], &file[i], &all, err));
    /* A thousandth of a pixel is rounding in a header, not a row of pixels. */
    const double x0 = floor(all.x0 + 1e-3), y0 = floor(all.y0 + 1e-3), x1 = ceil(all.x1 - 1e-3),
                 y1 = ceil(all.y1 - 1e-3);
    if (x1 - x0 > 1e7 || y1 - y0 > 1e7)
        return msc_fail(err, MSC_EVALUE, file[0].path, "a mosaic of %.0f x %.0f px", x1 - x0, y1 - y0);
    grid->e0 += x0 * grid->pixel_e;
    grid->n0 -= y0 * grid->pixel_n;
    grid->width_px = (int32_t)(x1 - x0);
    grid->height_px = (int32_t)(y1 - y0);
    return MSC_OK;
}

static uint8_t *valid_room(msc_raster *raster, int worker, size_t n)
{
    return msc_room_get(&raster->worker[worker].stack_valid, n, 1);
}

msc_status msc_lack_init(msc_lack *lack, msc_rasters *rasters, const msc_layout *layout, msc_error *err)
{
    const size_t worker_bytes = ((size_t)layout->tile_px * (size_t)layout->tile_px + 7) / 8;
    uint8_t *bits = msc_alloc_zero((size_t)layout->n_threads, worker_bytes);
    if (!bits) return msc_fail(err, MSC_ENOMEM, rasters->raster[0]->file[0].path, "%d x %zu bytes", layout->n_threads, worker_bytes);
    *lack = (msc_lack){ bits, worker_bytes };
    rasters->lack = lack;
    return MSC_OK;
}

void msc_lack_clear(msc_lack *lack)
{
    msc_release(lack->bits);
    *lack = (msc_lack){ 0 };
}

/* `tile` is valid where all others are, `last` where the last one is. */
static void find_lack(const msc_lack *lack, int worker, const msc_tile *tile, const msc_tile *last)
{
    const size_t w = (size_t)tile->core.w;
    uint8_t *bits = lack->bits + (size_t)worker * lack->worker_bytes;
    memset(bits, 0, lack->worker_bytes);
    for (int32_t y = 0; y < tile->core.h; y++) {
        const uint8_t *is_there = msc_row_valid(tile, y), *has = msc_row_valid(last, y);
        if (!memchr(has, 0, w)) continue;
        for (size_t x = 0, i = (size_t)y * w; x < w; x++, i++) bits[i / 8] |= (uint8_t)((is_there[x] && !has[x]) << i % 8);
    }
}

/* Reads each raster into its own planes; validity of a required one narrows the tile's. */
static msc_status read_stack(void *self, int worker, msc_tile *tile, msc_error *err)
{
    msc_rasters *rasters = self;
    const int32_t w = tile->core.w + 2 * tile->pad_px, h = tile->core.h + 2 * tile->pad_px;
    const ptrdiff_t corner = -(ptrdiff_t)tile->pad_px * tile->stride_px - tile->pad_px;
    for (int32_t y = 0; y < h; y++)
        memset(tile->valid + corner + (ptrdiff_t)y * tile->stride_px, 1, (size_t)w);
    int plane = 0;
    for (int i = 0; i < rasters->n; i++) {
        msc_raster *raster = rasters->raster[i];
        msc_tile part = { .core = tile->core,
                          .pad_px = tile->pad_px,
                          .stride_px = tile->stride_px,
                          .n_planes = raster->bands.n };
        for (int b = 0; b < raster->bands.n; b++) part.plane[b] = tile->plane[plane++];
        uint8_t *valid = worker < raster->n_workers
                             ? valid_room(raster, worker, (size_t)tile->stride_px * (size_t)h)
                             : NULL;
        if (!valid) return msc_fail(err, MSC_ENOMEM, raster->file[0].path, "worker %d", worker);
        part.valid = valid + (size_t)tile->pad_px * (size_t)tile->stride_px + (size_t)tile->pad_px;
        MSC_TRY(msc_raster_read_tile(raster, worker, &part, err));
        if (!(rasters->required >> i & 1u)) continue;
        if (rasters->lack && i == rasters->n - 1) find_lack(rasters->lack, worker, tile, &part);
        for (int32_t y = -tile->pad_px; y < tile->core.h + tile->pad_px; y++) {
            uint8_t *restrict to = msc_row_valid(tile, y) - tile->pad_px;
            const uint8_t *restrict from = msc_row_valid(&part, y) - tile->pad_px;
            for (int32_t x = 0; x < w; x++) to[x] &= from[x];
        }
    }
    return MSC_OK;
}

static msc_status read_one(void *self, int worker, msc_tile *tile, msc_error *err)
{
    return msc_raster_read_tile(((msc_rasters *)self)->raster[0], worker, tile, err);
}

msc_status msc_rasters_source(msc_rasters *rasters, msc_source *source, msc_error *err)
{
    assert(rasters->n >= 1 && rasters->n <= 8);
    const msc_raster *first = rasters->raster[0];
    memset(source, 0, sizeof *source);
    source->self = rasters;
    source->width_px = first->grid.width_px;
    source->height_px = first->grid.height_px;
    source->read = rasters->n == 1 && (rasters->required & 1u) ? read_one : read_stack;
    for (int i = 0; i < rasters->n; i++) {
        const msc_raster *raster = rasters->raster[i];
        if (!msc_grid_same(&first->grid, &raster->grid))
            return msc_fail(err, MSC_EGRID, raster->file[0].path, "%d x %d px, not the grid of %s",
                            (int)raster->grid.width_px, (int)raster->grid.height_px, first->file[0].path);
        if (source->n_planes + raster->bands.n > MSC_MAX_PLANES)
            return msc_fail(err, MSC_EBAND, raster->file[0].path, "more than %d bands together",
                            MSC_MAX_PLANES);
        for (int b = 0; b < raster->bands.n; b++) source->types[source->n_planes++] = raster->type;
    }
    return MSC_OK;
}
