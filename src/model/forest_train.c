/* forest_train.c - grows the trees of a forest side by side; each is a function of its number alone. */
#include "model/forest_parts.h"
#include "base/hash.h"
#include "base/mem.h"
#include "stream/stream.h"
#include <math.h>
#include <string.h>

int msc_forest_threads(const msc_settings *settings)
{
    const char *why = NULL;
    return msc_settings_threads(settings, &why);
}

int msc_forest_each(int n_threads, const volatile int *cancel, size_t n, int (*work)(void *self, size_t i), void *self)
{
    int n_failed = 0;
#pragma omp parallel for schedule(dynamic, 1) num_threads(n_threads) reduction(+ : n_failed)
    for (size_t i = 0; i < n; i++)
        if ((cancel && *cancel) || !work(self, i)) n_failed++;
    return n_failed == 0;
}

typedef struct growing {
    const msc_binned *data;
    const msc_forest_spec *spec;
    msc_grove *grove;
    int n_threads;
} growing;

/* The last trees, beside which threads may be idle, are dealt out; four parts a thread end about together. */
static int grow_one(void *self, size_t i)
{
    const growing *g = self;
    const int n_shares = g->n_threads > 1 && (int)i + g->n_threads >= g->spec->n_trees ? 4 * g->n_threads : 1;
    return msc_tree_grow(g->data, g->spec, (int)i, n_shares, &g->grove->nodes[i], &g->grove->n_nodes[i],
                         g->grove->bag + i * g->grove->bag_bytes);
}

msc_status msc_forest_failed(const msc_settings *settings, msc_error *err)
{
    if (settings->cancel && *settings->cancel) return msc_fail(err, MSC_ECANCELLED, "train", "cancelled");
    return msc_fail(err, MSC_ENOMEM, "train", "out of memory");
}

msc_status msc_grove_grow(const msc_settings *settings, const msc_binned *data, const msc_forest_spec *spec,
                          msc_grove *grove, msc_error *err)
{
    const size_t n_trees = (size_t)spec->n_trees;
    growing g = { data, spec, grove, msc_forest_threads(settings) };
    *grove = (msc_grove){ .n_trees = spec->n_trees, .bag_bytes = (data->n + 7) / 8 };
    grove->nodes = msc_alloc_zero(n_trees, sizeof *grove->nodes);
    grove->n_nodes = msc_alloc_zero(n_trees, sizeof *grove->n_nodes);
    grove->bag = msc_alloc_zero(msc_mul_size(n_trees, grove->bag_bytes), 1);
    if (!grove->nodes || !grove->n_nodes || !grove->bag
        || !msc_forest_each(g.n_threads, settings->cancel, n_trees, grow_one, &g)) {
        msc_grove_clear(grove);
        return msc_forest_failed(settings, err);
    }
    return MSC_OK;
}

void msc_grove_clear(msc_grove *grove)
{
    for (int t = 0; grove->nodes && t < grove->n_trees; t++) msc_release(grove->nodes[t]);
    msc_release(grove->nodes);
    msc_release(grove->n_nodes);
    msc_release(grove->bag);
    *grove = (msc_grove){ 0 };
}

msc_status msc_grove_plant(const msc_grove *grove, msc_forest *forest, msc_error *err)
{
    size_t total = 0;
    for (int t = 0; t < grove->n_trees; t++) total += grove->n_nodes[t];
    forest->n_trees = grove->n_trees;
    forest->nodes = msc_alloc(total, sizeof *forest->nodes);
    forest->roots = msc_alloc((size_t)grove->n_trees, sizeof *forest->roots);
    if (!forest->nodes || !forest->roots) return msc_fail(err, MSC_ENOMEM, "train", "%zu nodes", total);
    for (int t = 0; t < grove->n_trees; t++) {
        forest->roots[t] = (uint32_t)forest->n_nodes;
        memcpy(forest->nodes + forest->n_nodes, grove->nodes[t], grove->n_nodes[t] * sizeof *forest->nodes);
        forest->n_nodes += grove->n_nodes[t];
    }
    return msc_forest_levels(forest) ? MSC_OK : msc_fail(err, MSC_ENOMEM, "train", "%zu nodes", total);
}

