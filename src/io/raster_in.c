/* raster_in.c - opens an image of one or several files and binds its bands, nodata and grid. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_in.h"
#include "io/raster_stack.h"
#include "base/mem.h"
#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STRIP_BYTES_WISHED = 4 * 1024 * 1024 };

/* What decoded blocks may take: a sixteenth of the cap. */
static int64_t cache_share(const msc_settings *settings)
{
    const int64_t share = msc_settings_memory(settings, NULL) / 16, top = (int64_t)256 << 20,
                  least = (int64_t)2 << 20;
    return share > top ? top : share < least ? least : share;
}

/* GDAL's block cache is one for all files. */
static void limit_cache(const msc_settings *settings)
{
    if (!CPLGetConfigOption("GDAL_CACHEMAX", NULL)) GDALSetCacheMax64(cache_share(settings));
}

/* Whole blocks of rows, of some megabytes together. */
static int32_t strip_of(const msc_file *file, GDALDatasetH dataset)
{
    int block_w = 1, block_h = 1;
    GDALGetBlockSize(GDALGetRasterBand(dataset, file->band[0]), &block_w, &block_h);
    const int64_t row = (int64_t)file->grid.width_px * file->n_bands * (int64_t)msc_type_bytes(file->as);
    int64_t rows = STRIP_BYTES_WISHED / (row > 0 ? row : 1);
    rows = rows < block_h ? block_h : rows - rows % block_h;
    if (rows > 4096) rows = 4096 / block_h * block_h;
    return rows < 1 ? block_h > 0 ? block_h : 1 : (int32_t)rows;
}

/* A mosaic is read in strips of its first file's blocks. */
static void find_pieces(msc_file *file, GDALDatasetH dataset)
{
    file->mosaic = msc_vrt_mosaic(file, dataset);
    file->is_direct = file->mosaic != NULL;
    if (!file->mosaic) return;
    const int32_t block_h = (int32_t)file->mosaic->file[file->mosaic->piece[0].file].tiff.block_h;
    file->strip_px = (file->strip_px + block_h - 1) / block_h * block_h;
}

static void find_direct(msc_file *file, GDALDatasetH dataset)
{
    const char *driver = GDALGetDriverShortName(GDALGetDatasetDriver(dataset));
    if (strcmp(driver, "VRT") == 0) find_pieces(file, dataset);
    if (strcmp(driver, "GTiff") != 0) return;
    file->is_direct = msc_tiff_probe(file->path, &file->tiff) &&
                      file->tiff.width == (uint32_t)file->grid.width_px &&
                      file->tiff.height == (uint32_t)file->grid.height_px &&
                      file->tiff.n_bands == (uint32_t)file->n_file_bands && file->tiff.type <= file->as;
    int has = 0;
    const double value = GDALGetRasterNoDataValue(GDALGetRasterBand(dataset, 1), &has);
    const double least = file->tiff.is_int16 ? -32768 : 0, most = file->tiff.is_int16         ? 32767
                                                                  : file->tiff.type == MSC_U8 ? 255
                                                                                              : 65535;
    file->tiff.empty = has ? value : 0;
    /* A tag that the samples cannot hold could not be filled into blocks that the file leaves out. */
    if (has && (file->tiff.type != MSC_F32 || file->tiff.is_int16) && !(value >= least && value <= most))
        file->is_direct = 0;
}

/* Binds the wanted names of one file to numbers. The first file decides the names. */
static msc_status bind_bands(const msc_raster_spec *spec, const msc_settings *settings, msc_raster *raster,
                             int index, GDALDatasetH dataset, msc_error *err)
{
    msc_file *file = &raster->file[index];
    msc_bands all;
    int is_assumed = 0;
    MSC_TRY(msc_bands_bind(spec->image.bands, file->path, dataset, &all, &is_assumed, err));
    if (index == 0) {
        raster->bands.n = 0;
        const int n = spec->want ? spec->n_want : all.n;
        if (n < 1 || n > MSC_MAX_PLANES) return msc_fail(err, MSC_EBAND, file->path, "%d bands wanted", n);
        for (int i = 0; i < n; i++) {
            const char *name = spec->want ? spec->want[i] : all.name[i];
            raster->bands.number[i] = msc_bands_find(&all, name);
            if (!raster->bands.number[i])
                return msc_fail(err, MSC_EBAND, file->path, "no band named %s", name);
            if (msc_bands_find(&raster->bands, name))
                return msc_fail(err, MSC_EBAND, file->path, "%s is wanted twice", name);
            snprintf(raster->bands.name[i], sizeof raster->bands.name[i], "%s", name);
            raster->bands.n++;
        }
        if (is_assumed && !file->is_coded) {
            char names[128] = "";
            for (int i = 0; i < all.n; i++)
                snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? "," : "",
                         all.name[i]);
            msc_warn(settings, MSC_WBANDORDER, file->path, "%s", names);
        }
    }
    file->n_bands = raster->bands.n;
    for (int i = 0; i < file->n_bands; i++) {
        const int by_name = msc_bands_find(&all, raster->bands.name[i]);
        file->band[i] = by_name ? by_name : raster->bands.number[i];
        if (file->band[i] > file->n_file_bands)
            return msc_fail(err, MSC_EBAND, file->path, "no band named %s among %d", raster->bands.name[i],
                            file->n_file_bands);
    }
    return MSC_OK;
}

