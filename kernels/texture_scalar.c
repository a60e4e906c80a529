/* texture_scalar.c - the row kernels of texture for any processor. */
#define TEXTURE_TABLE msc_texture_scalar
#include "kernels/texture_body.h"
