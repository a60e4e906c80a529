/* forest_parts.h - what the forest's files share: binned samples, one grown tree, the loop over items. */
#ifndef MSC_MODEL_FOREST_PARTS_H
#define MSC_MODEL_FOREST_PARTS_H
#include "model/forest.h"

enum { MSC_TREE_MAX_NODES = 65536 - 64 };   /* so that any offset fits 16 bits with the top's copies */

/* Samples whose features are binned: bins[f * n + i]. */
typedef struct msc_binned {
    size_t n;
    int n_features, n_classes;
    uint8_t *bins;
    uint8_t *label;
} msc_binned;

/* A tree while it grows. Children follow their parents in the list; left 0: a leaf. */
typedef struct msc_bud { uint32_t left; uint8_t feature, cut, class_index; } msc_bud;

/* The trees of one forest: nodes of tree t from nodes[t] on, bag[t * bag_bytes] with one bit a sample. */
typedef struct msc_grove {
    int n_trees;
    uint32_t **nodes;
    size_t *n_nodes;
    uint8_t *bag;
    size_t bag_bytes;
} msc_grove;

/* Cut points of one feature from n values: at most 255, ascending; returns how many, -1 when memory is out. */
int msc_forest_cuts(const float *values, size_t n, float cuts[MSC_MAX_BINS]);

/* Grows tree number `tree` and lays it out; *nodes is the caller's. Sets the samples' bits in `bag`. Within a parallel region
 * idle threads take up to n_shares >= 1 parts of its larger levels; the tree is the same for any number. 0: no memory. */
int msc_tree_grow(const msc_binned *data, const msc_forest_spec *spec, int tree, int n_shares, uint32_t **nodes,
                  size_t *n_nodes, uint8_t *bag);

/* Joins leaves that agree with their sibling, then lays the tree out as kernels/forest_walk.h says. NULL: no memory. */
uint32_t *msc_tree_lay_out(msc_bud *buds, size_t n_buds, size_t *n_nodes);

/* Makes forest->levels where the processor's kernels ask by tables; it stays NULL for trees that these cannot hold.
 * 0: no memory. */
int msc_forest_levels(msc_forest *forest);
void msc_forest_levels_free(struct msc_levels **levels);

/* Calls work(self, i) for i in 0..n-1 on n_threads threads; work returns 0 when it failed. Items must not share
 * results. Returns 0 when one failed; stops early when *cancel becomes non-zero. */
int msc_forest_each(int n_threads, const volatile int *cancel, size_t n, int (*work)(void *self, size_t i), void *self);

msc_status msc_grove_grow(const msc_settings *settings, const msc_binned *data, const msc_forest_spec *spec,
                          msc_grove *grove, msc_error *err);
void msc_grove_clear(msc_grove *grove);
/* Joins the grove's trees into the forest's one array and makes its tables. ENOMEM: the forest is to be cleared. */
msc_status msc_grove_plant(const msc_grove *grove, msc_forest *forest, msc_error *err);

/* What it means that work on several threads did not end: ECANCELLED or ENOMEM. */
msc_status msc_forest_failed(const msc_settings *settings, msc_error *err);

/* Fills the report: out-of-bag accuracy and importance of the grove, planted as `forest`; cross-validation by n_folds. */
msc_status msc_forest_judge(const msc_settings *settings, const msc_samples *samples, const msc_binned *data,
                            const msc_grove *grove, const msc_forest *forest, const msc_forest_spec *spec, int n_folds,
                            msc_forest_report *report, msc_error *err);

/* Winner and votes of all samples, those of trees whose bag has the sample left out where answer.bags is given; its shares are
 * not asked. 0: no memory, or cancelled. */
int msc_forest_ask_all(const msc_settings *settings, const msc_forest *forest, const msc_binned *data, msc_forest_answer answer);

/* For each fold a forest of the samples outside answers for those inside: answer[i] is the class of sample i. `use` may be
 * NULL; else use->with sees the forest of each fold and the samples inside, in their order, whose bins it may change. A fold
 * that holds all samples gets no answer. ENOMEM, ECANCELLED. */
typedef struct msc_fold_use {
    void *self;
    msc_status (*with)(void *self, const msc_forest *forest, int fold, msc_binned *inside, msc_error *err);
} msc_fold_use;
msc_status msc_forest_cross(const msc_settings *settings, const msc_binned *data, const uint8_t *fold, int n_folds,
                            const msc_forest_spec *spec, const msc_fold_use *use, uint8_t *answer, msc_error *err);

/* Threads that the settings ask for. */
int msc_forest_threads(const msc_settings *settings);
#endif
