/* majority_avx2.c - the row kernels of the majority filter for AVX2. */
#define MAJORITY_TABLE msc_majority_avx2
#include "kernels/majority_body.h"
