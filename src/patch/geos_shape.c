/* geos_shape.c - the rings of a shape as a GEOS geometry. */
#include "patch/geos_shape.h"
#include "base/mem.h"

static GEOSGeometry *make_ring(GEOSContextHandle_t geos, const msc_shape *s, size_t r)
{
    const size_t start = s->ring_start[r], n = s->ring_start[r + 1] - start;
    GEOSCoordSequence *points = GEOSCoordSeq_create_r(geos, (unsigned)n, 2);
    for (size_t i = 0; i < n && points != NULL; i++) {
        GEOSCoordSeq_setXY_r(geos, points, (unsigned)i, s->xy[2 * (start + i)], s->xy[2 * (start + i) + 1]);
    }
    return points == NULL ? NULL : GEOSGeom_createLinearRing_r(geos, points);
}

/* Rings first..last-1 as a polygon; NULL when GEOS refuses. */
static GEOSGeometry *make_polygon(GEOSContextHandle_t geos, const msc_shape *s, size_t first, size_t last)
{
    GEOSGeometry **hole = msc_alloc(last - first, sizeof *hole);
    GEOSGeometry *shell = make_ring(geos, s, first), *polygon = NULL;
    unsigned n = 0;
    int is_ok = hole != NULL && shell != NULL;
    for (size_t r = first + 1; r < last && is_ok; r++) {
        hole[n] = make_ring(geos, s, r);
        is_ok = hole[n] != NULL;
        n += is_ok ? 1 : 0;
    }
    if (is_ok) {
        polygon = GEOSGeom_createPolygon_r(geos, shell, hole, n);
    } else {
        GEOSGeom_destroy_r(geos, shell);
        for (unsigned i = 0; i < n; i++) {
            GEOSGeom_destroy_r(geos, hole[i]);
        }
    }
    msc_release(hole);
    return polygon;
}

GEOSGeometry *msc_geos_shape(GEOSContextHandle_t geos, const msc_shape *s)
{
    GEOSGeometry **part = msc_alloc(s->n_rings, sizeof *part), *shape = NULL;
    unsigned n = 0;
    int is_ok = part != NULL && s->n_rings > 0;
    for (size_t r = 0, end = 0; r < s->n_rings && is_ok; r = end) {
        for (end = r + 1; end < s->n_rings && !s->is_outer[end];) {
            end++;
        }
        part[n] = make_polygon(geos, s, r, end);
        is_ok = part[n] != NULL;
        n += is_ok ? 1 : 0;
    }
    if (is_ok && n == 1) {
        shape = part[0];
    } else if (is_ok) {
        shape = GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, part, n);
    } else {
        for (unsigned i = 0; i < n; i++) {
            GEOSGeom_destroy_r(geos, part[i]);
        }
    }
    msc_release(part);
    return shape;
}

GEOSGeometry *msc_geos_box(GEOSContextHandle_t geos, const msc_shape *s)
{
    double west = s->xy[0], east = west, south = s->xy[1], north = south;
    for (size_t i = 1; i < s->ring_start[s->n_rings]; i++) {
        const double e = s->xy[2 * i], n = s->xy[2 * i + 1];
        west = e < west ? e : west;
        east = e > east ? e : east;
        south = n < south ? n : south;
        north = n > north ? n : north;
    }
    return GEOSGeom_createRectangle_r(geos, west, south, east, north);
}
