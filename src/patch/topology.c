/* topology.c - GEOS's verdict on polygons and pairs of them. */
#include "patch/topology.h"
#include "base/mem.h"
#include "patch/geos_shape.h"

#include <stdio.h>
#include <string.h>

enum { NODE_CAPACITY = 10 };     /* GEOS's own default for STRtree */

typedef struct checking {
    GEOSContextHandle_t geos;
    GEOSSTRtree *tree;
    GEOSGeometry **shape;
    size_t n, at;                /* of polygons; the one whose neighbours are asked for */
    const GEOSPreparedGeometry *prepared;
    const char *path;
    msc_topology *found;
    int has_failed;
} checking;

static int by_first(const size_t a[2], const size_t b[2]) { return a[0] != b[0] ? (a[0] < b[0] ? -1 : 1) : (a[1] > b[1]) - (a[1] < b[1]); }

/* One neighbour; a pair is met twice and counted where the lower index asks. */
static void meet(void *item, void *self)
{
    checking *c = self;
    GEOSGeometry **other = item;
    const size_t pair[2] = {c->at, (size_t)(other - c->shape)};
    if (pair[1] <= pair[0] || c->has_failed) {
        return;
    }
    const char intersects = GEOSPreparedIntersects_r(c->geos, c->prepared, *other);
    if (intersects == 0) {
        return;
    }
    const char overlaps = intersects == 1 ? GEOSRelatePattern_r(c->geos, c->shape[c->at], *other, "2********") : 2;
    c->has_failed |= overlaps == 2;
    if (overlaps != 1) {
        return;
    }
    if (c->found->n_overlaps++ == 0 || by_first(pair, c->found->overlap) < 0) {
        memcpy(c->found->overlap, pair, sizeof pair);
    }
}

static msc_status add_polygon(checking *c, const msc_shape *s, size_t i, msc_error *err)
{
    c->shape[i] = s->is_point ? NULL : msc_geos_shape(c->geos, s);
    const char valid = c->shape[i] == NULL ? 0 : GEOSisValid_r(c->geos, c->shape[i]);
    if (valid == 2) {
        return msc_fail(err, MSC_EFORMAT, c->path, "feature %zu", i + 1);
    }
    if (valid == 1) {
        GEOSSTRtree_insert_r(c->geos, c->tree, c->shape[i], &c->shape[i]);
        return MSC_OK;
    }
    if (c->found->n_invalid++ == 0) {
        char *why = c->shape[i] == NULL ? NULL : GEOSisValidReason_r(c->geos, c->shape[i]);
        c->found->first_invalid = i;
        snprintf(c->found->why, sizeof c->found->why, "%s", why == NULL ? "not a polygon" : why);
        GEOSFree_r(c->geos, why);
    }
    GEOSGeom_destroy_r(c->geos, c->shape[i]);
    c->shape[i] = NULL;
    return MSC_OK;
}

static msc_status check(checking *c, const msc_features_in *features, msc_error *err)
{
    if (c->shape == NULL || c->geos == NULL || (c->tree = GEOSSTRtree_create_r(c->geos, NODE_CAPACITY)) == NULL) {
        return msc_fail(err, MSC_ENOMEM, c->path, "%zu polygons", features->n);
    }
    for (c->n = 0; c->n < features->n; c->n++) {
        MSC_TRY(add_polygon(c, &features->shape[c->n], c->n, err));
    }
    for (c->at = 0; c->at < c->n && !c->has_failed; c->at++) {
        if (c->shape[c->at] == NULL) {
            continue;
        }
        c->prepared = GEOSPrepare_r(c->geos, c->shape[c->at]);
        if (c->prepared == NULL) {
            return msc_fail(err, MSC_ENOMEM, c->path, "polygon %zu", c->at + 1);
        }
        GEOSSTRtree_query_r(c->geos, c->tree, c->shape[c->at], meet, c);
        GEOSPreparedGeom_destroy_r(c->geos, c->prepared);
    }
    return c->has_failed ? msc_fail(err, MSC_EFORMAT, c->path, "feature %zu", c->at) : MSC_OK;
}

msc_status msc_topology_check(const msc_features_in *features, const char *path, msc_topology *topology, msc_error *err)
{
    checking c = {.path = path, .found = topology};
    memset(topology, 0, sizeof *topology);
    if (features->n == 0) {
        return MSC_OK;
    }
    c.geos = GEOS_init_r();
    c.shape = msc_alloc_zero(features->n, sizeof *c.shape);
    const msc_status status = check(&c, features, err);
    for (size_t i = 0; i < c.n; i++) {
        if (c.shape[i] != NULL) {
            GEOSGeom_destroy_r(c.geos, c.shape[i]);
        }
    }
    if (c.tree != NULL) {
        GEOSSTRtree_destroy_r(c.geos, c.tree);
    }
    if (c.geos != NULL) {
        GEOS_finish_r(c.geos);
    }
    msc_release(c.shape);
    return status;
}
