/* texture.h - row kernels of grey-level co-occurrence: levels, pairs of neighbours, and what sums over pairs become.
 * A measure of a pair is a whole number below 2^22 in a float, so sums are exact in any order. */
#ifndef MSC_KERNELS_TEXTURE_H
#define MSC_KERNELS_TEXTURE_H
#include <stddef.h>
#include <stdint.h>

/* A pair's homogeneity is 1 / (1 + d^2) for levels that are d apart; times this it is whole for d 0..7. */
enum { MSC_TEXTURE_NO_PAIR = 255 };
enum { MSC_TEXTURE_LEVELS = 8, MSC_TEXTURE_NONE = 8, MSC_TEXTURE_UNIT = 408850 };
typedef enum msc_texture_measure {
    MSC_PAIR_COUNT = 0,          /* 1 */
    MSC_PAIR_CONTRAST,           /* (a - b)^2 */
    MSC_PAIR_HOMOGENEITY,        /* MSC_TEXTURE_UNIT / (1 + (a - b)^2) */
    MSC_PAIR_SUM,                /* a + b */
    MSC_PAIR_SQUARES,            /* a^2 + b^2 */
    MSC_PAIR_PRODUCT,            /* a b */
    MSC_PAIR_MEASURES,
    MSC_PAIR_ENERGY = MSC_PAIR_MEASURES   /* no sum over pairs: the pairs of each two levels are counted */
} msc_texture_measure;

typedef struct msc_texture_rows {
    /* level[i] = floor((v[i] - low) * per), kept in 0..7; MSC_TEXTURE_NONE where ok[i] is 0. */
    void (*levels)(uint8_t *level, const float *v, const uint8_t *ok, float low, float per, size_t n);
    /* out[i] = sum of a measure over the pairs (flat[i], flat[i+1]), (upper[i], lower[i+1]), (upper[i+1], lower[i]);
     * a pair with a pixel of no level counts 0. The rows hold n + 1 levels. */
    void (*cells[MSC_PAIR_MEASURES])(float *out, const uint8_t *flat, const uint8_t *upper, const uint8_t *lower, size_t n);
    /* out[i] = the measure of (upper[i], lower[i]). */
    void (*walls[MSC_PAIR_MEASURES])(float *out, const uint8_t *upper, const uint8_t *lower, size_t n);
    /* code[i] = 8 * the lower + the higher level of a[i] and b[i]; MSC_TEXTURE_NO_PAIR where one has none. */
    void (*codes)(uint8_t *code, const uint8_t *a, const uint8_t *b, size_t n);
    /* energy[i] += weight * c^2 with c the sum of cells[i..i+side-2] and walls[i..i+side-1]: the pairs of two levels in a
     * window of an odd side from 3 on. spare holds 3 * (w + side - 1) numbers. */
    void (*add_squares)(uint32_t *energy, const uint8_t *cells, const uint8_t *walls, uint32_t weight, uint16_t *spare, size_t w, size_t side);
    /* out[i] = energy[i] / (4 count^2); 0 where count is 0. */
    void (*energy)(float *out, const uint32_t *energy, const double *count, size_t n);
    /* out[i] = by * s[i] / count[i]; 0 where count is 0. */
    void (*share)(float *out, const double *s, const double *count, double by, size_t n);
    /* Correlation of the two pixels of a pair, each pair taken both ways; 1 where all levels are one, 0 where count is 0. */
    void (*correlation)(float *out, const double *sum, const double *squares, const double *product, const double *count, size_t n);
} msc_texture_rows;

extern const msc_texture_rows msc_texture_scalar, msc_texture_avx2, msc_texture_avx512;
#endif
