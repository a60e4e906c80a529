/* gauss_scalar.c - the scores of Gaussian signatures, 4 pixels at a time. */
#define LANES 4
#define GAUSS_ROW msc_gauss_row_scalar
#include "kernels/gauss_rows.h"
