/* forest_select.c - which features a forest can do without, judged at training polygons that it did not see. */
#include "model/forest_select.h"
#include "base/hash.h"
#include "base/mem.h"
#include "model/forest_parts.h"
#include <math.h>
#include <string.h>

/* Scores move by less than their own error when trees or samples are doubled. */
enum { MOST_TREES = 50, MOST_OF_CLASS = 2000 };
/* Share of the features that a round drops, at least one. */
enum { DROPPED_OF = 5 };

typedef struct selecting {
    const msc_settings *settings;
    msc_samples picked;          /* what is looked at; x stays NULL */
    msc_forest_spec spec;
    int n_folds;
    msc_binned all, data;        /* all features; those of the round at hand */
    int of[MSC_MAX_FEATURES];    /* which feature each of data's is */
    uint8_t *fold, *answer[MSC_SELECT_MAX_ROUNDS];
    uint32_t *other;             /* the sample of the same fold whose value a shuffled feature gets */
    int64_t n_of_class[MSC_MAX_CLASSES];
    int64_t (*right)[MSC_MAX_CLASSES];   /* [features] right answers with that feature shuffled */
    const msc_grove *grove;
    int this_fold;
    msc_selection *out;
} selecting;

/* Evenly spread samples, at most MOST_OF_CLASS a class. */
static msc_status pick(selecting *s, const msc_samples *from, msc_error *err)
{
    size_t n_of[MSC_MAX_CLASSES] = { 0 }, seen[MSC_MAX_CLASSES] = { 0 };
    for (size_t i = 0; i < from->n; i++) n_of[from->label[i]]++;
    size_t *index = msc_alloc(from->n, sizeof *index), n = 0;
    for (size_t i = 0; index && i < from->n; i++) {
        const uint8_t c = from->label[i];
        const size_t step = (n_of[c] + MOST_OF_CLASS - 1) / MOST_OF_CLASS;
        if (seen[c]++ % step == 0) index[n++] = i;
    }
    s->picked = (msc_samples){ .n = n, .n_features = from->n_features, .n_classes = from->n_classes };
    s->picked.label = msc_alloc(n, 1);
    s->picked.group = msc_alloc(n, sizeof *s->picked.group);
    s->all = (msc_binned){ .n = n, .n_features = from->n_features, .n_classes = from->n_classes, .label = s->picked.label };
    s->data = s->all;
    s->all.bins = msc_alloc(msc_mul_size(n, (size_t)from->n_features), 1);
    s->data.bins = msc_alloc(msc_mul_size(n, (size_t)from->n_features), 1);
    s->fold = msc_alloc(n, 1);
    s->other = msc_alloc(n, sizeof *s->other);
    s->right = msc_alloc((size_t)from->n_features, sizeof *s->right);
    float *value = msc_alloc(n, sizeof *value), *cuts = msc_alloc(MSC_MAX_BINS, sizeof *cuts);
    int is_ready = index && s->picked.label && s->picked.group && s->all.bins && s->data.bins && s->fold && s->other && s->right
                   && value && cuts;
    for (size_t i = 0; is_ready && i < n; i++) {
        s->picked.label[i] = from->label[index[i]];
        s->picked.group[i] = from->group[index[i]];
        s->n_of_class[s->picked.label[i]]++;
    }
    for (int f = 0; is_ready && f < from->n_features; f++) {
        msc_forest one = { .n_features = 1 };
        for (size_t i = 0; i < n; i++) value[i] = from->x[(size_t)f * from->n + index[i]];
        one.n_cuts[0] = msc_forest_cuts(value, n, cuts);
        one.cuts[0] = cuts;
        if (one.n_cuts[0] < 0) is_ready = 0;
        else msc_forest_bin(&one, 0, value, s->all.bins + (size_t)f * n, n);
    }
    msc_release(cuts);
    msc_release(value);
    msc_release(index);
    return is_ready ? MSC_OK : msc_fail(err, MSC_ENOMEM, "train", "%zu samples", from->n);
}

