/* design.c - sizes of samples, and their expected intervals. */
#include "model/design.h"
#include "base/mem.h"
#include "model/interval.h"
#include <math.h>

static double units_of(const msc_design_stratum *s, int n)
{
    double sum = 0;
    for (int h = 0; h < n; h++) sum += (double)s[h].units;
    return sum;
}

static double spread(double users) { return sqrt(users * (1 - users)); }

int64_t msc_design_size(const msc_design_stratum *s, int n_strata, int is_stratified, double se)
{
    const double all = units_of(s, n_strata);
    double sum = 0, overall = 0;
    for (int h = 0; h < n_strata; h++) {
        sum += (double)s[h].units / all * spread(s[h].users);
        overall += (double)s[h].units / all * s[h].users;
    }
    const double root = (is_stratified ? sum : spread(overall)) / se;
    return (int64_t)ceil(root * root - 1e-9);
}

/* ---- allocation ---- */

enum { FREE = 0, AT_LEAST, AT_MOST };

static double measure(const msc_design_stratum *s, msc_allocation allocation)
{
    return allocation == MSC_EQUAL ? 1 : (double)s->units * (allocation == MSC_NEYMAN ? spread(s->users) : 1);
}

static int64_t least(const msc_design_stratum *s, int64_t n_min) { return s->units < n_min ? s->units : n_min; }

/* Holds strata at one of their limits until none of the free ones passes it; returns the number of units per measure for
 * the free ones. */
static double hold(const msc_design_stratum *s, int n_strata, int64_t n_wanted, msc_allocation allocation, int64_t n_min,
                   int limit, uint8_t *held)
{
    for (;;) {
        double left = (double)n_wanted, sum = 0;
        int n_new = 0;
        for (int h = 0; h < n_strata; h++) {
            if (held[h] == FREE) sum += measure(&s[h], allocation);
            else left -= (double)(held[h] == AT_LEAST ? least(&s[h], n_min) : s[h].units);
        }
        const double rate = sum > 0 && left > 0 ? left / sum : 0;
        for (int h = 0; h < n_strata; h++) {
            const double n = rate * measure(&s[h], allocation);
            if (held[h] != FREE || (limit == AT_LEAST ? n >= (double)least(&s[h], n_min) : n <= (double)s[h].units)) continue;
            held[h] = (uint8_t)limit;
            n_new++;
        }
        if (n_new == 0) return rate;
    }
}

int64_t msc_design_allocate(msc_design_stratum *s, int n_strata, int64_t n_wanted, msc_allocation allocation, int64_t n_min)
{
    uint8_t *held = msc_alloc_zero((size_t)n_strata + 1, 1);
    double sum = 0;
    int64_t total = 0, left;
    if (!held) return -1;
    hold(s, n_strata, n_wanted, allocation, n_min, AT_LEAST, held);
    const double rate = hold(s, n_strata, n_wanted, allocation, n_min, AT_MOST, held);
    for (int h = 0; h < n_strata; h++) {
        const double n = held[h] == FREE ? rate * measure(&s[h], allocation) : 0;
        s[h].n = held[h] == FREE ? (int64_t)floor(n) : held[h] == AT_LEAST ? least(&s[h], n_min) : s[h].units;
        sum += held[h] == FREE ? n - floor(n) : 0;
        total += s[h].n;
    }
    for (left = (int64_t)llround(sum); left > 0; left--) {
        int best = -1;
        double best_part = -1;
        for (int h = 0; h < n_strata; h++) {
            const double n = rate * measure(&s[h], allocation), part = n - (double)s[h].n;
            if (held[h] == FREE && s[h].n < s[h].units && part > best_part) {
                best = h;
                best_part = part;
            }
        }
        if (best < 0) break;
        s[best].n++;
        total++;
    }
    msc_release(held);
    return total;
}

/* ---- forecast ---- */

typedef struct forecasting {
    const msc_design_stratum *strata;
    int n_strata, is_stratified;
    msc_interval_stratum *part;  /* [n_strata] */
    double *space;               /* [2 n_strata] */
} forecasting;

