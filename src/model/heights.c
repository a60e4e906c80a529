/* heights.c - how two elevation models of one ground differ where nothing happened. */
#include "model/heights.h"
#include <math.h>
#include <stdlib.h>

enum { GROUPS = 8 };

/* A normal population's standard deviation over its median absolute deviation. */
static const double of_median = 1.4826;

static int by_difference(const void *a, const void *b)
{
    const msc_height_sample *p = a, *q = b;
    return (p->difference_m > q->difference_m) - (p->difference_m < q->difference_m);
}

static int by_gradient(const void *a, const void *b)
{
    const msc_height_sample *p = a, *q = b;
    const int by = (p->gradient_m > q->gradient_m) - (p->gradient_m < q->gradient_m);
    return by ? by : by_difference(a, b);
}

/* Weighted least squares of y = a + b x with neither below 0. */
static void fit_line(const double *x, const double *y, double *a, double *b)
{
    const double least = MSC_HEIGHTS_LEAST_NOISE_M * MSC_HEIGHTS_LEAST_NOISE_M;
    double w = 0, wx = 0, wy = 0, wxx = 0, wxy = 0;
    for (int k = 0; k < GROUPS; k++) {
        const double weight = 1 / ((least + y[k]) * (least + y[k]));   /* a variance is known to a share of itself */
        w += weight, wx += weight * x[k], wy += weight * y[k];
        wxx += weight * x[k] * x[k], wxy += weight * x[k] * y[k];
    }
    const double spread = w * wxx - wx * wx;
    *b = spread > 1e-9 * w * wxx ? (w * wxy - wx * wy) / spread : 0;
    if (*b < 0) *b = 0;
    *a = (wy - *b * wx) / w;
    if (*a >= 0) return;
    *a = 0;
    *b = wxy / wxx;
}

void msc_heights_fit(msc_height_sample *sample, size_t n, msc_heights *heights)
{
    double x[GROUPS], y[GROUPS], a, b;
    *heights = (msc_heights){ 0 };
    if (n < MSC_HEIGHTS_ENOUGH_PX) return;
    qsort(sample, n, sizeof *sample, by_difference);
    heights->offset_m = sample[n / 2].difference_m;
    for (size_t i = 0; i < n; i++) sample[i].difference_m = fabsf(sample[i].difference_m - heights->offset_m);
    qsort(sample, n, sizeof *sample, by_gradient);
    for (size_t k = 0; k < GROUPS; k++) {
        const size_t first = k * n / GROUPS, end = (k + 1) * n / GROUPS, middle = first + (end - first) / 2;
        const double gradient = (double)sample[middle].gradient_m;
        qsort(sample + first, end - first, sizeof *sample, by_difference);
        const double sd = of_median * (double)sample[middle].difference_m;
        x[k] = gradient * gradient;
        y[k] = sd * sd;
    }
    fit_line(x, y, &a, &b);
    heights->noise_m = (float)fmax(sqrt(a), MSC_HEIGHTS_LEAST_NOISE_M);
    heights->shift_px = (float)sqrt(b);
}
