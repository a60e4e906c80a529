/* window_scalar.c - the row kernels of windows for any processor. */
#define WINDOW_TABLE msc_window_scalar
#include "kernels/window_body.h"
