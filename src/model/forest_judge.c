/* forest_judge.c - how good a forest is: on samples its trees did not draw, and on polygons it did not see. */
#include "model/forest_parts.h"
#include "base/hash.h"
#include "base/mem.h"
#include "kernels/forest_walk.h"
#include <math.h>
#include <string.h>

enum { STEP = 256, MOST_PERMUTED = 20000 };   /* samples of one item of work; samples that importance looks at */

/* Out-of-bag votes over samples i = k * stride, k < n; feature `permuted` (-1: none) comes from another of them. */
typedef struct judging {
    const msc_binned *data;
    const msc_grove *grove;
    const uint32_t *other;       /* of the same length: whose value sample k sees */
    size_t n, stride;
    int permuted;
    uint32_t *right, *asked;     /* counts of each item */
} judging;

/* Class with the most votes of the trees that did not draw the sample; -1 when every tree did. */
static int ask_unseen(const judging *j, size_t sample, const uint8_t *pixel)
{
    uint32_t votes[MSC_MAX_CLASSES] = { 0 }, n_votes = 0;
    int winner = 0;
    for (int t = 0; t < j->grove->n_trees; t++) {
        const uint8_t *bag = j->grove->bag + (size_t)t * j->grove->bag_bytes;
        if (bag[sample / 8] >> (sample % 8) & 1) continue;
        votes[msc_tree_class(j->grove->nodes[t], pixel, 1)]++;
        n_votes++;
    }
    for (int c = 1; c < j->data->n_classes; c++)
        if (votes[c] > votes[winner]) winner = c;
    return n_votes ? winner : -1;
}

static int judge_step(void *self, size_t item)
{
    const judging *j = self;
    const size_t end = (item + 1) * STEP < j->n ? (item + 1) * STEP : j->n;
    uint8_t pixel[MSC_MAX_FEATURES];
    for (size_t k = item * STEP; k < end; k++) {
        const size_t sample = k * j->stride;
        for (int f = 0; f < j->data->n_features; f++) {
            const size_t from = f == j->permuted ? j->other[k] * j->stride : sample;
            pixel[f] = j->data->bins[(size_t)f * j->data->n + from];
        }
        const int winner = ask_unseen(j, sample, pixel);
        j->asked[item] += winner >= 0;
        j->right[item] += winner == j->data->label[sample];
    }
    return 1;
}

