/* window_avx512.c - the row kernels of windows for AVX-512. */
#define WINDOW_TABLE msc_window_avx512
#include "kernels/window_body.h"
