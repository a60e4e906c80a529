/* score.h - row kernels of the evidence of change: canonical variates to a score, the score to a probability. Doubles, each product and
 * sum rounded by itself, in an order that the length does not change. */
#ifndef MSC_KERNELS_SCORE_H
#define MSC_KERNELS_SCORE_H
#include <stddef.h>
#include <stdint.h>

enum { MSC_SCORE_PLANES = 46 };

/* Linear functions of planes: of row k the sum over p of factor[k * n_planes + p] * plane[p][i], less offset[k]. */
typedef struct msc_score_lines { const double *factor, *offset; int n_rows, n_planes; } msc_score_lines;

/* A table over the root of the score: entry k at k / step_inverse, k = 0..last + 1; behind the last 0. */
typedef struct msc_score_table { const double *entry; double step_inverse; int32_t last; } msc_score_table;

typedef struct msc_score_rows {
    /* z[i] = sum of the squares of all lines at pixel i; at most MSC_SCORE_PLANES planes. */
    void (*squares)(double *z, const float *const *plane, const msc_score_lines *lines, size_t n);
    /* out[i] = full * what the table has for z[i], between its entries, rounded half up; z[i] >= 0. full: 0..255. */
    void (*look_up)(uint8_t *out, const double *z, const msc_score_table *table, double full, size_t n);
} msc_score_rows;

extern const msc_score_rows msc_score_scalar, msc_score_avx2, msc_score_avx512;
#endif
