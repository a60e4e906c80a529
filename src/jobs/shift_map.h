/* shift_map.h - the displacement between two epochs: windows over a lattice, a smooth field through them, a report. */
#ifndef MSC_JOBS_SHIFT_MAP_H
#define MSC_JOBS_SHIFT_MAP_H
#include "grid/grid.h"
#include "jobs/sheet.h"
#include "model/shift_field.h"
#include "ops/shift.h"

typedef struct msc_shift_tile {
    int32_t x, y;                /* middle of the window, px of the grid */
    int is_outlier;              /* measured, but nothing like its neighbours */
    msc_shift_window window;
} msc_shift_tile;

typedef struct msc_shift_facts {
    char band[2][64];            /* that were compared */
    msc_grid grid;
    int32_t step_px, n_across, n_down;
    msc_shift_tile *tile;        /* [n_across * n_down] by rows */
    int n_tiles, n_of[MSC_SHIFT_N_STATES];
    msc_shift_fit fit;           /* all zero when nothing was measured */
} msc_shift_facts;

/* "measured", "featureless", ... */
const char *msc_shift_state_name(msc_shift_state state);

/* Measures on `grid`, or with NULL on the one that the options name; the facts are freed with msc_shift_facts_clear(), also after an error. Errors of msc_shift. */
msc_status msc_shift_find(const msc_settings *settings, const msc_shift_options *options, const msc_grid *grid,
                          msc_shift_facts *facts, msc_error *err);
void msc_shift_facts_clear(msc_shift_facts *facts);   /* accepts a zeroed one */

/* Measures in a few windows and puts the figures into a sheet; returns what misregistration was found, px, or a negative
 * number when it could not be measured. Says so in the sheet, and never fails. */
double msc_shift_describe(const msc_settings *settings, const msc_shift_options *options, const msc_grid *grid,
                          msc_sheet *sheet);

/* Writes the facts as JSON to options->report. */
msc_status msc_shift_report(const msc_shift_facts *facts, const msc_shift_options *options, msc_error *err);
#endif
