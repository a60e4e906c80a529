/* majority_scalar.c - the row kernels of the majority filter for any processor. */
#define MAJORITY_TABLE msc_majority_scalar
#include "kernels/majority_body.h"
