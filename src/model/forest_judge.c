/* forest_judge.c - how good a forest is: on samples its trees did not draw, and on polygons it did not see. */
#include "model/forest_parts.h"
#include "base/hash.h"
#include "base/mem.h"
#include <math.h>
#include <string.h>

enum { STEP = 2048, MOST_PERMUTED = 20000 };   /* samples of one item of work; samples that importance looks at */

typedef struct asking {
    const msc_forest *forest;
    const msc_binned *data;
    msc_forest_answer answer;
} asking;

static int ask_step(void *self, size_t item)
{
    const asking *a = self;
    const size_t from = item * STEP, n = a->data->n - from < STEP ? a->data->n - from : STEP;
    void *scratch = msc_alloc(msc_forest_scratch(a->forest), 1);
    msc_forest_answer answer = { .winner = a->answer.winner + from, .votes = a->answer.votes + from, .bag_bytes = a->answer.bag_bytes };
    if (a->answer.bags) answer.bags = a->answer.bags + from / 8;
    if (scratch) msc_forest_ask_shares(a->forest, a->data->bins + from, a->data->n, n, &answer, scratch);
    msc_release(scratch);
    return scratch != NULL;
}

int msc_forest_ask_all(const msc_settings *settings, const msc_forest *forest, const msc_binned *data, msc_forest_answer answer)
{
    asking a = { forest, data, answer };
    return msc_forest_each(msc_forest_threads(settings), settings->cancel, (data->n + STEP - 1) / STEP, ask_step, &a);
}

/* The right answers among those of the trees that did not draw the sample; NAN when every tree drew every sample. */
static double share_right(const msc_binned *data, const msc_forest_answer *answer)
{
    size_t right = 0, asked = 0;
    for (size_t i = 0; i < data->n; i++) {
        asked += answer->votes[i] > 0;
        right += answer->votes[i] > 0 && answer->winner[i] == data->label[i];
    }
    return asked ? (double)right / (double)asked : NAN;
}

/* Fisher-Yates with draws of (seed, feature, place). */
static void shuffle(uint32_t *other, size_t n, uint64_t seed, int feature)
{
    for (size_t i = 0; i < n; i++) other[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        const uint32_t k = msc_random_below(msc_random(seed, 4096 + (uint64_t)feature, i), (uint32_t)i);
        const uint32_t kept = other[i - 1];
        other[i - 1] = other[k];
        other[k] = kept;
    }
}

/* Every `stride`-th sample with its bits of the bags. */
static void thin(const msc_binned *from, const msc_grove *grove, size_t stride, msc_binned *to, uint8_t *bags)
{
    const size_t bag_bytes = (to->n + 7) / 8;
    for (size_t i = 0; i < to->n; i++) to->label[i] = from->label[i * stride];
    for (int f = 0; f < from->n_features; f++)
        for (size_t i = 0; i < to->n; i++) to->bins[(size_t)f * to->n + i] = from->bins[(size_t)f * from->n + i * stride];
    memset(bags, 0, (size_t)grove->n_trees * bag_bytes);
    for (int t = 0; t < grove->n_trees; t++) {
        const uint8_t *bag = grove->bag + (size_t)t * grove->bag_bytes;
        uint8_t *thinned = bags + (size_t)t * bag_bytes;
        for (size_t i = 0, k = 0; i < to->n; i++, k += stride)
            thinned[i / 8] = (uint8_t)(thinned[i / 8] | (bag[k / 8] >> (k % 8) & 1) << (i % 8));
    }
}

/* Accuracy on the samples that trees did not draw, and what of it each feature is worth: a feature's bins are shuffled among
 * thinned samples, then put back. */
static msc_status judge_unseen(const msc_settings *settings, const msc_binned *data, const msc_grove *grove,
                               const msc_forest *forest, uint64_t seed, msc_forest_report *report, msc_error *err)
{
    const size_t stride = (data->n + MOST_PERMUTED - 1) / MOST_PERMUTED, n = (data->n + stride - 1) / stride;
    msc_binned few = { .n = n, .n_features = data->n_features, .n_classes = data->n_classes };
    uint32_t *other = msc_alloc(n, sizeof *other);
    uint8_t *kept = msc_alloc(n, 1), *bags = msc_alloc(msc_mul_size((size_t)grove->n_trees, (n + 7) / 8), 1);
    msc_forest_answer answer = { .winner = msc_alloc(data->n, 1), .votes = msc_alloc(data->n, sizeof *answer.votes) };
    few.bins = msc_alloc(msc_mul_size(n, (size_t)data->n_features), 1);
    few.label = msc_alloc(n, 1);
    int ok = other && kept && bags && answer.winner && answer.votes && few.bins && few.label;
    answer.bags = grove->bag;
    answer.bag_bytes = grove->bag_bytes;
    if (ok) thin(data, grove, stride, &few, bags);
    ok = ok && msc_forest_ask_all(settings, forest, data, answer);
    if (ok) report->oob_accuracy = share_right(data, &answer);
    answer.bags = bags;
    answer.bag_bytes = (n + 7) / 8;
    ok = ok && msc_forest_ask_all(settings, forest, &few, answer);
    const double whole = ok ? share_right(&few, &answer) : NAN;
    for (int f = 0; f < data->n_features && ok; f++) {
        uint8_t *bins = few.bins + (size_t)f * n;
        memcpy(kept, bins, n);
        shuffle(other, n, seed, f);
        for (size_t i = 0; i < n; i++) bins[i] = kept[other[i]];
        ok = msc_forest_ask_all(settings, forest, &few, answer);
        const double drop = ok ? whole - share_right(&few, &answer) : NAN;
        report->importance[f] = isnan(drop) ? 0 : drop;
        memcpy(bins, kept, n);
    }
    msc_release(few.label);
    msc_release(few.bins);
    msc_release(answer.votes);
    msc_release(answer.winner);
    msc_release(bags);
    msc_release(kept);
    msc_release(other);
    return ok ? MSC_OK : msc_forest_failed(settings, err);
}