/* Mean, standard error and interval of a stratified sample in which stratum h has the share q[h]. */
static msc_estimate expect(const forecasting *f, const double *q)
{
    const msc_design_stratum *s = f->strata;
    const double all = units_of(s, f->n_strata);
    double mean = 0, variance = 0, n = 0;
    for (int h = 0; h < f->n_strata; h++) {
        const double w = (double)s[h].units / all;
        mean += w * q[h];
        n += (double)s[h].n;
        if (q[h] > 0 && q[h] < 1) variance += s[h].n > 1 ? w * w * q[h] * (1 - q[h]) / (double)(s[h].n - 1) : HUGE_VAL;
        f->part[h] = (msc_interval_stratum){ w, (double)s[h].n, q[h], 1 - q[h], 1, 1 };
    }
    if (!f->is_stratified) {
        variance = n > 1 ? mean * (1 - mean) / (n - 1) : HUGE_VAL;
        f->part[0] = (msc_interval_stratum){ 1, n, mean, 1 - mean, 1, 1 };
    }
    msc_estimate e = { mean, isfinite(variance) ? sqrt(variance) : NAN, NAN, NAN };
    if (isfinite(variance)) msc_interval_find(f->part, f->is_stratified ? f->n_strata : 1, f->space, &e.low, &e.high);
    return e;
}

static void find_worst_miss(const forecasting *how, double *q, msc_forecast *f)
{
    const msc_design_stratum *s = how->strata;
    double worst = -1;
    for (int h = 0; h < how->n_strata; h++) {
        if (s[h].is_target || s[h].n < 2) continue;
        q[h] = 1.0 / (double)s[h].n;
        const msc_estimate e = expect(how, q);
        q[h] = 0;
        if (!(e.se > worst)) continue;
        worst = e.se;
        f->one_miss = e;
        f->missed_in = h;
    }
}

msc_status msc_design_forecast(const msc_design_stratum *s, int n_strata, int is_stratified, msc_forecast *f, msc_error *err)
{
    double *q = msc_alloc_zero(5 * (size_t)n_strata + 1, sizeof *q);
    const forecasting how = { s, n_strata, is_stratified, msc_alloc_zero((size_t)n_strata + 1, sizeof(msc_interval_stratum)), q ? q + 3 * n_strata : NULL };
    if (!q || !how.part) {
        msc_release(how.part);
        msc_release(q);
        return msc_fail(err, MSC_ENOMEM, "sample", "%d strata", n_strata);
    }
    double *share = q + n_strata, *n = share + n_strata;
    const double all = units_of(s, n_strata);
    for (int h = 0; h < n_strata; h++) q[h] = s[h].users;
    *f = (msc_forecast){ .missed_in = -1, .one_miss = { NAN, NAN, NAN, NAN } };
    f->overall = expect(&how, q);
    for (int h = 0; h < n_strata; h++) {
        q[h] = s[h].is_target ? s[h].users : 0;
        share[h] = s[h].is_target ? 0 : (double)s[h].units / all;
        n[h] = (double)s[h].n;
    }
    f->target = expect(&how, q);
    f->none_upper = msc_bound_of_none(share, n, n_strata, 0.05);
    find_worst_miss(&how, q, f);
    msc_release(how.part);
    msc_release(q);
    return MSC_OK;
}

/* What n units would give by measure alone, with the least numbers on top. */
static int64_t with_least(const msc_design_stratum *s, int n_strata, double n, msc_allocation allocation, int64_t n_min)
{
    double all = 0, sum = 0;
    for (int h = 0; h < n_strata; h++) all += measure(&s[h], allocation);
    for (int h = 0; h < n_strata; h++) {
        const double part = all > 0 ? n * measure(&s[h], allocation) / all : 0, floor_n = (double)least(&s[h], n_min);
        sum += part > floor_n ? part : floor_n;
    }
    return (int64_t)ceil(sum - 1e-9);
}

int64_t msc_design_reach(msc_design_stratum *s, int n_strata, int is_stratified, double se, msc_allocation allocation,
                         int64_t n_min, int64_t n_most)
{
    enum { ROUNDS = 40 };
    double n = (double)msc_design_size(s, n_strata, is_stratified, se);
    int64_t total = 0;
    for (int round = 0; round < ROUNDS; round++) {
        msc_forecast f;
        msc_error unheard;
        total = msc_design_allocate(s, n_strata, with_least(s, n_strata, n, allocation, n_min), allocation, n_min);
        if (total < 0 || msc_design_forecast(s, n_strata, is_stratified, &f, &unheard) != MSC_OK) return -1;
        if (!(f.overall.se > se) || n >= units_of(s, n_strata)) break;
        n = ceil(n * (f.overall.se / se) * (f.overall.se / se));
    }
    for (int h = 0; h < n_strata; h++)
        if (s[h].n > n_most) {
            total -= s[h].n - n_most;
            s[h].n = n_most;
        }
    return total;
}
