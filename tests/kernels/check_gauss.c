/* Gaussian scores: every variant of gauss_row against the scalar one, bit for bit, with a forbidden page behind each row;
 * and the scalar one against the definition in double precision. --bench prints ns a pixel. */
#define _GNU_SOURCE
#include "kernels/kernels.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST = 67, GAPS = 4, N_BENCH = 1024 };

static uint32_t seed = 1;
static uint32_t draw(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}
static float unit(void) { return (float)draw(1000001) / 1e6f; }

static int n_passed, n_failed;
static void verdict(int ok, const char *who, const char *what, int n_features, int n_signatures, size_t n)
{
    if (ok) n_passed++;
    else if (n_failed++ < 20) fprintf(stderr, "%s: %s: %d features, %d signatures, %zu pixels\n", who, what, n_features, n_signatures, n);
}

/* The first byte behind two pages of memory; the pages round them are forbidden. */
static char *fence(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *p = mmap(NULL, 4 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || mprotect(p + page, 2 * page, PROT_READ | PROT_WRITE) != 0) _exit(2);
    return p + 3 * page;
}

static float numbers[MSC_GAUSS_CLASSES * 9000];
static uint8_t names[MSC_GAUSS_CLASSES];
static char *row_fence[MSC_GAUSS_FEATURES], *winner_fence, *percent_fence, *share_fence[MSC_GAUSS_CLASSES];

/* Means some deviations apart, weights of classes some tens wide with mild correlations. */
static msc_gauss_table made_table(int n_features, int n_signatures)
{
    float *at = numbers;
    for (int s = 0; s < n_signatures; s++) {
        for (int f = 0; f < n_features; f++) *at++ = 1000.0f + 200.0f * unit();
        for (int i = 0; i < n_features; i++)
            for (int j = 0; j <= i; j++) *at++ = i == j ? 0.01f + 0.05f * unit() : 0.02f * (unit() - 0.5f) / (float)(i + 1);
        *at++ = 20.0f * unit();
        names[s] = (uint8_t)(3 * s);
    }
    return (msc_gauss_table){ n_features, n_signatures, numbers, names };
}

/* kind 0: near the classes; 1: far off; 2: whatever a float can be. */
static float pick(int kind)
{
    static const float edge[] = { 0.0f, -0.0f, 1e-45f, FLT_MAX, -FLT_MAX, INFINITY, -INFINITY, NAN, 1e20f, -1e19f };
    if (kind == 0) return 1000.0f + 200.0f * unit();
    if (kind == 1) return 65535.0f * unit();
    return draw(3) ? 1000.0f + 200.0f * unit() : edge[draw(sizeof edge / sizeof *edge)];
}

static double score(const msc_gauss_table *t, int s, const float *const *rows, size_t i)
{
    const float *m = t->numbers + (size_t)s * msc_gauss_numbers(t->n_features), *w = m + t->n_features;
    double sum = 0;
    for (int f = 0; f < t->n_features; f++) {
        double z = 0;
        for (int k = 0; k <= f; k++) z += (double)*w++ * ((double)rows[k][i] - (double)m[k]);
        sum += z * z;
    }
    return sum + (double)*w;
}

/* The winner's score is the least to within rounding; its share is right to within rounding. */
static int is_right(const msc_gauss_table *t, const float *const *rows, size_t i, uint8_t winner, uint8_t percent)
{
    double all[MSC_GAUSS_CLASSES], least = INFINITY, of_winner = NAN, sum = 0;
    for (int s = 0; s < t->n_signatures; s++) {
        all[s] = score(t, s, rows, i);
        if (all[s] < least) least = all[s];
        if (names[s] == winner) of_winner = all[s];
    }
    for (int s = 0; s < t->n_signatures; s++) sum += exp(0.5 * (of_winner - all[s]));
    const double tolerance = 1e-5 * (1 + fabs(least));
    return of_winner <= least + tolerance && fabs(percent - 100 / sum) <= 0.5 + 100 * tolerance;
}

/* The shares of all sum up to the whole, and the winner's is what the percentage says. */
static int is_whole(const msc_gauss_table *t, uint8_t share[MSC_GAUSS_CLASSES][LONGEST], size_t i, uint8_t winner, uint8_t percent)
{
    double sum = 0, of_winner = 0;
    for (int s = 0; s < t->n_signatures; s++) {
        sum += share[s][i];
        if (t->class_index[s] == winner) of_winner = share[s][i];
    }
    return fabs(sum - 255) <= 0.5 * t->n_signatures + 0.1 && fabs(of_winner / 255 - percent / 100.0) <= 0.5 / 255 + 0.5 / 100 + 1e-6;
}

