/* kernels.h - row kernels. Every variant returns the same bits as the scalar one, for every length and alignment.
 * Build rule: -ffp-contract=off everywhere, so a*b+c is never fused behind our back. */
#ifndef MSC_KERNELS_H
#define MSC_KERNELS_H
#include "kernels/forest_levels.h"
#include "kernels/gauss.h"
#include "kernels/rows.h"
#include "kernels/majority.h"
#include "kernels/score.h"
#include "kernels/smooth.h"
#include "kernels/texture.h"
#include "kernels/window.h"
#include <stddef.h>
#include <stdint.h>

typedef struct msc_kernels {
    const char *name;
    /* out[i] = (a[i]-b[i]) / (a[i]+b[i]); 0 where a+b == 0. In -1..1 for non-negative input, unitless. */
    void (*normalized_difference)(float *out, const float *a, const float *b, size_t n);
    /* acc[i] += row[i] */
    void (*add_row)(float *acc, const float *row, size_t n);
    /* bins[i] = number of cuts <= values[i]; cuts ascending, n_cuts 0..255. NaN gives 0. */
    void (*bin_row)(uint8_t *bins, const float *values, size_t n, const float *cuts, int n_cuts);
    /* One tree over the block's pixels: classes[i] = class of pixel i (see forest_walk.h for nodes and blocks). */
    void (*walk_tree)(uint8_t *classes, const msc_walk *block, const uint32_t *tree);
    /* The same by the tables of forest_levels.h; NULL where nodes are walked faster. Reads the block's planes only. */
    void (*walk_levels)(uint8_t *classes, const msc_walk *block, const msc_levels *forest, int tree, uint8_t *scratch);
    /* votes[c * MSC_WALK_BLOCK + i] += the number of k < n_rows with classes[k * MSC_WALK_BLOCK + i] == c, for c < n_classes,
     * modulo 256. n_rows 1..MSC_VOTE_ROWS. */
    void (*count_votes)(uint8_t *votes, const uint8_t *classes, int n_rows, size_t n, int n_classes);
    /* Pixels rows[f][i] against the signatures of gauss.h: winner[i] = class index of the least score (ties: the first);
     * percent[i] = 100 x its share of all densities, rounded half up. Where no score is a finite number the first
     * signature wins with 0 %, and all shares are 0. percent may be NULL, which saves the exponentials; else shares may be given:
     * shares[s][i] = 255 x the share of signature s, rounded half up. n_signatures >= 1. */
    void (*gauss_row)(uint8_t *winner, uint8_t *percent, uint8_t *const *shares, const float *const *rows, size_t n,
                      const msc_gauss_table *table);
    const msc_rows *rows;            /* over codes and validity */
    const msc_window_rows *window;   /* sums, extremes and slopes of windows (see window.h) */
    const msc_majority_rows *majority;
    const msc_texture_rows *texture;
    const msc_smooth_rows *smooth;
    const msc_score_rows *score;
} msc_kernels;

extern const msc_kernels msc_kernels_scalar, msc_kernels_avx2, msc_kernels_avx512, msc_kernels_vbmi;
/* The best for this CPU; MINESCAR_CPU=scalar|avx2|avx512 in the environment lowers it. */
const msc_kernels *msc_kernels_select(void);
#endif
