/* weights.c - the share of change and what the evidence is worth, as two years of a scene show them themselves. */
#include "model/weights.h"
#include <math.h>
#include <string.h>

enum { MAX_ROUNDS = 1000 };

/* What no scene goes below or beyond, and pixels of the other side that each side is given. */
static const double least_rate = 1e-4, most_rate = 0.5, given = 5;

static double logit(double share) { return log(share / (1 - share)); }

typedef struct side { double px[MSC_WEIGHTS_LEVELS], all; } side;

static side side_of(const int64_t (*count)[256], const msc_weights_known *known, double low, double high)
{
    side s = { .all = 0 };
    for (int k = 0; k < known->n_steps; k++) {
        if (!(known->odds[k] > low && known->odds[k] < high)) continue;
        for (int e = 0; e < MSC_WEIGHTS_LEVELS; e++) s.px[e] += (double)count[k][e];
    }
    for (int e = 0; e < MSC_WEIGHTS_LEVELS; e++) s.all += s.px[e];
    return s;
}

/* Pools neighbouring bytes until the quotient never rises with the probability of no change. */
static void pool(const side *change, const side *same, double ratio[256])
{
    double f1[MSC_WEIGHTS_LEVELS], f0[MSC_WEIGHTS_LEVELS];
    int width[MSC_WEIGHTS_LEVELS], n = 0;
    for (int e = 0; e < MSC_WEIGHTS_LEVELS; e++) {
        f1[n] = (change->px[e] + given * same->px[e] / same->all) / (change->all + given);
        f0[n] = (same->px[e] + given * change->px[e] / change->all) / (same->all + given);
        width[n++] = 1;
        while (n > 1 && f1[n - 2] * f0[n - 1] <= f1[n - 1] * f0[n - 2]) {
            n--;
            f1[n - 1] += f1[n];
            f0[n - 1] += f0[n];
            width[n - 1] += width[n];
        }
    }
    for (int i = 0, e = 0; i < n; i++)
        for (int k = 0; k < width[i]; k++) ratio[e++] = f0[i] > 0 ? log(f1[i] / f0[i]) : 0;
}

static double mean_of_change(const int64_t (*count)[256], const msc_weights_known *known, const msc_weights *w)
{
    double sum = 0;
    const double prior = logit(w->rate);
    for (int k = 0; k < known->n_steps; k++)
        for (int e = 0; e < 256; e++)
            if (count[k][e]) sum += (double)count[k][e] / (1 + exp(-(known->odds[k] + prior + w->ratio[e])));
    return sum / (double)w->n_px;
}

void msc_weights_fit(const int64_t (*count)[256], const msc_weights_known *known, msc_weights *weights)
{
    const double prior = logit(known->usual_rate);
    const side change = side_of(count, known, -prior, INFINITY), same = side_of(count, known, -INFINITY, prior);
    *weights = (msc_weights){ .rate = known->usual_rate, .n_change = (int64_t)change.all, .n_same = (int64_t)same.all };
    memcpy(weights->ratio, known->usual_ratio, sizeof weights->ratio);
    for (int k = 0; k < known->n_steps; k++)
        for (int e = 0; e < 256; e++) weights->n_px += count[k][e];
    weights->is_ratio_measured = !known->is_ratio_given && change.all >= MSC_WEIGHTS_ENOUGH_PX && same.all >= MSC_WEIGHTS_ENOUGH_PX;
    if (weights->is_ratio_measured) pool(&change, &same, weights->ratio);
    for (int round = 0; round < MAX_ROUNDS && weights->n_px > 0; round++) {
        const double before = weights->rate, mean = mean_of_change(count, known, weights);
        weights->rate = fmin(fmax(mean, least_rate), most_rate);
        if (fabs(weights->rate - before) <= 1e-6 * before) break;
    }
}
