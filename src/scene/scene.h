/* scene.h - a made mining region, seen in two years: every value is a function of (seed, pixel).
 *
 *      relief  ->  sites (pits, quarries, heaps, tailings change the ground)  ->  cover (class and material)
 *                                                                                   |
 *                         truth, DEM  <---------------------------------------------+->  light, sky, sensor -> bands
 */
#ifndef MSC_SCENE_SCENE_H
#define MSC_SCENE_SCENE_H
#include "grid/grid.h"
#include "stream/stream.h"

enum { MSC_SCENE_YEARS = 2, MSC_SCENE_BANDS = 4, MSC_SCENE_YEAR0 = 2024 };

typedef enum msc_scene_class {
    MSC_C_NONE = 0, MSC_C_QUARRY, MSC_C_PIT, MSC_C_HEAP, MSC_C_TAILINGS, MSC_C_ROCK, MSC_C_FOREST, MSC_C_SHRUB,
    MSC_C_CROP, MSC_C_BUILT, MSC_C_ROAD, MSC_C_WATER, MSC_C_CLOUD, MSC_C_SHADOW, MSC_N_SCENE_CLASSES
} msc_scene_class;

typedef struct msc_scene {
    uint64_t seed;
    double pixel_m;
    double haze, noise, clouds, shift_px, season;   /* 0 switches off; 1 (0.4 for shift_px, 0..3) the default */
    double dem_noise_m;          /* standard deviation of each year's DEM about the ground; 0: none */
} msc_scene;

/* The classes with their codes, names, labels and colours; 13 of them. */
extern const msc_class msc_scene_classes[MSC_N_SCENE_CLASSES - 1];

/* Working space of one thread; NULL when memory is out. */
typedef struct msc_scene_work msc_scene_work;
msc_scene_work *msc_scene_work_new(void);
void msc_scene_work_free(msc_scene_work **work);
size_t msc_scene_work_bytes(void);

/* Where a rendering goes: pixel (0,0) of the window and the common stride. */
typedef struct msc_scene_out {
    uint16_t *band[MSC_SCENE_YEARS][MSC_SCENE_BANDS];   /* blue green red nir, reflectance * 10000; 0 not imaged */
    float *dem[MSC_SCENE_YEARS];                        /* m; NULL: not wanted */
    uint8_t *truth[MSC_SCENE_YEARS];                    /* msc_scene_class; 0 not imaged */
    ptrdiff_t stride_px;
} msc_scene_out;

/* Renders any window. The same pixel always gets the same values. */
void msc_scene_render(const msc_scene *scene, msc_scene_work *work, msc_rect window, const msc_scene_out *out);

/* Truth of a window of at most 256 x 256 px of one year (0 or 1), row after row; the same as the rendering's. */
void msc_scene_truth(const msc_scene *scene, msc_scene_work *work, msc_rect window, int year, uint8_t *truth);

/* A source of bands of both years (8 planes u16), truths (2, u8), true change (u16: before * 256 + after, 0 the same, 65535
 * where a year is not imaged, clouded or in a cloud's shadow) and, with has_dem, DEMs (2, f32); every pixel is valid.
 * `works` has one for each thread of the stream. `self` storage is the caller's. */
typedef struct msc_scene_source { const msc_scene *scene; msc_scene_work **works; int has_dem; } msc_scene_source;
enum { MSC_SCENE_TRUTH_PLANE = MSC_SCENE_YEARS * MSC_SCENE_BANDS, MSC_SCENE_CHANGE_PLANE = MSC_SCENE_TRUTH_PLANE + MSC_SCENE_YEARS,
       MSC_SCENE_DEM_PLANE };
void msc_scene_as_source(msc_scene_source *self, int32_t width_px, int32_t height_px, msc_source *source);

/* Where the sun of a year (0, 1) stands, in degrees: clockwise from north, above the horizon. */
void msc_scene_sun(int year, double *azimuth_deg, double *elevation_deg);
#endif