/* Deals the folds, and pairs each sample with another one of its fold: a turn through the fold in a shuffled order. */
static msc_status deal(selecting *s, int n_folds, msc_error *err)
{
    uint32_t *order = msc_alloc(s->picked.n, sizeof *order);
    s->n_folds = order ? msc_forest_folds(&s->picked, n_folds, s->spec.seed, s->fold) : 0;
    for (int k = 0; k < s->n_folds; k++) {
        uint32_t n = 0;
        for (size_t i = 0; i < s->picked.n; i++)
            if (s->fold[i] == k) order[n++] = (uint32_t)i;
        for (uint32_t i = n; i > 1; i--) {
            const uint32_t at = msc_random_below(msc_random(s->spec.seed, 6, (uint64_t)order[i - 1]), i), kept = order[i - 1];
            order[i - 1] = order[at];
            order[at] = kept;
        }
        for (uint32_t i = 0; i < n; i++) s->other[order[i]] = order[(i + 1) % n];
    }
    msc_release(order);
    if (s->n_folds == 0) return msc_fail(err, MSC_ENOMEM, "train", "%zu samples", s->picked.n);
    return s->n_folds > 1 ? MSC_OK : msc_fail(err, MSC_ETRAIN, "train", "1 polygon; selection needs two or more");
}

/* One feature of the round shuffled among the samples of the fold. */
static int shuffle_one(void *self, size_t f)
{
    selecting *s = self;
    uint8_t pixel[MSC_MAX_FEATURES];
    for (size_t i = 0; i < s->data.n; i++) {
        if (s->fold[i] != s->this_fold) continue;
        for (int k = 0; k < s->data.n_features; k++) pixel[k] = s->data.bins[(size_t)k * s->data.n + i];
        pixel[f] = s->data.bins[f * s->data.n + s->other[i]];
        const uint8_t label = s->data.label[i];
        s->right[f][label] += msc_grove_class(s->grove, s->data.n_classes, pixel, 1) == label;
    }
    return 1;
}

static void shuffle_all(void *self, const msc_grove *grove, int fold)
{
    selecting *s = self;
    s->grove = grove;
    s->this_fold = fold;
    msc_forest_each(msc_forest_threads(s->settings), s->settings->cancel, (size_t)s->data.n_features, shuffle_one, s);
}

/* Mean over the classes that have samples of the share that is right. */
static double score_of(const selecting *s, const int64_t right[MSC_MAX_CLASSES])
{
    double sum = 0.0;
    int n = 0;
    for (int c = 0; c < s->data.n_classes; c++) {
        if (!s->n_of_class[c]) continue;
        sum += (double)right[c] / (double)s->n_of_class[c];
        n++;
    }
    return sum / n;
}

/* One round with the features that are still kept. */
static msc_status judge_round(selecting *s, int round, msc_error *err)
{
    msc_selection *out = s->out;
    const size_t n = s->all.n;
    s->data.n_features = 0;
    for (int f = 0; f < s->all.n_features; f++) {
        if (!out->is_kept[f]) continue;
        memcpy(s->data.bins + (size_t)s->data.n_features * n, s->all.bins + (size_t)f * n, n);
        s->of[s->data.n_features++] = f;
    }
    s->answer[round] = msc_alloc(n, 1);
    if (!s->answer[round]) return msc_fail(err, MSC_ENOMEM, "train", "%zu samples", n);
    memset(s->right, 0, (size_t)s->all.n_features * sizeof *s->right);
    s->spec.n_try = (int)sqrt((double)s->data.n_features);
    const msc_fold_use use = { s, shuffle_all };
    MSC_TRY(msc_forest_cross(s->settings, &s->data, s->fold, s->n_folds, &s->spec, &use, s->answer[round], err));
    if (s->settings->cancel && *s->settings->cancel) return msc_fail(err, MSC_ECANCELLED, "train", "cancelled");
    int64_t right[MSC_MAX_CLASSES] = { 0 };
    for (size_t i = 0; i < n; i++) right[s->data.label[i]] += s->answer[round][i] == s->data.label[i];
    out->round[round].n_features = s->data.n_features;
    out->round[round].score = score_of(s, right);
    for (int k = 0; k < s->data.n_features; k++) {
        out->gain[s->of[k]] = out->round[round].score - score_of(s, s->right[k]);
        out->last_round[s->of[k]] = round;
    }
    return MSC_OK;
}

/* Drops the features with the least gain; of equals the later. */
static void drop(selecting *s)
{
    const int n = s->data.n_features, n_drop = n < 2 * DROPPED_OF ? 1 : n / DROPPED_OF;
    for (int d = 0; d < n_drop; d++) {
        int least = -1;
        for (int k = 0; k < n; k++)
            if (s->out->is_kept[s->of[k]] && (least < 0 || s->out->gain[s->of[k]] <= s->out->gain[s->of[least]])) least = k;
        s->out->is_kept[s->of[least]] = 0;
    }
}

