/* avx512.c - kernels/avx512.c a second time, under another name and against the emulated header. */
#include "immintrin.h"
#define msc_kernels_avx512 msc_kernels_emulated
#define msc_kernels_vbmi msc_kernels_emulated_vbmi
#include "kernels/avx512.c"
