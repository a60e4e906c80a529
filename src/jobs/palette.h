/* palette.h - the colours of classes that were given none. */
#ifndef MSC_JOBS_PALETTE_H
#define MSC_JOBS_PALETTE_H
#include "minescar.h"

/* Sets rgb of a class whose rgb is 0,0,0: by its name where the trade has a habit (quarry, water, forest...), else by
 * its code from a list of colours that stay apart in print. */
void msc_palette_fill(const char *name, int code, uint8_t rgb[3]);
#endif
