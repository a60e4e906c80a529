/* simulate_job.c - the job file that belongs to a made scene. */
#define _POSIX_C_SOURCE 200809L
#include "jobs/simulate.h"
#include "base/mem.h"
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 8192 };

/* Appends to text; what does not fit is cut and seen by the caller as a full buffer. */
static void append(char *text, const char *more)
{
    const size_t used = strlen(text), room = TEXT_MAX - 1 - used, n = strlen(more) < room ? strlen(more) : room;
    memcpy(text + used, more, n);
    text[used + n] = '\0';
}

static void append_classes(char *text)
{
    append(text, "classes:\n");
    for (int i = 0; i < MSC_N_SCENE_CLASSES - 1; i++) {
        const msc_class *c = &msc_scene_classes[i];
        char line[256];
        snprintf(line, sizeof line, "  - {code: %d, name: %s, label: %s%s%s}\n", c->code, c->name, c->label,
                 c->is_damage ? ", damage: true, mmu_m2: 400" : "", c->is_masked ? ", masked: true" : "");
        append(text, line);
    }
}

msc_status msc_sim_write_job(const msc_sim *sim, msc_error *err)
{
    static const char *const date[MSC_SCENE_YEARS] = {"2024-06-24", "2025-10-15"};
    char *text = msc_alloc_zero(TEXT_MAX, 1);
    if (!text)
        return msc_fail(err, MSC_ENOMEM, "job.yaml", "%d bytes", TEXT_MAX);
    char line[256];
    append(text, "# A made mining region, June 2024 to October 2025, with exact truth beside it (truth_*.tif).\n"
                 "minescar: 1\nname: simulated\noutput: out\n");
    append_classes(text);
    append(text, "epochs:\n");
    for (int year = 0; year < MSC_SCENE_YEARS; year++) {
        const int y = MSC_SCENE_YEAR0 + year;
        snprintf(line, sizeof line, "  - {year: %d, date: %s, image: image_%d.tif%s", y, date[year], y,
                 ", bands: {blue: 1, green: 2, red: 3, nir: 4}");
        append(text, line);
        snprintf(line, sizeof line, ", dem: dem_%d.tif", y);
        append(text, sim->options->has_dem ? line : "");
        double azimuth_deg, elevation_deg;
        msc_scene_sun(year, &azimuth_deg, &elevation_deg);
        snprintf(line, sizeof line, ", sun: {azimuth_deg: %g, elevation_deg: %g}}\n", azimuth_deg, elevation_deg);
        append(text, line);
    }
    append(text, "training: {samples: training.gpkg, class: code, year: year}\n"
                 "vectorize: {mmu_m2: 400}\n"
                 "zones:\n"
                 "  - {name: district, path: districts.gpkg, field: NAME}\n"
                 "  - {name: watershed, path: watersheds.gpkg, field: NAME}\n"
                 "reference: {points: reference.gpkg, stratum: stratum, weight: weight, year_field: \"code_{year}\"}\n"
                 "deliver: [shp, gpkg]\nencoding: GBK\n");
    char path[MSC_PATH_MAX];
    msc_status status = msc_file_join(sim->options->dir, "job.yaml", path, err);
    if (status == MSC_OK)
        status = msc_file_write(path, text, strlen(text), err);
    msc_release(text);
    return status;
}
