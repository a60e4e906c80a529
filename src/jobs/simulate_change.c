/* simulate_change.c - the exact change polygons of a made scene, from the raster of true changes. */
#include "jobs/simulate.h"

msc_status msc_sim_write_change(const msc_sim *sim, msc_error *err)
{
    char raster[MSC_PATH_MAX], polygons[MSC_PATH_MAX];
    MSC_TRY(msc_file_join(sim->options->dir, "truth_change.tif", raster, err));
    MSC_TRY(msc_file_join(sim->options->dir, "truth_change.gpkg", polygons, err));
    msc_settings settings = *sim->settings;     /* the formats are fixed by the names */
    settings.format = NULL;
    settings.creation = NULL;
    settings.n_creation = 0;
    msc_vectorize_options vectorize;
    msc_vectorize_counts counts;
    msc_vectorize_defaults(&vectorize);
    const char *const patches[] = {polygons};
    vectorize.raster = raster;
    vectorize.patches = patches;
    vectorize.n_patches = 1;
    vectorize.classes = msc_scene_classes;
    vectorize.n_classes = MSC_N_SCENE_CLASSES - 1;
    vectorize.is_change = 1;
    vectorize.year_before = MSC_SCENE_YEAR0;
    vectorize.year_after = MSC_SCENE_YEAR0 + 1;
    return msc_vectorize(&settings, &vectorize, &counts, err);
}
