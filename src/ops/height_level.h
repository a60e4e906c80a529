/* height_level.h - by how much more two elevation models differ at a pixel than they do where nothing happened. */
#ifndef MSC_OPS_HEIGHT_LEVEL_H
#define MSC_OPS_HEIGHT_LEVEL_H
#include "model/heights.h"
#include "stream/stream.h"

/* Level 15: less than 0.41 standard deviations; each level below begins at half as much again: level k, k < 15, from
 * 2^((15 - k) / 2) - 1 of them on, level 0 from 180. */
enum { MSC_HEIGHT_LEVELS = 16, MSC_NO_HEIGHT = 16 };
double msc_height_level_begin(int level);   /* in standard deviations; 0 for level 15 */

/* Two elevation models, m, as planes 0 of two tiles of one window. The gradient is the steeper of both years', by central differences. */
typedef struct msc_height_pair { const msc_tile *before, *after; } msc_height_pair;

/* n pixels of row y from column x0 on; a pixel needs its four neighbours, observed, in both. `level` gets the level or MSC_NO_HEIGHT. */
void msc_heights_row(const msc_heights *self, const msc_height_pair *pair, int32_t y, int32_t x0, int32_t n, uint8_t *level);
/* One pixel's difference (after - before) and gradient; 0 and nothing written where it has none. */
int msc_height_sample_of(const msc_height_pair *pair, int32_t x, int32_t y, msc_height_sample *sample);
#endif
