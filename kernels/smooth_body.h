/* smooth_body.h - the row kernels of smooth.h in plain C, compiled once a table with that table's instruction set. */
#include "kernels/smooth.h"
#include <math.h>

static void from_votes(uint8_t *restrict share, const uint16_t *restrict votes, float scale, size_t n)
{
    for (size_t i = 0; i < n; i++) share[i] = (uint8_t)(int32_t)((float)votes[i] * scale + 0.5f);
}

static void slide(uint16_t *restrict column, const uint8_t *restrict add, const uint8_t *restrict drop, size_t n)
{
    for (size_t i = 0; i < n; i++) column[i] = (uint16_t)(column[i] + add[i] - drop[i]);
}

#define ACROSS(side)                                                                                                  \
    static int across_##side(uint16_t *restrict sum, float *restrict all, const uint16_t *restrict column, size_t n)  \
    {                                                                                                                 \
        uint16_t any = 0;                                                                                             \
        for (size_t i = 0; i < n + (side) - 1; i++) any |= column[i];                                                 \
        if (any == 0 || n == 0) return 0;                                                                             \
        for (size_t i = 0; i < n; i++) {                                                                              \
            uint16_t s = column[i];                                                                                   \
            for (size_t k = 1; k < (side); k++) s = (uint16_t)(s + column[i + k]);                                    \
            sum[i] = s;                                                                                               \
        }                                                                                                             \
        for (size_t i = 0; i < n; i++) all[i] += (float)sum[i];                                                       \
        return 1;                                                                                                     \
    }
ACROSS(3)
ACROSS(5)
ACROSS(7)
ACROSS(9)
ACROSS(11)
ACROSS(13)
ACROSS(15)

static int across(uint16_t *sum, float *all, const uint16_t *column, size_t side, size_t n)
{
    switch (side) {
    case 3: return across_3(sum, all, column, n);
    case 5: return across_5(sum, all, column, n);
    case 7: return across_7(sum, all, column, n);
    case 9: return across_9(sum, all, column, n);
    case 11: return across_11(sum, all, column, n);
    case 13: return across_13(sum, all, column, n);
    default: return across_15(sum, all, column, n);
    }
}

#define WEIGH(power, raised)                                                                                          \
    static void weigh_##power(float *restrict weight, float *restrict total, const uint8_t *restrict own,             \
                              const uint16_t *restrict sum, const float *restrict all, float doubt, float chance, size_t n) \
    {                                                                                                                 \
        for (size_t i = 0; i < n; i++) {                                                                              \
            const float s = (float)sum[i];                                                                            \
            const float t = s / all[i] + chance, squared = t * t;                                                     \
            const float w = ((float)own[i] + doubt) * (raised);                                                       \
            (void)squared;                                                                                            \
            weight[i] = s > 0.0f ? w : 0.0f;                                                                          \
            total[i] += weight[i];                                                                                    \
        }                                                                                                             \
    }
WEIGH(1, t)
WEIGH(2, squared)
WEIGH(3, squared * t)
WEIGH(4, squared * squared)

static void weigh(float *weight, float *total, const uint8_t *own, const uint16_t *sum, const float *all, float doubt, float chance,
                  int power, size_t n)
{
    switch (power) {
    case 1: weigh_1(weight, total, own, sum, all, doubt, chance, n); break;
    case 2: weigh_2(weight, total, own, sum, all, doubt, chance, n); break;
    case 3: weigh_3(weight, total, own, sum, all, doubt, chance, n); break;
    default: weigh_4(weight, total, own, sum, all, doubt, chance, n); break;
    }
}

static void soften(float *restrict weight, float *restrict total, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        weight[i] = sqrtf(weight[i]);
        total[i] += weight[i];
    }
}

static void share(uint8_t *restrict out, const float *restrict weight, const float *restrict total, const uint8_t *restrict ok, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const int32_t s = (int32_t)(255.0f * weight[i] / (total[i] > 0.0f ? total[i] : 1.0f) + 0.5f);
        out[i] = ok[i] ? (uint8_t)s : 0;
    }
}

static void lead(int32_t *restrict winner, float *restrict best, const float *restrict weight, int32_t c, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        winner[i] = weight[i] > best[i] ? c : winner[i];
        best[i] = weight[i] > best[i] ? weight[i] : best[i];
    }
}

/* Not inlined: the compiler would forget that the rows are apart, and make no vectors. */
static __attribute__((noinline)) void rank_class(uint8_t *restrict code1, uint8_t *restrict share1, uint8_t *restrict code2,
                                                 uint8_t *restrict share2, uint8_t *restrict code3, uint8_t *restrict share3,
                                                 const uint8_t *restrict winner, const uint8_t *restrict share, uint8_t c,
                                                 uint8_t code, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const uint8_t first = (uint8_t)-(winner[i] == c), v = share[i] & (uint8_t)~first, second = share2[i], third = share3[i];
        const uint8_t is_second = (uint8_t)-(v > second), is_third = (uint8_t)-(v > third), third_code = code3[i];
        code1[i] = (uint8_t)((code & first) | (code1[i] & ~first));
        share1[i] = (uint8_t)((share[i] & first) | (share1[i] & ~first));
        code3[i] = (uint8_t)((code2[i] & is_second) | (((code & is_third) | (third_code & ~is_third)) & ~is_second));
        share3[i] = v > second ? second : v > third ? v : third;
        code2[i] = (uint8_t)((code & is_second) | (code2[i] & ~is_second));
        share2[i] = v > second ? v : second;
    }
}

static void rank(uint8_t *const out[6], const uint8_t *winner, const uint8_t *share, uint8_t c, uint8_t code, size_t n)
{
    rank_class(out[0], out[1], out[2], out[3], out[4], out[5], winner, share, c, code, n);
}

const msc_smooth_rows SMOOTH_TABLE = { .from_votes = from_votes, .slide = slide, .across = across, .weigh = weigh, .soften = soften,
                                       .share = share, .lead = lead, .rank = rank };
