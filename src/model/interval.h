/* interval.h - limits of a ratio of two totals of a stratified sample, which hold where few units decide. */
#ifndef MSC_MODEL_INTERVAL_H
#define MSC_MODEL_INTERVAL_H
#include "base/error.h"

/* What a stratum's sample says of R = Y / (Y + Z): the shares of its units that count in Y and in Z. The rest counts in neither.
 * Y or Z can be none in the sample and still occur in the stratum, unless the design rules that out. */
typedef struct msc_interval_stratum {
    double total;                /* N_h: what all its units weigh, in any unit common to the strata */
    double n;                    /* units of the sample; with unequal weights (sum w)^2 / sum w^2 (Kish 1965) */
    double y, z;                 /* 0..1, y + z <= 1 */
    int can_y, can_z;            /* may occur in the stratum */
} msc_interval_stratum;

/* The 95 % interval of R: limits of each share by Jeffreys' prior (Brown, Cai & DasGupta 2001), joined by the method of
 * variance estimates recovery (Zou & Donner 2008; of ratios Donner & Zou 2012); what no unit of any stratum showed enters with its joint
 * upper bound (msc_bound_of_none). docs/METHODS.md has the equations. `space` holds 2 n_strata numbers. NAN when nothing counts. */
void msc_interval_find(const msc_interval_stratum *strata, int n_strata, double *space, double *low, double *high);

/* Limits of a share of which x of n units (any real numbers, 0 < x < n) were seen: the 0.025 and 0.975 quantiles of
 * Beta(x + 1/2, n - x + 1/2). */
void msc_interval_jeffreys(double x, double n, double *low, double *high);
#endif
