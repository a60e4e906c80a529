/* texture_avx512.c - the row kernels of texture for AVX-512. */
#define TEXTURE_TABLE msc_texture_avx512
#include "kernels/texture_body.h"
