/* window_body.h - the row kernels of window.h in plain C, compiled once a table with that table's instruction set. The
 * compiler vectorises; -ffp-contract=off and the fixed order of operations keep the results the same. */
#include "kernels/window.h"
#include <math.h>
#include <string.h>

/* Windows up to this side are summed in one go, which then costs less than the passes of doubling. */
enum { DIRECT_SIDE = 9 };

#define FROM(name, type)                                                                                              \
    static void name(float *restrict out, const type *restrict v, const uint8_t *restrict ok, float other, size_t n)  \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) {                                                                              \
            const float value = (float)v[i];                                                                          \
            out[i] = ok[i] ? value : other;                                                                           \
        }                                                                                                             \
    }
FROM(from_u8, uint8_t)
FROM(from_u16, uint16_t)
FROM(from_f32, float)

static void slide(double *restrict s, const float *restrict add, const float *restrict drop, size_t n)
{
    for (size_t i = 0; i < n; i++) s[i] += (double)add[i] - (double)drop[i];
}

static void slide_squares(double *restrict s, const float *restrict add, const float *restrict drop, size_t n)
{
    for (size_t i = 0; i < n; i++)
        s[i] += (double)add[i] * (double)add[i] - (double)drop[i] * (double)drop[i];
}

/* Two loops, so that the compiler knows of each whether its rows are one. */
#define STACK(name, type, combine)                                                                                    \
    static void name##_in_place(type *restrict to, const float *restrict row, size_t n)                               \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) to[i] = combine(to[i], (type)row[i]);                                          \
    }                                                                                                                 \
    static void name##_apart(type *restrict to, const type *restrict from, const float *restrict row, size_t n)       \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) to[i] = combine(from[i], (type)row[i]);                                        \
    }                                                                                                                 \
    static void name(void *out, const void *on, const float *row, size_t n)                                           \
    {                                                                                                                 \
        if (out == on) name##_in_place(out, row, n);                                                                  \
        else name##_apart(out, on, row, n);                                                                           \
    }
#define SUM(a, b) ((a) + (b))
#define SUM_SQUARE(a, b) ((a) + (b) * (b))
#define LOWER(a, b) ((b) < (a) ? (b) : (a))
#define HIGHER(a, b) ((b) > (a) ? (b) : (a))
STACK(stack, double, SUM)
STACK(stack_squares, double, SUM_SQUARE)
STACK(stack_low, float, LOWER)
STACK(stack_high, float, HIGHER)

static void join(void *out, const void *a, const void *b, size_t n)
{
    double *restrict to = out;
    const double *restrict x = a, *restrict y = b;
    for (size_t i = 0; i < n; i++) to[i] = x[i] + y[i];
}

/* The sum of `side` neighbours with the side known to the compiler. */
#define DIRECT(side)                                                                                                  \
    static void across_##side(double *restrict out, const double *restrict c, size_t w)                               \
    {                                                                                                                 \
        for (size_t x = 0; x < w; x++) {                                                                              \
            double sum = c[x];                                                                                        \
            for (size_t k = 1; k < (side); k++) sum += c[x + k];                                                      \
            out[x] = sum;                                                                                             \
        }                                                                                                             \
    }
DIRECT(2)
DIRECT(3)
DIRECT(4)
DIRECT(5)
DIRECT(6)
DIRECT(7)
DIRECT(8)
DIRECT(9)

static void pair_up(double *restrict out, const double *restrict in, size_t step, size_t n)
{
    for (size_t x = 0; x < n; x++) out[x] = in[x] + in[x + step];
}

static void add_to(double *restrict out, const double *restrict in, size_t n)
{
    for (size_t x = 0; x < n; x++) out[x] += in[x];
}

/* pair[x] becomes the sum of 2, 4, 8... columns from x on; the side's binary digits say which of them follow each
 * other in the window. */
static void across(void *out, const void *column, void *spare, size_t w, size_t side)
{
    static void (*const direct[DIRECT_SIDE + 1])(double *, const double *, size_t) = {
        NULL, NULL, across_2, across_3, across_4, across_5, across_6, across_7, across_8, across_9 };
    const size_t n = w + side - 1;
    double *next = spare, *other = next + n;
    const double *pair = column;
    if (side > 1 && side <= DIRECT_SIDE) {
        direct[side](out, column, w);
        return;
    }
    size_t at = side % 2, left = n;              /* columns that the sum holds; pairs there are */
    if (at) memcpy(out, column, w * sizeof *pair);
    else memset(out, 0, w * sizeof *pair);
    for (size_t step = 1; 2 * step <= side; step *= 2) {
        left -= step;
        pair_up(next, pair, step, left);
        pair = next;
        next = other;
        other = next == spare ? next + n : spare;
        if (!(side & 2 * step)) continue;
        add_to(out, pair + at, w);
        at += 2 * step;
    }
}

