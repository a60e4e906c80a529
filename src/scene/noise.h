/* noise.h - smooth random fields of the plane: functions of (seed, position) alone. */
#ifndef MSC_SCENE_NOISE_H
#define MSC_SCENE_NOISE_H
#include <stdint.h>

/* 32 well-spread bits for lattice point (ix, iy) of field `seed`; cheaper than msc_random, good enough for looks. */
static inline uint32_t msc_noise_hash(uint32_t seed, int32_t ix, int32_t iy)
{
    uint32_t h = seed ^ ((uint32_t)ix * 0x9e3779b1U) ^ ((uint32_t)iy * 0x85ebca77U);
    h ^= h >> 15; h *= 0x2c1b3c6dU;
    h ^= h >> 12; h *= 0x297a2d39U;
    return h ^ (h >> 15);
}

/* Uniform in [0, 1) from 24 of the bits. */
static inline float msc_noise_unit(uint32_t h) { return (float)(h >> 8) * 0x1p-24f; }

/* Gradient noise (Perlin 2002) of wavelength 1, roughly -1..1, continuous to the second derivative. */
float msc_noise(uint32_t seed, double x, double y);

/* Sum of `octaves` octaves, each of half the wavelength and `gain` the amplitude, scaled to roughly -1..1. */
float msc_noise_fractal(uint32_t seed, double x, double y, int octaves, float gain);

/* Ridged multifractal (Musgrave 1998): 0..1 with sharp crests, detail where crests already are. */
float msc_noise_ridged(uint32_t seed, double x, double y, int octaves);

/* 0 below a, 1 above b, smooth between (3t^2 - 2t^3). */
static inline float msc_smooth(float a, float b, float x)
{
    float t = (x - a) / (b - a);
    t = t < 0.0f ? 0.0f : t > 1.0f ? 1.0f : t;
    return t * t * (3.0f - 2.0f * t);
}
#endif
