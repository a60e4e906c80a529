/* forest_cuts.c - cut points of a feature: midpoints between neighbouring values, at quantiles when there are many. */
#include "model/forest_parts.h"
#include "base/mem.h"
#include "base/sort.h"

/* A value m with a < m <= b: the middle, unless rounding brings it back to a. */
static float between(float a, float b)
{
    const float m = (float)((double)a + ((double)b - (double)a) / 2);
    return m > a && m <= b ? m : b;
}

int msc_forest_cuts(const float *values, size_t n, float cuts[MSC_MAX_BINS])
{
    const size_t limit = MSC_MAX_BINS - 1;
    float *sorted = msc_alloc(n, sizeof *sorted);
    size_t m = 0, n_distinct = 0;
    int n_cuts = 0;
    if (!sorted) return -1;
    for (size_t i = 0; i < n; i++)
        if (values[i] == values[i]) sorted[m++] = values[i];   /* NaN has no place in the order */
    if (!msc_sort_floats(sorted, m)) {
        msc_release(sorted);
        return -1;
    }
    for (size_t i = 0; i < m; i++) n_distinct += i == 0 || sorted[i] != sorted[i - 1];
    if (n_distinct <= limit + 1) {
        for (size_t i = 1; i < m; i++)
            if (sorted[i] != sorted[i - 1]) cuts[n_cuts++] = between(sorted[i - 1], sorted[i]);
    } else {
        for (size_t k = 1; k <= limit; k++) {
            size_t at = m * k / (limit + 1);   /* at least m / 256 > 0 */
            while (at > 0 && sorted[at] == sorted[at - 1]) at--;
            if (at == 0) continue;
            const float cut = between(sorted[at - 1], sorted[at]);
            if (n_cuts == 0 || cut > cuts[n_cuts - 1]) cuts[n_cuts++] = cut;
        }
    }
    msc_release(sorted);
    return n_cuts;
}
