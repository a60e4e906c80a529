/* height_level.c - by how much more two elevation models differ at a pixel than they do where nothing happened. */
#include "ops/height_level.h"
#include "kernels/kernels.h"
#include <math.h>
#include <string.h>

double msc_height_level_begin(int level) { return level < MSC_HEIGHT_LEVELS - 1 ? exp2(0.5 * (MSC_HEIGHT_LEVELS - 1 - level)) - 1 : 0; }

/* One year's rows above, at and below. */
typedef struct rows { const float *z[3]; const uint8_t *ok[3]; } rows;

static rows rows_of(const msc_tile *tile, int32_t y, int32_t x0)
{
    rows r;
    for (int i = 0; i < 3; i++) {
        r.z[i] = msc_row_f32(tile, 0, y + i - 1) + x0;
        r.ok[i] = msc_row_valid(tile, y + i - 1) + x0;
    }
    return r;
}

/* Square of the gradient, doubled by the two steps that central differences span; so four times it. */
static inline float steepness(const rows *r, ptrdiff_t x)
{
    const float e = r->z[1][x + 1] - r->z[1][x - 1], s = r->z[2][x] - r->z[0][x];
    return e * e + s * s;
}

static inline uint8_t is_whole(const rows *r, ptrdiff_t x)
{
    return r->ok[0][x] & r->ok[1][x - 1] & r->ok[1][x] & r->ok[1][x + 1] & r->ok[2][x];
}

/* Whether one of the pixels that n pixels ask is not observed. */
static int has_hole(const rows *r, size_t n)
{
    return memchr(r->ok[0], 0, n) || memchr(r->ok[1] - 1, 0, n + 2) || memchr(r->ok[2], 0, n);
}

/* Squares of msc_height_level_begin(). */
static const float least_square[MSC_HEIGHT_LEVELS - 1] = {
    32406.9609f, 16129.0f, 8011.98047f, 3969.0f, 1958.49036f, 961.0f, 467.745178f, 225.0f, 106.372581f, 49.0f, 21.6862907f,
    9.0f, 3.34314585f, 1.0f, 0.171572879f
};

void msc_heights_row(const msc_heights *self, const msc_height_pair *pair, int32_t y, int32_t x0, int32_t n, uint8_t *level)
{
    if (!(self->noise_m > 0)) {
        memset(level, MSC_NO_HEIGHT, (size_t)n);
        return;
    }
    const msc_window_heights heights = { self->offset_m, self->noise_m * self->noise_m, 0.25f * self->shift_px * self->shift_px, least_square,
                                         MSC_HEIGHT_LEVELS - 1 };
    const rows a = rows_of(pair->before, y, x0), b = rows_of(pair->after, y, x0);
    msc_kernels_select()->window->heights(level, a.z, b.z, &heights, (size_t)n);
    if (!has_hole(&a, (size_t)n) && !has_hole(&b, (size_t)n)) return;
    for (int32_t x = 0; x < n; x++)
        if (!(is_whole(&a, x) & is_whole(&b, x))) level[x] = MSC_NO_HEIGHT;
}

int msc_height_sample_of(const msc_height_pair *pair, int32_t x, int32_t y, msc_height_sample *sample)
{
    const rows a = rows_of(pair->before, y, 0), b = rows_of(pair->after, y, 0);
    if (!(is_whole(&a, x) & is_whole(&b, x))) return 0;
    const float before = steepness(&a, x), after = steepness(&b, x);
    *sample = (msc_height_sample){ b.z[1][x] - a.z[1][x], 0.5f * sqrtf(before > after ? before : after) };
    return 1;
}
