/* noise.c - gradient noise and its fractal sums. */
#include "scene/noise.h"
#include <math.h>

/* Sixteen directions, evenly spread: axis-aligned sets of four or eight leave a visible grain in hillshades. */
static const float gradient_x[16] = {1.0f, 0.92388f, 0.70711f, 0.38268f, 0.0f, -0.38268f, -0.70711f, -0.92388f,
                                     -1.0f, -0.92388f, -0.70711f, -0.38268f, 0.0f, 0.38268f, 0.70711f, 0.92388f};
static const float gradient_y[16] = {0.0f, 0.38268f, 0.70711f, 0.92388f, 1.0f, 0.92388f, 0.70711f, 0.38268f,
                                     0.0f, -0.38268f, -0.70711f, -0.92388f, -1.0f, -0.92388f, -0.70711f, -0.38268f};

static inline float corner(uint32_t seed, int32_t ix, int32_t iy, float dx, float dy)
{
    const uint32_t h = msc_noise_hash(seed, ix, iy) >> 28;
    return gradient_x[h] * dx + gradient_y[h] * dy;
}

static inline int32_t floor_int(double x)
{
    const int32_t i = (int32_t)x;
    return i - (x < (double)i);
}

float msc_noise(uint32_t seed, double x, double y)
{
    const int32_t ix = floor_int(x), iy = floor_int(y);
    const float fx = (float)(x - (double)ix), fy = (float)(y - (double)iy);
    const float u = fx * fx * fx * (fx * (fx * 6.0f - 15.0f) + 10.0f);
    const float v = fy * fy * fy * (fy * (fy * 6.0f - 15.0f) + 10.0f);
    const float a = corner(seed, ix, iy, fx, fy), b = corner(seed, ix + 1, iy, fx - 1.0f, fy);
    const float c = corner(seed, ix, iy + 1, fx, fy - 1.0f), d = corner(seed, ix + 1, iy + 1, fx - 1.0f, fy - 1.0f);
    const float top = a + u * (b - a), bottom = c + u * (d - c);
    return 1.5f * (top + v * (bottom - top));
}

float msc_noise_fractal(uint32_t seed, double x, double y, int octaves, float gain)
{
    float sum = 0.0f, weight = 1.0f, total = 0.0f;
    for (int i = 0; i < octaves; i++) {
        sum += weight * msc_noise(seed + (uint32_t)i * 0x68bc21ebU, x, y);
        total += weight;
        weight *= gain;
        /* 2.03 and the turn keep the lattices of the octaves from lining up. */
        const double turned = 1.95 * x - 0.56 * y;
        y = 0.56 * x + 1.95 * y;
        x = turned;
    }
    return sum / total;
}

float msc_noise_ridged(uint32_t seed, double x, double y, int octaves)
{
    float sum = 0.0f, amplitude = 0.5f, before = 1.0f;
    for (int i = 0; i < octaves; i++) {
        float n = 1.0f - fabsf(msc_noise(seed + (uint32_t)i * 0x68bc21ebU, x, y));
        n = n < 0.0f ? 0.0f : n * n;
        sum += n * amplitude * before;
        before = n;
        amplitude *= 0.5f;
        const double turned = 1.95 * x - 0.56 * y;
        y = 0.56 * x + 1.95 * y;
        x = turned;
    }
    return sum;
}
