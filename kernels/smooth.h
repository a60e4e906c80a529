/* smooth.h - row kernels of the smoothing of shares: window sums, and how a pixel weighs its window against itself.
 * Shares are bytes, 0..255 for 0..1; sums of a window are whole numbers; the rest is 32-bit floats, each product and sum
 * rounded by itself, in an order that the length does not change. */
#ifndef MSC_KERNELS_SMOOTH_H
#define MSC_KERNELS_SMOOTH_H
#include <stddef.h>
#include <stdint.h>

enum { MSC_SMOOTH_MAX_SIDE = 15 };   /* 15 * 15 * 255 is below 65536 */

typedef struct msc_smooth_rows {
    /* share[i] = votes[i] * scale rounded half up; returns nothing of use above 255. */
    void (*from_votes)(uint8_t *share, const uint16_t *votes, float scale, size_t n);
    /* column[i] += add[i] - drop[i]; returns nothing of use where a sum would leave 0..65535. */
    void (*slide)(uint16_t *column, const uint8_t *add, const uint8_t *drop, size_t n);
    /* sum[i] = column[i] + ... + column[i + side - 1], and all[i] += sum[i]. side is odd, 3..MSC_SMOOTH_MAX_SIDE.
     * Returns 0, and leaves sum alone, when every sum is 0. */
    int (*across)(uint16_t *sum, float *all, const uint16_t *column, size_t side, size_t n);
    /* weight[i] = (own[i] + doubt) * (sum[i] / all[i] + chance)^power, 0 where sum[i] is 0; total[i] += weight[i].
     * power is 1..4. */
    void (*weigh)(float *weight, float *total, const uint8_t *own, const uint16_t *sum, const float *all, float doubt, float chance,
                  int power, size_t n);
    /* weight[i] becomes its square root; total[i] += weight[i]. */
    void (*soften)(float *weight, float *total, size_t n);
    /* share[i] = 255 * weight[i] / total[i], rounded half up; 0 where ok[i] is 0. */
    void (*share)(uint8_t *share, const float *weight, const float *total, const uint8_t *ok, size_t n);
    /* Where weight[i] is above best[i]: it becomes the best, and c the winner. */
    void (*lead)(int32_t *winner, float *best, const float *weight, int32_t c, size_t n);
    /* Class c takes its place among each pixel's three: out is code and share of the winner, the second and the third.
     * Where winner[i] is c it becomes the first, whatever its share; else share[i] is held against the second and third:
     * a larger one moves them down. */
    void (*rank)(uint8_t *const out[6], const uint8_t *winner, const uint8_t *share, uint8_t c, uint8_t code, size_t n);
} msc_smooth_rows;

extern const msc_smooth_rows msc_smooth_scalar, msc_smooth_avx2, msc_smooth_avx512;
#endif
