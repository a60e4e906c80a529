/* overlaps.c - what a patch shares with each patch of another layer: boxes in a tree, points of the smaller in the larger.
 *
 * Overlaying a patch of a million vertices with each of ten thousand beside it takes hours; asking its index for points does not. */
#include "patch/overlaps.h"
#include "base/mem.h"
#include "patch/geos_shape.h"
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* GEOS's own default for STRtree; points that a shape is sampled by, at first and where they leave it open; from so many vertices on a
 * feature's index is kept, at some 130 bytes a vertex. Those of features up to LARGE_VERTICES go again, the longest not asked first,
 * when they have more than KEPT_VERTICES in all: patches come in raster order, and those of another place are not asked soon. */
enum { NODE_CAPACITY = 10, FEW_POINTS = 36, SAMPLE_POINTS = 400, MANY_VERTICES = 256, LARGE_VERTICES = 8192, KEPT_VERTICES = 131072 };
static const double surely_not = 0.08, surely = 0.5;   /* shares that need no second look */

/* A shape that can be asked whether it holds a point. */
typedef struct locator { GEOSGeometry *shape; const GEOSPreparedGeometry *prepared; uint64_t asked; } locator;
typedef struct crossing { int64_t row; double x; } crossing;
typedef struct points { double *xy; size_t n, cap; } points;

