/* cover.h - what the ground is at a point: the works of man first, then water, roads, rock, fields, forest. */
#ifndef MSC_SCENE_COVER_H
#define MSC_SCENE_COVER_H
#include "scene/earthwork.h"

enum { MSC_MAX_NEAR = 160, MSC_MAX_LAKES = 4, MSC_CELL_CACHE = 1024, MSC_LAKE_CACHE = 64 };

/* Cells are made once and kept while their place in the cache is not needed; the parts near the window are listed. */
typedef struct msc_sites {
    msc_cell cell[MSC_CELL_CACHE];
    struct { int32_t cx, cy; int is_set; msc_lake lake; } lake_cell[MSC_LAKE_CACHE];
    uint64_t key;                /* of the scene that the caches belong to */
    int n_parts, n_lakes;
    msc_part part[MSC_MAX_NEAR];
    msc_lake lake[MSC_MAX_LAKES];
} msc_sites;

/* Lists what can matter inside the world window. */
void msc_sites_near(const msc_scene *scene, msc_sites *sites, double x0, double y0, double x1, double y1);

/* What both years share at a point. */
typedef struct msc_point {
    double x, y;
    float field[MSC_N_FIELDS];
    float z;                     /* natural height, m */
    msc_ragged ragged;
} msc_point;

/* Computes the point at x on the lattice's blended row `row`. */
void msc_point_at(const msc_scene *scene, const msc_lattice *lattice, int row, double x, double y, msc_point *point);

/* Ground of one year: height and what earthworks claim; with `wants_cover` the natural cover as well. */
void msc_cover_ground(const msc_scene *scene, const msc_sites *sites, const msc_point *point, int year, int wants_cover,
                      msc_ground *ground);
#endif
