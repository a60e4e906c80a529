/* sky.h - what lies between ground and file: sun, clouds, haze, the mosaic seam, the edge of the image. */
#ifndef MSC_SCENE_SKY_H
#define MSC_SCENE_SKY_H
#include "scene/scene.h"

#define MSC_CLOUD_HEIGHT_M 700.0f

typedef struct msc_sun {
    float east, south;           /* unit vector on the ground towards the sun */
    float tangent, sine, cosine; /* of its elevation */
} msc_sun;
msc_sun msc_sky_sun(int year);

/* Cloud thickness at a world position; clouds are where it passes 0. */
float msc_sky_cloud(const msc_scene *scene, int year, double x, double y);

/* Thickness of the haze, about 1 with default settings, 0 when switched off. */
float msc_sky_haze(const msc_scene *scene, int year, double x, double y);

/* What the air and the sensor add: value = gain * reflectance + offset, reflectance * 10000. */
typedef struct msc_view { float gain[MSC_SCENE_BANDS], offset[MSC_SCENE_BANDS]; } msc_view;
void msc_sky_view(const msc_scene *scene, int year, double x, double y, float haze, msc_view *view);

/* Non-zero where the year's image has data: the edges of the acquisition are slanted against the scene. */
int msc_sky_is_imaged(int year, double x, double y);
/* Error of a year's survey of heights at a place, m: smooth over some 10 to 50 m, as matched images leave it. */
float msc_sky_height_error(const msc_scene *scene, int year, double x, double y);
#endif
