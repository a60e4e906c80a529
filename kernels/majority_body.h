/* majority_body.h - the row kernels of majority.h in plain C, compiled once a table with that table's instruction set. */
#include "kernels/majority.h"
#include <string.h>

static void slide(uint8_t *restrict column, const uint8_t *restrict add, const uint8_t *restrict drop, uint8_t code, size_t n)
{
    for (size_t i = 0; i < n; i++) column[i] = (uint8_t)(column[i] + (add[i] == code) - (drop[i] == code));
}

/* The kernels for one type of count. Small sides are summed in one go; larger ones by doubling: pairs become the sums
 * of 2, 4, 8... columns, and the side's binary digits say which of them make up the window. */
#define KERNELS(type, suffix)                                                                                         \
    static inline void lead##suffix(type count, uint8_t code, uint8_t centre, type *best, type *own, uint8_t *winner) \
    {                                                                                                                 \
        *winner = count > *best ? code : *winner;                                                                     \
        *best = count > *best ? count : *best;                                                                        \
        *own = centre == code ? count : *own;                                                                         \
    }                                                                                                                 \
    static void pair_up##suffix(type *restrict out, const type *restrict in, size_t step, size_t n)                   \
    {                                                                                                                 \
        for (size_t x = 0; x < n; x++) out[x] = (type)(in[x] + in[x + step]);                                         \
    }                                                                                                                 \
    static void add##suffix(type *restrict out, const type *restrict in, size_t n)                                    \
    {                                                                                                                 \
        for (size_t x = 0; x < n; x++) out[x] = (type)(out[x] + in[x]);                                               \
    }                                                                                                                 \
    static void compare##suffix(const msc_majority_poll *poll, const type *restrict count, uint8_t code)              \
    {                                                                                                                 \
        type *restrict best = poll->best, *restrict own = poll->own;                                                  \
        uint8_t *restrict winner = poll->winner;                                                                      \
        const uint8_t *restrict centre = poll->centre;                                                                \
        const size_t n = poll->n;                                                                                     \
        for (size_t x = 0; x < n; x++) lead##suffix(count[x], code, centre[x], &best[x], &own[x], &winner[x]);        \
    }                                                                                                                 \
    static void doubled##suffix(const msc_majority_poll *poll, const uint8_t *column, uint8_t code)                   \
    {                                                                                                                 \
        const size_t side = poll->side, all = poll->n + side - 1;                                                     \
        type *total = poll->spare, *from = total + all, *to = from + all;                                             \
        size_t at = 1, left = all;               /* columns that the total holds; pairs there are */                  \
        for (size_t x = 0; x < all; x++) from[x] = column[x];                                                         \
        memcpy(total, from, poll->n * sizeof *total);                                                                 \
        for (size_t step = 1; 2 * step <= side; step *= 2) {                                                          \
            left -= step;                                                                                             \
            pair_up##suffix(to, from, step, left);                                                                    \
            type *const swap = from;                                                                                  \
            from = to;                                                                                                \
            to = swap;                                                                                                \
            if (!(side & 2 * step)) continue;                                                                         \
            add##suffix(total, from + at, poll->n);                                                                   \
            at += 2 * step;                                                                                           \
        }                                                                                                             \
        compare##suffix(poll, total, code);                                                                           \
    }                                                                                                                 \
    static void settle##suffix(uint8_t *restrict out, const msc_majority_poll *poll)                                  \
    {                                                                                                                 \
        const type *restrict best = poll->best, *restrict own = poll->own;                                            \
        const uint8_t *restrict winner = poll->winner, *restrict centre = poll->centre;                               \
        const size_t n = poll->n;                                                                                     \
        for (size_t x = 0; x < n; x++) {                                                                              \
            const uint8_t stays = own[x] == best[x] || centre[x] == 0;                                                \
            const uint8_t won = winner[x];                                                                            \
            out[x] = stays ? centre[x] : won;                                                                         \
        }                                                                                                             \
    }
KERNELS(uint8_t, )
KERNELS(uint16_t, _wide)

#define DIRECT(side)                                                                                                  \
    static void stand_##side(const msc_majority_poll *poll, const uint8_t *restrict column, uint8_t code)             \
    {                                                                                                                 \
        uint8_t *restrict best = poll->best, *restrict own = poll->own, *restrict winner = poll->winner;              \
        const uint8_t *restrict centre = poll->centre;                                                                \
        const size_t n = poll->n;                                                                                     \
        for (size_t x = 0; x < n; x++) {                                                                              \
            uint8_t count = column[x];                                                                                \
            for (size_t k = 1; k < (side); k++) count = (uint8_t)(count + column[x + k]);                             \
            lead(count, code, centre[x], &best[x], &own[x], &winner[x]);                                              \
        }                                                                                                             \
    }
DIRECT(3)
DIRECT(5)
DIRECT(7)
DIRECT(9)

static void stand(const msc_majority_poll *poll, const uint8_t *column, uint8_t code)
{
    switch (poll->side) {
    case 3: stand_3(poll, column, code); break;
    case 5: stand_5(poll, column, code); break;
    case 7: stand_7(poll, column, code); break;
    case 9: stand_9(poll, column, code); break;
    default: doubled(poll, column, code); break;
    }
}

const msc_majority_rows MAJORITY_TABLE = { .slide = slide, .stand = stand, .stand_wide = doubled_wide, .settle = settle,
                                           .settle_wide = settle_wide };
