/* odds.h - for and against a change at one pixel, from the posteriors of two years. */
#ifndef MSC_OPS_ODDS_H
#define MSC_OPS_ODDS_H
#include "stream/stream.h"

/* Natural logarithms are whole numbers of 1 / MSC_LOG_UNIT, from tables, so that a sum is the same on every machine. */
enum { MSC_POSTERIOR_BANDS = 6, MSC_LOG_UNIT = 1024 };

int32_t msc_log_units(double x);

/* log of a share of s / 255, s from 1 on; 0 counts as 1. */
typedef struct msc_log_shares { int32_t of[256]; } msc_log_shares;
void msc_log_shares_init(msc_log_shares *shares);

/* Rows of two years' posteriors: code, share in 1/255, of the three most probable classes. */
typedef struct msc_posterior_rows { const uint8_t *plane[2][MSC_POSTERIOR_BANDS]; } msc_posterior_rows;
/* Row y from column x0 on of the MSC_POSTERIOR_BANDS planes (u8) of each of n_years from plane `first` on; another year's are NULL. */
msc_posterior_rows msc_posterior_rows_of(const msc_tile *tile, int first, int n_years, int32_t y, int32_t x0);

/* Log odds of the best pair of classes that differ against the best class that stays, at column x. A class outside
 * a year's list has the least share there is; a year without a list (code 0 first) says all for change. `pair` may be NULL; else
 * before * 256 + after of that pair; 0: none, or two that are equally probable, of which neither is told, so that years may change places. */
int32_t msc_log_odds(const msc_log_shares *shares, const msc_posterior_rows *rows, int32_t x, uint16_t *pair);
#endif
