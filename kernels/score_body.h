/* score_body.h - the row kernels of score.h in plain C, compiled once a table with that table's instruction set. */
#include "kernels/score.h"
#include <math.h>
#include <string.h>

/* Pixels whose planes stay in the first cache; LANES of them are a vector of the table's. */
enum { STRIP = 64 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));
typedef struct strip { lanes plane[MSC_SCORE_PLANES][STRIP / LANES]; } strip;

/* Four vectors side by side, so that a sum need not wait for the one before it. */
static void square_four(lanes *z, const strip *x, const msc_score_lines *lines, size_t at)
{
    lanes a = { 0 }, b = a, c = a, d = a;
    for (int k = 0; k < lines->n_rows; k++) {
        const double *factor = lines->factor + (size_t)k * (size_t)lines->n_planes;
        const lanes none = (lanes){ 0 } - lines->offset[k];
        lanes e = none, f = none, g = none, h = none;
        for (int p = 0; p < lines->n_planes; p++) {
            const lanes *v = x->plane[p] + at;
            e += factor[p] * v[0];
            f += factor[p] * v[1];
            g += factor[p] * v[2];
            h += factor[p] * v[3];
        }
        a += e * e;
        b += f * f;
        c += g * g;
        d += h * h;
    }
    z[at] = a;
    z[at + 1] = b;
    z[at + 2] = c;
    z[at + 3] = d;
}

static void squares(double *restrict z, const float *const *plane, const msc_score_lines *lines, size_t n)
{
    strip x;
    lanes sum[STRIP / LANES];
    for (size_t first = 0; first < n; first += STRIP) {
        const size_t some = n - first < STRIP ? n - first : STRIP;
        for (int p = 0; p < lines->n_planes; p++) {
            double *to = (double *)x.plane[p];
            for (size_t i = 0; i < some; i++) to[i] = (double)plane[p][first + i];
            for (size_t i = some; i < STRIP; i++) to[i] = 0;
        }
        for (size_t at = 0; at < STRIP / LANES; at += 4) square_four(sum, &x, lines, at);
        memcpy(z + first, sum, some * sizeof *z);
    }
}

/* Roots and places by vectors; only the entries are fetched one by one. */
static void look_up(uint8_t *restrict out, const double *restrict z, const msc_score_table *table, double full, size_t n)
{
    const double *restrict entry = table->entry;
    const double by = table->step_inverse, last = table->last;
    for (size_t first = 0; first < n; first += STRIP) {
        const size_t some = n - first < STRIP ? n - first : STRIP;
        double at[STRIP], low[STRIP], high[STRIP];
        int32_t k[STRIP];
        for (size_t i = 0; i < some; i++) {
            const double root = sqrt(z[first + i]) * by;
            at[i] = root < last ? root : last;
            k[i] = (int32_t)at[i];
        }
        for (size_t i = 0; i < some; i++) low[i] = entry[k[i]], high[i] = entry[k[i] + 1];
        for (size_t i = 0; i < some; i++) {
            const double between = low[i] + (at[i] - k[i]) * (high[i] - low[i]);
            out[first + i] = (uint8_t)(int32_t)(full * (at[i] < last ? between : 0) + 0.5);
        }
    }
}

const msc_score_rows SCORE_TABLE = { .squares = squares, .look_up = look_up };
