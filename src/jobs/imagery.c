/* imagery.c - one year's image, with its DEM when there is one, as a source of tiles. */
#include "jobs/imagery.h"
#include "grid/area.h"
#include "jobs/radiometry.h"
#include <math.h>
#include <stdio.h>

msc_status msc_imagery_grid_like(const char *path, msc_grid *storage, const msc_grid **grid, msc_error *err)
{
    *grid = NULL;
    if (!path) return MSC_OK;
    msc_raster_facts facts;
    MSC_TRY(msc_raster_facts_read(path, &facts, err));
    if (facts.is_rotated) return msc_fail(err, MSC_EGRID, path, "rotated");
    *storage = facts.grid;
    *grid = storage;
    return MSC_OK;
}

static msc_status open_dem(const msc_settings *settings, const msc_image *image, int n_workers, msc_imagery *made, msc_error *err)
{
    static const char *const want[] = { "dem" };
    const msc_raster_spec spec = { .image = { .paths = &image->dem, .n_paths = 1, .bands = "dem:1" }, .want = want, .n_want = 1,
                                   .grid = msc_raster_grid(made->image), .resample = MSC_BILINEAR, .n_workers = n_workers };
    MSC_TRY(msc_raster_open(&spec, settings, &made->dem, err));
    made->rasters.raster[made->rasters.n++] = made->dem;
    made->rasters.required |= 2u;
    return MSC_OK;
}

msc_status msc_imagery_sun(const msc_image *image, msc_sun_place *sun, msc_error *err)
{
    char rest;
    *sun = (msc_sun_place){ 0 };
    if (!image->sun && image->n_paths != 1) return MSC_OK;
    if (!image->sun) {
        msc_raster_facts facts;
        MSC_TRY(msc_raster_facts_read(image->paths[0], &facts, err));
        if (facts.sun_elevation_deg >= 1.0) *sun = (msc_sun_place){ facts.sun_azimuth_deg, facts.sun_elevation_deg };
        return MSC_OK;
    }
    if (sscanf(image->sun, "%lf,%lf%c", &sun->azimuth_deg, &sun->elevation_deg, &rest) == 2 && sun->azimuth_deg >= 0.0
        && sun->azimuth_deg <= 360.0 && sun->elevation_deg >= 1.0 && sun->elevation_deg <= 90.0) return MSC_OK;
    return msc_fail(err, MSC_EVALUE, "sun", "'%.60s'; AZIMUTH,ELEVATION, 0..360 and 1..90 degrees", image->sun);
}

static msc_status open_all(const msc_settings *settings, const msc_imagery_spec *spec, msc_imagery *made, msc_error *err)
{
    const char *subject = spec->image->n_paths ? spec->image->paths[0] : "image";
    const int n_workers = msc_settings_threads(settings, NULL);
    const msc_raster_spec raster = { .image = *spec->image, .want = spec->want, .n_want = spec->n_want, .grid = spec->grid,
                                     .resample = spec->image->n_shifts ? MSC_CUBIC : MSC_BILINEAR, .n_workers = n_workers };
    MSC_TRY(msc_raster_open(&raster, settings, &made->image, err));
    made->rasters = (msc_rasters){ .raster = { made->image }, .n = 1, .required = 1u };
    made->n_bands = msc_raster_n_bands(made->image);
    if (made->n_bands > MSC_MAX_BANDS)
        return msc_fail(err, MSC_EBAND, subject, "%d bands; at most %d", made->n_bands, MSC_MAX_BANDS);
    for (int b = 0; b < made->n_bands; b++) made->band[b] = msc_raster_band_name(made->image, b);
    made->pixel_m = sqrt(msc_area_pixel_m2(msc_raster_grid(made->image)));
    if (spec->has_dem && spec->image->dem) MSC_TRY(open_dem(settings, spec->image, n_workers, made, err));
    MSC_TRY(msc_rasters_source(&made->rasters, &made->source, err));
    if (!spec->image->radiometry) return MSC_OK;
    MSC_TRY(msc_radiometry_open(spec->image, msc_raster_grid(made->image), made->band, made->n_bands, &made->radiometry, err));
    msc_radiometry_source(made->radiometry, &made->source);
    return MSC_OK;
}

msc_status msc_imagery_open(const msc_settings *settings, const msc_imagery_spec *spec, msc_imagery *imagery, msc_error *err)
{
    *imagery = (msc_imagery){ 0 };
    const msc_status status = open_all(settings, spec, imagery, err);
    if (status != MSC_OK) msc_imagery_close(imagery);
    return status;
}

void msc_imagery_close(msc_imagery *imagery)
{
    if (imagery->radiometry) msc_radiometry_close(&imagery->radiometry);
    if (imagery->dem) msc_raster_close(&imagery->dem);
    if (imagery->image) msc_raster_close(&imagery->image);
}