/* Share of right answers; NAN when no sample was left out by any tree, or when cancelled. */
static double judge(const msc_settings *settings, judging *j)
{
    const size_t n_items = (j->n + STEP - 1) / STEP;
    uint64_t right = 0, asked = 0;
    memset(j->right, 0, n_items * sizeof *j->right);
    memset(j->asked, 0, n_items * sizeof *j->asked);
    msc_forest_each(msc_forest_threads(settings), settings->cancel, n_items, judge_step, j);
    for (size_t i = 0; i < n_items; i++) {
        right += j->right[i];
        asked += j->asked[i];
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

static msc_status judge_unseen(const msc_settings *settings, const msc_binned *data, const msc_grove *grove,
                               uint64_t seed, msc_forest_report *report, msc_error *err)
{
    judging j = { .data = data, .grove = grove, .n = data->n, .stride = 1, .permuted = -1 };
    const size_t n_items = (data->n + STEP - 1) / STEP;
    uint32_t *other = msc_alloc(data->n, sizeof *other);
    msc_status status = MSC_OK;
    j.right = msc_alloc(n_items, sizeof *j.right);
    j.asked = msc_alloc(n_items, sizeof *j.asked);
    if (!other || !j.right || !j.asked) {
        status = msc_fail(err, MSC_ENOMEM, "train", "%zu samples", data->n);
        goto done;
    }
    report->oob_accuracy = judge(settings, &j);
    j.stride = (data->n + MOST_PERMUTED - 1) / MOST_PERMUTED;
    j.n = (data->n + j.stride - 1) / j.stride;
    j.other = other;
    const double whole = j.stride == 1 ? report->oob_accuracy : judge(settings, &j);
    for (int f = 0; f < data->n_features; f++) {
        j.permuted = f;
        shuffle(other, j.n, seed, f);
        const double drop = whole - judge(settings, &j);
        report->importance[f] = isnan(drop) ? 0 : drop;
    }
done:
    msc_release(other);
    msc_release(j.right);
    msc_release(j.asked);
    return status;
}

typedef struct testing { const msc_binned *data; const msc_grove *grove; const uint8_t *fold; int this_fold; uint8_t *answer; } testing;

static int test_step(void *self, size_t item)
{
    const testing *t = self;
    const size_t end = (item + 1) * STEP < t->data->n ? (item + 1) * STEP : t->data->n;
    for (size_t i = item * STEP; i < end; i++)
        if (t->fold[i] == t->this_fold) t->answer[i] = msc_grove_class(t->grove, t->data->n_classes, t->data->bins + i, t->data->n);
    return 1;
}

uint8_t msc_grove_class(const msc_grove *grove, int n_classes, const uint8_t *pixel, size_t stride)
{
    uint32_t votes[MSC_MAX_CLASSES] = { 0 };
    uint8_t winner = 0;
    for (int k = 0; k < grove->n_trees; k++) votes[msc_tree_class(grove->nodes[k], pixel, stride)]++;
    for (int c = 1; c < n_classes; c++)
        if (votes[c] > votes[winner]) winner = (uint8_t)c;
    return winner;
}

/* Copies the samples outside a fold; returns how many. */
static size_t leave_out(const msc_binned *data, const uint8_t *fold, int left_out, msc_binned *rest)
{
    size_t n = 0;
    for (size_t i = 0; i < data->n; i++)
        if (fold[i] != left_out) rest->label[n++] = data->label[i];
    for (int f = 0; f < data->n_features; f++) {
        const uint8_t *from = data->bins + (size_t)f * data->n;
        uint8_t *to = rest->bins + (size_t)f * n;
        for (size_t i = 0; i < data->n; i++)
            if (fold[i] != left_out) *to++ = from[i];
    }
    return rest->n = n;
}

msc_status msc_forest_cross(const msc_settings *settings, const msc_binned *data, const uint8_t *fold, int n_folds,
                            const msc_forest_spec *spec, const msc_fold_use *use, uint8_t *answer, msc_error *err)
{
    msc_binned rest = { .n_features = data->n_features, .n_classes = data->n_classes };
    msc_status status = MSC_OK;
    rest.bins = msc_alloc(msc_mul_size(data->n, (size_t)data->n_features), 1);
    rest.label = msc_alloc(data->n, 1);
    if (!rest.bins || !rest.label) status = msc_fail(err, MSC_ENOMEM, "train", "%zu samples", data->n);
    for (int k = 0; k < n_folds && status == MSC_OK; k++) {
        msc_grove grove = { 0 };
        msc_forest_spec s = *spec;
        testing t = { data, &grove, fold, k, answer };
        s.seed = msc_random(spec->seed, 5, (uint64_t)k);
        if (leave_out(data, fold, k, &rest) == 0) continue;
        if ((status = msc_grove_grow(settings, &rest, &s, &grove, err)) != MSC_OK) break;
        msc_forest_each(msc_forest_threads(settings), NULL, (data->n + STEP - 1) / STEP, test_step, &t);
        if (use) use->with(use->self, &grove, k);
        msc_grove_clear(&grove);
    }
    msc_release(rest.bins);
    msc_release(rest.label);
    return status;
}

static msc_status cross_validate(const msc_settings *settings, const msc_samples *samples, const msc_binned *data,
                                 const msc_forest_spec *spec, int n_folds, msc_forest_report *report, msc_error *err)
{
    uint8_t *fold = msc_alloc(data->n, 1), *answer = msc_alloc(data->n, 1);
    msc_status status = MSC_OK;
    size_t n_right = 0;
    n_folds = fold && answer ? msc_forest_folds(samples, n_folds, spec->seed, fold) : 0;
    if (n_folds == 0) status = msc_fail(err, MSC_ENOMEM, "train", "%zu samples", data->n);
    if (n_folds < 2) goto done;   /* one polygon: nothing to hold out */
    if ((status = msc_forest_cross(settings, data, fold, n_folds, spec, NULL, answer, err)) != MSC_OK) goto done;
    for (size_t i = 0; i < data->n; i++) {
        report->cv_matrix[answer[i]][data->label[i]] += 1;
        n_right += answer[i] == data->label[i];
    }
    report->cv_accuracy = (double)n_right / (double)data->n;
done:
    msc_release(fold);
    msc_release(answer);
    return status;
}

msc_status msc_forest_judge(const msc_settings *settings, const msc_samples *samples, const msc_binned *data,
                            const msc_grove *grove, const msc_forest_spec *spec, int n_folds,
                            msc_forest_report *report, msc_error *err)
{
    memset(report, 0, sizeof *report);
    report->cv_accuracy = NAN;
    MSC_TRY(judge_unseen(settings, data, grove, spec->seed, report, err));
    if (n_folds >= 2) MSC_TRY(cross_validate(settings, samples, data, spec, n_folds, report, err));
    if (settings->cancel && *settings->cancel) return msc_fail(err, MSC_ECANCELLED, "train", "cancelled");
    return MSC_OK;
}
