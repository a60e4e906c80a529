/* layer_parts.h - the files that a raster or a vector layer is made of. */
#ifndef MSC_IO_LAYER_PARTS_H
#define MSC_IO_LAYER_PARTS_H
#include "base/error.h"
#include <stddef.h>

/* Paths of files; begins as zeros. */
typedef struct msc_parts { char **path; size_t n, capacity; } msc_parts;

/* Appends the local files beside `path` itself that GDAL reads it from: a shapefile's attributes, a VRT's sources and theirs, a
 * world file. In GDAL's order, each once. Left out is what viewers write beside a file: .aux.xml, .ovr, spatial indexes. Nothing is
 * appended for what GDAL cannot open, which whoever reads it will say. ENOMEM. */
msc_status msc_parts_add(const char *path, msc_parts *parts, msc_error *err);
void msc_parts_clear(msc_parts *parts);
#endif
