/* number.h - whole numbers as bytes, seven bits each, the least significant first; all but the last have their highest bit set. */
#ifndef MSC_PATCH_NUMBER_H
#define MSC_PATCH_NUMBER_H
#include <stddef.h>
#include <stdint.h>

/* Writes a number, returns the place after it: at most 10 on, 5 for 32 bits. */
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

/* The same of 32 bits, no further than `end`; 0 when it does not end before. */
static inline int msc_get_number_before(const uint8_t **at, const uint8_t *end, uint32_t *number)
{
    *number = 0;
    for (int shift = 0; *at < end && shift < 32; shift += 7) {
        const uint8_t byte = *(*at)++;
        *number |= (uint32_t)(byte & 127) << shift;
        if (byte < 128) return 1;
    }
    return 0;
}
#endif
