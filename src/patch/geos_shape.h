/* geos_shape.h - shapes as GEOS sees them. */
#ifndef MSC_PATCH_GEOS_SHAPE_H
#define MSC_PATCH_GEOS_SHAPE_H
#include "io/layer.h"
#include <geos_c.h>

/* The polygon or multipolygon of a shape, which the caller destroys; NULL when GEOS refuses it or finds no memory. */
GEOSGeometry *msc_geos_shape(GEOSContextHandle_t geos, const msc_shape *shape);
/* The rectangle round a shape, likewise. */
GEOSGeometry *msc_geos_box(GEOSContextHandle_t geos, const msc_shape *shape);
#endif
