/* design.h - how many units a sample takes from each stratum, and what it can be expected to show. */
#ifndef MSC_MODEL_DESIGN_H
#define MSC_MODEL_DESIGN_H
#include "model/accuracy.h"

typedef enum msc_allocation { MSC_PROPORTIONAL = 0, MSC_NEYMAN, MSC_EQUAL } msc_allocation;

typedef struct msc_design_stratum {
    int64_t units;               /* N_h, pixels */
    double users;                /* conjectured share of its units that the map has right, 0..1 */
    int is_target;               /* its units are mapped as what the area is wanted of */
    int64_t n;                   /* units to sample */
} msc_design_stratum;

/* Units wanted for the standard error se of overall accuracy, rounded up: Cochran 1977, eq. 5.25 (Olofsson et al. 2014,
 * eq. 13) with strata, O (1 - O) / se^2 (eq. 12) without. */
int64_t msc_design_size(const msc_design_stratum *strata, int n_strata, int is_stratified, double se);

/* Deals n_wanted units out to the strata, by their size, by size x standard deviation (Neyman; Cochran 1977, eq. 5.26), or
 * equally. No stratum gets fewer than n_min or more than it has (both win over n_wanted); the others share what is left
 * (Olofsson et al. 2014, sec. 5.1.2). Whole numbers by largest remainder, ties to the earlier stratum. Returns the sum.
 * ENOMEM: -1. */
int64_t msc_design_allocate(msc_design_stratum *strata, int n_strata, int64_t n_wanted, msc_allocation allocation, int64_t n_min);

/* Allocates as many units as bring the forecast's standard error of overall accuracy down to `se`, from msc_design_size() on:
 * the least numbers come on top, so that large strata keep their share. No stratum gets more than n_most. Returns the sum, or
 * -1. */
int64_t msc_design_reach(msc_design_stratum *strata, int n_strata, int is_stratified, double se, msc_allocation allocation,
                         int64_t n_min, int64_t n_most);

typedef struct msc_forecast {
    msc_estimate overall;        /* accuracy */
    msc_estimate target;         /* area of the target as a share of all units, when the sample finds no omission */
    msc_estimate one_miss;       /* the same when one unit of stratum missed_in, the worst place, turns out to be target */
    int missed_in;               /* -1: every stratum is target */
    double none_upper;           /* 95 % upper bound of the target's share outside its strata when none is found */
} msc_forecast;
/* What the sample will show if the conjectures are right: the variances of the stratified estimator (Olofsson et al. 2014,
 * eqs. 5 and 10) and the intervals of model/interval.h at the expected counts; without strata those of a simple random sample of the same
 * size. ENOMEM. */
msc_status msc_design_forecast(const msc_design_stratum *strata, int n_strata, int is_stratified, msc_forecast *forecast,
                               msc_error *err);
#endif
