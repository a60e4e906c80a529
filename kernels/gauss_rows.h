/* gauss_rows.h - the body of every variant of gauss_row: vectors of LANES pixels, two at a time, written once with vector types and
 * compiled for each instruction set. The compiler may neither fuse nor reorder, so only the width differs. */
#include "kernels/gauss.h"
#include <math.h>
#include <string.h>

#define VECTOR(type) __attribute__((vector_size(sizeof(type) * LANES)))
typedef float reals VECTOR(float);
typedef int32_t marks VECTOR(int32_t);      /* -1 where a comparison holds, 0 where not */
typedef uint32_t bits VECTOR(uint32_t);
typedef uint8_t bytes VECTOR(uint8_t);
typedef reals loose __attribute__((aligned(4), may_alias));

/* PAIR x LANES pixels of every feature, from `at` on, and where their answers go; percent and shares may be NULL. */
typedef struct view { const float *const *rows; uint8_t *winner, *percent, *const *shares; size_t at; } view;

enum { PAIR = 2 };               /* vectors scored together */

#define INLINE static inline __attribute__((always_inline))

INLINE reals choose(marks where, reals a, reals b) { return (reals)((where & (marks)a) | (~where & (marks)b)); }

/* exp(x) for x <= 0, within 1e-5 of itself: 2^n by its exponent, 2^r for |r| <= 1/2 by its Taylor series (to r^5: the rest
 * is below 3e-6). Below e^-86 it stays there: no sum that holds a 1 sees it. */
INLINE reals exponential(reals x)
{
    const float shift = 12582912.0f;        /* 1.5 * 2^23: adding it leaves the nearest integer in the low bits */
    reals y = x * 1.44269504f;
    y = choose(y > -125.0f, y, (reals){ 0 } - 125.0f);
    const reals whole = y + shift, r = y - (whole - shift);
    reals p = r * 1.33335581e-3f + 9.61812911e-3f;
    p = p * r + 5.55041087e-2f;
    p = p * r + 2.40226507e-1f;
    p = p * r + 6.93147181e-1f;
    p = p * r + 1.0f;
    return (reals)((bits)p + ((bits)whole << 23));
}

/* The scores of PAIR vectors of pixels by one signature: a weight is fetched once for all of them. */
INLINE void score_of(const view *pixels, const float *numbers, int n, reals *score)
{
    const float *w = numbers + n;
    reals away[MSC_GAUSS_FEATURES][PAIR];
    for (int k = 0; k < PAIR; k++) score[k] = (reals){ 0 };
#pragma GCC unroll 8
    for (int i = 0; i < n; i++) {
        reals z[PAIR];
        for (int k = 0; k < PAIR; k++) {
            away[i][k] = ((const loose *)(pixels->rows[i] + pixels->at))[k] - numbers[i];
            z[k] = away[0][k] * *w;
        }
        w++;
#pragma GCC unroll 8
        for (int j = 1; j <= i; j++, w++)
            for (int k = 0; k < PAIR; k++) z[k] += away[j][k] * *w;
        for (int k = 0; k < PAIR; k++) score[k] += z[k] * z[k];
    }
    for (int k = 0; k < PAIR; k++) score[k] = score[k] + *w;
}

/* part / sum + 1/2 as bytes; 0 where no score is a number. */
INLINE bytes share_of(reals part, reals sum, reals best)
{
    const reals share = choose(best < INFINITY, part / sum + 0.5f, (reals){ 0 });
    return __builtin_convertvector(__builtin_convertvector(share, marks), bytes);
}

/* 100 x the winner's share of all densities, and 255 x each one's when they are wanted. */
INLINE void shares_of(const view *pixels, size_t at, reals *scores, reals best, int n_signatures)
{
    reals sum = { 0 };
    for (int s = 0; s < n_signatures; s++) sum += scores[s] = exponential((best - scores[s]) * 0.5f);
    const bytes percent = share_of((reals){ 0 } + 100.0f, sum, best);
    memcpy(pixels->percent + at, &percent, LANES);
    for (int s = 0; pixels->shares && s < n_signatures; s++) {
        const bytes share = share_of(scores[s] * 255.0f, sum, best);
        memcpy(pixels->shares[s] + at, &share, LANES);
    }
}

INLINE void pair_of(const view *pixels, const msc_gauss_table *t, int n)
{
    const size_t step = msc_gauss_numbers(n);
    reals scores[PAIR][MSC_GAUSS_CLASSES], best[PAIR];
    marks first[PAIR];
    for (int k = 0; k < PAIR; k++) {
        best[k] = (reals){ 0 } + INFINITY;
        first[k] = (marks){ 0 } + t->class_index[0];
    }
    for (int s = 0; s < t->n_signatures; s++) {
        reals score[PAIR];
        score_of(pixels, t->numbers + (size_t)s * step, n, score);
        for (int k = 0; k < PAIR; k++) {
            const marks is_less = score[k] < best[k];
            best[k] = choose(is_less, score[k], best[k]);
            first[k] = (is_less & t->class_index[s]) | (~is_less & first[k]);
            if (pixels->percent) scores[k][s] = score[k];
        }
    }
    for (size_t k = 0; k < PAIR; k++) {
        const bytes class_index = __builtin_convertvector(first[k], bytes);
        memcpy(pixels->winner + pixels->at + k * LANES, &class_index, LANES);
        if (pixels->percent) shares_of(pixels, pixels->at + k * LANES, scores[k], best[k], t->n_signatures);
    }
}

/* The last pixels, fewer than a pair, out of a copy. */
INLINE void rest_of(const view *pixels, size_t left, const msc_gauss_table *t, int n_features)
{
    enum { STEP = PAIR * LANES };
    float copy[MSC_GAUSS_FEATURES][STEP] = { { 0 } };
    const float *copies[MSC_GAUSS_FEATURES];
    uint8_t last[STEP], percent[STEP], share[MSC_GAUSS_CLASSES][STEP], *shares[MSC_GAUSS_CLASSES];
    for (int f = 0; f < n_features; f++) copies[f] = memcpy(copy[f], pixels->rows[f] + pixels->at, left * sizeof(float));
    for (int s = 0; s < t->n_signatures; s++) shares[s] = share[s];
    const view tail = { copies, last, pixels->percent ? percent : NULL, pixels->shares ? shares : NULL, 0 };
    pair_of(&tail, t, n_features);
    memcpy(pixels->winner + pixels->at, last, left);
    if (pixels->percent) memcpy(pixels->percent + pixels->at, percent, left);
    for (int s = 0; pixels->shares && s < t->n_signatures; s++) memcpy(pixels->shares[s] + pixels->at, share[s], left);
}

/* Whole pairs where they lie, then the rest. */
INLINE void row_of(const view *row, size_t n, const msc_gauss_table *t, int n_features)
{
    view pixels = *row;
    for (; pixels.at + PAIR * LANES <= n; pixels.at += PAIR * LANES) pair_of(&pixels, t, n_features);
    if (pixels.at < n) rest_of(&pixels, n - pixels.at, t, n_features);
}

/* Few features get code of their own, without loops. */
void GAUSS_ROW(uint8_t *winner, uint8_t *percent, uint8_t *const *shares, const float *const *rows, size_t n, const msc_gauss_table *t)
{
    const view row = { rows, winner, percent, percent ? shares : NULL, 0 };
    switch (t->n_features) {
    case 3: row_of(&row, n, t, 3); break;
    case 4: row_of(&row, n, t, 4); break;
    default: row_of(&row, n, t, t->n_features); break;
    }
}
