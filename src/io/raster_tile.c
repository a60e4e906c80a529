/* raster_tile.c - one tile with its padding from all files that reach it, the last one on top. */
#include "io/raster_stack.h"
#include "base/mem.h"
#include <string.h>

/* Source windows of more bytes are read in parts; a worker holds one beside its tiles. */
enum { WINDOW_BYTES_MAX = 8 * 1024 * 1024 };

void *msc_room_get(msc_room *room, size_t count, size_t size)
{
    const size_t bytes = msc_mul_size(count, size);
    if (bytes <= room->bytes && room->data) return room->data;
    msc_release(room->data);
    room->data = msc_alloc(bytes, 1);
    room->bytes = room->data ? bytes : 0;
    return room->data;
}

static msc_rect area_of(const msc_tile *tile)
{
    const msc_rect area = { tile->core.x - tile->pad_px, tile->core.y - tile->pad_px,
                            tile->core.w + 2 * tile->pad_px, tile->core.h + 2 * tile->pad_px };
    return area;
}

static void clear(msc_tile *tile, int n_planes)
{
    const msc_rect area = area_of(tile);
    for (int32_t y = 0; y < area.h; y++) {
        const ptrdiff_t at = (ptrdiff_t)(y - tile->pad_px) * tile->stride_px - tile->pad_px;
        memset(tile->valid + at, 0, (size_t)area.w);
        for (int b = 0; b < n_planes; b++) {
            const size_t bytes = msc_type_bytes(tile->plane[b].type);
            memset((char *)tile->plane[b].data + at * (ptrdiff_t)bytes, 0, (size_t)area.w * bytes);
        }
    }
}

/* Rooms for a window of `rect`; ENOMEM. */
static msc_status window_init(const msc_file *file, msc_worker *worker, msc_rect rect, msc_window *window,
                              msc_error *err)
{
    const size_t n = msc_mul_size((size_t)rect.w, (size_t)rect.h);
    memset(window, 0, sizeof *window);
    window->rect = rect;
    window->type = file->as;
    window->n_bands = file->n_bands + file->has_alpha;
    msc_window_pack(window);
    window->data = msc_room_get(&worker->pixels, n, msc_file_pixel_bytes(file));
    window->valid = msc_room_get(&worker->valid, n, 1);
    return window->data && window->valid
               ? MSC_OK
               : msc_fail(err, MSC_ENOMEM, file->path, "%d x %d px", (int)rect.w, (int)rect.h);
}

/* Whether the tile's planes can take the file's bands as they are read: no band beyond the tile's, planes at equal distances. */
static int is_window(const msc_file *file, const msc_tile *tile)
{
    if (!file->is_direct || file->has_alpha || file->has_mask_band || file->is_signed_byte || file->type > file->as) return 0;
    const char *first = tile->plane[0].data;
    const ptrdiff_t bytes = (ptrdiff_t)msc_type_bytes(file->as);
    const ptrdiff_t step = file->n_bands > 1 ? (const char *)tile->plane[1].data - first : 0;
    for (int b = 0; b < file->n_bands; b++)
        if (tile->plane[b].type != file->as || (const char *)tile->plane[b].data - first != b * step) return 0;
    return step >= 0 && step % bytes == 0;
}

/* Pixels that are not observed are 0 in a tile. */
static void zero_row(uint8_t *restrict row, const uint8_t *restrict valid, size_t n, size_t bytes)
{
    if (bytes == 1)
        for (size_t i = 0; i < n; i++) row[i] = valid[i] ? row[i] : 0;
    else if (bytes == 2)
        for (size_t i = 0; i < n; i++) ((uint16_t *)row)[i] = valid[i] ? ((uint16_t *)row)[i] : 0;
    else
        for (size_t i = 0; i < n; i++) ((uint32_t *)row)[i] = valid[i] ? ((uint32_t *)row)[i] : 0;
}

/* Reads into the tile's own planes; `part` is what of the tile the file covers. */
static msc_status read_into(const msc_file *file, msc_handle *handle, const msc_hint *hint, msc_rect part, msc_tile *tile,
                            msc_error *err)
{
    const size_t bytes = msc_type_bytes(file->as), w = (size_t)part.w;
    const ptrdiff_t at = (ptrdiff_t)(part.y - tile->core.y) * tile->stride_px + (part.x - tile->core.x);
    msc_window window = { .n_bands = file->n_bands, .type = file->as, .stride_px = (size_t)tile->stride_px, .hint = *hint };
    window.rect = (msc_rect){ (int32_t)(part.x + file->shift_x), (int32_t)(part.y + file->shift_y), part.w, part.h };
    window.data = (char *)tile->plane[0].data + at * (ptrdiff_t)bytes;
    window.valid = tile->valid + at;
    if (file->n_bands > 1)
        window.plane_px = (size_t)((const char *)tile->plane[1].data - (const char *)tile->plane[0].data) / bytes;
    MSC_TRY(msc_file_read_window(file, handle, &window, err));
    for (size_t y = 0; y < (size_t)part.h; y++) {
        const uint8_t *valid = window.valid + y * window.stride_px;
        if (!memchr(valid, 0, w)) continue;
        for (int b = 0; b < file->n_bands; b++)
            zero_row((uint8_t *)window.data + ((size_t)b * window.plane_px + y * window.stride_px) * bytes, valid, w, bytes);
    }
    return MSC_OK;
}

