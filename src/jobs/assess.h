/* assess.h - the parts of the assess command. */
#ifndef MSC_JOBS_ASSESS_H
#define MSC_JOBS_ASSESS_H
#include "jobs/spans.h"
#include "model/accuracy.h"

/* All that the report tells beside the estimates. */
typedef struct msc_assess_facts {
    const msc_assess_options *options;
    const int *code;             /* class index -> code */
    char *const *stratum;        /* names */
    const int64_t *stratum_n;
    const double *stratum_weight;
    int n_strata, is_points;
    int64_t n_outside, n_unlabelled, n_skipped, observed_px;
    const int64_t *map_px;       /* pixels of each class in the whole map */
    double pixel_m2;
} msc_assess_facts;
msc_status msc_assess_report(const msc_assess_facts *facts, const msc_accuracy *accuracy, msc_error *err);
#endif
