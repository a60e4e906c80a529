/* steps.h - boundaries as bytes: one variable-length number a straight step, least significant seven bits first. */
#ifndef MSC_PATCH_STEPS_H
#define MSC_PATCH_STEPS_H
#include <stddef.h>
#include <stdint.h>

/* A step is length << 4 | direction << 2 | flags; the flags belong to the vertex at its end. */
enum {
    MSC_STEP_NODE = 1,           /* three or more boundaries meet here */
    MSC_STEP_PINCH = 2,          /* pixels of one value touch here by their corners only */
    MSC_STEP_MAX_BYTES = 10
};

/* Writes a number, returns the place after it (at most MSC_STEP_MAX_BYTES on). */
static inline uint8_t *msc_put_number(uint8_t *at, uint64_t number)
{
    while (number >= 0x80) {
        *at++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *at++ = (uint8_t)number;
    return at;
}

static inline const uint8_t *msc_get_number(const uint8_t *at, uint64_t *number)
{
    uint64_t value = 0;
    int shift = 0;
    while (*at & 0x80) {
        value |= (uint64_t)(*at++ & 0x7f) << shift;
        shift += 7;
    }
    *number = value | (uint64_t)*at++ << shift;
    return at;
}
#endif
