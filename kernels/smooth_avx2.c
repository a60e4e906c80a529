/* smooth_avx2.c - the row kernels of the smoothing of shares for AVX2. */
#define SMOOTH_TABLE msc_smooth_avx2
#include "kernels/smooth_body.h"
