/* The row kernels of windows, textures, majorities and scores: every table against the scalar one, bit for bit, for lengths 0..67 and several sides. */
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
    float *holed = malloc((n + 1) * sizeof *holed);
    for (size_t i = 0; i < n; i++) holed[i] = r->ok[i] ? r->b[i] : NAN;
    FLOATS(k->stack_low(f, r->a, holed, n));
    FLOATS(k->stack_high(f, r->a, holed, n));
    FLOATS(k->range(f, holed, r->a, n));
    FLOATS(memset(f, 0, n * 4); if (n > 2) k->surface(f, r->a + 1, holed + 1, r->c + 1, 0.5f, 0.25f, n - 2));
    FLOATS(memset(f, 0, n * 4); if (n > 2) k->surface(f, holed + 1, r->a + 1, r->c + 1, 2.0f, 0.5f, n - 2));
    free(holed);
    FLOATS(k->mean(f, r->s, r->inv, n));
    FLOATS(k->deviation(f, r->s, r->t, r->count, r->inv, n));
    FLOATS(k->above_mean(f, r->a, r->s, r->inv, n));
    FLOATS(k->range(f, r->a, r->b, n));
    FLOATS(k->scale(f, r->s, 1.0 / 3.0, n));
    FLOATS(memcpy(f, r->a, n * 4); k->keep(f, r->ok, n));
    FLOATS(k->slope(f, r->a + 1, r->b + 1, r->c + 1, 0.05f, n));
    FLOATS(k->northness(f, r->a + 1, r->b + 1, r->c + 1, 0.05f, n));
    FLOATS(k->eastness(f, r->a + 1, r->b + 1, r->c + 1, 0.05f, n));
    FLOATS(k->light(f, r->a + 1, r->b + 1, r->c + 1, 0.05f, &(msc_window_sun){ 0.5f, -0.5f, 0.7071f, 0.3f, 0.99f }, n));
    FLOATS(k->surface(f, r->a + 1, r->b + 1, r->c + 1, 0.5f, 0.25f, n));
    static const float least[4] = { 900, 16, 1, 0.2f };
    FLOATS(memset(f, 0, n * 4); k->heights((uint8_t *)f, (const float *[3]){ r->a + 1, r->b + 1, r->c + 1 }, (const float *[3]){ r->c + 1, r->a + 1, r->b + 1 },
                                           &(msc_window_heights){ 3.0f, 900.0f, 0.01f, least, 4 }, n));
    FLOATS(k->over(f, r->a, r->b, n));
    FLOATS(memcpy(f, r->a, n * 4); k->over(f, f, r->c, n));
    float *positive = malloc((n + 1) * sizeof *positive);
    for (size_t i = 0; i < n; i++) positive[i] = fabsf(r->a[i]);
    FLOATS(memset(f, 0, n * 4); k->to_u16((uint16_t *)(void *)f, positive, n));
    free(positive);
    free(spare);
    return (size_t)(at - out);
}

/* The same for levels, pairs and textures. */
static size_t apply_texture(const msc_texture_rows *k, const rows *r, unsigned char *out)
{
    const size_t n = r->n;
    unsigned char *at = out;
    uint8_t *level = malloc(3 * (n + 1) + 1), *flat = level, *upper = level + n + 1, *lower = level + 2 * (n + 1);
    for (size_t i = 0; i < 3 * (n + 1); i++) level[i] = (uint8_t)((i * 2654435761u >> 7) % 9);
    k->levels(at, r->a, r->ok, -20.0f, 0.31f, n);
    at += n;
    while ((uintptr_t)at % 8) *at++ = 0;
    for (int m = 0; m < MSC_PAIR_MEASURES; m++) {
        FLOATS(k->cells[m](f, flat, upper, lower, n));
        FLOATS(k->walls[m](f, upper, lower, n));
    }
    k->codes(at, upper, lower, n);
    at += (n + 7) / 8 * 8;
    uint16_t *spare = malloc(6 * (n + 1));
    for (size_t side = 3; side <= n && side < 64; side += 4) {
        uint32_t *sum = (uint32_t *)(void *)at;
        k->add_squares(sum, flat, upper, 2, spare, n - side + 1, side);
        k->add_squares(sum, lower, flat, 4, spare, n - side + 1, side);
        at += n * sizeof *sum;
    }
    free(spare);
    uint32_t *squares = malloc(4 * (n + 1));
    for (size_t i = 0; i < n; i++) squares[i] = r->word[i] * 77777u;
    FLOATS(k->energy(f, squares, r->count, n));
    free(squares);
    FLOATS(k->share(f, r->s, r->count, 1.0 / 7.0, n));
    FLOATS(k->correlation(f, r->s, r->t, r->t, r->count, n));
    free(level);
    return (size_t)(at - out);
}