struct msc_overlaps {
    GEOSContextHandle_t geos;
    const msc_features_in *features;
    GEOSSTRtree *tree;
    GEOSGeometry **box;          /* [features->n]: GEOS before 3.10 keeps pointers to them */
    double *area;                /* [features->n] */
    locator *kept;               /* [features->n] of those with many vertices that were asked */
    size_t held[KEPT_VERTICES / MANY_VERTICES + 2], n_held, held_vertices;   /* those of them that may go again */
    uint64_t clock;
    points points;
    crossing *cross; size_t cross_cap;
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

static double area_of(const msc_shape *s)
{
    double twice = 0;
    for (size_t r = 0; r < s->n_rings; r++)
        for (size_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            const double *a = s->xy + 2 * i, x0 = s->xy[0], y0 = s->xy[1];
            twice += (a[0] - x0) * (a[3] - y0) - (a[2] - x0) * (a[1] - y0);
        }
    return fabs(twice) / 2;
}

static int by_place(const void *a, const void *b)
{
    const crossing *p = a, *q = b;
    if (p->row != q->row) return p->row < q->row ? -1 : 1;
    return (p->x > q->x) - (p->x < q->x);
}

/* Where the shape's edges cross the rows y = (row + 1/2) step; returns how many, or SIZE_MAX without memory. */
static size_t find_crossings(msc_overlaps *o, const msc_shape *s, double step)
{
    size_t n = 0;
    for (size_t r = 0; r < s->n_rings; r++)
        for (size_t i = s->ring_start[r]; i + 1 < s->ring_start[r + 1]; i++) {
            const double *a = s->xy + 2 * i, low = fmin(a[1], a[3]), high = fmax(a[1], a[3]);
            for (int64_t row = (int64_t)ceil(low / step - 0.5); ((double)row + 0.5) * step < high; row++) {
                const double y = ((double)row + 0.5) * step;
                if (!msc_reserve((void **)&o->cross, &o->cross_cap, n + 1, sizeof *o->cross)) return SIZE_MAX;
                o->cross[n++] = (crossing){ row, a[0] + (y - a[1]) / (a[3] - a[1]) * (a[2] - a[0]) };
            }
        }
    if (n > 1) qsort(o->cross, n, sizeof *o->cross, by_place);
    return n;
}

/* Points of an even lattice, about `wanted` of them, in the shape by the even-odd rule. Returns 0 without memory. */
static int sample(msc_overlaps *o, const msc_shape *s, double area, int wanted)
{
    points *to = &o->points;
    const double step = sqrt(area / wanted);
    to->n = 0;
    if (!(step > 0)) return 1;
    const size_t n = find_crossings(o, s, step);
    if (n == SIZE_MAX) return 0;
    for (size_t i = 0; i + 1 < n; i += 2)
        for (int64_t k = (int64_t)ceil(o->cross[i].x / step - 0.5); ((double)k + 0.5) * step < o->cross[i + 1].x; k++) {
            if (!msc_reserve((void **)&to->xy, &to->cap, 2 * (to->n + 1), sizeof *to->xy)) return 0;
            to->xy[2 * to->n] = ((double)k + 0.5) * step;
            to->xy[2 * to->n++ + 1] = ((double)o->cross[i].row + 0.5) * step;
        }
    return 1;
}

static void drop(const msc_overlaps *o, locator *at)
{
    if (at->prepared) GEOSPreparedGeom_destroy_r(o->geos, at->prepared);
    if (at->shape) GEOSGeom_destroy_r(o->geos, at->shape);
    *at = (locator){ 0 };
}

static int make(const msc_overlaps *o, const msc_shape *s, locator *at)
{
    at->shape = msc_geos_shape(o->geos, s);
    at->prepared = at->shape ? GEOSPrepare_r(o->geos, at->shape) : NULL;
    return at->prepared != NULL;
}

/* The share of the points that the shape holds; below 0 when GEOS fails. */
static double share_within(const msc_overlaps *o, const locator *at)
{
    const points *p = &o->points;
    size_t n_within = 0;
    for (size_t i = 0; i < p->n; i++) {
        GEOSGeometry *point = GEOSGeom_createPointFromXY_r(o->geos, p->xy[2 * i], p->xy[2 * i + 1]);
        const int is_within = point ? GEOSPreparedIntersects_r(o->geos, at->prepared, point) : 2;
        if (point) GEOSGeom_destroy_r(o->geos, point);
        if (is_within > 1) return -1;
        n_within += is_within == 1;
    }
    return p->n ? (double)n_within / (double)p->n : 0;
}

static msc_status index_boxes(msc_overlaps *o, msc_error *err)
{
    for (size_t i = 0; i < o->features->n; i++) {
        const msc_shape *shape = &o->features->shape[i];
        if (shape->is_point) return msc_fail(err, MSC_EFORMAT, o->path, "holds points, not polygons");
        o->area[i] = area_of(shape);
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
    o->area = msc_alloc_zero(features->n, sizeof *o->area);
    o->kept = msc_alloc_zero(features->n, sizeof *o->kept);
    const msc_status status = o->box && o->area && o->kept && o->tree ? index_boxes(o, err) : msc_fail(err, MSC_ENOMEM, path, "%zu patches", features->n);
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
    for (size_t i = 0; o->kept && i < o->features->n; i++) drop(o, &o->kept[i]);
    if (o->tree) GEOSSTRtree_destroy_r(o->geos, o->tree);
    GEOS_finish_r(o->geos);
    msc_release(o->box);
    msc_release(o->area);
    msc_release(o->kept);
    msc_release(o->points.xy);
    msc_release(o->cross);
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

/* The share of a shape of that area that `at` holds. */
static msc_status find_share(msc_overlaps *o, const msc_shape *s, double area, const locator *at, double *share, msc_error *err)
{
    for (int wanted = FEW_POINTS;; wanted = SAMPLE_POINTS) {
        if (!sample(o, s, area, wanted)) return msc_fail(err, MSC_ENOMEM, o->path, "points of a patch");
        *share = share_within(o, at);
        if (*share < 0) return geos_failed(o, err);
        if (wanted == SAMPLE_POINTS || *share < surely_not || *share > surely) return MSC_OK;
    }
}

static size_t vertices_of(const msc_overlaps *o, size_t feature) { return o->features->shape[feature].ring_start[o->features->shape[feature].n_rings]; }

/* Makes room for one more kept index. */
static void make_way(msc_overlaps *o, size_t feature)
{
    const size_t n = vertices_of(o, feature);
    if (n > LARGE_VERTICES) return;
    while (o->n_held > 0 && o->held_vertices + n > KEPT_VERTICES) {
        size_t oldest = 0;
        for (size_t i = 1; i < o->n_held; i++)
            if (o->kept[o->held[i]].asked < o->kept[o->held[oldest]].asked) oldest = i;
        o->held_vertices -= vertices_of(o, o->held[oldest]);
        drop(o, &o->kept[o->held[oldest]]);
        o->held[oldest] = o->held[--o->n_held];
    }
    o->held[o->n_held++] = feature;
    o->held_vertices += n;
}

/* The index of a feature, of those that are kept, made when it is not there. NULL when GEOS fails. */
static locator *kept_of(msc_overlaps *o, size_t feature)
{
    locator *at = &o->kept[feature];
    if (!at->prepared) {
        make_way(o, feature);
        if (!make(o, &o->features->shape[feature], at)) return NULL;
    }
    at->asked = ++o->clock;
    return at;
}

/* What feature one->at has in common with a shape of that area; `own` is the shape's locator, made when needed. */
static msc_status measure(msc_overlaps *o, const msc_shape *s, double area, locator *own, msc_overlap *one, msc_error *err)
{
    const msc_shape *feature = &o->features->shape[one->at];
    one->own = o->area[one->at];
    const int is_smaller = area <= one->own;
    locator once = { 0 }, *at = is_smaller ? &once : own;
    double share = 0;
    if (is_smaller && vertices_of(o, one->at) >= MANY_VERTICES) at = kept_of(o, one->at);
    else if (!at->prepared && !make(o, is_smaller ? feature : s, at)) at = NULL;
    msc_status status = at ? MSC_OK : geos_failed(o, err);
    if (status == MSC_OK) status = is_smaller ? find_share(o, s, area, at, &share, err) : find_share(o, feature, one->own, at, &share, err);
    one->common = share * fmin(area, one->own);
    drop(o, &once);
    return status;
}

msc_status msc_overlaps_find(msc_overlaps *o, const msc_shape *s, const msc_overlap **overlap, size_t *n, msc_error *err)
{
    const double area = area_of(s);
    locator own = { 0 };
    msc_status status = MSC_OK;
    *n = 0;
    MSC_TRY(find_hits(o, s, err));
    *overlap = o->found;
    for (size_t k = 0; k < o->n_hits && status == MSC_OK; k++) {
        const msc_value *name = &o->features->value[o->hit[k] * (size_t)o->features->n_fields];
        msc_overlap *one = &o->found[*n];
        *one = (msc_overlap){ .name = name->is_set && name->text ? name->text : "", .at = o->hit[k] };
        status = measure(o, s, area, &own, one, err);
        *n += status == MSC_OK && one->common > 0;
    }
    drop(o, &own);
    return status;
}
