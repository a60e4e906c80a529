/* window_avx2.c - the row kernels of windows for AVX2. */
#define WINDOW_TABLE msc_window_avx2
#include "kernels/window_body.h"
