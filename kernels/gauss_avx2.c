/* gauss_avx2.c - the scores of Gaussian signatures, 8 pixels at a time. */
#define LANES 8
#define GAUSS_ROW msc_gauss_row_avx2
#include "kernels/gauss_rows.h"
