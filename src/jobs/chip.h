/* chip.h - what is drawn on the picture of a sample point: its pixel, its number, a scale. */
#ifndef MSC_JOBS_CHIP_H
#define MSC_JOBS_CHIP_H
#include <stdint.h>

/* A square picture of side_px x side_px px in red, green, blue bytes. */
typedef struct msc_chip { uint8_t *rgb; int side_px; } msc_chip;

/* Draws round the middle the outline of what is to be judged, w x h px of the picture (at least 3 are drawn), with four
 * strokes that point at it and leave it free. */
void msc_chip_mark(const msc_chip *chip, double w_px, double h_px);
/* Writes digits, and the letters k and m, from (x, y) on with a dark rim; a letter is 5 x 7 dots of `dot_px`. */
void msc_chip_write(const msc_chip *chip, int x, int y, int dot_px, const char *text);
/* A bar of 1, 2 or 5 times a power of ten metres, at most two fifths of the side, and its length at the lower left. */
void msc_chip_scale(const msc_chip *chip, double metres_per_px, int dot_px);
#endif
