/* irmad_sums.c - weighted sums of products of planes, and pixels scored by canonical variates. */
#include "model/irmad.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Pixels that are worked on together: their planes stay in the first cache. LANES sums of every so many-th product are kept
 * apart, in this order on any machine. */
enum { STRIP = 64, LANES = 8 };

void msc_irmad_load(msc_type type, const void *row, size_t n, const msc_irmad_limit *limit, float *out)
{
    const uint8_t *bytes = row;
    const uint16_t *words = row;
    const float *floats = row;
    const float low = limit->low, high = limit->high;
    if (type == MSC_U8)
        for (size_t i = 0; i < n; i++) out[i] = (float)bytes[i];
    else if (type == MSC_U16)
        for (size_t i = 0; i < n; i++) out[i] = (float)words[i];
    else
        for (size_t i = 0; i < n; i++) out[i] = floats[i] > low ? floats[i] < high ? floats[i] : high : low;
}

void msc_irmad_sums_begin(msc_irmad_sums *sums, int n_planes, const double *centre)
{
    assert(n_planes <= MSC_IRMAD_PLANES);
    memset(sums, 0, sizeof *sums);
    sums->n_planes = n_planes;
    memcpy(sums->centre, centre, (size_t)n_planes * sizeof *centre);
}

/* Where the product of planes p <= q lies; plane -1 holds ones. */
static size_t pair_of(int p, int q) { return (size_t)(q + 1) * (size_t)(q + 2) / 2 + (size_t)(p + 1); }

static double dot(const double *restrict a, const double *restrict b)
{
    double lane[LANES] = { 0 };
    for (int i = 0; i < STRIP; i += LANES)
        for (int l = 0; l < LANES; l++) lane[l] += a[i + l] * b[i + l];
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) + ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

void msc_irmad_sums_add(msc_irmad_sums *sums, const float *const *plane, const double *weight, size_t n)
{
    double x[MSC_IRMAD_PLANES][STRIP], one[STRIP], weighted[STRIP];
    for (int i = 0; i < STRIP; i++) one[i] = 1;
    for (size_t first = 0; first < n; first += STRIP) {
        const size_t some = n - first < STRIP ? n - first : STRIP;
        double w[STRIP] = { 0 };
        for (size_t i = 0; i < some; i++) {
            w[i] = weight[first + i];
            sums->n_px += w[i] > 0;
        }
        sums->pair[0] += dot(w, one);
        for (int q = 0; q < sums->n_planes; q++) {
            memset(x[q], 0, sizeof x[q]);
            for (size_t i = 0; i < some; i++) x[q][i] = (double)plane[q][first + i] - sums->centre[q];
            for (int i = 0; i < STRIP; i++) weighted[i] = w[i] * x[q][i];
            sums->pair[pair_of(-1, q)] += dot(weighted, one);
            for (int p = 0; p <= q; p++) sums->pair[pair_of(p, q)] += dot(weighted, x[p]);
        }
    }
}

void msc_irmad_sums_merge(msc_irmad_sums *sums, const msc_irmad_sums *more)
{
    assert(sums->n_planes == more->n_planes);
    sums->n_px += more->n_px;
    for (size_t pair = 0; pair <= pair_of(sums->n_planes - 1, sums->n_planes - 1); pair++) sums->pair[pair] += more->pair[pair];
}

static double mean_less_centre(const msc_irmad_sums *sums, int plane) { return sums->pair[pair_of(-1, plane)] / sums->pair[0]; }

double msc_irmad_mean(const msc_irmad_sums *sums, int plane) { return sums->centre[plane] + mean_less_centre(sums, plane); }

double msc_irmad_covariance(const msc_irmad_sums *sums, int p, int q)
{
    const double mean = sums->pair[p < q ? pair_of(p, q) : pair_of(q, p)] / sums->pair[0];
    return mean - mean_less_centre(sums, p) * mean_less_centre(sums, q);
}

/* Sums of products in a fixed order of planes, so that a pixel's score does not depend on its neighbours. */
static void score_lanes(const msc_variates *irmad, const double (*x)[STRIP], const int *used, int n_used, int at, double *z)
{
    double sum[LANES] = { 0 };
    for (int i = 0; i < irmad->n; i++) {
        double d[LANES];
        for (int l = 0; l < LANES; l++) d[l] = -irmad->offset[i];
        for (int u = 0; u < n_used; u++) {
            const double c = irmad->row[i][used[u]];
            for (int l = 0; l < LANES; l++) d[l] += c * x[u][at + l];
        }
        for (int l = 0; l < LANES; l++) sum[l] += d[l] * d[l];
    }
    memcpy(z, sum, sizeof sum);
}

static void score_strip(const msc_variates *irmad, const float *const *plane, size_t first, size_t n, double *z)
{
    const int n_planes = irmad->n_before + irmad->n_after;
    double x[MSC_IRMAD_PLANES][STRIP];
    int used[MSC_IRMAD_PLANES], n_used = 0;
    for (int p = 0; p < n_planes; p++) {
        if (!irmad->is_used[p]) continue;
        for (size_t k = 0; k < n; k++) x[n_used][k] = (double)plane[p][first + k];
        for (size_t k = n; k < STRIP; k++) x[n_used][k] = 0;
        used[n_used++] = p;
    }
    for (int at = 0; at < (int)n; at += LANES) score_lanes(irmad, (const double (*)[STRIP])x, used, n_used, at, z + at);
}

void msc_irmad_score(const msc_variates *irmad, const float *const *plane, size_t n, double *z)
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
    return irmad->no_change[i] + (at - i) * (irmad->no_change[i + 1] - irmad->no_change[i]);
}
