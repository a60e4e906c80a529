/* forest.h - a random forest over features binned to bytes: growing, asking, keeping. */
#ifndef MSC_MODEL_FOREST_H
#define MSC_MODEL_FOREST_H
#include "base/error.h"

enum { MSC_MAX_FEATURES = 128, MSC_MAX_CLASSES = 64, MSC_MAX_BINS = 256, MSC_MAX_TREES = 1000, MSC_MAX_DEPTH = 64 };

/* Samples, feature-major: x[f * n + i]. `group` is the training polygon, for grouped folds and out-of-bag draws. */
typedef struct msc_samples {
    size_t n;
    int n_features, n_classes;
    float *x;
    uint8_t *label;              /* class index 0..n_classes-1 */
    uint32_t *group;
} msc_samples;

typedef struct msc_forest_spec { int n_trees, depth, min_leaf, n_try; uint64_t seed; } msc_forest_spec;   /* n_try 0: sqrt */

/* A grown forest. cuts[f] holds n_cuts[f] ascending values; the bin of v is the number of cuts <= v (0..255).
 * Each tree's nodes follow each other from its root on, as kernels/forest_walk.h lays them out. */
typedef struct msc_forest {
    int n_features, n_classes, n_trees;
    int n_cuts[MSC_MAX_FEATURES];
    float *cuts[MSC_MAX_FEATURES];
    uint32_t *nodes;
    size_t n_nodes;
    uint32_t *roots;             /* [n_trees] index of each tree's root */
    struct msc_levels *levels;   /* the same trees as tables (kernels/forest_levels.h), or NULL */
} msc_forest;

/* What models say of samples whose polygons they did not see: whole polygons are held out, a fold at a time. */
typedef struct msc_validation {
    double accuracy;             /* share of the samples that is right; NAN when none was held out */
    double matrix[MSC_MAX_CLASSES][MSC_MAX_CLASSES];   /* counts, rows predicted, columns labelled */
} msc_validation;

typedef struct msc_forest_report {
    double oob_accuracy;
    msc_validation cv;           /* by n_folds */
    msc_validation half;         /* by two folds: from half of the polygons. None when n_folds is below 3 */
    double importance[MSC_MAX_FEATURES];                  /* loss of out-of-bag accuracy when the feature is permuted */
} msc_forest_report;

/* Grows a forest; same bytes for any thread count. report may be NULL; n_folds 0: no cross-validation. n_trees
 * 1..1000, depth 1..64, min_leaf >= 1. A tree ends at 65472 nodes, level by level. The forest is the caller's to clear,
 * and untouched on failure. ETRAIN without samples, EVALUE for a spec out of range, ENOMEM, ECANCELLED. */
msc_status msc_forest_grow(const msc_settings *settings, const msc_samples *samples, const msc_forest_spec *spec,
                           int n_folds, msc_forest *forest, msc_forest_report *report, msc_error *err);
/* Frees what the forest holds and zeroes it. */
void msc_forest_clear(msc_forest *forest);

/* fold[i] in 0..n_folds-1 for every sample: whole groups, dealt class by class in an order drawn from the seed so that
 * the folds' counts stay level. Returns the number of folds that hold samples (fewer groups: fewer folds), 0 when
 * memory is out. */
int msc_forest_folds(const msc_samples *samples, int n_folds, uint64_t seed, uint8_t *fold);

/* Fills a validation from the answers about n samples. */
void msc_validation_count(msc_validation *validation, const uint8_t *answer, const uint8_t *label, size_t n);
/* Share of a class's samples that is right; NAN when it has none. */
double msc_validation_right(const msc_validation *validation, int class);

/* Bins one row of one feature: n values to n bytes. */
void msc_forest_bin(const msc_forest *forest, int feature, const float *values, uint8_t *bins, size_t n);

/* Asks the forest about n <= MSC_FOREST_BLOCK pixels: bins are feature-major with `stride` between features.
 * winner: class index; votes: number of trees for it (ties: the lower class index). scratch: msc_forest_scratch()
 * bytes, aligned to 64, of one caller at a time. */
enum { MSC_FOREST_BLOCK = 8192 };
size_t msc_forest_scratch(const msc_forest *forest);
void msc_forest_ask(const msc_forest *forest, const uint8_t *bins, size_t stride, size_t n, uint8_t *winner,
                    uint16_t *votes, void *scratch);
/* The same with every class' share of the votes, shares[class index * MSC_FOREST_BLOCK + i], 0..255 for 0..1, rounded half
 * up. Either may be NULL: winner and votes together, or shares. Tree t does not vote on pixel i where bit i % 8 of
 * bags[t * bag_bytes + i / 8] is set; bags may be NULL. Where the first n_agree trees name one class it gets the votes of all,
 * and the others are not asked; 0: every tree is asked. At most MSC_FOREST_AGREE, and 0 with bags. */
enum { MSC_FOREST_AGREE = 20 };   /* docs/METHODS.md, "Trees that agree", says where it is from */
typedef struct msc_forest_answer {
    uint8_t *winner;
    uint16_t *votes;
    uint8_t *shares;
    const uint8_t *bags;
    size_t bag_bytes;
    int n_agree;
} msc_forest_answer;
void msc_forest_ask_shares(const msc_forest *forest, const uint8_t *bins, size_t stride, size_t n,
                           const msc_forest_answer *answer, void *scratch);
#endif
