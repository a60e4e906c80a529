/* palette.c - the colours of classes that were given none. */
#include "jobs/palette.h"
#include <string.h>

typedef struct habit { const char *name; uint8_t rgb[3]; } habit;

/* A name that contains one of these words takes its colour; the first that fits wins. */
static const habit habits[] = {
    { "cloud", { 220, 220, 220 } },     { "snow", { 240, 248, 255 } },    { "shadow", { 70, 70, 90 } },
    { "tailing", { 199, 150, 220 } },   { "spoil", { 214, 120, 60 } },    { "heap", { 214, 120, 60 } },
    { "dump", { 214, 120, 60 } },       { "pond", { 90, 170, 220 } },       { "pit", { 205, 30, 40 } },       { "quarry", { 225, 50, 40 } },
    { "mine", { 205, 30, 40 } },        { "reclaim", { 150, 200, 90 } },  { "water", { 40, 100, 190 } },
    { "river", { 40, 100, 190 } },      { "forest", { 20, 100, 50 } },    { "shrub", { 110, 150, 70 } },
    { "grass", { 165, 205, 105 } },     { "veget", { 50, 130, 60 } },     { "crop", { 225, 205, 100 } },
    { "built", { 130, 110, 120 } },     { "urban", { 130, 110, 120 } },   { "village", { 130, 110, 120 } },
    { "road", { 100, 100, 100 } },      { "rock", { 170, 155, 140 } },    { "cliff", { 170, 155, 140 } },
    { "bare", { 205, 180, 140 } },      { "soil", { 205, 180, 140 } },    { "barren", { 205, 180, 140 } },
};

/* ColorBrewer "Paired" (Harrower & Brewer 2003). */
static const uint8_t paired[12][3] = {
    { 166, 206, 227 }, { 31, 120, 180 },  { 178, 223, 138 }, { 51, 160, 44 },   { 251, 154, 153 }, { 227, 26, 28 },
    { 253, 191, 111 }, { 255, 127, 0 },   { 202, 178, 214 }, { 106, 61, 154 },  { 255, 255, 153 }, { 177, 89, 40 },
};

void msc_palette_fill(const char *name, int code, uint8_t rgb[3])
{
    if (rgb[0] || rgb[1] || rgb[2]) return;
    for (size_t i = 0; name && i < sizeof habits / sizeof *habits; i++)
        if (strstr(name, habits[i].name)) {
            memcpy(rgb, habits[i].rgb, 3);
            return;
        }
    memcpy(rgb, paired[(unsigned)(code + 11) % 12u], 3);
}
