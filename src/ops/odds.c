/* odds.c - for and against a change at one pixel, from the posteriors of two years. */
#include "ops/odds.h"
#include <math.h>

enum { N_RANKED = MSC_POSTERIOR_BANDS / 2 };

int32_t msc_log_units(double x) { return (int32_t)lround(log(x) * MSC_LOG_UNIT); }

void msc_log_shares_init(msc_log_shares *shares)
{
    for (int s = 0; s < 256; s++) shares->of[s] = msc_log_units((s > 0 ? s : 1) / 255.0);
}

msc_posterior_rows msc_posterior_rows_of(const msc_tile *tile, int first, int n_years, int32_t y, int32_t x0)
{
    msc_posterior_rows rows = { 0 };
    for (int year = 0; year < n_years; year++)
        for (int p = 0; p < MSC_POSTERIOR_BANDS; p++)
            rows.plane[year][p] = msc_row_u8(tile, first + year * MSC_POSTERIOR_BANDS + p, y) + x0;
    return rows;
}

int32_t msc_log_odds(const msc_log_shares *shares, const msc_posterior_rows *rows, int32_t x, uint16_t *pair)
{
    const uint8_t *const *before = rows->plane[0], *const *after = rows->plane[1];
    int32_t change = INT32_MIN, same = INT32_MIN;
    const int32_t least = shares->of[1];
    uint16_t best = 0;
    if (pair) *pair = 0;
    if (!before[0][x] || !after[0][x]) return -least;
    for (int i = 0; i < N_RANKED; i++) {
        const uint8_t a = before[2 * i][x], other = after[2 * i][x];
        const int32_t sure = shares->of[before[2 * i + 1][x]];
        int32_t stays = sure + least;
        for (int j = 0; j < N_RANKED; j++) {
            const uint8_t b = after[2 * j][x];
            const int32_t both = sure + shares->of[after[2 * j + 1][x]];
            if (b == 0 || a == 0) continue;
            if (a == b) stays = both;
            else if (both == change) best = 0;
            else if (both > change) change = both, best = (uint16_t)(a << 8 | b);
        }
        if (a && stays > same) same = stays;
        stays = shares->of[after[2 * i + 1][x]] + least;   /* of a class that may be in the later list only */
        if (other && stays > same) same = stays;
    }
    if (pair) *pair = best;
    return change == INT32_MIN ? least : change - same;
}
