/* zones.c - patches against zones: boxes in a tree, prepared polygons, shares by intersection. */
#include "patch/zones.h"
#include "base/mem.h"
#include "patch/geos_shape.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_CAPACITY = 10 };     /* GEOS's own default for STRtree */

typedef struct zone {
    GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared;
    const char *name;
} zone;

struct msc_zones {
    GEOSContextHandle_t geos;
    msc_features_in features;
    GEOSSTRtree *tree;
    zone *zone;
    size_t *hit; size_t n_hits, hit_cap;
    int is_out_of_memory;
    char path[512], said[256];
};

static void listen(const char *message, void *self)
{
    msc_zones *z = self;
    snprintf(z->said, sizeof z->said, "%s", message);
}

static msc_status geos_failed(const msc_zones *z, msc_error *err)
{
    return msc_fail(err, MSC_EFORMAT, z->path, "%s", z->said[0] ? z->said : "not a polygon that can be used");
}

static msc_status add_zone(msc_zones *z, size_t i, size_t *n_repaired, msc_error *err)
{
    GEOSGeometry *shape = msc_geos_shape(z->geos, &z->features.shape[i]);
    if (shape == NULL) {
        return geos_failed(z, err);
    }
    if (GEOSisValid_r(z->geos, shape) != 1) {
        GEOSGeometry *repaired = GEOSMakeValid_r(z->geos, shape);
        GEOSGeom_destroy_r(z->geos, shape);
        shape = repaired;
        ++*n_repaired;
    }
    z->zone[i].shape = shape;
    z->zone[i].prepared = shape == NULL ? NULL : GEOSPrepare_r(z->geos, shape);
    z->zone[i].name = z->features.value[i].is_set && z->features.value[i].text != NULL ? z->features.value[i].text : "";
    if (z->zone[i].prepared == NULL) {
        return geos_failed(z, err);
    }
    GEOSSTRtree_insert_r(z->geos, z->tree, shape, &z->zone[i]);
    return MSC_OK;
}

msc_status msc_zones_open(const msc_settings *settings, const msc_zone *from, const char *crs, msc_zones **zones,
                          msc_error *err)
{
    size_t n_repaired = 0;
    msc_zones *z = msc_alloc_zero(1, sizeof *z);
    if (z == NULL) {
        return msc_fail(err, MSC_ENOMEM, from->path, "%zu bytes", sizeof *z);
    }
    snprintf(z->path, sizeof z->path, "%s", from->path);
    msc_status status = msc_layer_read(from->path, NULL, NULL, crs, &from->field, 1, &z->features, err);
    if (status == MSC_OK) {
        z->geos = GEOS_init_r();
        GEOSContext_setErrorMessageHandler_r(z->geos, listen, z);
        GEOSContext_setNoticeMessageHandler_r(z->geos, listen, z);
        z->tree = GEOSSTRtree_create_r(z->geos, NODE_CAPACITY);
        z->zone = msc_alloc_zero(z->features.n, sizeof *z->zone);
        status = z->zone != NULL && z->tree != NULL ? MSC_OK : msc_fail(err, MSC_ENOMEM, from->path, "%zu zones", z->features.n);
    }
    for (size_t i = 0; status == MSC_OK && i < z->features.n; i++) {
        status = z->features.shape[i].is_point ? msc_fail(err, MSC_EFORMAT, from->path, "holds points, not polygons")
                                               : add_zone(z, i, &n_repaired, err);
    }
    if (status != MSC_OK) {
        msc_zones_close(&z);
        return status;
    }
    if (n_repaired > 0) {
        msc_warn(settings, MSC_WREPAIRED, from->path, msc_settings_words(settings, "%zu zones", "%zu 个分区"), n_repaired);
    }
    *zones = z;
    return MSC_OK;
}

void msc_zones_close(msc_zones **zones)
{
    msc_zones *z = *zones;
    if (z == NULL) {
        return;
    }
    for (size_t i = 0; z->zone != NULL && i < z->features.n; i++) {
        if (z->zone[i].prepared != NULL) {
            GEOSPreparedGeom_destroy_r(z->geos, z->zone[i].prepared);
        }
        if (z->zone[i].shape != NULL) {
            GEOSGeom_destroy_r(z->geos, z->zone[i].shape);
        }
    }
    if (z->tree != NULL) {
        GEOSSTRtree_destroy_r(z->geos, z->tree);
    }
    if (z->geos != NULL) {
        GEOS_finish_r(z->geos);
    }
    msc_features_in_clear(&z->features);
    msc_release(z->zone);
    msc_release(z->hit);
    msc_release(z);
    *zones = NULL;
}

static void take_hit(void *item, void *self)
{
    msc_zones *z = self;
    if (!msc_reserve((void **)&z->hit, &z->hit_cap, z->n_hits + 1, sizeof *z->hit)) {
        z->is_out_of_memory = 1;
        return;
    }
    z->hit[z->n_hits++] = (size_t)((const zone *)item - z->zone);
}

static int by_number(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Compares the parts of a patch in the zones that its box meets. */
static msc_status find_share(msc_zones *z, const msc_shape *s, const char **name, msc_error *err)
{
    GEOSGeometry *shape = msc_geos_shape(z->geos, s);
    double best = 0;
    msc_status status = shape == NULL ? geos_failed(z, err) : MSC_OK;
    for (size_t k = 0; k < z->n_hits && status == MSC_OK; k++) {
        const zone *at = &z->zone[z->hit[k]];
        double area = 0;
        if (!GEOSPreparedIntersects_r(z->geos, at->prepared, shape)) {
            continue;
        }
        if (GEOSPreparedContains_r(z->geos, at->prepared, shape) == 1) {
            *name = at->name;
            break;
        }
        GEOSGeometry *common = GEOSIntersection_r(z->geos, shape, at->shape);
        if (common == NULL || GEOSArea_r(z->geos, common, &area) != 1) {
            status = geos_failed(z, err);
        } else if (area > best) {
            best = area;
            *name = at->name;
        }
        GEOSGeom_destroy_r(z->geos, common);
    }
    GEOSGeom_destroy_r(z->geos, shape);
    return status;
}

/* Lists the zones whose boxes meet the shape's, in the order of the file; *inside: the first of them that holds the whole box, or
 * n_hits. */
static msc_status find_hits(msc_zones *z, const msc_shape *s, size_t *inside, msc_error *err)
{
    GEOSGeometry *box = msc_geos_box(z->geos, s);
    z->n_hits = 0;
    z->said[0] = 0;
    if (box == NULL) {
        return geos_failed(z, err);
    }
    GEOSSTRtree_query_r(z->geos, z->tree, box, take_hit, z);
    if (z->n_hits > 1) {
        qsort(z->hit, z->n_hits, sizeof *z->hit, by_number);
    }
    size_t k = 0;
    while (k < z->n_hits && GEOSPreparedContains_r(z->geos, z->zone[z->hit[k]].prepared, box) != 1) {
        k++;
    }
    GEOSGeom_destroy_r(z->geos, box);
    *inside = k;
    return z->is_out_of_memory ? msc_fail(err, MSC_ENOMEM, z->path, "%zu zones", z->n_hits) : MSC_OK;
}

msc_status msc_zones_find(msc_zones *z, const msc_shape *s, const char **name, msc_error *err)
{
    size_t inside = 0;
    *name = "";
    MSC_TRY(find_hits(z, s, &inside, err));
    if (inside < z->n_hits) {
        *name = z->zone[z->hit[inside]].name;
        return MSC_OK;
    }
    return z->n_hits == 0 ? MSC_OK : find_share(z, s, name, err);
}
