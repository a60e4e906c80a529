/* gauss_parts.h - what the files of the Gaussian model share. */
#ifndef MSC_MODEL_GAUSS_PARTS_H
#define MSC_MODEL_GAUSS_PARTS_H
#include "model/gauss.h"

/* Turns the lower triangle of a symmetric n x n matrix, row by row, into its Cholesky factor. Returns 0, or 1 + the row
 * whose pivot (the part of its variance that the rows above do not explain) is not above least[row]; `a` is then half
 * done. */
int msc_cholesky(double *a, int n, const double *least);
#endif
