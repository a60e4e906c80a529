/* select.c - the best table of row kernels for this CPU, asked once a call. */
#include "kernels/kernels.h"
#include <stdlib.h>
#include <string.h>
const msc_kernels *msc_kernels_select(void)
{
    const char *cap = getenv("MINESCAR_CPU");
    __builtin_cpu_init();
    const int allow_vbmi = !cap || !strcmp(cap, "avx512vbmi");
    const int allow512 = allow_vbmi || !strcmp(cap, "avx512"), allow2 = allow512 || !strcmp(cap, "avx2");
    if (allow512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
        const int has_vbmi = __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
        return allow_vbmi && has_vbmi ? &msc_kernels_vbmi : &msc_kernels_avx512;
    }
    if (allow2 && __builtin_cpu_supports("avx2")) return &msc_kernels_avx2;
    return &msc_kernels_scalar;
}
