/* site.h - what people dug, dumped and built: mine sites, villages and reservoirs on jittered cells.
 *
 * The plane is cut into cells of MSC_CELL_M; what a cell holds is a function of (seed, cell), and nothing reaches
 * further than MSC_REACH_M from its cell, so that a window needs only the cells around it. */
#ifndef MSC_SCENE_SITE_H
#define MSC_SCENE_SITE_H
#include "scene/relief.h"

#define MSC_CELL_M 640.0
#define MSC_REACH_M 640.0
#define MSC_LAKE_CELL_M 3840.0

typedef enum msc_part_kind { MSC_P_PIT = 1, MSC_P_QUARRY, MSC_P_CONE, MSC_P_TERRACE, MSC_P_POND, MSC_P_YARD,
                             MSC_P_HAUL, MSC_P_VILLAGE } msc_part_kind;

/* One piece of a site. Lengths in m, heights above the scene's zero. */
typedef struct msc_part {
    msc_part_kind kind;
    uint32_t seed;
    double x, y;
    float turn_c, turn_s;        /* unit vector of the long axis */
    float a[2], b[2];            /* half axes in each year; 0: not there */
    float move[2];               /* shift of the centre in the second year */
    float level[2];              /* floor of a pit, crest of a pond or heap */
    float bench_m, steep;
    float up_e, up_s;            /* unit vector uphill */
    float water[2];              /* level of water standing in it; -1e9 none */
    int is_reclaimed[2];
    float tone, hue;             /* brightness and warmth of the rock, about -1..1 */
    float lobe[4];               /* cosine and sine parts of a two- and a three-fold bulge of the outline */
    double near_x, near_y;       /* everything of the part lies within reach_m of here */
    float reach_m;
    double x1, y1;               /* far end of a haul road */
} msc_part;

enum { MSC_MAX_PARTS = 8 };
typedef struct msc_cell {
    int32_t cx, cy;
    int is_set, n_parts;
    msc_part part[MSC_MAX_PARTS];
} msc_cell;

typedef struct msc_lake { double x, y; float a, b, turn_c, turn_s, level, bank; int is_there; } msc_lake;

/* What cell (cx, cy) holds. */
void msc_cell_make(const msc_scene *scene, int32_t cx, int32_t cy, msc_cell *cell);
/* The reservoir of lake cell (cx, cy). */
void msc_lake_make(const msc_scene *scene, int32_t cx, int32_t cy, msc_lake *lake);
/* Normalised distance from the reservoir's centre: 1 on its outline. */
float msc_lake_radius(const msc_lake *lake, double x, double y);
#endif
