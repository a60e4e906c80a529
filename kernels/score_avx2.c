/* score_avx2.c - the row kernels of the evidence of change for AVX2. */
#define LANES 4
#define SCORE_TABLE msc_score_avx2
#include "kernels/score_body.h"