/* Opens one file, learns all about it and closes it again; workers open their own handles. */
static msc_status probe_file(const msc_raster_spec *spec, const msc_settings *settings, msc_raster *raster,
                             int index, msc_error *err)
{
    msc_file *file = &raster->file[index];
    const int is_mask = raster->has_mask && index == raster->n_files - 1;
    GDALDatasetH dataset = NULL;
    msc_say say;
    int is_rotated = 0;
    file->path = msc_copy_text(is_mask ? spec->image.mask : spec->image.paths[index]);
    if (!file->path) return msc_fail(err, MSC_ENOMEM, "raster", "open");
    MSC_TRY(msc_gdal_open(file->path, &dataset, err));
    msc_say_begin(&say);
    file->n_file_bands = GDALGetRasterCount(dataset);
    file->is_coded = !is_mask && (spec->is_coded || spec->is_class_map || spec->is_mask);
    file->is_mask = spec->is_mask;
    file->resample = is_mask || file->is_coded ? MSC_NEAREST : spec->resample;
    msc_status status = msc_gdal_grid(dataset, file->path, &file->grid, &is_rotated, err);
    if (status == MSC_OK && is_rotated) status = msc_fail(err, MSC_EGRID, file->path, "not north-up");
    if (status == MSC_OK && is_mask) file->n_bands = file->band[0] = 1;
    else if (status == MSC_OK) status = bind_bands(spec, settings, raster, index, dataset, err);
    if (status == MSC_OK) status = msc_nodata_bind(is_mask ? NULL : spec->image.nodata, dataset, file, err);
    if (status == MSC_OK) status = msc_gdal_type(dataset, file, err);
    file->is_class_map = is_mask || spec->is_mask || spec->is_class_map > 0 || (spec->is_class_map < 0 && file->type != MSC_U16);
    const msc_type as = !file->is_coded ? file->type : file->type == MSC_U16 && !file->is_class_map ? MSC_U16 : MSC_U8;
    if (status == MSC_OK && !is_mask && as > raster->type) raster->type = as;
    if (status == MSC_OK && index == 0) {
        raster->meta = CSLDuplicate(GDALGetMetadata(dataset, NULL));
        raster->category =
            CSLDuplicate(GDALGetRasterCategoryNames(GDALGetRasterBand(dataset, file->band[0])));
    }
    file->as = file->type;
    if (status == MSC_OK) file->strip_px = strip_of(file, dataset);
    if (status == MSC_OK) find_direct(file, dataset);
    msc_say_end();
    GDALClose(dataset);
    return status;
}

/* Brings all files to one type and one grid. */
static msc_status place_files(const msc_raster_spec *spec, msc_raster *raster, msc_error *err)
{
    const int n = raster->n_files - raster->has_mask;
    if (spec->grid) raster->grid = *spec->grid;
    else MSC_TRY(msc_raster_union(raster->file, n, &raster->grid, err));
    int n_reaching = 0;
    MSC_TRY(msc_raster_read_shifts(&spec->image, raster, err));
    for (int i = 0; i < raster->n_files; i++) {
        msc_file *file = &raster->file[i];
        if (i < n) file->as = raster->type;
        MSC_TRY(msc_warp_place(&raster->grid, raster->n_shifts > 0, file, err));
        n_reaching += i < n && file->reach.w > 0 && file->reach.h > 0;
    }
    return n_reaching
               ? MSC_OK
               : msc_fail(err, MSC_EOVERLAP, raster->file[0].path, "nothing of it lies on the wanted grid");
}

/* Direct files share decoded blocks among the workers; GDAL keeps its own for the others. */
static msc_status make_caches(const msc_settings *settings, msc_raster *raster, msc_error *err)
{
    const int64_t share = cache_share(settings) / raster->n_files;
    for (int i = 0; i < raster->n_files; i++) {
        msc_file *file = &raster->file[i];
        if (!file->is_direct || file->reach.w == 0 || file->reach.h == 0) continue;
        file->cache = msc_cache_new(file->mosaic ? file->mosaic->block_bytes : file->tiff.block_bytes, share);
        if (!file->cache) return msc_fail(err, MSC_ENOMEM, file->path, "cache");
    }
    return MSC_OK;
}

static msc_status find_edges(msc_raster *raster, msc_error *err)
{
    for (int i = 0; i < raster->n_files - raster->has_mask; i++)
        if (raster->file[i].rule == MSC_NODATA_EDGE)
            MSC_TRY(msc_edge_find(&raster->file[i], &raster->worker[0].handle[i], err));
    return MSC_OK;
}

