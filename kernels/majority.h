/* majority.h - row kernels of the majority filter: the pixels of one class a column, then a window, and who leads. */
#ifndef MSC_KERNELS_MAJORITY_H
#define MSC_KERNELS_MAJORITY_H
#include <stddef.h>
#include <stdint.h>

/* Windows up to this side hold at most 255 pixels, so that bytes count them. */
enum { MSC_MAJORITY_BYTE_SIDE = 15 };

/* The election of one row. Counts are bytes (the narrow kernels) or 16 bits (the wide ones). */
typedef struct msc_majority_poll {
    const uint8_t *centre;       /* [n] the pixels' own classes */
    void *best, *own;            /* [n] most votes so far; votes of the pixel's own class */
    uint8_t *winner;             /* [n] the class that has them */
    void *spare;                 /* room for 3 * (n + side - 1) counts */
    size_t n, side;
} msc_majority_poll;

typedef struct msc_majority_rows {
    /* column[i] += (add[i] == code) - (drop[i] == code) */
    void (*slide)(uint8_t *column, const uint8_t *add, const uint8_t *drop, uint8_t code, size_t n);
    /* Lets a class stand whose columns of n + side - 1 pixels are given: it leads where it has more votes than `best`,
     * so that of equals the one that stood first stays. */
    void (*stand)(const msc_majority_poll *poll, const uint8_t *column, uint8_t code);
    void (*stand_wide)(const msc_majority_poll *poll, const uint8_t *column, uint8_t code);
    /* out[i] = 0 where the centre is 0; the centre where none has more votes; else the winner. */
    void (*settle)(uint8_t *out, const msc_majority_poll *poll);
    void (*settle_wide)(uint8_t *out, const msc_majority_poll *poll);
} msc_majority_rows;

extern const msc_majority_rows msc_majority_scalar, msc_majority_avx2, msc_majority_avx512;
#endif
