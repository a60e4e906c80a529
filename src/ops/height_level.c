/* height_level.c - by how much more two elevation models differ at a pixel than they do where nothing happened. */
#include "ops/height_level.h"
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

void msc_heights_row(const msc_heights *self, const msc_height_pair *pair, int32_t y, int32_t x0, int32_t n, uint8_t *restrict level)
{
    if (!(self->noise_m > 0)) {
        memset(level, MSC_NO_HEIGHT, (size_t)n);
        return;
    }
    const rows a = rows_of(pair->before, y, x0), b = rows_of(pair->after, y, x0);
    const float flat = self->noise_m * self->noise_m, per_steep = 0.25f * self->shift_px * self->shift_px;
    float square[MSC_HEIGHT_LEVELS - 1];
    for (int k = 0; k < MSC_HEIGHT_LEVELS - 1; k++) square[k] = (float)(msc_height_level_begin(k) * msc_height_level_begin(k));
    for (ptrdiff_t x = 0; x < n; x++) {
        const float d = b.z[1][x] - a.z[1][x] - self->offset_m, before = steepness(&a, x), after = steepness(&b, x);
        const float variance = flat + per_steep * (before > after ? before : after), d2 = d * d;
        int is_below = 0;
        for (int k = 0; k < MSC_HEIGHT_LEVELS - 1; k++) is_below += d2 < square[k] * variance;
        level[x] = is_whole(&a, x) & is_whole(&b, x) ? (uint8_t)is_below : MSC_NO_HEIGHT;
    }
}

int msc_height_sample_of(const msc_height_pair *pair, int32_t x, int32_t y, msc_height_sample *sample)
{
    const rows a = rows_of(pair->before, y, 0), b = rows_of(pair->after, y, 0);
    if (!(is_whole(&a, x) & is_whole(&b, x))) return 0;
    const float before = steepness(&a, x), after = steepness(&b, x);
    *sample = (msc_height_sample){ b.z[1][x] - a.z[1][x], 0.5f * sqrtf(before > after ? before : after) };
    return 1;
}
