/* overlaps.c - what a patch shares with each patch of another layer: boxes in a tree, areas by intersection. */
#include "patch/overlaps.h"
#include "base/mem.h"
#include "patch/geos_shape.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { NODE_CAPACITY = 10 };     /* GEOS's own default for STRtree */

struct msc_overlaps {
    GEOSContextHandle_t geos;
    const msc_features_in *features;
    GEOSSTRtree *tree;
    GEOSGeometry **box;          /* [features->n]: GEOS before 3.10 keeps pointers to them */
    size_t *hit; size_t n_hits, hit_cap;
    msc_overlap *found; size_t found_cap;
    int is_out_of_memory;
    const char *path;
    char said[256];
};

static void listen(const char *message, void *self)
{
    msc_overlaps *o = self;
    snprintf(o->said, sizeof o->said, "%s", message);
}

static msc_status geos_failed(const msc_overlaps *o, msc_error *err)
{
    return msc_fail(err, MSC_EFORMAT, o->path, "%s", o->said[0] ? o->said : "not a polygon that can be used");
}

static msc_status index_boxes(msc_overlaps *o, msc_error *err)
{
    for (size_t i = 0; i < o->features->n; i++) {
        const msc_shape *shape = &o->features->shape[i];
        if (shape->is_point) return msc_fail(err, MSC_EFORMAT, o->path, "holds points, not polygons");
        o->box[i] = msc_geos_box(o->geos, shape);
        if (!o->box[i]) return geos_failed(o, err);
        GEOSSTRtree_insert_r(o->geos, o->tree, o->box[i], (void *)shape);
    }
    return MSC_OK;
}

msc_status msc_overlaps_open(const msc_features_in *features, const char *path, msc_overlaps **overlaps, msc_error *err)
{
    msc_overlaps *o = msc_alloc_zero(1, sizeof *o);
    if (!o) return msc_fail(err, MSC_ENOMEM, path, "%zu bytes", sizeof *o);
    o->features = features;
    o->path = path;
    o->geos = GEOS_init_r();
    GEOSContext_setErrorMessageHandler_r(o->geos, listen, o);
    GEOSContext_setNoticeMessageHandler_r(o->geos, listen, o);
    o->tree = GEOSSTRtree_create_r(o->geos, NODE_CAPACITY);
    o->box = msc_alloc_zero(features->n, sizeof *o->box);
    const msc_status status = o->box && o->tree ? index_boxes(o, err) : msc_fail(err, MSC_ENOMEM, path, "%zu patches", features->n);
    if (status == MSC_OK) *overlaps = o;
    else msc_overlaps_close(&o);
    return status;
}

void msc_overlaps_close(msc_overlaps **overlaps)
{
    msc_overlaps *o = *overlaps;
    if (!o) return;
    for (size_t i = 0; o->box && i < o->features->n; i++)
        if (o->box[i]) GEOSGeom_destroy_r(o->geos, o->box[i]);
    if (o->tree) GEOSSTRtree_destroy_r(o->geos, o->tree);
    GEOS_finish_r(o->geos);
    msc_release(o->box);
    msc_release(o->hit);
    msc_release(o->found);
    msc_release(o);
    *overlaps = NULL;
}

static void take_hit(void *item, void *self)
{
    msc_overlaps *o = self;
    if (msc_reserve((void **)&o->hit, &o->hit_cap, o->n_hits + 1, sizeof *o->hit)) o->hit[o->n_hits++] = (size_t)((const msc_shape *)item - o->features->shape);
    else o->is_out_of_memory = 1;
}

static int by_number(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Lists the features whose boxes meet the shape's, in the order of the file. */
static msc_status find_hits(msc_overlaps *o, const msc_shape *s, msc_error *err)
{
    GEOSGeometry *box = msc_geos_box(o->geos, s);
    o->n_hits = 0;
    o->said[0] = 0;
    if (!box) return geos_failed(o, err);
    GEOSSTRtree_query_r(o->geos, o->tree, box, take_hit, o);
    GEOSGeom_destroy_r(o->geos, box);
    if (o->n_hits > 1) qsort(o->hit, o->n_hits, sizeof *o->hit, by_number);
    const int has_room = o->n_hits == 0 || msc_reserve((void **)&o->found, &o->found_cap, o->n_hits, sizeof *o->found);
    return o->is_out_of_memory || !has_room ? msc_fail(err, MSC_ENOMEM, o->path, "%zu patches", o->n_hits) : MSC_OK;
}

/* A feature's polygon, repaired where it is not valid; NULL when that fails. */
static GEOSGeometry *feature_shape(const msc_overlaps *o, size_t i)
{
    GEOSGeometry *shape = msc_geos_shape(o->geos, &o->features->shape[i]);
    if (!shape || GEOSisValid_r(o->geos, shape) == 1) return shape;
    GEOSGeometry *repaired = GEOSMakeValid_r(o->geos, shape);
    GEOSGeom_destroy_r(o->geos, shape);
    return repaired;
}

static msc_status measure(const msc_overlaps *o, const GEOSGeometry *shape, msc_overlap *one, msc_error *err)
{
    GEOSGeometry *feature = feature_shape(o, one->at), *common = feature ? GEOSIntersection_r(o->geos, shape, feature) : NULL;
    const int is_good = common && GEOSArea_r(o->geos, common, &one->common) == 1 && GEOSArea_r(o->geos, feature, &one->own) == 1;
    if (common) GEOSGeom_destroy_r(o->geos, common);
    if (feature) GEOSGeom_destroy_r(o->geos, feature);
    return is_good ? MSC_OK : geos_failed(o, err);
}

msc_status msc_overlaps_find(msc_overlaps *o, const msc_shape *s, const msc_overlap **overlap, size_t *n, msc_error *err)
{
    *n = 0;
    MSC_TRY(find_hits(o, s, err));
    *overlap = o->found;
    if (o->n_hits == 0) return MSC_OK;
    GEOSGeometry *shape = msc_geos_shape(o->geos, s);
    msc_status status = shape ? MSC_OK : geos_failed(o, err);
    for (size_t k = 0; k < o->n_hits && status == MSC_OK; k++) {
        const msc_value *name = &o->features->value[o->hit[k] * (size_t)o->features->n_fields];
        msc_overlap *one = &o->found[*n];
        *one = (msc_overlap){ .name = name->is_set && name->text ? name->text : "", .at = o->hit[k] };
        status = measure(o, shape, one, err);
        *n += status == MSC_OK && one->common > 0;
    }
    if (shape) GEOSGeom_destroy_r(o->geos, shape);
    return status;
}
