/* score_scalar.c - the row kernels of the evidence of change for any processor. */
#define LANES 2
#define SCORE_TABLE msc_score_scalar
#include "kernels/score_body.h"
