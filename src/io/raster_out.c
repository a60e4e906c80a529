/* raster_out.c - writes rasters in tile order, whole or not at all. */
#define _POSIX_C_SOURCE 200809L
#include "io/raster_out_file.h"
#include "base/mem.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* What a slot keeps of one output's tile. */
typedef struct slot {
    msc_out_part part[MSC_OUT_LEVELS];
} slot;

static int check_spec(const msc_raster_out_spec *spec)
{
    if (spec->n_bands < 1 || spec->n_bands > MSC_MAX_PLANES || spec->grid.width_px < 1 ||
        spec->grid.height_px < 1)
        return 0;
    if (!spec->has_nodata || spec->type == MSC_F32) return 1;
    return spec->nodata >= 0 && spec->nodata <= (spec->type == MSC_U8 ? 255 : 65535) &&
           spec->nodata == (int)spec->nodata;
}

/* Rasters are GeoTIFFs. Without a format the name says which one is wanted; a name without extension says nothing, as for GDAL. */
static msc_status check_format(const char *format, const char *path, msc_error *err)
{
    if (format)
        return strcasecmp(format, "GTiff") == 0 ? MSC_OK : msc_fail(err, MSC_EVALUE, path, "rasters are written as GTiff, not %s", format);
    const char *file = strrchr(path, '/'), *dot = strrchr(file ? file + 1 : path, '.');
    if (!dot || strcasecmp(dot, ".tif") == 0 || strcasecmp(dot, ".tiff") == 0) return MSC_OK;
    return msc_fail(err, MSC_EVALUE, path, "rasters are written as GTiff: .tif or .tiff, or --of GTiff for another name");
}

static msc_status start(const msc_settings *settings, const msc_raster_out_spec *spec,
                        const msc_layout *layout, msc_raster_out *out, msc_error *err)
{
    if (strlen(spec->path) + 32 > MSC_PATH_MAX) return msc_fail(err, MSC_EVALUE, spec->path, "path too long");
    if (!check_spec(spec))
        return msc_fail(err, MSC_EVALUE, spec->path, "%d bands, nodata %g", spec->n_bands, spec->nodata);
    MSC_TRY(check_format(settings->format, spec->path, err));
    memcpy(out->path, spec->path, strlen(spec->path) + 1);
    out->n_bands = spec->n_bands;
    out->type = spec->type;
    out->fill = spec->has_nodata ? spec->nodata : 0;
    out->is_everywhere = spec->is_everywhere;
    out->is_overwrite = settings->overwrite;
    out->settings = *settings;
    out->total = settings->traffic;
    MSC_TRY(msc_codec_from(settings, spec, &out->codec, err));
    MSC_TRY(msc_file_check_output(spec->path, settings->overwrite, err));
    MSC_TRY(msc_file_temp_name(spec->path, out->temp, err));
    MSC_TRY(msc_out_levels_plan(out, spec, layout, err));
    out->is_open = 1;
    MSC_TRY(msc_out_create(spec, out, err));
    return msc_out_levels_open(out, err);
}

msc_status msc_raster_out_open(const msc_settings *settings, const msc_raster_out_spec *spec,
                               const msc_layout *layout, msc_raster_out **out, msc_error *err)
{
    msc_raster_out *made = msc_alloc_zero(1, sizeof *made);
    if (!made) return msc_fail(err, MSC_ENOMEM, spec->path, "open");
    const msc_status status = start(settings, spec, layout, made, err);
    if (status != MSC_OK) msc_raster_out_abandon(&made);
    else *out = made;
    return status;
}

static msc_status prepare(void *self, const msc_tile *tile, void *slots, msc_error *err)
{
    const msc_raster_outs *outs = self;
    int plane = 0;
    for (int i = 0; i < outs->n; i++) {
        const msc_raster_out *out = outs->out[i];
        slot *s = (slot *)slots + i;
        for (int k = 0; k < out->n_levels; k++) MSC_TRY(msc_out_part_make(out, &out->level[k], tile, plane, &s->part[k], err));
        plane += out->n_bands;
    }
    return MSC_OK;
}

static msc_status put(void *self, const msc_tile *tile, void *slots, int64_t index, msc_error *err)
{
    msc_raster_outs *outs = self;
    (void)index;
    for (int i = 0; i < outs->n; i++) {
        msc_raster_out *out = outs->out[i];
        const slot *s = (const slot *)slots + i;
        for (int k = 0; k < out->n_levels; k++) MSC_TRY(msc_out_part_put(out, &out->level[k], &tile->core, &s->part[k], err));
    }
    return MSC_OK;
}

static void slot_clear(void *self, void *slots)
{
    const msc_raster_outs *outs = self;
    for (int i = 0; i < outs->n; i++) {
        slot *s = (slot *)slots + i;
        for (int k = 0; k < MSC_OUT_LEVELS; k++) msc_out_part_clear(&s->part[k]);
    }
}

void msc_raster_outs_sink(msc_raster_outs *outs, msc_sink *sink)
{
    memset(sink, 0, sizeof *sink);
    sink->self = outs;
    sink->slot_bytes = (size_t)outs->n * sizeof(slot);
    sink->prepare = prepare;
    sink->put = put;
    sink->slot_clear = slot_clear;
    sink->is_put_blind = 1;
}

/* The side file first: a reader that sees the new raster then sees its names too. */
static msc_status rename_all(const msc_raster_out *out, msc_error *err)
{
    char temp[MSC_PATH_MAX + 16], path[MSC_PATH_MAX + 16];
    snprintf(temp, sizeof temp, "%s.aux.xml", out->temp);
    snprintf(path, sizeof path, "%s.aux.xml", out->path);
    if (out->has_aux) MSC_TRY(msc_file_sync(temp, path, err));
    MSC_TRY(msc_file_sync(out->temp, out->path, err));
    if (out->has_aux) MSC_TRY(msc_file_rename(temp, path, err));
    else if (out->is_overwrite) unlink(path);
    msc_status status = msc_file_rename(out->temp, out->path, err);
    if (status == MSC_OK) status = msc_file_sync_directory(out->path, err);
    if (status != MSC_OK && out->has_aux) unlink(path);
    snprintf(path, sizeof path, "%s.ovr", out->path);
    if (status == MSC_OK && out->is_overwrite) unlink(path);
    return status;
}

msc_status msc_raster_out_commit(msc_raster_out **out, msc_error *err)
{
    msc_raster_out *o = *out;
    msc_status status = msc_out_levels_close(o, err);
    if (status == MSC_OK) status = msc_out_check(o, err);
    if (status == MSC_OK) status = rename_all(o, err);
    if (status == MSC_OK && o->total) {
        o->total->read_bytes += o->traffic.read_bytes;
        o->total->encoded_bytes += o->traffic.encoded_bytes;
        o->total->written_bytes += o->traffic.written_bytes;
    }
    msc_raster_out_abandon(out);
    return status;
}

void msc_raster_out_abandon(msc_raster_out **out)
{
    if (!out || !*out) return;
    msc_raster_out *o = *out;
    char aux[MSC_PATH_MAX + 16];
    msc_out_levels_clear(o);
    if (o->is_open) {
        snprintf(aux, sizeof aux, "%s.aux.xml", o->temp);
        unlink(o->temp);
        unlink(aux);
    }
    msc_release(o);
    *out = NULL;
}
