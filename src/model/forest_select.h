/* forest_select.h - which features a forest can do without, judged at training polygons that it did not see. */
#ifndef MSC_MODEL_FOREST_SELECT_H
#define MSC_MODEL_FOREST_SELECT_H
#include "model/forest.h"

enum { MSC_SELECT_MAX_ROUNDS = 64 };

typedef struct msc_selection {
    int n_rounds, best, chosen;              /* rounds are numbered from 0; which had the best score, which is taken */
    struct {
        int n_features;
        double score;                        /* mean over classes of the share of held-out samples that are right */
        double error;                        /* standard error of its difference to the best score, by polygon */
    } round[MSC_SELECT_MAX_ROUNDS];
    int is_kept[MSC_MAX_FEATURES];
    int last_round[MSC_MAX_FEATURES];        /* the last one that had the feature */
    double gain[MSC_MAX_FEATURES];           /* what the score lost there when the feature was shuffled among the held-out samples */
} msc_selection;

/* Backward elimination: each round grows a forest without each fold of polygons, judges it there, shuffles one feature after
 * the other among the samples held out, and drops the fifth that matters least. Of all rounds the one with the fewest
 * features is taken whose score lies within one standard error of the best (Breiman et al. 1984, 3.4.3), the difference being
 * taken polygon by polygon. Looks at no more than 2000 samples a class. n_folds >= 2. Same result for any thread count.
 * ETRAIN when the samples are all of one polygon; ENOMEM, ECANCELLED. Calls settings->progress with stage "select". */
msc_status msc_forest_select(const msc_settings *settings, const msc_samples *samples, const msc_forest_spec *spec, int n_folds,
                             msc_selection *selection, msc_error *err);
#endif
