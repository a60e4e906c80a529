/* smooth_avx512.c - the row kernels of the smoothing of shares for AVX-512. */
#define SMOOTH_TABLE msc_smooth_avx512
#include "kernels/smooth_body.h"