/* Extremes may overlap: two spans of the largest power of two that fits cover the window. */
#define EXTREME(name, choose)                                                                                         \
    static void name##_pair(float *restrict out, const float *restrict in, size_t step, size_t n)                     \
    {                                                                                                                 \
        for (size_t x = 0; x < n; x++) out[x] = choose(in[x], in[x + step]);                                           \
    }                                                                                                                 \
    static void name(void *out, const void *column, void *spare, size_t w, size_t side)                               \
    {                                                                                                                 \
        const size_t n = w + side - 1;                                                                                \
        float *next = spare, *other = next + n;                                                                       \
        const float *span = column;                                                                                   \
        size_t step = 1, left = n;                                                                                    \
        for (; 2 * step <= side; step *= 2) {                                                                         \
            left -= step;                                                                                             \
            name##_pair(next, span, step, left);                                                                      \
            span = next;                                                                                              \
            next = other;                                                                                             \
            other = next == spare ? next + n : spare;                                                                 \
        }                                                                                                             \
        name##_pair(out, span, side - step, w);                                                                       \
    }
EXTREME(across_low, LOWER)
EXTREME(across_high, HIGHER)

static void invert(double *restrict inv, const double *restrict count, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double one = 1.0 / (count[i] > 0.0 ? count[i] : 1.0);
        inv[i] = count[i] > 0.0 ? one : 0.0;
    }
}

static void mean(float *restrict out, const double *restrict s, const double *restrict inv, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = (float)(s[i] * inv[i]);
}

/* Variance as (n * sum of squares - square of sum) / n^2. For 16 bits and n <= 37^2 the numerator is exact. */
static void deviation(float *restrict out, const double *restrict s, const double *restrict squares,
                      const double *restrict count, const double *restrict inv, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double spread = count[i] * squares[i] - s[i] * s[i];
        const double variance = (spread > 0.0 ? spread : 0.0) * inv[i] * inv[i];
        out[i] = sqrtf((float)variance);
    }
}

static void above_mean(float *restrict out, const float *restrict z, const double *restrict s, const double *restrict inv,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = (float)((double)z[i] - s[i] * inv[i]);
}

static void range(float *restrict out, const float *restrict low, const float *restrict high, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float difference = high[i] - low[i];
        out[i] = high[i] >= low[i] ? difference : 0.0f;
    }
}

static void scale(float *restrict out, const double *restrict s, double by, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = (float)(s[i] * by);
}

static void keep(float *restrict out, const uint8_t *restrict ok, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = ok[i] ? out[i] : 0.0f;
}

/* Rise of the ground toward east and toward south, by Horn's weights. */
typedef struct rise { float east, south; } rise;

static inline rise rise_of(const float *a, const float *b, const float *c, float per)
{
    return (rise){ ((a[1] - a[-1]) + 2.0f * (b[1] - b[-1]) + (c[1] - c[-1])) * per,
                   ((c[-1] - a[-1]) + 2.0f * (c[0] - a[0]) + (c[1] - a[1])) * per };
}

/* atan(u) = u * P(u^2) on 0..1, by Remez exchange for the least relative error, 1.5e-8; above 1 from the reciprocal. */
static void slope(float *restrict out, const float *restrict north, const float *restrict here, const float *restrict south,
                  float per, size_t n)
{
    static const float p[9] = { 1.0f, -0.33333075f, 0.199926376f, -0.142037407f, 0.106411681f, -0.0750455484f,
                                0.0426922962f, -0.016067937f, 0.00284947082f };
    const float degrees = 57.29577951f, right_angle = 90.0f;
    for (size_t i = 0; i < n; i++) {
        const rise z = rise_of(north + i, here + i, south + i, per);
        const float g = sqrtf(z.east * z.east + z.south * z.south);
        const float low = g < 1.0f ? g : 1.0f, high = g < 1.0f ? 1.0f : g, u = low / high, t = u * u;
        float sum = p[8];
        for (int k = 7; k >= 0; k--) sum = sum * t + p[k];
        const float angle = sum * u * degrees;
        out[i] = g < 1.0f ? angle : right_angle - angle;
    }
}

/* The component toward north, or toward east, of the surface's unit normal. */
static void northness(float *restrict out, const float *restrict north, const float *restrict here, const float *restrict south,
                      float per, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const rise z = rise_of(north + i, here + i, south + i, per);
        out[i] = z.south / sqrtf(1.0f + (z.east * z.east + z.south * z.south));
    }
}

static void eastness(float *restrict out, const float *restrict north, const float *restrict here, const float *restrict south,
                     float per, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const rise z = rise_of(north + i, here + i, south + i, per);
        out[i] = 0.0f - z.east / sqrtf(1.0f + (z.east * z.east + z.south * z.south));
    }
}

static void light(float *restrict out, const float *restrict north, const float *restrict here, const float *restrict south,
                  float per, const msc_window_sun *sun, size_t n)
{
    const msc_window_sun s = *sun;
    for (size_t i = 0; i < n; i++) {
        const rise z = rise_of(north + i, here + i, south + i, per);
        const float facing = (s.up + (z.south * s.north - z.east * s.east)) / sqrtf(1.0f + (z.east * z.east + z.south * z.south));
        out[i] = s.sky + s.direct * (facing > 0.0f ? facing : 0.0f);
    }
}

