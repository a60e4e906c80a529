/* avx512.c - kernels/avx512.c a second time, under another name and against the emulated header. */
#include "immintrin.h"
#define msc_kernels_avx512 msc_kernels_emulated
#include "kernels/avx512.c"
