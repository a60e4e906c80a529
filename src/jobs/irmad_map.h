/* irmad_map.h - what the parts of the irmad command share. */
#ifndef MSC_JOBS_IRMAD_MAP_H
#define MSC_JOBS_IRMAD_MAP_H
#include "jobs/radiometry.h"
#include "model/lattice.h"

/* A pixel counts as unchanged when its P(no change) is above this: all but one in twenty of those that are. */
#define MSC_IRMAD_UNCHANGED 0.05

/* All that the report tells. */
typedef struct msc_irmad_facts {
    const msc_irmad_options *options;
    const msc_pair *pair;
    const msc_lattice *lattice;
    const msc_lattice_pixels *pixels;
    const msc_irmad_fit *fit;
    const msc_variates *variates;
    const msc_irmad_sums *unchanged;     /* of the sample's pixels that are unchanged by the variates without weights */
} msc_irmad_facts;
struct json_object;
/* The report, which the caller puts, also after an error; then, with what the pass over all pixels counted, into its file. */
msc_status msc_irmad_report(const msc_settings *settings, const msc_irmad_facts *facts, struct json_object **report, msc_error *err);
msc_status msc_irmad_report_write(const msc_irmad_options *options, struct json_object *report, const msc_amount saturated[2], msc_error *err);

/* A list with an entry a scene of the image after: the gain and offset a band that bring it to the image before (orthogonal
 * regression on the unchanged pixels; Canty & Nielsen 2008). The caller puts *radiometry, also after an error. */
msc_status msc_irmad_radiometry(const msc_settings *settings, const msc_irmad_facts *facts, struct json_object **radiometry, msc_error *err);
/* Writes options->normalized by the gains in options->report. */
msc_status msc_irmad_write_normalized(const msc_settings *settings, const msc_irmad_options *options, const msc_grid *grid, msc_error *err);
#endif
