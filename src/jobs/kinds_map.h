/* kinds_map.h - maps of classes, and of accepted changes, whose damage classes are those of their sites. */
#ifndef MSC_JOBS_KINDS_MAP_H
#define MSC_JOBS_KINDS_MAP_H
#include "minescar.h"

/* Side of the square that stands for a site: docs/METHODS.md says how it was found. */
#define MSC_KINDS_SITE_M 200

typedef struct msc_kinds_options {
    const char *change;          /* UInt16, 65535 where no change is accepted; or a class map (Byte, 0 not observed), without posterior_after */
    const char *posterior_before, *posterior_after;      /* as `classify --posterior` writes them, on the same grid; after NULL: see change */
    const char *out;             /* a map like `change` */
    const char *run_id;          /* into the metadata of a class map; may be NULL */
    double site_m;               /* side of the square; at most MSC_KINDS_MAX_PX are taken, at least 3 px */
    const int *damage;           /* class codes */
    int n_damage;
    const int *impossible;       /* before * 256 + after */
    int n_impossible;
} msc_kinds_options;

/* True where there is something to decide: a site and at least two damage classes. */
int msc_kinds_can_differ(const msc_kinds_options *options);
/* Writes `out` (ops/kinds.h). Errors of msc_raster_open; EBAND, EFORMAT, EGRID for inputs that do not belong together. */
msc_status msc_kinds_map(const msc_settings *settings, const msc_kinds_options *options, msc_error *err);
#endif
