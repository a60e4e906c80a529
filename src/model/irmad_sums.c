/* irmad_sums.c - weighted sums of products of planes, and pixels scored by canonical variates. */
#include "model/irmad.h"
#include "kernels/kernels.h"
#include <assert.h>
#include <math.h>
#include <string.h>

/* Pixels that are worked on together: their planes stay in the first cache. LANES sums of every so many-th product are kept
 * apart, in this order on any machine. */
enum { STRIP = 64, LANES = 8 };
_Static_assert((int)MSC_SCORE_PLANES == (int)MSC_IRMAD_PLANES, "planes of the kernel");

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

static msc_score_table table_of(const msc_variates *irmad)
{
    enum { LAST = sizeof irmad->no_change / sizeof *irmad->no_change - 2 };
    return (msc_score_table){ irmad->no_change, irmad->step_inverse, LAST };
}

void msc_irmad_score(const msc_variates *irmad, const float *const *plane, size_t n, double *z)
{
    double factor[MSC_IRMAD_BANDS * MSC_IRMAD_PLANES];
    const float *used[MSC_IRMAD_PLANES];
    msc_score_lines lines = { factor, irmad->offset, irmad->n, 0 };
    for (int p = 0; p < irmad->n_before + irmad->n_after; p++)
        if (irmad->is_used[p]) lines.n_planes++;
    for (int p = 0, u = 0; u < lines.n_planes; p++) {
        if (!irmad->is_used[p]) continue;
        used[u] = plane[p];
        for (int i = 0; i < irmad->n; i++) factor[i * lines.n_planes + u] = irmad->row[i][p];
        u++;
    }
    msc_kernels_select()->score->squares(z, used, &lines, n);
}

void msc_irmad_no_change_row(const msc_variates *irmad, const double *z, size_t n, double full, uint8_t *out)
{
    const msc_score_table table = table_of(irmad);
    msc_kernels_select()->score->look_up(out, z, &table, full, n);
}

double msc_irmad_no_change(const msc_variates *irmad, double z)
{
    const msc_score_table t = table_of(irmad);
    const double at = sqrt(z) * t.step_inverse;
    if (!(at < t.last)) return 0;
    const int i = (int)at;
    return t.entry[i] + (at - i) * (t.entry[i + 1] - t.entry[i]);
}
