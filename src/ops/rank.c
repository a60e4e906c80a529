/* rank.c - from every class' share of a pixel to the three most probable classes. */
#include "ops/rank.h"
#include "kernels/kernels.h"
#include <string.h>

enum { PIECE_PX = 256 };         /* pixels whose state stays in the first cache */

/* Zeroes what has no first class. */
static void blank(uint8_t *restrict row, const uint8_t *restrict first, size_t n)
{
    for (size_t i = 0; i < n; i++) row[i] = first[i] ? row[i] : 0;
}

static void rank_piece(const msc_smooth_rows *rows, const msc_legend_codes *codes, const uint8_t *const *share, const uint8_t *winner,
                       size_t at, size_t n, uint8_t *const out[MSC_RANK_PLANES])
{
    uint8_t *to[MSC_RANK_PLANES];
    for (int b = 0; b < MSC_RANK_PLANES; b++) {
        to[b] = out[b] + at;
        memset(to[b], 0, n);
    }
    for (int c = 0; c < codes->n_classes; c++)
        if (share[c] && !codes->is_masked[c]) rows->rank(to, winner + at, share[c] + at, (uint8_t)c, codes->code[c], n);
    for (int b = 1; b < MSC_RANK_PLANES; b++) blank(to[b], to[0], n);
}

void msc_rank_row(const msc_legend_codes *codes, const uint8_t *const *share, const uint8_t *winner, size_t n, uint8_t *const out[MSC_RANK_PLANES])
{
    const msc_smooth_rows *rows = msc_kernels_select()->smooth;
    for (size_t i = 0; i < n; i += PIECE_PX) rank_piece(rows, codes, share, winner, i, n - i < PIECE_PX ? n - i : PIECE_PX, out);
}
