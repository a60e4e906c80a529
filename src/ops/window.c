/* window.c - sums over square windows of valid pixels, one row of windows at a time. */
#include "ops/window.h"
#include <math.h>
#include <string.h>

/* Column sums [n] and their sums across [w], for values and squares. The integer and the floating path use the same
 * space: 8 bytes an entry hold a uint64_t or a double. */
typedef struct work { void *column, *column2, *total, *total2; } work;

static work carve(void *scratch, int32_t width_px, int32_t side_px)
{
    char *at = scratch;
    const size_t n_column = (size_t)(width_px + side_px), n_total = (size_t)width_px + 1;
    work k;
    k.column = at;
    k.column2 = at += n_column * 8;
    k.total = at += n_column * 8;
    k.total2 = at + n_total * 8;
    return k;
}

size_t msc_window_scratch(int32_t width_px, int32_t side_px)
{
    return ((size_t)(width_px + side_px) + (size_t)width_px + 1) * 16;
}

void msc_window_count(const msc_tile *tile, int32_t y, int32_t side_px, uint32_t *count, void *scratch)
{
    const int32_t r = side_px / 2, w = tile->core.w, n = w + 2 * r;
    uint32_t *restrict column = scratch;
    memset(column, 0, (size_t)n * sizeof *column);
    for (int32_t dy = -r; dy <= r; dy++) {
        const uint8_t *restrict valid = msc_row_valid(tile, y + dy) - r;
        for (int32_t x = 0; x < n; x++) column[x] += valid[x] != 0;
    }
    memset(count, 0, (size_t)w * sizeof *count);
    for (int32_t k = 0; k < side_px; k++)
        for (int32_t x = 0; x < w; x++) count[x] += column[x + k];
}

/* One row of a plane added to the column sums; pixels not valid count as 0. Squares of u16 need 64 bits. */
static void add_u8(uint64_t *restrict s, uint64_t *restrict s2, const uint8_t *restrict v, const uint8_t *restrict ok, int32_t n)
{
    for (int32_t x = 0; x < n; x++) {
        const uint32_t value = ok[x] ? v[x] : 0;
        s[x] += value;
        s2[x] += value * value;
    }
}

static void add_u16(uint64_t *restrict s, uint64_t *restrict s2, const uint16_t *restrict v, const uint8_t *restrict ok, int32_t n)
{
    for (int32_t x = 0; x < n; x++) {
        const uint32_t value = ok[x] ? v[x] : 0;
        s[x] += value;
        s2[x] += value * value;     /* 65535 squared still fits 32 bits */
    }
}

static void add_f32(double *restrict s, double *restrict s2, const float *restrict v, const uint8_t *restrict ok, int32_t n)
{
    for (int32_t x = 0; x < n; x++) {
        const double value = ok[x] ? (double)v[x] : 0.0;
        s[x] += value;
        s2[x] += value * value;
    }
}

static void across_integer(uint64_t *restrict total, const uint64_t *restrict column, int32_t w, int32_t side_px)
{
    memset(total, 0, (size_t)w * sizeof *total);
    for (int32_t k = 0; k < side_px; k++)
        for (int32_t x = 0; x < w; x++) total[x] += column[x + k];
}

static void across_real(double *restrict total, const double *restrict column, int32_t w, int32_t side_px)
{
    for (int32_t x = 0; x < w; x++) total[x] = 0.0;
    for (int32_t k = 0; k < side_px; k++)
        for (int32_t x = 0; x < w; x++) total[x] += column[x + k];
}

/* Variance as (n * sum of squares - square of sum) / n^2: exact up to the division, since 63^4 * 65535^2 < 2^64. */
static void finish_integer(const work *k, const uint32_t *count, int32_t w, float *mean, float *std)
{
    const uint64_t *s = k->total, *s2 = k->total2;
    if (mean)
        for (int32_t x = 0; x < w; x++) mean[x] = count[x] ? (float)((double)s[x] / (double)count[x]) : 0.0f;
    if (std)
        for (int32_t x = 0; x < w; x++) {
            const uint64_t n = count[x];
            const double spread = (double)(n * s2[x] - s[x] * s[x]);
            std[x] = n ? (float)(sqrt(spread) / (double)n) : 0.0f;
        }
}

/* Floats have 24 bits, so their squares are exact in double and the cancellation costs only what adding them lost. */
static void finish_real(const work *k, const uint32_t *count, int32_t w, float *mean, float *std)
{
    const double *s = k->total, *s2 = k->total2;
    if (mean)
        for (int32_t x = 0; x < w; x++) mean[x] = count[x] ? (float)(s[x] / (double)count[x]) : 0.0f;
    if (std)
        for (int32_t x = 0; x < w; x++) {
            const double n = count[x] ? (double)count[x] : 1.0, m = s[x] / n, variance = s2[x] / n - m * m;
            std[x] = variance > 0.0 ? (float)sqrt(variance) : 0.0f;
        }
}

void msc_window_row(const msc_tile *tile, int plane, int32_t y, int32_t side_px, const uint32_t *count, float *mean,
                    float *std, void *scratch)
{
    const int32_t r = side_px / 2, w = tile->core.w, n = w + 2 * r;
    const work k = carve(scratch, w, side_px);
    memset(k.column, 0, (size_t)n * 8);
    memset(k.column2, 0, (size_t)n * 8);
    for (int32_t dy = -r; dy <= r; dy++) {
        const uint8_t *ok = msc_row_valid(tile, y + dy) - r;
        switch (tile->plane[plane].type) {
        case MSC_U8: add_u8(k.column, k.column2, msc_row_u8(tile, plane, y + dy) - r, ok, n); break;
        case MSC_U16: add_u16(k.column, k.column2, msc_row_u16(tile, plane, y + dy) - r, ok, n); break;
        case MSC_F32: add_f32(k.column, k.column2, msc_row_f32(tile, plane, y + dy) - r, ok, n); break;
        }
    }
    if (tile->plane[plane].type == MSC_F32) {
        across_real(k.total, k.column, w, side_px);
        if (std) across_real(k.total2, k.column2, w, side_px);
        finish_real(&k, count, w, mean, std);
    } else {
        across_integer(k.total, k.column, w, side_px);
        if (std) across_integer(k.total2, k.column2, w, side_px);
        finish_integer(&k, count, w, mean, std);
    }
}
