/* chip.c - marks, figures and a scale on the picture of a sample point. */
#include "jobs/chip.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GLYPH_W = 5, GLYPH_H = 7 };
static const uint8_t dark[3] = { 0, 0, 0 }, bright[3] = { 255, 235, 60 };

/* Rows of five dots, the leftmost is bit 4. */
static const char letters[] = "0123456789km";
static const uint8_t glyphs[][GLYPH_H] = {
    { 14, 17, 19, 21, 25, 17, 14 }, { 4, 12, 4, 4, 4, 4, 14 }, { 14, 17, 1, 2, 4, 8, 31 }, { 31, 2, 4, 2, 1, 17, 14 },
    { 2, 6, 10, 18, 31, 2, 2 }, { 31, 16, 30, 1, 1, 17, 14 }, { 6, 8, 16, 30, 17, 17, 14 }, { 31, 1, 2, 4, 8, 8, 8 },
    { 14, 17, 17, 14, 17, 17, 14 }, { 14, 17, 17, 15, 1, 2, 12 }, { 16, 16, 18, 20, 24, 20, 18 }, { 0, 0, 26, 21, 21, 21, 21 } };

/* Fills x0..x1-1, y0..y1-1, as far as that lies on the chip. */
static void fill(const msc_chip *c, int x0, int y0, int x1, int y1, const uint8_t colour[3])
{
    for (int y = y0 < 0 ? 0 : y0; y < y1 && y < c->side_px; y++)
        for (int x = x0 < 0 ? 0 : x0; x < x1 && x < c->side_px; x++) memcpy(c->rgb + 3 * ((size_t)y * (size_t)c->side_px + (size_t)x), colour, 3);
}

/* A stroke with a rim of one pixel, or only the rim. */
static void stroke(const msc_chip *c, int x0, int y0, int x1, int y1, int is_rim)
{
    if (is_rim) fill(c, x0 - 1, y0 - 1, x1 + 1, y1 + 1, dark);
    else fill(c, x0, y0, x1, y1, bright);
}

void msc_chip_mark(const msc_chip *c, double w_px, double h_px)
{
    const int middle = c->side_px / 2, w = w_px < 3 ? 3 : (int)lround(w_px), h = h_px < 3 ? 3 : (int)lround(h_px);
    const int x0 = middle - w / 2, y0 = middle - h / 2, x1 = x0 + w, y1 = y0 + h;
    const int gap = c->side_px / 24 + 2, arm = c->side_px / 10 + 1;
    for (int is_rim = 1; is_rim >= 0; is_rim--) {
        stroke(c, x0 - gap - arm, middle, x0 - gap, middle + 1, is_rim);
        stroke(c, x1 + gap, middle, x1 + gap + arm, middle + 1, is_rim);
        stroke(c, middle, y0 - gap - arm, middle + 1, y0 - gap, is_rim);
        stroke(c, middle, y1 + gap, middle + 1, y1 + gap + arm, is_rim);
        if (is_rim) continue;    /* the outline stays thin, outside what is judged */
        fill(c, x0 - 1, y0 - 1, x1 + 1, y0, bright);
        fill(c, x0 - 1, y1, x1 + 1, y1 + 1, bright);
        fill(c, x0 - 1, y0, x0, y1, bright);
        fill(c, x1, y0, x1 + 1, y1, bright);
    }
}

void msc_chip_write(const msc_chip *c, int x, int y, int dot, const char *text)
{
    for (int is_rim = 1; is_rim >= 0; is_rim--)
        for (int k = 0; text[k]; k++) {
            const char *letter = strchr(letters, text[k]);
            for (int i = 0; letter && i < GLYPH_H * GLYPH_W; i++) {
                const int row = i / GLYPH_W, column = i % GLYPH_W, left = x + (k * (GLYPH_W + 1) + column) * dot, top = y + row * dot;
                if (glyphs[letter - letters][row] >> (GLYPH_W - 1 - column) & 1) stroke(c, left, top, left + dot, top + dot, is_rim);
            }
        }
}

void msc_chip_scale(const msc_chip *c, double metres_per_px, int dot)
{
    static const double steps[] = { 5, 2, 1 };
    const double most_m = 0.4 * c->side_px * metres_per_px;
    if (!(most_m > 0) || !isfinite(most_m)) return;
    double length_m = pow(10, floor(log10(most_m)));
    for (int i = 0; i < 3; i++)
        if (steps[i] * length_m <= most_m * (1 + 1e-9)) {
            length_m *= steps[i];
            break;
        }
    if (length_m < 1) return;    /* no image of this trade shows less */
    const int left = 2 * dot + 2, bottom = c->side_px - 2 * dot - 2, length_px = (int)lround(length_m / metres_per_px);
    for (int is_rim = 1; is_rim >= 0; is_rim--) stroke(c, left, bottom - dot, left + length_px, bottom, is_rim);
    char text[24];
    snprintf(text, sizeof text, length_m >= 1000 ? "%.0fkm" : "%.0fm", length_m >= 1000 ? length_m / 1000 : length_m);
    msc_chip_write(c, left, bottom - dot - (GLYPH_H + 2) * dot, dot, text);
}
