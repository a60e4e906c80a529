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

static void codes(uint8_t *restrict code, const uint8_t *restrict a, const uint8_t *restrict b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t low = a[i] < b[i] ? a[i] : b[i], high = a[i] < b[i] ? b[i] : a[i];
        const uint8_t value = (uint8_t)(low * MSC_TEXTURE_LEVELS + high);
        code[i] = (high & MSC_TEXTURE_NONE) ? MSC_TEXTURE_NO_PAIR : value;
    }
}

#define DIRECT(side)                                                                                                  \
    static void add_squares_##side(uint32_t *restrict energy, const uint8_t *restrict cells,                          \
                                   const uint8_t *restrict walls, uint32_t weight, size_t w)                          \
    {                                                                                                                 \
        for (size_t x = 0; x < w; x++) {                                                                              \
            uint16_t c = walls[x + (side) - 1];                                                                       \
            for (size_t k = 0; k + 1 < (side); k++) c = (uint16_t)(c + cells[x + k] + walls[x + k]);                  \
            energy[x] += weight * c * c;                                                                              \
        }                                                                                                             \
    }
DIRECT(3)
DIRECT(5)
DIRECT(7)
DIRECT(9)

static void pair_up(uint16_t *restrict out, const uint16_t *restrict in, size_t step, size_t n)
{
    for (size_t x = 0; x < n; x++) out[x] = (uint16_t)(in[x] + in[x + step]);
}

static void add_to(uint16_t *restrict out, const uint16_t *restrict in, size_t n)
{
    for (size_t x = 0; x < n; x++) out[x] = (uint16_t)(out[x] + in[x]);
}

/* total[x] += the sum of column[x .. x+side-1], by doubling; a and b are room for n columns each. */
static void across(uint16_t *total, const uint8_t *restrict column, uint16_t *a, uint16_t *b, size_t w, size_t side)
{
    size_t left = w + side - 1, at = 0;
    uint16_t *restrict first = a;
    for (size_t x = 0; x < left; x++) first[x] = column[x];
    for (size_t step = 1;; step *= 2) {
        if (side & step) {
            add_to(total, a + at, w);
            at += step;
        }
        if (2 * step > side) return;
        left -= step;
        pair_up(b, a, step, left);
        uint16_t *const swap = a;
        a = b;
        b = swap;
    }
}

static void square_up(uint32_t *restrict energy, const uint16_t *restrict c, uint32_t weight, size_t w)
{
    for (size_t x = 0; x < w; x++) energy[x] += weight * c[x] * c[x];
}

static void add_squares(uint32_t *energy, const uint8_t *cells, const uint8_t *walls, uint32_t weight, uint16_t *spare, size_t w, size_t side)
{
    const size_t n = w + side - 1;
    uint16_t *const total = spare, *const a = spare + n, *const b = a + n;
    switch (side) {
    case 3: add_squares_3(energy, cells, walls, weight, w); return;
    case 5: add_squares_5(energy, cells, walls, weight, w); return;
    case 7: add_squares_7(energy, cells, walls, weight, w); return;
    case 9: add_squares_9(energy, cells, walls, weight, w); return;
    default: break;
    }
    for (size_t x = 0; x < w; x++) total[x] = 0;
    across(total, cells, a, b, w, side - 1);
    across(total, walls, a, b, w, side);
    square_up(energy, total, weight, w);
}

static void energy_of(float *restrict out, const uint32_t *restrict energy, const double *restrict count, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const double pairs = count[i] > 0.0 ? count[i] : 1.0;
        out[i] = (float)((double)energy[i] / (4.0 * pairs * pairs));
    }
}

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
    .codes = codes,
    .add_squares = add_squares,
    .energy = energy_of,
    .share = share,
    .correlation = correlation,
};