/* Standard error of the difference of two rounds' scores, the polygons being drawn independently: each adds what its samples
 * add to the difference. */
static msc_status error_of(const selecting *s, int round, double *error, msc_error *err)
{
    uint32_t n_groups = 0;
    for (size_t i = 0; i < s->picked.n; i++)
        if (s->picked.group[i] >= n_groups) n_groups = s->picked.group[i] + 1;
    double *of_group = msc_alloc_zero(n_groups, sizeof *of_group), sum = 0.0, squares = 0.0;
    uint8_t *is_there = msc_alloc_zero(n_groups, 1);
    int n_classes = 0;
    int64_t n = 0;
    const int is_ready = of_group && is_there;
    for (int c = 0; c < s->data.n_classes; c++) n_classes += s->n_of_class[c] > 0;
    for (size_t i = 0; is_ready && i < s->picked.n; i++) {
        const uint8_t label = s->picked.label[i];
        const int better = (s->answer[s->out->best][i] == label) - (s->answer[round][i] == label);
        of_group[s->picked.group[i]] += better / ((double)s->n_of_class[label] * n_classes);
        is_there[s->picked.group[i]] = 1;
    }
    for (uint32_t g = 0; is_ready && g < n_groups; g++) {
        n += is_there[g];
        sum += of_group[g];
        squares += of_group[g] * of_group[g];
    }
    if (is_ready) *error = sqrt(fmax(0.0, squares - sum * sum / (double)n) * (double)n / (double)(n - 1));
    msc_release(of_group);
    msc_release(is_there);
    return is_ready ? MSC_OK : msc_fail(err, MSC_ENOMEM, "train", "%u polygons", n_groups);
}

static msc_status choose(selecting *s, msc_error *err)
{
    msc_selection *out = s->out;
    for (int r = 1; r < out->n_rounds; r++)
        if (out->round[r].score >= out->round[out->best].score) out->best = r;
    for (int r = 0; r < out->n_rounds; r++) {
        MSC_TRY(error_of(s, r, &out->round[r].error, err));
        if (out->round[out->best].score - out->round[r].score <= out->round[r].error) out->chosen = r;
    }
    for (int f = 0; f < s->all.n_features; f++) out->is_kept[f] = out->last_round[f] >= out->chosen;
    return MSC_OK;
}

static msc_status run_rounds(selecting *s, msc_error *err)
{
    msc_selection *out = s->out;
    for (int f = 0; f < s->all.n_features; f++) out->is_kept[f] = 1;
    while (out->n_rounds < MSC_SELECT_MAX_ROUNDS) {
        MSC_TRY(judge_round(s, out->n_rounds++, err));
        const int n = s->data.n_features;
        if (s->settings->progress)
            s->settings->progress(s->settings->self, "select", 1.0 - (double)(n - 1) / (double)s->all.n_features);
        if (n == 1) break;
        drop(s);
    }
    return choose(s, err);
}

msc_status msc_forest_select(const msc_settings *settings, const msc_samples *samples, const msc_forest_spec *spec, int n_folds,
                             msc_selection *selection, msc_error *err)
{
    selecting *s = msc_alloc_zero(1, sizeof *s);
    if (!s) return msc_fail(err, MSC_ENOMEM, "train", "%zu bytes", sizeof *s);
    *selection = (msc_selection){ 0 };
    s->settings = settings;
    s->spec = *spec;
    if (s->spec.n_trees > MOST_TREES) s->spec.n_trees = MOST_TREES;
    s->out = selection;
    msc_status status = pick(s, samples, err);
    if (status == MSC_OK) status = deal(s, n_folds, err);
    if (status == MSC_OK) status = run_rounds(s, err);
    for (int r = 0; r < MSC_SELECT_MAX_ROUNDS; r++) msc_release(s->answer[r]);
    msc_release(s->right);
    msc_release(s->other);
    msc_release(s->fold);
    msc_release(s->data.bins);
    msc_release(s->all.bins);
    msc_release(s->picked.group);
    msc_release(s->picked.label);
    msc_release(s);
    return status;
}
