/* interval.c - limits of ratios from limits of shares.
 *
 * R is where T(R) = sum of N_h ((1 - R) y_h - R z_h) passes 0. The limits of T are at the distance of the root of the sum of
 * squares of the strata's own distances (Zou & Donner 2008), and R is as far off as T(R) can still be 0. */
#include "model/interval.h"
#include "model/accuracy.h"
#include <math.h>

/* ---- Jeffreys' limits ---- */

/* The continued fraction of the incomplete beta function by Lentz's method (NIST DLMF 8.17.22). */
static double fraction(double a, double b, double x)
{
    enum { TERMS = 500 };
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1), sum;
    d = 1 / (fabs(d) < tiny ? tiny : d);
    sum = d;
    for (int m = 1; m <= TERMS; m++) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        for (int k = 0; k < 2; k++) {
            const double term = k ? odd : even;
            d = 1 + term * d;
            c = 1 + term / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            sum *= d * c;
        }
        if (fabs(d * c - 1) < 1e-15) break;
    }
    return sum;
}

/* Where the regularised incomplete beta function is p, by halving an interval that Newton's steps stay in. */
static double beta_quantile(double a, double b, double p)
{
    const double log_beta = lgamma(a) + lgamma(b) - lgamma(a + b);
    double low = 0, high = 1, x = a / (a + b);
    for (int round = 0; round < 100 && high - low > 1e-15 * high; round++) {
        const double log_density = (a - 1) * log(x) + (b - 1) * log1p(-x) - log_beta, front = exp(log_density) * x * (1 - x);
        const double q = x < (a + 1) / (a + b + 2) ? front * fraction(a, b, x) / a : 1 - front * fraction(b, a, 1 - x) / b;
        if (q < p) low = x;
        else high = x;
        const double step = x - (q - p) / exp(log_density);
        if (fabs(step - x) < 1e-15 * x) break;
        x = step > low && step < high ? step : (low + high) / 2;
    }
    return x;
}

void msc_interval_jeffreys(double x, double n, double *low, double *high)
{
    *low = beta_quantile(x + 0.5, n - x + 0.5, 0.025);
    *high = beta_quantile(x + 0.5, n - x + 0.5, 0.975);
}

/* ---- squared distances of T ---- */

/* D(R)^2 = whole + (1 - R)^2 y + R^2 z + 2 R (1 - R) both. */
typedef struct distance { double whole, y, z, both; } distance;

static double square(double x) { return x * x; }

/* A share's distances to its limits, times the stratum's total; none where the sample shows nothing. */
static void reach(const msc_interval_stratum *s, double share, double *down, double *up)
{
    double low, high;
    *down = *up = 0;
    if (!(share > 0)) return;
    msc_interval_jeffreys(share * s->n, s->n, &low, &high);
    *down = s->total * fmax(share - low, 0);
    *up = s->total * fmax(high - share, 0);
}

static int is_whole(const msc_interval_stratum *s) { return s->y + s->z > 1 - 1e-9; }

/* What lowers T lowers y and raises z: *low; what raises it: *high. Where all units count, z is 1 - y: one distance. */
static void add_stratum(const msc_interval_stratum *s, distance *low, distance *high)
{
    double y_down, y_up, z_down = 0, z_up = 0;
    if (is_whole(s) && s->z <= 0) return;        /* y is 1, but for rounding */
    reach(s, s->y, &y_down, &y_up);
    if (is_whole(s)) {
        low->whole += square(y_down);
        high->whole += square(y_up);
        return;
    }
    reach(s, s->z, &z_down, &z_up);
    const double apart = (1 - s->y) * (1 - s->z), alike = apart > 0 ? sqrt(s->y * s->z / apart) : 0;   /* less the correlation of two shares */
    low->y += square(y_down);
    low->z += square(z_up);
    low->both += alike * y_down * z_up;
    high->y += square(y_up);
    high->z += square(z_down);
    high->both += alike * y_up * z_down;
}

/* The joint bound of what no stratum of one kind (all of whose units count, or not) showed of Y, or of Z, squared. */
static double unseen(const msc_interval_stratum *s, int n_strata, int of_y, int of_whole, double *space)
{
    for (int h = 0; h < n_strata; h++) {
        const int is_one = s[h].n > 0 && is_whole(&s[h]) == of_whole && (of_y ? s[h].can_y && s[h].y <= 0 : s[h].can_z && s[h].z <= 0);
        space[h] = is_one ? s[h].total : 0;
        space[n_strata + h] = s[h].n;
    }
    return square(msc_bound_of_none(space, space + n_strata, n_strata, 0.05));
}

/* Between R, where T is 0, and the end, where T is further off than any D: the one R with T(R)^2 = D(R)^2. */
static double solve(double y, double all, const distance *d, double from, double end)
{
    for (int round = 0; round < 100; round++) {
        const double r = (from + end) / 2, t = y - r * all;
        if (t * t > d->whole + square(1 - r) * d->y + r * r * d->z + 2 * r * (1 - r) * d->both) end = r;
        else from = r;
    }
    return from;
}

void msc_interval_find(const msc_interval_stratum *s, int n_strata, double *space, double *low, double *high)
{
    distance down = { 0 }, up = { 0 };
    double y = 0, all = 0;
    *low = *high = NAN;
    for (int h = 0; h < n_strata; h++) {
        y += s[h].total * s[h].y;
        all += s[h].total * (s[h].y + s[h].z);
        if (s[h].n > 0) add_stratum(&s[h], &down, &up);
    }
    if (!(all > 0)) return;
    down.whole += unseen(s, n_strata, 0, 1, space);
    down.z += unseen(s, n_strata, 0, 0, space);
    up.whole += unseen(s, n_strata, 1, 1, space);
    up.y += unseen(s, n_strata, 1, 0, space);
    *low = solve(y, all, &down, y / all, 0);
    *high = solve(y, all, &up, y / all, 1);
}
