/* smooth_scalar.c - the row kernels of the smoothing of shares for any processor. */
#define SMOOTH_TABLE msc_smooth_scalar
#include "kernels/smooth_body.h"
