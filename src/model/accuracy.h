/* accuracy.h - how good a map is, and how large its classes are, from a probability sample of reference labels.
 *
 * All figures are ratios of two weighted totals, estimated over strata that need not be the map's classes (Stehman
 * 2014); with strata equal to map classes they are those of Olofsson et al. (2014). */
#ifndef MSC_MODEL_ACCURACY_H
#define MSC_MODEL_ACCURACY_H
#include "base/error.h"

enum { MSC_ACCURACY_CLASSES = 256, MSC_NOT_OBSERVED = -1 };

/* n sample units that agree in everything. A unit where the map is not observed belongs to the sample, but not to the
 * domain that the figures are about. */
typedef struct msc_sample_cell {
    int map, reference;          /* class indices; map MSC_NOT_OBSERVED */
    int stratum;                 /* 0.. */
    double weight;               /* units of the population that one unit of the sample stands for, N_h / n_h */
    int64_t n;
} msc_sample_cell;

/* An estimate, its standard error and its 95 % interval (model/interval.h); NAN where there is nothing to estimate from (all but
 * the value also where a stratum has one unit only). */
typedef struct msc_estimate { double value, se, low, high; } msc_estimate;

typedef struct msc_accuracy {
    int n_classes;
    int64_t n, n_not_observed;
    int64_t matrix[MSC_ACCURACY_CLASSES][MSC_ACCURACY_CLASSES];      /* units; rows map, columns reference */
    msc_estimate share[MSC_ACCURACY_CLASSES][MSC_ACCURACY_CLASSES];  /* of the area: p_ij; without an interval */
    msc_estimate overall;
    msc_estimate users[MSC_ACCURACY_CLASSES], producers[MSC_ACCURACY_CLASSES];
    msc_estimate reference_share[MSC_ACCURACY_CLASSES];              /* error-adjusted share of the area: p_.j */
    msc_estimate map_share[MSC_ACCURACY_CLASSES];                    /* without an interval */
    msc_estimate f1[MSC_ACCURACY_CLASSES];                           /* NAN where neither map nor reference has the class */
    double kappa, kappa_se;      /* of the counts, unweighted */
    double quantity, allocation; /* disagreement (Pontius & Millones 2011), of the weighted shares */
    /* What the sample never showed is not zero: 95 % upper bounds of shares of the area (msc_bound_of_none). */
    double none_upper[MSC_ACCURACY_CLASSES]; /* of any reference class that no unit of map class i had; for zero cells of row i */
    double miss_upper[MSC_ACCURACY_CLASSES]; /* of reference class j outside map class j, where no unit there had it */
    double absent_upper;         /* of a reference class that no unit had; of all errors where there was none */
    int n_thin;                  /* strata with one unit: nothing is adjusted then, all se are NAN */
} msc_accuracy;

/* Estimates everything. n_classes <= MSC_ACCURACY_CLASSES, n_strata >= 1; weights positive. ENOMEM; ENODATA when no
 * cell is observed. */
msc_status msc_accuracy_estimate(const msc_sample_cell *cells, size_t n_cells, int n_classes, int n_strata,
                                 msc_accuracy *accuracy, msc_error *err);

/* Half of the 95 % interval; which need not lie evenly round the value. */
double msc_estimate_half_width(msc_estimate estimate);
/* Replaces the interval by the literature's, 1.96 standard errors on both sides: of an estimate; of all. */
msc_estimate msc_estimate_wald(msc_estimate estimate);
void msc_accuracy_wald(msc_accuracy *accuracy);

/* The largest sum of share x q over strata for which a sample of n units a stratum, each in it with probability q, shows
 * none with probability `alpha` or more: the exact upper bound when none was seen (Clopper & Pearson 1934, extended to
 * strata by inverting the same test). One stratum: share (1 - alpha^(1/n)), which for alpha = 0.05 is the rule of three,
 * share 3/n (Hanley & Lippman-Hand 1983). Strata with a share and no unit count whole. */
double msc_bound_of_none(const double *share, const double *n, int n_strata, double alpha);

/* Makes the map's classes the strata of a simple random or systematic sample (post-stratification: Cochran 1977, sec.
 * 5A.9; Olofsson et al. 2013, sec. 4): the weight of a cell becomes class_units[map] / units of the sample there. Classes with
 * fewer than two units share one stratum, which, when it is too thin still, joins the largest. Cells not observed stay
 * outside. Returns the number of strata; *n_collapsed classes with pixels shared one. */
int msc_accuracy_poststratify(msc_sample_cell *cells, size_t n_cells, const int64_t *class_units, int n_classes, int *n_collapsed);

/* Units that a stratified sample needs for the standard error `se_wanted` of overall accuracy, from the strata's
 * shares and conjectured user's accuracies (Cochran 1977, eq. 5.25; Olofsson et al. 2014, eq. 13), not rounded. */
double msc_accuracy_sample_size(const double *share, const double *users, int n_strata, double se_wanted);
#endif
