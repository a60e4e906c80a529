/* weights.c - the share of change and what the evidence is worth, as two years of a scene show them themselves. */
#include "model/weights.h"
#include <math.h>
#include <string.h>

enum { MAX_ROUNDS = 1000 };

/* What no scene goes below or beyond, and pixels of the other side that each side is given. */
static const double least_rate = 1e-4, most_rate = 0.5, given = 5;

/* Share of the other side that each side of heights is given: errors of elevation models lie together in patches, so that many
 * pixels are few witnesses. Not tuned: from 1/100 to 1/10,000 precision and recall of five made scenes move by 0.001. */
static const double blunders = 0.001;

static double logit(double share) { return log(share / (1 - share)); }

/* What falls where on one side, by evidence and by height. */
typedef struct side { double px[MSC_WEIGHTS_LEVELS], all, height[MSC_WEIGHTS_HEIGHTS], all_heights; } side;

static void add_step(const msc_weights_count *count, side *s)
{
    for (int h = 0; h <= MSC_WEIGHTS_HEIGHTS; h++)
        for (int e = 0; e < 256; e++) {
            const double n = (double)(*count)[h][e];
            if (e < MSC_WEIGHTS_LEVELS) s->px[e] += n, s->all += n;
            if (h < MSC_WEIGHTS_HEIGHTS) s->height[h] += n, s->all_heights += n;
        }
}

static side side_of(const msc_weights_count *count, const msc_weights_known *known, double low, double high)
{
    side s = { .all = 0 };
    for (int k = 0; k < known->n_steps; k++)
        if (known->odds[k] > low && known->odds[k] < high) add_step(&count[k], &s);
    return s;
}

/* One kind of evidence: n levels, counted on each side; `share` of the other side is given to each, or a few pixels. */
typedef struct levels { const double *change, *same; double all_change, all_same; int n; double share; } levels;

/* Pools neighbouring levels until the quotient never rises. */
static void pool(const levels *l, double *ratio)
{
    double f1[MSC_WEIGHTS_LEVELS], f0[MSC_WEIGHTS_LEVELS];
    int width[MSC_WEIGHTS_LEVELS], n = 0;
    const double to_change = fmax(given, l->share * l->all_change), to_same = fmax(given, l->share * l->all_same);
    for (int e = 0; e < l->n; e++) {
        f1[n] = (l->change[e] + to_change * l->same[e] / l->all_same) / (l->all_change + to_change);
        f0[n] = (l->same[e] + to_same * l->change[e] / l->all_change) / (l->all_same + to_same);
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

static int is_enough(double change, double same) { return change >= MSC_WEIGHTS_ENOUGH_PX && same >= MSC_WEIGHTS_ENOUGH_PX; }

static void weigh(const msc_weights_count *count, const msc_weights_known *known, msc_weights *w)
{
    const double prior = logit(known->usual_rate);
    const side change = side_of(count, known, -prior, INFINITY), same = side_of(count, known, -INFINITY, prior);
    const levels image = { change.px, same.px, change.all, same.all, MSC_WEIGHTS_LEVELS, 0 },
                 ground = { change.height, same.height, change.all_heights, same.all_heights, MSC_WEIGHTS_HEIGHTS, blunders };
    w->n_change = (int64_t)change.all;
    w->n_same = (int64_t)same.all;
    w->is_ratio_measured = !known->is_ratio_given && is_enough(change.all, same.all);
    w->is_height_measured = is_enough(change.all_heights, same.all_heights);
    if (w->is_ratio_measured) pool(&image, w->ratio);
    if (w->is_height_measured) pool(&ground, w->height_ratio);
}

static double mean_of_change(const msc_weights_count *count, const msc_weights_known *known, const msc_weights *w)
{
    double sum = 0;
    const double prior = logit(w->rate);
    for (int k = 0; k < known->n_steps; k++)
        for (int h = 0; h <= MSC_WEIGHTS_HEIGHTS; h++)
            for (int e = 0; e < 256; e++)
                if (count[k][h][e]) sum += (double)count[k][h][e] / (1 + exp(-(known->odds[k] + prior + w->ratio[e] + w->height_ratio[h])));
    return sum / (double)w->n_px;
}

void msc_weights_fit(const msc_weights_count *count, const msc_weights_known *known, msc_weights *weights)
{
    *weights = (msc_weights){ .rate = known->usual_rate };
    memcpy(weights->ratio, known->usual_ratio, sizeof weights->ratio);
    if (known->usual_height_ratio) memcpy(weights->height_ratio, known->usual_height_ratio, sizeof weights->height_ratio);
    for (int k = 0; k < known->n_steps; k++)
        for (int h = 0; h <= MSC_WEIGHTS_HEIGHTS; h++)
            for (int e = 0; e < 256; e++) weights->n_px += count[k][h][e];
    weigh(count, known, weights);
    for (int round = 0; round < MAX_ROUNDS && weights->n_px > 0; round++) {
        const double before = weights->rate, mean = mean_of_change(count, known, weights);
        weights->rate = fmin(fmax(mean, least_rate), most_rate);
        if (fabs(weights->rate - before) <= 1e-6 * before) break;
    }
}

void msc_weights_fit_both(const msc_weights_count *count, const msc_weights_known *known, msc_weights weights[2])
{
    msc_weights_known other = *known;
    msc_weights_fit(count, known, &weights[0]);
    other.usual_ratio = weights[0].ratio;
    other.usual_height_ratio = weights[0].height_ratio;
    msc_weights_fit(count + known->n_steps, &other, &weights[1]);
    if (!weights[1].is_ratio_measured) weights[1].rate = weights[0].rate;
}
