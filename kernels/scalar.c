#include "kernels.h"
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
const msc_kernels msc_kernels_scalar = { "scalar", normalized_difference, add_row };