static void check_rows(const msc_kernels *k, const msc_gauss_table *t, int kind, size_t n, size_t gap)
{
    const float *rows[MSC_GAUSS_FEATURES];
    static uint8_t share[MSC_GAUSS_CLASSES][LONGEST];
    uint8_t want[2][LONGEST], *want_share[MSC_GAUSS_CLASSES], *got_share[MSC_GAUSS_CLASSES];
    uint8_t *winner = (uint8_t *)winner_fence - n - gap, *percent = (uint8_t *)percent_fence - n - gap;
    for (int f = 0; f < t->n_features; f++) {
        float *row = (float *)(void *)row_fence[f] - n - gap;
        for (size_t i = 0; i < n; i++) row[i] = pick(kind);
        rows[f] = row;
    }
    for (int s = 0; s < t->n_signatures; s++) {
        want_share[s] = share[s];
        got_share[s] = memset((uint8_t *)share_fence[s] - n - gap, 77, n + gap);
    }
    memset(winner, 77, n + gap);
    memset(percent, 77, n + gap);
    msc_kernels_scalar.gauss_row(want[0], want[1], want_share, rows, n, t);
    k->gauss_row(winner, percent, got_share, rows, n, t);
    int same = memcmp(want[0], winner, n) == 0 && memcmp(want[1], percent, n) == 0;
    for (int s = 0; s < t->n_signatures; s++) {
        same &= memcmp(share[s], got_share[s], n) == 0;
        for (size_t i = n; i < n + gap; i++) same &= got_share[s][i] == 77;
    }
    for (size_t i = n; i < n + gap; i++) same &= winner[i] == 77 && percent[i] == 77;
    verdict(same, k->name, "differs", t->n_features, t->n_signatures, n);
    memset(winner, 77, n);
    memset(percent, 77, n);
    k->gauss_row(winner, percent, NULL, rows, n, t);
    verdict(memcmp(want[0], winner, n) == 0 && memcmp(want[1], percent, n) == 0, k->name, "differs without all shares", t->n_features, t->n_signatures, n);
    memset(winner, 77, n);
    k->gauss_row(winner, NULL, NULL, rows, n, t);
    verdict(memcmp(want[0], winner, n) == 0, k->name, "differs without shares", t->n_features, t->n_signatures, n);
    int right = 1;
    for (size_t i = 0; i < n && kind < 2; i++)
        right &= is_right(t, rows, i, want[0][i], want[1][i]) && is_whole(t, share, i, want[0][i], want[1][i]);
    verdict(right, "scalar", "is not the definition", t->n_features, t->n_signatures, n);
}

static void check_table(const msc_kernels *k)
{
    static const int widths[] = { 1, 2, 3, 4, 5, 8, 10, 17, 128 }, counts[] = { 1, 2, 6, 13, 64 };
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            const msc_gauss_table t = made_table(widths[w], counts[c]);
            for (size_t n = 0; n <= LONGEST; n += widths[w] > 17 ? 9 : 1)
                for (size_t gap = 0; gap < GAPS; gap++) check_rows(k, &t, (int)(n + gap) % 3, n, gap);
        }
}

/* One class at 0 and one at 2a with deviation 1: the posterior at x is a logistic curve of 2a (x - a). A pixel that no
 * class can score belongs to the first, with nothing behind it. */
static void check_shares(const msc_kernels *k)
{
    static const float two[] = { 0, 1, 0, 8, 1, 0 };
    static const uint8_t name[] = { 5, 9 };
    const msc_gauss_table t = { 1, 2, two, name };
    uint8_t winner, percent;
    int right = 1;
    for (int i = 0; i <= 8000; i++) {
        const float x = (float)i / 1000.0f, *row = &x;
        const double share = 100 / (1 + exp(-8 * fabs((double)x - 4)));
        k->gauss_row(&winner, &percent, NULL, &row, 1, &t);
        right &= winner == (x > 4 ? 9 : 5) && fabs(percent - share) <= 0.501;
    }
    verdict(right, k->name, "is not the logistic curve", 1, 2, 1);
    const float nothing[] = { NAN, INFINITY, FLT_MAX };
    for (int i = 0; i < 3; i++) {
        const float *row = &nothing[i];
        k->gauss_row(&winner, &percent, NULL, &row, 1, &t);
        verdict(winner == 5 && percent == 0, k->name, "scores what is no number", 1, 2, 1);
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bench(const msc_kernels *k, int n_features, int n_signatures)
{
    static float x[MSC_GAUSS_FEATURES][N_BENCH];
    const float *rows[MSC_GAUSS_FEATURES];
    uint8_t winner[N_BENCH], percent[N_BENCH];
    const msc_gauss_table t = made_table(n_features, n_signatures);
    double best[2] = { 1e9, 1e9 };
    for (int f = 0; f < n_features; f++) {
        rows[f] = x[f];
        for (size_t i = 0; i < N_BENCH; i++) x[f][i] = pick(0);
    }
    for (int run = 0; run < 20; run++) {
        const double start = seconds();
        for (int i = 0; i < 100; i++) k->gauss_row(winner, run % 2 ? percent : NULL, NULL, rows, N_BENCH, &t);
        const double took = seconds() - start;
        if (took < best[run % 2]) best[run % 2] = took;
    }
    printf("%-7s %3d features %2d signatures: %6.2f ns/px, with shares %6.2f\n", k->name, n_features, n_signatures,
           best[0] / 100 / N_BENCH * 1e9, best[1] / 100 / N_BENCH * 1e9);
}

int main(int argc, char **argv)
{
    __builtin_cpu_init();
    const msc_kernels *const tables[] = { &msc_kernels_scalar, &msc_kernels_avx2, &msc_kernels_avx512 };
    const int runs[] = { 1, __builtin_cpu_supports("avx2"), __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
                                                             && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") };
    for (int f = 0; f < MSC_GAUSS_FEATURES; f++) row_fence[f] = fence();
    for (int s = 0; s < MSC_GAUSS_CLASSES; s++) share_fence[s] = fence();
    winner_fence = fence();
    percent_fence = fence();
    for (int t = 0; t < 3; t++) {
        if (!runs[t]) {
            printf("%s skipped: this CPU has none\n", tables[t]->name);
        } else if (argc > 1 && strcmp(argv[1], "--bench") == 0) {
            bench(tables[t], 4, 6);
            bench(tables[t], 4, 13);
            bench(tables[t], 10, 9);
            bench(tables[t], 17, 13);
        } else {
            check_table(tables[t]);
            check_shares(tables[t]);
        }
    }
    printf("%d passed, %d failed\n", n_passed, n_failed);
    return n_failed != 0;
}
