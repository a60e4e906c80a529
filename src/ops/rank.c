/* rank.c - from every class' share of a pixel to the three most probable classes. */
#include "ops/rank.h"
#include <string.h>

enum { PIECE_PX = 256 };         /* pixels whose state stays in the first cache */

/* Class index + 1, and share, of the three. */
typedef struct state { uint8_t index[MSC_RANKS][PIECE_PX], share[MSC_RANKS][PIECE_PX]; } state;

/* Lets class c take its place among the pixels' three. */
static void meet(state *restrict s, const uint8_t *restrict winner, const uint8_t *restrict share, uint8_t c, int is_masked, size_t n)
{
    const uint8_t name = (uint8_t)(c + 1);
    for (size_t i = 0; i < n; i++) {
        const uint8_t is_first = winner[i] == c;
        const uint8_t v = is_first | is_masked ? 0 : share[i];
        const uint8_t second = s->share[1][i], third = s->share[2][i], is_second = v > second, is_third = v > third;
        s->index[0][i] = is_first & !is_masked ? name : s->index[0][i];
        s->share[0][i] = is_first & !is_masked ? share[i] : s->share[0][i];
        s->index[2][i] = is_second ? s->index[1][i] : is_third ? name : s->index[2][i];
        s->share[2][i] = is_second ? second : is_third ? v : third;
        s->index[1][i] = is_second ? name : s->index[1][i];
        s->share[1][i] = is_second ? v : second;
    }
}

static void rank_piece(const msc_legend_codes *codes, const uint8_t *const *share, const uint8_t *winner, size_t at, size_t n,
                       uint8_t *const out[MSC_RANK_PLANES])
{
    state s = { .index = { { 0 } } };
    uint8_t code[MSC_MAX_CLASSES + 1] = { 0 };
    for (int c = 0; c < codes->n_classes; c++) {
        code[c + 1] = codes->code[c];
        meet(&s, winner + at, share[c] + at, (uint8_t)c, codes->is_masked[c], n);
    }
    for (int r = 0; r < MSC_RANKS; r++) {
        uint8_t *restrict to = out[2 * r] + at, *restrict of = out[2 * r + 1] + at;
        for (size_t i = 0; i < n; i++) {
            const int is_seen = s.index[0][i] != 0;
            to[i] = is_seen ? code[s.index[r][i]] : 0;
            of[i] = is_seen ? s.share[r][i] : 0;
        }
    }
}

void msc_rank_row(const msc_legend_codes *codes, const uint8_t *const *share, const uint8_t *winner, size_t n, uint8_t *const out[MSC_RANK_PLANES])
{
    for (size_t i = 0; i < n; i += PIECE_PX) rank_piece(codes, share, winner, i, n - i < PIECE_PX ? n - i : PIECE_PX, out);
}
