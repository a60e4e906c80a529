/* change.h - the comparison of two years with its counts, for the stages of a run. */
#ifndef MSC_JOBS_CHANGE_H
#define MSC_JOBS_CHANGE_H
#include "jobs/tally.h"

enum { MSC_CHANGE_MAX_TOLERANCE_PX = 16, MSC_CHANGE_MAX_SHIFT_PX = 48 };

/* How a run wants what it throws away after the sieve. */
typedef struct msc_change_way {
    const msc_settings *of_grade;    /* the grades stay, and have settings of their own */
    uint16_t rest;                   /* where there is no change: 0, or 65535 as where there is no observation */
} msc_change_way;

/* msc_change(), and what it counted. */
msc_status msc_change_counted(const msc_settings *settings, const msc_change_way *way, const msc_change_options *options,
                              msc_tally *tally, msc_error *err);

/* Displacement that the options reckon with, px. */
double msc_change_shift_px(const msc_change_options *options);

/* Writes the report of a comparison; fills the context's shift_px and boundary. ENOMEM, EWRITE. */
msc_status msc_change_write_report(const msc_tally *tally, msc_tally_context *context, const char *path, msc_error *err);
#endif
