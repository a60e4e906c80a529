/* forest_select.c - which features a forest can do without, judged at training polygons that it did not see. */
#include "model/forest_select.h"
#include "base/hash.h"
#include "base/mem.h"
#include "model/forest_parts.h"
#include <math.h>
#include <string.h>

/* Scores move by less than their own error when trees or samples are doubled. */
enum { MOST_TREES = 50, MOST_OF_CLASS = 2000 };
/* With few polygons one standard error is many points; no more than this is given away for fewer features. */
#define MOST_LOSS 0.01
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

/* Samples of the classes that can be judged: of a class whose polygons all lie in one fold nobody has learnt when they are held
 * out. Returns how many such classes there are. */
static int count_classes(selecting *s)
{
    int first[MSC_MAX_CLASSES], is_apart[MSC_MAX_CLASSES] = { 0 }, n = 0;
    for (int c = 0; c < MSC_MAX_CLASSES; c++) first[c] = -1;
    for (size_t i = 0; i < s->picked.n; i++) {
        const uint8_t c = s->picked.label[i];
        if (first[c] < 0) first[c] = s->fold[i];
        is_apart[c] |= s->fold[i] != first[c];
        s->n_of_class[c]++;
    }
    for (int c = 0; c < MSC_MAX_CLASSES; c++) {
        if (!is_apart[c]) s->n_of_class[c] = 0;
        n += is_apart[c];
    }
    return n;
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
    return count_classes(s) > 1 ? MSC_OK : msc_fail(err, MSC_ETRAIN, "train", "selection needs two polygons each of two classes");
}

/* Each feature of the round shuffled among the samples of the fold. */
static msc_status shuffle_all(void *self, const msc_forest *forest, int fold, msc_binned *inside, msc_error *err)
{
    selecting *s = self;
    const size_t n = inside->n;
    msc_forest_answer answer = { .winner = msc_alloc(n, 1), .votes = msc_alloc(n, sizeof *answer.votes) };
    uint8_t *kept = msc_alloc(n, 1);
    int ok = answer.winner && answer.votes && kept;
    for (int f = 0; f < inside->n_features && ok; f++) {
        uint8_t *bins = inside->bins + (size_t)f * n;
        const uint8_t *all = s->data.bins + (size_t)f * s->data.n;
        memcpy(kept, bins, n);
        for (size_t i = 0, k = 0; i < s->data.n; i++)
            if (s->fold[i] == fold) bins[k++] = all[s->other[i]];
        ok = msc_forest_ask_all(s->settings, forest, inside, answer);
        for (size_t i = 0; i < n && ok; i++) s->right[f][inside->label[i]] += answer.winner[i] == inside->label[i];
        memcpy(bins, kept, n);
    }
    msc_release(kept);
    msc_release(answer.votes);
    msc_release(answer.winner);
    return ok ? MSC_OK : msc_forest_failed(s->settings, err);
}

/* Mean over the classes that can be judged of the share that is right. */
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
        if (!s->n_of_class[label]) continue;
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
        if (out->round[out->best].score - out->round[r].score <= fmin(out->round[r].error, MOST_LOSS)) out->chosen = r;
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
