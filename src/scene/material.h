/* material.h - what surfaces look like: reflectance of materials in two seasons, and how unevenly they show it. */
#ifndef MSC_SCENE_MATERIAL_H
#define MSC_SCENE_MATERIAL_H
#include "scene/scene.h"

typedef enum msc_material {
    MSC_M_BROADLEAF = 0, MSC_M_CONIFER, MSC_M_SHRUB, MSC_M_GRASS, MSC_M_MAIZE, MSC_M_VEGETABLES, MSC_M_TILLED, MSC_M_ORCHARD,
    MSC_M_ROOF_RED, MSC_M_ROOF_GREY, MSC_M_ROOF_BLUE, MSC_M_ROOF_WHITE, MSC_M_CONCRETE, MSC_M_EARTH_YARD, MSC_M_ASPHALT,
    MSC_M_DIRT_ROAD, MSC_M_RIVER, MSC_M_LAKE, MSC_M_DIRTY_WATER, MSC_M_ROCK, MSC_M_BENCH, MSC_M_FACE, MSC_M_FLOOR,
    MSC_M_PIT_BENCH, MSC_M_PIT_FACE, MSC_M_PIT_FLOOR, MSC_M_WASTE, MSC_M_GANGUE, MSC_M_DAM, MSC_M_DRY_BEACH, MSC_M_WET_BEACH,
    MSC_M_SLIME_POOL, MSC_M_PLANTED, MSC_N_MATERIALS
} msc_material;

typedef struct msc_look {
    float summer[MSC_SCENE_BANDS], autumn[MSC_SCENE_BANDS];   /* reflectance * 10000: blue green red nir */
    float grain, patch, broad;   /* relative variation at about 1 px, 9 m and 60 m */
    float stone;                 /* how far tone and hue of the site's rock act, 0..1 */
} msc_look;
extern const msc_look msc_looks[MSC_N_MATERIALS];
#endif
