/* earthwork.h - what one part of a site does to the ground at a point: its height, class and material. */
#ifndef MSC_SCENE_EARTHWORK_H
#define MSC_SCENE_EARTHWORK_H
#include "scene/site.h"
#include "scene/material.h"

/* The ground at one point in one year. cover is MSC_C_NONE until something claims it. */
typedef struct msc_ground {
    float z;
    uint8_t cover, material;
    float tone, hue;
} msc_ground;

/* Two shared noises (about 55 m and 17 m) that make outlines ragged, the same in both years. */
typedef struct msc_ragged { float wide, fine; } msc_ragged;

/* Changes *ground where the part lies over (x, y) in `year`. */
void msc_earthwork(const msc_part *part, int year, double x, double y, const msc_ragged *ragged, msc_ground *ground);
#endif