/* An election of three classes in windows of several sides. */
static size_t apply_majority(const msc_majority_rows *k, const rows *r, unsigned char *out)
{
    static const size_t sides[] = { 3, 5, 7, 9, 11, 15, 17, 63 };
    unsigned char *at = out;
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
        if (r->n < sides[s]) continue;
        const size_t n = r->n - sides[s] + 1;
        const int is_wide = sides[s] > MSC_MAJORITY_BYTE_SIDE;
        uint8_t *column = malloc(r->n), *add = malloc(r->n), *drop = malloc(r->n), *winner = calloc(n, 1);
        void *best = calloc(n, 2), *own = calloc(n, 2), *spare = malloc(6 * r->n);
        for (size_t i = 0; i < r->n; i++) add[i] = r->byte[i] % 4, drop[i] = r->word[i] % 4;
        const msc_majority_poll poll = { add + sides[s] / 2, best, own, winner, spare, n, sides[s] };
        for (uint8_t code = 1; code < 4; code++) {
            for (size_t i = 0; i < r->n; i++) column[i] = (uint8_t)(1 + r->byte[i] % (sides[s] - 1));
            k->slide(column, add, drop, code, r->n);
            (is_wide ? k->stand_wide : k->stand)(&poll, column, code);
        }
        (is_wide ? k->settle_wide : k->settle)(at, &poll);
        memcpy(at + n, best, n * (is_wide ? 2 : 1));
        at += 3 * n;
        free(column), free(add), free(drop), free(winner), free(best), free(own), free(spare);
    }
    return (size_t)(at - out);
}

/* Three lines over three planes, and a table of the root that ends among the scores. */
static size_t apply_score(const msc_score_rows *k, const rows *r, unsigned char *out)
{
    static const double factor[9] = { 0.25, -1.5, 1e-3, 3.0, 0.1, -0.2, 1.0 / 3.0, 0, 7e-5 }, offset[3] = { 0.5, -2, 1e3 };
    double entry[102];
    for (int i = 0; i < 102; i++) entry[i] = 1.0 / (1 + i * 0.07);
    const float *const plane[3] = { r->a, r->b, r->c };
    k->squares((double *)(void *)out, plane, &(msc_score_lines){ factor, offset, 3, 3 }, r->n);
    k->look_up(out + r->n * sizeof(double), (double *)(void *)out, &(msc_score_table){ entry, 0.02, 100 }, 254, r->n);
    return r->n * (sizeof(double) + 1);
}

static size_t apply_all(const msc_kernels *k, const rows *r, unsigned char *out)
{
    memset(out, 0, MOST * 8 * 80);
    size_t used = (apply(k->window, r, out) + 7) / 8 * 8;
    used += (apply_texture(k->texture, r, out + used) + 7) / 8 * 8;
    used += (apply_majority(k->majority, r, out + used) + 7) / 8 * 8;
    return used + apply_score(k->score, r, out + used);
}

int main(void)
{
    __builtin_cpu_init();
    const msc_kernels *const tables[] = { &msc_kernels_avx2, &msc_kernels_avx512 };
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
                const size_t bytes = apply_all(&msc_kernels_scalar, &r, want);
                const int same = apply_all(tables[t], &r, got) == bytes && memcmp(want, got, bytes) == 0;
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
