/* relief.h - the land before man: slow fields on a world lattice, and the height of the ground from them.
 *
 * World coordinates are metres from the north-west corner of the scene, x east, y south. Slow fields are computed at
 * lattice nodes at fixed world positions and interpolated with cubic B-splines, so that a value never depends on the
 * window that asks for it. */
#ifndef MSC_SCENE_RELIEF_H
#define MSC_SCENE_RELIEF_H
#include "scene/scene.h"

typedef enum msc_field_index {
    MSC_F_HEIGHT = 0,   /* m, without cliffs and detail */
    MSC_F_MASSIF,       /* 0 plain .. 1 mountains */
    MSC_F_RIVER,        /* m, signed and roughly, from the nearest river's axis */
    MSC_F_STREAM,       /* the same for side streams */
    MSC_F_ROAD,         /* the same for the valley road */
    MSC_F_CROSSROAD,    /* the same for roads across */
    MSC_F_CLIFF,        /* cliffs stand where it passes 0.1 .. 0.16 */
    MSC_F_CLIFF_MASK,   /* 0..1, strength of cliffs */
    MSC_F_FOREST,       /* -1..1, leaning to shrub or forest, aspect included */
    MSC_F_SLOPE,        /* tangent, of the slow height */
    MSC_F_CLOUD,        /* 2: cloud thickness of the years */
    MSC_F_CLOUD_SHADE = MSC_F_CLOUD + 2,   /* 2: the same where the sun's ray passes the cloud layer */
    MSC_F_SHADE = MSC_F_CLOUD_SHADE + 2,   /* 2: 0 in the shadow of far relief, 1 lit */
    MSC_F_HAZE = MSC_F_SHADE + 2,          /* 2: thickness of the haze, about 1 */
    MSC_N_FIELDS = MSC_F_HAZE + 2
} msc_field_index;

typedef struct msc_macro {       /* the slow fields that need no neighbours */
    float height_m, massif, river_m, stream_m, road_m, crossroad_m, cliff, cliff_mask, forest;
} msc_macro;

/* Slow fields at a world position. */
void msc_macro_at(const msc_scene *scene, double x, double y, msc_macro *macro);

/* Slow height and its gradient (m a m) at a world position. */
void msc_macro_gradient(const msc_scene *scene, double x, double y, msc_macro *macro, float gradient[2]);

enum { MSC_LATTICE_MAX = 60, MSC_LATTICE_BORDER = 6 };
typedef struct msc_lattice {
    double step_m;
    int32_t ix0, iy0, nx, ny;    /* first node and number of nodes */
    int32_t border;              /* nodes beyond those that interpolation needs */
    float node[MSC_LATTICE_MAX * MSC_LATTICE_MAX][MSC_N_FIELDS];
    float row[3][MSC_LATTICE_MAX][MSC_N_FIELDS];   /* nodes blended for up to three y */
} msc_lattice;

/* Fills the lattice for the world window box = x0, y0, x1, y1 (at most 320 px each way). Without `has_shade` fewer nodes
 * are computed and everything counts as lit. */
void msc_lattice_fill(const msc_scene *scene, const double box[4], int has_shade, msc_lattice *lattice);

/* Fields at any position inside the window: first the row, then along it. Same bits as when asked one by one. */
void msc_lattice_row(msc_lattice *lattice, int row, double y);
void msc_lattice_at(const msc_lattice *lattice, int row, double x, float fields[MSC_N_FIELDS]);

/* Height of the natural ground, m: slow height, cliffs, detail, river beds. */
float msc_relief_height(const msc_scene *scene, double x, double y, const float fields[MSC_N_FIELDS]);
#endif