typedef struct binning { const msc_samples *samples; msc_forest *forest; msc_binned *data; } binning;

static int bin_one(void *self, size_t f)
{
    const binning *b = self;
    const size_t n = b->samples->n;
    float cuts[MSC_MAX_BINS];
    const int n_cuts = msc_forest_cuts(b->samples->x + f * n, n, cuts);
    if (n_cuts < 0) return 0;
    b->forest->cuts[f] = msc_alloc(MSC_MAX_BINS, sizeof *cuts);
    if (!b->forest->cuts[f]) return 0;
    b->forest->n_cuts[f] = n_cuts;
    memcpy(b->forest->cuts[f], cuts, (size_t)n_cuts * sizeof *cuts);
    msc_forest_bin(b->forest, (int)f, b->samples->x + f * n, b->data->bins + f * n, n);
    return 1;
}

static msc_status check(const msc_samples *s, const msc_forest_spec *spec, int n_folds, msc_error *err)
{
    if (s->n == 0) return msc_fail(err, MSC_ETRAIN, "train", "0 samples");
    if (s->n > INT32_MAX) return msc_fail(err, MSC_EVALUE, "train", "%zu samples", s->n);
    if (s->n_features < 1 || s->n_features > MSC_MAX_FEATURES)
        return msc_fail(err, MSC_EVALUE, "features", "%d", s->n_features);
    if (s->n_classes < 1 || s->n_classes > MSC_MAX_CLASSES) return msc_fail(err, MSC_EVALUE, "classes", "%d", s->n_classes);
    if (spec->n_trees < 1 || spec->n_trees > MSC_MAX_TREES) return msc_fail(err, MSC_EVALUE, "trees", "%d", spec->n_trees);
    if (spec->depth < 1 || spec->depth > MSC_MAX_DEPTH) return msc_fail(err, MSC_EVALUE, "depth", "%d", spec->depth);
    if (spec->min_leaf < 1) return msc_fail(err, MSC_EVALUE, "min_leaf", "%d", spec->min_leaf);
    if (spec->n_try < 0) return msc_fail(err, MSC_EVALUE, "n_try", "%d", spec->n_try);
    if (n_folds < 0 || n_folds > 100) return msc_fail(err, MSC_EVALUE, "folds", "%d", n_folds);
    for (size_t i = 0; i < s->n; i++)
        if (s->label[i] >= s->n_classes) return msc_fail(err, MSC_EVALUE, "class", "%d", s->label[i]);
    return MSC_OK;
}

msc_status msc_forest_grow(const msc_settings *settings, const msc_samples *samples, const msc_forest_spec *spec,
                           int n_folds, msc_forest *forest, msc_forest_report *report, msc_error *err)
{
    MSC_TRY(check(samples, spec, n_folds, err));
    msc_forest_spec s = *spec;
    msc_forest grown = { .n_features = samples->n_features, .n_classes = samples->n_classes };
    msc_binned data = { .n = samples->n, .n_features = samples->n_features, .n_classes = samples->n_classes };
    msc_grove grove = { 0 };
    msc_status status = MSC_OK;
    binning b = { samples, &grown, &data };
    if (s.n_try == 0) s.n_try = (int)sqrt((double)samples->n_features);
    if (s.n_try > samples->n_features) s.n_try = samples->n_features;
    data.label = samples->label;
    data.bins = msc_alloc(msc_mul_size(samples->n, (size_t)samples->n_features), 1);
    if (!data.bins || !msc_forest_each(msc_forest_threads(settings), settings->cancel, (size_t)data.n_features, bin_one, &b)) {
        status = msc_forest_failed(settings, err);
        goto done;
    }
    if ((status = msc_grove_grow(settings, &data, &s, &grove, err)) != MSC_OK) goto done;
    if ((status = msc_grove_plant(&grove, &grown, err)) != MSC_OK) goto done;
    if (report) status = msc_forest_judge(settings, samples, &data, &grove, &grown, &s, n_folds, report, err);
done:
    msc_grove_clear(&grove);
    msc_release(data.bins);
    if (status == MSC_OK) *forest = grown;
    else msc_forest_clear(&grown);
    return status;
}
