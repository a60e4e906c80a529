/* texture_avx2.c - the row kernels of texture for AVX2. */
#define TEXTURE_TABLE msc_texture_avx2
#include "kernels/texture_body.h"
