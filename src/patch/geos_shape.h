/* geos_shape.h - shapes as GEOS geometries. */
#ifndef MSC_PATCH_GEOS_SHAPE_H
#define MSC_PATCH_GEOS_SHAPE_H
#include "io/layer.h"
#include <geos_c.h>

/* A polygon or multipolygon that the caller destroys; NULL when GEOS refuses or memory is out. Not checked for validity. */
GEOSGeometry *msc_geos_shape(GEOSContextHandle_t geos, const msc_shape *shape);
#endif
