/* score_avx512.c - the row kernels of the evidence of change for AVX-512. */
#define LANES 8
#define SCORE_TABLE msc_score_avx512
#include "kernels/score_body.h"
