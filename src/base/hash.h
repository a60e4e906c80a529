/* hash.h - SHA-256 of files and buffers, and random draws that are functions of (seed, item), never of order. */
#ifndef MSC_BASE_HASH_H
#define MSC_BASE_HASH_H
#include "base/error.h"

enum { MSC_SHA256_TEXT = 65 };   /* 64 hex digits and the end */

/* SHA-256 of a buffer / of a file's bytes as lower-case hex. The file version reads in 1 MiB steps. */
void msc_sha256(const void *bytes, size_t n, char hex[MSC_SHA256_TEXT]);
msc_status msc_sha256_file(const char *path, char hex[MSC_SHA256_TEXT], msc_error *err);

/* SplitMix64's finaliser (Steele, Lea & Flood 2014): a bijection of 64 bits that spreads any change over all. */
static inline uint64_t msc_mix(uint64_t x)
{
    x ^= x >> 30; x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27; x *= 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

/* 64 random bits for item (a, b) of stream `seed`. */
static inline uint64_t msc_random(uint64_t seed, uint64_t a, uint64_t b)
{
    return msc_mix(msc_mix(msc_mix(seed + 0x9e3779b97f4a7c15ULL) ^ (a * 0xd1342543de82ef95ULL)) + b * 0x9e3779b97f4a7c15ULL + 1);
}

/* Uniform in [0, 1) with 53 bits; uniform in [0, n) without bias that could be measured (n < 2^32). */
static inline double msc_random_unit(uint64_t bits) { return (double)(bits >> 11) * 0x1p-53; }
static inline uint32_t msc_random_below(uint64_t bits, uint32_t n) { return (uint32_t)(((bits >> 32) * n) >> 32); }
#endif
