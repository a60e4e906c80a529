/* pair.c - opens two years' images on one grid, with the bands that both have. */
#include "jobs/pair.h"
#include <stdio.h>
#include <string.h>

static msc_status name_bands(const msc_settings *settings, const msc_image *image, char band[][MSC_NAME_MAX], int *n, msc_error *err)
{
    const msc_imagery_spec spec = { .image = image };
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

static msc_status open_all(const msc_settings *settings, const msc_pair_spec *spec, msc_pair *pair, msc_error *err)
{
    const char *want[MSC_MAX_BANDS];
    msc_grid storage;
    const msc_grid *grid = NULL;
    MSC_TRY(msc_pair_share_bands(settings, spec->before, spec->after, pair->band, &pair->n_bands, err));
    if (pair->n_bands == 0)
        return msc_fail(err, MSC_EBAND, spec->after->paths[0], "no band of the same name as in %s", spec->before->paths[0]);
    MSC_TRY(msc_imagery_grid_like(spec->grid_like, &storage, &grid, err));
    for (int b = 0; b < pair->n_bands; b++) want[b] = pair->band[b];
    for (int i = 0; i < 2; i++) {
        const msc_imagery_spec one = { .image = i ? spec->after : spec->before, .want = want, .n_want = pair->n_bands, .grid = grid };
        MSC_TRY(msc_imagery_open(settings, &one, &pair->image[i], err));
        pair->rasters.raster[pair->rasters.n++] = pair->image[i].image;
        grid = msc_raster_grid(pair->image[0].image);
    }
    for (int i = 0; i < 2; i++) MSC_TRY(open_classes(settings, spec->class_map[i], pair, &pair->class_map[i], err));
    pair->rasters.required = (1u << pair->rasters.n) - 1;
    return msc_rasters_source(&pair->rasters, &pair->source, err);
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
    for (int i = 1; i >= 0; i--) {
        if (pair->class_map[i]) msc_raster_close(&pair->class_map[i]);
        msc_imagery_close(&pair->image[i]);
    }
}
