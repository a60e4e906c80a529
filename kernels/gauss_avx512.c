/* gauss_avx512.c - the scores of Gaussian signatures, 16 pixels at a time. */
#define LANES 16
#define GAUSS_ROW msc_gauss_row_avx512
#include "kernels/gauss_rows.h"