/* Copies the samples of one fold, or all others; returns how many. */
static size_t take(const msc_binned *data, const uint8_t *fold, int which, int is_inside, msc_binned *taken)
{
    size_t n = 0;
    for (size_t i = 0; i < data->n; i++)
        if ((fold[i] == which) == is_inside) taken->label[n++] = data->label[i];
    for (int f = 0; f < data->n_features; f++) {
        const uint8_t *from = data->bins + (size_t)f * data->n;
        uint8_t *to = taken->bins + (size_t)f * n;
        for (size_t i = 0; i < data->n; i++)
            if ((fold[i] == which) == is_inside) *to++ = from[i];
    }
    return taken->n = n;
}

/* One fold's samples asked of a forest of the others; answer: of all samples. `taken` holds as many samples as there are. */
static msc_status cross_fold(const msc_settings *settings, const msc_binned *data, const uint8_t *fold, int k, const msc_forest_spec *spec,
                             const msc_fold_use *use, msc_binned *taken, uint8_t *answer, msc_error *err)
{
    msc_grove grove = { 0 };
    msc_forest forest = { .n_features = data->n_features, .n_classes = data->n_classes };
    msc_forest_answer inside = { 0 };
    msc_forest_spec s = *spec;
    msc_status status = MSC_OK;
    s.seed = msc_random(spec->seed, 5, (uint64_t)k);
    if (take(data, fold, k, 0, taken) == 0) return MSC_OK;
    if ((status = msc_grove_grow(settings, taken, &s, &grove, err)) != MSC_OK) return status;
    if ((status = msc_grove_plant(&grove, &forest, err)) != MSC_OK) goto done;
    take(data, fold, k, 1, taken);
    inside.winner = msc_alloc(taken->n, 1);
    inside.votes = msc_alloc(taken->n, sizeof *inside.votes);
    if (!inside.winner || !inside.votes || !msc_forest_ask_all(settings, &forest, taken, inside)) {
        status = msc_forest_failed(settings, err);
        goto done;
    }
    for (size_t i = 0, n = 0; i < data->n; i++)
        if (fold[i] == k) answer[i] = inside.winner[n++];
    if (use) status = use->with(use->self, &forest, k, taken, err);
done:
    msc_release(inside.votes);
    msc_release(inside.winner);
    msc_forest_clear(&forest);
    msc_grove_clear(&grove);
    return status;
}

msc_status msc_forest_cross(const msc_settings *settings, const msc_binned *data, const uint8_t *fold, int n_folds,
                            const msc_forest_spec *spec, const msc_fold_use *use, uint8_t *answer, msc_error *err)
{
    msc_binned taken = { .n_features = data->n_features, .n_classes = data->n_classes };
    msc_status status = MSC_OK;
    taken.bins = msc_alloc(msc_mul_size(data->n, (size_t)data->n_features), 1);
    taken.label = msc_alloc(data->n, 1);
    if (!taken.bins || !taken.label) status = msc_fail(err, MSC_ENOMEM, "train", "%zu samples", data->n);
    for (int k = 0; k < n_folds && status == MSC_OK; k++)
        status = cross_fold(settings, data, fold, k, spec, use, &taken, answer, err);
    msc_release(taken.bins);
    msc_release(taken.label);
    return status;
}

static msc_status cross_validate(const msc_settings *settings, const msc_samples *samples, const msc_binned *data,
                                 const msc_forest_spec *spec, int n_folds, msc_validation *validation, msc_error *err)
{
    uint8_t *fold = msc_alloc(data->n, 1), *answer = msc_alloc(data->n, 1);
    msc_status status = MSC_OK;
    n_folds = fold && answer ? msc_forest_folds(samples, n_folds, spec->seed, fold) : 0;
    if (n_folds == 0) status = msc_fail(err, MSC_ENOMEM, "train", "%zu samples", data->n);
    if (n_folds < 2) goto done;   /* one polygon: nothing to hold out */
    if ((status = msc_forest_cross(settings, data, fold, n_folds, spec, NULL, answer, err)) != MSC_OK) goto done;
    msc_validation_count(validation, answer, data->label, data->n);
done:
    msc_release(fold);
    msc_release(answer);
    return status;
}

msc_status msc_forest_judge(const msc_settings *settings, const msc_samples *samples, const msc_binned *data,
                            const msc_grove *grove, const msc_forest *forest, const msc_forest_spec *spec, int n_folds,
                            msc_forest_report *report, msc_error *err)
{
    memset(report, 0, sizeof *report);
    report->cv.accuracy = report->half.accuracy = NAN;
    MSC_TRY(judge_unseen(settings, data, grove, forest, spec->seed, report, err));
    if (n_folds >= 2) MSC_TRY(cross_validate(settings, samples, data, spec, n_folds, &report->cv, err));
    if (n_folds > 2) MSC_TRY(cross_validate(settings, samples, data, spec, 2, &report->half, err));
    if (settings->cancel && *settings->cancel) return msc_fail(err, MSC_ECANCELLED, "train", "cancelled");
    return MSC_OK;
}
