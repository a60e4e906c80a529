/* forbidden.h - transitions of classes that cannot be. */
#ifndef MSC_OPS_FORBIDDEN_H
#define MSC_OPS_FORBIDDEN_H
#include <stdint.h>

/* Bit b % 8 of [a][b / 8]: a never becomes b. Zeroed, nothing is forbidden. */
typedef struct msc_forbidden { uint8_t of[256][32]; } msc_forbidden;

static inline void msc_forbid(msc_forbidden *set, int before, int after)
{
    set->of[before & 255][(after & 255) / 8] |= (uint8_t)(1u << (after & 7));
}

static inline int msc_is_forbidden(const msc_forbidden *set, int before, int after) { return set->of[before][after / 8] >> (after & 7) & 1; }
#endif
