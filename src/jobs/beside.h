/* beside.h - which patches of another layer a patch touches or nearly touches. */
#ifndef MSC_JOBS_BESIDE_H
#define MSC_JOBS_BESIDE_H
#include "model/spans.h"

/* A layer as pixels; several threads may ask it. */
typedef struct msc_beside {
    const msc_grid *grid;        /* borrowed */
    double reach_px;
    msc_spans spans;
    size_t *row;                 /* [height + 1] first span of each row */
} msc_beside;

/* A patch of the layer (index in its file) and at how many points of the boundary it is within reach. */
typedef struct msc_touch { uint32_t at; int64_t n; } msc_touch;
typedef struct msc_touches { msc_touch *touch; size_t n, cap; uint32_t *met; size_t n_met, met_cap; } msc_touches;

/* Lays the polygons of a layer on the grid's pixels. The features are not needed afterwards. ENOMEM. */
msc_status msc_beside_open(const msc_features_in *features, const msc_grid *grid, double reach_px, msc_beside *beside, msc_error *err);
/* The reach between outlines that were simplified by up to simplify_m. */
double msc_beside_reach(const msc_grid *grid, double reach_px, double simplify_m);
void msc_beside_clear(msc_beside *beside);

/* The patches that hold a pixel whose square is no further than reach_px from the shape's boundary, looked at from points at most a
 * pixel apart: most points first, equals in the order of the file. `touches` is zeroed at first and used again. ENOMEM. */
msc_status msc_beside_find(const msc_beside *beside, const msc_shape *shape, msc_touches *touches, msc_error *err);
void msc_touches_clear(msc_touches *touches);
#endif
