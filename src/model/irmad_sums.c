/* irmad_sums.c - weighted sums of products as exact integers, and pixels scored by canonical variates. */
#include "model/irmad.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Pixels that are worked on together: their planes stay in the first cache, and 64 products of 48 bits in 64. */
enum { STRIP = 64 };

void msc_irmad_quantise(msc_type type, const void *row, size_t n, const msc_irmad_scale *scale, uint16_t *out)
{
    if (type == MSC_U16) {
        memcpy(out, row, n * sizeof *out);
        return;
    }
    const uint8_t *bytes = row;
    const float *floats = row;
    if (type == MSC_U8)
        for (size_t i = 0; i < n; i++) out[i] = bytes[i];
    else
        for (size_t i = 0; i < n; i++) {
            const float v = (floats[i] - scale->low) * scale->factor + 0.5f;
            out[i] = v > 0 ? v < 65535 ? (uint16_t)v : 65535 : 0;   /* NaN becomes 0: it is not observed */
        }
}

void msc_irmad_sums_begin(msc_irmad_sums *sums, int n_planes)
{
    assert(n_planes <= MSC_IRMAD_PLANES);
    memset(sums, 0, sizeof *sums);
    sums->n_planes = n_planes;
}

/* Where the product of planes p <= q lies; plane -1 holds ones. */
static size_t pair_of(int p, int q) { return (size_t)(q + 1) * (size_t)(q + 2) / 2 + (size_t)(p + 1); }

static void add_wide(msc_irmad_sums *sums, size_t pair, uint64_t high, uint64_t low)
{
    sums->pair[pair].low += low;
    sums->pair[pair].high += high + (sums->pair[pair].low < low);
}

static uint64_t dot(const uint32_t *restrict a, const uint32_t *restrict b)
{
    uint64_t sum = 0;
    for (int i = 0; i < STRIP; i++) sum += (uint64_t)a[i] * b[i];
    return sum;
}

void msc_irmad_sums_add(msc_irmad_sums *sums, const uint16_t *const *plane, const uint16_t *weight, size_t n)
{
    uint32_t x[MSC_IRMAD_PLANES][STRIP], one[STRIP], weighted[STRIP];
    for (int i = 0; i < STRIP; i++) one[i] = 1;
    for (size_t first = 0; first < n; first += STRIP) {
        const size_t some = n - first < STRIP ? n - first : STRIP;
        uint32_t w[STRIP] = { 0 };
        for (size_t i = 0; i < some; i++) {
            w[i] = weight[first + i];
            sums->n_px += w[i] != 0;
        }
        add_wide(sums, pair_of(-1, -1), 0, dot(w, one));
        for (int q = 0; q < sums->n_planes; q++) {
            memset(x[q], 0, sizeof x[q]);
            for (size_t i = 0; i < some; i++) x[q][i] = plane[q][first + i];
            for (int i = 0; i < STRIP; i++) weighted[i] = w[i] * x[q][i];
            add_wide(sums, pair_of(-1, q), 0, dot(weighted, one));
            for (int p = 0; p <= q; p++) add_wide(sums, pair_of(p, q), 0, dot(weighted, x[p]));
        }
    }
}

void msc_irmad_sums_merge(msc_irmad_sums *sums, const msc_irmad_sums *more)
{
    assert(sums->n_planes == more->n_planes);
    sums->n_px += more->n_px;
    for (int q = -1; q < sums->n_planes; q++)
        for (int p = -1; p <= q; p++) {
            const size_t pair = pair_of(p, q);
            add_wide(sums, pair, more->pair[pair].high, more->pair[pair].low);
        }
}

static double real(const msc_irmad_sums *sums, int p, int q)
{
    const size_t pair = pair_of(p, q);
    return ldexp((double)sums->pair[pair].high, 64) + (double)sums->pair[pair].low;
}

double msc_irmad_mean(const msc_irmad_sums *sums, int plane) { return real(sums, -1, plane) / real(sums, -1, -1); }

double msc_irmad_covariance(const msc_irmad_sums *sums, int p, int q)
{
    const double mean = real(sums, p < q ? p : q, p < q ? q : p) / real(sums, -1, -1);
    return mean - msc_irmad_mean(sums, p) * msc_irmad_mean(sums, q);
}

/* Sums of products in a fixed order of planes, so that a pixel's score does not depend on its neighbours. */
static void score_strip(const msc_variates *irmad, const uint16_t *const *plane, size_t first, size_t n, double *restrict z)
{
    const int n_planes = irmad->n_before + irmad->n_after;
    double x[MSC_IRMAD_PLANES][STRIP], d[STRIP];
    int used[MSC_IRMAD_PLANES], n_used = 0;
    for (int p = 0; p < n_planes; p++) {
        if (!irmad->is_used[p]) continue;
        for (size_t k = 0; k < n; k++) x[n_used][k] = plane[p][first + k];
        for (size_t k = n; k < STRIP; k++) x[n_used][k] = 0;
        used[n_used++] = p;
    }
    for (int k = 0; k < STRIP; k++) z[k] = 0;
    for (int i = 0; i < irmad->n; i++) {
        for (int k = 0; k < STRIP; k++) d[k] = -irmad->offset[i];
        for (int u = 0; u < n_used; u++) {
            const double c = irmad->row[i][used[u]];
            for (int k = 0; k < STRIP; k++) d[k] += c * x[u][k];
        }
        for (int k = 0; k < STRIP; k++) z[k] += d[k] * d[k];
    }
}

void msc_irmad_score(const msc_variates *irmad, const uint16_t *const *plane, size_t n, double *z)
{
    double strip[STRIP];
    for (size_t first = 0; first < n; first += STRIP) {
        const size_t some = n - first < STRIP ? n - first : STRIP;
        score_strip(irmad, plane, first, some, strip);
        memcpy(z + first, strip, some * sizeof *z);
    }
}

double msc_irmad_no_change(const msc_variates *irmad, double z)
{
    enum { LAST = sizeof irmad->no_change / sizeof *irmad->no_change - 2 };
    const double at = sqrt(z) * irmad->step_inverse;
    if (!(at < LAST)) return 0;
    const int i = (int)at;
    const double low = (double)irmad->no_change[i];
    return low + (at - i) * ((double)irmad->no_change[i + 1] - low);
}
