/* select.c - the best table of row kernels for this CPU, asked once a call. */
#include "kernels/kernels.h"
#include <stdlib.h>
#include <string.h>
const msc_kernels *msc_kernels_select(void)
{
    const char *cap = getenv("MINESCAR_CPU");
    __builtin_cpu_init();
    const int allow512 = !cap || !strcmp(cap, "avx512"), allow2 = allow512 || !strcmp(cap, "avx2");
    if (allow512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) return &msc_kernels_avx512;
    if (allow2 && __builtin_cpu_supports("avx2")) return &msc_kernels_avx2;
    return &msc_kernels_scalar;
}
