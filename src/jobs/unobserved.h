/* unobserved.h - how much of a year was not observed, why, and in which zones. */
#ifndef MSC_JOBS_UNOBSERVED_H
#define MSC_JOBS_UNOBSERVED_H
#include "jobs/mask_map.h"

/* Areas are ellipsoidal, in MSC_AREA_UNIT_M2. Of reason MSC_MASK_NONE is what is outside the image or without data, and without
 * `reason` also what the class map leaves open by itself. What a mask took is the mask's. */
typedef struct msc_unobserved_sum { int64_t px, units, open_px[MSC_MASK_REASONS], open_units[MSC_MASK_REASONS]; } msc_unobserved_sum;

typedef struct msc_unobserved_options {
    const char *classes;         /* class map, 0 = not observed */
    const char *mask;            /* as msc_mask_map wrote it; NULL: none */
    const msc_image *image;      /* whose mask is the user's, if it has one and msc_mask_map has not taken it in; masks lie where its shifts move it */
    const char *reason;          /* as msc_classify wrote it; NULL: none */
    const msc_zone *zones;
    int n_zones;
    const char *out;             /* output: CSV in hectares, one row for the whole and one a zone */
} msc_unobserved_options;

/* Fills *whole and writes the table. Of each zone layer a pixel belongs to the first zone that
 * holds its centre; what none holds has a row of its own, so that the zones of a layer sum to the whole. Errors of reading and writing. */
msc_status msc_unobserved(const msc_settings *settings, const msc_unobserved_options *options, msc_unobserved_sum *whole, msc_error *err);
#endif
