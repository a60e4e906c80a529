/* areas.h - areas of every class and from-to, in all and by zone, as tables for the report. */
#ifndef MSC_JOBS_AREAS_H
#define MSC_JOBS_AREAS_H
#include "base/error.h"

typedef struct msc_areas_options {
    const char *before, *change; /* class map, and change map (before * 256 + after, 0, 65535) on its grid */
    const char *dem;             /* for surface areas; NULL: the tables have no such columns */
    const msc_zone *zones;
    int n_zones;
    const msc_class *classes;
    int n_classes;
} msc_areas_options;

typedef struct msc_areas msc_areas;
/* Counts the maps: what changed lies under its two classes, every other observed pixel under its class twice. Sums are integers, the
 * same for any tiles and threads. Errors of reading; EGRID. */
msc_status msc_areas_count(const msc_settings *settings, const msc_areas_options *options, msc_areas **areas, msc_error *err);
void msc_areas_free(msc_areas **areas);

/* One row a from-to of the whole (no zone layer) and of each zone: pixels, and projected, ellipsoidal and (ground that the DEM knows,
 * taken for all of the row) surface areas in m2, ha and mu. CSV or XLSX by the extension. */
msc_status msc_areas_table(const msc_settings *settings, const msc_areas *areas, const char *path, msc_error *err);
/* The same as JSON; released with msc_release(). ENOMEM. */
msc_status msc_areas_json(const msc_areas *areas, char **text, size_t *n_bytes, msc_error *err);
#endif