/* How much higher a neighbour lies than the middle; `opposite` is the neighbour across. */
static inline float height_of(float middle, float neighbour, float opposite)
{
    const float own = neighbour - middle, across = middle - opposite;
    return own == own ? own : across == across ? across : 0;
}

/* The two triangles of a corner: c its rise, x and y those of the neighbours by side, u and v one over the sides of a pixel. */
static inline float corner(float c, float x, float y, float u, float v)
{
    const float p = x * u, q = (c - x) * v, r = y * v, s = (c - y) * u;
    return sqrtf(1 + p * p + q * q) + sqrtf(1 + r * r + s * s);
}

/* A triangle between the middle, a neighbour by side and one by corner rises by the first along one axis and by the rest along
 * the other; all eight have the same level area, so that the mean of what they stretch it by is the pixel's. */
static void surface(float *restrict out, const float *restrict north, const float *restrict here, const float *restrict south, float u,
                    float v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float *up = north + i, *z = here + i, *down = south + i;
        const float above = height_of(*z, *up, *down), below = height_of(*z, *down, *up);
        const float east = height_of(*z, z[1], z[-1]), west = height_of(*z, z[-1], z[1]);
        const float nw = height_of(*z, up[-1], down[1]), se = height_of(*z, down[1], up[-1]);
        const float ne = height_of(*z, up[1], down[-1]), sw = height_of(*z, down[-1], up[1]);
        const float sum = corner(nw, west, above, u, v) + corner(ne, east, above, u, v) + corner(sw, west, below, u, v) + corner(se, east, below, u, v);
        out[i] = *z == *z ? sum / 8 : 0;
    }
}

enum { PIECE = 128 };

/* The thresholds rise from the last on: where all pixels lie below one, they lie below the rest. */
static void find_levels(const float *restrict square, const float *restrict variance, size_t n, const msc_window_heights *how, uint8_t *restrict level)
{
    int32_t below[PIECE] = { 0 };
    for (int k = how->n_levels - 1; k >= 0; k--) {
        const float least = how->least[k];
        int32_t beyond = 0;
        for (size_t x = 0; x < n; x++) {
            const int32_t is_below = square[x] < least * variance[x];
            below[x] += is_below;
            beyond |= !is_below;
        }
        if (beyond) continue;
        for (size_t x = 0; x < n; x++) below[x] += k;
        break;
    }
    for (size_t x = 0; x < n; x++) level[x] = (uint8_t)below[x];
}

/* Square of the gradient, doubled by the two steps that central differences span; so four times it. */
static inline float steepness(const float *north, const float *here, const float *south)
{
    const float e = here[1] - here[-1], s = *south - *north;
    return e * e + s * s;
}

static void heights(uint8_t *restrict level, const float *const before[3], const float *const after[3], const msc_window_heights *how, size_t n)
{
    for (size_t done = 0; done < n; done += PIECE) {
        const float *a = before[1] + done, *b = after[1] + done, *up[2] = { before[0] + done, after[0] + done }, *down[2] = { before[2] + done, after[2] + done };
        const size_t some = n - done < PIECE ? n - done : PIECE;
        float square[PIECE], variance[PIECE];
        for (size_t x = 0; x < some; x++) {
            const float d = b[x] - a[x] - how->offset;
            const float early = steepness(up[0] + x, a + x, down[0] + x), late = steepness(up[1] + x, b + x, down[1] + x);
            square[x] = d * d;
            variance[x] = how->flat + how->per_steep * (early > late ? early : late);
        }
        find_levels(square, variance, some, how, level + done);
    }
}

static void over(float *out, const float *a, const float *restrict by, size_t n)
{
#pragma GCC ivdep
    for (size_t i = 0; i < n; i++) out[i] = by[i] > 0.0f ? a[i] / by[i] : 0.0f;
}

static void to_u16(uint16_t *restrict out, const float *restrict v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float up = v[i] + 0.5f;
        out[i] = (uint16_t)(int32_t)(up < 65535.0f ? up : 65535.0f);
    }
}

const msc_window_rows WINDOW_TABLE = {
    .from_u8 = from_u8, .from_u16 = from_u16, .from_f32 = from_f32, .slide = slide, .slide_squares = slide_squares,
    .stack = stack, .stack_squares = stack_squares, .stack_low = stack_low, .stack_high = stack_high, .join = join,
    .across = across, .across_low = across_low, .across_high = across_high, .invert = invert, .mean = mean,
    .deviation = deviation, .above_mean = above_mean, .range = range, .scale = scale, .keep = keep, .slope = slope,
    .northness = northness, .eastness = eastness, .light = light, .surface = surface, .heights = heights,
    .over = over, .to_u16 = to_u16,
};
