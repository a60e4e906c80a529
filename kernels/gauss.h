/* gauss.h - the signatures of a Gaussian model as kernels read them, and the variants of the row kernel.
 *
 * A class with mean m and covariance S = L L' has, at a pixel x, the score
 *
 *   log det S + |W (x - m)|^2      with the lower triangle W = inverse of L,
 *
 * which is -2 log of its density but for a constant; the class with the least score wins. All is 32-bit floats, each
 * product and sum rounded by itself in the order of the features, so that every variant returns the same bits. */
#ifndef MSC_KERNELS_GAUSS_H
#define MSC_KERNELS_GAUSS_H
#include <stddef.h>
#include <stdint.h>

enum { MSC_GAUSS_FEATURES = 128, MSC_GAUSS_CLASSES = 64 };   /* at most */

typedef struct msc_gauss_table {
    int n_features, n_signatures;
    const float *numbers;        /* msc_gauss_numbers() a signature: m, W row by row, log det S less a common constant */
    const uint8_t *class_index;  /* [n_signatures] what a pixel of that signature is called; ascending */
} msc_gauss_table;

static inline size_t msc_gauss_numbers(int n_features)
{
    const size_t n = (size_t)n_features;
    return n + n * (n + 1) / 2 + 1;
}

/* The variants of msc_kernels.gauss_row. */
void msc_gauss_row_scalar(uint8_t *winner, uint8_t *percent, uint8_t *const *shares, const float *const *rows, size_t n, const msc_gauss_table *t);
void msc_gauss_row_avx2(uint8_t *winner, uint8_t *percent, uint8_t *const *shares, const float *const *rows, size_t n, const msc_gauss_table *t);
void msc_gauss_row_avx512(uint8_t *winner, uint8_t *percent, uint8_t *const *shares, const float *const *rows, size_t n, const msc_gauss_table *t);
#endif
