/* window.h - row kernels of windowed features: stacking rows into columns, columns across, and what sums become.
 * Sums are doubles: for integer pixels they are integers below 2^53, so exact in any order. Rows do not overlap unless
 * a kernel says so. */
#ifndef MSC_KERNELS_WINDOW_H
#define MSC_KERNELS_WINDOW_H
#include <stddef.h>
#include <stdint.h>

/* Of three rows of ground, readable one pixel beyond both ends; `per` is 1 / (8 pixel_m). */
typedef void msc_window_of_three(float *out, const float *north, const float *here, const float *south, float per, size_t n);

/* Light on a slope: east, north and up toward the sun (length 1), what comes from the sky, and the rest over `up`. */
typedef struct msc_window_sun { float east, north, up, sky, direct; } msc_window_sun;

/* How two elevation models are compared: after less before less `offset`, against the variance flat + per_steep * the larger square of the
 * doubled central differences. least: n_levels squares that fall. */
typedef struct msc_window_heights { float offset, flat, per_steep; const float *least; int n_levels; } msc_window_heights;

typedef struct msc_window_rows {
    /* out[i] = ok[i] ? v[i] : other */
    void (*from_u8)(float *out, const uint8_t *v, const uint8_t *ok, float other, size_t n);
    void (*from_u16)(float *out, const uint16_t *v, const uint8_t *ok, float other, size_t n);
    void (*from_f32)(float *out, const float *v, const uint8_t *ok, float other, size_t n);
    /* s[i] += add[i] - drop[i]; s[i] += add[i]^2 - drop[i]^2 */
    void (*slide)(double *s, const float *add, const float *drop, size_t n);
    void (*slide_squares)(double *s, const float *add, const float *drop, size_t n);
    /* out[i] = on[i] + row[i], on[i] + row[i]^2 (doubles); the smaller, the larger (floats). out may be on. */
    void (*stack)(void *out, const void *on, const float *row, size_t n);
    void (*stack_squares)(void *out, const void *on, const float *row, size_t n);
    void (*stack_low)(void *out, const void *on, const float *row, size_t n);
    void (*stack_high)(void *out, const void *on, const float *row, size_t n);
    /* out[i] = a[i] + b[i] (doubles). */
    void (*join)(void *out, const void *a, const void *b, size_t n);
    /* out[x] over column[x .. x+side-1], by doubling: the order of additions depends on the side alone. The column
     * holds w + side - 1 elements, `spare` twice as many; side >= 1. Sums are doubles, extremes floats. */
    void (*across)(void *out, const void *column, void *spare, size_t w, size_t side);
    void (*across_low)(void *out, const void *column, void *spare, size_t w, size_t side);
    void (*across_high)(void *out, const void *column, void *spare, size_t w, size_t side);
    /* inv[i] = 1 / count[i]; 0 where count is 0. */
    void (*invert)(double *inv, const double *count, size_t n);
    /* From sums over windows: mean; population standard deviation; z less the mean; high - low, 0 where high < low;
     * by * s. */
    void (*mean)(float *out, const double *s, const double *inv, size_t n);
    void (*deviation)(float *out, const double *s, const double *squares, const double *count, const double *inv, size_t n);
    void (*above_mean)(float *out, const float *z, const double *s, const double *inv, size_t n);
    void (*range)(float *out, const float *low, const float *high, size_t n);
    void (*scale)(float *out, const double *s, double by, size_t n);
    /* out[i] = 0 where ok[i] is 0 */
    void (*keep)(float *out, const uint8_t *ok, size_t n);
    /* Slope in degrees by Horn's weights; the rows reach from -1 to n. per: 1 / (8 x side of a pixel). */
    msc_window_of_three *slope;
    /* By the same rows: the components toward north and east of the surface's unit normal, -1..1. */
    msc_window_of_three *northness, *eastness;
    /* By the same rows: sky + direct max(0, n . s), n the unit normal, s the direction of the sun. */
    void (*light)(float *out, const float *north, const float *here, const float *south, float per, const msc_window_sun *sun, size_t n);
    /* Ground over map of pixels whose sides are 1 / u and 1 / v: the mean of the eight triangles between the middle and its neighbours;
     * the rows reach from -1 to n. A neighbour that is NAN lies on the line through the middle and the one across; 0 where the middle is NAN. */
    void (*surface)(float *out, const float *north, const float *here, const float *south, float u, float v, size_t n);
    /* level[i] = the number of least[k] * variance that the squared difference is below; rows above, at and below, which reach from -1 to n. */
    void (*heights)(uint8_t *level, const float *const before[3], const float *const after[3], const msc_window_heights *how, size_t n);
    /* out[i] = by[i] > 0 ? a[i] / by[i] : 0; out may be a. */
    void (*over)(float *out, const float *a, const float *by, size_t n);
    /* Rounded, 0..65535; v is not negative. */
    void (*to_u16)(uint16_t *out, const float *v, size_t n);
} msc_window_rows;

extern const msc_window_rows msc_window_scalar, msc_window_avx2, msc_window_avx512;
#endif
