/* texture_body.h - the row kernels of texture.h in plain C, compiled once a table with that table's instruction set. */
#include "kernels/texture.h"

static void levels(uint8_t *restrict level, const float *restrict v, const uint8_t *restrict ok, float low, float per, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const float at = (v[i] - low) * per;
        const float kept = at > 0.0f ? (at < 7.0f ? at : 7.0f) : 0.0f;
        const uint8_t value = (uint8_t)(int32_t)kept;
        level[i] = ok[i] ? value : MSC_TEXTURE_NONE;
    }
}

#define COUNT(a, b) 1.0f
#define CONTRAST(a, b) (((a) - (b)) * ((a) - (b)))
#define HOMOGENEITY(a, b) ((float)MSC_TEXTURE_UNIT / (1.0f + CONTRAST(a, b)))
#define SUM(a, b) ((a) + (b))
#define SQUARES(a, b) ((a) * (a) + (b) * (b))
#define PRODUCT(a, b) ((a) * (b))

#define MEASURE(name, of)                                                                                             \
    static inline float name##_pair(uint8_t p, uint8_t q)                                                             \
    {                                                                                                                 \
        const float a = (float)p, b = (float)q, value = of(a, b);                                                     \
        (void)a, (void)b;                                                                                             \
        return ((p | q) & MSC_TEXTURE_NONE) ? 0.0f : value;                                                           \
    }                                                                                                                 \
    static void name##_cells(float *restrict out, const uint8_t *restrict flat, const uint8_t *restrict upper,        \
                             const uint8_t *restrict lower, size_t n)                                                 \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++)                                                                                \
            out[i] = name##_pair(flat[i], flat[i + 1]) + name##_pair(upper[i], lower[i + 1])                          \
                     + name##_pair(upper[i + 1], lower[i]);                                                           \
    }                                                                                                                 \
    static void name##_walls(float *restrict out, const uint8_t *restrict upper, const uint8_t *restrict lower, size_t n) \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) out[i] = name##_pair(upper[i], lower[i]);                                      \
    }
MEASURE(count, COUNT)
MEASURE(contrast, CONTRAST)
MEASURE(homogeneity, HOMOGENEITY)
MEASURE(sum, SUM)
MEASURE(squares, SQUARES)
MEASURE(product, PRODUCT)

static void share(float *restrict out, const double *restrict s, const double *restrict count, double by, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = (float)(s[i] * by / (count[i] > 0.0 ? count[i] : 1.0));
}

/* Mean m = S / 2N and variance Q / 2N - m^2 of a pixel, covariance P / N - m^2, each times 4 N^2: whole numbers. */
static void correlation(float *restrict out, const double *restrict s, const double *restrict q, const double *restrict p,
                        const double *restrict count, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double variance = 2.0 * count[i] * q[i] - s[i] * s[i], covariance = 4.0 * count[i] * p[i] - s[i] * s[i];
        const double ratio = covariance / (variance > 0.0 ? variance : 1.0), alone = count[i] > 0.0 ? 1.0 : 0.0;
        out[i] = (float)(variance > 0.0 ? ratio : alone);
    }
}

const msc_texture_rows TEXTURE_TABLE = {
    .levels = levels,
    .cells = { count_cells, contrast_cells, homogeneity_cells, sum_cells, squares_cells, product_cells },
    .walls = { count_walls, contrast_walls, homogeneity_walls, sum_walls, squares_walls, product_walls },
    .share = share,
    .correlation = correlation,
};
