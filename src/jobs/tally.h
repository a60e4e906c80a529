/* tally.h - what a comparison of two years counted: differences by pair of classes, by grade, by the rule that removed them. */
#ifndef MSC_JOBS_TALLY_H
#define MSC_JOBS_TALLY_H
#include "grid/area.h"
#include "jobs/transitions.h"
#include "model/weights.h"
#include "ops/decide.h"


typedef struct msc_tally {
    msc_amount pair[MSC_N_REMOVED_BY][65536];   /* before * 256 + after; MSC_BY_NOTHING, MSC_BORNE_OUT and MSC_UNCOVERED: accepted */
    msc_amount grade[MSC_N_GRADES];             /* the first: the same class in both years */
    msc_weights weights[MSC_N_GROUNDS];         /* of posteriors and evidence, as they were used */
    msc_heights heights;                        /* of both elevation models, where they were asked; else all 0 */
    double region_rate[MSC_N_GROUNDS];          /* share of change that whole regions start from; 0: pixels alone decide */
    msc_amount unseen[3];                       /* not observed before only, after only, in either of the two or both */
} msc_tally;

/* A sink that counts what msc_decide_op makes, then hands the tile on to `next`. */
typedef struct msc_tally_sink {
    msc_tally *tally;
    const msc_area *area;
    msc_sink next;
} msc_tally_sink;
void msc_tally_as_sink(msc_tally_sink *self, msc_sink *sink);

/* What a report says of a comparison beside the counts. */
typedef struct msc_tally_context {
    const msc_change_options *options;
    double shift_px;                     /* displacement reckoned with */
    msc_boundary boundary;
    const msc_class *classes;
    int n_classes;
    int year_before, year_after;         /* 0: not known */
    const msc_transitions *sieved;       /* of the change map after the sieve; NULL: there was none */
} msc_tally_context;

/* JSON text (UTF-8, heap; msc_release it) of thresholds, areas not observed, and the from-to matrix before and after the
 * rules with what each removed. ENOMEM. */
msc_status msc_tally_report(const msc_tally *tally, const msc_tally_context *context, char **text, msc_error *err);
#endif
