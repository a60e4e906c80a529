/* The row kernels of windows: every table against the scalar one, bit for bit, for lengths 0..67 and several sides. */
#include "kernels/kernels.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 67, MOST = LONGEST + 64 };

/* Rows as they come from pixels, and what the kernels make of them; each on the heap so that a sanitizer sees its end. */
typedef struct rows {
    size_t n;
    uint8_t *byte, *ok;
    uint16_t *word;
    float *a, *b, *c;
    double *s, *t, *count, *inv;
} rows;

static uint32_t seed = 3;
static uint32_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static float pick(int kind)
{
    switch (kind) {
    case 0: return 0.0f;
    case 1: return 65535.0f;
    case 2: return (float)(draw() % 65536);
    case 3: return (float)draw() / 7.0e5f - 3000.0f;
    default: return draw() & 3 ? (float)(draw() % 100) / 3.0f : draw() & 1 ? 1e30f : -1e-30f;
    }
}

static rows make(size_t n, int kind)
{
    const size_t m = n + 2;
    rows r = { n, malloc(m), malloc(m), malloc(m * 2), malloc(m * 4), malloc(m * 4), malloc(m * 4), malloc(m * 8), malloc(m * 8), malloc(m * 8), malloc(m * 8) };
    for (size_t i = 0; i < m; i++) {
        r.byte[i] = (uint8_t)draw();
        r.ok[i] = draw() % 5 != 0;
        r.word[i] = (uint16_t)draw();
        r.a[i] = pick(kind), r.b[i] = pick(kind), r.c[i] = pick(kind);
        r.s[i] = (double)pick(kind) * 9.0, r.t[i] = fabs((double)pick(kind)) * 1e5;
        r.count[i] = draw() % 4 ? 25 : 0;
        r.inv[i] = r.count[i] > 0 ? 1.0 / r.count[i] : 0.0;
    }
    return r;
}

static void clear(rows *r)
{
    void *all[] = { r->byte, r->ok, r->word, r->a, r->b, r->c, r->s, r->t, r->count, r->inv };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

/* Everything that a table makes of the rows, into `out`; returns the bytes used. */
static size_t apply(const msc_window_rows *k, const rows *r, unsigned char *out)
{
    const size_t n = r->n;
    unsigned char *at = out;
    float *spare = malloc((2 * n + 1) * sizeof(double));
#define FLOATS(call) do { float *f = (float *)(void *)at; call; at += n * sizeof(float); } while (0)
#define DOUBLES(call) do { double *d = (double *)(void *)at; call; at += n * sizeof(double); } while (0)
    DOUBLES(memcpy(d, r->s, n * 8); k->slide(d, r->a, r->b, n));
    DOUBLES(memcpy(d, r->s, n * 8); k->slide_squares(d, r->a, r->b, n));
    DOUBLES(k->stack(d, r->s, r->a, n));
    DOUBLES(memcpy(d, r->s, n * 8); k->stack(d, d, r->a, n));
    DOUBLES(k->stack_squares(d, r->s, r->a, n));
    DOUBLES(k->join(d, r->s, r->t, n));
    DOUBLES(k->invert(d, r->count, n));
    for (size_t side = 1; side <= n && side < 64; side += side < 12 ? 1 : 10)
        DOUBLES(k->across(d, r->s, spare, n - side + 1, side); memset(d + (n - side + 1), 0, (side - 1) * 8));
    for (size_t side = 1; side <= n && side < 64; side += 4) {
        FLOATS(k->across_low(f, r->a, spare, n - side + 1, side); memset(f + (n - side + 1), 0, (side - 1) * 4));
        FLOATS(k->across_high(f, r->a, spare, n - side + 1, side); memset(f + (n - side + 1), 0, (side - 1) * 4));
    }
    FLOATS(k->from_u8(f, r->byte, r->ok, -1.0f, n));
    FLOATS(k->from_u16(f, r->word, r->ok, INFINITY, n));
    FLOATS(k->from_f32(f, r->a, r->ok, 0.0f, n));
    FLOATS(k->stack_low(f, r->a, r->b, n));
    FLOATS(k->stack_high(f, r->a, r->b, n));
    FLOATS(k->mean(f, r->s, r->inv, n));
    FLOATS(k->deviation(f, r->s, r->t, r->count, r->inv, n));
    FLOATS(k->above_mean(f, r->a, r->s, r->inv, n));
    FLOATS(k->range(f, r->a, r->b, n));
    FLOATS(k->scale(f, r->s, 1.0 / 3.0, n));
    FLOATS(memcpy(f, r->a, n * 4); k->keep(f, r->ok, n));
    FLOATS(k->slope(f, r->a + 1, r->b + 1, r->c + 1, 0.05f, n));
    free(spare);
    return (size_t)(at - out);
}

int main(void)
{
    __builtin_cpu_init();
    const msc_window_rows *const tables[] = { &msc_window_avx2, &msc_window_avx512 };
    const char *const names[] = { "avx2", "avx512" };
    const int runs[] = { __builtin_cpu_supports("avx2"), __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
                                                         && __builtin_cpu_supports("avx512bw") };
    unsigned char *want = malloc(MOST * 8 * 80), *got = malloc(MOST * 8 * 80);
    int n_passed = 0, n_failed = 0;
    for (int t = 0; t < 2; t++) {
        if (!runs[t]) {
            printf("%s skipped: this CPU has none\n", names[t]);
            continue;
        }
        for (int kind = 0; kind < 5; kind++)
            for (size_t n = 0; n <= LONGEST; n++) {
                rows r = make(n, kind);
                const size_t bytes = apply(&msc_window_scalar, &r, want);
                const int same = apply(tables[t], &r, got) == bytes && memcmp(want, got, bytes) == 0;
                if (same) n_passed++;
                else if (n_failed++ < 20) fprintf(stderr, "%s differs: kind=%d n=%zu\n", names[t], kind, n);
                clear(&r);
            }
    }
    free(want);
    free(got);
    printf("%d passed, %d failed\n", n_passed, n_failed);
    return n_failed != 0;
}
