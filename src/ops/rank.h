/* rank.h - from every class' share of a pixel to the three most probable classes. */
#ifndef MSC_OPS_RANK_H
#define MSC_OPS_RANK_H
#include "model/forest.h"

enum { MSC_RANKS = 3, MSC_RANK_PLANES = 2 * MSC_RANKS };

/* How class indices appear on a map. */
typedef struct msc_legend_codes {
    int n_classes;
    uint8_t code[MSC_MAX_CLASSES];       /* 1..255 */
    uint8_t is_masked[MSC_MAX_CLASSES];  /* 1: mapped as not observed */
} msc_legend_codes;

/* Ranks n pixels. share[c][i] is 0..255 for the share 0..1 of class index c, share[c] NULL where no pixel has one;
 * winner[i] the class index that the map shows, whatever its share, or none of these. out, in this order: code of the
 * winner and its share, code and share of the second, of the third: those with the largest shares among the others that
 * are not masked; of equals the lower index first. Where no further class has a share, code and share are 0. Where the
 * winner is masked or none all six are 0. */
void msc_rank_row(const msc_legend_codes *codes, const uint8_t *const *share, const uint8_t *winner, size_t n, uint8_t *const out[MSC_RANK_PLANES]);
#endif