static msc_status make_room(const msc_raster_spec *spec, msc_raster *raster, msc_error *err)
{
    raster->has_mask = spec->image.mask != NULL;
    raster->n_files = spec->image.n_paths + raster->has_mask;
    raster->n_workers = spec->n_workers > 0 ? spec->n_workers : 1;
    raster->file = msc_alloc_zero((size_t)raster->n_files, sizeof *raster->file);
    raster->worker = msc_alloc_zero((size_t)raster->n_workers, sizeof *raster->worker);
    int is_short = !raster->file || !raster->worker;
    for (int i = 0; !is_short && i < raster->n_workers; i++) {
        raster->worker[i].handle = msc_alloc_zero((size_t)raster->n_files, sizeof *raster->worker[i].handle);
        is_short = !raster->worker[i].handle;
    }
    return is_short ? msc_fail(err, MSC_ENOMEM, spec->image.paths[0], "open") : MSC_OK;
}

msc_status msc_raster_open(const msc_raster_spec *spec, const msc_settings *settings, msc_raster **raster,
                           msc_error *err)
{
    if (spec->image.n_paths < 1) return msc_fail(err, MSC_ENOFILE, "image", "no file is named");
    limit_cache(settings);
    msc_raster *opened = msc_alloc_zero(1, sizeof *opened);
    if (!opened) return msc_fail(err, MSC_ENOMEM, spec->image.paths[0], "open");
    opened->traffic = settings->traffic;
    msc_status status = make_room(spec, opened, err);
    for (int i = 0; i < opened->n_files && status == MSC_OK; i++)
        status = probe_file(spec, settings, opened, i, err);
    if (status == MSC_OK) status = place_files(spec, opened, err);
    if (status == MSC_OK) status = make_caches(settings, opened, err);
    if (status == MSC_OK) status = find_edges(opened, err);
    if (status != MSC_OK) msc_raster_close(&opened);
    else *raster = opened;
    return status;
}

msc_status msc_raster_open_mask(const char *path, const msc_image *moved, const msc_grid *grid, int n_workers, const msc_settings *settings,
                                msc_raster **raster, msc_error *err)
{
    msc_raster_spec spec = { .image = { .paths = &path, .n_paths = 1, .bands = "observed:1" }, .grid = grid, .is_mask = 1, .n_workers = n_workers };
    if (moved) {
        spec.image.shifts = moved->shifts;
        spec.image.n_shifts = moved->n_shifts;
    }
    return msc_raster_open(&spec, settings, raster, err);
}

static void drop_room(msc_room *room)
{
    msc_release(room->data);
    *room = (msc_room){ 0 };
}

void msc_raster_rest(msc_raster *r)
{
    for (int i = 0; r->worker && i < r->n_workers; i++) {
        msc_worker *w = &r->worker[i];
        for (int f = 0; w->handle && f < r->n_files; f++) {
            if (r->traffic) {
                r->traffic->read_bytes += w->handle[f].traffic.read_bytes;
                r->traffic->decoded_bytes += w->handle[f].traffic.decoded_bytes;
            }
            msc_handle_close(&w->handle[f]);
        }
        drop_room(&w->pixels);
        drop_room(&w->valid);
        drop_room(&w->nodes);
        drop_room(&w->mask_pixels);
        drop_room(&w->mask_valid);
        drop_room(&w->stack_valid);
    }
    for (int f = 0; r->file && f < r->n_files; f++)
        if (r->file[f].cache) msc_cache_empty(r->file[f].cache);
}

void msc_rasters_rest(msc_rasters *rasters)
{
    for (int i = 0; i < rasters->n; i++) msc_raster_rest(rasters->raster[i]);
}

void msc_raster_close(msc_raster **raster)
{
    if (!raster || !*raster) return;
    msc_raster *r = *raster;
    msc_raster_rest(r);
    for (int i = 0; r->worker && i < r->n_workers; i++) msc_release(r->worker[i].handle);
    for (int f = 0; r->file && f < r->n_files; f++) {
        msc_edge_clear(&r->file[f].edge);
        msc_cache_free(&r->file[f].cache);
        msc_mosaic_free(&r->file[f].mosaic);
        msc_release(r->file[f].path);
    }
    msc_release(r->shift);
    CSLDestroy(r->meta);
    CSLDestroy(r->category);
    msc_release(r->worker);
    msc_release(r->file);
    msc_release(r);
    *raster = NULL;
}

const msc_grid *msc_raster_grid(const msc_raster *raster) { return &raster->grid; }
int msc_raster_n_bands(const msc_raster *raster) { return raster->bands.n; }
const char *msc_raster_band_name(const msc_raster *raster, int band) { return raster->bands.name[band]; }
msc_type msc_raster_type(const msc_raster *raster) { return raster->type; }
const char *msc_raster_meta(const msc_raster *raster, const char *key)
{
    return CSLFetchNameValue(raster->meta, key);
}

const char *msc_raster_category(const msc_raster *raster, int value)
{
    char key[32];
    snprintf(key, sizeof key, "CLASS_%d", value);
    const char *name = CSLFetchNameValue(raster->meta, key);
    if (!name && value >= 0 && value < CSLCount(raster->category)) name = raster->category[value];
    return name && name[0] ? name : NULL;
}

int msc_raster_is_direct(const msc_raster *raster)
{
    for (int i = 0; i < raster->n_files - raster->has_mask; i++)
        if (!raster->file[i].is_direct) return 0;
    return 1;
}
