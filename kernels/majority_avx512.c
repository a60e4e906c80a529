/* majority_avx512.c - the row kernels of the majority filter for AVX-512. */
#define MAJORITY_TABLE msc_majority_avx512
#include "kernels/majority_body.h"