static void and_row(uint8_t *restrict to, const uint8_t *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] &= from[i];
}

static void or_row(uint8_t *restrict to, const uint8_t *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] |= from[i];
}

static void copy_valid(uint8_t *restrict to, const uint8_t *restrict from, const uint8_t *restrict valid, size_t n, size_t bytes)
{
    if (bytes == 1) {
        for (size_t i = 0; i < n; i++) to[i] = valid[i] ? from[i] : to[i];
    } else if (bytes == 2) {
        for (size_t i = 0; i < n; i++)
            ((uint16_t *)to)[i] = valid[i] ? ((const uint16_t *)from)[i] : ((uint16_t *)to)[i];
    } else {
        for (size_t i = 0; i < n; i++)
            ((uint32_t *)to)[i] = valid[i] ? ((const uint32_t *)from)[i] : ((uint32_t *)to)[i];
    }
}

/* Lays the observed pixels of a window, whose first pixel is target (x, y), onto the tile. */
static void lay(const msc_file *file, const msc_window *window, int32_t x, int32_t y, msc_tile *tile)
{
    const size_t w = (size_t)window->rect.w, h = (size_t)window->rect.h, bytes = msc_type_bytes(file->as);
    for (size_t row = 0; row < h; row++) {
        const uint8_t *valid = window->valid + row * w;
        const ptrdiff_t at =
            (ptrdiff_t)(y + (int32_t)row - tile->core.y) * tile->stride_px + (x - tile->core.x);
        const int is_whole = memchr(valid, 0, w) == NULL;
        for (int b = 0; b < file->n_bands; b++) {
            uint8_t *to = (uint8_t *)tile->plane[b].data + at * (ptrdiff_t)bytes;
            const uint8_t *from = (const uint8_t *)window->data + ((size_t)b * h + row) * w * bytes;
            if (is_whole) memcpy(to, from, w * bytes);
            else copy_valid(to, from, valid, w, bytes);
        }
        or_row(tile->valid + at, valid, w);
    }
}

/* Rows are read in strips of whole blocks, so that no block is decoded twice. */
static msc_status read_aligned(const msc_grid *grid, const msc_file *file, msc_handle *handle,
                               msc_worker *worker, msc_rect part, int is_first, msc_tile *tile, msc_error *err)
{
    const msc_rect core = { (int32_t)(tile->core.x + file->shift_x), (int32_t)(tile->core.y + file->shift_y),
                            tile->core.w, tile->core.h };
    const msc_hint hint = { .core = core, .pad_px = tile->pad_px, .origin_x = file->shift_x, .origin_y = file->shift_y,
                            .width = grid->width_px, .height = grid->height_px };
    if (is_first && is_window(file, tile)) return read_into(file, handle, &hint, part, tile, err);
    const int32_t fx = (int32_t)(part.x + file->shift_x), fy = (int32_t)(part.y + file->shift_y),
                  end = fy + part.h;
    for (int32_t y = fy; y < end;) {
        int32_t next = (y / file->strip_px + 1) * file->strip_px;
        if (next > end) next = end;
        const msc_rect rect = { fx, y, part.w, next - y };
        msc_window window;
        MSC_TRY(window_init(file, worker, rect, &window, err));
        window.hint = hint;
        MSC_TRY(msc_file_read_window(file, handle, &window, err));
        lay(file, &window, part.x, part.y + (y - fy), tile);
        y = next;
    }
    return MSC_OK;
}

/* Halves `rect` until its source window is small, then resamples. The result does not depend on the halving.
 */
static msc_status warp_part(const msc_file *file, msc_handle *handle, msc_worker *worker,
                            const msc_mesh *lattice, msc_rect rect, msc_tile *tile, msc_error *err)
{
    const msc_rect source = msc_mesh_window(lattice, file, &rect);
    if (source.w == 0) return MSC_OK;
    const int64_t pixel_bytes = (int64_t)msc_file_pixel_bytes(file) + 1;
    const int is_large = (int64_t)source.w * source.h * pixel_bytes > WINDOW_BYTES_MAX;
    if (is_large && (rect.w > MSC_WARP_STEP_PX || rect.h > MSC_WARP_STEP_PX)) {
        msc_rect a = rect, b = rect;
        if (rect.w >= rect.h) {
            a.w = rect.w / 2;
            b.x += a.w;
            b.w -= a.w;
        } else {
            a.h = rect.h / 2;
            b.y += a.h;
            b.h -= a.h;
        }
        MSC_TRY(warp_part(file, handle, worker, lattice, a, tile, err));
        return warp_part(file, handle, worker, lattice, b, tile, err);
    }
    msc_window window;
    MSC_TRY(window_init(file, worker, source, &window, err));
    MSC_TRY(msc_file_read_window(file, handle, &window, err));
    msc_warp_tile(lattice, file, &window, &rect, tile);
    return MSC_OK;
}

