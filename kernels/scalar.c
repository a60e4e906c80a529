/* scalar.c - the row kernels in plain C: what every other variant must equal, bit for bit. */
#include "kernels/kernels.h"

static void normalized_difference(float *out, const float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float sum = a[i] + b[i];
        out[i] = sum == 0.0f ? 0.0f : (a[i] - b[i]) / sum;
    }
}

static void add_row(float *acc, const float *row, size_t n)
{
    for (size_t i = 0; i < n; i++) acc[i] += row[i];
}

/* Binary search for the number of cuts not above the value; a comparison with NaN is false, so NaN stays at 0. */
static void bin_row(uint8_t *bins, const float *values, size_t n, const float *cuts, int n_cuts)
{
    for (size_t i = 0; i < n; i++) {
        int bin = 0;
        for (int step = 128; step > 0; step /= 2)
            if (bin + step <= n_cuts && cuts[bin + step - 1] <= values[i]) bin += step;
        bins[i] = (uint8_t)bin;
    }
}

static void count_votes(uint8_t *votes, const uint8_t *classes, int n_rows, size_t n, int n_classes)
{
    for (int c = 0; c < n_classes; c++, votes += MSC_WALK_BLOCK)
        for (int k = 0; k < n_rows; k++)
            for (size_t i = 0; i < n; i++) votes[i] = (uint8_t)(votes[i] + (classes[(size_t)k * MSC_WALK_BLOCK + i] == c));
}

const msc_kernels msc_kernels_scalar = {
    .name = "scalar",
    .normalized_difference = normalized_difference,
    .add_row = add_row,
    .bin_row = bin_row,
    .walk_tree = msc_walk_tree_scalar,
    .count_votes = count_votes,
    .gauss_row = msc_gauss_row_scalar,
    .rows = &msc_rows_scalar,
    .window = &msc_window_scalar,
    .majority = &msc_majority_scalar,
    .smooth = &msc_smooth_scalar,
    .score = &msc_score_scalar,
    .texture = &msc_texture_scalar,
};