static msc_status read_warped(const msc_raster *raster, const msc_file *file, msc_handle *handle,
                              msc_worker *worker, msc_rect part, msc_tile *tile, msc_error *err)
{
    msc_mesh lattice;
    const size_t n = msc_mesh_nodes(&part, &lattice);
    if (!handle->crs && raster->grid.crs[0] && file->grid.crs[0] && !msc_crs_same(raster->grid.crs, file->grid.crs))
        MSC_TRY(msc_crs_open(raster->grid.crs, file->grid.crs, &handle->crs, err));
    lattice.x = msc_room_get(&worker->nodes, 2 * n, sizeof *lattice.x);
    if (!lattice.x) return msc_fail(err, MSC_ENOMEM, file->path, "lattice");
    lattice.y = lattice.x + n;
    msc_mesh_fill(&(msc_place){ &raster->grid, &file->grid, handle->crs, raster->shift, raster->n_shifts }, &lattice);
    return warp_part(file, handle, worker, &lattice, part, tile, err);
}

/* `is_first`: nothing that must stay lies on the tile yet. */
static msc_status read_file(const msc_raster *raster, int index, msc_worker *worker, int is_first, msc_tile *tile,
                            msc_error *err)
{
    const msc_file *file = &raster->file[index];
    msc_handle *handle = &worker->handle[index];
    const msc_rect part = msc_rect_and(area_of(tile), file->reach);
    if (part.w == 0 || part.h == 0) return MSC_OK;
    return file->is_aligned ? read_aligned(&raster->grid, file, handle, worker, part, is_first, tile, err)
                            : read_warped(raster, file, handle, worker, part, tile, err);
}

/* Clears validity where the mask is 0 or has nothing. */
static msc_status apply_mask(const msc_raster *raster, msc_worker *worker, msc_tile *tile, msc_error *err)
{
    const int index = raster->n_files - 1;
    const msc_rect area = area_of(tile);
    const size_t n = msc_mul_size((size_t)area.w, (size_t)area.h),
                 bytes = msc_type_bytes(raster->file[index].as);
    char *pixels = msc_room_get(&worker->mask_pixels, n, bytes);
    uint8_t *valid = msc_room_get(&worker->mask_valid, n, 1);
    if (!pixels || !valid) return msc_fail(err, MSC_ENOMEM, raster->file[index].path, "mask");
    const size_t origin = (size_t)tile->pad_px * (size_t)area.w + (size_t)tile->pad_px;
    msc_tile mask = { .core = tile->core, .pad_px = tile->pad_px, .stride_px = area.w, .n_planes = 1 };
    mask.plane[0].type = raster->file[index].as;
    mask.plane[0].data = pixels + origin * bytes;
    mask.valid = valid + origin;
    clear(&mask, 1);
    MSC_TRY(read_file(raster, index, worker, 1, &mask, err));
    for (int32_t y = -tile->pad_px; y < tile->core.h + tile->pad_px; y++)
        and_row(msc_row_valid(tile, y) - tile->pad_px, msc_row_valid(&mask, y) - tile->pad_px, (size_t)area.w);
    return MSC_OK;
}

/* Whether the first file alone fills core and padding. */
static int is_filled(const msc_file *file, const msc_tile *tile)
{
    const msc_rect area = area_of(tile), part = msc_rect_and(area, file->reach);
    return file->is_aligned && is_window(file, tile) && part.w == area.w && part.h == area.h;
}

msc_status msc_raster_read_tile(msc_raster *raster, int worker_index, msc_tile *tile, msc_error *err)
{
    if (worker_index >= raster->n_workers)
        return msc_fail(err, MSC_EBUG, raster->file[0].path, "worker %d of %d", worker_index,
                        raster->n_workers);
    msc_worker *worker = &raster->worker[worker_index];
    if (!is_filled(&raster->file[0], tile)) clear(tile, raster->bands.n);
    for (int i = 0; i < raster->n_files - raster->has_mask; i++)
        MSC_TRY(read_file(raster, i, worker, i == 0, tile, err));
    return raster->has_mask ? apply_mask(raster, worker, tile, err) : MSC_OK;
}
